"""Eclipses of the Sun and Moon in a span of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any, ClassVar

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac, Eclipse, EclipseOf, LocalEclipse
from app.astrology.aspects import Aspect, AspectKind, aspects_among
from app.astrology.bodies import PLANETS, STANDARD_POINTS, Angle, Body, Celestial, Point
from app.astrology.chart import Instant
from app.astrology.eclipses import (
    LIGHT_OF,
    central_duration,
    eclipses_between,
    gamma,
    hits,
    lunation_of,
)
from app.astrology.frame import Frame, View
from app.astrology.houses import Division, HouseSystem, houses_of
from app.astrology.place import Place
from app.astrology.sky import Position
from app.calculations.birth import Altitude, Birth, Latitude, Longitude
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.charts import ChartData, ChartsRequest, divided
from app.calculations.conventions import celestial, require_bodies
from app.calculations.fields import AspectName, Points, named
from app.calculations.orbs import OrbChoice
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    AspectReply,
    Degrees,
    PositionReply,
    aspect_replies,
    instant_text,
    position_reply,
)
from app.calculations.span import NOWHERE, Span, SpanRequest
from app.errors import InvalidInput

LONGEST_SPAN = 36_525.0
"""Days of a request: a century, in which there are some 460 eclipses."""
DAYS_OF_A_PART = 4.0 * 365.25
WIDEST_HIT = 15.0

NATAL_POINTS: tuple[Point, ...] = (*STANDARD_POINTS, Angle.ASC, Angle.MC)
HIT_ASPECTS = (AspectKind.CONJUNCTION, AspectKind.OPPOSITION)

_SOLAR_CANON = "Espenak, Meeus, Five Millennium Canon of Solar Eclipses (NASA, 2006)"
_LUNAR_CANON = "Espenak, Meeus, Five Millennium Canon of Lunar Eclipses (NASA, 2009)"


class EclipseType(StrEnum):
    """Which light is eclipsed."""

    SOLAR = "SOLAR"
    LUNAR = "LUNAR"


_OF = {EclipseType.SOLAR: EclipseOf.SUN, EclipseType.LUNAR: EclipseOf.MOON}
_TYPE_OF = {of: kind for kind, of in _OF.items()}

TypeName = Annotated[EclipseType, *named(EclipseType)]


class EclipsesRequest(OrbChoice, ChartsRequest, SpanRequest):
    places_in_space: ClassVar[bool] = False

    types: Annotated[
        tuple[TypeName, ...], FailFast(), Field(description="Empty: both", max_length=2)
    ] = tuple(EclipseType)
    include_aspects: Annotated[
        bool, Field(description="Adds aspects of Sun and Moon at the greatest eclipse")
    ] = False
    planets: Annotated[
        Points, Field(description="Bodies that Sun and Moon may aspect; empty: Sun to Pluto")
    ] = PLANETS
    latitude: Annotated[
        Latitude | None, Field(description="With `longitude`: adds how the place sees it")
    ] = None
    longitude: Annotated[
        Longitude | None, Field(description="Degrees, east positive; of the same place")
    ] = None
    altitude: Altitude = 0.0
    natal_chart: Annotated[
        ChartData | None, Field(description="Adds the natal house and the points that are hit")
    ] = None
    natal_points: Annotated[
        Points, Field(description="Natal points that may be hit; empty: the default")
    ] = NATAL_POINTS
    hit_orb: Annotated[
        float, Field(ge=0.0, le=WIDEST_HIT, description="Degrees from the new or full Moon")
    ] = 3.0
    hit_aspects: Annotated[
        tuple[AspectName, ...],
        FailFast(),
        Field(
            description="How the degree may hit a natal point; empty: the default", max_length=17
        ),
    ] = HIT_ASPECTS

    def place(self) -> Place | None:
        """Where local circumstances are asked for; raises InvalidInput for half a place."""
        if self.latitude is None and self.longitude is None:
            return None
        if self.latitude is None or self.longitude is None:
            missing = "latitude" if self.latitude is None else "longitude"
            raise InvalidInput.of(missing, "given, because the other coordinate is", None)
        return Place(self.latitude, self.longitude, self.altitude)

    def checked_span(self, sky: Almanac) -> Span:
        """The span, after a look at what no schema can say; raises InvalidInput."""
        if self.center is not View.GEOCENTRIC:
            expected = "GEOCENTRIC: eclipses are told for the whole Earth"
            raise InvalidInput.of("center", expected, str(self.center))
        require_bodies(self.planets, "a body: angles and lots belong to one place")
        self.place()
        return self.span(sky, LONGEST_SPAN)


class ContactReply(TypedDict):
    """When a phase begins or ends."""

    name: Annotated[
        str,
        Field(
            description="partial_begin, total_begin, annular_begin, center_line_begin, "
            "penumbral_begin … and their _end; for a place also rise and set"
        ),
    ]
    time: str
    julian_day: float


class EarthPlaceReply(TypedDict):
    latitude: float
    longitude: float


class LunationReply(TypedDict):
    """The new or full Moon by longitude, whose degree counts in a chart."""

    time: str
    julian_day: float
    longitude: Annotated[Degrees, Field(description="Of the eclipsed light, in the zodiac asked")]


class LocalEclipseReply(TypedDict):
    """What a place sees; all but `visible` is null where it sees nothing."""

    visible: bool
    type: str | None
    maximum: Annotated[str | None, Field(description="Of what is seen; UTC")]
    maximum_visible: Annotated[
        bool | None, Field(description="False: the greatest phase is below the horizon")
    ]
    magnitude: Annotated[
        float | None, Field(description="Covered fraction of the diameter; lunar: umbral")
    ]
    obscuration: Annotated[float | None, Field(description="Covered part of the Sun's area, 0..1")]
    altitude: Annotated[float | None, Field(description="Apparent, degrees, at the maximum")]
    azimuth: Annotated[float | None, Field(description="Degrees from north through east")]
    contacts: Annotated[list[ContactReply], Field(description="Those above the horizon")]


class HitReply(TypedDict):
    """A natal point that the degree of the lunation touches."""

    planet: str
    longitude: Degrees
    aspect_type: str
    angle: float
    separation: float
    orb: float


class NatalEclipseReply(TypedDict):
    """Where the eclipse falls in the natal chart."""

    house: Annotated[int | None, Field(description="1 to 12; null where houses are undefined")]
    hits: list[HitReply]


class EclipseReply(TypedDict):
    eclipse: Annotated[str, Field(description="SOLAR or LUNAR")]
    date: Annotated[str, Field(description="UTC of the greatest eclipse")]
    julian_day: Annotated[float, Field(description="UT1 of the greatest eclipse")]
    type: Annotated[str, Field(description="TOTAL, ANNULAR, HYBRID, PARTIAL or PENUMBRAL")]
    magnitude: Annotated[float, Field(description="As NASA has it; of a lunar one in the umbra")]
    penumbral_magnitude: float | None
    gamma: Annotated[float, Field(description="Shadow axis from the centre, in Earth radii")]
    saros_series: int | None
    saros_member: int | None
    contacts: list[ContactReply]
    greatest_at: EarthPlaceReply | None
    central_duration: Annotated[
        float | None, Field(description="Seconds of totality or ring where it is greatest")
    ]
    lunation: LunationReply
    positions: Annotated[
        dict[str, PositionReply], Field(description="SUN and MOON at the greatest eclipse")
    ]
    aspects: list[AspectReply]
    local: Annotated[LocalEclipseReply | None, Field(description="Null without a place")]
    natal: Annotated[NatalEclipseReply | None, Field(description="Null without a natal chart")]


class EclipsesOfSpan(TypedDict):
    solar: list[EclipseReply]
    lunar: list[EclipseReply]


class EclipsesReply(TypedDict):
    eclipses: EclipsesOfSpan


@dataclass(frozen=True, slots=True)
class _Natal:
    """The chart that eclipses fall into."""

    points: tuple[Position, ...]
    houses: Division | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every eclipse of a request is described with."""

    request: EclipsesRequest
    span: Span
    sky: Instant
    place: Place | None
    natal: _Natal | None
    almanac: Almanac


