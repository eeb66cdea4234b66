"""Ten years of exact transits, against one position a step and bisection, for the same hits."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import swisseph as swe

from app.astrology.bodies import PLANETS, Body
from app.astrology.curves import Longitudes
from app.astrology.search import folded
from app.astrology.sky import LONGITUDE, FloatArray
from app.astrology.transits import passing
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from app.ephemeris.numbers import NUMBER_OF
from benchmarks.measure import ROUNDS, median
from benchmarks.table import Row

BODIES = (*PLANETS, Body.NORTH_NODE, Body.TRUE_NODE, Body.CHIRON)
BIRTH = 2_451_545.25
START, DAYS = 2_461_041.5, 3652.5
ANGLES = (0.0, 60.0, 90.0, 120.0, 180.0, 240.0, 270.0, 300.0)
FAST_STEP, SLOW_STEP = 0.25, 1.0
"""Days between the opponent's positions: of the Moon and what wavers with it, of all others."""
CLOSE = 0.25 / 86_400.0
"""Days to which the opponent bisects."""
AT_LEAST = 3.0


def rows() -> Iterator[Row]:
    """CPU of the opponent over ours, for 13 bodies and 104 targets."""
    ephemeris = SwissAlmanac([DATA])
    natal = ephemeris.positions((BIRTH,), BODIES)[0, :, LONGITUDE]
    targets = np.array([(longitude + angle) % 360.0 for longitude in natal for angle in ANGLES])
    found = [_round(ephemeris, targets) for _ in range(ROUNDS)]
    ratio, ours, hits, theirs = (median(column) for column in zip(*found, strict=True))
    yield Row("10 years of transits, 13 bodies, 104 targets: CPU s", f"{ours:.2f}")
    yield Row("10 years of transits: hits, ours and theirs", f"{hits:.0f} {theirs:.0f}")
    yield Row.at_least("10 years of transits: CPU, step and bisect / ours", ratio, AT_LEAST)


def _round(ephemeris: SwissAlmanac, targets: FloatArray) -> tuple[float, float, float, float]:
    began = time.process_time()
    found = passing(Longitudes(BODIES, ephemeris), targets, START, START + DAYS)
    ours = time.process_time() - began
    began = time.process_time()
    hits = sum(_stepped(NUMBER_OF[body], targets) for body in BODIES)
    theirs = time.process_time() - began
    return theirs / ours, ours, float(len(found)), float(hits)


def _stepped(number: int, targets: FloatArray) -> int:
    """Hits of one body: a position a step shared by all targets, crossings, bisection."""
    fast = number in {swe.MOON, swe.TRUE_NODE}
    moments = np.arange(START, START + DAYS, FAST_STEP if fast else SLOW_STEP)
    moments = np.append(moments, START + DAYS)
    longitudes = np.array([swe.calc_ut(at, number, swe.FLG_SWIEPH)[0][0] for at in moments])
    off = folded(longitudes[:, np.newaxis] - targets[np.newaxis, :])
    crosses = (off[:-1] * off[1:] < 0.0) & (np.abs(off[:-1] - off[1:]) < 180.0)  # noqa: PLR2004
    steps, levels = np.nonzero(crosses)
    for step, level in zip(steps.tolist(), levels.tolist(), strict=True):
        low, high = float(moments[step]), float(moments[step + 1])
        below = off[step, level] < 0.0
        target = float(targets[level])
        while high - low > CLOSE:
            middle = (low + high) / 2.0
            at = swe.calc_ut(middle, number, swe.FLG_SWIEPH)[0][0]
            if ((at - target + 180.0) % 360.0 - 180.0 < 0.0) == below:
                low = middle
            else:
                high = middle
    return len(steps)
