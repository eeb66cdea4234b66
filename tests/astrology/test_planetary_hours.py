"""Days of twelve hours whose rulers can be counted on the fingers."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import pytest

from app.astrology.almanac import Air, Almanac, HorizonEvent
from app.astrology.bodies import Body
from app.astrology.calendar import Calendar, day_number
from app.astrology.place import Place
from app.astrology.planetary_hours import (
    LORDS,
    WEEKDAYS,
    NoPlanetaryHours,
    SolarDay,
    planetary_hours,
    solar_day_around,
    solar_day_from,
    weekday_of,
)
from app.astrology.risings import Sky
from tests.astrology.test_risings import Crossings

DAY = SolarDay(10.25, 10.75, 11.25)


def sky(rises: tuple[float, ...], sets: tuple[float, ...]) -> Sky:
    times = {HorizonEvent.RISE: rises, HorizonEvent.SET: sets}
    return Sky(cast("Almanac", Crossings(times)), Place(50.0, 0.0), Air())


@pytest.mark.parametrize("weekday", range(7))
def test_the_first_hour_is_ruled_by_the_lord_of_the_day_and_so_is_the_next_days(
    weekday: int,
) -> None:
    """24 hours on, the Chaldean order has come to the lord of the next day: Valens I.10."""
    hours = planetary_hours(DAY, weekday)
    assert hours[0].ruler is LORDS[weekday]
    following = planetary_hours(DAY, (weekday + 1) % 7)[0].ruler
    order = [hour.ruler for hour in hours[:7]]
    assert order[24 % 7] is following
    assert len(set(order)) == 7


def test_day_and_night_are_divided_by_twelve_without_gaps() -> None:
    hours = planetary_hours(SolarDay(0.0, 0.6, 1.0), 0)
    assert [hour.number for hour in hours] == list(range(1, 25))
    assert all(a.end == b.start for a, b in pairwise(hours))
    assert (hours[0].start, hours[12].start, hours[-1].end) == (0.0, 0.6, 1.0)
    assert [hour.by_day for hour in hours] == [True] * 12 + [False] * 12
    assert hours[0].end == pytest.approx(0.05)


def test_saturday_has_saturn_first_and_mercury_by_night() -> None:
    hours = planetary_hours(DAY, WEEKDAYS.index("SATURDAY"))
    assert [hour.ruler for hour in hours[:4]] == [Body.SATURN, Body.JUPITER, Body.MARS, Body.SUN]
    assert hours[12].ruler is Body.MERCURY


@pytest.mark.parametrize(
    ("date", "weekday"),
    [((2000, 1, 1), "SATURDAY"), ((1970, 1, 1), "THURSDAY"), ((2026, 11, 20), "FRIDAY")],
)
def test_weekdays_come_from_the_day_number(date: tuple[int, int, int], weekday: str) -> None:
    assert WEEKDAYS[weekday_of(day_number(*date, Calendar.GREGORIAN))] == weekday


@pytest.mark.parametrize(
    ("moment", "sunrise"), [(10.5, 10.25), (10.25, 10.25), (10.2, 9.25), (11.2, 10.25)]
)
def test_a_moment_belongs_to_the_last_sunrise(moment: float, sunrise: float) -> None:
    rises, sets = (9.25, 10.25, 11.25, 12.25), (9.75, 10.75, 11.75)
    assert solar_day_around(moment, sky(rises, sets)).sunrise == sunrise


@pytest.mark.parametrize(
    ("rises", "sets"),
    [((), ()), ((10.25,), ()), ((10.25, 60.0), (59.0,)), ((10.25, 60.0), (10.3,))],
    ids=["night", "day without end", "polar day", "polar night begins"],
)
def test_days_without_a_sunset_or_another_sunrise_have_no_hours(
    rises: tuple[float, ...], sets: tuple[float, ...]
) -> None:
    with pytest.raises(NoPlanetaryHours, match="polar day or polar night"):
        solar_day_around(10.5, sky(rises, sets))


def test_a_day_runs_from_sunrise_to_sunrise() -> None:
    assert solar_day_from(10.25, sky((10.25, 11.25), (10.75,))) == DAY
