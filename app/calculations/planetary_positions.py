"""Where the planets and other points stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Annotated, ClassVar

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.bodies import CELESTIAL, PLANETS
from app.astrology.chart import Instant
from app.astrology.declination import out_of_bounds
from app.astrology.houses import Division, HouseSystem
from app.astrology.sky import Ephemeris, Position
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, HouseRules, require_earth, sources
from app.calculations.fields import HouseSystemName, Points
from app.calculations.provenance import computed_for
from app.calculations.shapes import PositionReply, position_reply
from app.calculations.untimed import RangeReply, ranges, time_definitions, told_points


class PlanetaryPositionsRequest(HouseRules, ChartRequest):
    works_without_time: ClassVar[bool] = True

    planets: Annotated[
        Points, Field(description="Points in the order of the answer; empty: Sun to Pluto")
    ] = PLANETS
    include_retrograde: Annotated[
        bool, Field(description="Tells whether each point is retrograde")
    ] = True
    include_speed: Annotated[bool, Field(description="Tells the speed of each point")] = True
    include_equatorial: Annotated[
        bool, Field(description="Adds right ascension, declination and out of bounds")
    ] = False
    house_system: Annotated[
        HouseSystemName | None,
        Field(description="Fills `house` of every position; null leaves it null"),
    ] = None


class PlanetaryPositionsReply(TypedDict):
    positions: list[PositionReply]
    ranges: Annotated[
        list[RangeReply] | None, Field(description="Where the bodies went, for an unknown time")
    ]


@calculation(
    "planetary-positions",
    example={**EXAMPLE, "planets": ["SUN", "MOON", "ASC"]},
    sources=(Source("JPL Horizons, DE441: apparent longitudes", verified=True),),
)
def planetary_positions(
    request: PlanetaryPositionsRequest, ephemeris: Ephemeris
) -> Answer[PlanetaryPositionsReply]:
    """Apparent positions of planets, nodes, Lilith, asteroids, angles and lots.

    With speed and sign, in any zodiac and from any centre. Inside the polar circles, where some
    house systems are undefined, positions without houses are still answered. With `time` unknown
    they are those of the noon of the day, without houses, angles and lots, and with the range of
    every body.
    """
    birth = request.birth(ephemeris)
    instant = request.instant(birth, ephemeris, **request.house_conventions())
    points = told_points(request.planets, PLANETS, time_known=birth.time_known)
    division = _division(request, instant) if birth.time_known else None
    positions = instant.place_points(points, division)
    houses: Iterable[int | None] = repeat(None)
    if division is not None and division.system is not HouseSystem.GAUQUELIN:
        houses = instant.houses_of(positions, division)
    replies = [
        position_reply(position, house) for position, house in zip(positions, houses, strict=False)
    ]
    for row in replies:
        if not request.include_speed:
            row["speed"] = None
        if not request.include_retrograde:
            row["is_retrograde"] = None
    if request.include_equatorial:
        _add_equatorial(replies, positions, instant)
    definitions = {
        **request.chart_definitions(instant, points),
        **request.house_definitions(request.house_system if birth.time_known else None),
        **time_definitions(birth)[0],
    }
    reply: PlanetaryPositionsReply = {
        "positions": replies,
        "ranges": None if birth.time_known else ranges(birth, instant, points),
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _division(request: PlanetaryPositionsRequest, instant: Instant) -> Division | None:
    """The houses of the answer, None without any."""
    if request.house_system is None:
        return None
    require_earth(request.center, "houses")
    return instant.divide_as_agreed(request.house_system)


def _add_equatorial(
    replies: Sequence[PositionReply], positions: Sequence[Position], instant: Instant
) -> None:
    """Add equatorial places to the replies about bodies; angles and lots have none of their own."""
    bodies = [p.point for p in positions if isinstance(p.point, CELESTIAL)]
    frame = instant.conventions.frame
    rows = iter(instant.ephemeris.equatorial((instant.moment,), bodies, frame)[0].tolist())
    obliquity = instant.ephemeris.obliquity(instant.moment).true
    for reply, position in zip(replies, positions, strict=True):
        if isinstance(position.point, CELESTIAL):
            reply["right_ascension"], reply["declination"], *_ = next(rows)
            reply["out_of_bounds"] = out_of_bounds(position.point, reply["declination"], obliquity)
