"""Where the planets and other points stand."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.bodies import PLANETS, Body
from app.astrology.chart import place_points
from app.astrology.houses import HouseSystem, houses_of
from app.astrology.sky import Ephemeris
from app.calculations.birth import EXAMPLE, BirthRequest
from app.calculations.catalogue import Answer, calculation
from app.calculations.fields import HouseSystemName, Points
from app.calculations.provenance import computed_for
from app.calculations.shapes import PositionReply, position_reply


class PlanetaryPositionsRequest(BirthRequest):
    planets: Annotated[
        Points, Field(description="Points in the order of the answer; empty: Sun to Pluto")
    ] = PLANETS
    include_retrograde: bool = True
    include_speed: bool = True
    house_system: Annotated[
        HouseSystemName | None,
        Field(description="Fills `house` of every position; null leaves it null"),
    ] = None


class PlanetaryPositionsReply(TypedDict):
    positions: list[PositionReply]


@calculation("planetary-positions", example={**EXAMPLE, "planets": ["SUN", "MOON", "ASC"]})
def planetary_positions(
    request: PlanetaryPositionsRequest, ephemeris: Ephemeris
) -> Answer[PlanetaryPositionsReply]:
    """Apparent positions of planets, nodes, Lilith, Chiron and angles, with speed and sign.

    Inside the polar circles, where Placidus and Koch are undefined, positions without houses
    are still answered.
    """
    birth = request.birth(ephemeris)
    points = request.planets or PLANETS
    # EQUAL exists everywhere on Earth, and its midheaven culminates even under the horizon.
    system = request.house_system or HouseSystem.EQUAL
    division = ephemeris.divide(birth.julian_day, birth.place, system)
    positions = place_points(birth.julian_day, points, division, ephemeris, birth.theory)
    houses: Iterable[int | None] = repeat(None)
    if request.house_system:
        houses = houses_of((position.longitude for position in positions), division.cusps)
    replies = [
        position_reply(position, house) for position, house in zip(positions, houses, strict=False)
    ]
    for reply in replies:
        if not request.include_speed:
            reply["speed"] = None
        if not request.include_retrograde:
            reply["is_retrograde"] = None
    bodies = [point for point in points if isinstance(point, Body)]
    definitions = {"house_system": request.house_system, "house_by": "LONGITUDE"}
    return Answer({"positions": replies}, computed_for(birth, bodies, ephemeris, definitions))
