"""A stretch of time that a search goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from app.astrology.calendar import CalendarChoice
from app.astrology.frame import Theory, UniversalTime
from app.astrology.moment import Moment, moment_of
from app.astrology.place import Place
from app.astrology.sky import Ephemeris
from app.calculations.birth import Birth
from app.calculations.charts import holds_time
from app.calculations.fields import CalendarName, TheoryName, UniversalTimeName
from app.calculations.request import CalculationRequest
from app.errors import InvalidInput

NOWHERE = Place(0.0, 0.0)
"""The place of moments that belong to the whole Earth."""
_DAY_BEGINS, _DAY_ENDS = ("00:00:00", 0.0), ("23:59:59", 1.0 / 86_400.0)
"""The ends of a local day, however long it is: a time, and the days from there."""

Day = Annotated[
    str, Field(description="YYYY-MM-DD, this day included, or a full ISO date-time", max_length=64)
]


Fold = Annotated[
    int | None,
    Field(ge=0, le=1, description="Which of the two, when a written local time comes twice"),
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
    calendar: Annotated[CalendarName, Field(description="AUTO is Julian before 1582-10-15")] = (
        CalendarChoice.AUTO
    )
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
        last = self._birth("end_date", self.end_date, self.end_fold, sky, _DAY_ENDS)
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
        self,
        field: str,
        date: str,
        fold: int | None,
        sky: Ephemeris,
        of_day: tuple[str, float] = _DAY_BEGINS,
    ) -> Birth:
        """A written instant; `of_day` stands for a whole day: a time, and the days behind it."""
        text = date.strip()
        time, later = (None, 0.0) if holds_time(text) else of_day
        try:
            moment = self._moment(text, time, fold)
        except InvalidInput as error:
            names = {"date": field, "time": field, "fold": f"{field.removesuffix('_date')}_fold"}
            raise error.renamed(names) from error
        day = sky.universal_time(moment, self.universal_time) + later
        return Birth(moment, day, NOWHERE, self.universal_time, self.ephemeris)

    def _moment(self, date: str, time: str | None, fold: int | None) -> Moment:
        return moment_of(
            date,
            time,
            zone=self.timezone,
            # A day begins with its first midnight, where it has two.
            fold=0 if time is not None and fold is None else fold,
            calendar=self.calendar,
            longitude=0.0,
        )
