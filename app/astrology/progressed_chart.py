"""Progressed charts: positions of the progressed moment, under an advanced midheaven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, degrees, radians, sin

import numpy as np

from app.astrology.angles import norm, signed_arc
from app.astrology.bodies import Angle, Body
from app.astrology.chart import Instant, shifted
from app.astrology.errors import PolarHouses
from app.astrology.frame import Frame
from app.astrology.houses import Division, HouseSystem, PolarPolicy
from app.astrology.names import Name
from app.astrology.place import Place
from app.astrology.progressions import Circle, Clock, mean_arcs, sun_arcs
from app.astrology.sky import LATITUDE, FloatArray

_A_WHILE = 1e-3
"""Progressed days to either side from which speeds of angles are taken."""


class MidheavenMethod(Name):
    """How the midheaven goes on.

    SOLAR_ARC_LONGITUDE and NAIBOD_LONGITUDE add the true or the mean Sun's arc to its longitude,
    SOLAR_ARC_RA and NAIBOD_RA to its right ascension. DAILY takes the midheaven that the
    progressed moment itself has, which turns once a progressed day (Q2).
    """

    SOLAR_ARC_LONGITUDE = "SOLAR_ARC_LONGITUDE"
    SOLAR_ARC_RA = "SOLAR_ARC_RA"
    NAIBOD_LONGITUDE = "NAIBOD_LONGITUDE"
    NAIBOD_RA = "NAIBOD_RA"
    DAILY = "DAILY"


class AscendantMethod(Name):
    """The ascendant DERIVED from the progressed midheaven, or moved by the SOLAR_ARC itself."""

    DERIVED = "DERIVED"
    SOLAR_ARC = "SOLAR_ARC"


class ObliquityDate(Name):
    """Whose tilt of the equator the progressed houses have."""

    PROGRESSED = "PROGRESSED"
    NATAL = "NATAL"


@dataclass(frozen=True, slots=True)
class Progression:
    """A birth carried on to a moment of life, and how its angles are.

    `target` is a Julian day in UT1. `place` is where the progressed chart is cast.
    """

    natal: Instant
    clock: Clock
    target: float
    place: Place
    midheaven: MidheavenMethod = MidheavenMethod.SOLAR_ARC_LONGITUDE
    ascendant: AscendantMethod = AscendantMethod.DERIVED
    obliquity: ObliquityDate = ObliquityDate.PROGRESSED

    @property
    def moment(self) -> float:
        """The progressed moment, as Julian day in UT1."""
        return self.clock.progressed(self.target)

    @property
    def instant(self) -> Instant:
        """The progressed moment under the conventions of the birth."""
        return self.natal.at(self.moment, self.place)

    def arc(self, along: Circle = Circle.LONGITUDE) -> float:
        """Degrees that the progressed Sun has gone since birth."""
        sky, theory = self.natal.ephemeris, self.natal.conventions.frame.theory
        return float(sun_arcs(self.clock, (self.target,), sky, theory, along)[0, 0])

    def divide(self, system: HouseSystem) -> Division:
        """Cusps and angles in the chart's zodiac; raises PolarHouses, whatever the policy.

        Speeds of angles are degrees a progressed day, as those of the positions are.
        """
        before, after = (
            replace(self, target=self.clock.target(self.moment + days)).draw(HouseSystem.EQUAL)
            for days in (-_A_WHILE, _A_WHILE)
        )
        found = self.draw(system)
        speeds = {
            angle: signed_arc(before.angles[angle], after.angles[angle]) / (2.0 * _A_WHILE)
            for angle in found.angles
        }
        return replace(found, angle_speeds=speeds)

    def divide_as_agreed(self, system: HouseSystem) -> Division | None:
        """The same under the polar policy: None where houses are left out."""
        conventions = self.natal.conventions
        try:
            return self.divide(system)
        except PolarHouses:
            if conventions.polar is PolarPolicy.REFUSE:
                raise
            if conventions.polar is PolarPolicy.FLAG:
                return None
            return self.divide(conventions.polar_fallback)

    def draw(self, system: HouseSystem) -> Division:
        """Cusps and angles as `divide` has them, without speeds; raises PolarHouses."""
        sky = self.natal.ephemeris
        natal = sky.divide(self.natal.moment, self.place, HouseSystem.EQUAL)
        progressed = self.obliquity is ObliquityDate.PROGRESSED
        tilt = sky.obliquity(self.moment if progressed else self.natal.moment).true
        armc = self._armc(natal, tilt)
        found = sky.divide_meridian(
            armc, self.place.latitude, tilt, system, self._sun_declination(system)
        )
        if self.ascendant is AscendantMethod.SOLAR_ARC:
            asc = norm(natal.ascendant + self.arc())
            moved = {Angle.ASC: asc, Angle.DESC: norm(asc + 180.0)}
            found = replace(found, angles={**found.angles, **moved})
        return in_zodiac_of(self.instant, found)

    def angles_at(self, targets: FloatArray, angles: Sequence[Angle]) -> FloatArray:
        """Longitudes of some angles at moments of life, as `draw` has them at its own target.

        An array of (targets, angles) in degrees.
        """
        drawn = (replace(self, target=float(target)).draw(HouseSystem.EQUAL) for target in targets)
        return np.array([[found.angles[angle] for angle in angles] for found in drawn])

    def _armc(self, natal: Division, tilt: float) -> float:
        """Right ascension of the progressed midheaven, in degrees."""
        match self.midheaven:
            case MidheavenMethod.SOLAR_ARC_LONGITUDE:
                return right_ascension(natal.midheaven + self.arc(), tilt)
            case MidheavenMethod.SOLAR_ARC_RA:
                return norm(natal.armc + self.arc(Circle.RIGHT_ASCENSION))
            case MidheavenMethod.NAIBOD_LONGITUDE:
                return right_ascension(natal.midheaven + mean_arcs(self.clock, self.target), tilt)
            case MidheavenMethod.NAIBOD_RA:
                return norm(natal.armc + mean_arcs(self.clock, self.target))
            case MidheavenMethod.DAILY:
                greenwich = self.natal.ephemeris.sidereal_time(self.moment)
                return norm(greenwich + self.place.longitude)

    def _sun_declination(self, system: HouseSystem) -> float:
        """Degrees, for the systems that divide the Sun's own arc; 0 for all others."""
        if system not in {HouseSystem.SUNSHINE, HouseSystem.SUNSHINE_MAKRANSKY}:
            return 0.0
        frame = Frame(self.natal.conventions.frame.theory)
        rows = self.natal.ephemeris.equatorial((self.moment,), (Body.SUN,), frame)
        return float(rows[0, 0, LATITUDE])


def right_ascension(longitude: float, tilt: float) -> float:
    """Right ascension of a point of the ecliptic, everything in degrees."""
    at, tilted = radians(longitude), radians(tilt)
    return norm(degrees(atan2(sin(at) * cos(tilted), cos(at))))


def in_zodiac_of(instant: Instant, tropical: Division) -> Division:
    """A division of the tropical zodiac in that of the instant, its signs cut anew."""
    return shifted(tropical, instant.equinox)
