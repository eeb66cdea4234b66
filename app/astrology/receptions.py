"""Receptions between planets, and chains of dispositors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from app.astrology.bodies import Body
from app.astrology.dignities import Dignity, DignityRules, owners
from app.astrology.names import Name
from app.astrology.rulerships import DOMICILES, MODERN_RULERS
from app.astrology.zodiac import SIGNS, sign_of

BEHOLDING = frozenset({0, 2, 3, 4, 6})
"""Signs apart that see each other by one of the five Ptolemaic aspects."""


class ReceptionKind(Name):
    """MUTUAL by the same dignity both ways, MIXED by different ones, else ONE_SIDED."""

    MUTUAL = "MUTUAL"
    MIXED = "MIXED"
    ONE_SIDED = "ONE_SIDED"


class Reception(NamedTuple):
    """`host` receives `guest`, who stands in its dignities `by`; `back` is the same returned."""

    guest: Body
    host: Body
    kind: ReceptionKind
    by: tuple[Dignity, ...]
    back: tuple[Dignity, ...]

    @property
    def shared(self) -> tuple[Dignity, ...]:
        """The dignities by which a MUTUAL reception runs both ways."""
        return tuple(dignity for dignity in self.by if dignity in self.back)


class Chain(NamedTuple):
    """A planet's dispositors in their order, and how they end.

    `final` is the planet in its own domicile that the chain comes to; where there is none, `loop`
    are those that dispose of each other in a ring.
    """

    planet: Body
    dispositors: tuple[Body, ...]
    final: Body | None
    loop: tuple[Body, ...]


def receptions_among(
    longitudes: Mapping[Body, float],
    dignities: Sequence[Dignity],
    rules: DignityRules,
    *,
    by_day: bool,
    beholding: bool = False,
) -> list[Reception]:
    """Receptions of every pair by the dignities that count, in the order of the planets.

    `beholding` asks that the signs of the two see each other. Lilly, Christian Astrology, p. 112.
    """
    owned = {
        planet: owners(longitude, rules, by_day=by_day) for planet, longitude in longitudes.items()
    }
    found = []
    for first, second in combinations(longitudes, 2):
        if beholding and not behold(longitudes[first], longitudes[second]):
            continue
        by = tuple(dignity for dignity in dignities if second in owned[first][dignity])
        back = tuple(dignity for dignity in dignities if first in owned[second][dignity])
        if by and back:
            kind = ReceptionKind.MUTUAL if set(by) & set(back) else ReceptionKind.MIXED
            found.append(Reception(first, second, kind, by, back))
        elif by:
            found.append(Reception(first, second, ReceptionKind.ONE_SIDED, by, ()))
        elif back:
            found.append(Reception(second, first, ReceptionKind.ONE_SIDED, back, ()))
    return found


def behold(a: float, b: float) -> bool:
    """Whether the signs of two longitudes see each other by a Ptolemaic aspect."""
    apart = abs(SIGNS.index(sign_of(a)) - SIGNS.index(sign_of(b)))
    return min(apart, 12 - apart) in BEHOLDING


def dispositor(longitude: float, *, modern: bool = False) -> Body:
    """The ruler of the sign at a longitude; `modern` prefers Uranus, Neptune and Pluto."""
    sign = sign_of(longitude)
    return MODERN_RULERS.get(sign, DOMICILES[sign]) if modern else DOMICILES[sign]


def chains(longitudes: Mapping[Body, float], *, modern: bool = False) -> list[Chain]:
    """The chain of every planet; all dispositors must be among the longitudes."""
    above = {planet: dispositor(degrees, modern=modern) for planet, degrees in longitudes.items()}
    return [_chain(planet, above) for planet in longitudes]


def _chain(planet: Body, above: Mapping[Body, Body]) -> Chain:
    path = [planet]
    while (following := above[path[-1]]) not in path:
        path.append(following)
    ring = tuple(path[path.index(following) :])
    alone = len(ring) == 1
    return Chain(planet, tuple(path[1:]), ring[0] if alone else None, () if alone else ring)
