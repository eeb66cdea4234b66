"""Perfection between significators: what becomes exact, and what comes in between."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm, separation, signed_arc
from app.astrology.aspects import ANGLE_OF, MAJOR_ASPECTS, AspectKind
from app.astrology.bodies import Body
from app.astrology.curves import Elongations, Longitudes
from app.astrology.frame import Frame, View
from app.astrology.rulerships import CHALDEAN_ORDER, SEVEN
from app.astrology.search import folded, passes, stations, tracks
from app.astrology.sky import LONGITUDE, SPEED, Ephemeris, FloatArray
from app.astrology.zodiac import DEGREES_OF_A_SIGN, Sign, sign_of

SLOW_STEP = 2.0
"""Days between samples without the Moon: planets do not turn twice against each other within."""
MOON_IN_SIGN, MOON_AROUND = 3.0, 14.0
"""Days that the Moon is followed: while it keeps its sign, or half around, where it has met all."""
MOON_PAST, PAST = 2.0, 20.0
"""Days back in which a separating aspect was exact, of the Moon and of the others."""

_NEAR = 2e-4
"""Degrees from which one more step of Newton leads to a root: at 40 degrees a day, per day."""
_MOST_STEPS = 6
_FARTHEST = 0.25
"""Days that the observer's place may move a contact: more means that the planets stand still.
Contacts so little past may be to come, seen from there."""
_NOW = 1e-6
"""Days from the moment at which an aspect is exact already, and not to come."""
_STANDSTILL = 1e-6
"""Degrees a day of relative speed below which a step of Newton leads nowhere."""
_SIGNED = tuple(
    (kind, target)
    for kind in MAJOR_ASPECTS
    for target in sorted({ANGLE_OF[kind], -ANGLE_OF[kind] % 360.0})
)
_KINDS = tuple(kind for kind, _ in _SIGNED)
_TARGETS = np.array([target for _, target in _SIGNED])
"""Degrees from one planet to the other in each aspect to either side."""

Pair = tuple[Body, Body]


class Contact(NamedTuple):
    """Two planets in exact aspect at a Julian day; `in_sign` while both keep their signs."""

    first: Body
    second: Body
    kind: AspectKind
    julian_day: float
    in_sign: bool

    @property
    def pair(self) -> frozenset[Body]:
        return frozenset({self.first, self.second})

    def other(self, planet: Body) -> Body:
        """The party that is not this planet."""
        return self.second if self.first is planet else self.first


class Turn(NamedTuple):
    """Where two planets came nearest to an aspect and drew back: refranation.

    `orb` in degrees at the Julian day. `planet` is the one that next stands still, and `station`
    when, None where no station follows within the window.
    """

    julian_day: float
    orb: float
    planet: Body | None
    station: float | None


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at: days ahead, and whether planets must keep the signs they are in."""

    days: float = 60.0
    in_sign: bool = True

    @property
    def moon_days(self) -> float:
        return min(self.days, MOON_IN_SIGN if self.in_sign else MOON_AROUND)


class _Meeting(NamedTuple):
    """Two planets in exact aspect for the Earth's centre, at a Julian day; `which` of `_KINDS`."""

    central: float
    pair: Pair
    which: int


