"""When quantities that change with time take given values: the one root finder of all searches.

A curve is sampled on an even grid, cut where its speed is 0, and is monotone in between. Each cut
has an index, how many targets lie at or below its value; the difference of two neighbours' indices
is the number of targets passed between them. So counts telescope, and no pass is lost at the edge
of an interval or beside a station. Roots are found on cubics through values and speeds, and then
on the curve itself. The grid counts from Julian day 0 whatever the span, so that an event is the
same to the last digit told, wherever a search begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from app.astrology.cubics import Cubics, errors_of_cubics
from app.astrology.errors import OutsideEphemeris
from app.astrology.sky import FloatArray

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

FULL_CIRCLE = 360.0
GRAZING = 1.0 / 3600.0
"""Degrees within which a station on a target counts as one touch, not as two passes or none."""
CLOSE_ENOUGH = 1e-9
"""Degrees from its target at which a root is not improved any more."""
_SHORT = 2e-7
"""Days to which roots are found: about 17 ms."""
_SHARPEST_TURN = 2.5
"""Degrees a day, per day: not even the osculating apogee turns faster. One step of Newton leaves
at most half of this times the step squared."""
_A_MINUTE = 1.0 / 1440.0
"""Days by which a pass at a station may be found on its other side."""
_CLOSE_TURN = 0.01
"""Degrees from a target within which a station must be known exactly."""
_MOST_STEPS = 80
_NOISE = 1e-8
"""Degrees a day by which the library's speeds tremble: seconds at the station of a slow planet."""
_SLOW_STEP = 0.9
"""Days: what is sampled more often than daily turns too sharply for a line."""
_LOOKS_OF_A_TURN = 16
"""Samples while an observer goes around once: between two of them a curve turns back by less than
`GRAZING`, if it turns twice."""
_CALM = 3.0
"""Times the sway that a speed must have, for a curve not to turn before its next sample."""
_AROUND = np.linspace(-0.02, 0.02, 33)
"""Days around such a station from which its moment is found: a line through so many speeds is
good to some tenths of a second, and the curve does not leave it by as much."""


class Curves(Protocol):
    """Some quantities as functions of time.

    Values and speeds a day stand last: an array of (moments, curves, 2). A `smooth` curve is met
    between its samples by a cubic within the error that the samples show; others may hold bumps
    that no sample meets, as when a planet's light is bent by the Sun. `period` is 360 for angles,
    0 for what does not come back.
    """

    @property
    def count(self) -> int: ...

    @property
    def period(self) -> float: ...

    def step(self, curve: int) -> float:
        """Days within which it never turns twice, and a cubic comes close to it."""
        ...

    def is_smooth(self, curve: int) -> bool: ...

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        """Some curves at some moments."""
        ...


@runtime_checkable
class Swaying(Curves, Protocol):
    """Curves that an observer on the turning Earth may see turn back for hours."""

    def turn(self, curve: int) -> float:
        """Days in which the observer goes around once; 0 where that turns the curve never."""
        ...

    def sway(self, moments: FloatArray, curve: int) -> FloatArray:
        """How much it changes the speed at some moments, at most."""
        ...


@dataclass(frozen=True, slots=True)
class Track:
    """One curve from `start` to `end`, cut into monotone pieces.

    The pieces reach beyond both ends, and `first` and `last` are the values there. `values` run on
    past the full circle instead of starting again. `errors` tells for each piece how far the cubic
    over it may be from the curve. `stations` are indices of the cuts between the ends where the
    speed is 0.
    """

    curves: Curves
    curve: int
    moments: FloatArray
    values: FloatArray
    speeds: FloatArray
    errors: FloatArray
    stations: IntArray
    start: float
    end: float
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Passes:
    """Targets passed by one curve, in the order of time; arrays of the same length.

    `targets` are indices into the targets asked for, `rising` whether the curve grew, `speeds` a
    day. A `grazing` pass is a station within `GRAZING` of its target, reported once.
    """

    moments: FloatArray
    targets: IntArray
    rising: BoolArray
    speeds: FloatArray
    grazing: BoolArray

    def __len__(self) -> int:
        return len(self.moments)


