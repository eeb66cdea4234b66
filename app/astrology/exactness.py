"""When an aspect is exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.astrology.angles import signed_arc
from app.astrology.aspects import Aspect
from app.astrology.bodies import CELESTIAL, Body, Celestial
from app.astrology.frame import Frame
from app.astrology.search import brackets, folded, root
from app.astrology.sky import LONGITUDE, Ephemeris, FloatArray

FAST_STEP, SLOW_STEP = 0.25, 1.0
"""Days between samples with the Moon and without: two roots in between occur at stations only."""
FAST_WINDOW = 15.0
"""Days within which the Moon meets every aspect, to one side or the other."""


def exact_times(
    aspects: Sequence[Aspect], moment: float, window: float, frame: Frame, ephemeris: Ephemeris
) -> list[float | None]:
    """For each aspect the Julian day when it is exact: the next if it applies, else the last.

    None where it never is within `window` days, or where an angle or lot takes part. Both
    positions must have been measured in the frame.
    """
    samples = {
        is_fast: _Samples(_bodies(aspects, is_fast=is_fast), moment, window, frame, ephemeris)
        for is_fast in (True, False)
    }
    return [
        samples[_is_fast(aspect)].nearest(aspect, moment) if _both_move(aspect) else None
        for aspect in aspects
    ]


class _Samples:
    """Longitudes of some bodies around a moment, taken once for all their aspects."""

    def __init__(
        self,
        bodies: Sequence[Celestial],
        moment: float,
        window: float,
        frame: Frame,
        ephemeris: Ephemeris,
    ) -> None:
        fast = Body.MOON in bodies
        reach, step = (min(window, FAST_WINDOW), FAST_STEP) if fast else (window, SLOW_STEP)
        count = int(np.ceil(reach / step))
        self._moments = moment + np.linspace(-reach, reach, 2 * count + 1)
        self._frame = frame
        self._ephemeris = ephemeris
        self._columns = {body: column for column, body in enumerate(bodies)}
        self._longitudes = (
            ephemeris.positions(self._moments, bodies, frame)[:, :, LONGITUDE]
            if bodies
            else np.empty((0, 0))
        )

    def nearest(self, aspect: Aspect, moment: float) -> float | None:
        """The exact moment on the side that the aspect tells, nearest to `moment`."""
        first, second = _pair(aspect)
        arcs = self._longitude(second) - self._longitude(first)
        angle, now = aspect.rule.angle, len(self._moments) // 2
        crossings = [
            (index - now if index >= now else now - 1 - index, index, target)
            for target in {angle, -angle}
            for index in brackets(folded(arcs - target))
            if aspect.applying is None or (index >= now) is aspect.applying
        ]
        # Only the nearest interval is cut further: a wide window holds a dozen for every pair.
        nearest = min((steps for steps, *_ in crossings), default=None)
        found = [
            self._root(first, second, target, index)
            for steps, index, target in crossings
            if steps == nearest
        ]
        return min(found, key=lambda exact: abs(exact - moment), default=None)

    def _longitude(self, body: Celestial) -> FloatArray:
        return self._longitudes[:, self._columns[body]]

    def _root(self, first: Celestial, second: Celestial, target: float, index: int) -> float:
        def off(moment: float) -> float:
            rows = self._ephemeris.positions((moment,), (first, second), self._frame)[0]
            return signed_arc(target, float(rows[1, LONGITUDE] - rows[0, LONGITUDE]))

        return root(off, float(self._moments[index]), float(self._moments[index + 1]))


def _pair(aspect: Aspect) -> tuple[Celestial, Celestial]:
    first, second = aspect.first.point, aspect.second.point
    assert isinstance(first, CELESTIAL)  # noqa: S101 - the caller looked
    assert isinstance(second, CELESTIAL)  # noqa: S101 - the caller looked
    return first, second


def _both_move(aspect: Aspect) -> bool:
    return all(isinstance(p.point, CELESTIAL) for p in (aspect.first, aspect.second))


def _is_fast(aspect: Aspect) -> bool:
    return Body.MOON in {aspect.first.point, aspect.second.point}


def _bodies(aspects: Sequence[Aspect], *, is_fast: bool) -> list[Celestial]:
    """The bodies of the aspects with the Moon, or of those without, each once."""
    found: dict[Celestial, None] = {}
    for aspect in aspects:
        if _both_move(aspect) and _is_fast(aspect) is is_fast:
            found |= dict.fromkeys(_pair(aspect))
    return list(found)
