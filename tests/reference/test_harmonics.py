"""The values of DEFINITIONS.md 3 for harmonics, and a second way to them."""

from __future__ import annotations

import cmath
from math import degrees, radians

import pytest

from app.astrology.angles import separation
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.reference.test_definitions import CHART_A

A_UNIT = {3: 6e-4, 4: 6e-5, 5: 6e-6}
"""Degrees: half a unit of the last decimal that is printed, and a tenth for its own."""


@pytest.mark.parametrize(
    ("harmonic", "planet", "longitude", "decimals"),
    [
        (5, "SUN", 323.1189, 4),
        (5, "MOON", 51.62306, 5),
        (7, "SUN", 164.36646, 5),
        (9, "MERCURY", 290.50656, 5),
    ],
)
def test_chart_a_has_the_harmonics_of_the_definitions(
    harmonic: int, planet: str, longitude: float, decimals: int, ephemeris: SwissEphemeris
) -> None:
    request = {**CHART_A, "harmonics": [harmonic], "planets": [planet]}
    (chart,) = ask("harmonics", request, ephemeris).data["harmonics"]
    (row,) = chart["positions"]
    assert separation(row["longitude"], longitude) <= A_UNIT[decimals]


@pytest.mark.parametrize("harmonic", [1, 2, 7, 60, 360])
def test_a_harmonic_is_a_power_of_the_direction(harmonic: int, ephemeris: SwissEphemeris) -> None:
    """Multiplying an angle is raising a number of the unit circle to a power."""
    request = {**CHART_A, "harmonics": [harmonic], "include_aspects": False}
    (chart,) = ask("harmonics", request, ephemeris).data["harmonics"]
    for row in chart["positions"]:
        turned = cmath.exp(1j * radians(row["radix_longitude"])) ** harmonic
        assert separation(row["longitude"], degrees(cmath.phase(turned))) <= 1e-9


def test_the_ninth_harmonic_is_made_of_navamsas(ephemeris: SwissEphemeris) -> None:
    """Signs of the ninth harmonic follow each other in every 3 degrees 20 minutes."""
    request = {**CHART_A, "harmonics": [9], "include_aspects": False, "zodiac": "SIDEREAL"}
    (chart,) = ask("harmonics", request, ephemeris).data["harmonics"]
    for row in chart["positions"]:
        navamsa = int(row["radix_longitude"] * 60.0 // 200.0) % 12
        assert int(row["longitude"] // 30.0) == navamsa


def test_a_conjunction_in_the_fifth_harmonic_is_a_quintile_of_the_radix(
    ephemeris: SwissEphemeris,
) -> None:
    request = {**CHART_A, "harmonics": [5], "aspects": ["CONJUNCTION"], "flat_orb": 6.0}
    (chart,) = ask("harmonics", request, ephemeris).data["harmonics"]
    found = {(a["planet1"], a["planet2"]) for a in chart["aspects"]}
    radix = {
        "aspects": ["CONJUNCTION", "QUINTILE", "BIQUINTILE"],
        "orbs": dict.fromkeys(("CONJUNCTION", "QUINTILE", "BIQUINTILE"), 1.2),
    }
    plain = ask("aspects", {**CHART_A, **radix}, ephemeris).data["aspects"]
    assert found == {(a["planet1"], a["planet2"]) for a in plain}
    assert found
