"""What the angles of a chart wait for, at many possible minutes of one birth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians, tan
from typing import NamedTuple

import numpy as np

from app.astrology.aspects import ANGLE_OF, AspectKind
from app.astrology.bodies import Angle, Celestial
from app.astrology.frame import Frame
from app.astrology.house_space import ascensional_difference, crosses_horizon
from app.astrology.names import Name
from app.astrology.place import Place
from app.astrology.search import folded
from app.astrology.sky import LONGITUDE, SPEED, Ephemeris, FloatArray
from app.astrology.speculum import equatorial

SIDEREAL_RATE = 360.98564736629
"""Degrees that the midheaven's right ascension turns in a day of UT1: IAU 1982, without the drift
of a century."""
MINUTES_OF_A_DAY = 1440.0
_AN_HOUR = 1.0 / 24.0
"""Days between computed positions; the cubic between them is good to 1e-9 degrees for the Moon."""
_ANGLES = (Angle.ASC, Angle.MC)
_HALF_CIRCLE = 180.0


class Technique(Name):
    """What ties an event to the minute of birth.

    PRIMARY_DIRECTIONS of planets and their aspects to the ascendant and midheaven, and converse;
    SOLAR_ARC of planets to the angles and of the angles to planets; TRANSITS of the slow planets
    to the angles; PROGRESSED_MOON to the angles.
    """

    PRIMARY_DIRECTIONS = "PRIMARY_DIRECTIONS"
    SOLAR_ARC = "SOLAR_ARC"
    TRANSITS = "TRANSITS"
    PROGRESSED_MOON = "PROGRESSED_MOON"


class Contact(NamedTuple):
    """What a hit is of: `moved` comes to the aspect of `fixed`, or by converse motion.

    A `moved` of None is whatever the technique moves.
    """

    moved: str | None
    aspect: AspectKind
    fixed: str
    converse: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """Charts of possible births: minutes from the given one, and in degrees what they hold."""

    minutes: FloatArray
    bodies: tuple[Celestial, ...]
    longitudes: FloatArray
    armc: FloatArray
    ascendant: FloatArray
    midheaven: FloatArray
    tilt: float
    latitude: float


def candidates_of(
    birth: float,
    place: Place,
    minutes: FloatArray,
    bodies: Sequence[Celestial],
    ephemeris: Ephemeris,
    frame: Frame,
) -> Candidates:
    """The charts of births so many minutes from a Julian day in UT1."""
    days = minutes / MINUTES_OF_A_DAY
    tilt = ephemeris.obliquity(birth).true
    armc = (ephemeris.sidereal_time(birth) + place.longitude + SIDEREAL_RATE * days) % 360.0
    turned, slant = np.radians(armc), radians(tilt)
    rising = np.sin(turned) * np.cos(slant) + tan(radians(place.latitude)) * np.sin(slant)
    return Candidates(
        minutes,
        tuple(bodies),
        between_nodes(birth + days, _AN_HOUR, bodies, ephemeris, frame)[0],
        armc,
        np.degrees(np.arctan2(np.cos(turned), -rising)) % 360.0,
        np.degrees(np.arctan2(np.sin(turned), np.cos(turned) * np.cos(slant))) % 360.0,
        tilt,
        place.latitude,
    )


def between_nodes(
    moments: FloatArray,
    step: float,
    bodies: Sequence[Celestial],
    ephemeris: Ephemeris,
    frame: Frame,
) -> tuple[FloatArray, FloatArray]:
    """Longitudes and speeds of shape (moments, bodies), by cubics over `step` days.

    Only the nodes beside a moment are computed. The error is about step^4 / 384 of the fourth
    derivative.
    """
    before = np.floor(moments / step).astype(np.int64)
    nodes, index = np.unique(np.concatenate((before, before + 1)), return_inverse=True)
    days = nodes.astype(np.float64) * step
    table = ephemeris.positions(days, bodies, frame)[index]
    start, end = table[: len(moments)], table[len(moments) :]
    part = (moments / step - before)[:, None]
    way = folded(end[..., LONGITUDE] - start[..., LONGITUDE])
    first, last = start[..., SPEED], end[..., SPEED]
    bend = (1.0 - part) * (first * step - way) + part * (way - last * step)
    longitudes = start[..., LONGITUDE] + way * part + part * (1.0 - part) * bend
    return longitudes % 360.0, first + (last - first) * part


def offsets_of(aspects: Sequence[AspectKind]) -> list[tuple[AspectKind, float]]:
    """Degrees before and after a point at which its aspects fall."""
    return [
        (kind, side * ANGLE_OF[kind])
        for kind in aspects
        for side in ((1.0,) if ANGLE_OF[kind] % _HALF_CIRCLE == 0.0 else (-1.0, 1.0))
    ]


def targets_of(
    technique: Technique, candidates: Candidates, aspects: Sequence[AspectKind]
) -> tuple[FloatArray, list[Contact]]:
    """Values of what moves at which there is a hit: (candidates, contacts), within [0, 360).

    NaN where a contact does not exist.
    """
    if technique is Technique.PRIMARY_DIRECTIONS:
        return _primary(candidates, aspects)
    if technique is Technique.SOLAR_ARC:
        return _solar_arc(candidates, aspects)
    columns, contacts = [], []
    for angle, degrees in zip(_ANGLES, (candidates.ascendant, candidates.midheaven), strict=True):
        for kind, offset in offsets_of(aspects):
            columns.append(degrees + offset)
            contacts.append(Contact(None, kind, angle))
    return np.stack(columns, axis=1) % 360.0, contacts


def _primary(
    candidates: Candidates, aspects: Sequence[AspectKind]
) -> tuple[FloatArray, list[Contact]]:
    """Arcs to the angles, zodiacal without latitude: every method gives the same."""
    pole = tan(radians(candidates.latitude))
    blocks, contacts = [], []
    for kind, offset in offsets_of(aspects):
        longitudes = candidates.longitudes + offset
        places = equatorial(longitudes, np.zeros_like(longitudes), candidates.tilt)
        to_midheaven = places.right_ascension - candidates.armc[:, None]
        rising = to_midheaven - ascensional_difference(places.declination, pole) - 90.0
        crossing = crosses_horizon(places.declination, candidates.latitude)
        to_ascendant = np.where(crossing, rising, np.nan)
        for angle, arcs in zip(_ANGLES, (to_ascendant, to_midheaven), strict=True):
            blocks += [arcs, -arcs]
            contacts += [
                Contact(str(body), kind, angle, converse)
                for converse in (False, True)
                for body in candidates.bodies
            ]
    return np.concatenate(blocks, axis=1) % 360.0, contacts


def _solar_arc(
    candidates: Candidates, aspects: Sequence[AspectKind]
) -> tuple[FloatArray, list[Contact]]:
    """Arcs in longitude from planets to the angles' aspects, and from the angles to planets'."""
    blocks, contacts = [], []
    for angle, degrees in zip(_ANGLES, (candidates.ascendant, candidates.midheaven), strict=True):
        for kind, offset in offsets_of(aspects):
            arcs = degrees[:, None] - candidates.longitudes
            blocks += [arcs + offset, offset - arcs]
            contacts += [Contact(str(body), kind, angle) for body in candidates.bodies]
            contacts += [Contact(angle, kind, str(body)) for body in candidates.bodies]
    return np.concatenate(blocks, axis=1) % 360.0, contacts
