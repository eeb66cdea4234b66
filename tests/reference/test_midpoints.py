"""The values of DEFINITIONS.md 3 for midpoints, and a second way to them."""

from __future__ import annotations

import cmath
from math import degrees, radians

import pytest

from app.astrology.angles import separation
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.reference.test_definitions import CHART_A, SIX_DECIMALS


def test_sun_and_moon_of_chart_a_have_their_midpoint(ephemeris: SwissEphemeris) -> None:
    rows = ask("midpoints", CHART_A, ephemeris).data["midpoints"]
    (row,) = (r for r in rows if (r["planet1"], r["planet2"]) == ("SUN", "MOON"))
    assert row["longitude"] == pytest.approx(253.474196, abs=SIX_DECIMALS)
    assert row["dial"] == pytest.approx(73.474196, abs=SIX_DECIMALS)


@pytest.mark.parametrize(
    ("planet", "pair", "delta", "tolerance"),
    [
        ("MARS", ("URANUS", "PLUTO"), 45.0145, 6e-5),
        ("SUN", ("SATURN", "PLUTO"), -45.303, 6e-4),
        ("JUPITER", ("SUN", "SATURN"), 44.756, 6e-4),
    ],
)
def test_chart_a_has_the_trees_of_the_definitions(
    planet: str, pair: tuple[str, str], delta: float, tolerance: float, ephemeris: SwissEphemeris
) -> None:
    data = ask("midpoints", CHART_A, ephemeris).data
    (tree,) = (tree for tree in data["trees"] if tree["planet"] == planet)
    (found,) = (c for c in tree["contacts"] if (c["planet1"], c["planet2"]) == pair)
    assert found["delta"] == pytest.approx(delta, abs=tolerance)
    assert (found["angle"], found["direct"]) == (45.0, False)


def test_all_midpoints_are_sums_of_arrows(ephemeris: SwissEphemeris) -> None:
    """The direction of the sum of two unit arrows is the middle of the shorter arc."""
    data = ask("midpoints", CHART_A, ephemeris).data
    place = {tree["planet"]: tree["longitude"] for tree in data["trees"]}
    for row in data["midpoints"]:
        one, other = (cmath.exp(1j * radians(place[row[key]])) for key in ("planet1", "planet2"))
        assert separation(row["longitude"], degrees(cmath.phase(one + other))) <= 1e-9


def test_trees_are_what_dials_of_45_degrees_bring_together(ephemeris: SwissEphemeris) -> None:
    """On the dial of 45 degrees a point lies beside each midpoint of its tree, and no other."""
    data = ask("midpoints", {**CHART_A, "dial": 45}, ephemeris).data
    for tree in data["trees"]:
        beside = set()
        for row in data["midpoints"]:
            gap = abs(tree["dial"] - row["dial"])
            own = tree["planet"] in (row["planet1"], row["planet2"])
            if min(gap, 45.0 - gap) <= 1.5 and not own:
                beside.add((row["planet1"], row["planet2"]))
        assert {(c["planet1"], c["planet2"]) for c in tree["contacts"]} == beside


def test_pictures_join_midpoints_of_one_axis(ephemeris: SwissEphemeris) -> None:
    """Two equal sums have their halves on one axis, within half the orb."""
    data = ask("midpoints", CHART_A, ephemeris).data
    middle = {frozenset((m["planet1"], m["planet2"])): m["longitude"] for m in data["midpoints"]}
    assert data["pictures"]
    for row in data["pictures"]:
        one = middle[frozenset((row["planet1"], row["planet2"]))]
        other = middle[frozenset((row["planet3"], row["planet4"]))]
        apart = separation(one, other)
        assert min(apart, 180.0 - apart) == pytest.approx(row["orb"] / 2.0, abs=1e-9)
