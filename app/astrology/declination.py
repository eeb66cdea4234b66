"""Parallels, contraparallels, and bodies out of bounds."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import asin, atan2, cos, degrees, radians, sin, sqrt
from typing import NamedTuple

from app.astrology.angles import norm
from app.astrology.aspects import EXACT_WITHIN
from app.astrology.bodies import CELESTIAL, Angle, Body, Lot, Point
from app.astrology.chart import Instant


class ParallelKind(StrEnum):
    """Equal declinations on the same side of the equator, or on opposite sides."""

    PARALLEL = "PARALLEL"
    CONTRAPARALLEL = "CONTRAPARALLEL"


class Declined(NamedTuple):
    """A point's place against the equator: degrees, and degrees a day."""

    point: Point
    right_ascension: float
    declination: float
    speed: float


class Parallel(NamedTuple):
    """Two points in parallel; `applying` is None where it is exact or nothing moves."""

    first: Declined
    second: Declined
    kind: ParallelKind
    orb: float
    applying: bool | None


def parallels_among(points: Sequence[Declined], orb: float) -> list[Parallel]:
    """Parallels and contraparallels of every pair within `orb` degrees."""
    return [
        parallel
        for index, first in enumerate(points)
        for second in points[index + 1 :]
        if (parallel := parallel_between(first, second, orb)) is not None
    ]


def parallel_between(a: Declined, b: Declined, orb: float) -> Parallel | None:
    """The parallel of two points, or None.

    On the same side of the equator they can only be parallel, on opposite sides contraparallel.
    """
    same_side = a.declination * b.declination >= 0.0
    sign = -1.0 if same_side else 1.0
    gap = a.declination + sign * b.declination
    if abs(gap) > orb:
        return None
    drift = (a.speed + sign * b.speed) * gap
    applying = None if abs(gap) < EXACT_WITHIN or drift == 0.0 else drift < 0.0
    kind = ParallelKind.PARALLEL if same_side else ParallelKind.CONTRAPARALLEL
    return Parallel(a, b, kind, abs(gap), applying)


def declined(instant: Instant, points: Sequence[Point]) -> list[Declined]:
    """The points against the true equator of date, whatever the zodiac, in their order.

    Angles and lots are points of the ecliptic.
    """
    bodies = [point for point in points if isinstance(point, CELESTIAL)]
    others = [point for point in points if not isinstance(point, CELESTIAL)]
    frame = instant.conventions.frame
    rows = instant.ephemeris.equatorial((instant.moment,), bodies, frame)[0].tolist()
    found: dict[Point, Declined] = {
        body: Declined(body, ascension, declination, speed)
        for body, (ascension, declination, _, _, speed, _) in zip(bodies, rows, strict=True)
    }
    if others:
        tilt = instant.ephemeris.obliquity(instant.moment).true
        for position in instant.tropical.place_points(others):
            found[position.point] = on_the_ecliptic(
                position.point, position.longitude, position.speed, tilt
            )
    return [found[point] for point in points]


def on_the_ecliptic(point: Point, longitude: float, speed: float, obliquity: float) -> Declined:
    """A point of the ecliptic against the equator; `longitude` counts from the equinox.

    sin(declination) = sin(obliquity) sin(longitude): a right spherical triangle.
    """
    along, tilt = radians(longitude), radians(obliquity)
    sine = sin(tilt) * sin(along)
    ascension = degrees(atan2(sin(along) * cos(tilt), cos(along)))
    drift = speed * sin(tilt) * cos(along) / sqrt(1.0 - sine * sine)
    return Declined(point, norm(ascension), degrees(asin(sine)), drift)


_ON_THE_ECLIPTIC = frozenset(
    (
        *(Body.SUN, Body.NORTH_NODE, Body.SOUTH_NODE, Body.TRUE_NODE, Body.TRUE_SOUTH_NODE),
        *(*Angle, *Lot),
    )
)
"""Points that are never out of bounds: the Sun makes them, and the others share its circle."""


def beyond_bounds(point: Point, declination: float, obliquity: float) -> float | None:
    """Degrees by which a body stands farther from the equator than the Sun ever does, or None."""
    return abs(declination) - obliquity if out_of_bounds(point, declination, obliquity) else None


def out_of_bounds(point: Point, declination: float, obliquity: float) -> bool:
    """Whether a body stands farther from the equator than the Sun ever does.

    The Sun itself never does, though its latitude and parallax may carry it over its own bounds
    by an arc second or ten, and so does nothing that lies on the ecliptic by definition.
    """
    return abs(declination) > obliquity and point not in _ON_THE_ECLIPTIC
