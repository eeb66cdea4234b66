"""The catalogue: found by itself, described, and each entry with an example that computes."""

from __future__ import annotations

import json

import pytest

from app.calculations.catalogue import Calculation, Cost, catalogue
from app.calculations.execution import execution
from app.compat.operations import cost_of, operations
from app.ephemeris.swiss import SwissEphemeris
from app.wire import encode
from tests.calculations.asking import Asked
from tests.calculations.schemas import REFERENCE, flaws, violations

ENTRIES = list(catalogue().values())
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


def test_the_catalogue_finds_its_entries() -> None:
    assert list(catalogue()) == ["aspects", "houses", "natal-chart", "planetary-positions"]
    assert all(name == entry.name for name, entry in catalogue().items())


def test_every_entry_is_an_operation_of_the_workers() -> None:
    assert set(catalogue()) <= set(operations())
    assert {cost_of(name) for name in catalogue()} == {Cost.INSTANT}


@each_entry
def test_an_entry_tells_what_it_is_for(entry: Calculation) -> None:
    assert entry.summary
    assert not entry.summary.endswith(".")
    assert entry.description.startswith(entry.summary)
    assert "  " not in entry.description
    assert "\n" not in entry.description


@each_entry
def test_the_schemas_of_an_entry_can_be_followed(entry: Calculation) -> None:
    for schema in (entry.request_schema(REFERENCE), entry.reply_schema(REFERENCE)):
        assert json.loads(json.dumps(schema)) == schema
        assert schema["type"] == "object"
        assert list(flaws(schema, schema)) == []


@each_entry
def test_a_request_schema_asks_for_a_birth(entry: Calculation) -> None:
    schema = entry.request_schema(REFERENCE)
    assert schema["required"] == ["date", "latitude", "longitude"]
    described = {name for name, field in schema["properties"].items() if "description" in field}
    birth = {"date", "time", "latitude", "longitude", "timezone", "fold", "calendar"}
    assert birth | {"local_mean_time", "universal_time", "ephemeris"} <= described
    assert schema["properties"]["latitude"]["minimum"] == -90.0
    assert schema["properties"]["longitude"]["maximum"] == 180.0


@each_entry
def test_the_example_of_an_entry_is_as_its_schema_says(entry: Calculation) -> None:
    schema = entry.request_schema(REFERENCE)
    assert list(violations(dict(entry.example), schema, schema)) == []


@each_entry
def test_the_example_of_an_entry_computes_what_its_schema_says(
    entry: Calculation, ephemeris: SwissEphemeris
) -> None:
    answer = Asked(execution(entry)(encode(dict(entry.example)), ephemeris))
    assert answer.status == 200
    assert answer.body["success"] is True
    assert answer.body["error"] is None
    schema = entry.reply_schema(REFERENCE)
    assert list(violations(answer.data, schema, schema)) == []
    assert answer.meta["calculation"] == entry.name
    assert answer.meta["warnings"] == []


@each_entry
def test_the_answer_to_a_birth_lasts(entry: Calculation, ephemeris: SwissEphemeris) -> None:
    outcome = execution(entry)(encode(dict(entry.example)), ephemeris)
    assert outcome.lasting
    assert outcome.digest
    again = execution(entry)(encode(dict(entry.example)), ephemeris)
    assert again == outcome


@each_entry
def test_a_failure_does_not_last(entry: Calculation, ephemeris: SwissEphemeris) -> None:
    outcome = execution(entry)(b"{}", ephemeris)
    assert (outcome.status, outcome.lasting, outcome.digest) == (422, False, "")
