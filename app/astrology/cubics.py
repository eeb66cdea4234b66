"""Cubics through values and speeds at both ends of some pieces: Hermite's interpolation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.astrology.sky import FloatArray

_STEPS = 14
_EVEN = 1e-6
"""Days by which a sample may be off the middle of its neighbours."""
_SETTLED = 1e-14
"""Part of a piece by which a root moves no more."""


class Cubics(NamedTuple):
    """Pieces of a curve, each a cubic of the part 0..1 of it that has passed."""

    starts: FloatArray
    widths: FloatArray
    constants: FloatArray
    slopes: FloatArray
    squares: FloatArray
    cubes: FloatArray

    @classmethod
    def of(
        cls,
        moments: FloatArray,
        values: FloatArray,
        speeds: FloatArray,
        pieces: npt.NDArray[np.int64],
    ) -> Cubics:
        """The cubics from some samples to the next ones."""
        widths = moments[pieces + 1] - moments[pieces]
        rises = values[pieces + 1] - values[pieces]
        first, last = speeds[pieces] * widths, speeds[pieces + 1] * widths
        squares, cubes = 3.0 * rises - 2.0 * first - last, first + last - 2.0 * rises
        return cls(moments[pieces], widths, values[pieces], first, squares, cubes)

    def where(self, goals: FloatArray) -> FloatArray:
        """The moments when monotone pieces take a value each.

        Newton's steps, halved where they leave what is known to hold the root.
        """
        rises = self.slopes + self.squares + self.cubes
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = np.where(rises == 0.0, 0.5, (goals - self.constants) / rises)
        low, high, up = np.zeros(len(goals)), np.ones(len(goals)), rises >= 0.0
        for _ in range(_STEPS):
            off, slopes = self._values(parts) - goals, self._slopes(parts)
            beyond = (off > 0.0) == up
            high, low = np.where(beyond, parts, high), np.where(beyond, low, parts)
            with np.errstate(divide="ignore", invalid="ignore"):
                following = parts - off / slopes
            inside = (following >= low) & (following <= high)
            following = np.where(inside, following, (low + high) / 2.0)
            settled = bool((np.abs(following - parts) < _SETTLED).all())
            parts = following
            if settled:
                break
        moments: FloatArray = self.starts + parts * self.widths
        return moments

    def turns(self) -> tuple[FloatArray, FloatArray]:
        """Moments and values where pieces turn whose ends have speeds of unlike signs."""
        root = np.sqrt(np.maximum(0.0, self.squares**2 - 3.0 * self.cubes * self.slopes))
        # The form of the solution that loses no digits: both terms have one sign.
        below = self.squares + np.where(self.slopes > 0.0, -root, root)
        parts = np.clip(-self.slopes / below, 0.0, 1.0)
        return self.starts + parts * self.widths, self._values(parts)

    def speeds(self, moments: FloatArray) -> FloatArray:
        """Values a day at one moment of each piece."""
        found: FloatArray = self._slopes((moments - self.starts) / self.widths) / self.widths
        return found

    def _values(self, parts: FloatArray) -> FloatArray:
        inner = self.slopes + parts * (self.squares + parts * self.cubes)
        values: FloatArray = self.constants + parts * inner
        return values

    def _slopes(self, parts: FloatArray) -> FloatArray:
        slopes: FloatArray = self.slopes + parts * (2.0 * self.squares + 3.0 * parts * self.cubes)
        return slopes


def errors_of_cubics(moments: FloatArray, values: FloatArray, speeds: FloatArray) -> FloatArray:
    """How far the cubic over each piece may be off, from what the next sample shows of a wider one.

    Over twice the step a cubic is sixteen times worse. Where steps are uneven nothing is known.
    """
    count = len(moments) - 1
    if count < 2:  # noqa: PLR2004 - nothing to compare with
        return np.full(count, np.inf)
    wide = moments[2:] - moments[:-2]
    middle = (values[:-2] + values[2:]) / 2.0 + wide * (speeds[:-2] - speeds[2:]) / 8.0
    even = np.isclose(2.0 * moments[1:-1], moments[2:] + moments[:-2], rtol=0.0, atol=_EVEN)
    seen = np.where(even, np.abs(middle - values[1:-1]) / 16.0, np.inf)
    errors = np.empty(count)
    errors[0], errors[-1] = seen[0], seen[-1]
    errors[1:-1] = np.maximum(seen[:-1], seen[1:])
    return errors