def folded(degrees: FloatArray) -> FloatArray:
    """Each angle brought within [-180, 180)."""
    return (degrees + 180.0) % FULL_CIRCLE - 180.0


def grid(start: float, end: float, step: float) -> FloatArray:
    """The multiples of `step` around two moments and between them, two beyond each end."""
    return np.arange(np.floor(start / step) - 1.0, np.ceil(end / step) + 2.0) * step


def tracks(curves: Curves, start: float, end: float, near: FloatArray | None = None) -> list[Track]:
    """Every curve from `start` to `end`; curves of one step are sampled together.

    With the targets that are to be passed given as `near`, only stations close to one of them are
    found on the curve itself: of the others it is enough to know that they are there.
    """
    groups: dict[tuple[float, int], list[int]] = {}
    for curve in range(curves.count):
        alone = curve if turn_of(curves, curve) else -1
        groups.setdefault((curves.step(curve), alone), []).append(curve)
    found: dict[int, Track] = {}
    for (step, alone), group in groups.items():
        even = grid(start, end, step)
        if alone >= 0 and isinstance(curves, Swaying):
            even = _refined(curves, alone, even, (start, end))
        samples = _sampled(curves, group, even, (start, end))
        for column, curve in enumerate(group):
            found[curve] = _track(curves, curve, samples.of(column), near)
    return [found[curve] for curve in range(curves.count)]


def passes(track: Track, targets: FloatArray) -> Passes:
    """When the curve passes each target, after its start and up to its end.

    Every pass lies within 1e-6 of its target, or within half a second of it. Targets of angles
    are degrees of any circle.
    """
    order, levels = _sorted_targets(track, targets)
    indices = _index(track, track.values, levels)
    first, last = _index(track, np.array((track.first, track.last)), levels)
    indices[: np.searchsorted(track.moments, track.start, side="right")] = first
    indices[np.searchsorted(track.moments, track.end, side="left") :] = last
    pieces, ordinals = _crossed(indices)
    goals = _level(track, levels, ordinals)
    cubics = Cubics.of(track.moments, track.values, track.speeds, pieces)
    moments = cubics.where(goals)
    speeds = cubics.speeds(moments)
    _improve(track, pieces, goals, moments, speeds)
    moments = np.clip(moments, track.start, track.end)
    rising = indices[pieces + 1] > indices[pieces]
    when = np.argsort(moments, kind="stable")
    found = Passes(
        moments[when],
        order[ordinals % len(levels)][when] if len(levels) else ordinals,
        rising[when],
        speeds[when],
        np.zeros(len(moments), dtype=np.bool_),
    )
    return _with_grazes(track, found, order, levels)


def stations(track: Track) -> list[tuple[float, float, bool]]:
    """Moment, value, and whether the curve grows afterwards, of every zero of its speed."""
    return [
        (
            float(track.moments[index]),
            float(track.values[index]),
            bool(track.values[min(index + 1, len(track.values) - 1)] > track.values[index]),
        )
        for index in track.stations
    ]


def roots(
    function: Callable[[FloatArray, IntArray], FloatArray], starts: FloatArray, ends: FloatArray
) -> FloatArray:
    """Where functions change their sign, each between two moments of its own.

    `function` takes moments and, for each, the number of the function that is meant. Regula falsi
    with the stale end's value halved (the Illinois rule), for all at once.
    """
    which = np.arange(len(starts))
    a, b = starts.copy(), ends.copy()
    low, high = function(a, which), function(b, which)
    found = np.where(low == 0.0, a, b)
    open_ = which[(low != 0.0) & (high != 0.0)]
    for _ in range(_MOST_STEPS):
        if not len(open_):
            break
        middle = b[open_] - high[open_] * (b[open_] - a[open_]) / (high[open_] - low[open_])
        value = function(middle, open_)
        turned = value * high[open_] < 0.0
        a[open_] = np.where(turned, b[open_], a[open_])
        low[open_] = np.where(turned, high[open_], low[open_] / 2.0)
        b[open_], high[open_] = middle, value
        found[open_] = middle
        narrow = np.abs(b[open_] - a[open_]) < _SHORT / 10.0
        open_ = open_[(np.abs(value) > CLOSE_ENOUGH / 10.0) & ~narrow]
    return found


