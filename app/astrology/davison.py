"""The Davison chart: the moment and the place in the middle between two births."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin

from app.astrology.angles import signed_arc
from app.astrology.aspects import EXACT_WITHIN
from app.astrology.chart import Instant
from app.astrology.midpoints import near_midpoints
from app.astrology.names import Name
from app.astrology.place import Place

_SECONDS_OF_A_DAY = 86_400.0
_ROUNDS = 3
"""Delta T changes by a second a year: the second round is exact to the microsecond."""


class DavisonTime(Name):
    """What is averaged: Julian days in universal time, or in terrestrial time."""

    JD_UT = "JD_UT"
    JD_TT = "JD_TT"


class DavisonPlace(Name):
    """The middle of two places.

    ARITHMETIC is the mean latitude and the middle of the shorter arc of longitude, SPHERICAL
    the middle of the great circle between them.
    """

    ARITHMETIC = "ARITHMETIC"
    SPHERICAL = "SPHERICAL"


def davison_charts(
    first: Instant, second: Instant, time: DavisonTime, place: DavisonPlace
) -> list[Instant]:
    """The chart in the middle of two, under the conventions of the first.

    Two charts where the places lie opposite each other, and both middles are as near.
    """
    moment = mean_moment(first, second, time)
    return [first.at(moment, middle) for middle in middles_of(first.place, second.place, place)]


def mean_moment(first: Instant, second: Instant, time: DavisonTime) -> float:
    """The Julian day in UT1 halfway between two moments."""
    if time is DavisonTime.JD_UT:
        return (first.moment + second.moment) / 2.0
    terrestrial = sum(chart.moment + _delta_t(chart, chart.moment) for chart in (first, second)) / 2
    moment = terrestrial
    for _ in range(_ROUNDS):
        moment = terrestrial - _delta_t(first, moment)
    return moment


def _delta_t(chart: Instant, moment: float) -> float:
    """Days by which terrestrial time runs ahead of UT1."""
    seconds = chart.ephemeris.delta_t(moment, chart.conventions.frame.theory)
    return seconds / _SECONDS_OF_A_DAY


def middles_of(first: Place, second: Place, rule: DavisonPlace) -> tuple[Place, ...]:
    """The place halfway between two, or both such places where they lie opposite each other.

    By SPHERICAL only antipodes do so, and any point of a circle would be halfway: the two on the
    equator answer for it. By ARITHMETIC it is so on opposite meridians.
    """
    altitude = (first.altitude + second.altitude) / 2.0
    if rule is DavisonPlace.SPHERICAL:
        x, y, z = (a + b for a, b in zip(_vector(first), _vector(second), strict=True))
        length = (x * x + y * y + z * z) ** 0.5
        if length > radians(EXACT_WITHIN):
            latitude = degrees(asin(max(-1.0, min(1.0, z / length))))
            return (Place(latitude, degrees(atan2(y, x)), altitude),)
    latitude = (first.latitude + second.latitude) / 2.0
    longitudes = near_midpoints(first.longitude, second.longitude)
    return tuple(Place(latitude, signed_arc(0.0, east), altitude) for east in longitudes)


def _vector(place: Place) -> tuple[float, float, float]:
    """The place on a sphere of radius 1."""
    latitude, longitude = radians(place.latitude), radians(place.longitude)
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)
