"""When a body, or the angle between the Sun and the Moon, comes back to where it was at a birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm
from app.astrology.bodies import Body, Celestial
from app.astrology.chart import Instant
from app.astrology.curves import OUTER_STEP, Elongations, Longitudes
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame
from app.astrology.names import Name
from app.astrology.place import Place
from app.astrology.search import Curves


class Precession(Name):
    """What returns: the degree of the moving zodiac, or the place among the stars."""

    NONE = "NONE"
    CORRECTED = "CORRECTED"


class Returning(NamedTuple):
    """What comes back: a curve of its own, and the degree that it had at the birth."""

    curves: Curves
    longitude: float


STARS = Ayanamsa(AyanamsaName.FAGAN_BRADLEY)
"""A frame that stands still among the stars: any of them, they agree within a millisecond."""

LONGEST_GAP: Mapping[Celestial, float] = {
    Body.SUN: 367.0,
    Body.MOON: 29.0,
    Body.MERCURY: 460.0,
    Body.VENUS: 520.0,
    Body.MARS: 1_000.0,
    Body.JUPITER: 4_900.0,
    Body.SATURN: 11_400.0,
    Body.URANUS: 31_500.0,
    Body.NEPTUNE: 61_000.0,
    Body.PLUTO: 92_000.0,
    Body.NORTH_NODE: 6_900.0,
    Body.SOUTH_NODE: 6_900.0,
    Body.TRUE_NODE: 7_000.0,
    Body.TRUE_SOUTH_NODE: 7_000.0,
    Body.LILITH: 3_300.0,
    Body.PRIAPUS: 3_300.0,
    Body.LILITH_TRUE: 4_000.0,
    Body.PRIAPUS_TRUE: 4_000.0,
    Body.LILITH_INTERPOLATED: 4_000.0,
    Body.PRIAPUS_INTERPOLATED: 4_000.0,
    Body.CHIRON: 21_000.0,
    Body.CERES: 2_000.0,
    Body.PALLAS: 2_000.0,
    Body.JUNO: 2_000.0,
    Body.VESTA: 1_700.0,
    Body.CUPIDO: 96_000.0,
    Body.HADES: 131_000.0,
    Body.ZEUS: 165_000.0,
    Body.KRONOS: 188_000.0,
    Body.APOLLON: 212_000.0,
    Body.ADMETOS: 227_000.0,
    Body.VULKANUS: 243_000.0,
    Body.POSEIDON: 273_000.0,
    Body.TRANSPLUTO: 271_000.0,
    Body.PROSERPINA: 259_000.0,
    Body.VULCAN: 460.0,
    Body.WHITE_MOON: 2_700.0,
    Body.WALDEMATH: 300.0,
}
"""Days after which a body has certainly been back: its period, and a retrograde loop more."""
_SLOW = 50_000.0
"""Days: what is not back sooner moves evenly enough to be looked at as slow planets are."""
OTHER_GAP = 40_000.0
"""The same for bodies that are not in the table: about a century."""
PHASE_GAP = 31.0
"""Days between two equal phases of the Moon, at most."""


def returning_body(
    chart: Instant, body: Celestial, precession: Precession, place: Place
) -> Returning:
    """A body that comes back to its natal longitude, or to its natal place among the stars.

    A topocentric observer saw it from the birthplace, and sees it come back from `place`.
    """
    frame = chart.conventions.frame
    if precession is Precession.CORRECTED:
        frame = replace(frame, ayanamsa=STARS)
    born = Longitudes((body,), chart.ephemeris, frame)
    if frame.observer is not None:
        frame = replace(frame, observer=place)
    step = OUTER_STEP if LONGEST_GAP.get(body, OTHER_GAP) > _SLOW else 0.0
    curves = Longitudes((body,), chart.ephemeris, frame, step, follows_observer=True)
    return Returning(curves, _at(born, chart.moment))


def returning_phase(chart: Instant) -> Returning:
    """The Moon as far from the Sun as at the birth."""
    frame = Frame(chart.conventions.frame.theory)
    curves = Elongations(((Body.SUN, Body.MOON),), chart.ephemeris, frame)
    return Returning(curves, _at(curves, chart.moment))


def _at(curves: Curves, moment: float) -> float:
    """The value of a curve at a moment, in degrees."""
    return norm(float(curves.sample(np.array([moment]), (0,))[0, 0, 0]))
