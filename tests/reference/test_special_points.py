"""Nodes, Lilith, planetary nodes, lunations and twelfth-parts against DEFINITIONS.md."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import norm, separation, signed_arc
from app.astrology.bodies import Body
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask
from tests.reference.test_definitions import CHART_A, SIX_DECIMALS

TWO_DECIMALS, THREE_DECIMALS = 6e-3, 6e-4
BISECTED = 1e-7
"""Days: where a bisection over a synodic half month is stopped."""


def special(ephemeris: SwissAlmanac, **request: Any) -> dict[str, Any]:
    return dict(ask("special-points", {**CHART_A, **request}, ephemeris).data)


@pytest.mark.parametrize(
    ("request_", "name", "longitude"),
    [
        ({}, "north_node", 125.027408),
        ({"use_true_node": True}, "north_node", 123.939960),
        ({}, "south_node", 305.027408),
        ({}, "lilith_mean", 263.492165),
        ({}, "lilith_true", 253.417424),
        ({}, "lilith_interpolated", 259.160249),
        ({"selena": "MEAN_PERIGEE"}, "selena", 83.492165),
        ({}, "selena", 242.251953),
        ({"selena": "WHITE_MOON"}, "selena", 242.251953),
        ({"include_perigees": True}, "perigee_mean", 83.492165),
    ],
)
def test_lunar_points_are_those_of_the_definitions(
    request_: dict[str, Any], name: str, longitude: float, ephemeris: SwissAlmanac
) -> None:
    assert separation(special(ephemeris, **request_)[name]["longitude"], longitude) <= SIX_DECIMALS


def test_the_interpolated_perigee_is_not_opposite_the_apogee(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 1: 92.0335 against 259.1602, 167.1 degrees apart."""
    data = special(ephemeris, include_perigees=True)
    perigee = data["perigee_interpolated"]["longitude"]
    assert perigee == pytest.approx(92.0335, abs=6e-5)
    apart = separation(perigee, data["lilith_interpolated"]["longitude"])
    assert apart == pytest.approx(167.1, abs=0.06)


def test_angles_are_those_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    data = special(ephemeris, include_angles=True)
    found = {row["planet"]: row["longitude"] for row in data["angles"]}
    expected = {"EAST_POINT": 342.164708, "VERTEX": 169.305211, "ANTI_VERTEX": 349.305211}
    assert found == pytest.approx(expected, abs=SIX_DECIMALS)


@pytest.mark.parametrize(
    ("center", "north", "south", "tolerance"),
    [
        ("GEOCENTRIC", 7.68, 248.97, TWO_DECIMALS),
        ("HELIOCENTRIC", 49.554, 229.554, THREE_DECIMALS),
    ],
)
def test_nodes_of_mars_are_those_of_the_definitions(
    center: str, north: float, south: float, tolerance: float, ephemeris: SwissAlmanac
) -> None:
    (mars,) = special(ephemeris, orbits=["MARS"], orbit_center=center)["orbits"]
    assert mars["north_node"]["longitude"] == pytest.approx(north, abs=tolerance)
    assert mars["south_node"]["longitude"] == pytest.approx(south, abs=tolerance)


@pytest.mark.parametrize(
    ("rule", "kind", "second", "point", "longitude"),
    [
        ("NEW_MOON", "NEW_MOON", "1999-12-07T22:31:38", "sun_longitude", 255.369763),
        ("FULL_MOON", "FULL_MOON", "1999-12-22T17:31:18", "moon_longitude", 90.415370),
        ("LAST_SYZYGY", "FULL_MOON", "1999-12-22T17:31:18", "longitude", 90.415370),
    ],
)
def test_the_prenatal_lunation_is_that_of_the_definitions(
    rule: str,
    kind: str,
    second: str,
    point: str,
    longitude: float,
    ephemeris: SwissAlmanac,
) -> None:
    found = special(ephemeris, syzygy_rule=rule)["syzygy"]
    assert found["kind"] == kind
    assert found["date"][:16] == second[:16]
    assert float(found["date"][17:-1]) == pytest.approx(float(second[17:]), abs=0.55)
    assert found[point] == pytest.approx(longitude, abs=1.1e-6)


@pytest.mark.parametrize("year", [1300, 1789, 1962, 2000, 2024, 2350])
@pytest.mark.parametrize(("rule", "apart"), [("NEW_MOON", 0.0), ("FULL_MOON", 180.0)])
def test_the_lunation_is_where_halving_the_month_finds_it(
    year: int, rule: str, apart: float, ephemeris: SwissAlmanac
) -> None:
    """A second method: the sign of the elongation, and no speeds."""
    chart = {**CHART_A, "date": f"{year}-06-15T12:00:00Z", "syzygy_rule": rule}
    answer = ask("special-points", chart, ephemeris)
    birth, found = answer.computed_for["julian_day"], answer.data["syzygy"]["julian_day"]
    assert 0.0 <= birth - found < 29.9

    def beyond(moment: float) -> float:
        sun, moon = ephemeris.positions((moment,), (Body.SUN, Body.MOON))[0, :, 0].tolist()
        return signed_arc(apart, norm(moon - sun))

    low, high = found - 5.0, found + 5.0
    assert beyond(low) < 0.0 < beyond(high)
    while high - low > BISECTED:
        middle = (low + high) / 2.0
        low, high = (middle, high) if beyond(middle) < 0.0 else (low, middle)
    assert found == pytest.approx((low + high) / 2.0, abs=2.0 * BISECTED)


def test_the_eclipses_before_chart_a_are_those_of_1999(ephemeris: SwissAlmanac) -> None:
    """The total one of 1999-08-11, Saros 145/21, and the partial one of 1999-07-28, Saros 119.

    DEFINITIONS.md 3 has the Sun at 138.3497 at 11:03:05 of the former.
    """
    solar, lunar = special(ephemeris, include_eclipses=True)["eclipses"]
    assert solar["date"].startswith("1999-08-11T11:03:0")
    assert (solar["kind"], solar["saros_series"], solar["saros_member"]) == ("TOTAL", 145, 21)
    assert lunar["date"].startswith("1999-07-28T11:33")
    assert (lunar["kind"], lunar["saros_series"]) == ("PARTIAL", 119)
    assert solar["sign"] == "LEO"
    assert solar["longitude_at_greatest"] == pytest.approx(138.35, abs=0.01)


def test_the_twelfth_part_of_the_sun_is_that_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    (sun,) = special(ephemeris, planets=["SUN"])["dodecatemoria"]
    assert sun["longitude"] == pytest.approx(37.48536, abs=6e-6)
    assert (sun["decan"], sun["decan_ruler"]) == (2, "MARS")
