"""The catalogue: found by itself, described, and each entry with an example that computes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.calculations.catalogue import Calculation, Cost, catalogue
from app.calculations.execution import execution
from app.compat.operations import cost_of, operations
from app.ephemeris.almanac import SwissAlmanac
from app.wire import encode
from tests.calculations.asking import Asked
from tests.calculations.schemas import REFERENCE, flaws, violations

ENTRIES = list(catalogue().values())
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


PUBLISHED = """
    fixed-stars arabic-parts dignities antiscia declinations harmonics midpoints special-points
    patterns balance chart-shape sensitivity synastry composite davison relocation transits
    transit-search ingresses stations lunations eclipses void-of-course ephemeris planetary-hours
    rise-set progressions solar-arc directions returns profections firdaria zodiacal-releasing
    gauquelin-sectors astrocartography local-space rectification
    natal-chart planetary-positions houses aspects horary diurnal
""".split()  # noqa: SIM905 - a list of them would fill a screen
"""Every calculation that there is, as clients know it."""


def test_the_catalogue_finds_its_entries() -> None:
    assert sorted(catalogue()) == sorted(PUBLISHED)
    assert all(name == entry.name for name, entry in catalogue().items())


def test_every_entry_is_an_operation_of_the_workers() -> None:
    assert set(catalogue()) <= set(operations())
    assert {f"text:{name}" for name in catalogue()} <= set(operations())


@each_entry
def test_long_work_is_cut_into_parts_and_instant_work_is_not(entry: Calculation) -> None:
    phases = {"#cut", "#part", "#merge"}
    own = {name.removeprefix(entry.name) for name in operations() if name.startswith(entry.name)}
    assert not phases & own if entry.cost is Cost.INSTANT else phases <= own
    assert (entry.slicing is None) is (entry.cost is Cost.INSTANT)
    assert cost_of(entry.name) is entry.cost


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


def births_of(entry: Calculation) -> list[dict[str, Any]]:
    """Schemas of the births in a request: at its top, or one for each chart in it."""
    schema = entry.request_schema(REFERENCE)
    inner = [schema, *schema.get("$defs", {}).values()]
    return [shape for shape in inner if {"date", "latitude"} <= set(shape.get("properties", {}))]


@each_entry
def test_a_birth_in_a_request_is_described(entry: Calculation) -> None:
    schema = entry.request_schema(REFERENCE)
    spans = {"start_date", "end_date"} <= set(schema["properties"])
    births = births_of(entry)
    assert births or spans
    for birth in births:
        assert birth["required"][:3] == ["date", "latitude", "longitude"]
        described = {name for name, field in birth["properties"].items() if "description" in field}
        assert {"date", "time", "latitude", "longitude", "timezone"} <= described
        assert birth["properties"]["latitude"]["minimum"] == -90.0
        assert birth["properties"]["longitude"]["maximum"] == 180.0


@each_entry
def test_every_parameter_of_a_request_is_described(entry: Calculation) -> None:
    schema = entry.request_schema(REFERENCE)
    shapes = {"": schema, **schema.get("$defs", {})}
    silent = [
        f"{shape}.{name}"
        for shape, described in shapes.items()
        for name, parameter in described.get("properties", {}).items()
        if not parameter.get("description")
    ]
    assert silent == []


@each_entry
def test_an_entry_names_its_sources_honestly(entry: Calculation) -> None:
    for source in entry.sources:
        assert source.citation
        assert isinstance(source.verified, bool)


@each_entry
def test_the_example_of_an_entry_is_as_its_schema_says(entry: Calculation) -> None:
    schema = entry.request_schema(REFERENCE)
    assert list(violations(dict(entry.example), schema, schema)) == []


@each_entry
def test_the_example_of_an_entry_computes_what_its_schema_says(
    entry: Calculation, ephemeris: SwissAlmanac
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
def test_the_answer_to_a_birth_lasts(entry: Calculation, ephemeris: SwissAlmanac) -> None:
    outcome = execution(entry)(encode(dict(entry.example)), ephemeris)
    assert outcome.lasting
    assert outcome.digest
    again = execution(entry)(encode(dict(entry.example)), ephemeris)
    assert again == outcome


@each_entry
def test_a_failure_does_not_last(entry: Calculation, ephemeris: SwissAlmanac) -> None:
    outcome = execution(entry)(b"{}", ephemeris)
    assert (outcome.status, outcome.lasting, outcome.digest) == (422, False, "")
