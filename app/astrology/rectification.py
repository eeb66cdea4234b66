"""Rectification: how well the events of a life fit each possible minute of birth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.astrology.aspects import AspectKind
from app.astrology.bodies import Body
from app.astrology.direction_keys import DirectionKey, Key, key_of
from app.astrology.frame import Frame
from app.astrology.progressions import TROPICAL_YEAR
from app.astrology.rectification_targets import (
    MINUTES_OF_A_DAY,
    Candidates,
    Contact,
    Technique,
    between_nodes,
    targets_of,
)
from app.astrology.sky import Ephemeris, FloatArray

SLOW: tuple[Body, ...] = (Body.JUPITER, Body.SATURN, Body.URANUS, Body.NEPTUNE, Body.PLUTO)
"""Planets whose transits to the angles are counted."""
FULL_CIRCLE = 360.0
_SLOW_STEP, _MOON_STEP = 16.0, 0.25
"""Days between computed positions: the cubics are good to 2e-4 degrees for Jupiter, better for
the others."""
_LEAST_SPARE = 5.0 * TROPICAL_YEAR


class Mover(NamedTuple):
    """What comes to targets at dates.

    `values` in degrees, `rates` in degrees a day of life, and `drifts` in degrees a day by which
    the moment of birth is moved. All of shape (dates).
    """

    name: str
    values: FloatArray
    rates: FloatArray
    drifts: FloatArray


@dataclass(frozen=True, slots=True)
class Weighing:
    """How hits are counted: aspects, and the orb in degrees within which each technique hits."""

    aspects: tuple[AspectKind, ...]
    orbs: Mapping[Technique, float]


class Hit(NamedTuple):
    """The closest contact of a technique at a date: orb in degrees, strength 0 to 1."""

    technique: Technique
    mover: str
    contact: Contact
    orb: float
    strength: float


class Window(NamedTuple):
    """Neighbouring candidates of high scores, by index; both ends belong to it."""

    first: int
    best: int
    last: int


Movers = Mapping[Technique, Sequence[Mover]]


def movers_at(
    techniques: Sequence[Technique],
    birth: float,
    dates: FloatArray,
    key: Key,
    ephemeris: Ephemeris,
    frame: Frame,
) -> Movers:
    """What each technique moves at dates of life; Julian days in UT1."""
    years = (dates - birth) / TROPICAL_YEAR
    found: dict[Technique, Sequence[Mover]] = {}
    for technique in techniques:
        match technique:
            case Technique.PRIMARY_DIRECTIONS:
                found[technique] = (_by_arc(key, years),)
            case Technique.SOLAR_ARC:
                longest = float(years.max(initial=0.0)) + 1.0
                sun = key_of(DirectionKey.DYNAMIC_LONGITUDE, birth, longest, ephemeris, frame)
                found[technique] = (_by_arc(sun, years),)
            case Technique.TRANSITS:
                found[technique] = _in_transit(dates, ephemeris, frame)
            case Technique.PROGRESSED_MOON:
                found[technique] = (_progressed(birth + years, ephemeris, frame),)
    return found


def _by_arc(key: Key, years: FloatArray) -> Mover:
    arcs = key.arcs(years)
    rates = (key.arcs(years + 1.0) - arcs) / TROPICAL_YEAR
    return Mover("", arcs % FULL_CIRCLE, rates, np.zeros_like(arcs))


def _in_transit(dates: FloatArray, ephemeris: Ephemeris, frame: Frame) -> tuple[Mover, ...]:
    longitudes, speeds = between_nodes(dates, _SLOW_STEP, SLOW, ephemeris, frame)
    still = np.zeros(len(dates))
    return tuple(
        Mover(body, longitudes[:, index], np.abs(speeds[:, index]), still)
        for index, body in enumerate(SLOW)
    )


def _progressed(moments: FloatArray, ephemeris: Ephemeris, frame: Frame) -> Mover:
    longitudes, speeds = between_nodes(moments, _MOON_STEP, (Body.MOON,), ephemeris, frame)
    speed = speeds[:, 0]
    return Mover(Body.MOON, longitudes[:, 0], speed / TROPICAL_YEAR, speed)


def shuffled(
    dates: FloatArray, runs: int, earliest: float, source: np.random.Generator
) -> FloatArray:
    """Dates of as many other lives, of shape (runs, dates): what chance is judged by.

    The gaps between the dates are shuffled and the whole is moved, up to a quarter of its length
    or five years, but not before `earliest`; so they crowd as the true ones do. Which date falls
    on which event is shuffled too. Julian days.
    """
    first = float(dates.min())
    spare = spare_days(dates)
    gaps = source.permuted(np.tile(np.diff(np.sort(dates)), (runs, 1)), axis=1)
    low = max(earliest, first - spare)
    starts = low + (first + spare - low) * source.random(runs)
    passed = np.concatenate((np.zeros((runs, 1)), np.cumsum(gaps, axis=1)), axis=1)
    return source.permuted(starts[:, None] + passed, axis=1)


def spare_days(dates: FloatArray) -> float:
    """Days by which `shuffled` may go beyond the dates."""
    return max(_LEAST_SPARE, float(np.ptp(dates)) / 4.0)


def strengths(
    candidates: Candidates, movers: Movers, precisions: FloatArray, weighing: Weighing
) -> Iterator[FloatArray]:
    """For each candidate how strongly each date is hit, 0 to 1 for every technique together.

    A technique counts its closest hit: 1 - orb / orb allowed. What a date is uncertain by, in
    days, is taken off the orb, and makes the hit weaker by as much as it widens the orb allowed.
    """
    waiting = {
        technique: targets_of(technique, candidates, weighing.aspects)[0] for technique in movers
    }
    for index, minutes in enumerate(candidates.minutes.tolist()):
        total = np.zeros(len(precisions))
        for technique, several in movers.items():
            ring = _ring(waiting[technique][index])
            allowed = weighing.orbs[technique]
            total += np.max(
                [_strength(mover, ring, minutes, precisions, allowed) for mover in several], axis=0
            )
        yield total


def _strength(
    mover: Mover, ring: FloatArray, minutes: float, precisions: FloatArray, allowed: float
) -> FloatArray:
    values = (mover.values + mover.drifts * (minutes / MINUTES_OF_A_DAY)) % FULL_CIRCLE
    after = np.searchsorted(ring, values)
    orbs = np.minimum(values - ring[after - 1], ring[after] - values)
    return _weighed(orbs, mover.rates * precisions, allowed)


def _weighed(orbs: FloatArray, slack: FloatArray, allowed: float) -> FloatArray:
    share = 1.0 - np.maximum(orbs - slack, 0.0) / allowed
    return np.maximum(share, 0.0) * (allowed / (allowed + slack))


def _ring(targets: FloatArray) -> FloatArray:
    """The targets that exist in their order, with one turn's neighbours at both ends."""
    known = np.sort(targets[np.isfinite(targets)])
    if known.size == 0:
        return np.array([-np.inf, np.inf])
    return np.concatenate(([known[-1] - FULL_CIRCLE], known, [known[0] + FULL_CIRCLE]))


