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
    HouseRule,
    HouseSystem,
    PolarPolicy,
    cut_by_signs,
)
from app.astrology.lot_sets import bodies_behind, formulas_of_points
from app.astrology.lots import cast_lots
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

    def at(self, moment: float, place: Place) -> Instant:
        """Another moment and place under the same conventions; a topocentric observer moves too."""
        frame = self.conventions.frame
        if frame.observer is not None:
            frame = replace(frame, observer=place)
        return replace(
            self, moment=moment, place=place, conventions=replace(self.conventions, frame=frame)
        )

    def divide(self, system: HouseSystem, *, speeds: bool = False) -> Division:
        """Houses and angles in the chart's zodiac; raises PolarHouses, whatever the policy."""
        frame = self.conventions.frame
        speeds |= self.conventions.angles_move
        division = self.ephemeris.divide(self.moment, self.place, system, frame, speeds=speeds)
        start, _ = self.zodiac_start
        return shifted(division, start) if start else division

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
        lots = self._lots([point for point in points if isinstance(point, Lot)], division)
        return [
            next(moving)
            if isinstance(point, CELESTIAL)
            else self._angle(point, division)
            if isinstance(point, Angle)
            else lots[point]
            for point in points
        ]

    def houses_of(self, positions: Sequence[Position], division: Division) -> list[int]:
        """The house of each position, 1 to 12, by the chart's rule."""
        if self.conventions.house_rule.decides_by_longitude(division.system):
            return self.houses_at(positions, division)
        points = [position.point for position in positions]
        places = self.ephemeris.house_positions(
            self.moment, self.place, division.system, self.tropical.place_points(points)
        )
        return [int(place) for place in places]

    def houses_at(self, places: Sequence[Position], division: Division) -> list[int]:
        """The house of each place of the chart's zodiac, whatever point it belongs to.

        For places that no point of the sky stands on, such as lots and antiscia.
        """
        rule = self.conventions.house_rule
        if rule.decides_by_longitude(division.system):
            return rule.houses_of((place.longitude for place in places), division.cusps)
        start = self.equinox
        tropical = [place._replace(longitude=norm(place.longitude + start)) for place in places]
        found = self.ephemeris.house_positions(self.moment, self.place, division.system, tropical)
        return [int(house) for house in found]

    @property
    def equinox(self) -> float:
        """Degrees from the equinox to the start of the chart's zodiac."""
        ayanamsa = self.conventions.frame.ayanamsa
        if ayanamsa is not None:
            return self.ephemeris.ayanamsa(self.moment, ayanamsa, self.conventions.frame.theory)
        return self.zodiac_start[0]

    @property
    def tropical(self) -> Instant:
        """The same chart counted from the equinox, under all its other conventions."""
        frame = replace(self.conventions.frame, ayanamsa=None)
        plain = replace(self.conventions, frame=frame, zodiac=Zodiac.TROPICAL)
        return replace(self, conventions=plain)

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

    def _lots(self, lots: Sequence[Lot], division: Division) -> dict[Lot, Position]:
        if not lots:
            return {}
        conventions = self.conventions
        by_day = not conventions.sect_reversal or self.is_day(division.armc)
        places: dict[str, float] = {str(Angle.ASC): division.ascendant}
        for position in self._bodies(bodies_behind(lots)):
            places[str(position.point)] = position.longitude
        formulas = formulas_of_points(reversing=conventions.sect_reversal)
        cast = cast_lots(map(str, lots), formulas, places.__getitem__, by_day=by_day)
        return {lot: Position(lot, one.longitude) for lot, one in zip(lots, cast, strict=True)}

    def _refuse_foreign_angles(self) -> None:
        """Angles and lots belong to the Earth's horizon."""
        center = self.conventions.frame.center
        if center not in {View.GEOCENTRIC, View.TOPOCENTRIC}:
            msg = f"angles and lots have no position as seen from center {center}; leave them out"
            raise NoSuchPosition(msg, details={"field": "planets", "center": str(center)})


def shifted(division: Division, start: float) -> Division:
    """The same division measured from another start of the zodiac, whose signs cut it anew."""
    return cut_by_signs(
        replace(
            division,
            cusps=tuple(norm(cusp - start) for cusp in division.cusps),
            angles={angle: norm(degrees - start) for angle, degrees in division.angles.items()},
        )
    )
