"""Solar arc directions, and symbolic ones at a rate of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.angles import Sexagesimal, norm, signed_arc
from app.astrology.aspects import Aspect, aspects_between
from app.astrology.bodies import Body
from app.astrology.chart import Instant
from app.astrology.errors import OutsideEphemeris
from app.astrology.houses import Division, HouseSystem, houses_of
from app.astrology.progressed_chart import right_ascension
from app.astrology.progressions import Circle, Clock, clock_of
from app.astrology.sky import Position
from app.astrology.solar_arc import ArcKey, direction_arcs, moments_of_arcs
from app.astrology.zodiac import degree_in_sign, sign_of
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.charts import Date, Fold, Time, ZoneName, divided, moment_of_day
from app.calculations.conventions import sources
from app.calculations.directed import MOST_DIRECTED, DirectedRequest, directed_points
from app.calculations.fields import EACH_ONCE, PointName, named
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    Degrees,
    HouseReply,
    house_reply,
    instant_text,
)
from app.calculations.to_natal import NatalAspectReply, natal_aspect_replies
from app.calculations.wheel import POINTS_AND_ANGLES


class SolarArcRequest(DirectedRequest):
    target_date: Date
    target_time: Time = None
    target_timezone: ZoneName = None
    target_fold: Fold = None
    arc: Annotated[
        Annotated[ArcKey, *named(ArcKey)],
        Field(description="TRUE, NAIBOD, ONE_DEGREE a year, or USER with `user_rate`"),
    ] = ArcKey.TRUE
    user_rate: Annotated[
        float, Field(ge=0.0, le=360.0, description="Degrees a year, for USER alone")
    ] = 1.0
    measured_in: Annotated[
        Annotated[Circle, *named(Circle)],
        Field(description="What the TRUE arc of the Sun is measured along"),
    ] = Circle.LONGITUDE
    include_exact_time: Annotated[bool, Field(description="When each aspect is or was exact")] = (
        False
    )
    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(
            max_length=MOST_DIRECTED,
            description="Points to direct and to aspect; empty: Sun to Pluto, mean node, Lilith, "
            "ASC, MC",
        ),
        EACH_ONCE,
    ] = POINTS_AND_ANGLES


class SolarArcPosition(TypedDict):
    """A point of the birth carried on by the arc."""

    planet: str
    natal_longitude: Degrees
    longitude: Degrees
    latitude: Annotated[float, Field(description="Degrees, as at birth")]
    distance: Annotated[float, Field(description="Astronomical units, as at birth")]
    speed: Annotated[float, Field(description="Degrees of the arc per day of life")]
    house: Annotated[int | None, Field(description="1 to 12, among the cusps of the birth")]
    sign: str
    degree: int
    minute: int
    second: int


class SolarArcReply(TypedDict):
    arc: Annotated[float, Field(description="Degrees added to every point; negative in converse")]
    arc_a_year: Annotated[float, Field(description="Degrees by which the arc grows now")]
    years: Annotated[float, Field(description="Years of life since the birth")]
    target_julian_day: Annotated[float, Field(description="The moment of life, in UT1")]
    progressed_instant: Annotated[
        str, Field(description="The moment of the progressed Sun, in UTC, whatever the key")
    ]
    julian_day: Annotated[float, Field(description="The same as Julian day in UT1")]
    positions: list[SolarArcPosition]
    houses: Annotated[
        list[HouseReply],
        Field(description="Cusps of the birth plus the arc; none where they are undefined"),
    ]
    house_system: Annotated[str | None, Field(description="The one applied; null without houses")]
    angles: Annotated[
        dict[str, Degrees], Field(description="Every angle of the birth plus the arc")
    ]
    armc: Annotated[float, Field(description="Right ascension of the directed midheaven, degrees")]
    aspects: Annotated[
        list[NatalAspectReply], Field(description="`planet1` is natal, `planet2` is directed")
    ]


@calculation(
    "solar-arc",
    example={"natal_chart": EXAMPLE, "target_date": "2026-06-21"},
    sources=(
        Source("Reinhold Ebertin, The Combination of Stellar Influences"),
        Source("Alfred Witte (solar arcs)"),
        Source("Valentin Naibod, Enarratio elementorum astrologiae (1560)"),
    ),
)
def solar_arc(request: SolarArcRequest, ephemeris: Almanac) -> Answer[SolarArcReply]:
    """Every point, angle and cusp of the birth moved by one arc, and its aspects to the birth.

    The arc is as long as the way of the secondary progressed Sun since birth (TRUE, along the
    ecliptic or the equator), as that of the mean Sun (NAIBOD), a degree a year, or a rate of your
    own, which makes the directions symbolic. It is always added to longitudes, to the angles as to
    all others: the ascendant is not derived again from the midheaven. It is measured from the
    equinox in every zodiac. Converse arcs are those of the Sun before birth, and negative.
    """
    request.require_plain_houses()
    birth = request.natal_chart.timed("natal_chart", ephemeris)
    target = moment_of_day(
        request.natal_chart,
        ephemeris,
        field="target_date",
        date=request.target_date,
        time=request.target_time,
        timezone=request.target_timezone,
        fold=request.target_fold,
    )
    natal = request.chart_of(birth, ephemeris)
    points, rules = directed_points(request.planets), request.orb_rules()
    reply = _reply(request, natal, target)
    definitions = {
        **request.chart_definitions(natal, points),
        **request.house_definitions(request.natal_chart.house_system),
        "arc": request.arc,
        "user_rate": request.user_rate if request.arc is ArcKey.USER else None,
        "measured_in": request.measured_in if request.arc is ArcKey.TRUE else None,
        "applied_in": Circle.LONGITUDE,
        "year_length": request.year_length,
        "converse": request.converse,
        **request.orb_definitions(rules),
    }
    provenance = computed_for(
        birth, sources((*points, Body.SUN)), ephemeris, definitions, others={"target_date": target}
    )
    return Answer(reply, provenance, birth.lasting and target.lasting)


def _reply(request: SolarArcRequest, natal: Instant, target: Birth) -> SolarArcReply:
    clock = clock_of(natal.moment, year=request.year_length, converse=request.converse)
    moment = target.julian_day
    arc, speed = direction_arcs(
        request.arc,
        clock,
        (moment,),
        natal.ephemeris,
        theory=natal.conventions.frame.theory,
        along=request.measured_in,
        rate=request.user_rate,
    )[0].tolist()
    houses, angles = divided(natal, request.natal_chart.house_system)
    born = natal.place_points(directed_points(request.planets), angles)
    directed = [
        place._replace(longitude=norm(place.longitude + arc), speed=speed) for place in born
    ]
    aspects = aspects_between(born, directed, request.orb_rules(), second_moves=True)
    exact = _exact_times(request, natal, clock, moment, arc, aspects)
    return {
        "arc": arc,
        "arc_a_year": speed * request.year_length,
        "years": (moment - natal.moment) / request.year_length,
        "target_julian_day": moment,
        "progressed_instant": instant_text(clock.progressed(moment)),
        "julian_day": clock.progressed(moment),
        "positions": _directed(born, directed, houses, request.cusp_orb),
        "houses": [
            house_reply(number, norm(cusp + arc))
            for number, cusp in enumerate(houses.cusps if houses else (), start=1)
        ],
        "house_system": houses.system if houses else None,
        "angles": {str(angle): norm(at + arc) for angle, at in angles.angles.items()},
        "armc": _directed_armc(natal, arc),
        "aspects": natal_aspect_replies(aspects, exact),
    }


def _directed_armc(natal: Instant, arc: float) -> float:
    """Right ascension of the midheaven that the arc has reached, under the tilt of the birth."""
    sky = natal.ephemeris
    tropical = sky.divide(natal.moment, natal.place, HouseSystem.EQUAL)
    return right_ascension(tropical.midheaven + arc, sky.obliquity(natal.moment).true)


def _directed(
    born: Sequence[Position],
    directed: Sequence[Position],
    houses: Division | None,
    cusp_orb: float,
) -> list[SolarArcPosition]:
    longitudes = [position.longitude for position in directed]
    numbers: list[int] | list[None] = [None] * len(longitudes)
    if houses is not None:
        numbers = houses_of(longitudes, houses.cusps, cusp_orb)
    found: list[SolarArcPosition] = []
    for natal, position, house in zip(born, directed, numbers, strict=True):
        degree, minute, second = Sexagesimal.of(degree_in_sign(position.longitude))
        found.append(
            {
                "planet": str(position.point),
                "natal_longitude": natal.longitude,
                "longitude": position.longitude,
                "latitude": position.latitude,
                "distance": position.distance,
                "speed": position.speed,
                "house": house,
                "sign": str(sign_of(position.longitude)),
                "degree": degree,
                "minute": minute,
                "second": second,
            }
        )
    return found


def _exact_times(
    request: SolarArcRequest,
    natal: Instant,
    clock: Clock,
    moment: float,
    arc: float,
    aspects: Sequence[Aspect],
) -> list[float | None] | None:
    """Julian days when the aspects are exact, None without them or beyond the ephemeris."""
    if not request.include_exact_time:
        return None
    wanted = [arc + _missing(aspect) for aspect in aspects]
    try:
        found = moments_of_arcs(
            wanted,
            moment,
            request.arc,
            clock,
            natal.ephemeris,
            theory=natal.conventions.frame.theory,
            along=request.measured_in,
            rate=request.user_rate,
        )
    except OutsideEphemeris:
        return [None] * len(aspects)
    return [None if day != day else day for day in found.tolist()]  # noqa: PLR0124 - NaN


def _missing(aspect: Aspect) -> float:
    """Degrees of arc that an aspect of a directed point lacks; negative when it is past."""
    ahead = signed_arc(aspect.first.longitude, aspect.second.longitude)
    return (aspect.rule.angle if ahead >= 0.0 else -aspect.rule.angle) - ahead
