"""What a search for returns asks for, and where it looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import FailFast, Field

from app.astrology.bodies import CELESTIAL, Body, Celestial
from app.astrology.chart import Instant
from app.astrology.frame import Zodiac
from app.astrology.names import Name
from app.astrology.place import Place
from app.astrology.progressions import TROPICAL_YEAR
from app.astrology.returns import (
    LONGEST_GAP,
    OTHER_GAP,
    PHASE_GAP,
    Precession,
    Returning,
    returning_body,
    returning_phase,
)
from app.astrology.sky import Ephemeris
from app.astrology.stations import LONGEST_LOOP
from app.calculations.birth import Altitude, Birth, Latitude, Longitude
from app.calculations.charts import (
    ChartData,
    ChartsRequest,
    Fold,
    Time,
    ZoneName,
    moment_of_day,
)
from app.calculations.fields import HouseSystemName, PointName, Points, named
from app.calculations.request import CalculationRequest
from app.calculations.to_natal import OrbsToNatal
from app.calculations.wheel import POINTS_AND_ANGLES, require_twelve
from app.errors import InvalidInput

MOST_RETURNS = 100
_A_DAY = 1.0
_PASSES_OF_A_LOOP = 2.0 * LONGEST_LOOP
"""Days from the first of its passes to the last."""
_BEFORE, _DRIFT = 3.0, 0.02
"""Days by which a solar return may come before its age in mean years, and more for each year."""


class ReturnType(Name):
    """What comes back: the Sun, the Moon, a planet, or the phase of the Moon."""

    SOLAR = "SOLAR"
    LUNAR = "LUNAR"
    PLANETARY = "PLANETARY"
    PHASE = "PHASE"


ReturnTypeName = Annotated[ReturnType, *named(ReturnType)]


class YearRule(Name):
    """Which solar return a date means: that of the age of its calendar year, or the next one."""

    CALENDAR_YEAR = "CALENDAR_YEAR"
    NEXT = "NEXT"


class CountBy(Name):
    """What is counted: every pass, or every cycle with all passes of its retrograde loop.

    The rest of a loop that began before is told and not counted as a cycle.
    """

    PASSES = "PASSES"
    CYCLES = "CYCLES"


class ReturnPlace(CalculationRequest):
    """Where the return chart is cast."""

    latitude: Latitude
    longitude: Longitude
    altitude: Altitude = 0.0


class ReturnsRequest(OrbsToNatal, ChartsRequest):
    natal_chart: Annotated[ChartData, Field(description="The birth that is returned to")]
    return_date: Annotated[
        str,
        Field(
            description="YYYY-MM-DD or ISO date-time from when on; for SOLAR its calendar year, "
            "whose return is that of the age reached in it",
            max_length=64,
        ),
    ]
    return_time: Time = None
    return_timezone: ZoneName = None
    return_fold: Fold = None
    end_date: Annotated[
        str | None,
        Field(description="All returns until then, in place of `count`", max_length=64),
    ] = None
    end_fold: Fold = None
    return_type: Annotated[
        ReturnTypeName,
        Field(description="What comes back: the Sun, the Moon, `planet`, or the Moon's phase"),
    ] = ReturnType.SOLAR
    return_types: Annotated[
        tuple[ReturnTypeName, ...],
        FailFast(),
        Field(
            max_length=len(ReturnType),
            description="Several kinds in one answer, one after the other, in place of "
            "`return_type`",
        ),
    ] = ()
    planet: Annotated[PointName | None, Field(description="The body of PLANETARY returns")] = None
    year_rule: Annotated[
        Annotated[YearRule, *named(YearRule)],
        Field(description="Which solar return `return_date` means"),
    ] = YearRule.CALENDAR_YEAR
    precession: Annotated[
        Annotated[Precession, *named(Precession)],
        Field(description="CORRECTED returns to the place among the stars"),
    ] = Precession.NONE
    count: Annotated[int, Field(ge=1, le=MOST_RETURNS, description="How many, from then on")] = 1
    count_by: Annotated[
        Annotated[CountBy, *named(CountBy)],
        Field(
            description="CYCLES takes a retrograde loop's passes together, and does not count the "
            "rest of one that has begun"
        ),
    ] = CountBy.PASSES
    location: Annotated[
        ReturnPlace | None, Field(description="Place of the return; null: the birthplace")
    ] = None
    house_system: Annotated[
        HouseSystemName | None, Field(description="Null: that of the natal chart")
    ] = None
    planets: Annotated[
        Points,
        Field(description="Points of the charts; empty: Sun to Pluto, node, Lilith, ASC, MC"),
    ] = POINTS_AND_ANGLES

    def kinds(self) -> tuple[ReturnType, ...]:
        """What returns are looked for, each kind once."""
        return tuple(dict.fromkeys(self.return_types)) or (self.return_type,)

    def by_age(self, kind: ReturnType) -> bool:
        """Whether returns of a kind are told from that of the age reached in a year on."""
        return kind is ReturnType.SOLAR and self.year_rule is YearRule.CALENDAR_YEAR

    def time_counts(self) -> bool:
        """Whether `return_date` is an instant for any of them, or stands for its year alone."""
        return not all(self.by_age(kind) for kind in self.kinds())


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and in which days.

    `first` is the date that was asked for, `start` the Julian day from when on returns are told.
    """

    kind: ReturnType
    natal: Birth
    chart: Instant
    first: Birth
    start: float
    last: Birth | None
    returning: Returning
    name: str
    body: Celestial
    gap: float

    def window(self, request: ReturnsRequest) -> tuple[float, float]:
        """Days that certainly hold the returns; an answer needs one more to close its loop."""
        if self.last is not None:
            end = self.last.julian_day
            return min(self.start, end - _A_DAY), end
        more = 0.1
        if request.count_by is CountBy.CYCLES:  # the last one is to be whole
            more += min(1.0, _PASSES_OF_A_LOOP / self.gap)
        return self.start, self.start + (request.count + more) * self.gap


