"""Moving points over fixed ones: exact hits, loops of several passes, and time within orb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm
from app.astrology.aspects import AspectRule
from app.astrology.bodies import Point
from app.astrology.search import BoolArray, Curves, IntArray, folded, passes, tracks
from app.astrology.sky import FloatArray, Position
from app.astrology.stations import LONGEST_LOOP


class Target(NamedTuple):
    """A longitude, in degrees, where a moving point makes an aspect to a fixed one."""

    point: Point
    rule: AspectRule
    longitude: float


@dataclass(frozen=True, slots=True)
class Passing:
    """Passes of curves over levels, in the order of time within a curve; arrays of one length.

    `curves` and `levels` are indices; moments are Julian days in UT1.
    """

    curves: IntArray
    levels: IntArray
    moments: FloatArray
    rising: BoolArray
    grazing: BoolArray

    def __len__(self) -> int:
        return len(self.moments)


class Pass(NamedTuple):
    """One exact hit; `number` `of` all passes of its loop, as far as they were found.

    `rising` while the longitude grows. `grazing` is a station upon the target, told once.
    """

    curve: int
    level: int
    moment: float
    rising: bool
    grazing: bool
    number: int
    of: int


class Visit(NamedTuple):
    """A stay within the orb of a target, from `enter` to `leave`.

    None where it began before the span that was searched, or lasts beyond it.
    """

    curve: int
    level: int
    enter: float | None
    leave: float | None
    exact: tuple[float, ...]


def targets_of(fixed: Sequence[Position], rules: Sequence[AspectRule]) -> list[Target]:
    """Where aspects to fixed points are exact: on both sides but for 0 and 180 degrees."""
    return [
        Target(position.point, rule, norm(position.longitude + side * rule.angle))
        for position in fixed
        for rule in rules
        for side in ((1.0,) if rule.angle in {0.0, 180.0} else (1.0, -1.0))
    ]


def passing(curves: Curves, levels: FloatArray, start: float, end: float) -> Passing:
    """Every pass of every curve over every level, after `start` and up to `end`."""
    found = [passes(track, levels) for track in tracks(curves, start, end, levels)]
    return joined(
        Passing(
            np.full(len(own), curve, dtype=np.int64),
            own.targets,
            own.moments,
            own.rising,
            own.grazing,
        )
        for curve, own in enumerate(found)
    )


def joined(parts: Iterator[Passing] | Sequence[Passing]) -> Passing:
    """The passes of several spans or curves, one after the other."""
    rows = [(p.curves, p.levels, p.moments, p.rising, p.grazing) for p in parts]
    if not rows:
        none = np.empty(0, dtype=np.int64)
        flags = np.empty(0, dtype=np.bool_)
        return Passing(none, none, np.empty(0), flags, flags)
    return Passing(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def loops(found: Passing, longest: float = LONGEST_LOOP) -> list[Pass]:
    """The passes in the order of time, numbered within their retrograde loops.

    Passes of one curve over one level belong to one loop as long as their directions alternate,
    and at most `longest` days lie between two: twice the same way means a whole turn of the circle
    in between, and a station upon the level has no direction.
    """
    order = np.lexsort((found.moments, found.levels, found.curves))
    rows = list(
        zip(
            found.curves[order].tolist(),
            found.levels[order].tolist(),
            found.moments[order].tolist(),
            found.rising[order].tolist(),
            found.grazing[order].tolist(),
            strict=True,
        )
    )
    numbered: list[Pass] = []
    for _, own in groupby(rows, key=lambda row: row[:2]):
        for loop in _alternating(list(own), longest):
            numbered += [Pass(*row, number, len(loop)) for number, row in enumerate(loop, start=1)]
    return sorted(numbered, key=lambda hit: (hit.moment, hit.curve, hit.level))


def visits(exact: Sequence[Pass], edges: Passing, inside: Sequence[tuple[int, int]]) -> list[Visit]:
    """The stays within the orb of each level, in the order of their beginnings.

    `edges` are passes over the levels less the orb (even indices, twice the level's own) and more
    it (odd ones); `inside` are the curves and levels that are within orb when the span begins.
    """
    crossings: dict[tuple[int, int], list[tuple[float, bool]]] = {pair: [] for pair in inside}
    for curve, edge, moment, rising, grazing in zip(
        edges.curves.tolist(),
        edges.levels.tolist(),
        edges.moments.tolist(),
        edges.rising.tolist(),
        edges.grazing.tolist(),
        strict=True,
    ):
        if not grazing:  # it touches the orb's edge and stays on its side
            enters = rising is (edge % 2 == 0)
            crossings.setdefault((curve, edge // 2), []).append((moment, enters))
    hits: dict[tuple[int, int], list[float]] = {}
    for hit in exact:
        hits.setdefault((hit.curve, hit.level), []).append(hit.moment)
    begun = set(inside)
    found = [
        visit
        for pair, own in crossings.items()
        for visit in _stays(pair, sorted(own), hits.get(pair, []), begun=pair in begun)
    ]
    return sorted(found, key=lambda v: (v.enter or 0.0, v.curve, v.level))


def within(
    curves: Curves, levels: FloatArray, orbs: FloatArray, moment: float
) -> list[tuple[int, int]]:
    """Curves and levels that are at most the orb of the level apart at a moment; all in degrees."""
    values = curves.sample(np.array([moment]), range(curves.count))[0, :, 0]
    near = np.abs(folded(values[:, np.newaxis] - levels[np.newaxis, :])) <= orbs
    return [(int(curve), int(level)) for curve, level in zip(*np.nonzero(near), strict=True)]


def edges_of(levels: FloatArray, orbs: FloatArray) -> FloatArray:
    """The two ends of each level's own orb, one after the other."""
    return np.stack((levels - orbs, levels + orbs), axis=-1).reshape(-1)


Row = tuple[int, int, float, bool, bool]


def _alternating(rows: Sequence[Row], longest: float) -> Iterator[list[Row]]:
    """The rows cut wherever two follow each other in the same direction, or after too long."""
    loop: list[Row] = []
    for row in rows:
        again = bool(loop) and loop[-1][3] == row[3] and not (loop[-1][4] or row[4])
        if loop and (again or row[2] - loop[-1][2] > longest):
            yield loop
            loop = []
        loop.append(row)
    if loop:
        yield loop


def _stays(
    pair: tuple[int, int],
    crossings: Sequence[tuple[float, bool]],
    hits: Sequence[float],
    *,
    begun: bool,
) -> Iterator[Visit]:
    """Each time within orb, from the crossings of its edges."""
    enter: float | None = None
    inside = begun
    for moment, enters in crossings:
        if enters:
            enter, inside = moment, True
        elif inside:
            yield Visit(*pair, enter, moment, _between(hits, enter, moment))
            enter, inside = None, False
    if inside:
        yield Visit(*pair, enter, None, _between(hits, enter, None))


def _between(hits: Sequence[float], enter: float | None, leave: float | None) -> tuple[float, ...]:
    return tuple(
        hit for hit in hits if (enter is None or hit >= enter) and (leave is None or hit <= leave)
    )
