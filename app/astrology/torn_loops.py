"""Passes outside of a span that belong to retrograde loops which its edges cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from app.astrology.bodies import LUNAR_POINTS, Body, Celestial
from app.astrology.curves import reach
from app.astrology.errors import OutsideEphemeris
from app.astrology.progressed_curves import Chosen
from app.astrology.search import Curves, IntArray
from app.astrology.sky import FloatArray
from app.astrology.stations import LONGEST_LOOP
from app.astrology.transits import Passing, joined, passing

_NEVER_BACK = frozenset(
    {Body.SUN, Body.MOON, Body.NORTH_NODE, Body.SOUTH_NODE, Body.LILITH, Body.PRIAPUS}
)
_WITHIN_THE_SUNS_REACH = frozenset({Body.SUN, Body.MERCURY, Body.VENUS})
_GAPS: Mapping[Celestial, float] = {
    **dict.fromkeys(LUNAR_POINTS, 200.0),
    **dict.fromkeys((Body.LILITH_INTERPOLATED, Body.PRIAPUS_INTERPOLATED), 250.0),
    Body.MERCURY: 60.0,
    Body.VENUS: 100.0,
    Body.MARS: 200.0,
}
_BESIDE_A_SLOW_ONE = 1.5
"""How much longer a loop is that is measured from a slow planet, which itself moves on."""
_MOST_PASSES = 10
"""Passes of a loop outside the span that are looked for: two slow planets may have seven."""


def gap_of(body: Celestial) -> float:
    """Days that may lie between two passes of one loop, as seen from the Earth.

    0 for what never runs back.
    """
    return 0.0 if body in _NEVER_BACK else _GAPS.get(body, LONGEST_LOOP)


def gap_between(first: Celestial, second: Celestial) -> float:
    """The same of two bodies that meet.

    0 where one outruns the other for ever, and where they swing around each other without end, as
    Mercury and Venus do around the Sun: that is no loop.
    """
    pair = {first, second}
    if Body.MOON in pair or Body.SUN in pair or pair <= _WITHIN_THE_SUNS_REACH:
        return 0.0
    gaps = sorted((gap_of(first), gap_of(second)))
    if gaps[0] == gaps[1] or gaps[1] < LONGEST_LOOP:
        return LONGEST_LOOP if gaps[1] else 0.0
    return min(LONGEST_LOOP, _BESIDE_A_SLOW_ONE * gaps[0]) if gaps[0] else LONGEST_LOOP


def outside(curves: Curves, curve: int, levels: FloatArray, edge: float, gap: float) -> Passing:
    """The passes of one curve beyond an edge of a span, as long as they may be of a torn loop.

    `gap` are the days that may lie between two passes of a loop, negative before the edge. A level
    is followed while its passes change their direction, and as far as the ephemeris reaches.
    """
    alone = Chosen((curves,), ((0, curve),))
    found = joined([])
    followed = np.arange(len(levels))
    for _ in range(_MOST_PASSES):
        goal = edge + gap
        try:
            known = reach(alone, edge, goal)
        except OutsideEphemeris:
            break
        piece = passing(alone, levels[followed], min(edge, known), max(edge, known))
        piece = replace(piece, curves=np.full(len(piece), curve), levels=followed[piece.levels])
        found = joined([found, piece])
        followed = _going_on(found, piece)
        if known != goal or not len(followed):
            break
        edge = goal
    return found


def _going_on(found: Passing, piece: Passing) -> IntArray:
    """The levels that were passed in the last piece, and never twice the same way."""
    levels = []
    for level in np.unique(piece.levels).tolist():
        own = np.nonzero(found.levels == level)[0]
        own = own[np.argsort(found.moments[own])]
        rising, grazing = found.rising[own], found.grazing[own]
        same = (rising[1:] == rising[:-1]) & ~grazing[1:] & ~grazing[:-1]
        if not same.any():
            levels.append(level)
    return np.array(levels, dtype=np.int64)