def search_of(request: ReturnsRequest, kind: ReturnType, ephemeris: Ephemeris) -> Search:
    """What the request asks for of one kind; raises InvalidInput for choices that contradict."""
    if request.zodiac is Zodiac.DRACONIC and kind is not ReturnType.PHASE:
        expected = "TROPICAL or SIDEREAL: the draconic zodiac moves with the node"
        raise InvalidInput.of("zodiac", expected, str(request.zodiac))
    require_twelve("house_system", request.house_system or request.natal_chart.house_system)
    natal = request.natal_chart.timed("natal_chart", ephemeris)
    chart = request.chart_of(natal, ephemeris, angles_move=request.angles_move)
    first, last = _first(request, kind, ephemeris), _last(request, ephemeris)
    start = _start(natal, first) if request.by_age(kind) else first.julian_day
    body = _body(request, kind)
    if kind is ReturnType.PHASE:
        phase = returning_phase(chart)
        named: tuple[str, Celestial] = ("PHASE", Body.MOON)
        return Search(kind, natal, chart, first, start, last, phase, *named, PHASE_GAP)
    returning = returning_body(chart, body, request.precession, place_of(request))
    gap = LONGEST_GAP.get(body, OTHER_GAP)
    return Search(kind, natal, chart, first, start, last, returning, str(body), body, gap)


def place_of(request: ReturnsRequest) -> Place:
    """Where the returns are seen from and their charts stand."""
    where = request.location or request.natal_chart
    return Place(where.latitude, where.longitude, where.altitude)


def year_begins(request: ReturnsRequest, year: int, ephemeris: Ephemeris) -> Birth:
    """The first instant of a calendar year, in the zone of the returns."""
    return moment_of_day(
        request.natal_chart,
        ephemeris,
        field="return_date",
        date=f"{year:05d}-01-01" if year < 0 else f"{year:04d}-01-01",
        timezone=request.return_timezone,
        fold=0,
    )


def _body(request: ReturnsRequest, kind: ReturnType) -> Celestial:
    """What comes back; raises InvalidInput for what has no motion of its own."""
    luminaries: dict[ReturnType, Celestial] = {
        ReturnType.SOLAR: Body.SUN,
        ReturnType.LUNAR: Body.MOON,
        ReturnType.PHASE: Body.MOON,
    }
    if kind in luminaries:
        return luminaries[kind]
    if not isinstance(request.planet, CELESTIAL):
        got = None if request.planet is None else str(request.planet)
        raise InvalidInput.of("planet", "a body, for return_type PLANETARY", got)
    return request.planet


def _first(request: ReturnsRequest, kind: ReturnType, ephemeris: Ephemeris) -> Birth:
    """The date that is asked for: of solar returns its year, which begins in January."""
    asked = moment_of_day(
        request.natal_chart,
        ephemeris,
        field="return_date",
        date=request.return_date,
        time=request.return_time,
        timezone=request.return_timezone,
        fold=request.return_fold,
    )
    if not request.by_age(kind):
        return asked
    first = year_begins(request, asked.moment.local.year, ephemeris)
    return replace(first, lasting=asked.lasting)


def _start(natal: Birth, first: Birth) -> float:
    """Just before the return of the age that is reached in a year: none is lost or told twice.

    Returns among the stars come later, and those to a degree hours off the mean year.
    """
    age = first.moment.local.year - natal.moment.local.year
    return natal.julian_day + age * TROPICAL_YEAR - _BEFORE - _DRIFT * abs(age)


def _last(request: ReturnsRequest, ephemeris: Ephemeris) -> Birth | None:
    if request.end_date is None:
        return None
    try:
        return moment_of_day(
            request.natal_chart,
            ephemeris,
            field="end_date",
            date=request.end_date,
            timezone=request.return_timezone,
            fold=request.end_fold,
            last=True,
        )
    except InvalidInput as error:
        raise error.renamed({"end_time": "end_date"}) from error
