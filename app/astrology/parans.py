"""Parans: two bodies on the meridian or the horizon at the same time.

Seen from above they are latitudes, where two lines of the map cross; seen from a place they are
coincidences of a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import atan, cos, degrees, radians, sin, tan
from typing import NamedTuple

import numpy as np

from app.astrology.almanac import HorizonEvent
from app.astrology.angles import norm, signed_arc
from app.astrology.astrocartography import MapLine, OnEquator
from app.astrology.bodies import Celestial
from app.astrology.frame import Frame
from app.astrology.map_lines import latitudes_of, longitudes_of, unit_vectors
from app.astrology.place import Place
from app.astrology.search import folded
from app.astrology.sky import Ephemeris, FloatArray

DEGREES_OF_A_DAY = 360.98564736629
"""By which sidereal time grows in a day of UT1 (Meeus, Astronomical Algorithms, equation 12.4)."""
MINUTES_OF_A_DEGREE = 4.0
"""Minutes of sidereal time."""

_ASCENSION, _DECLINATION, _ASCENSION_SPEED = 0, 1, 3
_STEPS = 3
"""Of Newton's rule: even the Moon is then within a millisecond."""
_NEARLY_NOTHING = 1e-12


class Paran(NamedTuple):
    """Two lines that cross; latitude and longitude in degrees, north and east positive."""

    first: Celestial
    first_line: MapLine
    second: Celestial
    second_line: MapLine
    latitude: float
    longitude: float


class DayEvent(NamedTuple):
    """When a body is on the horizon or the meridian: Julian day, and local sidereal time."""

    body: Celestial
    event: HorizonEvent
    moment: float
    sidereal_time: float


class StarParan(NamedTuple):
    """A star and a body on angles at the same time; `star` is an index, the orb in degrees.

    A positive orb: the star comes there after the body.
    """

    star: int
    star_event: HorizonEvent
    other: DayEvent
    orb: float


def paran_latitudes(places: Sequence[OnEquator], sidereal_time: float) -> list[Paran]:
    """Where the lines of every two bodies cross, at most six crossings a pair.

    One body on the meridian, the other on the horizon: tan latitude = -cos(difference of right
    ascensions) / tan declination of the other. Both on the horizon: the zenith is at right angles
    to both, which leaves two places opposite to each other.
    """
    found: list[Paran] = []
    for first, second in combinations(places, 2):
        found += _on_meridian(first, second, sidereal_time)
        found += _on_meridian(second, first, sidereal_time)
        found += _on_horizon(first, second, sidereal_time)
    return found


def event_times(
    right_ascension: FloatArray, declination: FloatArray, latitude: float, altitude: float
) -> FloatArray:
    """Local sidereal times of rising, setting, culmination and the lower one, in that order.

    Degrees, shape (bodies, 4); NaN where a body does not cross. `altitude` is that of the horizon,
    0 for the geometric one: cos H = (sin h - sin latitude sin declination) / (cos cos).
    """
    phi, delta = radians(latitude), np.radians(declination)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = (sin(radians(altitude)) - sin(phi) * np.sin(delta)) / (cos(phi) * np.cos(delta))
        semi_arc = np.degrees(np.arccos(cosine))
    times = (
        right_ascension - semi_arc,
        right_ascension + semi_arc,
        right_ascension,
        right_ascension + 180.0,
    )
    stacked: FloatArray = np.stack(times, axis=-1) % 360.0
    return stacked


def day_events(
    bodies: Sequence[Celestial],
    middle: float,
    place: Place,
    altitude: float,
    ephemeris: Ephemeris,
    frame: Frame,
) -> list[DayEvent]:
    """What the bodies cross within half a turn of the sky before and after a moment.

    `altitude` is that of the horizon, in degrees. The bodies' motion until then counts.
    """
    sidereal_time = ephemeris.sidereal_time(middle) + place.longitude
    found = []
    for body in bodies:
        moments, turned = np.full(4, middle), np.full(4, sidereal_time)
        exists = np.ones(4, dtype=np.bool_)
        for _ in range(_STEPS):
            rows = ephemeris.equatorial(moments, (body,), frame)[:, 0, :]
            times = event_times(
                rows[:, _ASCENSION], rows[:, _DECLINATION], place.latitude, altitude
            )
            ahead = folded(np.diagonal(times) - turned)
            days = ahead / (DEGREES_OF_A_DAY - rows[:, _ASCENSION_SPEED])
            exists &= np.isfinite(days)
            moments = moments + np.where(exists, days, 0.0)
            turned = sidereal_time + (moments - middle) * DEGREES_OF_A_DAY
        found += [
            DayEvent(body, event, float(moments[at]), norm(float(turned[at])))
            for at, event in enumerate(HorizonEvent)
            if exists[at]
        ]
    return found


def star_parans(star_times: FloatArray, others: Sequence[DayEvent], orb: float) -> list[StarParan]:
    """Which stars are on an angle together with a body, within an orb in degrees.

    `star_times` as `event_times` gives them, one row a star. In the order of the stars, then of
    the orbs.
    """
    found = []
    events = tuple(HorizonEvent)
    for other in others:
        off = folded(star_times - other.sidereal_time)
        with np.errstate(invalid="ignore"):
            stars, columns = np.nonzero(np.abs(off) <= orb)
        found += [
            StarParan(star, events[column], other, float(off[star, column]))
            for star, column in zip(stars.tolist(), columns.tolist(), strict=True)
        ]
    return sorted(found, key=lambda paran: (paran.star, abs(paran.orb)))


def _on_meridian(culminating: OnEquator, other: OnEquator, sidereal_time: float) -> list[Paran]:
    """One body on the meridian, above and below, and the other on the horizon."""
    tangent = tan(radians(other.declination))
    if abs(tangent) < _NEARLY_NOTHING:
        return []  # on the equator a body is on the horizon with it at the poles, or everywhere
    found = []
    for line, turn in ((MapLine.MC, 0.0), (MapLine.IC, 180.0)):
        local = culminating.right_ascension + turn
        hour_angle = local - other.right_ascension
        latitude = degrees(atan(-cos(radians(hour_angle)) / tangent))
        rising = sin(radians(hour_angle)) < 0.0
        other_line = MapLine.ASC if rising else MapLine.DESC
        longitude = signed_arc(sidereal_time, local)
        found.append(Paran(culminating.body, line, other.body, other_line, latitude, longitude))
    return found


def _on_horizon(first: OnEquator, second: OnEquator, sidereal_time: float) -> list[Paran]:
    """Both bodies on the horizon: rising and rising, rising and setting, and so on."""
    a = unit_vectors(np.array(first.right_ascension), np.array(first.declination))
    b = unit_vectors(np.array(second.right_ascension), np.array(second.declination))
    zenith = np.cross(a, b)
    if float(np.linalg.norm(zenith)) < _NEARLY_NOTHING:
        return []  # bodies in one place rise together everywhere
    found = []
    for above in (zenith, -zenith):
        local = float(longitudes_of(above))
        lines = [
            MapLine.ASC if sin(radians(local - body.right_ascension)) < 0.0 else MapLine.DESC
            for body in (first, second)
        ]
        latitude, longitude = float(latitudes_of(above)), signed_arc(sidereal_time, local)
        found.append(Paran(first.body, lines[0], second.body, lines[1], latitude, longitude))
    return found
