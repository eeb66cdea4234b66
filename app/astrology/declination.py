"""Parallels, contraparallels, and bodies out of bounds."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from app.astrology.aspects import EXACT_WITHIN
from app.astrology.bodies import Celestial


class ParallelKind(StrEnum):
    """Equal declinations on the same side of the equator, or on opposite sides."""

    PARALLEL = "PARALLEL"
    CONTRAPARALLEL = "CONTRAPARALLEL"


class Declined(NamedTuple):
    """A point's place against the equator: degrees, and degrees a day."""

    point: Celestial
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


def out_of_bounds(declination: float, obliquity: float) -> bool:
    """Whether a body stands farther from the equator than the Sun ever does."""
    return abs(declination) > obliquity
