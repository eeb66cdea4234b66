"""Stand-ins whose answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm
from app.astrology.bodies import Angle, Celestial
from app.astrology.errors import NoSuchPosition, OutsideEphemeris, PolarHouses
from app.astrology.frame import TROPICAL, Ayanamsa, Frame, Theory, UniversalTime, View
from app.astrology.houses import UNDEFINED_BEYOND_POLAR_CIRCLES, Division, HouseSystem
from app.astrology.moment import Moment
from app.astrology.place import Place
from app.astrology.sky import FloatArray, Obliquity, Position, Provenance

POLAR_CIRCLE = 66.5
"""Degrees of latitude from which `LinearEphemeris` refuses Placidus and Koch."""
SECONDS_TO_UT1 = 0.25
"""What `LinearEphemeris` adds to UTC when it is asked to convert to UT1."""
AYANAMSA = 24.0
"""Degrees of every ayanamsa but the USER one, which keeps its value."""
OBLIQUITY = Obliquity(23.5, 23.5, 0.0, 0.0)
TURN_OF_ANGLES = 361.0
"""Degrees a day that every angle and cusp moves."""


class Motion(NamedTuple):
    """Degrees of longitude at the epoch, degrees per day, and what never changes.

    The right ascension is the longitude; the declination moves by its own speed.
    """

    longitude: float
    speed: float = 0.0
    latitude: float = 0.0
    declination: float = 0.0
    declination_speed: float = 0.0


@dataclass(frozen=True, slots=True)
class LinearEphemeris:
    """Bodies that move evenly, under an ascendant and a midheaven that stand still.

    Every house system divides evenly from the ascendant, so that cusps are 30 degrees apart;
    GAUQUELIN has 36 sectors that run clockwise. A body without a motion lies outside the
    ephemeris, and every body only seen from the Earth.
    """

    motions: Mapping[Celestial, Motion] = field(default_factory=dict)
    ascendant: float = 0.0
    midheaven: float = 270.0
    epoch: float = 0.0

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        _refuse_other_centers(frame)
        start = self.ayanamsa(0.0, frame.ayanamsa) if frame.ayanamsa else 0.0
        rows = [[self._row(moment, body, start) for body in bodies] for moment in moments]
        return np.array(rows, dtype=np.float64).reshape(len(moments), len(bodies), 6)

    def equatorial(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        _refuse_other_centers(frame)
        rows = [[self._tilted(moment, body) for body in bodies] for moment in moments]
        return np.array(rows, dtype=np.float64).reshape(len(moments), len(bodies), 6)

    def divide(
        self,
        moment: float,  # noqa: ARG002 - the protocol
        place: Place,
        system: HouseSystem,
        frame: Frame = TROPICAL,
        *,
        speeds: bool = False,
    ) -> Division:
        if system in UNDEFINED_BEYOND_POLAR_CIRCLES and abs(place.latitude) >= POLAR_CIRCLE:
            raise PolarHouses(f"{system} at {place.latitude}")
        start = self.ayanamsa(0.0, frame.ayanamsa) if frame.ayanamsa else 0.0
        asc, mc = norm(self.ascendant - start), norm(self.midheaven - start)
        step, count = (-10.0, 36) if system is HouseSystem.GAUQUELIN else (30.0, 12)
        cusps = tuple(norm(asc + step * house) for house in range(count))
        angles = {
            Angle.ASC: asc,
            Angle.MC: mc,
            Angle.DESC: norm(asc + 180.0),
            Angle.IC: norm(mc + 180.0),
        }
        angle_speeds = dict.fromkeys(angles, TURN_OF_ANGLES) if speeds else {}
        cusp_speeds = (TURN_OF_ANGLES,) * count if speeds else ()
        return Division(system, cusps, cusp_speeds, angles, angle_speeds, self.midheaven)

    def divide_meridian(
        self,
        armc: float,
        latitude: float,
        tilt: float,  # noqa: ARG002 - the protocol
        system: HouseSystem,
        sun_declination: float = 0.0,  # noqa: ARG002 - the protocol
    ) -> Division:
        """The midheaven is its own right ascension, and the ascendant a quarter ahead of it."""
        turned = replace(self, midheaven=armc, ascendant=norm(armc + 90.0))
        return turned.divide(0.0, Place(latitude, 0.0), system)

    def house_positions(
        self,
        moment: float,
        place: Place,
        system: HouseSystem,
        positions: Sequence[Position],
    ) -> list[float]:
        first = self.divide(moment, place, system).cusps[0]
        # A degree of latitude counts for a degree along the houses, so that the two rules differ.
        return [
            1.0 + norm(position.longitude + position.latitude - first) / 30.0
            for position in positions
        ]

    def ayanamsa(
        self,
        moment: float,  # noqa: ARG002 - the protocol
        ayanamsa: Ayanamsa,
        theory: Theory = Theory.SWISS,  # noqa: ARG002 - the protocol
    ) -> float:
        return ayanamsa.value or AYANAMSA

    def obliquity(
        self,
        moment: float,  # noqa: ARG002 - the protocol
    ) -> Obliquity:
        return OBLIQUITY

    def sidereal_time(
        self,
        moment: float,  # noqa: ARG002 - the protocol
    ) -> float:
        return self.midheaven

    def universal_time(self, moment: Moment, rule: UniversalTime) -> float:
        late = SECONDS_TO_UT1 / 86_400.0 if rule is UniversalTime.UTC_TO_UT1 else 0.0
        return moment.jd_utc + late

    def utc(self, moment: float) -> float:
        return moment - SECONDS_TO_UT1 / 86_400.0

    def delta_t(
        self,
        moment: float,  # noqa: ARG002 - the protocol
        theory: Theory = Theory.SWISS,  # noqa: ARG002 - the protocol
    ) -> float:
        return 64.0

    def provenance(
        self,
        bodies: Sequence[Celestial],  # noqa: ARG002 - the protocol
        frame: Frame = TROPICAL,
        *,
        stars: bool = False,  # noqa: ARG002 - the protocol
    ) -> Provenance:
        return Provenance("LinearEphemeris", frame.theory, None, ())

    def _row(self, moment: float, body: Celestial, start: float) -> list[float]:
        motion = self._motion(body)
        longitude = norm(motion.longitude + motion.speed * (moment - self.epoch) - start)
        return [longitude, motion.latitude, 1.0, motion.speed, 0.0, 0.0]

    def _tilted(self, moment: float, body: Celestial) -> list[float]:
        motion, days = self._motion(body), moment - self.epoch
        ascension = norm(motion.longitude + motion.speed * days)
        declination = motion.declination + motion.declination_speed * days
        return [ascension, declination, 1.0, motion.speed, motion.declination_speed, 0.0]

    def _motion(self, body: Celestial) -> Motion:
        if (motion := self.motions.get(body)) is None:
            raise OutsideEphemeris(f"{body} has no motion")
        return motion


def _refuse_other_centers(frame: Frame) -> None:
    if frame.center not in {View.GEOCENTRIC, View.TOPOCENTRIC}:
        raise NoSuchPosition(f"no position as seen from center {frame.center}")
