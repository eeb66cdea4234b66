"""Phases of the Moon, apsides of Moon and Earth, the Moon's nodes, and the lunar day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from app.astrology.almanac import Almanac, Eclipse, EclipseOf
from app.astrology.angles import norm
from app.astrology.bodies import Body
from app.astrology.curves import Distances, Elongations, Latitudes
from app.astrology.eclipses import LUNATION_OF, eclipses_between
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import Frame
from app.astrology.lunar_phase import DEGREES_OF_A_PHASE, PHASES, PhaseScheme
from app.astrology.names import Name
from app.astrology.search import FULL_CIRCLE, passes, stations, tracks
from app.astrology.sky import LONGITUDE, Ephemeris
from app.astrology.syzygy import SyzygyRule, last_syzygy

PHASE_NAMES = PHASES[PhaseScheme.RUDHYAR]
"""Names of the moments that open the eight phases, from the new Moon on."""
DEGREES_OF_A_TITHI, DEGREES_OF_A_KARANA = 12.0, 6.0
LONGEST_QUARTER = 9.0
"""Days from one principal phase to the next, and more."""
_FAR = 1.0
"""Days: an eclipse is greatest within minutes of its lunation."""


class Phases(Name):
    """Which phases are told: the quarters, or those between them too."""

    FOUR = "FOUR"
    EIGHT = "EIGHT"


class Phase(NamedTuple):
    """The Moon passes the angle `number` * 45 degrees from the Sun; Julian day in UT1."""

    number: int
    moment: float
    sun: float
    moon: float

    @property
    def name(self) -> str:
        return PHASE_NAMES[self.number]

    @property
    def angle(self) -> float:
        return self.number * DEGREES_OF_A_PHASE


class Apsis(NamedTuple):
    """Where a body is nearest or farthest: Julian day in UT1, kilometres, degrees."""

    moment: float
    distance: float
    longitude: float
    is_nearest: bool


class NodePassage(NamedTuple):
    """The Moon crosses the ecliptic: Julian day in UT1, degrees; northwards at the ascending."""

    moment: float
    longitude: float
    ascending: bool


class PhaseState(NamedTuple):
    """The Moon at a moment.

    `angle` in degrees from the Sun. `tithi` counts the thirty lunar days from 1, `karana` their
    sixty halves from 0. `age` in days since the new Moon; None where the ephemeris does not reach
    it, and so of the quarters before and after.
    """

    angle: float
    tithi: int
    karana: int
    illumination: float
    age: float | None
    previous: Phase | None
    following: Phase | None


def phases_between(
    start: float, end: float, which: Phases, ephemeris: Ephemeris, frame: Frame
) -> list[Phase]:
    """The phases after a moment and up to another one, by apparent longitudes."""
    step = 2 if which is Phases.FOUR else 1
    levels = np.arange(0.0, FULL_CIRCLE, step * DEGREES_OF_A_PHASE)
    (track,) = tracks(Elongations(((Body.SUN, Body.MOON),), ephemeris, frame), start, end)
    found = passes(track, levels)
    table = ephemeris.positions(found.moments, (Body.SUN, Body.MOON), frame)[:, :, LONGITUDE]
    return [
        Phase(level * step, moment, sun, moon)
        for level, moment, (sun, moon) in zip(
            found.targets.tolist(), found.moments.tolist(), table.tolist(), strict=True
        )
    ]


def apsides_between(
    start: float, end: float, body: Body, ephemeris: Ephemeris, frame: Frame
) -> list[Apsis]:
    """Perigees and apogees of a body, by the distance of the centres."""
    (track,) = tracks(Distances((body,), ephemeris, frame), start, end)
    found = stations(track)
    moments = np.array([moment for moment, _, _ in found])
    longitudes = ephemeris.positions(moments, (body,), frame)[:, 0, LONGITUDE].tolist()
    return [
        Apsis(moment, distance, longitude, grows)
        for (moment, distance, grows), longitude in zip(found, longitudes, strict=True)
    ]


def node_passages(
    start: float, end: float, ephemeris: Ephemeris, frame: Frame
) -> list[NodePassage]:
    """When the Moon's apparent latitude is 0."""
    (track,) = tracks(Latitudes((Body.MOON,), ephemeris, frame), start, end)
    found = passes(track, np.zeros(1))
    longitudes = ephemeris.positions(found.moments, (Body.MOON,), frame)[:, 0, LONGITUDE]
    return [
        NodePassage(*row)
        for row in zip(
            found.moments.tolist(), longitudes.tolist(), found.rising.tolist(), strict=True
        )
    ]


def eclipses_of(
    phases: list[Phase], start: float, end: float, almanac: Almanac, frame: Frame
) -> dict[float, Eclipse]:
    """The eclipses that new and full Moons of a span bring, by the moment of the phase.

    `start` and `end` are what the ephemeris holds of the span and a day beside it.
    """
    found: dict[float, Eclipse] = {}
    for of in EclipseOf:
        name = LUNATION_OF[of]
        own = [phase.moment for phase in phases if phase.name == name]
        for eclipse in eclipses_between(start, end, of, almanac, frame.theory) if own else ():
            near = min(own, key=lambda moment: abs(moment - eclipse.greatest))
            if abs(near - eclipse.greatest) < _FAR:
                found[near] = eclipse
    return found


def phase_state(moment: float, almanac: Almanac, frame: Frame) -> PhaseState:
    """The Moon's phase at a moment, and the quarters around it."""
    (sun, moon), *_ = almanac.positions((moment,), (Body.SUN, Body.MOON), frame)[:, :, LONGITUDE]
    angle = norm(float(moon - sun))
    try:
        new_moon = last_syzygy(moment, SyzygyRule.NEW_MOON, almanac, frame)
        age: float | None = moment - new_moon.moment
    except OutsideEphemeris:
        age = None
    before = _quarters(moment - LONGEST_QUARTER, moment, almanac, frame)
    after = _quarters(moment, moment + LONGEST_QUARTER, almanac, frame)
    return PhaseState(
        angle,
        int(angle // DEGREES_OF_A_TITHI) + 1,
        int(angle // DEGREES_OF_A_KARANA),
        almanac.phenomena(moment, Body.MOON, theory=frame.theory).illumination,
        age,
        before[-1] if before else None,
        after[0] if after else None,
    )


def _quarters(start: float, end: float, ephemeris: Ephemeris, frame: Frame) -> list[Phase]:
    """The principal phases of a few days; none where the ephemeris does not hold them all."""
    try:
        return phases_between(start, end, Phases.FOUR, ephemeris, frame)
    except OutsideEphemeris:
        return []
