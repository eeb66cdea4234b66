"""What an error of the birth time changes: how far points move, when signs and houses turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm, signed_arc
from app.astrology.bodies import CELESTIAL, Angle, Body, Celestial, Lot, Point
from app.astrology.chart import Conventions, Instant
from app.astrology.frame import Frame
from app.astrology.houses import Division, HouseSystem, houses_of
from app.astrology.lot_sets import bodies_behind, formulas_of_points
from app.astrology.lots import cast_lots
from app.astrology.names import Name
from app.astrology.search import IntArray, roots
from app.astrology.sect import is_up
from app.astrology.sky import LATITUDE, LONGITUDE, SPEED, FloatArray
from app.astrology.zodiac import DEGREES_OF_A_SIGN, SIGNS, sign_of

MINUTES_OF_A_DAY = 1440.0
HOURS_OF_A_DAY = 24.0
_STEP = 10.0 / MINUTES_OF_A_DAY
"""Days between looks at what turns with the sky, of which the first change is then searched."""
_SAMPLE = 1.5 / HOURS_OF_A_DAY
"""Days between computed places of bodies; a cubic in between is right to 2e-7 degrees, and to 7e-5
for the Moon seen from the Earth's surface."""
_JUMP = 20.0
"""Degrees that nothing moves between two looks, unless it jumps."""
_SHARP = 0.02 / 86_400.0
"""Days to which a jump is found."""
_WATCHED_ANGLES = (Angle.ASC, Angle.MC)

Key = Point | int
"""What moves: a point, or the number of a cusp."""


class What(Name):
    """What can change: the sign that something is in, or the house."""

    SIGN = "SIGN"
    HOUSE = "HOUSE"


class Movement(NamedTuple):
    """A longitude some minutes before the birth time, at it, and after it; degrees.

    `speed` is what the ephemeris tells, a minute; None where it tells none.
    """

    key: Key
    before: float
    now: float
    after: float
    speed: float | None


class Mark(NamedTuple):
    """The sign or house of something."""

    what: What
    key: Key


class Change(NamedTuple):
    """When a mark first changes, as Julian day, and to what: a sign from 0 to 11, or a house."""

    moment: float
    becomes: int


class Turning(NamedTuple):
    """A sign or house as it is, and its last change before the birth time and first one after."""

    mark: Mark
    now: int
    earlier: Change | None
    later: Change | None


class _Crossing(NamedTuple):
    """A mark that differs between two moments; `same` is the one nearer to the birth time."""

    mark: Mark
    same: float
    other: float
    before: int
    becomes: int


def movements(
    instant: Instant, points: Sequence[Point], system: HouseSystem, minutes: float
) -> list[Movement]:
    """How angles, cusps and points move within some minutes of birth time, in that order.

    Raises PolarHouses as the polar policy has it.
    """
    shift = minutes / MINUTES_OF_A_DAY
    looks = [
        _look(replace(instant, moment=instant.moment + days), points, system)
        for days in (-shift, 0.0, shift)
    ]
    speeds = _speeds(instant, points, system)
    before, now, after = looks
    return [
        Movement(key, before[key], longitude, after[key], speeds.get(key))
        for key, longitude in now.items()
        if key in before and key in after  # houses may be left out at one of the moments
    ]


def _look(instant: Instant, points: Sequence[Point], system: HouseSystem) -> dict[Key, float]:
    """The longitude of every angle, cusp and point."""
    division = instant.divide_as_agreed(system)
    angles = division or instant.angles()
    cusps = division.cusps if division else ()
    look: dict[Key, float] = {}
    look.update(angles.angles.items())
    look.update(enumerate(cusps, start=1))
    look.update((p.point, p.longitude) for p in instant.place_points(points, angles))
    return look


