"""Refusals in the caller's names, and days that begin twice."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.compat.legacy import IN_CHART_DATA
from app.ephemeris.almanac import SwissAlmanac
from app.errors import CalculationFailed, InvalidInput
from tests.calculations.asking import NEW_YORK, ask, birth
from tests.compat.adapters import adapters

NAMES = {"natal_chart": "", "natal_chart.date": "birth", "planets": "options.planets"}


@pytest.mark.parametrize(
    ("field", "names", "caller"),
    [
        ("date", IN_CHART_DATA, "chart_data.date"),
        ("planets.1", NAMES, "options.planets.1"),
        ("natal_chart.latitude", NAMES, "latitude"),
        ("natal_chart.date", NAMES, "birth"),
        ("orbs.TRINE", NAMES, "orbs.TRINE"),
        ("planets_of_mine", NAMES, "planets_of_mine"),
    ],
)
def test_the_longest_beginning_of_a_field_that_has_another_name_is_replaced(
    field: str, names: Mapping[str, str], caller: str
) -> None:
    (problem,) = InvalidInput.of(field, "right", None).renamed(names).problems
    assert problem.field == caller
    failed = CalculationFailed("no", details={"field": field, "got": 1}).renamed(names)
    assert failed.details == {"field": caller, "got": 1}


def test_a_failure_without_a_field_stays_as_it_is() -> None:
    failed = CalculationFailed("no", retry_after=3).renamed(NAMES)
    assert (failed.message, failed.details, failed.retry_after) == ("no", None, 3)


@pytest.mark.parametrize("name", ["\u00b9", "\u0663", "9" * 5000])
def test_a_name_that_looks_like_a_number_is_told_as_a_name(
    name: str, ephemeris: SwissAlmanac
) -> None:
    """Superscripts and digits of other scripts are no indices, nor is a number of any length."""
    answer = ask("aspects", birth(orbs={name: 1.0}), ephemeris)
    assert answer.status == 422
    assert answer.body["detail"][0]["loc"] == ["body", "orbs", name]


@pytest.mark.parametrize(
    ("name", "field"),
    [("progressions", "progression_date"), ("directions", "target_date")],
)
def test_a_day_with_two_midnights_begins_with_the_first(
    name: str, field: str, ephemeris: SwissAlmanac
) -> None:
    chart = {**NEW_YORK, "timezone": "America/Havana"}
    request = {**adapters()[f"stateless/{name}"].example, "natal_chart": chart, field: "2025-11-02"}
    answer = ask(f"stateless/{name}", request, ephemeris)
    assert answer.computed_for["others"][field]["utc"] == "2025-11-02T04:00:00Z"
    told = "this local time occurred twice; the first occurrence was taken (fold=0)"
    assert answer.meta["warnings"] == [f"{field}: {told}"]
