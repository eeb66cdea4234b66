"""A birth as callers give it, and as the sky needs it."""

from __future__ import annotations

import re
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from app.astrology.calendar import CalendarChoice, civil_of_julian_day
from app.astrology.frame import Theory, UniversalTime
from app.astrology.moment import Moment, edge_of_day, moment_of
from app.astrology.place import Place
from app.astrology.sky import Ephemeris
from app.astrology.zones import LocalMeanTime
from app.calculations.fields import (
    CalendarName,
    LocalMeanTimeName,
    TheoryName,
    UniversalTimeName,
)
from app.calculations.request import CalculationRequest
from app.errors import InvalidInput, TimeNeeded

NOW, UNKNOWN = "now", "unknown"
_ONE_SECOND = 1.0 / 86_400.0
NOON = "12:00:00"
"""Local time that stands for the day where the birth time is not known."""

_LOCAL_TIME = re.compile(r"[^Tt ]+[Tt ][^Zz+-]*").fullmatch
"""A date-time without Z or an offset behind it."""
_INSTANT = re.compile(r"[^Tt ]+[Tt ][^Zz+-]*[Zz+-].*").fullmatch
"""A date-time with one."""

_EPOCH_JULIAN_DAY = 2_440_587.5
_SECONDS_OF_A_DAY = 86_400.0

Latitude = Annotated[float, Field(ge=-90.0, le=90.0, description="Degrees, north positive")]
Longitude = Annotated[float, Field(ge=-180.0, le=180.0, description="Degrees, east positive")]
Altitude = Annotated[
    float, Field(ge=-500.0, le=9000.0, description="Metres above the sea; for topocentric places")
]


@dataclass(frozen=True, slots=True)
class Birth:
    """A moment at a place; `julian_day` in UT1. `lasting` is False for the present moment.

    Of a birth whose time nobody knows `day` has the two ends of its civil day, Julian days too.
    """

    moment: Moment
    julian_day: float
    place: Place
    universal_time: UniversalTime
    theory: Theory
    time_known: bool = True
    lasting: bool = True
    day: tuple[float, float] | None = None