def turn_of(curves: Curves, curve: int) -> float:
    """Days in which the observer of a curve goes around once; 0 where that turns it never."""
    return curves.turn(curve) if isinstance(curves, Swaying) else 0.0


def _refined(
    curves: Swaying, curve: int, even: FloatArray, span: tuple[float, float]
) -> FloatArray:
    """A grid with more samples wherever the curve is so slow that its observer may turn it."""
    known = np.ones(len(even), dtype=np.bool_)
    slow, speeds = known.copy(), np.zeros(len(even))
    try:
        sway = curves.sway(even, curve)
    except OutsideEphemeris:
        known = (even >= span[0]) & (even <= span[1])
        sway = curves.sway(even[known], curve)
    speeds[known] = curves.sample(even[known], (curve,))[:, 0, 1]
    slow[known] = np.abs(speeds[known]) < _CALM * sway
    between = slow[:-1] | slow[1:] | (speeds[:-1] * speeds[1:] < 0.0)
    width = even[1] - even[0]
    count = ceil(width * _LOOKS_OF_A_TURN / curves.turn(curve))
    parts = np.arange(1, count) * (width / count)
    return np.union1d(even, (even[:-1][between, np.newaxis] + parts).ravel())


class _Samples(NamedTuple):
    """Curves upon a grid, and at the ends of a span that need not lie on it."""

    moments: FloatArray
    table: FloatArray
    on_grid: BoolArray
    span: tuple[float, float]

    def of(self, column: int) -> _Samples:
        """Those of one curve."""
        return self._replace(table=self.table[:, column, :])


def _sampled(
    curves: Curves, group: Sequence[int], even: FloatArray, span: tuple[float, float]
) -> _Samples:
    """Some curves upon a grid around a span; on the span alone where nothing is known beyond it."""
    moments = np.union1d(even, span)
    try:
        return _Samples(moments, curves.sample(moments, group), np.isin(moments, even), span)
    except OutsideEphemeris:
        moments = moments[(moments >= span[0]) & (moments <= span[1])]
        everywhere = np.ones(len(moments), dtype=np.bool_)
        return _Samples(moments, curves.sample(moments, group), everywhere, span)


def _track(curves: Curves, curve: int, samples: _Samples, near: FloatArray | None) -> Track:
    every, (start, end), on_grid = samples.table[:, 0], samples.span, samples.on_grid
    if curves.period:
        every = np.unwrap(every, period=curves.period)
    first, last = every[np.searchsorted(samples.moments, samples.span)].tolist()
    moments, values, speeds = samples.moments[on_grid], every[on_grid], samples.table[on_grid, 1]
    errors = errors_of_cubics(moments, values, speeds)
    inside = (moments >= start) & (moments <= end)
    still = np.nonzero((speeds == 0.0) & inside)[0]
    ends = (start, end, first, last)
    plain = Track(curves, curve, moments, values, speeds, errors, still, *ends)
    touched = (moments[:-1] < end) & (moments[1:] > start)
    turning = np.nonzero((speeds[:-1] * speeds[1:] < 0.0) & touched)[0]
    return _turned(plain, turning, near) if len(turning) else plain


def _turned(plain: Track, turning: IntArray, near: FloatArray | None) -> Track:
    """The track cut where it turns, on the curve itself where that is near a target."""
    when, turned = Cubics.of(plain.moments, plain.values, plain.speeds, turning).turns()
    close = np.full(len(turning), fill_value=True)
    if near is not None:
        errors = np.nan_to_num(plain.errors[turning], posinf=1.0)
        margin = np.maximum(_CLOSE_TURN, 10.0 * errors)
        _, levels = _sorted_targets(plain, near)
        close = _index(plain, turned + margin, levels) > _index(plain, turned - margin, levels)
    if close.any():
        when[close], turned[close] = _stations(plain, turning[close])
    return _cut(plain, turning, when, turned)


