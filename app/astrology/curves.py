"""What searches follow through time: longitudes, latitudes, distances, declinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.astrology.bodies import HYPOTHETICAL, LUNAR_POINTS, Body, Celestial
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import TROPICAL, Frame, View
from app.astrology.progressions import Clock
from app.astrology.search import FULL_CIRCLE, Curves, Swaying, turn_of
from app.astrology.sky import (
    DISTANCE,
    LATITUDE,
    LATITUDE_SPEED,
    LONGITUDE,
    SPEED,
    Ephemeris,
    FloatArray,
)

_SMOOTH = frozenset({Body.MOON, Body.NORTH_NODE, Body.SOUTH_NODE, Body.LILITH, Body.PRIAPUS})
"""Bodies whose light no Sun bends: the Moon, and the averaged points of its orbit."""
_OSCULATING = LUNAR_POINTS - _SMOOTH

MOON_STEP, WAVERING_STEP, INNER_STEP, OUTER_STEP = 0.5, 0.25, 1.0, 4.0
"""Days between samples: of the Moon, of points that waver with it, of the Sun and of what passes
it within a year or turns within weeks, of all that is slower."""

_INNER = frozenset({Body.SUN, Body.MERCURY, Body.VENUS, Body.MARS})

ASTRONOMICAL_UNIT = 149_597_870.7
"""Kilometres: resolution B2 of the International Astronomical Union, 2012."""
_SWAY = 0.01541
"""Degrees a day by which the turning Earth may change the speed of what is an astronomical unit
away: the solar parallax of 8.794 seconds of arc, once around in a sidereal day, on a mountain."""
_UNSWAYED = LUNAR_POINTS | {Body.SUN, Body.MOON}
"""What no turning Earth turns back: it has no parallax, or outruns it."""
_NEARBY = 0.001
"""Days to either side from which a speed is measured: good to a tenth of a second at an apsis."""
_FINEST = 0.01
"""Days to which the end of the ephemeris files is approached."""


def step_of(body: Celestial) -> float:
    """Days between two samples: it never turns twice within them, and a cubic comes close."""
    if body is Body.MOON:
        return MOON_STEP
    if body in _OSCULATING:
        return WAVERING_STEP
    if body in _INNER or body in HYPOTHETICAL:
        return INNER_STEP
    return OUTER_STEP if isinstance(body, Body) else INNER_STEP


@dataclass(frozen=True, slots=True)
class _OfBodies:
    """A quantity of each of some bodies.

    Samples are at least `shortest_step` days apart, where nothing turns twice within them.
    `follows_observer` looks closely where the turning Earth under a topocentric observer may turn a
    longitude back for hours.
    """

    bodies: Sequence[Celestial]
    ephemeris: Ephemeris
    frame: Frame = TROPICAL
    shortest_step: float = 0.0
    follows_observer: bool = False

    @property
    def count(self) -> int:
        return len(self.bodies)

    @property
    def period(self) -> float:
        return 0.0

    def step(self, curve: int) -> float:
        return max(self.shortest_step, step_of(self.bodies[curve]))

    def is_smooth(self, curve: int) -> bool:
        return self.bodies[curve] in _SMOOTH and self.frame.center is not View.TOPOCENTRIC

    def chosen(self, curves: Sequence[int]) -> list[Celestial]:
        """The bodies of some curves."""
        return [self.bodies[curve] for curve in curves]


@dataclass(frozen=True, slots=True)
class Longitudes(_OfBodies):
    """Longitudes of bodies, in degrees of the frame's zodiac."""

    @property
    def period(self) -> float:
        return FULL_CIRCLE

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        table = self.ephemeris.positions(moments, self.chosen(curves), self.frame)
        return table[:, :, (LONGITUDE, SPEED)]

    def turn(self, curve: int) -> float:
        """Days in which the observer goes around once; 0 where that turns the body never."""
        turns = self.follows_observer and self.bodies[curve] not in _UNSWAYED
        return _turn(self.frame) if turns else 0.0

    def sway(self, moments: FloatArray, curve: int) -> FloatArray:
        """Degrees a day by which that changes its speed at some moments, at most."""
        return _sway(moments, (self.bodies[curve],), self.ephemeris, self.frame)


@dataclass(frozen=True, slots=True)
class Elongations:
    """Degrees of longitude from the first body of each pair to the second.

    Samples are at least `shortest_step` days apart, where nothing turns twice within them.
    `follows_observer` looks closely where the turning Earth may turn them back for hours.
    """

    pairs: Sequence[tuple[Celestial, Celestial]]
    ephemeris: Ephemeris
    frame: Frame = TROPICAL
    shortest_step: float = 0.0
    follows_observer: bool = False
    period = FULL_CIRCLE

    @property
    def count(self) -> int:
        return len(self.pairs)

    def step(self, curve: int) -> float:
        return max(self.shortest_step, min(step_of(body) for body in self.pairs[curve]))

    def is_smooth(self, curve: int) -> bool:
        smooth = all(body in _SMOOTH for body in self.pairs[curve])
        return smooth and self.frame.center is not View.TOPOCENTRIC

    def turn(self, curve: int) -> float:
        """Days in which the observer goes around once; 0 where that turns the pair never."""
        pair = self.pairs[curve]
        turns = Body.MOON not in pair and not all(body in _UNSWAYED for body in pair)
        return _turn(self.frame) if turns and self.follows_observer else 0.0

    def sway(self, moments: FloatArray, curve: int) -> FloatArray:
        """Degrees a day by which that changes its speed at some moments, at most."""
        near = [body for body in self.pairs[curve] if body not in LUNAR_POINTS]
        return _sway(moments, near, self.ephemeris, self.frame)

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        pairs = [self.pairs[curve] for curve in curves]
        bodies = list(dict.fromkeys(body for pair in pairs for body in pair))
        columns = {body: column for column, body in enumerate(bodies)}
        table = self.ephemeris.positions(moments, bodies, self.frame)[:, :, (LONGITUDE, SPEED)]
        firsts = [columns[first] for first, _ in pairs]
        seconds = [columns[second] for _, second in pairs]
        difference: FloatArray = table[:, seconds, :] - table[:, firsts, :]
        return difference


