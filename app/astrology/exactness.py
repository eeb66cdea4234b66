"""When an aspect is exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from app.astrology.aspects import Aspect
from app.astrology.bodies import CELESTIAL, Body, Celestial, is_fixed_pair
from app.astrology.curves import Elongations, step_of
from app.astrology.frame import Frame
from app.astrology.search import passes, tracks
from app.astrology.sky import Ephemeris

FAST_WINDOW = 15.0
"""Days within which the Moon meets every aspect, to one side or the other."""
_REACHES = (FAST_WINDOW, 60.0)
"""Days looked at first: where an aspect is exact within, nothing farther can be nearer."""


_DAYS_OF_A_ROOT = 35.0
"""What an exact time costs beside its window, as days of it."""


class Sought(NamedTuple):
    """An aspect of two bodies by its place in the answer."""

    place: int
    aspect: Aspect
    pair: tuple[Celestial, Celestial]


def exact_times(
    aspects: Sequence[Aspect], moment: float, window: float, frame: Frame, ephemeris: Ephemeris
) -> list[float | None]:
    """For each aspect the Julian day when it is exact: the next if it applies, else the last.

    None where it never is within `window` days, where an angle or lot takes part, or where both
    are opposite by definition and so exact at all times. Both positions must have been measured
    in the frame.
    """
    found: list[float | None] = [None] * len(aspects)
    open_ = list(among_bodies(aspects))
    for reach in (*(days for days in _REACHES if days < window), window):
        # Both ways from now, so that a pass just before is never taken for one to come.
        for start, end, side in ((moment - reach, moment, False), (moment, moment + reach, True)):
            group = [sought for sought in open_ if sought.aspect.applying in {side, None}]
            for sought, day in _nearest(group, start, end, moment, frame, ephemeris):
                best = found[sought.place]
                if best is None or abs(day - moment) < abs(best - moment):
                    found[sought.place] = day
        open_ = [sought for sought in open_ if found[sought.place] is None]
        if reach >= FAST_WINDOW:
            open_ = [sought for sought in open_ if Body.MOON not in sought.pair]
    return found


def among_bodies(aspects: Sequence[Aspect]) -> Iterator[Sought]:
    """The aspects whose exactness can be sought: those of two bodies that change their arc."""
    for index, aspect in enumerate(aspects):
        first, second = aspect.first.point, aspect.second.point
        if is_fixed_pair(first, second):
            continue
        if isinstance(first, CELESTIAL) and isinstance(second, CELESTIAL):
            yield Sought(index, aspect, (first, second))


def days_searched(sought: Sought, window: float) -> float:
    """What the search for one aspect costs, as days of positions that are a day apart."""
    reach = min(window, FAST_WINDOW) if Body.MOON in sought.pair else window
    step = min(1.0, *(step_of(body) for body in sought.pair))
    return reach / step + _DAYS_OF_A_ROOT


def _nearest(
    group: Sequence[Sought],
    start: float,
    end: float,
    moment: float,
    frame: Frame,
    ephemeris: Ephemeris,
) -> Iterator[tuple[Sought, float]]:
    """The pass of each aspect nearest to `moment` within a stretch, if it makes any there."""
    angles = {sign * sought.aspect.rule.angle for sought in group for sign in (1.0, -1.0)}
    curves = Elongations([sought.pair for sought in group], ephemeris, frame)
    for sought, track in zip(
        group, tracks(curves, start, end, np.array(sorted(angles))), strict=True
    ):
        angle = sought.aspect.rule.angle
        exact = passes(track, np.array(sorted({angle, -angle}))).moments
        if len(exact):
            yield sought, float(exact[np.argmin(np.abs(exact - moment))])
