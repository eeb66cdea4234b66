"""The speculum: where points stand against equator, meridian and horizon."""

from __future__ import annotations

from math import radians, tan
from typing import NamedTuple

import numpy as np

from app.astrology.bodies import Point
from app.astrology.house_space import ascensional_difference
from app.astrology.search import folded
from app.astrology.sky import FloatArray, Position

_QUARTER, _HALF_CIRCLE = 90.0, 180.0


class Equatorial(NamedTuple):
    """Right ascensions and declinations, in degrees."""

    right_ascension: FloatArray
    declination: FloatArray


class SpeculumRow(NamedTuple):
    """One point, in degrees.

    `meridian_distance` is counted from the midheaven for a point above the horizon and from the
    lower midheaven for one below, east positive. Ascensional difference, semi-arcs and
    `proportion` (distance from the meridian by semi-arc, 0 to 1) are None for a point that never
    crosses the horizon.
    """

    position: Position
    right_ascension: float
    declination: float
    meridian_distance: float
    above_horizon: bool
    ascensional_difference: float | None
    diurnal_semi_arc: float | None
    nocturnal_semi_arc: float | None
    proportion: float | None

    @property
    def point(self) -> Point:
        return self.position.point


def equatorial(longitude: FloatArray, latitude: FloatArray, tilt: float) -> Equatorial:
    """Ecliptic places turned to the equator by its tilt; everything in degrees."""
    around, up, slant = np.radians(longitude), np.radians(latitude), radians(tilt)
    x = np.cos(up) * np.cos(around)
    flat = np.cos(up) * np.sin(around)
    y = flat * np.cos(slant) - np.sin(up) * np.sin(slant)
    z = flat * np.sin(slant) + np.sin(up) * np.cos(slant)
    ascension = np.degrees(np.arctan2(y, x)) % 360.0
    return Equatorial(ascension, np.degrees(np.arcsin(np.clip(z, -1.0, 1.0))))


def speculum(
    positions: list[Position], armc: float, tilt: float, latitude: float
) -> list[SpeculumRow]:
    """The speculum of tropical positions under a right ascension of the midheaven."""
    longitudes = np.array([position.longitude for position in positions])
    latitudes = np.array([position.latitude for position in positions])
    places = equatorial(longitudes, latitudes, tilt)
    difference = ascensional_difference(places.declination, tan(radians(latitude)))
    hours = folded(places.right_ascension - armc)
    return [
        _row(position, *row)
        for position, *row in zip(
            positions,
            places.right_ascension.tolist(),
            places.declination.tolist(),
            hours.tolist(),
            difference.tolist(),
            strict=True,
        )
    ]


def _row(
    position: Position, ascension: float, declination: float, hours: float, difference: float
) -> SpeculumRow:
    diurnal, nocturnal = _QUARTER + difference, _QUARTER - difference
    above = diurnal > 0.0 and abs(hours) <= diurnal
    distance = hours if above else _east_of_lower(hours)
    crosses = abs(difference) < _QUARTER
    return SpeculumRow(
        position,
        ascension,
        declination,
        distance,
        above,
        difference if crosses else None,
        diurnal if crosses else None,
        nocturnal if crosses else None,
        abs(distance) / (diurnal if above else nocturnal) if crosses else None,
    )


def _east_of_lower(hours: float) -> float:
    """Degrees east of the lower meridian; the eastern sky is east of both meridians."""
    return _HALF_CIRCLE - hours if hours >= 0.0 else -_HALF_CIRCLE - hours
