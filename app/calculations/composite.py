"""The composite chart of two births."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import OrbRules, aspects_among, standing
from app.astrology.chart import Instant
from app.astrology.composite import (
    CompositeHouses,
    CompositePoint,
    HouseMethod,
    MidpointBase,
    composite_points,
    divide_as_agreed,
)
from app.astrology.houses import Division, HouseBy, houses_of
from app.astrology.sky import Ephemeris
from app.calculations.birth import Latitude
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.fields import HouseSystemName, Points, named
from app.calculations.orbs import OrbChoice
from app.calculations.pairs import EXAMPLE_PAIR, PairRequest, computed_for_pair
from app.calculations.shapes import (
    AnglesReply,
    AspectReply,
    Degrees,
    HouseReply,
    PositionReply,
    angles_reply,
    aspect_replies,
    full_position_reply,
    house_replies,
)
from app.calculations.untimed import steady, told_points
from app.calculations.wheel import POINTS_AND_ANGLES
from app.errors import InvalidInput


class CompositeRequest(OrbChoice, PairRequest):
    works_without_time: ClassVar[bool] = True

    planets: Annotated[
        Points,
        Field(description="Points to merge; empty: Sun to Pluto, node, Lilith, ASC, MC"),
    ] = POINTS_AND_ANGLES
    houses: Annotated[
        Annotated[CompositeHouses, *named(CompositeHouses)],
        Field(
            description="MIDPOINT_ASC_MC: midpoints of both charts' cusps; DERIVED: the cusps that "
            "belong to the midpoint of both midheavens"
        ),
    ] = CompositeHouses.MIDPOINT_ASC_MC
    base: Annotated[
        Annotated[MidpointBase, *named(MidpointBase)],
        Field(
            description="For MIDPOINT_ASC_MC: the angle that keeps its near midpoint, where those "
            "of both would put the ascendant on the wrong side of the meridian"
        ),
    ] = MidpointBase.MC
    reference_latitude: Annotated[
        Latitude | None,
        Field(description="Latitude of DERIVED houses; left out: the mean of both births"),
    ] = None
    house_system: Annotated[
        HouseSystemName | None, Field(description="Left out: that of chart1")
    ] = None


class CompositePositionReply(PositionReply):
    """The nearer midpoint of a point; latitude, distance and speed are means of both charts."""

    longitude1: Degrees
    longitude2: Degrees
    far_longitude: Annotated[float, Field(description="The midpoint across the circle")]
    ambiguous: Annotated[
        bool, Field(description="Exact opposites in the two charts: both midpoints are as near")
    ]


class CompositeReply(TypedDict):
    positions: list[CompositePositionReply]
    houses: Annotated[
        list[HouseReply], Field(description="Twelve cusps from the first; none where undefined")
    ]
    house_system: Annotated[str | None, Field(description="The one applied; null without houses")]
    angles: Annotated[
        AnglesReply | None, Field(description="Null without the known time of both births")
    ]
    aspects: Annotated[
        list[AspectReply], Field(description="Among the midpoints, which do not move")
    ]
    reference_latitude: Annotated[
        float | None, Field(description="Degrees, of DERIVED houses; null for midpoints of cusps")
    ]


@calculation(
    "composite",
    example={**EXAMPLE_PAIR, "planets": ["SUN", "MOON", "ASC", "MC"]},
    sources=(
        Source("Robert Hand, Planets in Composite (1975): near midpoints"),
        Source("Astrodienst, midpoint composite of 2000-01-01 and 2025-06-21", verified=True),
        Source("Astrodienst, Astrowiki: Composite Chart", verified=True),
    ),
)
def composite(request: CompositeRequest, ephemeris: Ephemeris) -> Answer[CompositeReply]:
    """The composite chart: the midpoint of each point of two births, with houses and aspects.

    Each point is the middle of the shorter arc, and the middle of the longer one is told beside
    it; exact opposites are marked, for neither is nearer. Mercury and Venus may so stand far from
    the Sun, which is left as it is. Houses are disputed: by default every cusp is a midpoint too,
    with the near midpoint of the midheavens and the ascendant on its side of the meridian;
    DERIVED takes from the births only that midheaven and reads the cusps at a latitude, under
    the mean obliquity of both dates. A composite is no moment: no aspect applies. A birth with
    `time` unknown is the noon of its day; then there are no houses, angles, lots and aspects of
    the Moon.
    """
    if request.house_by is HouseBy.POSITION:
        expected = "LONGITUDE: midpoints stand nowhere in space"
        raise InvalidInput.of("house_by", expected, "POSITION")
    births = request.births(ephemeris)
    first, second = (request.chart_of(birth, ephemeris) for birth in births)
    timed = births[0].time_known and births[1].time_known
    points = told_points(request.planets, POINTS_AND_ANGLES, time_known=timed)
    system = request.merged_house_system(request.house_system)
    rules = request.orb_rules()
    method = _method(request, first, second) if timed else None
    houses, angles = divide_as_agreed(first, second, system, method) if method else (None, None)
    merged = composite_points(first.place_points(points), second.place_points(points), angles)
    reply = _reply(request, merged, houses, angles, rules, method)
    definitions = {
        **request.pair_definitions(births, (first, second), points),
        **request.house_definitions(system if timed else None),
        **request.orb_definitions(rules),
        "midpoint": "NEAR",
        **_method_definitions(method),
    }
    provenance = computed_for_pair(births, points, ephemeris, definitions)
    return Answer(reply, provenance, births[0].lasting and births[1].lasting)


def _method(request: CompositeRequest, first: Instant, second: Instant) -> HouseMethod:
    latitude = request.reference_latitude
    if latitude is None:
        latitude = (first.place.latitude + second.place.latitude) / 2.0
    return HouseMethod(request.houses, request.base, latitude)


def _method_definitions(method: HouseMethod | None) -> dict[str, Any]:
    """What `meta` echoes of the houses' method; null where there are none."""
    if method is None:
        return {"houses": None}
    derived = method.houses is CompositeHouses.DERIVED
    more = {"reference_latitude": method.latitude} if derived else {"base": method.base}
    return {"houses": method.houses, **more}


def _reply(
    request: CompositeRequest,
    merged: Sequence[CompositePoint],
    houses: Division | None,
    angles: Division | None,
    rules: OrbRules,
    method: HouseMethod | None,
) -> CompositeReply:
    positions = [point.position for point in merged]
    longitudes = [position.longitude for position in positions]
    house_of: Sequence[int | None] = (
        houses_of(longitudes, houses.cusps, request.cusp_orb) if houses else [None] * len(merged)
    )
    derived = method is not None and method.houses is CompositeHouses.DERIVED
    meeting = steady(positions, time_known=angles is not None)
    return {
        "positions": [
            _position(point, house) for point, house in zip(merged, house_of, strict=True)
        ],
        "houses": house_replies(houses) if houses else [],
        "house_system": houses.system if houses else None,
        "angles": angles_reply(angles) if angles else None,
        "aspects": aspect_replies(aspects_among(standing(meeting), rules), None),
        "reference_latitude": method.latitude if method and derived else None,
    }


def _position(point: CompositePoint, house: int | None) -> CompositePositionReply:
    return {
        **full_position_reply(point.position, house),
        "longitude1": point.first,
        "longitude2": point.second,
        "far_longitude": point.far,
        "ambiguous": point.ambiguous,
    }
