"""Dates of both calendars against Swiss Ephemeris and against themselves."""

from __future__ import annotations

import pytest
import swisseph as swe
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.calendar import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    CalendarChoice,
    CivilDateTime,
    civil_of_julian_day,
    civil_of_ticks,
    date_of_day_number,
    day_number,
    julian_day,
    read_civil,
)
from app.errors import InvalidInput

SWISS = {Calendar.GREGORIAN: swe.GREG_CAL, Calendar.JULIAN: swe.JUL_CAL}

years = st.integers(FIRST_YEAR, LAST_YEAR)
calendars = st.sampled_from(Calendar)
day_numbers = st.integers(0, 5_373_484)
"""From the origin of the Julian day to 9999-12-31."""
times = st.integers(0, DAY - 1)


@given(years, st.integers(1, 12), st.integers(1, 28), times, calendars)
def test_julian_day_agrees_with_swiss_ephemeris(
    year: int,
    month: int,
    day: int,
    time: int,
    calendar: Calendar,
) -> None:
    midnight = CivilDateTime(year, month, day, calendar=calendar)
    hours = time / 3_600_000_000
    expected = swe.julday(year, month, day, hours, SWISS[calendar])
    civil = civil_of_ticks(midnight.ticks + time, calendar)
    assert julian_day(civil) == pytest.approx(expected, rel=0, abs=1e-9)  # days


@given(day_numbers, calendars)
def test_date_of_a_day_number_agrees_with_swiss_ephemeris(number: int, calendar: Calendar) -> None:
    assert date_of_day_number(number, calendar) == swe.revjul(number, SWISS[calendar])[:3]


@given(st.integers(-10_000_000, 10_000_000), calendars)
def test_day_numbers_turn_into_dates_and_back(number: int, calendar: Calendar) -> None:
    assert day_number(*date_of_day_number(number, calendar), calendar) == number


@given(day_numbers, times, calendars)
def test_clock_readings_survive_the_way_through_ticks(
    number: int,
    time: int,
    calendar: Calendar,
) -> None:
    ticks = number * DAY + time
    assert civil_of_ticks(ticks, calendar).ticks == ticks


@given(day_numbers, st.integers(0, 86_399_999), st.sampled_from(CalendarChoice))
def test_whole_milliseconds_survive_the_way_through_a_julian_day(
    number: int,
    milliseconds: int,
    choice: CalendarChoice,
) -> None:
    civil = civil_of_ticks(number * DAY + milliseconds * 1_000, Calendar.GREGORIAN)
    assert civil_of_julian_day(julian_day(civil), choice).ticks == civil.ticks


@given(day_numbers, times)
def test_written_dates_read_as_themselves(number: int, time: int) -> None:
    for calendar in Calendar:
        civil = civil_of_ticks(number * DAY + time, calendar)
        if civil.year >= FIRST_YEAR:
            choice = CalendarChoice[calendar.name]
            assert read_civil(civil.date_text, civil.time_text, choice) == civil


@given(day_numbers)
def test_auto_reads_and_writes_the_same_calendar(number: int) -> None:
    civil = civil_of_julian_day(number - 0.5)
    assert read_civil(civil.date_text, civil.time_text) == civil


@pytest.mark.parametrize(
    ("date", "time", "choice", "expected"),
    [
        ("1900-02-29", "00:00", CalendarChoice.JULIAN, 2415091.5),  # DEFINITIONS section 1
        ("1900-03-13", "00:00", CalendarChoice.GREGORIAN, 2415091.5),
        ("-0043-03-15", "12:00", CalendarChoice.JULIAN, 1705426.0),
        ("-0043-03-15", "12:00", CalendarChoice.GREGORIAN, 1705428.0),
        ("-0043-03-15", "12:00", CalendarChoice.AUTO, 1705426.0),
        ("2000-01-01", "18:00", CalendarChoice.AUTO, 2451545.25),
        ("2000-01-01", "12:00", CalendarChoice.AUTO, 2451545.0),  # J2000.0
        ("-4712-01-01", "12:00", CalendarChoice.JULIAN, 0.0),  # the origin by definition
        ("1582-10-04", "00:00", CalendarChoice.AUTO, 2299159.5),  # the day before the reform
        ("1582-10-15", "00:00", CalendarChoice.AUTO, 2299160.5),
        ("1582-10-10", "00:00", CalendarChoice.JULIAN, 2299165.5),
        ("1582-10-10", "00:00", CalendarChoice.GREGORIAN, 2299155.5),
        ("0000-01-01", "00:00", CalendarChoice.JULIAN, 1721057.5),  # 1 BC
        ("1500-02-29", "00:00", CalendarChoice.AUTO, 2268991.5),  # a leap day in the Julian only
    ],
)
def test_julian_day_of_known_dates(
    date: str,
    time: str,
    choice: CalendarChoice,
    expected: float,
) -> None:
    assert julian_day(read_civil(date, time, choice)) == expected


def test_julian_day_is_rounded_once() -> None:
    """One microsecond past noon is not lost to the half day that is subtracted."""
    noon = CivilDateTime(-4712, 1, 1, 12, 0, 0, 1, Calendar.JULIAN)
    assert julian_day(noon) == 1 / DAY


