"""A chart: points in their houses, and the aspects between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.astrology.bodies import Angle, Body, Point
from app.astrology.houses import Division, HouseSystem, houses_of
from app.astrology.place import Place
from app.astrology.sky import Ephemeris, Position, Theory, positions_at


@dataclass(frozen=True, slots=True)
class Chart:
    """Positions and houses of one moment at one place; `moment` is a Julian day in UT1."""

    moment: float
    place: Place
    positions: tuple[Position, ...]
    division: Division

    @property
    def houses(self) -> list[int]:
        """The house of each position, 1 to 12, by longitude."""
        return houses_of((p.longitude for p in self.positions), self.division.cusps)


def natal_chart(
    moment: float,
    place: Place,
    points: Sequence[Point],
    system: HouseSystem,
    ephemeris: Ephemeris,
    theory: Theory = Theory.SWISS,
) -> Chart:
    """The chart of a moment at a place; raises OutsideEphemeris and PolarHouses."""
    division = ephemeris.divide(moment, place, system)
    positions = place_points(moment, points, division, ephemeris, theory)
    return Chart(moment, place, tuple(positions), division)


def place_points(
    moment: float,
    points: Sequence[Point],
    division: Division | None,
    ephemeris: Ephemeris,
    theory: Theory = Theory.SWISS,
) -> list[Position]:
    """Positions in the order of `points`; angles come from the division and stand still."""
    bodies = [point for point in points if isinstance(point, Body)]
    moving = iter(positions_at(moment, bodies, ephemeris, theory))
    angles = division.angles if division is not None else {}
    return [
        Position(point, angles[point]) if isinstance(point, Angle) else next(moving)
        for point in points
    ]