class BirthRequest(CalculationRequest):
    """Date, time and place of a birth or an event."""

    date: Annotated[
        str,
        Field(
            description="YYYY-MM-DD, or now; years before 1 are astronomical (-0043 is 44 BC)",
            max_length=64,
        ),
    ]
    time: Annotated[
        str | None,
        Field(
            description="HH:MM or HH:MM:SS, local; unknown where nobody knows; left out when "
            "`date` is now or a full ISO date-time",
            max_length=64,
        ),
    ] = None
    latitude: Latitude
    longitude: Longitude
    altitude: Altitude = 0.0
    timezone: Annotated[
        str,
        Field(
            description="IANA zone such as Europe/Paris, or an offset such as +05:30", max_length=64
        ),
    ] = "UTC"
    fold: Annotated[
        int | None,
        Field(
            ge=0,
            le=1,
            description="Which of the two, when clocks were set back and a local time came twice",
        ),
    ] = None
    calendar: Annotated[
        CalendarName,
        Field(
            description="Of `date` alone; AUTO, in which other dates of a request are read, is "
            "Julian before 1582-10-15, but for instants with Z or an offset, which are ISO 8601"
        ),
    ] = CalendarChoice.AUTO
    local_mean_time: Annotated[
        LocalMeanTimeName,
        Field(description="Whose meridian, before standard time: the birthplace's or the city's"),
    ] = LocalMeanTime.BIRTHPLACE
    universal_time: Annotated[
        UniversalTimeName,
        Field(description="UTC_AS_UT1 as published tables do, or converted with leap seconds"),
    ] = UniversalTime.UTC_AS_UT1
    ephemeris: Annotated[
        TheoryName,
        Field(
            description="Swiss Ephemeris files, or the coarser Moshier theory outside their range"
        ),
    ] = Theory.SWISS

    @property
    def time_known(self) -> bool:
        return is_known(self.time)

    @property
    def is_now(self) -> bool:
        return self.date.strip().lower() == NOW

    @property
    def has_local_time(self) -> bool:
        """Whether a time of day is written that only a zone makes an instant of."""
        if self.time is not None:
            return self.time_known and not self.is_now
        return _LOCAL_TIME(self.date.strip(" ")) is not None

    @property
    def is_instant(self) -> bool:
        """Whether `date` is a date-time that needs no zone."""
        return self.time is None and _INSTANT(self.date.strip(" ")) is not None

    def birth(self, sky: Ephemeris) -> Birth:
        """The birth as an instant and a place; raises InvalidInput for times that never were.

        A birth of unknown time is the noon of its day.
        """
        birth = self.at(self.moment(), sky)
        if self.time_known:
            return birth
        return replace(birth, time_known=False, day=self._whole_day(sky))

    def at(self, moment: Moment, sky: Ephemeris) -> Birth:
        """A moment at this place, under these rules."""
        return Birth(
            moment,
            sky.universal_time(moment, self.universal_time),
            Place(self.latitude, self.longitude, self.altitude),
            self.universal_time,
            self.ephemeris,
            lasting=not self.is_now,
        )

    def known_birth(self, sky: Ephemeris) -> Birth:
        """The same for what cannot be told without a time of day; raises InvalidInput."""
        require_time(self.time)
        return self.birth(sky)

    def moment(self, time: str | None = None) -> Moment:
        """The civil moment, at another local time of the same day if one is given."""
        date, written, zone, calendar = self.date, self.time, self.timezone, self.calendar
        if self.is_now:
            if written is not None:
                raise InvalidInput.of("time", "left out, because date is now", written)
            date, calendar = _now(), CalendarChoice.GREGORIAN
        elif not self.time_known:
            written = NOON
        return moment_of(
            date,
            time or written,
            zone=zone,
            fold=self.fold,
            calendar=calendar,
            local_mean_time=self.local_mean_time,
            longitude=self.longitude,
        )

    def edge_of_day(self, *, last: bool = False, fold: int | None = None) -> Moment:
        """The first instant of the civil day of `date`, or its last whole second.

        Raises InvalidInput for a day that never was.
        """
        return edge_of_day(
            self.date,
            last=last,
            fold=fold,
            zone=self.timezone,
            calendar=self.calendar,
            local_mean_time=self.local_mean_time,
            longitude=self.longitude,
        )

    def _whole_day(self, sky: Ephemeris) -> tuple[float, float]:
        """The civil day of `date` up to the next one's first instant; Julian days in UT1."""
        first, last = (
            sky.universal_time(self.edge_of_day(last=last), self.universal_time)
            for last in (False, True)
        )
        return first, last + _ONE_SECOND


def is_known(time: str | None) -> bool:
    """Whether a written time of birth, or one that is left out, is not that nobody knows it."""
    return time is None or time.strip().lower() != UNKNOWN


def require_time(time: str | None) -> None:
    """Refuse an unknown time for what cannot be told without one; raises TimeNeeded."""
    if not is_known(time):
        expected = "HH:MM or HH:MM:SS: this calculation needs a known time"
        raise TimeNeeded.of("time", expected, time)


_present: ContextVar[float | None] = ContextVar("present", default=None)


@contextmanager
def present(seconds: float) -> Iterator[None]:
    """Lets `now` mean one instant, in seconds since 1970, for all parts of one answer."""
    token = _present.set(seconds)
    try:
        yield
    finally:
        _present.reset(token)


def _now() -> str:
    """The present instant in UTC, as a full ISO date-time."""
    seconds = _present.get()
    day = (clock.time() if seconds is None else seconds) / _SECONDS_OF_A_DAY + _EPOCH_JULIAN_DAY
    return f"{civil_of_julian_day(day, CalendarChoice.GREGORIAN).text}Z"


EXAMPLE = {
    "date": "1990-01-15",
    "time": "14:30:00",
    "latitude": 40.7128,
    "longitude": -74.0060,
    "timezone": "America/New_York",
}
"""A birth for examples: mid-January 1990 in New York."""