def _stations(track: Track, pieces: IntArray) -> tuple[FloatArray, FloatArray]:
    """Where the speed is 0 on some pieces: moments, and the values there."""
    curves, curve = track.curves, track.curve
    when = roots(
        lambda at, _: curves.sample(at, (curve,))[:, 0, 1],
        track.moments[pieces],
        track.moments[pieces + 1],
    )
    _settle(track, pieces, when)
    turned = curves.sample(when, (curve,))[:, 0, 0]
    if not curves.period:
        return when, turned
    near, half = track.values[pieces], curves.period / 2.0  # onto the turn that the samples are on
    return when, near + (turned - near + half) % curves.period - half


def _settle(track: Track, pieces: IntArray, when: FloatArray) -> None:
    """Move stations that the noise of the speeds shifts to where a line through many has its zero.

    In place.
    """
    starts, ends = track.moments[pieces], track.moments[pieces + 1]
    turns = np.abs(track.speeds[pieces + 1] - track.speeds[pieces]) / (ends - starts)
    slow = np.nonzero((turns * _SHORT < _NOISE) & (ends - starts > _SLOW_STEP))[0]
    if not len(slow):
        return
    around = (when[slow, np.newaxis] + _AROUND).ravel()
    inside = np.clip(around, track.moments[0], track.moments[-1])
    speeds = track.curves.sample(inside, (track.curve,))[:, 0, 1].reshape(len(slow), -1)
    slopes = speeds @ _AROUND / (_AROUND @ _AROUND)
    moved = when[slow] - speeds.mean(axis=1) / slopes
    when[slow] = np.clip(moved, starts[slow], ends[slow])


def _cut(track: Track, pieces: IntArray, when: FloatArray, turned: FloatArray) -> Track:
    """The track with some pieces cut in two where they turn."""
    at, count = pieces + 1, len(pieces)
    cuts = np.zeros(len(track.moments), dtype=np.bool_)
    cuts[track.stations] = True
    return replace(
        track,
        moments=np.insert(track.moments, at, when),
        values=np.insert(track.values, at, turned),
        speeds=np.insert(track.speeds, at, np.zeros(count)),
        errors=np.insert(track.errors, at, np.full(count, np.inf)),
        stations=np.nonzero(np.insert(cuts, at, (when >= track.start) & (when <= track.end)))[0],
    )


def _sorted_targets(track: Track, targets: FloatArray) -> tuple[IntArray, FloatArray]:
    """The order that sorts the targets within one turn of the circle, and the targets so sorted."""
    period = track.curves.period
    levels = np.asarray(targets, dtype=np.float64)
    if period:
        levels = levels % period
        levels[levels == period] = 0.0
    order = np.argsort(levels, kind="stable")
    return order, levels[order]


def _index(track: Track, values: FloatArray, levels: FloatArray) -> IntArray:
    """How many targets lie at or below each value, counted on from turn to turn."""
    period = track.curves.period
    if not period:
        return np.searchsorted(levels, values, side="right").astype(np.int64)
    turns = np.floor(values / period)
    rest = values - turns * period
    return (turns * len(levels)).astype(np.int64) + np.searchsorted(levels, rest, side="right")


def _level(track: Track, levels: FloatArray, ordinals: IntArray) -> FloatArray:
    """The value of each target on the turn that its ordinal stands for."""
    if not len(ordinals):
        return np.empty(0)
    if not track.curves.period:
        return levels[ordinals]
    turns, rest = np.divmod(ordinals, len(levels))
    return levels[rest] + turns * track.curves.period


def _crossed(indices: IntArray) -> tuple[IntArray, IntArray]:
    """For every pass the piece it lies on and the ordinal of its target."""
    steps = np.diff(indices)
    pieces = np.repeat(np.arange(len(steps)), np.abs(steps))
    if not len(pieces):
        return pieces, pieces
    firsts = np.cumsum(np.abs(steps)) - np.abs(steps)
    within = np.arange(len(pieces)) - firsts[pieces]
    up = steps[pieces] > 0
    ordinals = np.where(up, indices[pieces] + within, indices[pieces] - 1 - within)
    return pieces, ordinals


