"""Points in house space: 30 degrees for each house, by true position above or below the horizon."""

from __future__ import annotations

from collections.abc import Sequence

from app.astrology.bodies import Point
from app.astrology.chart import Instant
from app.astrology.houses import HouseSystem
from app.astrology.sky import Position

DEGREES_OF_A_HOUSE = 30.0


def mundane_positions(
    instant: Instant, points: Sequence[Point], system: HouseSystem
) -> list[Position]:
    """The points with degrees of house space from the ascendant in place of longitudes.

    Their speeds there are not known and are 0. Raises PolarHouses.
    """
    positions = instant.tropical.place_points(points)
    houses = instant.ephemeris.house_positions(instant.moment, instant.place, system, positions)
    return [
        Position(position.point, (house - 1.0) * DEGREES_OF_A_HOUSE)
        for position, house in zip(positions, houses, strict=True)
    ]
