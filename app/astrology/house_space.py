"""Where a point stands between horizon and meridian, by the methods that direct by the houses."""

from __future__ import annotations

from math import cos, radians, tan
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.astrology.names import Name
from app.astrology.search import folded
from app.astrology.sky import FloatArray

BoolArray = npt.NDArray[np.bool_]

ON_ASC, ON_MC, ON_DESC, ON_IC = 90.0, 0.0, -90.0, 180.0
"""Degrees of house space of the angles."""
_QUARTER, _HALF_CIRCLE = 90.0, 180.0
_SHORTEST_DECLINATION = 1e-9
"""Degrees from the equator below which a pole is that of the equator's own points."""
_STEPS = 50
"""Halvings of a half circle that leave less than a rounding error."""


class DirectionMethod(Name):
    """How a place between the angles is kept while the sky turns.

    PLACIDUS_SEMI_ARC keeps the proportion of the semi-arc, PLACIDUS_UNDER_THE_POLE the circle of
    position whose pole has that proportion of the ascensional difference. REGIOMONTANUS keeps the
    great circle through the north and south points of the horizon, and so does CAMPANUS, which
    counts its degrees along the prime vertical; TOPOCENTRIC is Polich and Page's cone.
    """

    PLACIDUS_SEMI_ARC = "PLACIDUS_SEMI_ARC"
    PLACIDUS_UNDER_THE_POLE = "PLACIDUS_UNDER_THE_POLE"
    REGIOMONTANUS = "REGIOMONTANUS"
    CAMPANUS = "CAMPANUS"
    TOPOCENTRIC = "TOPOCENTRIC"


class HousePlace(NamedTuple):
    """A place that stands still while the sky turns.

    `degrees` of house space, east positive: 0 on the midheaven, 90 on the ascendant, -90 on the
    descendant, 180 at the lower midheaven. `equator` is where its circle of position cuts the
    equator, in degrees east of the meridian, and `pole` the tangent of that circle's pole, south
    or west negative; semi-arcs use neither.
    """

    degrees: FloatArray
    equator: FloatArray
    pole: FloatArray


def ascensional_difference(declination: FloatArray, pole: FloatArray | float) -> FloatArray:
    """Degrees by which a point rises before a point of the equator; `pole` is a tangent.

    Beyond a quarter circle, where a point never rises, it is a quarter circle.
    """
    sine = np.tan(np.radians(declination)) * pole
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))


def crosses_horizon(declination: FloatArray, latitude: float) -> BoolArray:
    """Whether points rise and set at a latitude, as booleans."""
    return np.asarray(np.abs(np.tan(np.radians(declination)) * tan(radians(latitude))) < 1.0)


def place_of(
    method: DirectionMethod, hours: FloatArray, declination: FloatArray, latitude: float
) -> HousePlace:
    """The place where points stand, from their distance east of the meridian in degrees."""
    pole = tan(radians(latitude))
    hours = folded(hours)
    if method is DirectionMethod.PLACIDUS_SEMI_ARC:
        return place_at(method, _proportion(hours, declination, pole), latitude)
    if method is DirectionMethod.PLACIDUS_UNDER_THE_POLE:
        return _under_the_pole(hours, declination, pole)
    if method is DirectionMethod.TOPOCENTRIC:
        return place_at(method, _cone(hours, declination, pole), latitude)
    turned = np.radians(hours)
    # The great circle through the point and the north point of the horizon, cut by the equator.
    south = np.cos(turned) + np.tan(np.radians(declination)) * pole
    equator = np.degrees(np.arctan2(np.sin(turned), south))
    if method is DirectionMethod.REGIOMONTANUS:
        return place_at(method, equator, latitude)
    return place_at(method, _along_prime_vertical(equator, latitude), latitude)


