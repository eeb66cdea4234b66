"""Returns of several kinds in one answer."""

from __future__ import annotations

from typing import Any

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, Asked, ask

YEAR = {"return_date": "2026-01-01", "end_date": "2026-12-31", "planets": ["SUN"]}


def returns(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("returns", {"natal_chart": NEW_YORK, **changes}, ephemeris)


def test_several_kinds_follow_each_other_as_if_asked_alone(ephemeris: SwissAlmanac) -> None:
    several = returns(ephemeris, **YEAR, return_types=["lunar", "SOLAR"])
    rows = several.data["returns"]
    for kind in ("LUNAR", "SOLAR"):
        alone = returns(ephemeris, **YEAR, return_type=kind).data["returns"]
        assert [row for row in rows if row["return_type"] == kind] == alone
    kinds = [row["return_type"] for row in rows]
    assert kinds == ["LUNAR"] * (len(kinds) - 1) + ["SOLAR"]
    assert several.computed_for["definitions"]["return_types"] == ["LUNAR", "SOLAR"]


def test_a_kind_named_twice_is_told_once(ephemeris: SwissAlmanac) -> None:
    twice = returns(ephemeris, **YEAR, return_types=["SOLAR", "solar"])
    assert len(twice.data["returns"]) == 1


def test_all_kinds_together_are_no_more_than_one_alone(ephemeris: SwissAlmanac) -> None:
    count = {"return_date": "2026-01-01", "count": 60, "return_types": ["SOLAR", "LUNAR"]}
    answer = returns(ephemeris, **count)
    assert answer.body["detail"][0]["loc"] == ["body", "count"]
    long = {"return_date": "2026-01-01", "end_date": "2033-06-01"}
    assert returns(ephemeris, **long, return_type="LUNAR").status == 200
    both = returns(ephemeris, **long, return_types=["LUNAR", "SOLAR"])
    assert both.body["detail"][0]["loc"] == ["body", "end_date"]


def test_a_planet_is_needed_by_its_kind_alone(ephemeris: SwissAlmanac) -> None:
    asked = returns(ephemeris, **YEAR, return_types=["SOLAR", "PLANETARY"])
    assert asked.body["detail"][0]["loc"] == ["body", "planet"]
    mars = returns(ephemeris, **YEAR, return_types=["PHASE", "PLANETARY"], planet="MERCURY")
    assert {row["planet"] for row in mars.data["returns"]} == {"PHASE", "MERCURY"}