def hits(
    candidates: Candidates,
    index: int,
    movers: Movers,
    precisions: FloatArray,
    weighing: Weighing,
) -> list[list[Hit]]:
    """For each date what hits it at one candidate, the strongest first."""
    found: list[list[Hit]] = [[] for _ in precisions]
    turned = float(candidates.minutes[index]) / MINUTES_OF_A_DAY
    for technique, several in movers.items():
        targets, contacts = targets_of(technique, candidates, weighing.aspects)
        allowed = weighing.orbs[technique]
        for mover in several:
            values = mover.values + mover.drifts * turned
            orbs = np.abs((values[:, None] - targets[index] + 180.0) % FULL_CIRCLE - 180.0)
            orbs = np.where(np.isnan(orbs), np.inf, orbs)
            nearest = np.argmin(orbs, axis=1)
            closest = orbs[np.arange(len(nearest)), nearest]
            counted = _weighed(closest, mover.rates * precisions, allowed)
            for hit, column, orb, strength in zip(
                found, nearest.tolist(), closest.tolist(), counted.tolist(), strict=True
            ):
                if strength > 0.0:
                    hit.append(Hit(technique, mover.name, contacts[column], orb, strength))
    return [sorted(several, key=lambda hit: -hit.strength) for several in found]


def windows_of(scores: FloatArray, most: int) -> list[Window]:
    """Windows around the highest peaks, the best first, none over another.

    A window reaches from its peak to both sides as far as scores stay above the middle between
    the peak and the mean of all.
    """
    mean = float(scores.mean())
    padded = np.pad(scores, 1, constant_values=-np.inf)
    peaks = (scores >= padded[:-2]) & (scores >= padded[2:])
    free = np.ones(len(scores), dtype=np.bool_)
    found: list[Window] = []
    for peak in np.argsort(-scores, kind="stable").tolist():
        if len(found) == most or scores[peak] <= mean:
            break
        if not (free[peak] and peaks[peak]):
            continue
        above = (scores >= (scores[peak] + mean) / 2.0) & free
        first = last = peak
        while first > 0 and above[first - 1]:
            first -= 1
        while last < len(scores) - 1 and above[last + 1]:
            last += 1
        free[first : last + 1] = False
        found.append(Window(first, peak, last))
    return found
