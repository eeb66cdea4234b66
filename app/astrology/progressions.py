"""Progressed time: the days after birth read as years of life, and how far the Sun goes in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from app.astrology.bodies import Body
from app.astrology.frame import Frame, Theory
from app.astrology.names import Name
from app.astrology.search import folded
from app.astrology.sky import LONGITUDE, SPEED, Ephemeris, FloatArray

Days = TypeVar("Days", float, FloatArray)
"""One Julian day, or an array of them."""

TROPICAL_YEAR = 365.24219
"""Days. That of 2000; astro.com's progressed instants need it to the second."""
NAIBOD_RATE = 360.0 / TROPICAL_YEAR
"""Degrees that the mean Sun goes in a day, 59 minutes 8.33 seconds: Naibod, Enarratio, 1560."""


class ProgressionKind(Name):
    """What stands for what.

    SECONDARY: a day after birth for a year of life. TERTIARY: a day for a month. MINOR: a month
    for a year.
    """

    SECONDARY = "SECONDARY"
    TERTIARY = "TERTIARY"
    MINOR = "MINOR"


class MonthKind(Name):
    """The Moon's return to the equinox, to a star, or to the Sun."""

    TROPICAL = "TROPICAL"
    SIDEREAL = "SIDEREAL"
    SYNODIC = "SYNODIC"


MONTH_LENGTH: Mapping[MonthKind, float] = {
    MonthKind.TROPICAL: 27.321582,
    MonthKind.SIDEREAL: 27.321661,
    MonthKind.SYNODIC: 29.530589,
}
"""Mean months in days."""


class Circle(Name):
    """What the Sun's way is measured along."""

    LONGITUDE = "LONGITUDE"
    RIGHT_ASCENSION = "RIGHT_ASCENSION"


@dataclass(frozen=True, slots=True)
class Clock:
    """How progressed time runs: `rate` progressed days a day of life, negative for converse.

    `birth` is a Julian day; both times start there.
    """

    birth: float
    rate: float

    def progressed(self, target: Days) -> Days:
        """The moment whose sky stands for a moment of life; Julian days, one or many."""
        return self.birth + (target - self.birth) * self.rate

    def target(self, progressed: Days) -> Days:
        """The moment of life that a progressed moment stands for: the inverse."""
        return self.birth + (progressed - self.birth) / self.rate


def clock_of(
    birth: float,
    kind: ProgressionKind = ProgressionKind.SECONDARY,
    *,
    year: float = TROPICAL_YEAR,
    month: MonthKind = MonthKind.TROPICAL,
    converse: bool = False,
) -> Clock:
    """The clock of a kind of progression; `year` in days."""
    rates = {
        ProgressionKind.SECONDARY: 1.0 / year,
        ProgressionKind.TERTIARY: 1.0 / MONTH_LENGTH[month],
        ProgressionKind.MINOR: MONTH_LENGTH[month] / year,
    }
    return Clock(birth, -rates[kind] if converse else rates[kind])


def sun_arcs(
    clock: Clock,
    targets: Sequence[float] | FloatArray,
    ephemeris: Ephemeris,
    theory: Theory = Theory.SWISS,
    along: Circle = Circle.LONGITUDE,
) -> FloatArray:
    """Degrees that the progressed Sun has gone since birth, and its speed in degrees a day of life.

    An array of (targets, 2). The arc runs on past the full circle and is negative before birth
    and in converse. It is the Sun's own way from the equinox of date, whatever the zodiac of the
    chart. Raises OutsideEphemeris.
    """
    moments = np.concatenate(([clock.birth], clock.progressed(np.asarray(targets, np.float64))))
    frame = Frame(theory)
    ask = ephemeris.positions if along is Circle.LONGITUDE else ephemeris.equatorial
    sun = ask(moments, (Body.SUN,), frame)[:, 0, :]
    mean = mean_arcs(clock, clock.target(moments))
    arcs = mean + folded(sun[:, LONGITUDE] - sun[0, LONGITUDE] - mean)
    return np.column_stack((arcs[1:], sun[1:, SPEED] * clock.rate))


def mean_arcs(clock: Clock, targets: Days) -> Days:
    """Degrees that the mean Sun has gone: Naibod's measure of progressed days."""
    return (clock.progressed(targets) - clock.birth) * NAIBOD_RATE
