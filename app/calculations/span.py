"""A stretch of time that a search goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.calendar import CalendarChoice
from app.astrology.frame import Theory, UniversalTime
from app.astrology.moment import Moment, edge_of_day, moment_of
from app.astrology.place import Place
from app.astrology.sky import Ephemeris
from app.astrology.zones import LocalMeanTime
from app.calculations.birth import Birth
from app.calculations.charts import Fold, holds_time
from app.calculations.fields import CalendarName, TheoryName, UniversalTimeName
from app.calculations.request import CalculationRequest
from app.errors import InvalidInput

NOWHERE = Place(0.0, 0.0)
"""The place of moments that belong to the whole Earth."""
_ONE_SECOND = 1.0 / 86_400.0

Day = Annotated[
    str, Field(description="YYYY-MM-DD, this day included, or a full ISO date-time", max_length=64)
]


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to another; Julian days in UT1."""

    first: Birth
    last: Birth

    @property
    def start(self) -> float:
        return self.first.julian_day

    @property
    def end(self) -> float:
        return self.last.julian_day

    @property
    def days(self) -> float:
        return self.end - self.start


class SpanRequest(CalculationRequest):
    """The first and the last day of a search, both included."""

    start_date: Day
    start_fold: Fold = None
    end_date: Day
    end_fold: Fold = None
    timezone: Annotated[
        str,
        Field(
            description="Zone of the two dates: an IANA name or an offset such as +05:30",
            max_length=64,
        ),
    ] = "UTC"
    calendar: Annotated[
        CalendarName,
        Field(description="AUTO is Julian before 1582-10-15, but for instants with Z or an offset"),
    ] = CalendarChoice.AUTO
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

    def span(self, sky: Ephemeris, longest: float) -> Span:
        """The search's span; raises InvalidInput for one that is empty or over `longest` days."""
        first = self._birth("start_date", self.start_date, self.start_fold, sky)
        last = self._birth("end_date", self.end_date, self.end_fold, sky, last=True)
        span = Span(first, last)
        if span.days <= 0.0:
            expected = f"after start_date {self.start_date[:40]}"
            raise InvalidInput.of("end_date", expected, self.end_date)
        if span.days > longest + 1.0:
            years = longest / 365.25
            limit = f"{years:.0f} years" if years > 1.0 else f"{longest:.0f} days"
            expected = (
                f"at most {limit} after start_date: send several requests, each from the day "
                "after the last one's end_date"
            )
            raise InvalidInput.of("end_date", expected, self.end_date)
        return span

    def _birth(
        self, field: str, date: str, fold: int | None, sky: Ephemeris, *, last: bool = False
    ) -> Birth:
        """A written instant; of a whole day its first one, or with `last` the next day's."""
        timed = holds_time(date)
        try:
            moment = self._moment(date, fold) if timed else self._edge(date, fold, last=last)
        except InvalidInput as error:
            names = {"date": field, "time": field, "fold": f"{field.removesuffix('_date')}_fold"}
            raise error.renamed(names) from error
        day = sky.universal_time(moment, self.universal_time)
        day += _ONE_SECOND if last and not timed else 0.0
        return Birth(moment, day, NOWHERE, self.universal_time, self.ephemeris)

    def _moment(self, date: str, fold: int | None) -> Moment:
        return moment_of(date, None, fold=fold, **self._clocks())

    def _edge(self, date: str, fold: int | None, *, last: bool) -> Moment:
        return edge_of_day(date, last=last, fold=fold, **self._clocks())

    def _clocks(self) -> _Clocks:
        """Those of the zone's own city: a span has no place of its own."""
        return {
            "zone": self.timezone,
            "calendar": self.calendar,
            "local_mean_time": LocalMeanTime.ZONE,
            "longitude": NOWHERE.longitude,
        }


class _Clocks(TypedDict):
    zone: str
    calendar: CalendarChoice
    local_mean_time: LocalMeanTime
    longitude: float
