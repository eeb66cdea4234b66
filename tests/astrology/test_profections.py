"""Profections by hand."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest

from app.astrology.bodies import Body
from app.astrology.calendar import Calendar, CivilDateTime, civil_of_julian_day, julian_day
from app.astrology.profections import (
    Stretch,
    birthdays,
    lord_of,
    profected,
    solar_returns,
    year_at,
    years_from,
)
from tests.doubles import LinearEphemeris, Motion

BIRTH = 2451545.0
DAYS = 360.0 / 0.9856
"""Days of a year of the even Sun below."""
SKY = LinearEphemeris({Body.SUN: Motion(359.5, 0.9856)}, epoch=BIRTH)
TURNS = partial(solar_returns, BIRTH, ephemeris=SKY)


def test_returns_of_an_even_sun_are_even_years_apart() -> None:
    assert TURNS((0, 1, 50, 120)) == pytest.approx(BIRTH + DAYS * np.array([0, 1, 50, 120]))
    assert TURNS((0,))[0] == BIRTH


@pytest.mark.parametrize(
    ("years", "age"), [(0.0, 0), (0.5, 0), (1.01, 1), (1.99, 1), (2.01, 2), (80.5, 80)]
)
def test_a_moment_belongs_to_the_year_that_began_last(years: float, age: int) -> None:
    year = year_at(BIRTH + years * DAYS, BIRTH, TURNS)
    assert year.number == age
    assert year.part(BIRTH + years * DAYS) == pytest.approx(years - age, abs=1e-6)


def test_the_turn_itself_belongs_to_the_new_year() -> None:
    turn = float(TURNS((30,))[0])
    assert year_at(turn, BIRTH, TURNS).number == 30
    assert year_at(turn - 0.001, BIRTH, TURNS).number == 29


def test_years_follow_without_a_gap() -> None:
    table = years_from(3, 5, TURNS)
    assert [year.number for year in table] == [3, 4, 5, 6, 7]
    assert all(a.end == b.start for a, b in itertools.pairwise(table))
    assert years_from(3, 0, TURNS) == []


def test_twelfths_fill_their_stretch_and_count_from_one() -> None:
    year = Stretch(26, 100.0, 460.0)
    parts = year.twelfths()
    assert [part.number for part in parts] == list(range(1, 13))
    assert (parts[0].start, parts[-1].end) == (100.0, 460.0)
    assert year.twelfth(100.0).number == 1
    assert year.twelfth(129.9).number == 1
    assert year.twelfth(130.0).number == 2
    assert year.twelfth(459.9).number == 12


def test_birthdays_keep_the_date_the_clock_and_the_calendar() -> None:
    local = CivilDateTime(1990, 3, 7, 22, 30)
    birth = julian_day(local) + 5.0 / 24.0  # a clock five hours behind
    civil = civil_of_julian_day(float(birthdays(birth, local, (33,))[0]) - 5.0 / 24.0)
    assert civil.text == "2023-03-07T22:30:00"
    julian = CivilDateTime(1500, 2, 29, 12, calendar=Calendar.JULIAN)
    (later,) = birthdays(julian_day(julian), julian, (100,)).tolist()
    assert later - julian_day(julian) == 36525.0


def test_who_was_born_on_leap_day_turns_on_the_first_of_march() -> None:
    local = CivilDateTime(2000, 2, 29, 12)
    found = birthdays(julian_day(local), local, (0, 1, 4))
    assert [civil_of_julian_day(float(day)).date_text for day in found] == [
        "2000-02-29",
        "2001-03-01",
        "2004-02-29",
    ]


@pytest.mark.parametrize(
    ("longitude", "signs", "expected", "lord"),
    [
        (335.5, 1, 5.5, Body.MARS),
        (335.5, 26, 35.5, Body.VENUS),
        (0.0, 11, 330.0, Body.JUPITER),
        (29.9, 0.5, 44.9, Body.VENUS),
        (300.0, 12, 300.0, Body.SATURN),
    ],
)
def test_a_point_is_carried_through_the_signs(
    longitude: float, signs: float, expected: float, lord: Body
) -> None:
    carried = profected(longitude, signs)
    assert carried == pytest.approx(expected)
    assert lord_of(carried) is lord
