"""Civil dates and clock times in the Gregorian and the Julian calendar, and their Julian days.

Arithmetic runs in whole ticks, the microseconds since the midnight that begins Julian day
number 0, so that a Julian day is rounded once, when it becomes a float.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.errors import InvalidInput

DAY = 86_400_000_000
"""Ticks of a day."""
_HOUR, _MINUTE, _SECOND = 3_600_000_000, 60_000_000, 1_000_000

FIRST_YEAR, LAST_YEAR = -4712, 9999
"""Years that a date may be written in: from the origin of the Julian day to four digits."""
LONGEST_TEXT = 64
"""Characters of a date or time that are read at all; a full ISO date-time has at most 45."""

_GREGORIAN_ORIGIN, _JULIAN_ORIGIN = 1_721_120, 1_721_118
"""Julian day number of 1 March of the year 0, in either calendar."""
_REFORM_DATE = (1582, 10, 15)
_LAST_JULIAN_DATE = (1582, 10, 4)
_REFORM_DAY_NUMBER = 2_299_161
FIRST_GREGORIAN_DAY = _REFORM_DAY_NUMBER - 0.5
"""Julian day of the midnight with which 1582-10-15 began."""

_DATE = re.compile(r"([0-9]{4}|[+-][0-9]{4,6})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2


class Calendar(StrEnum):
    GREGORIAN = "GREGORIAN"
    JULIAN = "JULIAN"


class CalendarChoice(StrEnum):
    """The calendar a date is written in; AUTO is Julian before 1582-10-15, Gregorian from then."""

    AUTO = "AUTO"
    GREGORIAN = "GREGORIAN"
    JULIAN = "JULIAN"


@dataclass(frozen=True, slots=True)
class CivilDateTime:
    """A clock reading on a day of a calendar, exact to the microsecond.

    The year is astronomical: 0 is 1 BC, -43 is 44 BC. Nothing is checked here; `read_civil` does.
    """

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    microsecond: int = 0
    calendar: Calendar = Calendar.GREGORIAN

    @property
    def seconds(self) -> float:
        """Seconds of the minute with their fraction, [0, 60)."""
        return self.second + self.microsecond / _SECOND

    @property
    def ticks(self) -> int:
        """Microseconds since the midnight that begins Julian day number 0."""
        return (
            day_number(self.year, self.month, self.day, self.calendar) * DAY
            + self.hour * _HOUR
            + self.minute * _MINUTE
            + self.second * _SECOND
            + self.microsecond
        )

    @property
    def date_text(self) -> str:
        """YYYY-MM-DD, with a sign and at least four digits for years outside 0 to 9999."""
        return f"{_year_text(self.year)}-{self.month:02d}-{self.day:02d}"

    @property
    def time_text(self) -> str:
        """HH:MM:SS, with six decimals where there is a fraction."""
        fraction = f".{self.microsecond:06d}" if self.microsecond else ""
        return f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction}"

    @property
    def text(self) -> str:
        """ISO 8601 form, without a zone."""
        return f"{self.date_text}T{self.time_text}"


def day_number(year: int, month: int, day: int, calendar: Calendar) -> int:
    """Julian day number of a date: the Julian day of its noon.

    Proleptic day count over years that begin in March, so that a leap day is a year's last.
    """
    marches = year if month > _FEBRUARY else year - 1
    days = 365 * marches + marches // 4 + (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    if calendar is Calendar.JULIAN:
        return days + _JULIAN_ORIGIN
    return days + marches // 400 - marches // 100 + _GREGORIAN_ORIGIN


def date_of_day_number(number: int, calendar: Calendar) -> tuple[int, int, int]:
    """Year, month and day of a Julian day number: the inverse of `day_number`."""
    days = number - _JULIAN_ORIGIN
    if calendar is Calendar.GREGORIAN:
        days += _dropped_leap_days(number - _GREGORIAN_ORIGIN) - 2
    cycle, days = divmod(days, 1_461)
    years = min(days // 365, 3)
    days -= years * 365
    month = (5 * days + 2) // 153  # 0 is March
    day = days - (153 * month + 2) // 5 + 1
    if month > 9:  # noqa: PLR2004 - January and February close the year that began in March
        return 4 * cycle + years + 1, month - 9, day
    return 4 * cycle + years, month + 3, day


def _dropped_leap_days(days: int) -> int:
    """Leap days that the Gregorian calendar left out in the days since 1 March of the year 0."""
    era, days = divmod(days, 146_097)  # 400 years
    return 3 * era + min(days // 36_524, 3)  # a century, of which the fourth is a day longer


def julian_day(civil: CivilDateTime) -> float:
    """Julian day of a clock reading, in the time scale of that clock; correctly rounded."""
    return julian_day_of_ticks(civil.ticks)


def julian_day_of_ticks(ticks: int) -> float:
    """Julian day of a count of microseconds, correctly rounded: a single division of integers."""
    return (2 * ticks - DAY) / (2 * DAY)


def civil_of_ticks(ticks: int, calendar: Calendar) -> CivilDateTime:
    """The clock reading of a count of microseconds, exact."""
    number, rest = divmod(ticks, DAY)
    year, month, day = date_of_day_number(number, calendar)
    seconds, microsecond = divmod(rest, _SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return CivilDateTime(year, month, day, hour, minute, second, microsecond, calendar)


def civil_of_julian_day(
    jd: float,
    choice: CalendarChoice = CalendarChoice.AUTO,
) -> CivilDateTime:
    """The clock reading of a Julian day, to the nearest millisecond.

    A float holds a present-day Julian day to 0.04 ms, so that finer digits would be noise.
    """
    ticks = round((jd + 0.5) * 86_400_000.0) * 1_000
    if choice is CalendarChoice.AUTO:
        reformed = ticks // DAY >= _REFORM_DAY_NUMBER
        return civil_of_ticks(ticks, Calendar.GREGORIAN if reformed else Calendar.JULIAN)
    return civil_of_ticks(ticks, Calendar[choice.name])


def read_civil(
    date: str,
    time: str,
    choice: CalendarChoice = CalendarChoice.AUTO,
) -> CivilDateTime:
    """The clock reading of a date YYYY-MM-DD and a time HH:MM, HH:MM:SS or HH:MM:SS.ffffff.

    Raises InvalidInput naming `date` or `time`.
    """
    year, month, day, calendar = _read_date(date, choice)
    hour, minute, second, microsecond = _read_time(time)
    return CivilDateTime(year, month, day, hour, minute, second, microsecond, calendar)


def _read_date(text: str, choice: CalendarChoice) -> tuple[int, int, int, Calendar]:
    match = _DATE.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is None:
        expected = "YYYY-MM-DD, alone or with a time as in YYYY-MM-DDTHH:MM:SS"
        raise InvalidInput.of("date", expected, text)
    year, month, day = map(int, match.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput.of("date", f"in a year from {FIRST_YEAR} to {LAST_YEAR}", text)
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        raise InvalidInput.of("date", "in a month from 01 to 12", text)
    calendar = _calendar_of(year, month, day, choice)
    if calendar is None:
        expected = (
            "a day that was: 4 October 1582 was followed by 15 October; set calendar to "
            "JULIAN or GREGORIAN to mean a day of that calendar"
        )
        raise InvalidInput.of("date", expected, text)
    if not 1 <= day <= _days_of_month(year, month, calendar):
        raise InvalidInput.of("date", _expected_day(year, month, day, calendar), text)
    return year, month, day, calendar


def _read_time(text: str) -> tuple[int, int, int, int]:
    match = _TIME.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is None:
        raise InvalidInput.of("time", "HH:MM, HH:MM:SS or HH:MM:SS.ffffff", text)
    hours, minutes, seconds, fraction = match.groups()
    hour, minute, second = int(hours), int(minutes), int(seconds or 0)
    if hour > 23:  # noqa: PLR2004 - hours of a day
        expected = "in an hour from 00 to 23 (the midnight that ends a day is 00:00 of the next)"
        raise InvalidInput.of("time", expected, text)
    if minute > 59:  # noqa: PLR2004 - minutes of an hour
        raise InvalidInput.of("time", "in a minute from 00 to 59", text)
    if second > 59:  # noqa: PLR2004 - seconds of a minute
        expected = "in a second from 00 to 59 (for a leap second write :59 or the next minute)"
        raise InvalidInput.of("time", expected, text)
    return hour, minute, second, int(fraction.ljust(6, "0")) if fraction else 0


def _calendar_of(year: int, month: int, day: int, choice: CalendarChoice) -> Calendar | None:
    """The calendar that is meant; None for the ten days that AUTO leaves out."""
    if choice is not CalendarChoice.AUTO:
        return Calendar[choice.name]
    if (year, month, day) >= _REFORM_DATE:
        return Calendar.GREGORIAN
    return Calendar.JULIAN if (year, month, day) <= _LAST_JULIAN_DATE else None


def _days_of_month(year: int, month: int, calendar: Calendar) -> int:
    leap = year % 4 == 0
    if calendar is Calendar.GREGORIAN and year % 100 == 0:
        leap = year % 400 == 0
    return _MONTH_LENGTHS[month - 1] + (leap and month == _FEBRUARY)


def _expected_day(year: int, month: int, day: int, calendar: Calendar) -> str:
    last = _days_of_month(year, month, calendar)
    expected = f"a day of {_MONTHS[month - 1]} {_year_text(year)} (1 to {last})"
    if last < day <= _days_of_month(year, month, Calendar.JULIAN):
        expected += "; set calendar to JULIAN if it is a Julian date"
    return expected


def _year_text(year: int) -> str:
    if 0 <= year <= LAST_YEAR:
        return f"{year:04d}"
    return f"{year:+05d}"
