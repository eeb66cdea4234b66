"""Arcs of the sky's daily turn that carry one point to the place of another, in degrees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.astrology.aspects import ANGLE_OF, AspectKind
from app.astrology.bodies import Angle
from app.astrology.house_space import (
    ON_ASC,
    ON_DESC,
    ON_IC,
    ON_MC,
    BoolArray,
    DirectionMethod,
    HousePlace,
    crosses_horizon,
    hours_at,
    place_at,
    place_of,
)
from app.astrology.names import Name
from app.astrology.sky import FloatArray, Position
from app.astrology.speculum import Equatorial, equatorial

FULL_CIRCLE, HALF_CIRCLE = 360.0, 180.0

PLACE_OF_ANGLE: dict[Angle, float] = {
    Angle.ASC: ON_ASC,
    Angle.MC: ON_MC,
    Angle.DESC: ON_DESC,
    Angle.IC: ON_IC,
}
"""Angles that points can be directed to, with their degrees of house space."""


class DirectionSpace(Name):
    """ZODIACAL directs points of the ecliptic; MUNDANE bodies, with aspects in house space."""

    ZODIACAL = "ZODIACAL"
    MUNDANE = "MUNDANE"


class LatitudeRule(Name):
    """Who keeps the latitude in ZODIACAL directions; the others are taken on the ecliptic.

    The aspects of a PROMISSOR that keeps its latitude have the same one.
    """

    NONE = "NONE"
    PROMISSOR = "PROMISSOR"
    SIGNIFICATOR = "SIGNIFICATOR"


class ConverseRule(Name):
    """What converse means.

    ROTATION_REVERSED turns the sky backwards, and the promissor comes to the significator's place
    all the same. ROLES_SWAPPED keeps the true turn and carries the significator to the place of
    the promissor; angles do not move.
    """

    ROTATION_REVERSED = "ROTATION_REVERSED"
    ROLES_SWAPPED = "ROLES_SWAPPED"


class Side(Name):
    """DEXTER aspects fall before their planet in the zodiac, SINISTER ones after it."""

    DEXTER = "DEXTER"
    SINISTER = "SINISTER"


@dataclass(frozen=True, slots=True)
class Sphere:
    """The sky over a place: right ascension of the midheaven, obliquity, latitude; degrees."""

    armc: float
    tilt: float
    latitude: float


@dataclass(frozen=True, slots=True)
class DirectionRules:
    """Every disputed choice of an arc."""

    method: DirectionMethod = DirectionMethod.PLACIDUS_SEMI_ARC
    space: DirectionSpace = DirectionSpace.ZODIACAL
    latitude: LatitudeRule = LatitudeRule.NONE
    converse: ConverseRule = ConverseRule.ROTATION_REVERSED


class Ray(NamedTuple):
    """A promissor itself, or one of its aspects; `side` is None where there is only one."""

    promissor: Position
    aspect: AspectKind
    side: Side | None

    @property
    def offset(self) -> float:
        """Degrees from the promissor to the ray, in the order of the signs."""
        angle = ANGLE_OF[self.aspect]
        return -angle if self.side is Side.DEXTER else angle


def rays_of(promissors: Iterable[Position], aspects: Iterable[AspectKind]) -> list[Ray]:
    """Every promissor with every aspect, to both sides where these differ."""
    kinds = tuple(aspects)
    return [
        Ray(promissor, kind, side)
        for promissor in promissors
        for kind in kinds
        for side in ((None,) if ANGLE_OF[kind] % HALF_CIRCLE == 0.0 else tuple(Side))
    ]


class _Stands(NamedTuple):
    """Where points stand on the equator, and whether they cross the horizon."""

    places: Equatorial
    crossing: BoolArray


def direct_arcs(
    rays: Sequence[Ray], significators: Sequence[Position], sphere: Sphere, rules: DirectionRules
) -> FloatArray:
    """Arcs within [0, 360) that bring rays to significators, of shape (rays, significators).

    NaN where there is none: what never crosses the horizon can be directed to the meridian only,
    and no body to itself.
    """
    fixed = _significators(significators, sphere, rules)
    houses = _significators_houses(significators, fixed, sphere, rules)
    moved = _moved(rays, sphere, rules)
    if rules.space is DirectionSpace.MUNDANE:
        # A ray that runs ahead of its body arrives when the body is as far behind.
        houses = _shifted(houses, -_offsets(rays)[:, None], sphere, rules)
    arcs = _carried(_column(moved), houses, fixed.crossing, sphere, rules)
    return np.where(_of_one_body(rays, significators), np.nan, arcs)


def converse_arcs(
    rays: Sequence[Ray], significators: Sequence[Position], sphere: Sphere, rules: DirectionRules
) -> FloatArray:
    """The same for converse directions."""
    if rules.converse is ConverseRule.ROTATION_REVERSED:
        return -direct_arcs(rays, significators, sphere, rules) % FULL_CIRCLE
    moved = _significators(significators, sphere, rules)
    fixed = _column(_moved(rays, sphere, rules))
    houses = _houses(fixed, sphere, rules)
    if rules.space is DirectionSpace.MUNDANE:
        houses = _shifted(houses, _offsets(rays)[:, None], sphere, rules)
    arcs = _carried(moved, houses, fixed.crossing, sphere, rules)
    return np.where(_on_angles(significators) | _of_one_body(rays, significators), np.nan, arcs)


def arcs_of_degrees(
    longitudes: FloatArray, significator: Position, sphere: Sphere, rules: DirectionRules
) -> FloatArray:
    """Arcs that bring degrees of the ecliptic to a significator by direct motion; NaN for none."""
    fixed = _significators((significator,), sphere, rules)
    houses = _significators_houses((significator,), fixed, sphere, rules)
    places = equatorial(longitudes, np.zeros_like(longitudes), sphere.tilt)
    moved = _Stands(places, crosses_horizon(places.declination, sphere.latitude))
    return _carried(moved, houses, fixed.crossing, sphere, rules)


def never_crossing(
    rays: Sequence[Ray], significators: Sequence[Position], sphere: Sphere, rules: DirectionRules
) -> tuple[list[Ray], list[Position]]:
    """The rays and significators that never cross the horizon, as the rules take them."""
    moved = _moved(rays, sphere, rules)
    fixed = _significators(significators, sphere, rules)
    return (
        [ray for ray, crosses in zip(rays, moved.crossing.tolist(), strict=True) if not crosses],
        [
            significator
            for significator, crosses in zip(significators, fixed.crossing.tolist(), strict=True)
            if not crosses
        ],
    )


def _carried(
    moved: _Stands,
    houses: HousePlace,
    crossing: BoolArray,
    sphere: Sphere,
    rules: DirectionRules,
) -> FloatArray:
    """Arcs from where points stand to places; `crossing` tells whose places exist."""
    ascension, declination = moved.places
    arrival = hours_at(rules.method, houses, declination, sphere.latitude)
    arcs = (ascension - sphere.armc - arrival) % FULL_CIRCLE
    meridian = np.isin(houses.degrees, (ON_MC, ON_IC, -ON_IC))
    return np.where((moved.crossing | meridian) & crossing, arcs, np.nan)


def _significators(positions: Sequence[Position], sphere: Sphere, rules: DirectionRules) -> _Stands:
    keeps = rules.space is DirectionSpace.MUNDANE or rules.latitude is LatitudeRule.SIGNIFICATOR
    stands = _stands(positions, sphere, latitude=keeps)
    return stands._replace(crossing=stands.crossing | _on_angles(positions))


def _significators_houses(
    positions: Sequence[Position], stands: _Stands, sphere: Sphere, rules: DirectionRules
) -> HousePlace:
    degrees = np.array(
        [PLACE_OF_ANGLE[p.point] if isinstance(p.point, Angle) else 0.0 for p in positions]
    )
    angles = place_at(rules.method, degrees, sphere.latitude)
    bodies = _houses(stands, sphere, rules)
    chosen = _on_angles(positions)
    return HousePlace(*(np.where(chosen, *pair) for pair in zip(angles, bodies, strict=True)))


def _on_angles(positions: Sequence[Position]) -> BoolArray:
    return np.array([position.point in PLACE_OF_ANGLE for position in positions])


def _moved(rays: Sequence[Ray], sphere: Sphere, rules: DirectionRules) -> _Stands:
    """The rays, or in house space the bodies that cast them."""
    if rules.space is DirectionSpace.MUNDANE:
        return _stands([ray.promissor for ray in rays], sphere, latitude=True)
    places = [
        ray.promissor._replace(longitude=ray.promissor.longitude + ray.offset) for ray in rays
    ]
    return _stands(places, sphere, latitude=rules.latitude is LatitudeRule.PROMISSOR)


def _stands(positions: Sequence[Position], sphere: Sphere, *, latitude: bool) -> _Stands:
    longitudes = np.array([position.longitude for position in positions])
    latitudes = np.array([position.latitude if latitude else 0.0 for position in positions])
    places = equatorial(longitudes, latitudes, sphere.tilt)
    return _Stands(places, crosses_horizon(places.declination, sphere.latitude))


def _houses(stands: _Stands, sphere: Sphere, rules: DirectionRules) -> HousePlace:
    hours = stands.places.right_ascension - sphere.armc
    return place_of(rules.method, hours, stands.places.declination, sphere.latitude)


def _shifted(
    houses: HousePlace, offsets: FloatArray, sphere: Sphere, rules: DirectionRules
) -> HousePlace:
    """Places so many degrees of house space further.

    Under the pole there are none between the angles, and the places stay what they are.
    """
    if rules.method is DirectionMethod.PLACIDUS_UNDER_THE_POLE:
        return HousePlace(*(part + 0.0 * offsets for part in houses))
    return place_at(rules.method, houses.degrees + offsets, sphere.latitude)


def _offsets(rays: Sequence[Ray]) -> FloatArray:
    return np.array([ray.offset for ray in rays])


def _column(stands: _Stands) -> _Stands:
    places = Equatorial(*(part[:, None] for part in stands.places))
    return _Stands(places, stands.crossing[:, None])


def _of_one_body(rays: Sequence[Ray], significators: Sequence[Position]) -> BoolArray:
    """Where a body would be directed to itself."""
    own = [ray.promissor.point if ray.aspect is AspectKind.CONJUNCTION else None for ray in rays]
    points = [significator.point for significator in significators]
    return np.array([[point == body for point in points] for body in own]).reshape(
        len(rays), len(significators)
    )
