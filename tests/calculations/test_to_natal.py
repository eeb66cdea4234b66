"""Aspects to a birth: who stands and who moves, and how wide they are, wherever they are told."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, Asked, ask

MOMENTS: dict[str, dict[str, Any]] = {
    "transits": {"transit_date": "2026-01-11", "transit_time": "12:00:00"},
    "returns": {"return_date": "2026-01-01", "return_type": "LUNAR"},
    "diurnal": {"target_date": "2026-01-11"},
    "progressions": {"progression_date": "2026-06-21"},
    "solar-arc": {"target_date": "2026-06-21"},
}
each = pytest.mark.parametrize("operation", MOMENTS)
passing = pytest.mark.parametrize("operation", ["transits", "returns", "diurnal"])


def asked(operation: str, ephemeris: SwissAlmanac, **more: Any) -> Asked:
    return ask(operation, {"natal_chart": NEW_YORK, **MOMENTS[operation], **more}, ephemeris)


def to_natal(answer: Asked) -> list[dict[str, Any]]:
    data = answer.data["returns"][0] if "returns" in answer.data else answer.data
    return list(data["aspects_to_natal"] if "aspects_to_natal" in data else data["aspects"])


def moving_places(operation: str, answer: Asked) -> dict[str, float]:
    data = answer.data
    rows = {
        "transits": lambda: data["transit_positions"],
        "returns": lambda: data["returns"][0]["chart"]["positions"],
        "diurnal": lambda: data["chart"]["positions"],
    }.get(operation, lambda: data["positions"])()
    return {row["planet"]: row["longitude"] for row in rows}


def apart(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)


@each
def test_the_first_point_is_natal_and_the_second_moves(
    operation: str, ephemeris: SwissAlmanac
) -> None:
    answer = asked(operation, ephemeris, orb=3.0)
    rows, moving = to_natal(answer), moving_places(operation, answer)
    chart = {**NEW_YORK, "planets": [*moving, "ASC", "MC"]}
    positions = ask("natal-chart", chart, ephemeris).data["positions"]
    natal = {row["planet"]: row["longitude"] for row in positions}
    assert rows
    for row in rows:
        assert (row["natal_planet"], row["moving_planet"]) == (row["planet1"], row["planet2"])
        distance = apart(natal[row["natal_planet"]], moving[row["moving_planet"]])
        assert row["separation"] == pytest.approx(distance, abs=1e-9)


@passing
def test_aspects_to_the_birth_have_three_degrees_unless_told_otherwise(
    operation: str, ephemeris: SwissAlmanac
) -> None:
    plain, wide = asked(operation, ephemeris), asked(operation, ephemeris, orb=8.0)
    assert max(row["orb"] for row in to_natal(plain)) <= 3.0
    assert max(row["orb"] for row in to_natal(wide)) > 3.0
    assert plain.computed_for["definitions"]["orb"] == 3.0
    assert wide.computed_for["definitions"]["orb"] == 8.0


@passing
def test_an_orb_of_an_aspect_wins_over_the_one_for_all(
    operation: str, ephemeris: SwissAlmanac
) -> None:
    rows = to_natal(asked(operation, ephemeris, orb=0.5, orbs={"SQUARE": 9.0}))
    widest = {
        kind: max((r["orb"] for r in rows if r["aspect_type"] == kind), default=0.0)
        for kind in ("SQUARE", "TRINE")
    }
    assert widest["SQUARE"] > 3.0
    assert widest["TRINE"] <= 0.5


@pytest.mark.parametrize("operation", ["returns", "diurnal"])
def test_aspects_to_the_birth_may_have_orbs_apart(operation: str, ephemeris: SwissAlmanac) -> None:
    orbs: dict[str, Any] = {"orbs": {"TRINE": 5.0}, "orbs_to_natal": {"SQUARE": 1.0}}
    told = asked(operation, ephemeris, **orbs).computed_for["definitions"]
    assert (told["orbs"]["TRINE"], told["orbs"]["SQUARE"]) == (5.0, 8.0)
    assert (told["orbs_to_natal"]["TRINE"], told["orbs_to_natal"]["SQUARE"]) == (3.0, 1.0)
    same = {"orbs": {"TRINE": 5.0}, "orbs_to_natal": None}
    told = asked(operation, ephemeris, **same).computed_for["definitions"]
    assert (told["orbs_to_natal"]["TRINE"], told["orbs_to_natal"]["SQUARE"]) == (5.0, 3.0)


@pytest.mark.parametrize("operation", ["returns", "diurnal"])
def test_the_other_chart_keeps_the_orbs_of_a_birth(operation: str, ephemeris: SwissAlmanac) -> None:
    answer = asked(operation, ephemeris)
    definitions = answer.computed_for["definitions"]
    assert (definitions["orbs"]["TRINE"], definitions["orbs_to_natal"]["TRINE"]) == (8.0, 3.0)
    data = answer.data["returns"][0] if operation == "returns" else answer.data
    assert max(row["orb"] for row in data["chart"]["aspects"]) > 3.0