def _speeds(instant: Instant, points: Sequence[Point], system: HouseSystem) -> dict[Key, float]:
    """Degrees a minute of angles, cusps and bodies; a lot has no speed of its own."""
    division = instant.divide_as_agreed(system, speeds=True)
    angles = division or instant.divide(HouseSystem.EQUAL, speeds=True)
    bodies = [point for point in points if isinstance(point, CELESTIAL)]
    cusps = division.cusp_speeds if division else ()
    daily: dict[Key, float] = {}
    daily.update(angles.angle_speeds.items())
    daily.update(enumerate(cusps, start=1))
    daily.update((p.point, p.speed) for p in instant.place_points(bodies))
    return {key: speed / MINUTES_OF_A_DAY for key, speed in daily.items()}


def turnings(
    instant: Instant, points: Sequence[Point], system: HouseSystem, hours: float
) -> list[Turning]:
    """When signs and houses last changed and next change, within some hours of the birth time.

    The signs of ascendant, midheaven, cusps and points, then the houses of the points, by the
    cusps of the moment. What changes back within ten minutes, or a body within 90, is not seen.
    """
    clock = _Clock(instant, points, system, hours / HOURS_OF_A_DAY)
    earlier, later = clock.changes(-1.0), clock.changes(1.0)
    return [
        Turning(mark, state, earlier.get(mark), later.get(mark))
        for mark, state in clock.states.items()
    ]


@dataclass(frozen=True, slots=True)
class _Paths:
    """Longitudes of bodies between computed places, by cubics through places and speeds a step."""

    columns: dict[Point, int]
    start: float
    places: list[list[float]]
    speeds: list[list[float]]

    @classmethod
    def of(cls, instant: Instant, bodies: Sequence[Celestial], reach: float) -> _Paths:
        moments = _moments(instant.moment, reach)
        frame = instant.conventions.frame
        rows = instant.ephemeris.positions(moments, bodies, frame)
        starts = np.array([replace(instant, moment=float(m)).zodiac_start for m in moments])
        return cls(
            {body: column for column, body in enumerate(bodies)},
            float(moments[0]),
            (rows[:, :, LONGITUDE] - starts[:, :1]).tolist(),
            ((rows[:, :, SPEED] - starts[:, 1:]) * _SAMPLE).tolist(),
        )

    def at(self, body: Point, moment: float) -> float:
        column = self.columns[body]
        index, part = divmod((moment - self.start) / _SAMPLE, 1.0)
        low = int(index)
        first = self.places[low][column]
        rise = signed_arc(first, self.places[low + 1][column])
        v0, v1 = self.speeds[low][column], self.speeds[low + 1][column]
        square, cube = 3.0 * rise - 2.0 * v0 - v1, v0 + v1 - 2.0 * rise
        return norm(first + part * (v0 + part * (square + part * cube)))


@dataclass(frozen=True, slots=True)
class _SunPath:
    """The Sun that makes day and night, from the Earth's centre in the tropical zodiac."""

    instant: Instant
    path: _Paths
    moments: FloatArray
    latitudes: FloatArray
    tilt: float

    @classmethod
    def of(cls, instant: Instant, reach: float) -> _SunPath:
        conventions = instant.conventions
        central = replace(instant, conventions=Conventions(Frame(conventions.frame.theory)))
        moments = _moments(instant.moment, reach)
        rows = instant.ephemeris.positions(moments, (Body.SUN,), central.conventions.frame)
        tilt = instant.ephemeris.obliquity(instant.moment).true
        path = _Paths.of(central, (Body.SUN,), reach)
        return cls(instant, path, moments, rows[:, 0, LATITUDE], tilt)

    def is_up_at(self, moment: float, armc: float) -> bool:
        latitude = float(np.interp(moment, self.moments, self.latitudes))
        sun, rule = self.path.at(Body.SUN, moment), self.instant.conventions.sect
        return is_up(sun, latitude, self.tilt, armc, self.instant.place, rule)


def _moments(middle: float, reach: float) -> FloatArray:
    """Moments of computed places around another one, so far and a little farther."""
    count = ceil(reach / _SAMPLE) + 1
    moments: FloatArray = middle + np.arange(-count, count + 1.0) * _SAMPLE
    return moments


