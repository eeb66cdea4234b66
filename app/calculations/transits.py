"""Transits of a moment over a birth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import OrbRules, aspects_between
from app.astrology.bodies import STANDARD_POINTS, Point
from app.astrology.chart import Instant
from app.astrology.place import Place
from app.astrology.sky import Ephemeris, Position
from app.astrology.synastry import overlay
from app.calculations.birth import EXAMPLE, Altitude, Birth, Latitude, Longitude
from app.calculations.catalogue import Answer, calculation
from app.calculations.charts import (
    ChartData,
    ChartsRequest,
    Date,
    Fold,
    Time,
    ZoneName,
    moment_of_day,
)
from app.calculations.fields import Points
from app.calculations.pairs import computed_for_pair, differing
from app.calculations.shapes import (
    AnglesReply,
    PositionReply,
    angles_reply,
    full_position_reply,
)
from app.calculations.to_natal import FlatOrbs, NatalAspectReply, natal_aspect_replies
from app.calculations.untimed import (
    BirthWheel,
    BirthWheelReply,
    birth_wheel,
    time_definitions,
    told_points,
)
from app.calculations.wheel import POINTS_AND_ANGLES, require_twelve
from app.errors import InvalidInput


class TransitsRequest(FlatOrbs, ChartsRequest):
    works_without_time: ClassVar[bool] = True

    natal_chart: Annotated[ChartData, Field(description="The birth that is met")]
    transit_date: Date
    transit_time: Time = None
    transit_timezone: ZoneName = None
    transit_fold: Fold = None
    transit_latitude: Annotated[
        Latitude | None, Field(description="Left out: that of the birth, as are the next two")
    ] = None
    transit_longitude: Annotated[
        Longitude | None, Field(description="Degrees, east positive; null: that of the birth")
    ] = None
    transit_altitude: Annotated[
        Altitude | None, Field(description="Metres above the sea; null: that of the birth")
    ] = None
    planets: Annotated[
        Points,
        Field(description="Transiting points; empty: Sun to Pluto, mean node and mean Lilith"),
    ] = STANDARD_POINTS
    natal_planets: Annotated[
        Points,
        Field(description="Natal points; empty: Sun to Pluto, node, Lilith, ASC, MC"),
    ] = POINTS_AND_ANGLES
    angles_move: Annotated[
        bool,
        Field(
            description="Transiting angles turn with the sky in `applying`; by default they stand"
        ),
    ] = False


class TransitAspectReply(NatalAspectReply):
    """An aspect of a transiting point to a natal one; only the former moves."""

    transit_planet: Annotated[str, Field(description="The same as `planet2`")]


class TransitsReply(TypedDict):
    aspects: list[TransitAspectReply]
    transit_positions: Annotated[
        list[PositionReply],
        Field(description="`house` is the natal one that the point is in; null without any"),
    ]
    transit_angles: Annotated[AnglesReply, Field(description="Of the transit's moment and place")]
    natal: BirthWheelReply


@calculation(
    "transits",
    example={
        "natal_chart": EXAMPLE,
        "transit_date": "2026-01-11",
        "transit_time": "12:00:00",
        "planets": ["SUN", "JUPITER", "SATURN"],
    },
)
def transits(request: TransitsRequest, ephemeris: Ephemeris) -> Answer[TransitsReply]:
    """Transits of a moment: where the sky stands in a natal chart, and the aspects it makes to it.

    The birth is over and stands still: an aspect applies while the motion of the transiting point
    alone brings it closer. Clock and zone are those of the transit; without a zone, the birth's.
    Houses are the natal ones. Every aspect has one `orb`, 3 degrees, unless `orbs` says otherwise.
    The place matters to a topocentric sky and to transiting angles
    only, and is the birthplace unless another is given. A birth with `time` unknown is the noon of
    its day, without houses, angles and lots, and no aspect is to its Moon.
    """
    birth = request.natal_chart.born("natal_chart", ephemeris)
    require_twelve("natal_chart.house_system", request.natal_chart.house_system)
    transit = _transit(request, ephemeris)
    natal = request.chart_of(birth, ephemeris)
    moving = request.chart_of(transit, ephemeris, angles_move=request.angles_move)
    targets = _targets(request, birth)
    points = request.planets or STANDARD_POINTS
    rules = request.orb_rules()
    wheel = birth_wheel(birth, natal, targets, request.natal_chart.house_system)
    angles = moving.angles()
    positions = moving.place_points(points, angles)
    reply: TransitsReply = {
        "aspects": _aspects(wheel, positions, rules),
        "transit_positions": _in_natal_houses(positions, moving, wheel, natal),
        "transit_angles": angles_reply(angles),
        "natal": wheel.reply(),
    }
    every = (*targets, *points)
    natal_time, transit_time = time_definitions(birth, transit)
    system = request.natal_chart.house_system if birth.time_known else None
    definitions: dict[str, Any] = {
        **differing(
            {**request.chart_definitions(natal, every), **natal_time},
            {**request.chart_definitions(moving, every), **transit_time},
            "transit",
        ),
        **request.house_definitions(system),
        **request.orb_definitions(rules),
        "angles_move": request.angles_move,
        "transit_place": {
            "latitude": transit.place.latitude,
            "longitude": transit.place.longitude,
            "altitude": transit.place.altitude,
        },
    }
    provenance = computed_for_pair((birth, transit), every, ephemeris, definitions, "transit_date")
    return Answer(reply, provenance, birth.lasting and transit.lasting)


def _targets(request: TransitsRequest, birth: Birth) -> tuple[Point, ...]:
    """The natal points; raises InvalidInput for one that needs a time that nobody knows."""
    known, asked = birth.time_known, request.natal_planets
    return told_points(asked, POINTS_AND_ANGLES, time_known=known, field="natal_planets")


def _transit(request: TransitsRequest, ephemeris: Ephemeris) -> Birth:
    """The moment of the transit at its place; raises InvalidInput."""
    if (request.transit_latitude is None) is not (request.transit_longitude is None):
        absent = "latitude" if request.transit_latitude is None else "longitude"
        expected = "given, as the other coordinate of the place is"
        raise InvalidInput.of(f"transit_{absent}", expected, None)
    return moment_of_day(
        request.natal_chart,
        ephemeris,
        field="transit_date",
        date=request.transit_date,
        time=request.transit_time,
        timezone=request.transit_timezone,
        fold=request.transit_fold,
        place=_transit_place(request),
    )


def _transit_place(request: TransitsRequest) -> Place:
    """Where the transit is: what is left out is that of the birth."""
    chart = request.natal_chart
    given = (request.transit_latitude, request.transit_longitude, request.transit_altitude)
    birthplace = (chart.latitude, chart.longitude, chart.altitude)
    return Place(
        *(own if own is not None else born for own, born in zip(given, birthplace, strict=True))
    )


def _aspects(
    natal: BirthWheel, positions: Sequence[Position], rules: OrbRules
) -> list[TransitAspectReply]:
    found = aspects_between(natal.steady, positions, rules, second_moves=True)
    return [
        {**reply, "transit_planet": reply["moving_planet"]} for reply in natal_aspect_replies(found)
    ]


def _in_natal_houses(
    positions: Sequence[Position], moving: Instant, wheel: BirthWheel, natal: Instant
) -> list[PositionReply]:
    houses: Sequence[int | None] = (
        overlay(positions, moving, natal, wheel.houses) if wheel.houses else [None] * len(positions)
    )
    return [
        full_position_reply(position, house)
        for position, house in zip(positions, houses, strict=True)
    ]
