"""From a written date, time and zone to an instant of UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.astrology.calendar import (
    LONGEST_TEXT,
    Calendar,
    CalendarChoice,
    CivilDateTime,
    civil_of_ticks,
    julian_day_of_ticks,
    read_civil,
)
from app.astrology.zones import (
    TZDATA_VERSION,
    LocalClock,
    LocalMeanTime,
    LocalOffset,
    Occurrence,
    Zone,
    find_fixed_offset,
    find_zone,
    resolve,
)
from app.errors import InvalidInput, Problem

_DATE_AND_TIME = re.compile(r"([^Tt ]*[0-9])[Tt ]([^Zz+-]*)([Zz+-].*)?")
_MIDNIGHT, _LAST_SECOND = "00:00", "23:59:59"
_SECOND = 1_000_000
"""In ticks."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, and how it was found.

    `jd_utc` is the Julian day of the UTC clock reading, in days; taken as UT1 it is the Julian
    day that published tables mean. `utc` is that reading in the proleptic Gregorian calendar,
    `calendar` the one that the local date was written in, `zone` the zone's name, and
    `local_offset` what was subtracted from the local reading.
    """

    jd_utc: float
    utc: CivilDateTime
    calendar: Calendar
    zone: str
    local_offset: LocalOffset
    tzdata_version: str = TZDATA_VERSION

    @property
    def utc_text(self) -> str:
        """YYYY-MM-DDTHH:MM:SS[.ffffff]Z, proleptic Gregorian."""
        return f"{self.utc.text}Z"

    @property
    def local(self) -> CivilDateTime:
        """The local clock reading, in the calendar that it was written in."""
        return civil_of_ticks(self.utc.ticks + self.local_offset.microseconds, self.calendar)

    @property
    def offset(self) -> float:
        """Seconds by which the local clock ran ahead of UTC."""
        return self.local_offset.seconds

    @property
    def offset_text(self) -> str:
        """+HH:MM, with seconds and their fraction where there are any."""
        return self.local_offset.text

    @property
    def local_mean_time(self) -> LocalMeanTime | None:
        """Whose meridian set the clock, or None when standard time did."""
        return self.local_offset.local_mean_time

    @property
    def fold(self) -> int | None:
        """Which of two equal local times was taken, or None when there was only one."""
        return self.local_offset.fold

    @property
    def status(self) -> Occurrence:
        return self.local_offset.status


def moment_of(  # noqa: PLR0913 - what a birth certificate says, and how its reader takes it
    date: str,
    time: str | None,
    *,
    zone: str,
    longitude: float,
    fold: int | None = None,
    calendar: CalendarChoice = CalendarChoice.AUTO,
    local_mean_time: LocalMeanTime = LocalMeanTime.BIRTHPLACE,
) -> Moment:
    """The instant of a local date and time at a longitude, in degrees east.

    `date` is YYYY-MM-DD beside a `time`, or a full ISO date-time without one. A date-time that
    ends in Z or an offset is an instant already, and the zone only names it; under AUTO it is
    Gregorian however early, as ISO 8601 has it and `Moment.utc_text` writes it: what is told of
    an instant means the same when it is asked again. Raises InvalidInput naming `date`, `time`
    (the time of day, wherever it is written), `timezone` or `fold`.
    """
    date, time, written_offset = _parts(date.strip(" "), time, calendar)
    if written_offset is not None and calendar is CalendarChoice.AUTO:
        calendar = CalendarChoice.GREGORIAN
    civil = read_civil(date, time, calendar)
    named = find_zone(zone)
    local_offset = resolve(
        civil,
        written_offset or named,
        fold=fold,
        local_mean_time=local_mean_time,
        longitude=longitude,
    )
    return _moment(civil.ticks - local_offset.microseconds, civil.calendar, named, local_offset)


def edge_of_day(  # noqa: PLR0913 - a date as it may be written, and which of its ends
    date: str,
    *,
    zone: str,
    longitude: float,
    last: bool = False,
    fold: int | None = None,
    calendar: CalendarChoice = CalendarChoice.AUTO,
    local_mean_time: LocalMeanTime = LocalMeanTime.BIRTHPLACE,
) -> Moment:
    """The first instant of a local date YYYY-MM-DD, or its last whole second.

    Where clocks skipped midnight, that is when they did; where they showed it twice, the day
    begins with the first one and ends with the second, unless `fold` says otherwise. Raises
    InvalidInput naming `date`, also for a date that was skipped whole, `timezone` or `fold`.
    """
    civil = read_civil(date.strip(" "), _LAST_SECOND if last else _MIDNIGHT, calendar)
    named = find_zone(zone)
    clock = LocalClock(named, local_mean_time, longitude)
    if clock.steady(civil.ticks) is None and not clock.instants(civil.ticks):
        instant = clock.skipping(civil.ticks) - (_SECOND if last else 0)
        found = _moment(instant, civil.calendar, named, clock.at(instant))
        if found.local.date_text == civil.date_text:
            return found
    which = int(last) if fold is None else fold
    try:
        offset = resolve(
            civil, named, fold=which, local_mean_time=local_mean_time, longitude=longitude
        )
    except InvalidInput as error:  # nobody wrote a time
        raise error.renamed({"time": "date"}) from error
    return _moment(civil.ticks - offset.microseconds, civil.calendar, named, offset)


def _moment(instant: int, calendar: Calendar, zone: Zone, local_offset: LocalOffset) -> Moment:
    """An instant in ticks of UTC, and how it was found."""
    return Moment(
        julian_day_of_ticks(instant),
        civil_of_ticks(instant, Calendar.GREGORIAN),
        calendar,
        zone.name,
        local_offset,
    )


def _parts(date: str, time: str | None, calendar: CalendarChoice) -> tuple[str, str, Zone | None]:
    """Date, time of day, and the offset if one is written behind them."""
    match = _DATE_AND_TIME.fullmatch(date) if len(date) <= LONGEST_TEXT else None
    if match is None:
        if time is None:
            read_civil(date, _MIDNIGHT, calendar)  # what is no date is told of first
            expected = "given as HH:MM or HH:MM:SS, or as part of date as in 2000-01-01T10:00:00"
            raise InvalidInput([Problem("time", expected, None, "missing")])
        return date, time, None
    if time is not None:
        raise InvalidInput.of("time", "left out, because date holds a time already", time)
    day, clock, offset = match.groups()
    if offset is None:
        return day, clock, None
    written_offset = find_fixed_offset(offset)
    if written_offset is None:
        raise InvalidInput.of("date", "with Z or an offset such as +05:30 behind its time", date)
    return day, clock, written_offset