@dataclass(frozen=True, slots=True)
class Declinations(_OfBodies):
    """Declinations of bodies, in degrees; they do not come back around."""

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        table = self.ephemeris.equatorial(moments, self.chosen(curves), self.frame)
        return table[:, :, (LATITUDE, LATITUDE_SPEED)]


@dataclass(frozen=True, slots=True)
class Latitudes(_OfBodies):
    """Ecliptic latitudes of bodies, in degrees; they do not come back around."""

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        table = self.ephemeris.positions(moments, self.chosen(curves), self.frame)
        return table[:, :, (LATITUDE, LATITUDE_SPEED)]


@dataclass(frozen=True, slots=True)
class Distances(_OfBodies):
    """Distances of bodies, in kilometres: in larger units a root finder would stop too early.

    They are those that their light has gone. The library's speed of the Moon's distance is up to a
    kilometre a day off, a minute and a half at an apsis, so that speeds are measured here.
    """

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        around = np.concatenate((moments - _NEARBY, moments, moments + _NEARBY))
        table = self.ephemeris.positions(around, self.chosen(curves), self.frame)[:, :, DISTANCE]
        before, here, after = table.reshape(3, len(moments), len(curves)) * ASTRONOMICAL_UNIT
        return np.stack((here, (after - before) / (2.0 * _NEARBY)), axis=-1)


def _turn(frame: Frame) -> float:
    """A day, for an observer on the turning Earth."""
    return 1.0 if frame.center is View.TOPOCENTRIC else 0.0


def _sway(
    moments: FloatArray, bodies: Sequence[Celestial], ephemeris: Ephemeris, frame: Frame
) -> FloatArray:
    """How much the turning Earth changes the longitudes of bodies, in degrees a day, summed."""
    distances = ephemeris.positions(moments, bodies, frame)[:, :, DISTANCE]
    sway: FloatArray = (_SWAY / distances).sum(axis=1)
    return sway


@dataclass(frozen=True, slots=True)
class Slowed:
    """Curves as progressed time runs through them: a day for a year, or another measure."""

    curves: Curves
    clock: Clock

    @property
    def count(self) -> int:
        return self.curves.count

    @property
    def period(self) -> float:
        return self.curves.period

    def step(self, curve: int) -> float:
        return self.curves.step(curve) / abs(self.clock.rate)

    def is_smooth(self, curve: int) -> bool:
        return self.curves.is_smooth(curve)

    def turn(self, curve: int) -> float:
        """Days of life in which the observer goes around once; 0 where that turns it never."""
        return turn_of(self.curves, curve) / abs(self.clock.rate)

    def sway(self, moments: FloatArray, curve: int) -> FloatArray:
        """How much that changes the speed at some moments, at most."""
        if not isinstance(self.curves, Swaying):
            return np.zeros(len(moments))
        sway = self.curves.sway(self.clock.progressed(moments), curve)
        return sway * abs(self.clock.rate)

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        table = self.curves.sample(self.clock.progressed(moments), curves)
        slowed: FloatArray = table * np.array((1.0, self.clock.rate))
        return slowed


@dataclass(frozen=True, slots=True)
class Carried:
    """Fixed longitudes that are all carried along by the first of some curves: an arc."""

    longitudes: Sequence[float]
    carrier: Curves
    period = FULL_CIRCLE

    @property
    def count(self) -> int:
        return len(self.longitudes)

    def step(self, curve: int) -> float:  # noqa: ARG002 - all move alike
        return self.carrier.step(0)

    def is_smooth(self, curve: int) -> bool:  # noqa: ARG002 - all move alike
        return self.carrier.is_smooth(0)

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        arcs = self.carrier.sample(moments, (0,))
        offsets = np.array([(self.longitudes[curve], 0.0) for curve in curves])
        carried: FloatArray = arcs + offsets[np.newaxis, :, :]
        return carried


def reach(curves: Curves, inside: float, toward: float) -> float:
    """The moment on the way from one to another up to which all curves are known.

    Raises OutsideEphemeris where not even `inside` is.
    """
    if _is_known(curves, toward):
        return toward
    curves.sample(np.array([inside]), range(curves.count))
    unknown = toward
    while abs(unknown - inside) > _FINEST:
        middle = (inside + unknown) / 2.0
        if _is_known(curves, middle):
            inside = middle
        else:
            unknown = middle
    return inside


def _is_known(curves: Curves, moment: float) -> bool:
    try:
        curves.sample(np.array([moment]), range(curves.count))
    except OutsideEphemeris:
        return False
    return True
