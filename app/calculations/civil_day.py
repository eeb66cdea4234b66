"""The civil day of a date in a zone, and local clock times of its events."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import TypedDict

from app.astrology.calendar import Calendar, CalendarChoice, civil_of_ticks, day_number
from app.astrology.sky import Ephemeris
from app.astrology.zones import LocalClock, find_zone, offset_text
from app.calculations.birth import Birth, BirthRequest
from app.calculations.utc import utc_day

_ONE_SECOND = 1.0 / 86_400.0
_TENTHS_OF_A_DAY = 864_000
_TICKS_OF_A_TENTH = 100_000


@dataclass(frozen=True, slots=True)
class CivilDay:
    """A local date from its first instant up to the next date's; Julian days in UT1."""

    date: str
    calendar: Calendar
    first: Birth
    end: float
    clock: LocalClock

    @property
    def start(self) -> float:
        return self.first.julian_day

    @property
    def date_name(self) -> DateName:
        return {"date": self.date, "calendar": self.calendar.name}

    def local_text(self, julian_day: float) -> str:
        """An instant on the clocks of the zone, to the tenth of a second, with its offset.

        In the calendar of the day.
        """
        ticks = _ticks(julian_day)
        offset = self.clock.at(ticks).microseconds
        civil = civil_of_ticks(ticks + offset, self.calendar)
        whole, _, fraction = civil.text.partition(".")
        return f"{whole}.{fraction[:1] or '0'}{offset_text(offset)}"

    def day_number(self, julian_day: float, *, by_longitude: bool) -> int:
        """Julian day number of an instant's date in the zone, or by the place's mean time."""
        ticks = _ticks(julian_day)
        mean_time = round(self.clock.longitude * _TICKS_OF_A_DEGREE)
        offset = mean_time if by_longitude else self.clock.at(ticks).microseconds
        civil = civil_of_ticks(ticks + offset, Calendar.GREGORIAN)
        return day_number(civil.year, civil.month, civil.day, Calendar.GREGORIAN)


_TICKS_OF_A_DEGREE = 240_000_000
"""Of local mean time: the mean Sun moves by a degree in four minutes."""


class DateName(TypedDict):
    """A civil date as JSON: it names the same day however often the clock is read."""

    date: str
    calendar: str


def civil_day(request: BirthRequest, sky: Ephemeris, date_name: DateName | None = None) -> CivilDay:
    """The day of a request's date, or the local one of its instant; raises InvalidInput.

    With a `date_name` it is that day, whatever the request says and whatever the time is now.
    """
    clock = LocalClock(find_zone(request.timezone), request.local_mean_time, request.longitude)
    if date_name is None:
        date, calendar = _date(request, clock)
    else:
        date, calendar = date_name["date"], CalendarChoice[date_name["calendar"]]
    day = request.model_copy(update={"date": date, "calendar": calendar})
    first, last = day.edge_of_day(), day.edge_of_day(last=True)
    end = sky.universal_time(last, request.universal_time) + _ONE_SECOND
    return CivilDay(date, first.calendar, request.at(first, sky), end, clock)


def has_instant(request: BirthRequest) -> bool:
    """Whether a request names a time of day, and not only a date."""
    written = request.date.strip().upper()
    timed = request.time is not None and request.time_known
    return request.is_now or timed or "T" in written or " " in written


def _date(request: BirthRequest, clock: LocalClock) -> tuple[str, CalendarChoice]:
    """The date, and the calendar that it is written in."""
    if not has_instant(request) or request.time is not None:
        return request.date.strip(" "), request.calendar
    moment = request.moment()
    ticks = moment.utc.ticks
    civil = civil_of_ticks(ticks + clock.at(ticks).microseconds, moment.calendar)
    return civil.date_text, CalendarChoice[moment.calendar.name]


def _ticks(julian_day: float) -> int:
    return round((utc_day(julian_day) + 0.5) * _TENTHS_OF_A_DAY) * _TICKS_OF_A_TENTH
