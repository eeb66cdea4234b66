"""What every technique may ask of an ephemeris."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from app.astrology.bodies import Celestial, Point
from app.astrology.frame import TROPICAL, Ayanamsa, Frame, Theory, UniversalTime
from app.astrology.houses import Division, HouseSystem
from app.astrology.moment import Moment
from app.astrology.place import Place

FloatArray = npt.NDArray[np.float64]

LONGITUDE, LATITUDE, DISTANCE, SPEED, LATITUDE_SPEED, DISTANCE_SPEED = range(6)
"""Columns of the last axis of `Ephemeris.positions`."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer was computed from."""

    library: str
    theory: Theory
    de_number: int | None
    files: tuple[str, ...]


class Position(NamedTuple):
    """Apparent place of a point on the ecliptic of date, in the zodiac that was asked for.

    Degrees and astronomical units; speeds per day. For an angle or lot all but the longitude
    are 0. A tuple, because searches make thousands and a frozen dataclass costs three times as
    much.
    """

    point: Point
    longitude: float
    latitude: float = 0.0
    distance: float = 0.0
    speed: float = 0.0
    latitude_speed: float = 0.0
    distance_speed: float = 0.0


class Obliquity(NamedTuple):
    """Tilt of the equator against the ecliptic, and nutation, in degrees."""

    true: float
    mean: float
    nutation_in_longitude: float
    nutation_in_obliquity: float


class Ephemeris(Protocol):
    """Positions over arrays of moments; a moment is a Julian day in UT1."""

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        """Array of shape (moments, bodies, 6), columns as named above.

        Apparent places on the ecliptic of date, as the frame measures them; degrees,
        astronomical units, per day. Raises OutsideEphemeris where the files hold no answer,
        NoSuchPosition where the body has none as seen from the centre.
        """
        ...

    def equatorial(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        """The same with right ascension and declination in place of longitude and latitude.

        Always on the true equator of date: the frame's zodiac does not touch it.
        """
        ...

    def divide(
        self,
        moment: float,
        place: Place,
        system: HouseSystem,
        frame: Frame = TROPICAL,
        *,
        speeds: bool = False,
    ) -> Division:
        """Cusps and angles in degrees; raises PolarHouses where the system is undefined.

        Speeds cost as much again twice.
        """
        ...

    def divide_meridian(
        self,
        armc: float,
        latitude: float,
        tilt: float,
        system: HouseSystem,
        sun_declination: float = 0.0,
    ) -> Division:
        """Tropical cusps and angles under a right ascension of the midheaven, whatever the moment.

        For charts whose midheaven is no moment's: progressed and composite ones. `tilt` is the
        true obliquity; SUNSHINE houses need the Sun's declination. Raises PolarHouses.
        """
        ...

    def house_positions(
        self, moment: float, place: Place, system: HouseSystem, positions: Sequence[Position]
    ) -> list[float]:
        """House and the part of it that is passed, 1 up to 13, by true position in space.

        The sector of GAUQUELIN, 1 up to 37, in its place. The positions are tropical. Systems
        that divide longitude have no such positions. Raises PolarHouses, NoSuchPosition.
        """
        ...

    def ayanamsa(self, moment: float, ayanamsa: Ayanamsa, theory: Theory = Theory.SWISS) -> float:
        """Degrees from the equinox to the start of a sidereal zodiac, nutation included.

        Those bound to a star are seen from the Earth of a theory; raises OutsideEphemeris.
        """
        ...

    def obliquity(self, moment: float) -> Obliquity:
        """Tilt of the equator of date."""
        ...

    def sidereal_time(self, moment: float) -> float:
        """Apparent sidereal time at Greenwich, in degrees."""
        ...

    def universal_time(self, moment: Moment, rule: UniversalTime) -> float:
        """Julian day in UT1 of a civil moment."""
        ...

    def utc(self, moment: float) -> float:
        """Julian day that the clocks of UTC show at a moment, which is UT1.

        What `universal_time` makes of it by UTC_TO_UT1 is the moment again.
        """
        ...

    def delta_t(self, moment: float, theory: Theory = Theory.SWISS) -> float:
        """Seconds by which terrestrial time runs ahead of UT1."""
        ...

    def provenance(
        self, bodies: Sequence[Celestial], frame: Frame = TROPICAL, *, stars: bool = False
    ) -> Provenance:
        """The files behind the positions computed last for these bodies, and for `stars`.

        The frame's zodiac may be bound to a star too.
        """
        ...


def positions_at(
    moment: float,
    bodies: Sequence[Celestial],
    ephemeris: Ephemeris,
    frame: Frame = TROPICAL,
) -> list[Position]:
    """The bodies at one moment, in the order asked."""
    rows = ephemeris.positions((moment,), bodies, frame)[0].tolist()
    return [Position(body, *row) for body, row in zip(bodies, rows, strict=True)]