def test_civil_of_a_julian_day_switches_calendar_at_the_reform() -> None:
    assert civil_of_julian_day(2299160.5).date_text == "1582-10-15"
    assert civil_of_julian_day(2299159.5).date_text == "1582-10-04"
    assert civil_of_julian_day(2299159.5, CalendarChoice.GREGORIAN).date_text == "1582-10-14"


def test_civil_of_a_julian_day_rounds_into_the_next_day() -> None:
    last_instant = 2451544.5 - 1e-9  # 0.09 ms before midnight
    assert civil_of_julian_day(last_instant).text == "2000-01-01T00:00:00"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("07:05", (7, 5, 0, 0)),
        ("07:05:09", (7, 5, 9, 0)),
        ("07:05:09.5", (7, 5, 9, 500_000)),
        ("23:59:59.999999", (23, 59, 59, 999_999)),
    ],
)
def test_times_are_exact_to_the_microsecond(time: str, expected: tuple[int, ...]) -> None:
    civil = read_civil("2000-01-01", time)
    assert (civil.hour, civil.minute, civil.second, civil.microsecond) == expected


def test_seconds_hold_their_fraction() -> None:
    assert read_civil("2000-01-01", "00:00:01.25").seconds == 1.25


@pytest.mark.parametrize(
    ("year", "text"),
    [
        (2000, "2000"),
        (33, "0033"),
        (0, "0000"),
        (-43, "-0043"),
        (-4712, "-4712"),
        (10_000, "+10000"),
    ],
)
def test_years_are_written_as_iso_8601_expands_them(year: int, text: str) -> None:
    assert CivilDateTime(year, 1, 2).date_text == f"{text}-01-02"


@pytest.mark.parametrize(
    ("date", "choice", "expected"),
    [
        ("2023-02-31", CalendarChoice.AUTO, "a day of February 2023 (1 to 28)"),
        ("2023-04-00", CalendarChoice.AUTO, "a day of April 2023 (1 to 30)"),
        ("2023-04-31", CalendarChoice.AUTO, "a day of April 2023 (1 to 30)"),
        ("1900-02-29", CalendarChoice.AUTO, "set calendar to JULIAN"),
        ("1900-02-30", CalendarChoice.JULIAN, "a day of February 1900 (1 to 29)"),
        ("-0043-02-30", CalendarChoice.AUTO, "a day of February -0043 (1 to 28)"),
        ("2000-13-01", CalendarChoice.AUTO, "in a month from 01 to 12"),
        ("2000-00-01", CalendarChoice.AUTO, "in a month from 01 to 12"),
        ("1582-10-05", CalendarChoice.AUTO, "set calendar to JULIAN or GREGORIAN"),
        ("1582-10-14", CalendarChoice.AUTO, "set calendar to JULIAN or GREGORIAN"),
        ("+12026-01-01", CalendarChoice.AUTO, "in a year from -4712 to 9999"),
        ("-4713-01-01", CalendarChoice.AUTO, "in a year from -4712 to 9999"),
        ("2000-1-1", CalendarChoice.AUTO, "YYYY-MM-DD"),
        ("12026-01-01", CalendarChoice.AUTO, "YYYY-MM-DD"),
        ("\u0662000-01-01", CalendarChoice.AUTO, "YYYY-MM-DD"),
        ("2000-01-\u0663\u0661", CalendarChoice.AUTO, "YYYY-MM-DD"),
        ("2000-01-01\n", CalendarChoice.AUTO, "YYYY-MM-DD"),
        (" 2000-01-01", CalendarChoice.AUTO, "YYYY-MM-DD"),
        ("20000101", CalendarChoice.AUTO, "YYYY-MM-DD"),
        ("NaN", CalendarChoice.AUTO, "YYYY-MM-DD"),
        ("", CalendarChoice.AUTO, "YYYY-MM-DD"),
        ("2000-01-01" * 1_000, CalendarChoice.AUTO, "YYYY-MM-DD"),
    ],
)
def test_dates_that_are_none_are_refused(date: str, choice: CalendarChoice, expected: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_civil(date, "12:00", choice)
    (problem,) = refused.value.problems
    assert (problem.field, problem.got) == ("date", date)
    assert expected in problem.expected


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("24:00", "00:00 of the next"),
        ("25:00", "in an hour from 00 to 23"),
        ("12:60", "in a minute from 00 to 59"),
        ("23:59:60", "for a leap second write :59 or the next minute"),
        ("12:00:61", "in a second from 00 to 59"),
        ("9:30", "HH:MM"),
        ("12", "HH:MM"),
        ("12:00:", "HH:MM"),
        ("12:00:00.", "HH:MM"),
        ("12:00:00.1234567", "HH:MM"),
        ("12:00.5", "HH:MM"),
        ("12:00 PM", "HH:MM"),
        ("12:00Z", "HH:MM"),
        ("-1:00", "HH:MM"),
        ("\u0661\u0662:00", "HH:MM"),
        ("nan:00", "HH:MM"),
        ("", "HH:MM"),
        ("12:00" * 2_000, "HH:MM"),
    ],
)
def test_times_that_are_none_are_refused(time: str, expected: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_civil("2000-01-01", time)
    (problem,) = refused.value.problems
    assert (problem.field, problem.got) == ("time", time)
    assert expected in problem.expected
