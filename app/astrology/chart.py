"""A chart: points of the sky in their zodiac and houses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.astrology.angles import norm
from app.astrology.bodies import CELESTIAL, Angle, Body, Celestial, Lot, Point
from app.astrology.errors import NoSuchPosition, PolarHouses
from app.astrology.frame import TROPICAL, Frame, NodeKind, View, Zodiac
from app.astrology.houses import (
    BY_LONGITUDE,
    Division,
    HouseBy,
    HouseRule,
    HouseSystem,
    PolarPolicy,
    houses_of,
)
from app.astrology.lots import fortune
from app.astrology.place import Place
from app.astrology.sect import SectRule, is_day
from app.astrology.sky import LONGITUDE, SPEED, Ephemeris, Position, positions_at


@dataclass(frozen=True, slots=True)
class Conventions:
    """Every disputed choice that a chart rests on."""

    frame: Frame = TROPICAL
    zodiac: Zodiac = Zodiac.TROPICAL
    draconic_node: NodeKind = NodeKind.MEAN
    house_rule: HouseRule = BY_LONGITUDE
    polar: PolarPolicy = PolarPolicy.REFUSE
    polar_fallback: HouseSystem = HouseSystem.PORPHYRY
    sect: SectRule = SectRule.GEOMETRIC
    sect_reversal: bool = True
    angles_move: bool = False


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, as Julian day in UT1, at a place, with what a chart of it rests on."""

    moment: float
    place: Place
    conventions: Conventions
    ephemeris: Ephemeris

    @property
    def zodiac_start(self) -> tuple[float, float]:
        """Degrees of the draconic zodiac's start, and its speed a day; 0 in any other."""
        if self.conventions.zodiac is not Zodiac.DRACONIC:
            return 0.0, 0.0
        mean = self.conventions.draconic_node is NodeKind.MEAN
        node = Body.NORTH_NODE if mean else Body.TRUE_NODE
        frame = Frame(self.conventions.frame.theory)
        row = self.ephemeris.positions((self.moment,), (node,), frame)[0, 0]
        return float(row[LONGITUDE]), float(row[SPEED])

    def divide(self, system: HouseSystem, *, speeds: bool = False) -> Division:
        """Houses and angles in the chart's zodiac; raises PolarHouses, whatever the policy."""
        frame = self.conventions.frame
        speeds |= self.conventions.angles_move
        division = self.ephemeris.divide(self.moment, self.place, system, frame, speeds=speeds)
        start, _ = self.zodiac_start
        return _shifted(division, start) if start else division

    def divide_as_agreed(self, system: HouseSystem, *, speeds: bool = False) -> Division | None:
        """The same under the polar policy: None where houses are left out."""
        try:
            return self.divide(system, speeds=speeds)
        except PolarHouses:
            if self.conventions.polar is PolarPolicy.REFUSE:
                raise
            if self.conventions.polar is PolarPolicy.FLAG:
                return None
            return self.divide(self.conventions.polar_fallback, speeds=speeds)

    def angles(self) -> Division:
        """A division for its angles alone.

        EQUAL exists everywhere on Earth, and its midheaven culminates even under the horizon.
        """
        return self.divide(HouseSystem.EQUAL)

    def place_points(
        self, points: Sequence[Point], division: Division | None = None
    ) -> list[Position]:
        """Positions in the order of the points; `division` saves computing the angles again."""
        bodies = [point for point in points if isinstance(point, CELESTIAL)]
        moving = iter(self._bodies(bodies))
        if len(bodies) == len(points):
            return list(moving)
        self._refuse_foreign_angles()
        division = division or self.angles()
        return [
            next(moving)
            if isinstance(point, CELESTIAL)
            else self._angle(point, division)
            if isinstance(point, Angle)
            else self._lot(point, division)
            for point in points
        ]

    def houses_of(self, positions: Sequence[Position], division: Division) -> list[int]:
        """The house of each position, 1 to 12, by the chart's rule."""
        rule = self.conventions.house_rule
        if rule.by is HouseBy.LONGITUDE:
            longitudes = (position.longitude for position in positions)
            return houses_of(longitudes, division.cusps, rule.cusp_orb)
        points = [position.point for position in positions]
        plain = replace(self, conventions=Conventions(Frame(self.conventions.frame.theory)))
        places = self.ephemeris.house_positions(
            self.moment, self.place, division.system, plain.place_points(points)
        )
        return [int(place) for place in places]

    def is_day(self, armc: float) -> bool:
        """Whether the chart is one of the day; `armc` as its division tells."""
        rule, theory = self.conventions.sect, self.conventions.frame.theory
        return is_day(self.moment, self.place, armc, rule, self.ephemeris, theory)

    def _bodies(self, bodies: Sequence[Celestial]) -> list[Position]:
        positions = positions_at(self.moment, bodies, self.ephemeris, self.conventions.frame)
        start, drift = self.zodiac_start
        if not start:
            return positions
        return [
            position._replace(
                longitude=norm(position.longitude - start), speed=position.speed - drift
            )
            for position in positions
        ]

    def _angle(self, angle: Angle, division: Division) -> Position:
        if angle not in division.angles:
            msg = f"{angle} is undefined on the equator; leave it out of planets"
            raise NoSuchPosition(msg, details={"field": "planets", "got": angle})
        speed = division.angle_speeds[angle] if self.conventions.angles_move else 0.0
        return Position(angle, division.angles[angle], speed=speed)

    def _lot(self, lot: Lot, division: Division) -> Position:
        sun, moon = self._bodies((Body.SUN, Body.MOON))
        by_day = self.is_day(division.armc) or not self.conventions.sect_reversal
        ascendant = division.ascendant
        return Position(lot, fortune(ascendant, sun.longitude, moon.longitude, by_day=by_day))

    def _refuse_foreign_angles(self) -> None:
        """Angles and lots belong to the Earth's horizon."""
        center = self.conventions.frame.center
        if center not in {View.GEOCENTRIC, View.TOPOCENTRIC}:
            msg = f"angles and lots have no position as seen from center {center}; leave them out"
            raise NoSuchPosition(msg, details={"field": "planets", "center": str(center)})


def _shifted(division: Division, start: float) -> Division:
    """The same division measured from another start of the zodiac."""
    return replace(
        division,
        cusps=tuple(norm(cusp - start) for cusp in division.cusps),
        angles={angle: norm(degrees - start) for angle, degrees in division.angles.items()},
    )
