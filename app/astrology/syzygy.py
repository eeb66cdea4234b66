"""The new or full Moon before a moment."""

from __future__ import annotations

from dataclasses import dataclass

from app.astrology.angles import norm, signed_arc
from app.astrology.bodies import Body
from app.astrology.frame import Frame
from app.astrology.names import Name
from app.astrology.sky import LONGITUDE, SPEED, Ephemeris

MEAN_ELONGATION_SPEED = 360.0 / 29.530589
"""Degrees a day by which the Moon leaves the Sun, on average: one turn in a synodic month."""
_SHORT = 1e-8
"""Days, about a millisecond: a Newton step of that size is the last one."""
_MOST_STEPS = 12


class Lunation(Name):
    """Sun and Moon together, or opposite each other."""

    NEW_MOON = "NEW_MOON"
    FULL_MOON = "FULL_MOON"


class SyzygyRule(Name):
    """Which one counts: the last of both, or always the last of one kind."""

    LAST_SYZYGY = "LAST_SYZYGY"
    NEW_MOON = "NEW_MOON"
    FULL_MOON = "FULL_MOON"


_APART = {Lunation.NEW_MOON: 0.0, Lunation.FULL_MOON: 180.0}
"""Degrees from the Sun to the Moon."""

_KINDS = {
    SyzygyRule.LAST_SYZYGY: tuple(Lunation),
    SyzygyRule.NEW_MOON: (Lunation.NEW_MOON,),
    SyzygyRule.FULL_MOON: (Lunation.FULL_MOON,),
}


@dataclass(frozen=True, slots=True)
class Syzygy:
    """A new or full Moon; `moment` as Julian day in UT1."""

    kind: Lunation
    moment: float


def last_syzygy(moment: float, rule: SyzygyRule, ephemeris: Ephemeris, frame: Frame) -> Syzygy:
    """The one that a moment follows, exact to a hundredth of a second.

    By the geocentric apparent longitudes of Sun and Moon. At the moment itself it counts.
    """
    apart, _ = _elongation(moment, ephemeris, frame)
    behind, kind = min((norm(apart - _APART[kind]), kind) for kind in _KINDS[rule])
    guess = moment - behind / MEAN_ELONGATION_SPEED
    return Syzygy(kind, syzygy_near(guess, kind, ephemeris, frame))


def syzygy_near(moment: float, kind: Lunation, ephemeris: Ephemeris, frame: Frame) -> float:
    """Julian day in UT1 of the new or full Moon that is nearest to a moment, or next to nearest.

    Newton's method: the Moon leaves the Sun steadily, so it settles in four or five steps.
    """
    for _ in range(_MOST_STEPS):
        apart, speed = _elongation(moment, ephemeris, frame)
        step = signed_arc(_APART[kind], apart) / speed
        moment -= step
        if abs(step) < _SHORT:
            break
    return moment


def _elongation(moment: float, ephemeris: Ephemeris, frame: Frame) -> tuple[float, float]:
    """Degrees from the Sun to the Moon, and their growth a day."""
    plain = Frame(frame.theory)
    sun, moon = ephemeris.positions((moment,), (Body.SUN, Body.MOON), plain)[0].tolist()
    return norm(moon[LONGITUDE] - sun[LONGITUDE]), moon[SPEED] - sun[SPEED]
