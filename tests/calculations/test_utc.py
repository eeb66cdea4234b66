"""Instants that answers tell in UTC, under either rule of universal time."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask, birth

A_TENTH = 0.06 / 86_400.0
"""Days: half of the last digit told, and a rounding more."""
BORN = birth(universal_time="UTC_TO_UT1")
LUNAR = {"return_type": "LUNAR", "return_date": "2026-01-15", "planets": ["SUN", "MOON"]}


def test_the_time_of_a_return_is_an_instant_of_the_same_clock(ephemeris: SwissAlmanac) -> None:
    row = ask("returns", {"natal_chart": BORN, **LUNAR}, ephemeris).data["returns"][0]
    again = ask(
        "planetary-positions",
        {**BORN, "date": row["return_time"], "time": None, "planets": ["MOON"]},
        ephemeris,
    )
    assert again.computed_for["julian_day"] == pytest.approx(row["julian_day"], abs=A_TENTH)


@pytest.mark.parametrize("rule", ["UTC_AS_UT1", "UTC_TO_UT1"])
@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("stations", {"start_date": "2026-02-01", "end_date": "2026-04-01"}),
        ("lunations", {"start_date": "2026-02-01", "end_date": "2026-04-01"}),
    ],
    ids=["stations", "lunations"],
)
def test_events_are_told_by_the_clock_of_the_span(
    name: str, asked: dict[str, Any], rule: str, ephemeris: SwissAlmanac
) -> None:
    data = ask(name, {**asked, "universal_time": rule}, ephemeris).data
    rows = next(rows for rows in data.values() if rows)
    for row in rows:
        span = {"start_date": row["date"], "end_date": "2026-05-01", "universal_time": rule}
        told = ask("stations", {**span, "planets": ["MARS"]}, ephemeris)
        assert told.computed_for["julian_day"] == pytest.approx(row["julian_day"], abs=A_TENTH)


def test_local_times_go_by_the_same_clock(ephemeris: SwissAlmanac) -> None:
    day = {**BORN, "time": None, "date": "2026-06-01", "planets": ["SUN"]}
    (sun,) = ask("rise-set", day, ephemeris).data["bodies"]
    for row in (*sun["rises"], *sun["sets"]):
        assert row["local_time"][14:21] == row["time"][14:21]


def test_no_rule_outlives_its_answer(ephemeris: SwissAlmanac) -> None:
    plain = {"natal_chart": birth(), **LUNAR}
    before = ask("returns", plain, ephemeris).data
    ask("returns", {"natal_chart": BORN, **LUNAR}, ephemeris)
    assert ask("returns", plain, ephemeris).data == before
