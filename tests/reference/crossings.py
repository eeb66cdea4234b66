"""When a longitude of the library comes to a degree, by bisection on its own positions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import swisseph as swe

from app.astrology.bodies import Body
from app.ephemeris.files import DATA
from tests.ephemeris.oracle import NUMBERS, in_own_thread

FILES = 2
TOPOCENTRIC = 32 * 1024
_HALVINGS = 40


class Observer(NamedTuple):
    """Where a topocentric sky is seen from: degrees, and metres above the sea."""

    latitude: float
    longitude: float
    altitude: float = 0.0


def crossings(  # noqa: PLR0913 - what is looked for, where and when
    body: str,
    goal: float,
    start: float,
    end: float,
    *,
    step: float,
    observer: Observer | None = None,
    second: str | None = None,
) -> list[float]:
    """Julian days when a body, or the second less it, is at a degree; looked at every `step`."""

    def search() -> list[float]:
        def off(moment: float) -> float:
            at = longitude(body, moment, observer)
            if second is not None:
                at = longitude(second, moment, observer) - at
            return (at - goal + 180.0) % 360.0 - 180.0

        swe.set_ephe_path(str(DATA))
        moments = np.arange(start, end + step, step).tolist()
        values = [off(moment) for moment in moments]
        near = [
            (before, after)
            for (before, low), (after, high) in pairwise(zip(moments, values, strict=True))
            if low * high < 0.0 and abs(low - high) < 180.0
        ]
        return [_halved(off, before, after) for before, after in near]

    return in_own_thread(search)


def longitude(body: str, moment: float, observer: Observer | None = None) -> float:
    """Straight from the library, in a thread that has its files."""
    if observer is not None:
        swe.set_topo(observer.longitude, observer.latitude, observer.altitude)
    flags = FILES if observer is None else FILES | TOPOCENTRIC
    return float(swe.calc_ut(moment, NUMBERS[Body[body]], flags)[0][0])


def _halved(off: Callable[[float], float], low: float, high: float) -> float:
    """The moment between two when a function changes its sign."""
    rising = off(low) < 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if (off(middle) < 0.0) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
