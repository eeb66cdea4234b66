"""Firdaria: the planets and the nodes of the Moon as lords of parts of life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from app.astrology.bodies import Body
from app.astrology.names import Name

FIRDAR_YEARS: Mapping[Body, int] = {
    Body.SUN: 10,
    Body.VENUS: 8,
    Body.MERCURY: 13,
    Body.MOON: 9,
    Body.SATURN: 11,
    Body.JUPITER: 12,
    Body.MARS: 7,
    Body.NORTH_NODE: 3,
    Body.SOUTH_NODE: 2,
}
"""Years of each lord by day, 75 in all. Abu Ma'shar, Great Introduction, chapter 8 on the years."""

PLANETS_OF_THE_DAY = tuple(FIRDAR_YEARS)[:7]
"""The order that majors and subs follow: the Sun, then downwards through the spheres."""
NODES = (Body.NORTH_NODE, Body.SOUTH_NODE)


class NodePlacement(Name):
    """Nodes at the END of the 75 years, or after Mars, as Bonatti is read for births by night."""

    END = "END"
    BONATTI = "BONATTI"


@dataclass(frozen=True, slots=True)
class Firdar:
    """A part of life under a lord, from one Julian day to another, and its own parts in order."""

    lord: Body
    start: float
    end: float
    subs: tuple[Firdar, ...] = ()

    def holds(self, moment: float) -> bool:
        return self.start <= moment < self.end


def order_of(nodes: NodePlacement, *, by_day: bool) -> tuple[Body, ...]:
    """The nine lords in the order of a life."""
    planets = _from(Body.SUN if by_day else Body.MOON)
    after = len(planets) if nodes is NodePlacement.END else planets.index(Body.MARS) + 1
    return (*planets[:after], *NODES, *planets[after:])


def firdaria(birth: float, order: tuple[Body, ...], year: float, cycles: int) -> list[Firdar]:
    """The periods of a life with their sevenths; `birth` a Julian day, `year` in days.

    After the last of the nine the first comes again, `cycles` times in all. Nodes have no parts.
    """
    found, passed = [], 0
    for _ in range(cycles):
        for lord in order:
            start, passed = passed, passed + FIRDAR_YEARS[lord]
            found.append(_period(lord, birth + start * year, birth + passed * year))
    return found


def _period(lord: Body, start: float, end: float) -> Firdar:
    if lord in NODES:
        return Firdar(lord, start, end)
    planets = _from(lord)
    step = (end - start) / len(planets)
    edges = [*(start + part * step for part in range(len(planets))), end]
    subs = [Firdar(sub, *edge) for sub, edge in zip(planets, pairwise(edges), strict=True)]
    return Firdar(lord, start, end, tuple(subs))


def _from(first: Body) -> tuple[Body, ...]:
    at = PLANETS_OF_THE_DAY.index(first)
    return PLANETS_OF_THE_DAY[at:] + PLANETS_OF_THE_DAY[:at]
