"""The figures of DEFINITIONS.md 3 in the skies of 1999 and 2013, and a second way to them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from app.astrology.angles import separation
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.reference.test_definitions import CHART_A, FOUR_DECIMALS

CROSS_OF_1999 = {**CHART_A, "date": "1999-08-11T11:03:05Z"}
TRINE_OF_2013 = {**CHART_A, "date": "2013-07-29T18:00:00Z"}
A_THOUSANDTH = 6e-4
"""Degrees: half a unit of the third decimal, and a tenth for our own."""


def figures(chart: dict[str, Any], kind: str, ephemeris: SwissEphemeris, **more: Any) -> Any:
    request = {**chart, "patterns": [kind], **more}
    return {
        frozenset(point["planet"] for point in pattern["points"]): pattern
        for pattern in ask("patterns", request, ephemeris).data["patterns"]
    }


def test_the_eclipse_of_1999_makes_a_grand_cross(ephemeris: SwissEphemeris) -> None:
    found = figures(CROSS_OF_1999, "GRAND_CROSS", ephemeris)
    cross = found[frozenset({"SUN", "MARS", "SATURN", "URANUS"})]
    places = {point["planet"]: point["longitude"] for point in cross["points"]}
    expected = {"SUN": 138.3497, "MARS": 226.8459, "SATURN": 46.8766, "URANUS": 314.6692}
    assert places == pytest.approx(expected, abs=FOUR_DECIMALS)
    worst = max(cross["edges"], key=lambda edge: edge["orb"])
    assert {worst["planet1"], worst["planet2"]} == {"SUN", "URANUS"}
    assert worst["aspect_type"] == "OPPOSITION"
    assert cross["worst_orb"] == worst["orb"]
    assert cross["worst_orb"] == pytest.approx(3.680, abs=1.1e-3)


def test_july_2013_makes_a_grand_trine_of_water(ephemeris: SwissEphemeris) -> None:
    found = figures(TRINE_OF_2013, "GRAND_TRINE", ephemeris, suppress_subsets=False)
    trine = found[frozenset({"JUPITER", "SATURN", "NEPTUNE"})]
    places = {point["planet"]: point["longitude"] for point in trine["points"]}
    expected = {"JUPITER": 97.5050, "SATURN": 215.1962, "NEPTUNE": 334.7022}
    assert places == pytest.approx(expected, abs=FOUR_DECIMALS)
    assert trine["worst_orb"] == pytest.approx(2.803, abs=A_THOUSANDTH)


def test_pluto_makes_a_kite_of_it(ephemeris: SwissEphemeris) -> None:
    found = figures(TRINE_OF_2013, "KITE", ephemeris)
    kite = found[frozenset({"JUPITER", "SATURN", "NEPTUNE", "PLUTO"})]
    role = {point["planet"]: point["role"] for point in kite["points"]}
    assert role == {"PLUTO": "APEX", "JUPITER": "TAIL", "SATURN": "WING", "NEPTUNE": "WING"}
    (axis,) = (edge for edge in kite["edges"] if edge["aspect_type"] == "OPPOSITION")
    assert axis["separation"] == pytest.approx(177.880, abs=A_THOUSANDTH)
    trines = figures(TRINE_OF_2013, "GRAND_TRINE", ephemeris)
    assert frozenset({"JUPITER", "SATURN", "NEPTUNE"}) not in trines


@pytest.mark.parametrize("chart", [CHART_A, CROSS_OF_1999, TRINE_OF_2013])
def test_t_squares_are_all_that_trying_every_three_points_finds(
    chart: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    rows = ask("planetary-positions", chart, ephemeris).data["positions"]
    place = {row["planet"]: row["longitude"] for row in rows}
    expected = set()
    for three in combinations(place, 3):
        apart = sorted(separation(place[a], place[b]) for a, b in combinations(three, 2))
        if all(abs(arc - angle) <= 8.0 for arc, angle in zip(apart, (90, 90, 180), strict=True)):
            expected.add(frozenset(three))
    found = figures(chart, "T_SQUARE", ephemeris, suppress_subsets=False)
    assert set(found) == expected
    assert expected
