"""Aspects: kinds, orbs, and whether they apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

from app.astrology.angles import signed_arc
from app.astrology.bodies import Body, Point
from app.astrology.names import Name
from app.astrology.sky import Position
from app.astrology.zodiac import DEGREES_OF_A_SIGN

EXACT_WITHIN = 1e-6
"""Degrees of orb below which an aspect neither applies nor separates: it is exact."""


class AspectKind(Name):
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

LUMINARIES: frozenset[Point] = frozenset({Body.SUN, Body.MOON})

LILLY_ORBS: Mapping[str, float] = {
    Body.SUN: 15.0,
    Body.MOON: 12.0,
    Body.MERCURY: 7.0,
    Body.VENUS: 7.0,
    Body.MARS: 7.0,
    Body.JUPITER: 9.0,
    Body.SATURN: 9.0,
}
"""Orb of each planet in degrees, by William Lilly, Christian Astrology, page 107."""


class AspectRule(NamedTuple):
    """An aspect to look for: its name, exact angle, and the orb allowed, in degrees."""

    name: str
    angle: float
    orb: float


@dataclass(frozen=True, slots=True)
class PairRule:
    """Which points may aspect which others; an empty set means all."""

    points: frozenset[str]
    others: frozenset[str]

    def allows(self, a: str, b: str) -> bool:
        return self._holds(a, b) or self._holds(b, a)

    def _holds(self, a: str, b: str) -> bool:
        return (not self.points or a in self.points) and (not self.others or b in self.others)


@dataclass(frozen=True, slots=True)
class OrbRules:
    """How wide aspects are, and between whom.

    With `point_orbs` half of each point's own orb is summed (the moieties) in place of the
    aspect's orb; points without one have `other_orb`. `luminary_bonus` degrees are added where
    Sun or Moon take part. All is then scaled by `multiplier`. Empty `pairs` allow all.
    """

    aspects: tuple[AspectRule, ...]
    multiplier: float = 1.0
    luminary_bonus: float = 0.0
    point_orbs: Mapping[str, float] | None = None
    other_orb: float = 0.0
    pairs: tuple[PairRule, ...] = ()

    @classmethod
    def of(cls, orbs: Mapping[AspectKind, float]) -> OrbRules:
        """The plain rules: an orb in degrees for each kind."""
        return cls(tuple(AspectRule(kind, ANGLE_OF[kind], orb) for kind, orb in orbs.items()))

    def widest(self) -> float | None:
        """The widest orb that any pair of points may have, None where the aspect alone decides."""
        if self.point_orbs is None:
            return None
        return max((*self.point_orbs.values(), self.other_orb))

    def allowed(self, rule: AspectRule, a: Point, b: Point) -> float:
        """Degrees allowed an aspect between two points."""
        base = rule.orb
        if self.point_orbs is not None:
            orbs, other = self.point_orbs, self.other_orb
            base = (orbs.get(str(a), other) + orbs.get(str(b), other)) / 2.0
        if self.luminary_bonus and (a in LUMINARIES or b in LUMINARIES):
            base += self.luminary_bonus
        return base * self.multiplier

    def allow(self, a: Point, b: Point) -> bool:
        """Whether two points may aspect each other."""
        return not self.pairs or any(pair.allows(str(a), str(b)) for pair in self.pairs)


class Aspect(NamedTuple):
    """One aspect between two points; angles in degrees.

    `applying` is None where neither side of exactness can be told: the aspect is exact, or the
    two points keep their distance. A tuple, because a chart makes dozens and a frozen dataclass
    costs three times as much.
    """

    first: Position
    second: Position
    rule: AspectRule
    separation: float
    orb: float
    allowed: float
    applying: bool | None

    @property
    def exact(self) -> bool:
        return self.orb < EXACT_WITHIN

    @property
    def strength(self) -> float:
        """1 when exact, 0 at the edge of the orb: 1 - orb / orb allowed."""
        return 1.0 - self.orb / self.allowed if self.allowed else 1.0

    @property
    def out_of_sign(self) -> bool:
        """Whether the signs of the two points are not as far apart as the aspect says."""
        signs = _whole_signs(self.rule.angle)
        if signs is None:
            return False  # only aspects of whole signs can leave them
        first, second = self.first.longitude, self.second.longitude
        apart = abs(int(first // DEGREES_OF_A_SIGN) - int(second // DEGREES_OF_A_SIGN))
        return apart not in {signs, 12 - signs}

    @property
    def partile(self) -> bool:
        """Whether both points stand in the same whole degree of their signs, and in sign."""
        first, second = self.first.longitude, self.second.longitude
        return int(first) % 30 == int(second) % 30 and not self.out_of_sign


def aspect_between(a: Position, b: Position, orbs: OrbRules) -> Aspect | None:
    """The closest aspect between two points that the rules allow, or None.

    An aspect applies while its orb shrinks at the present speeds of both points.
    """
    found = aspects_among((a, b), orbs)
    return found[0] if found else None


def aspects_among(positions: Sequence[Position], orbs: OrbRules) -> list[Aspect]:
    """The closest aspect of every pair, in the order of the points."""
    return _aspects_of(combinations(positions, 2), orbs)


def aspects_between(
    firsts: Sequence[Position],
    seconds: Sequence[Position],
    orbs: OrbRules,
    *,
    first_moves: bool = False,
    second_moves: bool = False,
) -> list[Aspect]:
    """The closest aspect of every point of one chart with every point of another.

    In the order of the first points, then of the second ones. A chart that does not move has no
    speeds, as a birth that is over; between two of them no aspect applies or separates.
    """
    one = firsts if first_moves else standing(firsts)
    other = seconds if second_moves else standing(seconds)
    return _aspects_of(product(one, other), orbs)


def standing(positions: Sequence[Position]) -> list[Position]:
    """The same places without speeds."""
    return [position._replace(speed=0.0) for position in positions]


def _aspects_of(pairs: Iterable[tuple[Position, Position]], orbs: OrbRules) -> list[Aspect]:
    """The closest aspect of each pair that has one."""
    by_degree = _rules_by_degree(orbs.aspects, orbs.widest(), orbs.multiplier, orbs.luminary_bonus)
    found = []
    for first, second in pairs:
        arc = signed_arc(first.longitude, second.longitude)
        candidates = by_degree[int(abs(arc))]
        if candidates and (aspect := _closest(first, second, arc, candidates, orbs)) is not None:
            found.append(aspect)
    return found


@lru_cache(maxsize=256)
def _rules_by_degree(
    aspects: tuple[AspectRule, ...], widest: float | None, multiplier: float, bonus: float
) -> tuple[tuple[AspectRule, ...], ...]:
    """For each whole degree of separation the aspects that can hold there: mostly none."""

    def reach(rule: AspectRule) -> float:
        return ((rule.orb if widest is None else widest) + bonus) * multiplier

    return tuple(
        tuple(
            rule
            for rule in aspects
            if degree - reach(rule) <= rule.angle <= degree + 1 + reach(rule)
        )
        for degree in range(181)
    )


def _closest(
    a: Position, b: Position, arc: float, rules: Iterable[AspectRule], orbs: OrbRules
) -> Aspect | None:
    """The closest aspect over an arc from `a` to `b`, in degrees, or None."""
    apart = abs(arc)
    best: AspectRule | None = None
    best_orb, best_allowed = 360.0, 0.0
    for rule in rules:
        orb = abs(apart - rule.angle)
        if orb < best_orb:
            allowed = orbs.allowed(rule, a.point, b.point)
            if orb <= allowed:
                best, best_orb, best_allowed = rule, orb, allowed
    if best is None or not orbs.allow(a.point, b.point):
        return None
    widening = (b.speed - a.speed) * (1.0 if arc >= 0.0 else -1.0)
    trend = (apart - best.angle) * widening
    applying = None if best_orb < EXACT_WITHIN or trend == 0.0 else trend < 0.0
    return Aspect(a, b, best, apart, best_orb, best_allowed, applying)


@lru_cache(maxsize=256)
def _whole_signs(angle: float) -> int | None:
    """How many signs an aspect spans, None where it spans no whole number of them."""
    signs, rest = divmod(angle, DEGREES_OF_A_SIGN)
    return None if rest else int(signs)
