"""Points in house space: 30 degrees for each house, by true position above or below the horizon."""

from __future__ import annotations

from collections.abc import Sequence

from app.astrology.angles import norm
from app.astrology.bodies import Point
from app.astrology.chart import Instant
from app.astrology.houses import DIVIDING_LONGITUDE, HouseSystem, house_places
from app.astrology.sky import Position

DEGREES_OF_A_HOUSE = 30.0
DEGREES_OF_A_SECTOR = -10.0
"""Gauquelin's sectors are counted clockwise, against the houses."""


def mundane_positions(
    instant: Instant, points: Sequence[Point], system: HouseSystem
) -> list[Position]:
    """The points with degrees of house space from the ascendant in place of longitudes.

    Their speeds there are not known and are 0. Raises PolarHouses.
    """
    tropical = instant.tropical
    positions = tropical.place_points(points)
    if system in DIVIDING_LONGITUDE:
        cusps = tropical.divide(system).cusps
        houses = house_places((position.longitude for position in positions), cusps)
    else:
        houses = instant.ephemeris.house_positions(instant.moment, instant.place, system, positions)
    step = DEGREES_OF_A_SECTOR if system is HouseSystem.GAUQUELIN else DEGREES_OF_A_HOUSE
    return [
        Position(position.point, norm((house - 1.0) * step))
        for position, house in zip(positions, houses, strict=True)
    ]
