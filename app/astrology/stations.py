"""Where planets turn, the shadows of their retrograde loops, and the five phases of a loop."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm, separation
from app.astrology.bodies import Body, Celestial
from app.astrology.curves import Longitudes, step_of
from app.astrology.names import Name
from app.astrology.search import IntArray, Track, folded, roots, stations
from app.astrology.sky import FloatArray

_OSCULATING = frozenset(
    {Body.TRUE_NODE, Body.TRUE_SOUTH_NODE, Body.LILITH_TRUE, Body.PRIAPUS_TRUE},
)
_WAVERING_STEP = 1.0 / 16.0
"""Days: osculating points of the Moon's orbit may turn twice within six hours, as once a year."""
TREMOR = 1e-5
"""Degrees: between stations of an osculating point that are nearer the library only trembles. What
is farther apart lasts four hours, so that no grid of `_WAVERING_STEP` misses it."""
LONGEST_LOOP = 400.0
"""Days, more than any loop lasts from its station to either end of its shadow: even what hardly
moves stands still twice a year, and is back at the degree of a station before the next one."""


@dataclass(frozen=True, slots=True)
class Turning(Longitudes):
    """Longitudes sampled so closely that no two stations lie between two samples."""

    def step(self, curve: int) -> float:
        body = self.bodies[curve]
        return _WAVERING_STEP if body in _OSCULATING else step_of(body)


class Station(NamedTuple):
    """Where a body stands still: Julian day in UT1, degrees, and whether it moves on directly."""

    moment: float
    longitude: float
    turns_direct: bool


class Passage(NamedTuple):
    """A body at a degree: Julian day in UT1, degrees."""

    moment: float
    longitude: float


class Loop(NamedTuple):
    """A retrograde loop with its shadow.

    The shadow begins at the last pass over the degree of the direct station before the retrograde
    one, and ends at the first pass over the degree of the retrograde station after the direct one.
    None for what lies outside the ephemeris.
    """

    pre_shadow: Passage | None
    retrograde: Station | None
    direct: Station | None
    post_shadow: Passage | None

    @property
    def key(self) -> float:
        """The moment by which the loop is counted: its first station that is known."""
        station = self.retrograde or self.direct
        return station.moment if station else 0.0

    @property
    def start(self) -> float:
        """The first moment that is known."""
        return self.pre_shadow.moment if self.pre_shadow else self.key

    @property
    def end(self) -> float:
        """The last moment that is known."""
        last = self.post_shadow or self.direct or self.retrograde
        return last.moment if last else 0.0


class LoopPhase(Name):
    """The five phases: STATIONARY takes the place of another around the stations."""

    DIRECT = "DIRECT"
    PRE_SHADOW = "PRE_SHADOW"
    STATIONARY = "STATIONARY"
    RETROGRADE = "RETROGRADE"
    POST_SHADOW = "POST_SHADOW"


class _Wanted(NamedTuple):
    """A pass to be found: which end of which loop, between which samples, and its degree."""

    loop: int
    before: bool
    sample: int
    goal: float


def tremor_of(body: Celestial) -> float:
    """Degrees that two stations of a body must be apart."""
    return TREMOR if body in _OSCULATING else 0.0


def stations_of(track: Track, tremor: float = 0.0) -> list[Station]:
    """The stations of a track of longitudes, in the order of time.

    Two neighbours that are less than `tremor` degrees apart are none.
    """
    found: list[Station] = []
    for moment, value, grows in stations(track):
        if found and separation(found[-1].longitude, value) < tremor:
            found.pop()
        else:
            found.append(Station(moment, norm(value), grows))
    return found


def loops_of(track: Track) -> list[Loop]:
    """The retrograde loops whose stations a track of longitudes holds, with their shadows."""
    turns = stations_of(track)
    pairs = list(_pairs(turns))
    wanted = list(_wanted(track, pairs))
    moments = _passes(track, wanted)
    found = {
        (want.loop, want.before): Passage(moment, norm(want.goal))
        for want, moment in zip(wanted, moments, strict=True)
    }
    return [
        Loop(
            found.get((number, True)),
            None if first is None else turns[first],
            None if last is None else turns[last],
            found.get((number, False)),
        )
        for number, (first, last) in enumerate(pairs)
    ]


def phase_at(moment: float, loops: Sequence[Loop]) -> LoopPhase:
    """The phase without regard to stations: DIRECT, PRE_SHADOW, RETROGRADE or POST_SHADOW.

    The shadows of two loops of Neptune and Pluto overlap: there the earlier one counts, so that
    it is POST_SHADOW.
    """
    for loop in sorted(loops, key=lambda loop: loop.key):
        if not loop.start <= moment < loop.end:
            continue
        if loop.retrograde is not None and moment < loop.retrograde.moment:
            return LoopPhase.PRE_SHADOW
        if loop.direct is None or moment < loop.direct.moment:
            return LoopPhase.RETROGRADE
        return LoopPhase.POST_SHADOW
    return LoopPhase.DIRECT


def _pairs(turns: Sequence[Station]) -> Iterator[tuple[int | None, int | None]]:
    """Indices of the two stations of each loop; None for one outside the track."""
    for index, turn in enumerate(turns):
        if not turn.turns_direct:
            yield index, index + 1 if index + 1 < len(turns) else None
        elif index == 0:
            yield None, index


def _wanted(track: Track, pairs: Sequence[tuple[int | None, int | None]]) -> Iterator[_Wanted]:
    """The ends of the shadows that the track reaches."""
    cuts, moments = track.stations.tolist(), track.moments.tolist()
    for number, (first, last) in enumerate(pairs):
        if first is None or last is None:
            continue
        low, high = float(track.values[cuts[last]]), float(track.values[cuts[first]])
        start = cuts[first - 1] if first else bisect_left(moments, track.start)
        end = cuts[last + 1] if last + 1 < len(cuts) else bisect_right(moments, track.end) - 1
        for before, goal, left, right in (
            (True, low, start, cuts[first]),
            (False, high, cuts[last], end),
        ):
            sample = left + bisect_left(track.values[left : right + 1].tolist(), goal)
            if left < sample <= right:
                yield _Wanted(number, before, sample, goal)


def _passes(track: Track, wanted: Sequence[_Wanted]) -> list[float]:
    """The moments, each between a sample and the one before it."""
    if not wanted:
        return []
    samples = np.array([want.sample for want in wanted])
    goals = np.array([want.goal for want in wanted])

    def off(moments: FloatArray, which: IntArray) -> FloatArray:
        values = track.curves.sample(moments, (track.curve,))[:, 0, 0]
        return folded(values - goals[which])

    starts, ends = track.moments[samples - 1], track.moments[samples]
    return list(roots(off, starts, ends).tolist())
