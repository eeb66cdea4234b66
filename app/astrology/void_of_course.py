"""When the Moon is void of course, by four rules."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm
from app.astrology.aspects import ANGLE_OF, LILLY_ORBS, MAJOR_ASPECTS, AspectKind
from app.astrology.bodies import PLANETS, Body, Celestial
from app.astrology.curves import Elongations, Longitudes
from app.astrology.frame import Frame
from app.astrology.names import Name
from app.astrology.rulerships import SEVEN
from app.astrology.search import Track, folded, passes, roots, tracks
from app.astrology.sky import LONGITUDE, Ephemeris, FloatArray
from app.astrology.zodiac import DEGREES_OF_A_SIGN, SIGNS, Sign, sign_of

REACH = 35.0
"""Days before and after a span that its windows rest on: the Moon's whole round, and more."""
KENODROMIA = 30.0
"""Degrees of the Moon's path without an exact aspect that the Hellenistic rule asks for."""
OTHER_ORB = 5.0
"""Own orb in degrees of a point for which Lilly has none."""
_AT_ONCE = 1e-6
"""Degrees: two aspects that the Moon makes at one place."""
_LONGEST_APPROACH = 3.0
"""Days, more than the Moon takes from the edge of an orb to the aspect."""
_A_MOMENT = 1e-7
"""Days, a hundredth of a second: shorter gaps are rounding."""


class VoidRule(Name):
    """What keeps the Moon from being void.

    MORRISON: an exact Ptolemaic aspect to come to Sun to Pluto before she leaves the sign.
    TRADITIONAL: the same to the seven planets. LILLY: an aspect of the seven that she applies to
    within the moieties of their orbs (Christian Astrology, pages 112 and 122). HELLENISTIC: an
    exact aspect of the seven within the next 30 degrees of her path (Antiochus, Porphyry).
    """

    MORRISON = "MORRISON"
    TRADITIONAL = "TRADITIONAL"
    LILLY = "LILLY"
    HELLENISTIC = "HELLENISTIC"


_MET = {
    rule: tuple(
        body for body in (PLANETS if rule is VoidRule.MORRISON else SEVEN) if body is not Body.MOON
    )
    for rule in VoidRule
}
_SIDES = tuple(
    (kind, side * ANGLE_OF[kind])
    for kind in MAJOR_ASPECTS
    for side in ((1.0,) if ANGLE_OF[kind] in {0.0, 180.0} else (1.0, -1.0))
)
"""The Ptolemaic aspects to either side, in degrees from the planet to the Moon."""


class Contact(NamedTuple):
    """The Moon, at a longitude, in exact aspect with the planet of an index.

    `side` is the number of the aspect, which is another one to the other side.
    """

    moment: float
    planet: int
    side: int
    longitude: float

    @property
    def kind(self) -> AspectKind:
        return _SIDES[self.side][0]


class Edge(NamedTuple):
    """The Moon comes within the moieties of the orbs, on her way to an aspect."""

    moment: float
    planet: int
    side: int


class Entry(NamedTuple):
    """The Moon enters a sign."""

    moment: float
    sign: Sign


@dataclass(frozen=True, slots=True)
class Course:
    """Signs and aspects of the Moon between two Julian days, each in the order of time.

    `edges` are looked for where orbs count.
    """

    entries: Sequence[Entry]
    contacts: Sequence[Contact]
    edges: Sequence[Edge] = ()

    @property
    def passages(self) -> Iterator[tuple[Entry, float]]:
        """Each sign that she passes whole, and when she leaves it."""
        for entry, following in pairwise(self.entries):
            yield entry, following.moment

    def last_before(self, moment: float) -> Contact | None:
        """The last exact aspect up to a moment."""
        index = bisect_right(self.contacts, moment + _A_MOMENT, key=_moment_of)
        return self.contacts[index - 1] if index else None

    def first_after(self, moment: float) -> Contact | None:
        """The first exact aspect from a moment on."""
        index = bisect_left(self.contacts, moment - _A_MOMENT, key=_moment_of)
        return self.contacts[index] if index < len(self.contacts) else None


class Window(NamedTuple):
    """The Moon is void from `start` to `end`; Julian days in UT1.

    `signs` in which she is so, one unless windows are merged, or the rule knows no signs.
    `whole_sign` where that holds from a sign's beginning to its end.
    """

    start: float
    end: float
    signs: tuple[Sign, ...]
    whole_sign: bool


def met_by(rule: VoidRule) -> tuple[Body, ...]:
    """The planets that the Moon's aspects count to."""
    return _MET[rule]


def course(
    start: float,
    end: float,
    met: Sequence[Celestial],
    ephemeris: Ephemeris,
    frame: Frame,
    *,
    moieties: bool,
) -> Course:
    """Every sign and every exact aspect after `start` and up to `end`; with `moieties` edges."""
    (moon,) = tracks(Longitudes((Body.MOON,), ephemeris, frame), start, end)
    signs = passes(moon, np.arange(0.0, 360.0, DEGREES_OF_A_SIGN))
    entries = [
        Entry(moment, SIGNS[target])
        for moment, target in zip(signs.moments.tolist(), signs.targets.tolist(), strict=True)
    ]
    pairs = [(body, Body.MOON) for body in met]
    found = tracks(Elongations(pairs, ephemeris, frame), start, end)
    angles = np.array([angle for _, angle in _SIDES])
    exact = _passed(found, [angles] * len(met))
    widths = [_moiety(body) for body in met] if moieties else []
    edges = _passed(found[: len(widths)], [angles - width for width in widths])
    moments = np.array([moment for moment, _, _ in exact])
    longitudes = ephemeris.positions(moments, (Body.MOON,), frame)[:, 0, LONGITUDE].tolist()
    contacts = [Contact(*row, longitude) for row, longitude in zip(exact, longitudes, strict=True)]
    return Course(entries, contacts, [Edge(*row) for row in edges])


