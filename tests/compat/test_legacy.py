"""What all operations of the public API share: what they accept, warn of and refuse."""

from __future__ import annotations

import dataclasses
import json
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculations.catalogue import catalogue
from app.calculations.execution import executions
from app.calculations.listing import LIST
from app.compat.chart_bodies import READ
from app.compat.legacy import Adapter, legacy_door
from app.compat.operations import EVERY, cost_of, operations
from app.ephemeris.almanac import SwissAlmanac
from app.wire import encode
from tests.calculations.asking import Asked, ask, birth
from tests.calculations.schemas import REFERENCE, flaws, violations
from tests.calculations.test_execution import fields, json_values
from tests.compat.adapters import adapters

each_operation = pytest.mark.parametrize("operation", list(adapters()))

STATELESS = (
    "antiscia",
    "arabic-parts",
    "composite",
    "declinations",
    "dignities",
    "directions",
    "eclipses",
    "fixed-stars",
    "harmonics",
    "ingresses",
    "natal-chart",
    "progressions",
    "rectification",
    "returns",
    "special-points",
    "synastry",
    "transits",
)
"""CONTRACT.md 1.7: the seventeen stateless operations."""

WITH_POSITIONS = [
    name
    for name in adapters()
    if not name.endswith(("houses", "ingresses", "rectification", "directions"))
]
"""Operations that ask first where bodies stand at the birth."""

each_timed = pytest.mark.parametrize(
    "operation", [name for name in adapters() if name != "calculations/rectification"]
)
"""All operations but the one whose example gives a window in place of a time."""

CHARTS = ("chart1", "natal_chart", "chart_data")
"""Where an operation has its first chart, if not at top level."""

TWICE = {"date": "2005-10-30", "time": "01:30:00"}
"""A local time that New York's clocks showed twice."""


def inside(operation: str) -> list[str]:
    """Where the first birth of an operation stands."""
    return [name for name in CHARTS if name in adapters()[operation].example]


def request(operation: str, **changes: Any) -> dict[str, Any]:
    """The example of an operation with some fields of its first birth changed or added."""
    example = dict(adapters()[operation].example)
    for name in inside(operation):
        return {**example, name: birth(**changes)}
    return {**example, **birth(**changes)}


def born(answer: Asked) -> dict[str, Any]:
    """The instant of the birth, which a search tells beside its first day."""
    computed_for = answer.computed_for
    return dict(computed_for.get("others", {}).get("natal_chart", computed_for))


def refused(answer: Asked) -> dict[str, Any]:
    """The only problem of a refusal, as clients of FastAPI servers look for it."""
    assert answer.status == 422
    assert answer.error["code"] == "VALIDATION_ERROR"
    (problem,) = answer.body["detail"]
    assert list(problem) == ["type", "loc", "msg", "input"]
    assert problem["msg"] == answer.error["message"]
    return dict(problem)


def test_the_operations_of_the_public_api_are_known() -> None:
    assert [name for name in sorted(adapters()) if name.startswith("stateless/")] == [
        f"stateless/{name}" for name in STATELESS
    ]
    known = {name.removeprefix("text:").partition("#")[0] for name in operations()}
    kept = {name.partition("#")[0] for name in (READ, LIST)}
    assert known == {adapter.name for adapter in EVERY} | set(catalogue()) | kept
    for name, adapter in adapters().items():
        assert cost_of(name) == catalogue()[adapter.calculation].cost


@each_operation
def test_an_answer_is_as_its_published_shape_says(operation: str, ephemeris: SwissAlmanac) -> None:
    adapter = adapters()[operation]
    described = dataclasses.replace(adapter.entry(), reply=adapter.reply)
    schema = described.reply_schema(REFERENCE)
    assert list(flaws(schema, schema)) == []
    answer = ask(operation, request(operation), ephemeris)
    assert list(violations(answer.data, schema, schema)) == []


@each_operation
def test_an_answer_lasts_and_tells_what_it_was_computed_for(
    operation: str, ephemeris: SwissAlmanac
) -> None:
    answer = ask(operation, request(operation), ephemeris)
    assert answer.outcome.lasting
    assert answer.meta["calculation"] == adapters()[operation].calculation
    assert born(answer)["utc"] == "1990-01-15T19:30:00Z"
    assert ask(operation, request(operation), ephemeris).outcome == answer.outcome


# What is accepted


