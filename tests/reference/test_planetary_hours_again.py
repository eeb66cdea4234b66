"""Planetary hours a second way: risings of `rise-set`, lords counted from the weekday alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.astrology.calendar import CalendarChoice, julian_day, read_civil
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask

HAMBURG = {"timezone": "Europe/Berlin", "latitude": 53.55, "longitude": 9.99}
SYDNEY = {"timezone": "Australia/Sydney", "latitude": -33.87, "longitude": 151.21}
WEEK = ("MOON", "MARS", "MERCURY", "JUPITER", "VENUS", "SATURN", "SUN")
"""Lords of the days from Monday on."""
A_TENTH = 0.11 / 86_400.0
"""Days: instants are told to the tenth of a second."""


def lord(day: date, hour: int) -> str:
    """Each hour belongs to the lord of the day that lies two weekdays back, times the hours."""
    return WEEK[(day.weekday() - 2 * hour) % 7]


def sun(day: date, place: dict[str, object], ephemeris: SwissAlmanac) -> tuple[float, float]:
    """Sunrise and sunset of a civil day."""
    request = {**place, "date": day.isoformat(), "planets": ["SUN"]}
    (row,) = ask("rise-set", request, ephemeris).data["bodies"]
    return row["rises"][0]["julian_day"], row["sets"][0]["julian_day"]


def instant(text: str) -> float:
    day, _, time = text.removesuffix("Z").partition("T")
    return julian_day(read_civil(day, time, CalendarChoice.GREGORIAN))


@pytest.mark.parametrize("place", [HAMBURG, SYDNEY], ids=lambda place: str(place["timezone"]))
@pytest.mark.parametrize("days", range(0, 400, 57))
def test_hours_divide_the_light_and_the_dark_among_the_lords(
    days: int, place: dict[str, object], ephemeris: SwissAlmanac
) -> None:
    day = date(2026, 1, 1) + timedelta(days)
    rise, down = sun(day, place, ephemeris)
    following, _ = sun(day + timedelta(1), place, ephemeris)
    request = {**place, "date": day.isoformat(), "time": "12:00"}
    hours = ask("planetary-hours", request, ephemeris).data["hours"]
    edges = [rise + (down - rise) * part / 12 for part in range(12)]
    edges += [down + (following - down) * part / 12 for part in range(13)]
    for number, hour in enumerate(hours):
        assert hour["ruler"] == lord(day, number)
        assert instant(hour["start"]) == pytest.approx(edges[number], abs=A_TENTH)
        assert instant(hour["end"]) == pytest.approx(edges[number + 1], abs=A_TENTH)
