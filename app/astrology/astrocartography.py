"""Where on the Earth bodies rise, set and culminate at a moment.

All of it follows from the right ascension and declination of a body and the sidereal time: a body
culminates all along a meridian, and stands on the horizon all along the great circle whose pole
is the place that has it overhead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import atan2, cos, degrees, radians, tan
from typing import NamedTuple

import numpy as np

from app.astrology.angles import signed_arc
from app.astrology.bodies import Celestial
from app.astrology.frame import Frame
from app.astrology.map_lines import (
    Line,
    arc_between,
    cut_at_seam,
    east_of,
    latitudes_of,
    longitudes_of,
    unit_vectors,
)
from app.astrology.place import Place
from app.astrology.sky import LONGITUDE, Ephemeris, FloatArray
from app.astrology.speculum import equatorial

_QUARTER, _HALF = 90.0, 180.0


class MapLine(StrEnum):
    """Where a body stands: on the upper or lower meridian, on the eastern or western horizon."""

    MC = "MC"
    IC = "IC"
    ASC = "ASC"
    DESC = "DESC"


MERIDIANS = frozenset({MapLine.MC, MapLine.IC})


class Projection(StrEnum):
    """Whether lines are those of the body itself, or of its degree on the ecliptic."""

    IN_MUNDO = "IN_MUNDO"
    IN_ZODIACO = "IN_ZODIACO"


class OnEquator(NamedTuple):
    """A body's place against the true equator of date, in degrees."""

    body: Celestial
    right_ascension: float
    declination: float


@dataclass(frozen=True, slots=True)
class Band:
    """The latitudes that lines are drawn between, and the step from point to point, in degrees."""

    south: float = -85.0
    north: float = 85.0
    step: float = 1.0


class Nearest(NamedTuple):
    """The point of a line next to a place, and the arc there along a great circle, in degrees."""

    longitude: float
    latitude: float
    arc: float


def equatorial_places(
    moment: float,
    bodies: Sequence[Celestial],
    ephemeris: Ephemeris,
    frame: Frame,
    projection: Projection = Projection.IN_MUNDO,
) -> list[OnEquator]:
    """Apparent right ascension and declination of the bodies, or of their degrees."""
    if projection is Projection.IN_ZODIACO:
        longitudes = ephemeris.positions((moment,), bodies, frame)[0, :, LONGITUDE]
        tilt = ephemeris.obliquity(moment).true
        turned = equatorial(longitudes, np.zeros_like(longitudes), tilt)
        places = np.column_stack(turned).tolist()
    else:
        places = ephemeris.equatorial((moment,), bodies, frame)[0, :, :2].tolist()
    return [OnEquator(body, *place) for body, place in zip(bodies, places, strict=True)]


def horizon_limit(declination: float) -> float:
    """Degrees of latitude, north or south, beyond which a body neither rises nor sets."""
    return _QUARTER - abs(declination)


def meridian_of(place: OnEquator, line: MapLine, sidereal_time: float) -> float:
    """Longitude, within [-180, 180), where a body culminates (MC) or anticulminates (IC)."""
    turned = place.right_ascension + (_HALF if line is MapLine.IC else 0.0)
    return signed_arc(sidereal_time, turned)


def horizon_longitudes(
    place: OnEquator, line: MapLine, sidereal_time: float, latitudes: FloatArray
) -> FloatArray:
    """Longitudes where a body rises (ASC) or sets (DESC) at latitudes up to its limit.

    The hour angle of rising is minus that of setting, arccos(-tan latitude tan declination).
    """
    product = -np.tan(np.radians(latitudes)) * tan(radians(place.declination))
    semi_arc = np.degrees(np.arccos(np.clip(product, -1.0, 1.0)))
    hour_angle = -semi_arc if line is MapLine.ASC else semi_arc
    return east_of(place.right_ascension + hour_angle - sidereal_time)


def line_on_map(place: OnEquator, line: MapLine, sidereal_time: float, band: Band) -> list[Line]:
    """The parts of a body's line between two latitudes, cut at the meridian of 180 degrees.

    None are left where the band lies wholly beyond the body's limit.
    """
    if line in MERIDIANS:
        longitudes = np.full(2, meridian_of(place, line, sidereal_time))
        return cut_at_seam(longitudes, np.array([band.south, band.north]))
    latitudes = _latitudes(place, line, sidereal_time, band)
    if not len(latitudes):
        return []
    longitudes = horizon_longitudes(place, line, sidereal_time, latitudes)
    return cut_at_seam(longitudes, latitudes)


def nearest_on_line(place: OnEquator, line: MapLine, sidereal_time: float, to: Place) -> Nearest:
    """The point of a whole line, from pole to pole or from limit to limit, that is next to a place.

    A line is half a great circle: the next point is the foot of the perpendicular if that falls
    onto this half, otherwise the nearer of its ends.
    """
    overhead = np.array([place.right_ascension - sidereal_time, place.declination])
    zenith = unit_vectors(overhead[0], overhead[1])
    if line in MERIDIANS:
        middle = unit_vectors(np.array(meridian_of(place, line, sidereal_time)), np.array(0.0))
        end = np.array([0.0, 0.0, 1.0])
    else:
        rising = line is MapLine.ASC
        middle = unit_vectors(overhead[0] + (-_QUARTER if rising else _QUARTER), np.array(0.0))
        end = np.cross(zenith, middle)
    here = unit_vectors(np.array(to.longitude), np.array(to.latitude))
    foot = _foot(here, middle, end)
    arc = float(arc_between(here, foot))
    return Nearest(float(longitudes_of(foot)), float(latitudes_of(foot)), arc)


def _foot(here: FloatArray, middle: FloatArray, end: FloatArray) -> FloatArray:
    """The point next to `here` of the half circle from `end` over `middle` to its opposite."""
    along, up = float(here @ middle), float(here @ end)
    if along > 0.0:
        length = np.hypot(along, up)
        foot: FloatArray = (along * middle + up * end) / length
        return foot
    return end if up >= 0.0 else -end


def _latitudes(place: OnEquator, line: MapLine, sidereal_time: float, band: Band) -> FloatArray:
    """The steps of the band up to the body's limit, with its ends and its seam crossing."""
    limit = horizon_limit(place.declination)
    south, north = max(band.south, -limit), min(band.north, limit)
    if south >= north:
        return np.empty(0)
    first, last = int(np.ceil(south / band.step)), int(np.floor(north / band.step))
    marks = np.arange(first, last + 1) * band.step
    seam = _latitude_at_seam(place, line, sidereal_time)
    known = [mark for mark in (south, north, seam) if mark is not None and south <= mark <= north]
    return np.unique(np.concatenate((marks, known)))


def _latitude_at_seam(place: OnEquator, line: MapLine, sidereal_time: float) -> float | None:
    """Latitude where a rising or setting line crosses the meridian of 180 degrees, or None."""
    hour_angle = signed_arc(place.right_ascension, sidereal_time + _HALF)
    if (hour_angle < 0.0) != (line is MapLine.ASC) or place.declination == 0.0:
        return None
    tangent = tan(radians(place.declination))
    return degrees(atan2(-cos(radians(hour_angle)), abs(tangent))) * (1 if tangent > 0.0 else -1)
