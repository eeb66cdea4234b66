"""Two births that several tests compare, and how they read answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.calculations.asking import NEW_YORK, Asked

LONDON = {
    "date": "1988-06-02",
    "time": "09:15:00",
    "latitude": 51.5074,
    "longitude": -0.1278,
    "timezone": "Europe/London",
}
TROMSO = {"date": "1980-03-01T10:00:00Z", "latitude": 69.65, "longitude": 18.96}
PAIR = {"chart1": NEW_YORK, "chart2": LONDON}

MANY = [
    *("SUN", "MOON", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN", "URANUS", "NEPTUNE"),
    *("PLUTO", "CHIRON", "PHOLUS", "CERES", "PALLAS", "JUNO", "VESTA", "LILITH", "ASC", "MC"),
]
"""Enough points for every choice to change something, some of them far from the ecliptic."""

SKY_CHOICES: list[dict[str, Any]] = [
    {"zodiac": "SIDEREAL"},
    {"zodiac": "SIDEREAL", "ayanamsa": "RAMAN"},
    {"zodiac": "DRACONIC"},
    {"center": "TOPOCENTRIC"},
    {"cusp_orb": 15},
    {"aspects": ["QUINCUNX"]},
    {"orbs": {"TRINE": 2}},
    {"orb_multiplier": 0.5},
    {"luminary_bonus": 2},
    {"moieties": True},
    {"own_aspects": [{"name": "OWN", "angle": 15, "orb": 15}]},
    {"pairs": [{"points": ["SUN"]}]},
]
"""Choices that every comparison of charts has."""


def definitions(answer: Asked) -> dict[str, Any]:
    return dict(answer.computed_for["definitions"])


def longitudes(positions: list[dict[str, Any]]) -> dict[str, float]:
    return {row["planet"]: row["longitude"] for row in positions}


def houses(positions: list[dict[str, Any]]) -> dict[str, int]:
    return {row["planet"]: row["house"] for row in positions}


def refused(answer: Asked) -> str:
    """The one field that a refusal names."""
    assert answer.status == 422
    (problem,) = answer.error["details"]["errors"]
    return str(problem["field"])


def close(expected: Any) -> Any:
    """The same number, but for rounding in another order."""
    return pytest.approx(expected, abs=1e-9)