def _is_slow(mark: Mark) -> bool:
    """Whether a mark moves with a body alone, and not with the turning sky."""
    return mark.what is What.SIGN and isinstance(mark.key, CELESTIAL)


def _rests_on_cusps(mark: Mark) -> bool:
    """Whether a mark is lost where houses are left out: a house, or the sign of a cusp."""
    return mark.what is What.HOUSE or isinstance(mark.key, int)


class _Clock:
    """Signs and houses around a birth time, and when they first change."""

    def __init__(
        self, instant: Instant, points: Sequence[Point], system: HouseSystem, reach: float
    ) -> None:
        self._instant, self._points, self._system, self._reach = instant, points, system, reach
        lots = [point for point in points if isinstance(point, Lot)]
        bodies = [point for point in points if isinstance(point, CELESTIAL)]
        followed = tuple(dict.fromkeys((*bodies, *bodies_behind(lots))))
        self._paths = _Paths.of(instant, followed, reach)
        self._formulas = formulas_of_points(reversing=instant.conventions.sect_reversal)
        self._divisions: dict[float, Division] = {}
        self._days: dict[float, bool] = {}
        self._sun = _SunPath.of(instant, reach)
        cusps = range(1, 13) if self._divide(instant.moment).cusps else ()
        marks = [
            *(Mark(What.SIGN, key) for key in (*_WATCHED_ANGLES, *cusps, *points)),
            *(Mark(What.HOUSE, point) for point in points if cusps),
        ]
        self.states = self._states(instant.moment, dict.fromkeys(marks))

    def changes(self, way: float) -> dict[Mark, Change]:
        """The first change of every mark that has one, back in time or forth."""
        slow = [mark for mark in self.states if _is_slow(mark)]
        fast = [mark for mark in self.states if not _is_slow(mark)]
        crossings = self._crossings(fast, way, _STEP) + self._crossings(slow, way, _SAMPLE)
        smooth = [crossing for crossing in crossings if self._is_smooth(crossing)]
        moments = dict(zip(smooth, self._roots(smooth), strict=True))
        return {
            crossing.mark: Change(
                moments[crossing] if crossing in moments else self._cut(crossing), crossing.becomes
            )
            for crossing in crossings
        }

    def _crossings(self, marks: Iterable[Mark], way: float, step: float) -> list[_Crossing]:
        """Walk away from the birth time until every mark has changed, or the window ends."""
        open_, found = dict.fromkeys(marks), []
        previous = self._instant.moment
        for count in range(1, ceil(self._reach / step) + 1):
            if not open_:
                break
            moment = self._instant.moment + way * min(count * step, self._reach)
            states = self._states(moment, open_)
            open_ = {mark: None for mark in open_ if mark in states}
            for mark, state in states.items():
                if state != self.states[mark]:
                    found.append(_Crossing(mark, previous, moment, self.states[mark], state))
                    del open_[mark]
            previous = moment
        return found

    def _states(self, moment: float, marks: Iterable[Mark]) -> dict[Mark, int]:
        """The states of those marks that there are at a moment."""
        marks = list(marks)
        division = None if all(map(_is_slow, marks)) else self._divide(moment)
        if division is not None and not division.cusps:
            marks = [mark for mark in marks if not _rests_on_cusps(mark)]
        keys = dict.fromkeys(mark.key for mark in marks)
        lots = [key for key in keys if isinstance(key, Lot)]
        places: dict[Key, float] = {
            key: self._longitude(key, moment, division) for key in keys if not isinstance(key, Lot)
        }
        if division is not None:
            places |= zip(lots, self._cast(lots, moment, division), strict=True)
        housed = [mark.key for mark in marks if mark.what is What.HOUSE]
        houses: dict[Key, int] = {}
        if housed and division is not None:
            orb = self._instant.conventions.house_rule.cusp_orb
            longitudes = [places[key] for key in housed]
            houses = dict(zip(housed, houses_of(longitudes, division.cusps, orb), strict=True))
        return {
            mark: houses[mark.key]
            if mark.what is What.HOUSE
            else SIGNS.index(sign_of(places[mark.key]))
            for mark in marks
        }

    def _divide(self, moment: float) -> Division:
        """The houses of a moment, or its angles without cusps where houses are left out."""
        division = self._divisions.get(moment)
        if division is None:
            instant = replace(self._instant, moment=moment)
            division = instant.divide_as_agreed(self._system)
            division = division or replace(instant.angles(), cusps=())
            self._divisions[moment] = division
        return division

    def _longitude(self, key: Key, moment: float, division: Division | None) -> float:
        if isinstance(key, CELESTIAL):
            return self._paths.at(key, moment)
        division = division or self._divide(moment)
        if isinstance(key, Lot):
            return self._cast((key,), moment, division)[0]
        return division.angles[key] if isinstance(key, Angle) else division.cusps[key - 1]

    def _cast(self, lots: Sequence[Lot], moment: float, division: Division) -> list[float]:
        """The longitudes of some lots, of which many rest on the same bodies."""
        if not lots:
            return []
        by_day = not self._instant.conventions.sect_reversal or self._is_day(moment, division)

        def longitude_of(name: str) -> float:
            if name == Angle.ASC:
                return division.ascendant
            return self._paths.at(Body(name), moment)

        cast = cast_lots(map(str, lots), self._formulas, longitude_of, by_day=by_day)
        return [lot.longitude for lot in cast]

    def _is_day(self, moment: float, division: Division) -> bool:
        if moment not in self._days:
            self._days[moment] = self._sun.is_up_at(moment, division.armc)
        return self._days[moment]

    def _gap(self, crossing: _Crossing, moment: float) -> float | None:
        """Degrees from the border that is crossed, None where it is not one of two neighbours.

        And at moments without the houses that it is about.
        """
        what, key = crossing.mark
        if _rests_on_cusps(crossing.mark) and not self._divide(moment).cusps:
            return None
        count = len(SIGNS)
        step = (crossing.becomes - crossing.before) % count
        if step not in {1, count - 1}:
            return None
        border = crossing.becomes if step == 1 else crossing.before
        if what is What.SIGN:
            return signed_arc(border * DEGREES_OF_A_SIGN, self._longitude(key, moment, None))
        division = self._divide(moment)
        orb = self._instant.conventions.house_rule.cusp_orb
        longitude = self._longitude(key, moment, division) + orb
        return signed_arc(division.cusps[border - 1], longitude)

    def _is_smooth(self, crossing: _Crossing) -> bool:
        """Whether a border is passed, not leapt over."""
        start, end = self._gap(crossing, crossing.same), self._gap(crossing, crossing.other)
        if start is None or end is None:
            return False
        return start * end < 0.0 and abs(end - start) < _JUMP

    def _roots(self, crossings: Sequence[_Crossing]) -> list[float]:
        def gap(crossing: _Crossing, moment: float) -> float | None:
            # Where houses are left out for a while in between, the border counts as crossed.
            found = self._gap(crossing, moment)
            return self._gap(crossing, crossing.other) if found is None else found

        def gaps(moments: FloatArray, which: IntArray) -> FloatArray:
            pairs = zip(which.tolist(), moments.tolist(), strict=True)
            return np.array([gap(crossings[index], moment) for index, moment in pairs])

        starts = np.array([crossing.same for crossing in crossings])
        ends = np.array([crossing.other for crossing in crossings])
        found: list[float] = roots(gaps, starts, ends).tolist()
        return found

    def _cut(self, crossing: _Crossing) -> float:
        """Where a mark leaves its first state, by halving."""
        same, other = crossing.same, crossing.other
        while abs(other - same) > _SHARP:
            middle = (same + other) / 2.0
            if self._states(middle, (crossing.mark,)).get(crossing.mark) == crossing.before:
                same = middle
            else:
                other = middle
        return other
