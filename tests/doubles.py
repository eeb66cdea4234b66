"""Stand-ins whose answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm
from app.astrology.bodies import Body
from app.astrology.errors import OutsideEphemeris, PolarHouses
from app.astrology.houses import UNDEFINED_BEYOND_POLAR_CIRCLES, Division, HouseSystem
from app.astrology.moment import Moment
from app.astrology.place import Place
from app.astrology.sky import FloatArray, Provenance, Theory, UniversalTime

POLAR_CIRCLE = 66.5
"""Degrees of latitude from which `LinearEphemeris` refuses Placidus and Koch."""
SECONDS_TO_UT1 = 0.25
"""What `LinearEphemeris` adds to UTC when it is asked to convert to UT1."""


class Motion(NamedTuple):
    """Degrees of longitude at the epoch, degrees per day, and a latitude that never changes."""

    longitude: float
    speed: float = 0.0
    latitude: float = 0.0


@dataclass(frozen=True, slots=True)
class LinearEphemeris:
    """Bodies that move evenly, under an ascendant and a midheaven that stand still.

    Every house system divides evenly from the ascendant, so that cusps are 30 degrees apart.
    A body without a motion lies outside the ephemeris.
    """

    motions: Mapping[Body, Motion] = field(default_factory=dict)
    ascendant: float = 0.0
    midheaven: float = 270.0
    epoch: float = 0.0

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Body],
        theory: Theory = Theory.SWISS,  # noqa: ARG002 - the protocol
    ) -> FloatArray:
        rows = [[self._row(moment, body) for body in bodies] for moment in moments]
        return np.array(rows, dtype=np.float64).reshape(len(moments), len(bodies), 6)

    def divide(
        self,
        moment: float,  # noqa: ARG002 - the protocol
        place: Place,
        system: HouseSystem,
    ) -> Division:
        if system in UNDEFINED_BEYOND_POLAR_CIRCLES and abs(place.latitude) >= POLAR_CIRCLE:
            raise PolarHouses(f"{system} at {place.latitude}")
        cusps = tuple(norm(self.ascendant + 30.0 * house) for house in range(12))
        return Division(system, cusps, self.ascendant, self.midheaven, self.midheaven, 180.0)

    def universal_time(self, moment: Moment, rule: UniversalTime) -> float:
        late = SECONDS_TO_UT1 / 86_400.0 if rule is UniversalTime.UTC_TO_UT1 else 0.0
        return moment.jd_utc + late

    def delta_t(
        self,
        moment: float,  # noqa: ARG002 - the protocol
        theory: Theory = Theory.SWISS,  # noqa: ARG002 - the protocol
    ) -> float:
        return 64.0

    def provenance(
        self,
        bodies: Sequence[Body],  # noqa: ARG002 - the protocol
        theory: Theory = Theory.SWISS,
    ) -> Provenance:
        return Provenance("LinearEphemeris", theory, None, ())

    def _row(self, moment: float, body: Body) -> list[float]:
        if (motion := self.motions.get(body)) is None:
            raise OutsideEphemeris(f"{body} has no motion")
        longitude = norm(motion.longitude + motion.speed * (moment - self.epoch))
        return [longitude, motion.latitude, 1.0, motion.speed, 0.0, 0.0]
