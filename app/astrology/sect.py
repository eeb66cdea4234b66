"""Day charts and night charts."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin, tan

from app.astrology.bodies import Body
from app.astrology.frame import Frame, Theory
from app.astrology.names import Name
from app.astrology.place import Place
from app.astrology.sky import LATITUDE, LONGITUDE, Ephemeris

APPARENT_HORIZON = -50.0 / 60.0
"""Altitude in degrees of the Sun's centre when its upper limb is seen to rise.

34' of refraction and 16' of semidiameter, as the rise and set tables of the United States Naval
Observatory define it.
"""


class SectRule(Name):
    """When it is day: the Sun's centre above the true horizon, or its limb above the seen one."""

    GEOMETRIC = "GEOMETRIC"
    APPARENT = "APPARENT"


def is_day(
    moment: float, place: Place, armc: float, rule: SectRule, ephemeris: Ephemeris, theory: Theory
) -> bool:
    """Whether the Sun is up; `armc` is the right ascension of the midheaven in degrees."""
    row = ephemeris.positions((moment,), (Body.SUN,), Frame(theory))[0, 0]
    tilt = ephemeris.obliquity(moment).true
    return is_up(float(row[LONGITUDE]), float(row[LATITUDE]), tilt, armc, place, rule)


def is_up(
    sun: float, sun_latitude: float, obliquity: float, armc: float, place: Place, rule: SectRule
) -> bool:
    """Whether a Sun of tropical longitude and latitude is up; everything in degrees."""
    longitude, latitude, tilt = radians(sun), radians(sun_latitude), radians(obliquity)
    # Turned from the ecliptic: cheaper than asking the library for other coordinates.
    ascension = degrees(
        atan2(sin(longitude) * cos(tilt) - tan(latitude) * sin(tilt), cos(longitude))
    )
    declination = degrees(
        asin(sin(latitude) * cos(tilt) + cos(latitude) * sin(tilt) * sin(longitude))
    )
    altitude = altitude_of(ascension, declination, armc, place.latitude)
    return altitude > (0.0 if rule is SectRule.GEOMETRIC else APPARENT_HORIZON)


def altitude_of(right_ascension: float, declination: float, armc: float, latitude: float) -> float:
    """True altitude above the horizon; everything in degrees."""
    hour_angle = radians(armc - right_ascension)
    phi, delta = radians(latitude), radians(declination)
    sine = sin(phi) * sin(delta) + cos(phi) * cos(delta) * cos(hour_angle)
    return degrees(asin(max(-1.0, min(1.0, sine))))