def joined(courses: Sequence[Course]) -> Course:
    """The courses of neighbouring spans, in their order, as one."""
    return Course(
        [entry for part in courses for entry in part.entries],
        [contact for part in courses for contact in part.contacts],
        [edge for part in courses for edge in part.edges],
    )


def until_exit(course: Course) -> list[Window]:
    """From the last exact aspect in each sign, or from its beginning, to its end."""
    found = []
    for entry, leaves in course.passages:
        last = course.last_before(leaves)
        whole = last is None or last.moment < entry.moment
        start = entry.moment if last is None or whole else last.moment
        found.append(Window(start, leaves, (entry.sign,), whole))
    return found


def outside_orbs(course: Course, *, perfect_in_sign: bool) -> list[Window]:
    """The time in each sign while the Moon applies to nothing within the moieties of orbs.

    With `perfect_in_sign` only aspects count that are exact before she leaves the sign.
    """
    found: list[Window] = []
    approaches = _approaches(course)
    exact = [perfect for _, perfect in approaches]
    for entry, leaves in course.passages:
        free = entry.moment
        last = leaves if perfect_in_sign else leaves + _LONGEST_APPROACH
        near = approaches[bisect_right(exact, entry.moment) : bisect_right(exact, last)]
        for enter, perfect in sorted(near):
            if enter >= leaves:
                break
            if enter - free > _A_MOMENT:
                found.append(Window(free, enter, (entry.sign,), whole_sign=False))
            free = max(free, perfect)
        if leaves - free > _A_MOMENT:
            found.append(Window(free, leaves, (entry.sign,), free == entry.moment))
    return found


def empty_path(course: Course, moon: Callable[[FloatArray], FloatArray]) -> list[Window]:
    """From each exact aspect that no other follows within 30 degrees, until one is so near.

    `moon` tells longitudes at Julian days.
    """
    gaps = [
        (here, following)
        for here, following in pairwise(course.contacts)
        if norm(following.longitude - here.longitude + _AT_ONCE) - _AT_ONCE > KENODROMIA
    ]
    if not gaps:
        return []
    goals = np.array([following.longitude - KENODROMIA for _, following in gaps])
    starts = np.array([here.moment for here, _ in gaps])
    ends = np.array([following.moment for _, following in gaps])
    near = roots(lambda at, which: folded(moon(at) - goals[which]), starts, ends)
    return [
        Window(start, end, tuple(_signs_between(course, start, end, longitude)), whole_sign=False)
        for start, end, longitude in zip(
            starts.tolist(), near.tolist(), [here.longitude for here, _ in gaps], strict=True
        )
    ]


def merged(windows: Sequence[Window]) -> list[Window]:
    """The windows with those that follow each other without a break made one."""
    found: list[Window] = []
    for window in windows:
        if found and abs(window.start - found[-1].end) < _A_MOMENT:
            last = found.pop()
            whole = last.whole_sign or window.whole_sign
            found.append(Window(last.start, window.end, last.signs + window.signs, whole))
        else:
            found.append(window)
    return found


def _moment_of(contact: Contact) -> float:
    return contact.moment


def _moiety(body: Celestial) -> float:
    """Half the orbs of the Moon and of another point, in degrees."""
    return (LILLY_ORBS[Body.MOON] + LILLY_ORBS.get(str(body), OTHER_ORB)) / 2.0


def _passed(found: Sequence[Track], levels: Sequence[FloatArray]) -> list[tuple[float, int, int]]:
    """Moment, number of the track, and number of the level, of each pass; in the order of time."""
    return sorted(
        (moment, number, level)
        for number, (track, own) in enumerate(zip(found, levels, strict=True))
        for passed in (passes(track, own),)
        for moment, level in zip(passed.moments.tolist(), passed.targets.tolist(), strict=True)
    )


def _approaches(course: Course) -> list[tuple[float, float]]:
    """When each aspect is applied to, from its orb's edge to exactness, in the order of the latter.

    An edge before the course began counts as long ago, an exactness after its end as far ahead.
    """
    events = sorted(
        [(*edge, False) for edge in course.edges]
        + [(*contact[:3], True) for contact in course.contacts]
    )
    pending: dict[tuple[int, int], float] = {}
    found: list[tuple[float, float]] = []
    for moment, planet, side, is_exact in events:
        if is_exact:
            found.append((pending.pop((planet, side), -inf), moment))
        else:
            pending[planet, side] = moment
    return found + [(enter, inf) for enter in sorted(pending.values())]


def _signs_between(course: Course, start: float, end: float, longitude: float) -> Iterator[Sign]:
    yield sign_of(longitude)
    first = bisect_right(course.entries, start, key=lambda entry: entry.moment)
    for entry in course.entries[first:]:
        if entry.moment >= end:
            return
        yield entry.sign
