"""What every technique may ask of an ephemeris."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from app.astrology.bodies import Body, Point
from app.astrology.houses import Division, HouseSystem
from app.astrology.moment import Moment
from app.astrology.place import Place

FloatArray = npt.NDArray[np.float64]

LONGITUDE, LATITUDE, DISTANCE, SPEED, LATITUDE_SPEED, DISTANCE_SPEED = range(6)
"""Columns of the last axis of `Ephemeris.positions`."""


class Theory(StrEnum):
    """Where positions come from: the Swiss Ephemeris files, or the analytic Moshier series."""

    SWISS = "SWISS"
    MOSHIER = "MOSHIER"


class UniversalTime(StrEnum):
    """How a UTC clock reading becomes UT1, the time that turns the sky."""

    UTC_AS_UT1 = "UTC_AS_UT1"
    UTC_TO_UT1 = "UTC_TO_UT1"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer was computed from."""

    library: str
    theory: Theory
    de_number: int | None
    files: tuple[str, ...]


class Position(NamedTuple):
    """Apparent place of a point: ecliptic of date, tropical.

    Degrees and astronomical units; speeds per day. For an angle all but the longitude are 0.
    A tuple, because searches make thousands and a frozen dataclass costs three times as much.
    """

    point: Point
    longitude: float
    latitude: float = 0.0
    distance: float = 0.0
    speed: float = 0.0
    latitude_speed: float = 0.0
    distance_speed: float = 0.0


class Ephemeris(Protocol):
    """Positions over arrays of moments; a moment is a Julian day in UT1."""

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Body],
        theory: Theory = Theory.SWISS,
    ) -> FloatArray:
        """Array of shape (moments, bodies, 6), columns as named above.

        Apparent geocentric places, ecliptic of date; degrees, astronomical units, per day.
        Raises OutsideEphemeris where the files hold no answer.
        """
        ...

    def divide(self, moment: float, place: Place, system: HouseSystem) -> Division:
        """Cusps and angles in degrees; raises PolarHouses where the system is undefined."""
        ...

    def universal_time(self, moment: Moment, rule: UniversalTime) -> float:
        """Julian day in UT1 of a civil moment."""
        ...

    def delta_t(self, moment: float, theory: Theory = Theory.SWISS) -> float:
        """Seconds by which terrestrial time runs ahead of UT1."""
        ...

    def provenance(self, bodies: Sequence[Body], theory: Theory = Theory.SWISS) -> Provenance:
        """The files behind the positions computed last for these bodies."""
        ...


def positions_at(
    moment: float,
    bodies: Sequence[Body],
    ephemeris: Ephemeris,
    theory: Theory = Theory.SWISS,
) -> list[Position]:
    """The bodies at one moment, in the order asked."""
    rows = ephemeris.positions((moment,), bodies, theory)[0].tolist()
    return [Position(body, *row) for body, row in zip(bodies, rows, strict=True)]
