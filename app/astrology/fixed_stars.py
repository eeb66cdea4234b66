"""Fixed stars of a chart: where they stand, and which points they meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.astrology.almanac import Almanac, Star
from app.astrology.aspects import ANGLE_OF, EXACT_WITHIN, AspectKind
from app.astrology.bodies import CELESTIAL, Point
from app.astrology.chart import Instant
from app.astrology.names import Name
from app.astrology.search import folded
from app.astrology.sky import LONGITUDE, SPEED, FloatArray, Position
from app.astrology.star_names import magnitude_of


class StarPlace(Name):
    """Where a star is said to stand.

    APPARENT as it is seen, MEAN without nutation, aberration and the bending of light: up to 20
    seconds of arc apart.
    """

    APPARENT = "APPARENT"
    MEAN = "MEAN"


@dataclass(frozen=True, slots=True)
class StarOrbs:
    """Degrees of longitude allowed a star, more for one that is at least so bright."""

    orb: float = 1.0
    bright_orb: float = 1.5
    bright_magnitude: float = 1.5

    def allowed(self, star: Star) -> float:
        magnitude = magnitude_of(star)
        bright = magnitude is not None and magnitude <= self.bright_magnitude
        return self.bright_orb if bright else self.orb


@dataclass(frozen=True, slots=True)
class StarPlaces:
    """Places of some stars, one row each, in degrees and astronomical units, per day.

    `ecliptic` in a chart's zodiac, with the columns of `Ephemeris.positions`; `equatorial` right
    ascension and declination.
    """

    stars: tuple[Star, ...]
    ecliptic: FloatArray
    equatorial: FloatArray


class Meeting(NamedTuple):
    """A star in conjunction with a point, or opposite to it; `star` is an index.

    `applying` is None where it is exact, and for what does not move with the sky.
    """

    star: int
    point: Point
    kind: AspectKind
    orb: float
    applying: bool | None


def star_places(
    stars: Sequence[Star], instant: Instant, almanac: Almanac, place: StarPlace
) -> StarPlaces:
    """Where the stars stand at a moment, proper motion included."""
    frame, mean = instant.conventions.frame, place is StarPlace.MEAN
    moments = (instant.moment,)
    ecliptic = almanac.star_positions(moments, stars, frame, mean=mean)[0]
    equatorial = almanac.star_equatorial(moments, stars, frame, mean=mean)[0, :, :2]
    start, drift = instant.zodiac_start
    ecliptic[:, LONGITUDE] = (ecliptic[:, LONGITUDE] - start) % 360.0
    ecliptic[:, SPEED] -= drift
    return StarPlaces(tuple(stars), ecliptic, equatorial)


def meetings(places: StarPlaces, positions: Sequence[Position], orbs: StarOrbs) -> list[Meeting]:
    """Conjunctions and oppositions of stars and points in longitude.

    In the order of the stars, then of the orbs.
    """
    points = np.array([position.longitude for position in positions])
    speeds = np.array([position.speed for position in positions])
    longitudes, star_speeds = places.ecliptic[:, LONGITUDE], places.ecliptic[:, SPEED]
    allowed = np.array([orbs.allowed(star) for star in places.stars])
    found = []
    for kind in (AspectKind.CONJUNCTION, AspectKind.OPPOSITION):
        off = folded(points - longitudes[:, None] - ANGLE_OF[kind])
        trend = off * (speeds - star_speeds[:, None])
        for star, point in np.argwhere(np.abs(off) <= allowed[:, None]).tolist():
            orb = abs(float(off[star, point]))
            moves = isinstance(positions[point].point, CELESTIAL)
            applying = bool(trend[star, point] < 0.0) if moves and orb >= EXACT_WITHIN else None
            found.append(Meeting(star, positions[point].point, kind, orb, applying))
    return sorted(found, key=lambda meeting: (meeting.star, meeting.orb))
