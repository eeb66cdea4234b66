"""Aspects: kinds, orbs, and whether they apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.astrology.angles import signed_arc
from app.astrology.sky import Position

EXACT_WITHIN = 1e-6
"""Degrees of orb below which an aspect neither applies nor separates: it is exact."""


class AspectKind(StrEnum):
    """The seventeen aspects: divisions of the circle by 1 to 12, in their customary order."""

    CONJUNCTION = "CONJUNCTION"
    OPPOSITION = "OPPOSITION"
    TRINE = "TRINE"
    SQUARE = "SQUARE"
    SEXTILE = "SEXTILE"
    SEMISEXTILE = "SEMISEXTILE"
    SEMISQUARE = "SEMISQUARE"
    SESQUISQUARE = "SESQUISQUARE"
    QUINCUNX = "QUINCUNX"
    QUINTILE = "QUINTILE"
    BIQUINTILE = "BIQUINTILE"
    SEPTILE = "SEPTILE"
    BISEPTILE = "BISEPTILE"
    TRISEPTILE = "TRISEPTILE"
    NOVILE = "NOVILE"
    BINOVILE = "BINOVILE"
    QUADRINOVILE = "QUADRINOVILE"


ANGLE_OF: dict[AspectKind, float] = {
    AspectKind.CONJUNCTION: 0.0,
    AspectKind.OPPOSITION: 180.0,
    AspectKind.TRINE: 120.0,
    AspectKind.SQUARE: 90.0,
    AspectKind.SEXTILE: 60.0,
    AspectKind.SEMISEXTILE: 30.0,
    AspectKind.SEMISQUARE: 45.0,
    AspectKind.SESQUISQUARE: 135.0,
    AspectKind.QUINCUNX: 150.0,
    AspectKind.QUINTILE: 72.0,
    AspectKind.BIQUINTILE: 144.0,
    AspectKind.SEPTILE: 360.0 / 7.0,
    AspectKind.BISEPTILE: 720.0 / 7.0,
    AspectKind.TRISEPTILE: 1080.0 / 7.0,
    AspectKind.NOVILE: 40.0,
    AspectKind.BINOVILE: 80.0,
    AspectKind.QUADRINOVILE: 160.0,
}
"""Exact angle of each aspect, in degrees."""

DEFAULT_ORBS: dict[AspectKind, float] = {
    AspectKind.CONJUNCTION: 10.0,
    AspectKind.OPPOSITION: 10.0,
    AspectKind.TRINE: 8.0,
    AspectKind.SQUARE: 8.0,
    AspectKind.SEXTILE: 6.0,
    AspectKind.SEMISEXTILE: 2.0,
    AspectKind.SEMISQUARE: 2.0,
    AspectKind.SESQUISQUARE: 2.0,
    AspectKind.QUINCUNX: 2.0,
    AspectKind.QUINTILE: 2.0,
    AspectKind.BIQUINTILE: 2.0,
    AspectKind.SEPTILE: 1.0,
    AspectKind.BISEPTILE: 1.0,
    AspectKind.TRISEPTILE: 1.0,
    AspectKind.NOVILE: 1.0,
    AspectKind.BINOVILE: 1.0,
    AspectKind.QUADRINOVILE: 1.0,
}
"""Orb allowed each aspect, in degrees, when the caller gives none."""

MAJOR_ASPECTS: tuple[AspectKind, ...] = tuple(AspectKind)[:5]
"""The five Ptolemaic aspects."""


class Aspect(NamedTuple):
    """One aspect between two points; angles in degrees.

    A tuple, because a chart makes dozens and a frozen dataclass costs three times as much.
    `applying` is None where neither side of exactness can be told: the aspect is exact, or the
    two points keep their distance.
    """

    first: Position
    second: Position
    kind: AspectKind
    separation: float
    orb: float
    allowed: float
    applying: bool | None

    @property
    def exact(self) -> bool:
        return self.orb < EXACT_WITHIN


def aspect_between(a: Position, b: Position, orbs: Mapping[AspectKind, float]) -> Aspect | None:
    """The closest aspect of `orbs` (degrees allowed each kind) between two points, or None.

    An aspect applies while its orb shrinks at the present speeds of both points.
    """
    arc = signed_arc(a.longitude, b.longitude)
    return _closest(a, b, arc, _rules_by_degree(tuple(orbs.items()))[int(abs(arc))])


def aspects_among(
    positions: Sequence[Position],
    orbs: Mapping[AspectKind, float],
) -> list[Aspect]:
    """The aspects of every pair, in the order of the points."""
    rules = _rules_by_degree(tuple(orbs.items()))
    found = []
    for index, first in enumerate(positions):
        for second in positions[index + 1 :]:
            arc = signed_arc(first.longitude, second.longitude)
            candidates = rules[int(abs(arc))]
            if candidates and (aspect := _closest(first, second, arc, candidates)) is not None:
                found.append(aspect)
    return found


_Rule = tuple[AspectKind, float, float]
"""A kind with its exact angle and the orb allowed."""


@lru_cache(maxsize=256)
def _rules_by_degree(orbs: tuple[tuple[AspectKind, float], ...]) -> tuple[tuple[_Rule, ...], ...]:
    """For each whole degree of separation the rules that can hold there: for most of them none."""
    rules = [(kind, ANGLE_OF[kind], allowed) for kind, allowed in orbs]
    return tuple(
        tuple(rule for rule in rules if degree - rule[2] <= rule[1] <= degree + 1 + rule[2])
        for degree in range(181)
    )


def _closest(a: Position, b: Position, arc: float, rules: Sequence[_Rule]) -> Aspect | None:
    """The closest of some rules that hold over an arc from `a` to `b`, in degrees, or None."""
    apart = abs(arc)
    best: _Rule | None = None
    best_orb = 360.0
    for rule in rules:
        orb = abs(apart - rule[1])
        if orb <= rule[2] and orb < best_orb:
            best, best_orb = rule, orb
    if best is None:
        return None
    kind, angle, allowed = best
    widening = (b.speed - a.speed) * (1.0 if arc >= 0.0 else -1.0)
    trend = (apart - angle) * widening
    applying = None if best_orb < EXACT_WITHIN or trend == 0.0 else trend < 0.0
    return Aspect(a, b, kind, apart, best_orb, allowed, applying)
