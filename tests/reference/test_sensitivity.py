"""The values of DEFINITIONS.md 3 for the sensitivity of chart A, and a second way to them."""

from __future__ import annotations

from math import atan2, cos, degrees, radians, sin, tan
from typing import Any

import pytest

from app.astrology.angles import norm, separation, signed_arc
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.reference.test_definitions import CHART_A, SAN_DIEGO, SIX_DECIMALS

TILT = 23.43767518
"""Degrees, DEFINITIONS.md 0."""
ARMC = 253.55348499
SIDEREAL = 1.00273790935
"""Turns of the Earth in a day of UT."""


def moved(ephemeris: SwissEphemeris) -> dict[str, Any]:
    rows = ask("sensitivity", CHART_A, ephemeris).data["movements"]
    return {row["name"]: row for row in rows}


@pytest.mark.parametrize(
    ("angle", "before", "after", "speed"),
    [("ASC", -1.429832, 1.438806, 516.3768), ("MC", -0.932545, 0.931126, 335.4559)],
)
def test_chart_a_moves_as_the_definitions_say(
    angle: str, before: float, after: float, speed: float, ephemeris: SwissEphemeris
) -> None:
    row = moved(ephemeris)[angle]
    assert row["change_before"] == pytest.approx(before, abs=SIX_DECIMALS)
    assert row["change_after"] == pytest.approx(after, abs=SIX_DECIMALS)
    assert row["speed"] * 1440.0 == pytest.approx(speed, abs=6e-5)


def angles_at(minutes: float) -> tuple[float, float]:
    """Ascendant and midheaven by spherical trigonometry from a turned right ascension."""
    armc = radians(ARMC + minutes / 4.0 * SIDEREAL)
    tilt, latitude = radians(TILT), radians(SAN_DIEGO.latitude)
    midheaven = atan2(sin(armc), cos(armc) * cos(tilt))
    ascendant = atan2(cos(armc), -(sin(armc) * cos(tilt) + tan(latitude) * sin(tilt)))
    return norm(degrees(ascendant)), norm(degrees(midheaven))


@pytest.mark.parametrize(("index", "angle"), [(0, "ASC"), (1, "MC")])
def test_angles_move_as_spherical_trigonometry_turns_them(
    index: int, angle: str, ephemeris: SwissEphemeris
) -> None:
    row = moved(ephemeris)[angle]
    before, now, after = (angles_at(minutes)[index] for minutes in (-4.0, 0.0, 4.0))
    assert separation(now, row["longitude"]) <= 1e-6
    assert row["change_before"] == pytest.approx(signed_arc(now, before), abs=1e-6)
    assert row["change_after"] == pytest.approx(signed_arc(now, after), abs=1e-6)


@pytest.mark.parametrize(("index", "angle", "sign"), [(0, "ASC", 0), (1, "MC", 9)])
def test_signs_turn_when_trigonometry_says_so(
    index: int, angle: str, sign: int, ephemeris: SwissEphemeris
) -> None:
    """At the minutes told, the angle turned by trigonometry stands on the border of the sign."""
    data = ask("sensitivity", CHART_A, ephemeris).data
    (row,) = (r for r in data["changes"] if (r["name"], r["what"]) == (angle, "SIGN"))
    at = angles_at(row["later"]["minutes"])[index]
    # A second of time is a 240th of a degree of right ascension.
    assert separation(at, sign * 30.0) <= 1e-4