def split(request: EclipsesRequest, ephemeris: Almanac) -> list[list[float]]:
    """Stretches of four years, as Julian days."""
    span = request.checked_span(ephemeris)
    _natal_birth(request, ephemeris)  # refused before any work
    parts = []
    start = span.start
    while start < span.end:
        end = min(start + DAYS_OF_A_PART, span.end)
        parts.append([start, end])
        start = end
    return parts


def part(
    request: EclipsesRequest, stretch: Sequence[float], ephemeris: Almanac
) -> list[EclipseReply]:
    """The eclipses of a stretch, in the order of their greatest moments."""
    start, end = stretch
    asked = _asked(request, ephemeris)
    kinds = dict.fromkeys(request.types or tuple(EclipseType))
    theory = request.ephemeris
    found = chain.from_iterable(
        eclipses_between(start, end, _OF[kind], ephemeris, theory) for kind in kinds
    )
    return [_reply(eclipse, asked) for eclipse in sorted(found, key=lambda one: one.greatest)]


@long_calculation(
    "eclipses",
    example={
        "start_date": "2026-01-01",
        "end_date": "2026-12-31",
        "latitude": 42.344,
        "longitude": -3.6969,
    },
    split=split,
    part=part,
    streams=True,
    sources=(
        Source(_SOLAR_CANON, verified=True),
        Source(_LUNAR_CANON, verified=True),
    ),
)
def eclipses(
    request: EclipsesRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[EclipsesReply]:
    """Eclipses of the Sun and Moon in a span of up to a century, and what they touch.

    Each with its type, magnitude, gamma, Saros series and member, contacts, and where on the
    Earth a solar one is greatest; for a place also what is seen there, and for a natal chart the
    house and the points that are hit. The greatest eclipse and the new or full Moon are minutes
    apart: `date` and `positions` are of the greatest eclipse, hits go by the degree of the
    lunation. Magnitudes are NASA's; other tables give the covered diameter for total ones too.
    """
    span = request.checked_span(ephemeris)
    rows: list[EclipseReply] = list(chain.from_iterable(parts))
    bodies = _bodies(request)
    ephemeris.positions((span.start,), bodies, Frame(request.ephemeris))  # opens its files
    others = {"end_date": span.last}
    natal = _natal_birth(request, ephemeris)
    if natal is not None:
        others["natal_chart"] = natal
    definitions = _definitions(request, span, natal, ephemeris)
    provenance = computed_for(span.first, bodies, ephemeris, definitions, others)
    lasting = natal is None or natal.lasting
    reply: EclipsesReply = {
        "eclipses": {
            "solar": [row for row in rows if row["eclipse"] == EclipseType.SOLAR],
            "lunar": [row for row in rows if row["eclipse"] == EclipseType.LUNAR],
        }
    }
    return Answer(reply, provenance, lasting)


def _definitions(
    request: EclipsesRequest, span: Span, natal: Birth | None, ephemeris: Almanac
) -> dict[str, Any]:
    points = _natal_points(request) if natal is not None else ()
    chart = request.instant(natal or span.first, ephemeris)
    echoed = {
        **request.chart_definitions(chart, points),
        "types": list(dict.fromkeys(request.types or tuple(EclipseType))),
        "magnitude": "NASA",
        "positions_at": "GREATEST_ECLIPSE",
    }
    if request.include_aspects:
        echoed |= request.orb_definitions(request.orb_rules())
    if request.natal_chart is not None:
        echoed |= {
            **request.house_definitions(request.natal_chart.house_system),
            "hits_at": "LUNATION",
            "hit_orb": request.hit_orb,
            "hit_aspects": list(request.hit_aspects or HIT_ASPECTS),
        }
    return echoed


def _asked(request: EclipsesRequest, ephemeris: Almanac) -> _Asked:
    span = request.checked_span(ephemeris)
    sky = request.instant(span.first, ephemeris)
    return _Asked(request, span, sky, request.place(), _natal(request, ephemeris), ephemeris)


def _natal_birth(request: EclipsesRequest, ephemeris: Almanac) -> Birth | None:
    given = request.natal_chart
    return None if given is None else given.timed("natal_chart", ephemeris)


def _natal(request: EclipsesRequest, ephemeris: Almanac) -> _Natal | None:
    if request.natal_chart is None:
        return None
    chart = request.chart_of(request.natal_chart.timed("natal_chart", ephemeris), ephemeris)
    houses, angles = divided(chart, request.natal_chart.house_system)
    points = chart.place_points(_natal_points(request), angles)
    return _Natal(tuple(points), houses)


def _natal_points(request: EclipsesRequest) -> tuple[Point, ...]:
    return request.natal_points or NATAL_POINTS


def _bodies(request: EclipsesRequest) -> list[Celestial]:
    """The lights, and the bodies that they may aspect."""
    wanted = celestial(request.planets or PLANETS) if request.include_aspects else []
    return list(dict.fromkeys((Body.SUN, Body.MOON, *wanted)))


def _reply(eclipse: Eclipse, asked: _Asked) -> EclipseReply:
    request, almanac, theory = asked.request, asked.almanac, asked.request.ephemeris
    positions = asked.sky.at(eclipse.greatest, NOWHERE).place_points(_bodies(request))
    lunation = lunation_of(eclipse, almanac, theory)
    light = LIGHT_OF[eclipse.of]
    (degree,) = asked.sky.at(lunation, NOWHERE).place_points((light,))
    where = eclipse.greatest_at
    return {
        "eclipse": _TYPE_OF[eclipse.of],
        "date": instant_text(eclipse.greatest),
        "julian_day": eclipse.greatest,
        "type": eclipse.kind,
        "magnitude": eclipse.magnitude,
        "penumbral_magnitude": eclipse.penumbral_magnitude,
        "gamma": gamma(eclipse, almanac, theory),
        "saros_series": eclipse.saros_series,
        "saros_member": eclipse.saros_member,
        "contacts": _contacts(eclipse.contacts),
        "greatest_at": None
        if where is None
        else {"latitude": where.latitude, "longitude": where.longitude},
        "central_duration": central_duration(eclipse, almanac, theory),
        "lunation": {
            "time": instant_text(lunation),
            "julian_day": lunation,
            "longitude": degree.longitude,
        },
        "positions": {str(p.point): position_reply(p, None) for p in positions[:2]},
        "aspects": _aspects(request, positions),
        "local": _local(eclipse, asked),
        "natal": None if asked.natal is None else _in_natal(degree, asked.natal, request),
    }


def _aspects(request: EclipsesRequest, positions: Sequence[Position]) -> list[AspectReply]:
    if not request.include_aspects:
        return []
    lights = (Body.SUN, Body.MOON)
    found = [
        aspect
        for aspect in aspects_among(positions, request.orb_rules())
        if aspect.first.point in lights or aspect.second.point in lights
    ]
    return aspect_replies(found, None)


def _local(eclipse: Eclipse, asked: _Asked) -> LocalEclipseReply | None:
    if asked.place is None:
        return None
    seen = asked.almanac.local_eclipse(eclipse, asked.place, theory=asked.request.ephemeris)
    return _UNSEEN if seen is None else _seen(seen)


_UNSEEN: LocalEclipseReply = {
    "visible": False,
    "type": None,
    "maximum": None,
    "maximum_visible": None,
    "magnitude": None,
    "obscuration": None,
    "altitude": None,
    "azimuth": None,
    "contacts": [],
}


def _seen(eclipse: LocalEclipse) -> LocalEclipseReply:
    return {
        "visible": True,
        "type": eclipse.kind,
        "maximum": instant_text(eclipse.maximum),
        "maximum_visible": eclipse.maximum_visible,
        "magnitude": eclipse.magnitude,
        "obscuration": eclipse.obscuration,
        "altitude": eclipse.altitude,
        "azimuth": eclipse.azimuth,
        "contacts": _contacts(eclipse.contacts),
    }


def _contacts(contacts: Iterable[tuple[str, float]]) -> list[ContactReply]:
    return [
        {"name": name, "time": instant_text(moment), "julian_day": moment}
        for name, moment in contacts
    ]


def _in_natal(degree: Position, natal: _Natal, request: EclipsesRequest) -> NatalEclipseReply:
    kinds = dict.fromkeys(request.hit_aspects or HIT_ASPECTS)
    return {
        "house": _house(degree, natal.houses, request.cusp_orb),
        "hits": [_hit(hit) for hit in hits(degree, natal.points, kinds, request.hit_orb)],
    }


def _house(degree: Position, houses: Division | None, cusp_orb: float) -> int | None:
    """By longitude: the degree of a lunation has no place in space."""
    if houses is None or houses.system is HouseSystem.GAUQUELIN:
        return None
    return houses_of([degree.longitude], houses.cusps, cusp_orb)[0]


def _hit(hit: Aspect) -> HitReply:
    return {
        "planet": str(hit.second.point),
        "longitude": hit.second.longitude,
        "aspect_type": hit.rule.name,
        "angle": hit.rule.angle,
        "separation": hit.separation,
        "orb": hit.orb,
    }