def _improve(
    track: Track, pieces: IntArray, goals: FloatArray, moments: FloatArray, speeds: FloatArray
) -> None:
    """Move the roots of the cubics onto the curve, in place, and their speeds."""
    curves, curve = track.curves, track.curve
    open_ = np.arange(len(moments))
    if curves.is_smooth(curve):
        # What the samples show of the error is passed at this speed in less than 17 ms.
        open_ = open_[track.errors[pieces] > np.abs(speeds) * _SHORT]
    low, high = track.moments[pieces], track.moments[pieces + 1]
    up = track.values[pieces + 1] > track.values[pieces]
    for _ in range(_MOST_STEPS):
        if not len(open_):
            break
        at = moments[open_]
        table = curves.sample(at, (curve,))[:, 0, :]
        off, speed = table[:, 0] - goals[open_], table[:, 1]
        if curves.period:
            off = (off + curves.period / 2.0) % curves.period - curves.period / 2.0
        speeds[open_] = speed
        beyond = (off > 0.0) == up[open_]
        high[open_] = np.where(beyond, at, high[open_])
        low[open_] = np.where(beyond, low[open_], at)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = -off / speed
            following = at + step
            inside = (following >= low[open_]) & (following <= high[open_])
            left = _SHARPEST_TURN / 2.0 * step * step / np.abs(speed)
        done = (np.abs(off) < CLOSE_ENOUGH) | (inside & (left < _SHORT))
        narrow = high[open_] - low[open_] < _SHORT / 10.0
        moments[open_] = np.where(inside, following, (low[open_] + high[open_]) / 2.0)
        open_ = open_[~(done | narrow)]


def _with_grazes(track: Track, found: Passes, order: IntArray, levels: FloatArray) -> Passes:
    """The same with each station on a target reported once, instead of twice or not at all."""
    if not len(track.stations) or not len(levels):
        return found
    values = track.values[track.stations]
    firsts = _index(track, values - GRAZING, levels)
    lasts = _index(track, values + GRAZING, levels)
    touched = np.nonzero(lasts > firsts)[0]
    if not len(touched):
        return found
    keep = np.ones(len(found), dtype=np.bool_)
    grazes: list[tuple[float, int]] = []
    for touch in touched:
        moment = float(track.moments[track.stations[touch]])
        for ordinal in range(firsts[touch], lasts[touch]):
            target = int(order[ordinal % len(levels)])
            keep[_beside(track, found, int(touch), target)] = False
            grazes.append((moment, target))
    return _joined(found, keep, grazes)


def _beside(track: Track, found: Passes, touch: int, target: int) -> IntArray:
    """The passes over a target just before and after a station, if it makes them."""
    at = track.moments[track.stations]
    start = at[touch - 1] if touch else track.start
    end = at[touch + 1] if touch + 1 < len(at) else track.end
    near = np.nonzero(
        (found.targets == target) & (found.moments >= start) & (found.moments <= end)
    )[0]
    for before, after in pairwise(near.tolist()):
        around = found.moments[before] - _A_MINUTE <= at[touch] <= found.moments[after] + _A_MINUTE
        if around and found.rising[before] != found.rising[after]:
            return np.array((before, after))
    return np.empty(0, dtype=np.int64)


def _joined(found: Passes, keep: BoolArray, grazes: list[tuple[float, int]]) -> Passes:
    moments = np.concatenate((found.moments[keep], [moment for moment, _ in grazes]))
    count = len(grazes)
    when = np.argsort(moments, kind="stable")
    return Passes(
        moments[when],
        np.concatenate((found.targets[keep], [target for _, target in grazes]))[when].astype(
            np.int64
        ),
        np.concatenate((found.rising[keep], np.zeros(count, dtype=np.bool_)))[when],
        np.concatenate((found.speeds[keep], np.zeros(count)))[when],
        np.concatenate((found.grazing[keep], np.ones(count, dtype=np.bool_)))[when],
    )
