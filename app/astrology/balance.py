"""How the points of a chart are spread over elements, modalities, hemispheres and quadrants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from app.astrology.angles import signed_arc
from app.astrology.aspects import EXACT_WITHIN
from app.astrology.bodies import Angle, Body, Point
from app.astrology.chart import Instant
from app.astrology.houses import Division, HouseBy
from app.astrology.names import Name
from app.astrology.sect import altitude_of
from app.astrology.sky import Position
from app.astrology.speculum import equatorial
from app.astrology.zodiac import SIGNS, Sign, sign_of

HALF_CIRCLE = 180.0


class Element(Name):
    """The elements in the order of the signs."""

    FIRE = "FIRE"
    EARTH = "EARTH"
    AIR = "AIR"
    WATER = "WATER"


class Modality(Name):
    """The modalities in the order of the signs."""

    CARDINAL = "CARDINAL"
    FIXED = "FIXED"
    MUTABLE = "MUTABLE"


class Polarity(Name):
    """The polarities in the order of the signs: fire and air are positive."""

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"


class Hemisphere(Name):
    """Halves of the sky, parted by the horizon and by the meridian; rising points are EAST."""

    ABOVE = "ABOVE"
    BELOW = "BELOW"
    EAST = "EAST"
    WEST = "WEST"


class Quadrant(Name):
    """Quarters of the sky, counted as the houses are: the first from the ascendant downwards."""

    FIRST = "FIRST"
    SECOND = "SECOND"
    THIRD = "THIRD"
    FOURTH = "FOURTH"


class WeightScheme(Name):
    """How much points count: all the same, or Sun, Moon and ascendant twice."""

    EQUAL = "EQUAL"
    LUMINARIES_DOUBLE = "LUMINARIES_DOUBLE"


DOUBLE: frozenset[Point] = frozenset({Body.SUN, Body.MOON, Angle.ASC})
"""What LUMINARIES_DOUBLE counts twice; a habit of many programs, without an author."""

ELEMENT_OF: Mapping[Sign, Element] = {
    sign: tuple(Element)[index % len(Element)] for index, sign in enumerate(SIGNS)
}
MODALITY_OF: Mapping[Sign, Modality] = {
    sign: tuple(Modality)[index % len(Modality)] for index, sign in enumerate(SIGNS)
}
POLARITY_OF: Mapping[Sign, Polarity] = {
    sign: tuple(Polarity)[index % len(Polarity)] for index, sign in enumerate(SIGNS)
}
"""Ptolemy, Tetrabiblos I.11 (modalities), I.12 (polarities) and I.18 (triplicities)."""

_QUADRANTS: Mapping[tuple[bool, bool], Quadrant] = {
    (False, True): Quadrant.FIRST,
    (False, False): Quadrant.SECOND,
    (True, False): Quadrant.THIRD,
    (True, True): Quadrant.FOURTH,
}
"""By whether a point is above the horizon and east of the meridian."""


class Share(NamedTuple):
    """The points that fall into one group, and the sum of their weights."""

    name: StrEnum
    points: tuple[Point, ...]
    weight: float


class Side(NamedTuple):
    """Where a point is in the sky; None on the horizon, or on the meridian, itself."""

    point: Point
    above: bool | None
    east: bool | None

    @property
    def quadrant(self) -> Quadrant | None:
        if self.above is None or self.east is None:
            return None
        return _QUADRANTS[self.above, self.east]


def weights_of(
    points: Iterable[Point], scheme: WeightScheme, own: Mapping[Point, float]
) -> dict[Point, float]:
    """What each point counts for: its own weight, or that of the scheme."""
    double = DOUBLE if scheme is WeightScheme.LUMINARIES_DOUBLE else frozenset()
    return {point: own.get(point, 2.0 if point in double else 1.0) for point in points}


def shares(
    groups: Iterable[StrEnum],
    points: Iterable[Point],
    group_of: Callable[[Point], StrEnum | None],
    weights: Mapping[Point, float],
) -> list[Share]:
    """The points of each group, in the order of the groups; those without a group are left out."""
    placed = [(point, group_of(point)) for point in points]
    found = []
    for group in groups:
        held = tuple(point for point, own in placed if own is group)
        found.append(Share(group, held, sum(weights[point] for point in held)))
    return found


def signs_of(positions: Iterable[Position]) -> dict[Point, Sign]:
    """The sign of each point."""
    return {position.point: sign_of(position.longitude) for position in positions}


def sides(instant: Instant, points: Sequence[Point], by: HouseBy) -> list[Side]:
    """Above or below the horizon, east or west of the meridian, for each point.

    By true position: from altitude and hour angle, with latitude. By longitude: from the halves
    of the ecliptic that ascendant and midheaven cut, as a drawn wheel shows it.
    """
    plain = instant.tropical
    division = plain.angles()
    positions = plain.place_points(points, division)
    if by is HouseBy.LONGITUDE:
        return [_side_by_longitude(position, division) for position in positions]
    tilt = instant.ephemeris.obliquity(instant.moment).true
    places = equatorial(
        np.array([position.longitude for position in positions]),
        np.array([position.latitude for position in positions]),
        tilt,
    )
    rows = zip(points, places.right_ascension.tolist(), places.declination.tolist(), strict=True)
    return [_side_by_position(*row, division.armc, instant.place.latitude) for row in rows]


def _side_by_longitude(position: Position, division: Division) -> Side:
    above = signed_arc(division.angles[Angle.DESC], position.longitude)
    east = signed_arc(division.midheaven, position.longitude)
    return Side(position.point, _half(above), _half(east))


def _side_by_position(
    point: Point, ascension: float, declination: float, armc: float, latitude: float
) -> Side:
    altitude = altitude_of(ascension, declination, armc, latitude)
    above = None if abs(altitude) < EXACT_WITHIN else altitude > 0.0
    return Side(point, above, _half(signed_arc(armc, ascension)))


def _half(arc: float) -> bool | None:
    """Whether an arc runs with the zodiac; None at either end of its half."""
    if min(abs(arc), HALF_CIRCLE - abs(arc)) < EXACT_WITHIN:
        return None
    return arc > 0.0
