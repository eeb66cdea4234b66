"""Lines on a map of the Earth, and points of its sphere; degrees, east and north positive."""

from __future__ import annotations

import numpy as np

from app.astrology.search import folded
from app.astrology.sky import FloatArray

EARTH_RADIUS = 6371.0088
"""Kilometres: mean radius of the Earth, (2a + b) / 3 of WGS 84, as the IUGG defines it."""
DECIMALS = 6
"""Of degrees on a map: about a tenth of a metre, as RFC 7946 (GeoJSON), section 11.2, advises."""
_SEAM, _HALF_TURN = 180.0, 180.0
_AT_POLE = 1e-9
"""Degrees by which a step of half a turn may be short and still lead over a pole."""

Line = list[list[float]]
"""Points of one unbroken line, each as longitude and latitude."""


def east_of(longitudes: FloatArray) -> FloatArray:
    """The same meridians within [-180, 180)."""
    return folded(longitudes)


def unit_vectors(longitudes: FloatArray, latitudes: FloatArray) -> FloatArray:
    """Directions from the centre of a sphere, the last axis of length 3."""
    lam, phi = np.radians(longitudes), np.radians(latitudes)
    across = np.cos(phi)
    return np.stack((across * np.cos(lam), across * np.sin(lam), np.sin(phi)), axis=-1)


def longitudes_of(vectors: FloatArray) -> FloatArray:
    """Longitudes within [-180, 180] of directions, in degrees."""
    found: FloatArray = np.degrees(np.arctan2(vectors[..., 1], vectors[..., 0]))
    return found


def latitudes_of(vectors: FloatArray) -> FloatArray:
    """Latitudes of directions, in degrees; exact near the poles too."""
    across = np.hypot(vectors[..., 0], vectors[..., 1])
    found: FloatArray = np.degrees(np.arctan2(vectors[..., 2], across))
    return found


def arc_between(a: FloatArray, b: FloatArray) -> FloatArray:
    """Degrees between directions; exact for the smallest and the largest arcs too."""
    cross = np.linalg.norm(np.cross(a, b), axis=-1)
    found: FloatArray = np.degrees(np.arctan2(cross, np.sum(a * b, axis=-1)))
    return found


def cut_at_seam(longitudes: FloatArray, latitudes: FloatArray) -> list[Line]:
    """The unbroken lines that a line falls into where it crosses the meridian of 180 degrees.

    Each crossing ends one line and starts another on the other side, at the latitude where the
    straight step crosses; a line that knows its crossings brings them along. Steps are less than
    half a turn, or lead over a pole, which ends and starts a line too. As RFC 7946, section 3.1.9.
    """
    lines, start, opening = [], 0, [np.empty((0, 2))]
    points = np.column_stack((longitudes, latitudes))
    steps = np.diff(longitudes)
    for at in np.nonzero(np.abs(steps) >= _HALF_TURN - _AT_POLE)[0].tolist():
        ending, next_opening = _crossing(points[at], points[at + 1])
        lines.append(_joined([*opening, points[start : at + 1], ending]))
        start, opening = at + 1, [next_opening]
    lines.append(_joined([*opening, points[start:]]))
    return [line for line in lines if len(line) > 1]


def _crossing(before: FloatArray, after: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where a step leaves one side of the map, and where it comes back."""
    step = after[0] - before[0]
    if abs(abs(step) - _HALF_TURN) <= _AT_POLE:
        pole = 90.0 if before[1] + after[1] > 0.0 else -90.0
        return np.array([[before[0], pole]]), np.array([[after[0], pole]])
    side = -_SEAM if step > 0.0 else _SEAM
    short = step + 2.0 * side
    part = 0.0 if short == 0.0 else (side - before[0]) / short
    latitude = before[1] + part * (after[1] - before[1])
    return np.array([[side, latitude]]), np.array([[-side, latitude]])


def _joined(parts: list[FloatArray]) -> Line:
    """The points in one line, rounded, none twice in a row."""
    points = np.round(np.concatenate(parts), DECIMALS) + 0.0  # no negative zero
    fresh = np.ones(len(points), dtype=np.bool_)
    fresh[1:] = np.any(points[1:] != points[:-1], axis=1)
    line: Line = points[fresh].tolist()
    return line
