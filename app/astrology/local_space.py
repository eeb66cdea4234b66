"""Directions of bodies from a place: azimuths, altitudes, and their great circles on the Earth."""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, radians, sin
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm
from app.astrology.map_lines import Line, cut_at_seam, latitudes_of, longitudes_of, unit_vectors
from app.astrology.place import Place
from app.astrology.sky import FloatArray

_CLOSE = 1e-9
"""Radians from a pole within which no meridian is told; half a centimetre on the Earth."""
_ROUNDING = 1e-15


class Horizontal(NamedTuple):
    """A direction in degrees: azimuth from north over east, true altitude above the horizon."""

    azimuth: float
    altitude: float


class Course(NamedTuple):
    """The way to another place: azimuth at the start, and length of the great circle's arc."""

    azimuth: float
    arc: float


def horizontal(
    right_ascension: float, declination: float, sidereal_time: float, latitude: float
) -> Horizontal:
    """Direction of a body by local sidereal time; everything in degrees, no refraction."""
    hour_angle = radians(sidereal_time - right_ascension)
    phi, delta = radians(latitude), radians(declination)
    across = cos(delta) * cos(hour_angle)
    north = cos(phi) * sin(delta) - sin(phi) * across
    east = -cos(delta) * sin(hour_angle)
    up = sin(phi) * sin(delta) + cos(phi) * across
    return Horizontal(norm(degrees(atan2(east, north))), degrees(atan2(up, hypot(north, east))))


def course(start: Place, end: Place) -> Course:
    """Azimuth and arc of the shortest way on a sphere, in degrees.

    Between opposite places every way is the shortest; then it is that over the pole.
    """
    between = radians(end.longitude - start.longitude)
    a, b = radians(start.latitude), radians(end.latitude)
    east = cos(b) * sin(between)
    north = cos(a) * sin(b) - sin(a) * cos(b) * cos(between)
    along = sin(a) * sin(b) + cos(a) * cos(b) * cos(between)
    across = hypot(east, north)
    azimuth = 0.0 if across < _ROUNDING else norm(degrees(atan2(east, north)))
    return Course(azimuth, degrees(atan2(across, along)))


def azimuth_line(start: Place, azimuth: float, length: float, step: float) -> list[Line]:
    """The great circle from a place towards an azimuth, cut at the meridian of 180 degrees.

    `length` and `step` are degrees of its arc. Over a pole the line goes on along the opposite
    meridian.
    """
    here = unit_vectors(np.array(start.longitude), np.array(start.latitude))
    ahead = _direction(start, azimuth)
    arcs = np.radians(np.append(np.arange(0.0, length, step), length))
    arcs = np.unique(np.concatenate((arcs, _seam_arcs(here, ahead, arcs[-1]))))
    points = np.outer(np.cos(arcs), here) + np.outer(np.sin(arcs), ahead)
    points[np.abs(points) < _ROUNDING] = 0.0
    longitudes, latitudes = longitudes_of(points), latitudes_of(points)
    polar = np.hypot(points[:, 0], points[:, 1]) < _CLOSE
    # At a pole every meridian is right: of one at an end the neighbour's, of others none.
    longitudes[0] = longitudes[1] if polar[0] else longitudes[0]
    longitudes[-1] = longitudes[-2] if polar[-1] else longitudes[-1]
    polar[[0, -1]] = False
    return cut_at_seam(longitudes[~polar], latitudes[~polar])


def _direction(start: Place, azimuth: float) -> FloatArray:
    """The unit vector along the ground, in the axes of the Earth."""
    lam, phi, turn = radians(start.longitude), radians(start.latitude), radians(azimuth)
    east = np.array([-sin(lam), cos(lam), 0.0])
    north = np.array([-sin(phi) * cos(lam), -sin(phi) * sin(lam), cos(phi)])
    direction: FloatArray = cos(turn) * north + sin(turn) * east
    return direction


def _seam_arcs(here: FloatArray, ahead: FloatArray, length: float) -> FloatArray:
    """Arcs in radians, up to a length, at which the great circle crosses 180 degrees."""
    if hypot(here[1], ahead[1]) < _CLOSE:
        return np.empty(0)  # it runs along that meridian, or over the poles beside it
    first = atan2(-here[1], ahead[1]) % np.pi
    arcs = np.array([first, first + np.pi])
    west = np.cos(arcs) * here[0] + np.sin(arcs) * ahead[0] < 0.0
    crossing: FloatArray = arcs[west & (arcs <= length)]
    return crossing
