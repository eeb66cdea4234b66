"""Annual, monthly and daily profections."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import STANDARD_POINTS, Angle, Body
from app.astrology.chart import Instant
from app.astrology.frame import Zodiac
from app.astrology.houses import Division, HouseSystem, PolarPolicy
from app.astrology.profections import (
    STEPS,
    Profecting,
    Stretch,
    Turns,
    YearTurn,
    birthdays,
    lord_of,
    profected,
    solar_returns,
    year_at,
    years_from,
)
from app.astrology.releasing import place_from
from app.astrology.sky import Position
from app.astrology.zodiac import sign_of
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.charts import ChartsRequest, Date, divided
from app.calculations.conventions import sources
from app.calculations.fields import PointName, Points, named
from app.calculations.provenance import computed_for
from app.calculations.shapes import Degrees
from app.calculations.timelords import Instants, LifeRequest, Told

MOST_STARTS = 16
MOST_YEARS = 120


class ProfectionsRequest(LifeRequest, ChartsRequest):
    target_date: Date
    start_points: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(description="What is carried on; empty: the ascendant", max_length=MOST_STARTS),
    ] = (Angle.ASC,)
    mode: Annotated[
        Annotated[Profecting, *named(Profecting)],
        Field(description="Whole signs, or 30 degrees a year day by day"),
    ] = Profecting.WHOLE_SIGN
    year_turn: Annotated[
        Annotated[YearTurn, *named(YearTurn)],
        Field(description="A year begins at the solar return, or on the civil birthday"),
    ] = YearTurn.SOLAR_RETURN
    first_age: Annotated[
        int | None, Field(ge=0, le=MOST_YEARS, description="First of `years`; null: the present")
    ] = None
    years: Annotated[
        int,
        Field(
            ge=0,
            le=MOST_YEARS,
            description="Years of the table, from `first_age`, as far as the ephemeris reaches",
        ),
    ] = STEPS
    planets: Annotated[
        Points, Field(description="Points that are told where a profection meets their sign")
    ] = STANDARD_POINTS

    def settled(self) -> ProfectionsRequest:
        """The same without a need of cusps where whole signs go on, which need none."""
        if self.mode is not Profecting.WHOLE_SIGN or self.polar is not PolarPolicy.REFUSE:
            return self
        return self.model_copy(update={"polar": PolarPolicy.FLAG})


class LordReply(TypedDict):
    """A stretch of life, the sign that the point has come to, and its lord."""

    number: Annotated[int, Field(description="The age, or the month or its twelfth from 1")]
    sign: str
    lord: str
    house: Annotated[int, Field(description="Place of the sign from the ascendant's, 1 to 12")]
    start: Instants
    end: Instants


class ActiveReply(LordReply):
    """The same for the moment asked about, with what the sign holds at birth."""

    longitude: Annotated[
        Degrees, Field(description="The point; by CONTINUOUS where it stands at the moment")
    ]
    cusps: Annotated[
        list[int],
        Field(description="Houses of the birth whose cusp is in the sign; none without houses"),
    ]
    points: Annotated[list[str], Field(description="Points of the birth in the sign")]
    julian_days: Annotated[list[float], Field(description="Start and end, in UT1")]


class ProfectionReply(TypedDict):
    """How one point is carried on."""

    planet: str
    natal_longitude: Degrees
    annual: ActiveReply
    monthly: ActiveReply
    daily: ActiveReply
    months: Annotated[list[LordReply], Field(description="The twelve of the present year")]
    years: list[LordReply]


class ProfectionsReply(TypedDict):
    age: Annotated[int, Field(description="Full years of life")]
    year_part: Annotated[float, Field(description="How much of the year has passed, 0 to 1")]
    house_system: Annotated[
        str | None, Field(description="Whose `cusps` are told; null where it is undefined")
    ]
    profections: list[ProfectionReply]


@calculation(
    "profections",
    example={"natal_chart": EXAMPLE, "target_date": "2026-06-21"},
    sources=(
        Source("Ptolemy, Tetrabiblos IV.10"),
        Source("Dorotheus of Sidon, Carmen astrologicum IV.1"),
        Source("Vettius Valens, Anthology IV (p. 165 Pingree, the 35th year)", verified=True),
    ),
)
def profections(request: ProfectionsRequest, ephemeris: Almanac) -> Answer[ProfectionsReply]:
    """The sign that a point of the birth has come to, and the lord of the year, month and day.

    The ascendant, or any point, goes on by one sign a year; within the year by one sign for each
    twelfth of it, and within such a month again. A year begins at the exact return of the Sun to
    its place (the default) or on the civil birthday, by the clock of the birth. CONTINUOUS
    profections move evenly: 30 degrees a year, a month, and a twelfth of a month; their signs are
    those of the moment, and for the tables those in which a stretch begins. Lords are the seven
    planets. The answer tells which houses and points of the birth the signs hold, and when each
    stretch starts and ends. Whole signs need no cusps: where the house system is undefined, within
    the polar circles, they are left out.
    """
    request = request.settled()
    birth = request.natal_chart.timed("natal_chart", ephemeris)
    target = request.moment_of_life(birth, ephemeris, request.target_date)
    natal = request.chart_of(birth, ephemeris)
    turns = _turns(request, birth, natal)
    year = year_at(target.julian_day, birth.julian_day, turns)
    starts = request.start_points or (Angle.ASC,)
    houses, angles = divided(natal, request.natal_chart.house_system)
    first_age = year.number if request.first_age is None else request.first_age
    table = years_from(first_age, request.years, turns)
    even = request.mode is Profecting.CONTINUOUS
    met = natal.place_points(request.planets, angles)
    born = _Birth(angles.ascendant, houses, met, even)
    reply: ProfectionsReply = {
        "age": year.number,
        "year_part": year.part(target.julian_day),
        "house_system": houses.system if houses else None,
        "profections": [
            born.carry(start, year, table, target.julian_day)
            for start in natal.place_points(starts, angles)
        ],
    }
    definitions: dict[str, Any] = {
        **request.chart_definitions(natal, (*starts, *request.planets)),
        **request.house_definitions(request.natal_chart.house_system),
        "mode": request.mode,
        "year_turn": request.year_turn,
        "solar_return_zodiac": _return_zodiac(natal),
        "rulers": "TRADITIONAL",
    }
    points = (*starts, *request.planets, Body.SUN)
    provenance = computed_for(
        birth, sources(points), ephemeris, definitions, others={"target_date": target}
    )
    return Answer(reply, provenance, birth.lasting and target.lasting)


def _turns(request: ProfectionsRequest, birth: Birth, natal: Instant) -> Turns:
    """When years of life begin."""
    if request.year_turn is YearTurn.BIRTHDAY:
        return partial(birthdays, birth.julian_day, birth.moment.local)
    frame = natal.conventions.frame
    return partial(solar_returns, birth.julian_day, ephemeris=natal.ephemeris, frame=frame)


def _return_zodiac(natal: Instant) -> Zodiac:
    """The zodiac that the Sun returns in: the draconic one has no year of its own."""
    sidereal = natal.conventions.frame.ayanamsa is not None
    return Zodiac.SIDEREAL if sidereal else Zodiac.TROPICAL


class _Birth:
    """A birth whose points are carried on."""

    def __init__(
        self,
        ascendant: float,
        houses: Division | None,
        born: Sequence[Position],
        even: bool,  # noqa: FBT001 - private
    ) -> None:
        self._rising = sign_of(ascendant)
        self._born = born
        self._told = Told()
        self._even = even
        twelve = houses is not None and houses.system is not HouseSystem.GAUQUELIN
        self._cusps = houses.cusps if houses is not None and twelve else ()

    def carry(
        self, start: Position, year: Stretch, table: Sequence[Stretch], moment: float
    ) -> ProfectionReply:
        """The point through the year, the month and the day of a moment."""
        month = year.twelfth(moment)
        day = month.twelfth(moment)
        annual = profected(start.longitude, year.number)
        monthly = profected(annual, month.number - 1)
        return {
            "planet": str(start.point),
            "natal_longitude": start.longitude,
            "annual": self._active(annual, year, moment),
            "monthly": self._active(monthly, month, moment),
            "daily": self._active(profected(monthly, day.number - 1), day, moment),
            "months": [
                self._lord(profected(annual, part.number - 1), part) for part in year.twelfths()
            ],
            "years": [self._lord(profected(start.longitude, part.number), part) for part in table],
        }

    def _active(self, longitude: float, stretch: Stretch, moment: float) -> ActiveReply:
        """Where the point is within a stretch that it began at a longitude."""
        if self._even:
            longitude = profected(longitude, stretch.part(moment))
        sign = sign_of(longitude)
        return {
            **self._lord(longitude, stretch),
            "longitude": longitude,
            "cusps": [
                number for number, cusp in enumerate(self._cusps, start=1) if sign_of(cusp) is sign
            ],
            "points": [str(p.point) for p in self._born if sign_of(p.longitude) is sign],
            "julian_days": [stretch.start, stretch.end],
        }

    def _lord(self, longitude: float, stretch: Stretch) -> LordReply:
        sign = sign_of(longitude)
        return {
            "number": stretch.number,
            "sign": str(sign),
            "lord": str(lord_of(longitude)),
            "house": place_from(sign, self._rising),
            "start": self._told[stretch.start],
            "end": self._told[stretch.end],
        }
