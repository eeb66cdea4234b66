"""Solar arc directions: every point of the birth moved by one arc."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.astrology.frame import Theory
from app.astrology.names import Name
from app.astrology.progressions import Circle, Clock, mean_arcs, sun_arcs
from app.astrology.sky import Ephemeris, FloatArray

_MOST_STEPS = 12
_CLOSE_ENOUGH = 1e-4
"""Degrees of arc before a step of Newton's after which 1e-11 are left."""
_SLOWEST_RATE = 0.01
"""Degrees a year: slower directions make no aspect exact within a life."""


class ArcKey(Name):
    """How long the arc is.

    TRUE: as far as the progressed Sun has gone. NAIBOD: as far as the mean Sun has. ONE_DEGREE a
    year. USER: a rate of the caller's own, in degrees a year.
    """

    TRUE = "TRUE"
    NAIBOD = "NAIBOD"
    ONE_DEGREE = "ONE_DEGREE"
    USER = "USER"


def direction_arcs(  # noqa: PLR0913 - a key, and all that one of the keys needs
    key: ArcKey,
    clock: Clock,
    targets: Sequence[float] | FloatArray,
    ephemeris: Ephemeris,
    *,
    theory: Theory = Theory.SWISS,
    along: Circle = Circle.LONGITUDE,
    rate: float = 1.0,
) -> FloatArray:
    """Degrees of arc at moments of life, and degrees a day: an array of (targets, 2).

    `clock` is that of secondary progressions; `rate` degrees a year are those of USER, `along`
    concerns TRUE alone. Raises OutsideEphemeris.
    """
    moments = np.asarray(targets, np.float64)
    if key is ArcKey.TRUE:
        return sun_arcs(clock, moments, ephemeris, theory, along)
    if key is ArcKey.NAIBOD:
        arcs, a_day = mean_arcs(clock, moments), mean_arcs(clock, clock.birth + 1.0)
    else:
        a_year = rate if key is ArcKey.USER else 1.0
        arcs = (clock.progressed(moments) - clock.birth) * a_year
        a_day = clock.rate * a_year
    return np.column_stack((arcs, np.full_like(arcs, a_day)))


def moments_of_arcs(  # noqa: PLR0913 - as above
    arcs: Sequence[float],
    near: float,
    key: ArcKey,
    clock: Clock,
    ephemeris: Ephemeris,
    *,
    theory: Theory = Theory.SWISS,
    along: Circle = Circle.LONGITUDE,
    rate: float = 1.0,
) -> FloatArray:
    """The moments of life, near another, when the arc has so many degrees; NaN if it never has.

    Newton's method on all at once: the Sun's speed hardly changes within the orb of an aspect.
    """
    wanted = np.asarray(arcs, np.float64)
    if wanted.size == 0 or (key is ArcKey.USER and rate < _SLOWEST_RATE):
        return np.full_like(wanted, np.nan)
    moments = np.array([near])  # the first step is one for all
    for _ in range(_MOST_STEPS):
        found = direction_arcs(
            key, clock, moments, ephemeris, theory=theory, along=along, rate=rate
        )
        off = wanted - found[:, 0]
        moments = moments + off / found[:, 1]
        if float(np.max(np.abs(off))) < _CLOSE_ENOUGH:
            break
    return moments