def place_at(method: DirectionMethod, degrees: FloatArray | float, latitude: float) -> HousePlace:
    """The place at degrees of house space.

    PLACIDUS_UNDER_THE_POLE has no degrees of its own between the angles: it takes semi-arcs'
    ones, with the pole of a point of the equator.
    """
    pole, degrees = tan(radians(latitude)), folded(np.asarray(degrees, dtype=np.float64))
    if method is DirectionMethod.REGIOMONTANUS:
        return HousePlace(degrees, degrees, pole * np.sin(np.radians(degrees)))
    if method is DirectionMethod.CAMPANUS:
        equator = _from_prime_vertical(degrees, latitude)
        return HousePlace(degrees, equator, pole * np.sin(np.radians(equator)))
    return HousePlace(degrees, degrees, pole * _steepness(degrees))


def hours_at(
    method: DirectionMethod, place: HousePlace, declination: FloatArray, latitude: float
) -> FloatArray:
    """Degrees east of the meridian at which points of a declination come to a place."""
    if method is not DirectionMethod.PLACIDUS_SEMI_ARC:
        return place.equator + ascensional_difference(declination, place.pole)
    difference = ascensional_difference(declination, tan(radians(latitude)))
    above = np.abs(place.degrees) <= _QUARTER
    part = _steepness(place.degrees)
    below = np.where(place.degrees < 0.0, -_HALF_CIRCLE, _HALF_CIRCLE)
    return np.where(above, part * (_QUARTER + difference), below - part * (_QUARTER - difference))


def _steepness(degrees: FloatArray) -> FloatArray:
    """How far a place is from the meridian to the horizon: 0 to 1, in the west negative."""
    distance = np.abs(degrees)
    return np.copysign(np.minimum(distance, _HALF_CIRCLE - distance) / _QUARTER, degrees)


def _proportion(hours: FloatArray, declination: FloatArray, pole: float) -> FloatArray:
    """Degrees of house space by the part of the semi-arc that lies to the meridian."""
    difference = ascensional_difference(declination, pole)
    distance, diurnal = np.abs(hours), _QUARTER + difference
    # A semi-arc of nothing is that of a point which touches the horizon on the meridian.
    above = distance / np.maximum(diurnal, _SHORTEST_DECLINATION) * _QUARTER
    nocturnal = np.maximum(_HALF_CIRCLE - diurnal, _SHORTEST_DECLINATION)
    below = _HALF_CIRCLE - (_HALF_CIRCLE - distance) / nocturnal * _QUARTER
    return np.copysign(np.where(distance <= diurnal, above, below), hours)


def _under_the_pole(hours: FloatArray, declination: FloatArray, pole: float) -> HousePlace:
    degrees = _proportion(hours, declination, pole)
    part = _steepness(degrees)
    difference = ascensional_difference(declination, pole)
    slope = np.tan(np.radians(declination))
    on_equator = np.abs(declination) < _SHORTEST_DECLINATION
    sine = np.sin(np.radians(difference * part))
    own = np.where(on_equator, pole * part, sine / np.where(on_equator, 1.0, slope))
    return HousePlace(degrees, hours - ascensional_difference(declination, own), own)


def _cone(hours: FloatArray, declination: FloatArray, pole: float) -> FloatArray:
    """Degrees of house space whose pole has a tangent in proportion to them, by halving."""
    low, high = np.zeros_like(hours), np.full_like(hours, _HALF_CIRCLE)
    distance = np.abs(hours)
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        reached = middle + ascensional_difference(declination, pole * _steepness(middle))
        low, high = (
            np.where(reached < distance, middle, low),
            np.where(reached < distance, high, middle),
        )
    return np.copysign((low + high) / 2.0, hours)


def _along_prime_vertical(equator: FloatArray, latitude: float) -> FloatArray:
    turned = np.radians(equator)
    return np.degrees(np.arctan2(np.sin(turned), np.cos(turned) * cos(radians(latitude))))


def _from_prime_vertical(degrees: FloatArray, latitude: float) -> FloatArray:
    turned = np.radians(degrees)
    return np.degrees(np.arctan2(np.sin(turned) * cos(radians(latitude)), np.cos(turned)))
