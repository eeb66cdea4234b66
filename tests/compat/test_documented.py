"""Every operation of one chart, in both forms, against what CONTRACT.md 1.4 to 1.6 document."""

from __future__ import annotations

from typing import Any

import pytest

from app.compat.charts import CHART_ADAPTERS
from app.compat.direct import ADAPTERS
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.compat.documented import (
    DOCUMENTED,
    Documented,
    adapter_of,
    departures,
    walked,
    with_value,
)

EVERY = dict(walked())
each_operation = pytest.mark.parametrize("operation", list(EVERY))


def request_of(operation: str) -> dict[str, Any]:
    """A request with all that its reply can tell."""
    own = EVERY[operation].base
    if operation.startswith("calculations/"):
        return {**NEW_YORK, **own}
    return {"chart": NEW_YORK, **own}


def told(answer: Asked) -> tuple[Any, Any]:
    """What an answer says, and what it was computed for."""
    return answer.data, answer.computed_for


def cases(which: str) -> list[tuple[str, str, Any]]:
    return [
        (operation, name, value)
        for operation, one in EVERY.items()
        for name, value in getattr(one, which).items()
    ]


def test_every_documented_operation_has_an_adapter_and_no_other_has() -> None:
    """CONTRACT.md 1.4, 1.5 (30, 31) and 1.6."""
    known = [adapter.name for adapter in (*ADAPTERS, *CHART_ADAPTERS)]
    assert sorted(known) == sorted(EVERY)
    assert len(ADAPTERS) == 12
    assert len(known) == len(set(known))


@each_operation
def test_a_reply_has_every_documented_field_with_its_type(
    operation: str, ephemeris: SwissAlmanac
) -> None:
    answer = ask(operation, request_of(operation), ephemeris)
    assert list(departures(answer.data, EVERY[operation].reply)) == []
    flat = {name for name in answer.body if name not in {"success", "data", "error"}}
    assert flat == (set(answer.data) if EVERY[operation].flat else set())


@pytest.mark.parametrize(("operation", "field", "value"), cases("heard"))
def test_a_documented_field_is_heard(
    operation: str, field: str, value: Any, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 5.4: changing it changes the answer, or what the answer says it is for."""
    plain = request_of(operation)
    if field in {"magnitude_limit", "stars"}:
        plain["stars"] = []
    changed = with_value(plain, field, value)
    assert told(ask(operation, changed, ephemeris)) != told(ask(operation, plain, ephemeris))


@pytest.mark.parametrize(("operation", "field", "value"), cases("refused"))
def test_a_wrong_value_is_refused_by_the_name_that_the_caller_knows(
    operation: str, field: str, value: Any, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 3.4 E2, D17."""
    answer = ask(operation, with_value(request_of(operation), field, value), ephemeris)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    (problem,) = answer.body["detail"]
    path = [int(part) if part.isdigit() else part for part in field.split(".")]
    assert problem["loc"][: len(path) + 1] == ["body", *path]


@each_operation
@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("date", "1991-02-16", "15/01/1990"),
        ("time", "03:15", "late"),
        ("latitude", -33.5, 91),
        ("longitude", 12.5, 181),
        ("timezone", "Asia/Tokyo", "Nowhere"),
    ],
)
def test_every_field_of_the_birth_is_heard_and_refused(
    operation: str, field: str, value: Any, wrong: Any, ephemeris: SwissAlmanac
) -> None:
    plain = request_of(operation)
    if "rectification" in operation:
        del plain["time_window"]  # it is the time of birth
        plain["events"] = [{"date": "2020-01-01"}]
    inside = field if operation.startswith("calculations/") else f"chart.{field}"
    if not (EVERY[operation].placeless and field in {"latitude", "longitude"}):
        changed = ask(operation, with_value(plain, inside, value), ephemeris)
        assert told(changed) != told(ask(operation, plain, ephemeris))
    refusal = ask(operation, with_value(plain, inside, wrong), ephemeris)
    assert refusal.status == 422
    assert refusal.body["detail"][0]["loc"] == ["body", *inside.split(".")]


@pytest.mark.parametrize("one", [one for one in DOCUMENTED if one.name and one.chart])
def test_a_stored_chart_answers_as_its_birth_data_do(
    one: Documented, ephemeris: SwissAlmanac
) -> None:
    """A chart's birth data, with what is asked beside them, are a request of the direct form."""
    direct, stored = f"calculations/{one.name}", f"charts/{one.chart}"
    by_birth = {**request_of(direct), "house_system": "PLACIDUS"}
    answers = ask(direct, by_birth, ephemeris), ask(stored, request_of(stored), ephemeris)
    assert answers[0].data == answers[1].data


@each_operation
def test_the_published_example_is_answered(operation: str, ephemeris: SwissAlmanac) -> None:
    assert ask(operation, dict(adapter_of(operation).example), ephemeris).status == 200
