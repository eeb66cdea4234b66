"""The natal chart: positions in houses, cusps, angles and aspects in one answer."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import OrbRules
from app.astrology.bodies import STANDARD_POINTS, Point
from app.astrology.chart import Instant
from app.astrology.houses import Division, HouseSystem
from app.astrology.sky import Ephemeris, Position
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, HouseChoice, require_earth, sources
from app.calculations.fields import Points
from app.calculations.orbs import AspectChoice
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    AnglesReply,
    AspectReply,
    HouseReply,
    PositionReply,
    angles_reply,
    house_replies,
    position_reply,
)
from app.calculations.untimed import RangeReply, ranges, steady, told_points
from app.errors import InvalidInput


class NatalChartRequest(AspectChoice, HouseChoice, ChartRequest):
    works_without_time: ClassVar[bool] = True

    planets: Annotated[
        Points,
        Field(description="Points of the chart; empty: Sun to Pluto, mean node and mean Lilith"),
    ] = STANDARD_POINTS


class NatalChartReply(TypedDict):
    positions: list[PositionReply]
    houses: Annotated[
        list[HouseReply],
        Field(description="Twelve cusps from the first; none where time or system is undefined"),
    ]
    house_system: Annotated[str | None, Field(description="The one applied; null without houses")]
    angles: Annotated[AnglesReply | None, Field(description="Null without a known time")]
    aspects: list[AspectReply]
    is_day: Annotated[bool | None, Field(description="The Sun is up; null without a known time")]
    ranges: Annotated[
        list[RangeReply] | None, Field(description="Where the bodies went, for an unknown time")
    ]


@calculation(
    "natal-chart",
    example=EXAMPLE,
    sources=(Source("JPL Horizons, DE441: apparent longitudes", verified=True),),
)
def natal_chart(request: NatalChartRequest, ephemeris: Ephemeris) -> Answer[NatalChartReply]:
    """The chart of a moment at a place: positions in their houses, cusps, angles and aspects.

    With `time` unknown it is the noon of the day, without houses, angles, lots and aspects of
    the Moon, and with the range of every body.
    """
    require_earth(request.center, "houses")
    if request.house_system is HouseSystem.GAUQUELIN:
        raise InvalidInput.of("house_system", "a system of twelve houses", "GAUQUELIN")
    birth = request.birth(ephemeris)
    instant = request.instant(
        birth, ephemeris, **request.house_conventions(), angles_move=request.angles_move
    )
    points = told_points(request.planets, STANDARD_POINTS, time_known=birth.time_known)
    rules = request.orb_rules()
    reply = (
        _timed(request, instant, points, rules)
        if birth.time_known
        else _untimed(request, birth, instant, points, rules)
    )
    definitions = {
        **request.chart_definitions(instant, points, tells_day=birth.time_known),
        **request.house_definitions(request.house_system if birth.time_known else None),
        **request.orb_definitions(rules),
        "time_known": birth.time_known,
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _timed(
    request: NatalChartRequest, instant: Instant, points: tuple[Point, ...], rules: OrbRules
) -> NatalChartReply:
    division = instant.divide_as_agreed(request.house_system)
    angles = division or instant.angles()
    positions = instant.place_points(points, angles)
    return {
        "positions": _in_houses(instant, positions, division),
        "houses": house_replies(division) if division else [],
        "house_system": division.system if division else None,
        "angles": angles_reply(angles),
        "aspects": request.found(positions, instant, rules),
        "is_day": instant.is_day(angles.armc),
        "ranges": None,
    }


def _untimed(
    request: NatalChartRequest,
    birth: Birth,
    instant: Instant,
    points: tuple[Point, ...],
    rules: OrbRules,
) -> NatalChartReply:
    """What can be told of a day without a time."""
    positions = instant.place_points(points)
    return {
        "positions": [position_reply(position, None) for position in positions],
        "houses": [],
        "house_system": None,
        "angles": None,
        "aspects": request.found(steady(positions, time_known=False), instant, rules),
        "is_day": None,
        "ranges": ranges(birth, instant, points),
    }


def _in_houses(
    instant: Instant, positions: list[Position], division: Division | None
) -> list[PositionReply]:
    if division is None:
        return [position_reply(position, None) for position in positions]
    houses = instant.houses_of(positions, division)
    return [
        position_reply(position, house) for position, house in zip(positions, houses, strict=True)
    ]
