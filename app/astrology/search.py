"""Roots of functions of time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.astrology.sky import FloatArray

CLOSE_ENOUGH = 1e-8
"""Degrees from the target at which a root counts as found: the Moon passes them in 2 ms."""
SHORTEST_STEP = 1e-8
"""Days below which the interval of a root is not cut further: about a millisecond."""
_MOST_STEPS = 60
_HALF_CIRCLE = 180.0


def folded(degrees: FloatArray) -> FloatArray:
    """Each angle brought within [-180, 180)."""
    return (degrees + 180.0) % 360.0 - 180.0


def brackets(values: FloatArray) -> list[int]:
    """Where a folded angle passes 0: index k stands for the interval from sample k to k + 1.

    An exact 0 belongs to the interval that it opens, so that none is counted twice. Jumps of the
    fold at 180 degrees are no roots.
    """
    here, there = values[:-1], values[1:]
    crosses = (here == 0.0) | ((here * there < 0.0) & (np.abs(here - there) < _HALF_CIRCLE))
    return [int(index) for index in np.nonzero(crosses)[0]]


def root(function: Callable[[float], float], start: float, end: float) -> float:
    """The moment between two others, in days, at which a function of time passes 0.

    The function must change its sign between them. Regula falsi, with the stale end's value
    halved (the Illinois rule), so that curved functions converge too.
    """
    low, high = function(start), function(end)
    if low == 0.0:
        return start
    for _ in range(_MOST_STEPS):
        middle = end - high * (end - start) / (high - low)
        value = function(middle)
        if abs(value) < CLOSE_ENOUGH or abs(end - start) < SHORTEST_STEP:
            return middle
        if value * high < 0.0:
            start, low = end, high
        else:
            low /= 2.0
        end, high = middle, value
    return end
