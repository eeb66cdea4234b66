"""Profections: a point of the birth carried on by a sign a year, a month, and a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from app.astrology.angles import norm
from app.astrology.bodies import Body
from app.astrology.calendar import CivilDateTime, julian_day
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import TROPICAL, Frame
from app.astrology.names import Name
from app.astrology.progressions import TROPICAL_YEAR
from app.astrology.rulerships import DOMICILES
from app.astrology.search import folded
from app.astrology.sky import LONGITUDE, SPEED, Ephemeris, FloatArray
from app.astrology.zodiac import DEGREES_OF_A_SIGN, sign_of

STEPS = 12
"""Months of a profected year, and parts of such a month (2.5 days): one for each sign."""
_MOST_STEPS = 10
_CLOSE_ENOUGH = 1e-8
"""Degrees of the Sun from its return: less than a hundredth of a second of time."""


class Profecting(Name):
    """WHOLE_SIGN: the point keeps to whole signs. CONTINUOUS: it moves evenly, day by day."""

    WHOLE_SIGN = "WHOLE_SIGN"
    CONTINUOUS = "CONTINUOUS"


class YearTurn(Name):
    """When a year of life begins: at the Sun's return to its place, or at the civil birthday."""

    SOLAR_RETURN = "SOLAR_RETURN"
    BIRTHDAY = "BIRTHDAY"


Turns = Callable[[Sequence[int]], FloatArray]
"""Julian days at which years of life begin, by age; age 0 is the birth."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of life from one Julian day to another; `number` is the age, or counts from 1."""

    number: int
    start: float
    end: float

    def part(self, moment: float) -> float:
        """How much of it has passed, from 0 to 1."""
        return (moment - self.start) / (self.end - self.start)

    def twelfths(self) -> list[Stretch]:
        """Its twelve equal parts."""
        step = (self.end - self.start) / STEPS
        return [
            Stretch(index + 1, self.start + index * step, self.start + (index + 1) * step)
            for index in range(STEPS)
        ]

    def twelfth(self, moment: float) -> Stretch:
        """The equal part that holds a moment of it."""
        parts = self.twelfths()
        starts = [part.start for part in parts]
        return parts[max(0, bisect_right(starts, moment) - 1)]


def solar_returns(
    birth: float, ages: Sequence[int], ephemeris: Ephemeris, frame: Frame = TROPICAL
) -> FloatArray:
    """Julian days when the Sun is back at its place of birth, to a hundredth of a second.

    In the frame's zodiac. Newton's method on all of them at once. Raises OutsideEphemeris.
    """
    sun = (Body.SUN,)
    natal = float(ephemeris.positions((birth,), sun, frame)[0, 0, LONGITUDE])
    moments = birth + np.asarray(ages, np.float64) * TROPICAL_YEAR
    for _ in range(_MOST_STEPS):
        rows = ephemeris.positions(moments, sun, frame)[:, 0, :]
        off = folded(rows[:, LONGITUDE] - natal)
        if float(np.max(np.abs(off), initial=0.0)) < _CLOSE_ENOUGH:
            break
        moments = moments - off / rows[:, SPEED]
    return moments


def birthdays(birth: float, local: CivilDateTime, ages: Sequence[int]) -> FloatArray:
    """Julian days of the same date and clock time in later years, in the calendar of the birth.

    The clock keeps the offset of the birth. Whoever was born on 29 February turns on 1 March in
    common years.
    """
    first = julian_day(local)
    return np.array(
        [birth + julian_day(replace(local, year=local.year + age)) - first for age in ages]
    )


def year_at(moment: float, birth: float, turns: Turns) -> Stretch:
    """The year of life that holds a moment not before the birth; its number is the age."""
    guess = max(0, int((moment - birth) / TROPICAL_YEAR) - 1)
    ages = range(guess, guess + 4)
    starts = _known(ages, turns)
    index = max(0, bisect_right(starts, moment) - 1)
    if index + 1 == len(starts):  # nobody knows when it ends
        starts = turns(ages).tolist()
    return Stretch(ages[index], starts[index], starts[index + 1])


def years_from(age: int, count: int, turns: Turns) -> list[Stretch]:
    """So many years of life in a row, or as many of them as the ephemeris reaches.

    Raises OutsideEphemeris where it does not reach the first.
    """
    starts = _known(range(age, age + count + 1), turns)
    return [Stretch(age + index, *ends) for index, ends in enumerate(pairwise(starts))]


def _known(ages: Sequence[int], turns: Turns) -> list[float]:
    """When years begin, up to the last that the ephemeris reaches; raises OutsideEphemeris."""
    try:
        starts: list[float] = turns(ages).tolist()
    except OutsideEphemeris:
        starts = []
        for age in ages:
            try:
                starts += turns((age,)).tolist()
            except OutsideEphemeris:
                if len(starts) <= 1:
                    raise
                break
    return starts


def profected(longitude: float, signs: float) -> float:
    """A longitude carried on by signs, whole or not, in degrees."""
    return norm(longitude + DEGREES_OF_A_SIGN * signs)


def lord_of(longitude: float) -> Body:
    """The lord of the sign of a longitude."""
    return DOMICILES[sign_of(longitude)]