class Forward:
    """The seven planets around a moment: exact aspects, stations, and the Moon's change of sign.

    `zodiac_start` in degrees is where a draconic zodiac begins, for the signs.
    """

    def __init__(
        self,
        moment: float,
        frame: Frame,
        ephemeris: Ephemeris,
        window: Window,
        zodiac_start: float = 0.0,
    ) -> None:
        self.moment = moment
        self.window = window
        self._frame = frame
        self._ephemeris = ephemeris
        self._start = zodiac_start
        # From a place planets seem to sway every day, and the sky costs seven times as much:
        # contacts and stations are found from the Earth's centre, and then seen from the place.
        self._central = replace(frame, center=View.GEOCENTRIC, observer=None)
        self._signs = {
            planet: self._sign(float(row[LONGITUDE]))
            for planet, row in zip(SEVEN, self._rows(SEVEN, moment), strict=True)
        }
        self._found = sorted(
            self._meetings(list(combinations(SEVEN, 2)), _FARTHEST, _FARTHEST),
            key=lambda meeting: meeting.central,
        )
        self._seen: dict[_Meeting, Contact] = {}

    def after(self, *planets: Body) -> Iterator[Contact]:
        """The exact aspects to come that hold the window's rule, as `coming` gives them."""
        return (c for c in self.coming(*planets) if c.in_sign or not self.window.in_sign)

    def coming(self, *planets: Body) -> Iterator[Contact]:
        """The exact aspects to come in which some planets take part, in their order."""
        wanted = frozenset(planets)
        waiting: list[Contact] = []
        for meeting in self._found:
            if not wanted <= set(meeting.pair):
                continue
            # As the observer sees them, two may follow each other the other way around.
            while waiting and waiting[0].julian_day < meeting.central - _FARTHEST:
                yield waiting.pop(0)
            contact = self._contact(meeting)
            if contact.julian_day > self.moment + _NOW:
                insort(waiting, contact, key=lambda contact: contact.julian_day)
        yield from waiting

    def before(self, pair: frozenset[Body], kind: AspectKind) -> Contact | None:
        """The last time that two planets were in an exact aspect, in these signs or others."""
        first, second = sorted(pair, key=SEVEN.index)
        meetings = self._meetings([(first, second)], MOON_PAST, PAST)
        contacts = (self._contact(m) for m in meetings if _KINDS[m.which] is kind)
        past = (contact for contact in contacts if contact.julian_day <= self.moment + _NOW)
        return max(past, key=lambda contact: contact.julian_day, default=None)

    def moon_leaves_sign(self) -> float:
        """The Julian day at which the Moon enters its next sign."""
        moon = Longitudes((Body.MOON,), self._ephemeris, self._frame)
        # At most 30 degrees at no less than 11.5 a day.
        (track,) = tracks(moon, self.moment, self.moment + MOON_IN_SIGN)
        passed = (track.first - self._start) // DEGREES_OF_A_SIGN
        cusp = (passed + 1.0) * DEGREES_OF_A_SIGN + self._start
        return float(passes(track, np.array([cusp])).moments[0])

    def turn(self, first: Body, second: Body, kind: AspectKind) -> Turn | None:
        """Where an applying aspect turns before it is exact, None where it does not."""
        days = self.window.moon_days if Body.MOON in {first, second} else self.window.days
        step = 0.0 if Body.MOON in {first, second} else SLOW_STEP
        curves = Elongations(((first, second),), self._ephemeris, self._central, step)
        (track,) = tracks(curves, self.moment, self.moment + days)
        target = _nearest_target(track.first, kind)
        turns = [(at, value) for at, value, _ in stations(track) if at > self.moment]
        if not turns:
            return None
        day, value = turns[0]
        now, then = folded(np.array((track.first, value)) - target)
        if now * then <= 0.0:
            return None  # it was exact before it turned
        if abs(then) > abs(now):
            day = self.moment  # they draw back already
        rows = self._rows((first, second), day)
        orb = abs(signed_arc(target, float(rows[1, LONGITUDE] - rows[0, LONGITUDE])))
        turning = [(at, planet) for planet in (first, second) for at in self._stations(planet)]
        at, planet = min(turning, default=(None, None))
        return Turn(day, orb, planet, at)

    def _stations(self, planet: Body) -> list[float]:
        """The Julian days ahead at which a planet's speed passes 0."""
        if planet in {Body.SUN, Body.MOON}:
            return []
        curves = Longitudes((planet,), self._ephemeris, self._central, SLOW_STEP)
        (track,) = tracks(curves, self.moment, self.moment + self.window.days)
        last = len(track.speeds) - 1
        return [
            float(track.moments[index])
            for index in track.stations
            if track.speeds[min(index + 1, last)] != 0.0  # else it stands still for long
        ]

    def _meetings(self, pairs: Sequence[Pair], moon_past: float, past: float) -> Iterator[_Meeting]:
        """Those of some pairs, from so many days past, with the Moon and without, to the end."""
        with_moon = [pair for pair in pairs if Body.MOON in pair]
        without = [pair for pair in pairs if Body.MOON not in pair]
        for group, back, ahead, step in (
            (with_moon, moon_past, self.window.moon_days, 0.0),
            (without, past, self.window.days, SLOW_STEP),
        ):
            curves = Elongations(group, self._ephemeris, self._central, step)
            found = tracks(curves, self.moment - back, self.moment + ahead, _TARGETS)
            for pair, track in zip(group, found, strict=True):
                exact = passes(track, _TARGETS)
                for day, which in zip(exact.moments.tolist(), exact.targets.tolist(), strict=True):
                    yield _Meeting(day, pair, which)

    def _contact(self, meeting: _Meeting) -> Contact:
        """A meeting as the chart sees it; what nobody asks for is not computed."""
        contact = self._seen.get(meeting)
        if contact is None:
            contact = self._seen[meeting] = self._look_at(*meeting)
        return contact

    def _look_at(self, day: float, pair: Pair, which: int) -> Contact:
        rows = self._rows(pair, day)
        if self._frame.observer is not None:
            day, rows = self._from_place(pair, float(_TARGETS[which]), day, rows)
        in_sign = all(
            self._sign(float(row[LONGITUDE])) is self._signs[planet]
            for planet, row in zip(pair, rows, strict=True)
        )
        return Contact(*pair, _KINDS[which], day, in_sign)

    def _from_place(
        self, pair: Pair, target: float, central: float, rows: FloatArray
    ) -> tuple[float, FloatArray]:
        """When the observer sees a contact that is at some Julian day for the Earth's centre.

        Parallax moves the Moon by a degree and planets by seconds of arc: Newton's steps. `rows`
        are the positions then; those that come back are within a second of arc.
        """
        day, seen = central, rows
        for _ in range(_MOST_STEPS):
            drift = float(seen[1, SPEED] - seen[0, SPEED])
            off = signed_arc(target, float(seen[1, LONGITUDE] - seen[0, LONGITUDE]))
            if abs(drift) < _STANDSTILL or abs(day - off / drift - central) > _FARTHEST:
                return central, rows
            day -= off / drift
            if abs(off) < _NEAR:
                break
            seen = self._rows(pair, day)
        return day, seen

    def _rows(self, planets: tuple[Body, ...], day: float) -> FloatArray:
        rows: FloatArray = self._ephemeris.positions((day,), planets, self._frame)[0]
        return rows

    def _sign(self, longitude: float) -> Sign:
        return sign_of(norm(longitude - self._start))


def weightier(a: Body, b: Body) -> bool:
    """Whether the first planet is slower than the second in the Chaldean order."""
    return CHALDEAN_ORDER.index(a) < CHALDEAN_ORDER.index(b)


def _nearest_target(arc: float, kind: AspectKind) -> float:
    """The signed angle of an aspect that an arc is nearest to, in degrees."""
    angle = ANGLE_OF[kind]
    return min((angle, -angle), key=lambda target: separation(arc, target))