@each_operation
@pytest.mark.parametrize(
    "written",
    [
        {"latitude": "40.7128", "longitude": "-74.006"},
        {"latitude": " 40.7128 ", "longitude": "-7.4006e1"},
        {"time": "14:30"},
        {"time": "14:30:00.000"},
        {"date": "1990-01-15T14:30:00", "time": None},
        {"timezone": "america/new_york"},
        {"timezone": "-05:00"},
        {"fold": None},
        {"fold": 0},
        {"fold": "0"},
        {"house_system": None, "planets": None},
        {"unknown": {"deep": [1, 2, 3]}, "altitude": "high"},
    ],
    ids=str,
)
def test_what_clients_send_is_taken(
    operation: str, written: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 0.3, D12 and D16: numeric strings, HH:MM, ISO date-times, unknown fields."""
    plain = ask(operation, request(operation), ephemeris)
    answer = ask(operation, request(operation, **written), ephemeris)
    if not operation.endswith("rectification"):  # its random dates follow from the text
        assert answer.data == plain.data
    assert answer.meta["warnings"] == []


@each_operation
def test_no_timezone_is_utc(operation: str, ephemeris: SwissAlmanac) -> None:
    left_out = request(operation)
    chart = next((left_out[name] for name in inside(operation)), left_out)
    del chart["timezone"]
    for asked in (left_out, request(operation, timezone=None)):
        assert born(ask(operation, asked, ephemeris))["utc"] == "1990-01-15T14:30:00Z"


@each_timed
@pytest.mark.parametrize("absent", [{}, {"fold": None}], ids=["left out", "null"])
def test_a_time_that_came_twice_is_its_first_with_a_warning(
    operation: str, absent: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    """DESIGN.md 5: compatible routes take fold=0 and warn in `meta`."""
    answer = ask(operation, request(operation, **TWICE, **absent), ephemeris)
    assert born(answer)["utc"] == "2005-10-30T05:30:00Z"
    assert born(answer)["fold"] == 0
    (warning,) = answer.meta["warnings"]
    told = "this local time occurred twice; the first occurrence was taken (fold=0)"
    assert warning in {told, f"natal_chart: {told}"}


@each_timed
@pytest.mark.parametrize(("fold", "hour"), [(0, 5), (1, 6), ("0", 5), ("1", 6)])
def test_a_fold_that_is_given_is_taken_without_a_warning(
    operation: str, fold: Any, hour: int, ephemeris: SwissAlmanac
) -> None:
    answer = ask(operation, request(operation, **TWICE, fold=fold), ephemeris)
    assert born(answer)["utc"] == f"2005-10-30T0{hour}:30:00Z"
    assert answer.meta["warnings"] == []


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("stateless/progressions", "progression_date"),
        ("stateless/directions", "target_date"),
    ],
)
def test_another_moment_that_came_twice_is_its_first_with_a_warning(
    operation: str, field: str, ephemeris: SwissAlmanac
) -> None:
    asked = request(operation, timezone="America/New_York")
    answer = ask(operation, {**asked, field: "2005-10-30T01:30"}, ephemeris)
    others = answer.computed_for["others"]
    assert (others[field]["utc"], others[field]["fold"]) == ("2005-10-30T05:30:00Z", 0)
    assert any("the first occurrence was taken" in told for told in answer.meta["warnings"])


# What is refused


@each_operation
@pytest.mark.parametrize("field", ["latitude", "longitude"])
@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_no_number(
    operation: str, field: str, *, value: bool, ephemeris: SwissAlmanac
) -> None:
    """DESIGN.md 8; CONTRACT.md 0.3 has them taken for 1 and 0."""
    problem = refused(ask(operation, request(operation, **{field: value}), ephemeris))
    assert problem["loc"] == ["body", *inside(operation), field]
    assert problem["input"] is value
    assert problem["msg"].endswith(f"got {str(value).lower()}")


@each_timed
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("latitude", 90.5, "latitude must be a number within -90.0..90.0, got 90.5"),
        ("latitude", "90.5", "latitude must be a number within -90.0..90.0, got 90.5"),
        ("latitude", "nan", "latitude must be a number, got 'nan'"),
        ("latitude", "4_0", "latitude must be a number, got '4_0'"),
        ("latitude", "\u0664\u0660", "latitude must be a number, got '\u0664\u0660'"),
        ("latitude", "1e400", "latitude must be a number within -90.0..90.0, got inf"),
        ("latitude", "north", "latitude must be a number, got 'north'"),
        ("latitude", "", "latitude must be a number, got ''"),
        ("latitude", [40.7], "latitude must be a number within -90.0..90.0, got [40.7]"),
        ("longitude", -181, "longitude must be a number within -180.0..180.0, got -181"),
        ("fold", 2, "fold must be a number within 0..1, got 2"),
        ("fold", True, "fold must be a whole number, got true"),
        ("fold", "first", "fold must be a number, got 'first'"),
        ("date", "15/01/1990", "date must be YYYY-MM-DD"),
        ("date", "2023-02-31", "date must be a day of February 2023 (1 to 28)"),
        ("date", 19900115, "date must be a string, got 19900115"),
        ("time", "2 pm", "time must be HH:MM, HH:MM:SS"),
        ("time", "now", "time must be HH:MM, HH:MM:SS"),
        ("timezone", "New York", "timezone must be an IANA time zone"),
    ],
)
def test_a_wrong_field_is_told_as_a_list_with_its_location(
    operation: str, field: str, value: Any, message: str, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 3.4 E2 and D17: 422 with `loc`, where the original answered 500."""
    problem = refused(ask(operation, request(operation, **{field: value}), ephemeris))
    assert problem["loc"] == ["body", *inside(operation), field]
    assert problem["msg"].startswith(".".join([*inside(operation), message]))


@each_operation
@pytest.mark.parametrize("field", ["date", "latitude", "longitude"])
@pytest.mark.parametrize("absent", ["left out", "null"])
def test_a_missing_field_is_told_by_its_location(
    operation: str, field: str, absent: str, ephemeris: SwissAlmanac
) -> None:
    asked = request(operation, **{field: None})
    if absent == "left out":
        del next((asked[name] for name in inside(operation)), asked)[field]
    problem = refused(ask(operation, asked, ephemeris))
    assert problem == {
        "type": "missing",
        "loc": ["body", *inside(operation), field],
        "msg": f"{'.'.join([*inside(operation), field])} must be given",
        "input": None,
    }


@pytest.mark.parametrize(
    "operation", [name for name, one in adapters().items() if "planets" in one.request.model_fields]
)
def test_an_unknown_planet_is_refused_with_the_nearest(
    operation: str, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 64: it was dropped without a word."""
    problem = refused(
        ask(operation, {**request(operation), "planets": ["SUN", "Plutto"]}, ephemeris)
    )
    assert problem["loc"] == ["body", "planets", 1]
    assert "(nearest: PLUTO)" in problem["msg"]
    assert problem["input"] == "Plutto"


@each_operation
@pytest.mark.parametrize(
    "body",
    [
        b'{"date": ',
        b"not json",
        b"   ",
        b"[]",
        b"null",
        b"3",
        '{"date": "caf\u00e9"}'.encode("latin-1"),
        b'{"latitude": NaN}',
        b'{"planets":' + b"[" * 300 + b"]" * 300 + b"}",
        b"[" * 1_000 + b"]" * 1_000,
        b"[" * 100_000,
    ],
    ids=lambda body: str(body[:20]),
)
def test_a_body_that_is_no_object_is_refused(
    operation: str, body: bytes, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 0.3: malformed JSON is 422. Nesting without end was once a fault of ours."""
    answer = ask(operation, body, ephemeris)
    problem = refused(answer)
    assert problem["loc"] == ["body"]
    assert problem["msg"].startswith(("body must be valid JSON (", "body must be a JSON object"))
    assert len(answer.outcome.fragment) < 2000


@each_operation
def test_an_empty_body_lacks_its_fields(operation: str, ephemeris: SwissAlmanac) -> None:
    for body in (b"", b"{}"):
        detail = ask(operation, body, ephemeris).body["detail"]
        fields = adapters()[operation].request.model_fields.items()
        lacking = [["body", name] for name, field in fields if field.is_required()]
        assert [problem["loc"] for problem in detail] == lacking
        assert lacking


@pytest.mark.parametrize("operation", WITH_POSITIONS)
@pytest.mark.parametrize("date", ["1100-01-01", "2450-01-01"])
def test_outside_the_files_the_answer_names_them(
    operation: str, date: str, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 57: missing files silently gave other numbers."""
    answer = ask(operation, request(operation, date=date), ephemeris)
    assert (answer.status, answer.error["code"]) == (422, "CALCULATION_ERROR")
    assert answer.body["detail"] == answer.error["message"]
    assert ".se1" in answer.error["message"]


@each_operation
@settings(deadline=None, max_examples=30)  # a busy machine is no fault
@given(
    changes=st.dictionaries(
        fields | st.sampled_from(["orb_tolerance"]), json_values | st.text("0123456789eE+-._nai")
    )
)
def test_no_values_are_a_fault_of_ours(
    operation: str, changes: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    answer = ask(operation, json.dumps(request(operation, **changes)).encode(), ephemeris)
    assert answer.status in {200, 422}, changes


def test_a_fault_of_an_adapter_is_told_without_any_value(
    ephemeris: SwissAlmanac, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(reply: Any, payload: Any) -> Any:
        raise KeyError(str(payload) + str(reply))

    adapter: Adapter = dataclasses.replace(adapters()["calculations/houses"], reply_of=broken)
    with caplog.at_level(logging.DEBUG):
        answer = Asked(executions(legacy_door(adapter))[adapter.name](encode(birth()), ephemeris))
    assert (answer.status, answer.error["code"]) == (500, "INTERNAL_ERROR")
    (record,) = caplog.records
    told = answer.outcome.fragment.decode() + record.getMessage()
    for value in ("1990", "14:30", "40.7128", "New_York"):
        assert value not in told
