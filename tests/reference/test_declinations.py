"""Declinations, parallels and antiscia against DEFINITIONS.md, and by another formula."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin, tan
from typing import Any

import pytest

from app.astrology.angles import norm, separation
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask
from tests.reference.test_definitions import CHART_A, DECLINATIONS_OF_A, SIX_DECIMALS

MOON_OF_2025 = {**CHART_A, "date": "2025-03-07T00:00:00Z"}


def declinations(
    chart: dict[str, Any], ephemeris: SwissAlmanac, **request: Any
) -> dict[str, dict[str, Any]]:
    rows = ask("declinations", {**chart, **request}, ephemeris).data["declinations"]
    return {row["planet"]: row for row in rows}


@pytest.mark.parametrize(("planet", "declination"), DECLINATIONS_OF_A.items())
def test_declinations_are_those_of_the_definitions(
    planet: str, declination: float, ephemeris: SwissAlmanac
) -> None:
    row = declinations(CHART_A, ephemeris)[planet]
    assert row["declination"] == pytest.approx(declination, abs=SIX_DECIMALS)


def test_parallels_are_those_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    found = declinations(CHART_A, ephemeris)
    moon = {row["planet"]: row for row in found["MOON"]["parallels"]}
    assert moon["PLUTO"]["aspect_type"] == "PARALLEL"
    assert moon["PLUTO"]["orb"] == pytest.approx(0.414853, abs=SIX_DECIMALS)
    mars = {row["planet"]: row for row in found["MARS"]["parallels"]}
    assert mars["SATURN"]["aspect_type"] == "CONTRAPARALLEL"
    assert mars["SATURN"]["orb"] == pytest.approx(0.497987, abs=1.1e-6)  # of rounded values


def test_mercury_and_the_moon_of_2025_are_out_of_bounds(ephemeris: SwissAlmanac) -> None:
    found = declinations(CHART_A, ephemeris)
    beyond = {name: row["out_of_bounds_by"] for name, row in found.items() if row["out_of_bounds"]}
    assert beyond == {"MERCURY": pytest.approx(0.999315, abs=SIX_DECIMALS)}
    moon = declinations(MOON_OF_2025, ephemeris, planets=["MOON"])["MOON"]
    assert moon["declination"] == pytest.approx(28.340006, abs=SIX_DECIMALS)
    assert moon["out_of_bounds"] is True


def test_declinations_come_out_of_longitude_and_latitude_too(ephemeris: SwissAlmanac) -> None:
    """Turned about the equinox by the true obliquity, with sines and tangents of a textbook."""
    names = [*DECLINATIONS_OF_A, "ASC", "MC", "FORTUNE", "LILITH_TRUE"]
    data = ask("declinations", {**CHART_A, "planets": names}, ephemeris).data
    tilt = radians(data["obliquity"])
    for row in data["declinations"]:
        along, beside = radians(row["longitude"]), radians(row["latitude"])
        declination = asin(sin(beside) * cos(tilt) + cos(beside) * sin(tilt) * sin(along))
        ascension = atan2(sin(along) * cos(tilt) - tan(beside) * sin(tilt), cos(along))
        assert row["declination"] == pytest.approx(degrees(declination), abs=1e-8)
        assert separation(row["right_ascension"], norm(degrees(ascension))) < 1e-7


def test_the_midheaven_has_its_own_right_ascension(ephemeris: SwissAlmanac) -> None:
    """ARMC 253.55348499 of chart A is where the midheaven stands on the equator."""
    row = declinations(CHART_A, ephemeris, planets=["MC"])["MC"]
    assert row["right_ascension"] == pytest.approx(253.55348499, abs=6e-9)


@pytest.mark.parametrize(
    ("planet", "antiscion", "contra"),
    [("SUN", 259.376220, 79.376220), ("MARS", 211.842778, 31.842778)],
)
def test_antiscia_are_those_of_the_definitions(
    planet: str, antiscion: float, contra: float, ephemeris: SwissAlmanac
) -> None:
    data = ask("antiscia", {**CHART_A, "planets": [planet]}, ephemeris).data
    (one,), (other,) = data["antiscia"], data["contra_antiscia"]
    assert one["longitude"] == pytest.approx(antiscion, abs=SIX_DECIMALS)
    assert other["longitude"] == pytest.approx(contra, abs=SIX_DECIMALS)


def test_the_sun_has_an_equal_declination_on_its_antiscion(ephemeris: SwissAlmanac) -> None:
    """What antiscia are: degrees whose days are equally long; on the contra-antiscion opposite."""
    data = ask("antiscia", {**CHART_A, "planets": ["SUN"]}, ephemeris).data
    tilt = radians(ephemeris.obliquity(2451545.25).true)

    def declination(longitude: float) -> float:
        return sin(tilt) * sin(radians(longitude))

    (one,), (other,) = data["antiscia"], data["contra_antiscia"]
    place = declination(one["original_longitude"])
    assert declination(one["longitude"]) == pytest.approx(place, abs=1e-12)
    assert declination(other["longitude"]) == pytest.approx(-place, abs=1e-12)
