"""What a search follows of a birth that is carried on: its arc, and its progressed angles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.astrology.bodies import Angle
from app.astrology.frame import Theory
from app.astrology.progressed_chart import MidheavenMethod, Progression
from app.astrology.progressions import Clock
from app.astrology.search import FULL_CIRCLE, Curves, Swaying, folded, turn_of
from app.astrology.sky import Ephemeris, FloatArray
from app.astrology.solar_arc import ArcKey, direction_arcs

PROGRESSED_ANGLES = (Angle.ASC, Angle.MC)

_STEP, _DAILY_STEP = 1.0, 0.02
"""Progressed days between samples of an angle: it goes about a degree in one, or once around."""
_LONGEST_STEP = 30.0
"""Degrees that an arc goes at most between two samples."""
_NEARBY = 1e-3
"""Progressed days to either side from which the speed of an angle is measured."""


@dataclass(frozen=True, slots=True)
class Arc:
    """The arc that directs a birth, in degrees; `rate` degrees a year are those of USER."""

    key: ArcKey
    clock: Clock
    ephemeris: Ephemeris
    theory: Theory = Theory.SWISS
    rate: float = 1.0
    count = 1
    period = FULL_CIRCLE

    def step(self, curve: int) -> float:  # noqa: ARG002 - there is one alone
        day_of_life = 1.0 / abs(self.clock.rate)
        if self.key is not ArcKey.USER:
            return day_of_life
        return day_of_life * min(1.0, _LONGEST_STEP / self.rate)

    def is_smooth(self, curve: int) -> bool:  # noqa: ARG002 - there is one alone
        return self.key is not ArcKey.TRUE

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        arcs = direction_arcs(
            self.key, self.clock, moments, self.ephemeris, theory=self.theory, rate=self.rate
        )
        return np.repeat(arcs[:, np.newaxis, :], len(curves), axis=1)


@dataclass(frozen=True, slots=True)
class ProgressedAngles:
    """Ascendant and midheaven of a progressed chart, in degrees of its zodiac.

    `progression` tells the birth, the clock and the methods; its own target does not matter.
    Within the polar circles the ascendant leaps, and no search can follow it.
    """

    angles: Sequence[Angle]
    progression: Progression

    @property
    def count(self) -> int:
        return len(self.angles)

    @property
    def period(self) -> float:
        return FULL_CIRCLE

    def step(self, curve: int) -> float:  # noqa: ARG002 - all move alike
        daily = self.progression.midheaven is MidheavenMethod.DAILY
        return (_DAILY_STEP if daily else _STEP) / abs(self.progression.clock.rate)

    def is_smooth(self, curve: int) -> bool:  # noqa: ARG002 - a cubic is not near enough to any
        return False

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        nearby = _NEARBY / abs(self.progression.clock.rate)
        around = np.concatenate((moments - nearby, moments, moments + nearby))
        wanted = [self.angles[curve] for curve in curves]
        table = self.progression.angles_at(around, wanted)
        before, here, after = table.reshape(3, len(moments), len(wanted))
        return np.stack((here, folded(after - before) / (2.0 * nearby)), axis=-1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Curves of several kinds in an order of their own; `of` is a kind and a number within it."""

    kinds: Sequence[Curves]
    of: Sequence[tuple[int, int]]
    period = FULL_CIRCLE

    @property
    def count(self) -> int:
        return len(self.of)

    def step(self, curve: int) -> float:
        kind, own = self.of[curve]
        return self.kinds[kind].step(own)

    def is_smooth(self, curve: int) -> bool:
        kind, own = self.of[curve]
        return self.kinds[kind].is_smooth(own)

    def turn(self, curve: int) -> float:
        """Days in which the observer goes around once; 0 where that turns it never."""
        kind, own = self.of[curve]
        return turn_of(self.kinds[kind], own)

    def sway(self, moments: FloatArray, curve: int) -> FloatArray:
        """How much that changes the speed at some moments, at most."""
        kind, own = self.of[curve]
        curves = self.kinds[kind]
        return curves.sway(moments, own) if isinstance(curves, Swaying) else np.zeros(len(moments))

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        table = np.empty((len(moments), len(curves), 2))
        for kind, those in enumerate(self.kinds):
            columns = [column for column, curve in enumerate(curves) if self.of[curve][0] == kind]
            if columns:
                own = [self.of[curves[column]][1] for column in columns]
                table[:, columns, :] = those.sample(moments, own)
        return table
