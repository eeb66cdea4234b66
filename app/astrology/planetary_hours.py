"""Planetary hours: twelve from sunrise to sunset, twelve from sunset to the next sunrise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.astrology.almanac import HorizonEvent
from app.astrology.bodies import Body
from app.astrology.risings import Sky, events
from app.astrology.rulerships import CHALDEAN_ORDER
from app.errors import CalculationFailed

WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
"""In the order of Julian day numbers, of which those divisible by seven are Mondays."""
LORDS = (
    *(Body.MOON, Body.MARS, Body.MERCURY, Body.JUPITER),
    *(Body.VENUS, Body.SATURN, Body.SUN),
)
"""Lord of each weekday in that order, who also rules its first hour."""

_HOURS = 12
_BACK = 1.5
"""Days before a moment within which its sunrise lies, wherever the Sun rises every day."""
_LONGEST = 1.2
"""Days from one sunrise to the next: beyond, a polar day or night lies between."""


class NoPlanetaryHours(CalculationFailed):
    """The Sun does not rise and set there, so that there are no hours to divide."""


@dataclass(frozen=True, slots=True)
class SolarDay:
    """A sunrise, the sunset after it, and the sunrise after that; Julian days."""

    sunrise: float
    sunset: float
    next_sunrise: float


@dataclass(frozen=True, slots=True)
class PlanetaryHour:
    """One of the 24, from the one that begins at sunrise; Julian days."""

    number: int
    ruler: Body
    start: float
    end: float

    @property
    def by_day(self) -> bool:
        return self.number <= _HOURS


def solar_day_around(moment: float, sky: Sky) -> SolarDay:
    """The day from sunrise to sunrise that holds a moment; raises NoPlanetaryHours."""
    # The sunrise of the moment itself has begun its day, though a search would leave it out.
    rises = events(Body.SUN, HorizonEvent.RISE, moment - _BACK, moment + _A_MOMENT, sky)
    if not rises:
        raise _no_sunrise(sky)
    return solar_day_from(rises[-1], sky)


def first_sunrise(start: float, end: float, sky: Sky) -> float:
    """The first sunrise from one Julian day to another; raises NoPlanetaryHours."""
    rises = events(Body.SUN, HorizonEvent.RISE, start, end, sky)
    if not rises:
        raise _no_sunrise(sky)
    return rises[0]


def solar_day_from(sunrise: float, sky: Sky) -> SolarDay:
    """The day that a sunrise begins; raises NoPlanetaryHours before a polar day or night."""
    last = sunrise + _LONGEST
    sets = events(Body.SUN, HorizonEvent.SET, sunrise + _A_MOMENT, last, sky)
    following = events(Body.SUN, HorizonEvent.RISE, sets[0], last, sky) if sets else ()
    if not following:
        raise _no_sunrise(sky)
    return SolarDay(sunrise, sets[0], following[0])


def planetary_hours(day: SolarDay, weekday: int) -> list[PlanetaryHour]:
    """The 24 hours of a day; `weekday` is 0 for a Monday.

    Vettius Valens, Anthology I.10: the lord of the day has its first hour, and the others follow
    in the Chaldean order.
    """
    first = CHALDEAN_ORDER.index(LORDS[weekday])
    day_hour = (day.sunset - day.sunrise) / _HOURS
    night_hour = (day.next_sunrise - day.sunset) / _HOURS
    starts = [
        *(day.sunrise + day_hour * hour for hour in range(_HOURS)),
        *(day.sunset + night_hour * hour for hour in range(_HOURS)),
        day.next_sunrise,
    ]
    return [
        PlanetaryHour(
            hour + 1,
            CHALDEAN_ORDER[(first + hour) % len(CHALDEAN_ORDER)],
            starts[hour],
            starts[hour + 1],
        )
        for hour in range(2 * _HOURS)
    ]


def hour_at(moment: float, hours: Sequence[PlanetaryHour]) -> PlanetaryHour:
    """The hour that holds a moment of their day; at its very start it has begun."""
    started = [hour for hour in hours if hour.start <= moment]
    return started[-1] if started else hours[0]


def weekday_of(day_number: int) -> int:
    """0 for a Monday, by the Julian day number of a civil date."""
    return day_number % len(WEEKDAYS)


_A_MOMENT = 1e-6
"""Days: a tenth of a second."""


def _no_sunrise(sky: Sky) -> NoPlanetaryHours:
    msg = (
        f"no planetary hours at latitude {sky.place.latitude}: the Sun does not rise and set there "
        "within this day (polar day or polar night)"
    )
    details = {"field": "latitude", "got": sky.place.latitude}
    return NoPlanetaryHours(msg, details=details)
