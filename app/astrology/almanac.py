"""What techniques may ask beside positions: stars, risings, phases, orbits and eclipses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from app.astrology.bodies import Celestial
from app.astrology.frame import TROPICAL, Frame, Theory
from app.astrology.place import Place
from app.astrology.sky import Ephemeris, FloatArray


class Star(NamedTuple):
    """A star of the catalogue file: its key there, its traditional name, and its V magnitude.

    The key is the nomenclature name (`alTau`), which is unique; many stars have no other name,
    and then `name` is the key. `aliases` are further names in the file. The magnitude is infinite
    for what the file gives none: clusters, the galactic centre and the like.
    """

    key: str
    name: str
    magnitude: float
    aliases: tuple[str, ...] = ()


class HorizonEvent(StrEnum):
    """When a body crosses the horizon or the meridian."""

    RISE = "RISE"
    SET = "SET"
    CULMINATION = "CULMINATION"
    ANTICULMINATION = "ANTICULMINATION"


class HeliacalEvent(StrEnum):
    """The first and last sights of a body in the twilights."""

    MORNING_FIRST = "MORNING_FIRST"
    EVENING_LAST = "EVENING_LAST"
    EVENING_FIRST = "EVENING_FIRST"
    MORNING_LAST = "MORNING_LAST"


class Limb(StrEnum):
    """Which part of a disc must touch the horizon."""

    UPPER = "UPPER"
    CENTER = "CENTER"
    LOWER = "LOWER"


@dataclass(frozen=True, slots=True)
class Air:
    """How the horizon is seen: hectopascals, degrees Celsius, and which limb counts.

    `refraction` False is the geometric horizon, and so is a pressure of 0. `altitude` is that of
    the event's horizon in degrees: -6, -12 and -18 for the twilights, which take the disc's
    centre without refraction. `geocentric` leaves out parallax and ecliptic latitude, as Hindu
    sunrises do.
    """

    pressure: float = 1013.25
    temperature: float = 15.0
    limb: Limb = Limb.UPPER
    refraction: bool = True
    altitude: float = 0.0
    geocentric: bool = False


STANDARD_AIR = Air()
"""The mean atmosphere at sea level, as tables assume it."""


class Phenomena(NamedTuple):
    """How a body looks: angles in degrees, the lit part of its disc 0..1, V magnitude."""

    phase_angle: float
    illumination: float
    elongation: float
    diameter: float
    magnitude: float


class OrbitPoints(NamedTuple):
    """Nodes and apsides of a body's orbit: rows of six columns as `Ephemeris.positions` has."""

    ascending: tuple[float, ...]
    descending: tuple[float, ...]
    perihelion: tuple[float, ...]
    aphelion: tuple[float, ...]


class EclipseKind(StrEnum):
    """How much is covered where it is covered most."""

    TOTAL = "TOTAL"
    ANNULAR = "ANNULAR"
    HYBRID = "HYBRID"
    PARTIAL = "PARTIAL"
    PENUMBRAL = "PENUMBRAL"


class EclipseOf(StrEnum):
    """Which light is eclipsed."""

    SUN = "SUN"
    MOON = "MOON"


@dataclass(frozen=True, slots=True)
class Eclipse:
    """A solar or lunar eclipse as the whole Earth has it; moments are Julian days in UT1.

    `magnitude` is NASA's: for a solar eclipse the fraction of the Sun's diameter that is covered
    (for a central one the ratio of the diameters), for a lunar one the umbral magnitude;
    `penumbral_magnitude` is None for a solar one. `contacts` are the moments that exist, by name
    (`partial_begin`, `total_begin`, `annular_begin`, `hybrid_begin`, `center_line_begin`,
    `penumbral_begin` and their `…_end`), in order. `greatest_at` is where a solar one is
    greatest, None for a lunar one. The Saros is None where no series is known.
    """

    of: EclipseOf
    kind: EclipseKind
    greatest: float
    magnitude: float
    penumbral_magnitude: float | None
    saros_series: int | None
    saros_member: int | None
    contacts: tuple[tuple[str, float], ...]
    greatest_at: Place | None


@dataclass(frozen=True, slots=True)
class LocalEclipse:
    """The same as seen from a place.

    `magnitude` is the covered fraction of the diameter, for the Moon in the umbra; `obscuration`
    that of the Sun's area, at most 1, None for the Moon. `altitude` of the eclipsed light at the
    maximum, in degrees, apparent; its `azimuth` from north through east. Where the maximum lies
    below the horizon, `maximum` is the rising or setting next to it. `contacts` hold only what is
    above the horizon; rising or setting during the eclipse are `rise` and `set`.
    """

    kind: EclipseKind
    maximum: float
    magnitude: float
    obscuration: float | None
    altitude: float
    azimuth: float
    maximum_visible: bool
    contacts: tuple[tuple[str, float], ...]


class Almanac(Ephemeris, Protocol):
    """An ephemeris that knows stars, horizons and eclipses too; moments are Julian days in UT1."""

    def stars(self) -> Sequence[Star]:
        """Every star of the catalogue file, once each."""
        ...

    def star_positions(
        self,
        moments: Sequence[float] | FloatArray,
        stars: Sequence[Star],
        frame: Frame = TROPICAL,
        *,
        mean: bool = False,
    ) -> FloatArray:
        """Apparent places, as `Ephemeris.positions` has them: (moments, stars, 6).

        `mean` ones leave out nutation, aberration and the bending of light: the catalogue's place
        moved by precession, proper motion and parallax alone.
        """
        ...

    def star_equatorial(
        self,
        moments: Sequence[float] | FloatArray,
        stars: Sequence[Star],
        frame: Frame = TROPICAL,
        *,
        mean: bool = False,
    ) -> FloatArray:
        """The same in right ascension and declination, on the true equator of date.

        Those of `mean` places are on the mean equator.
        """
        ...

    def horizon_event(  # noqa: PLR0913 - what crosses which horizon, through which air
        self,
        moment: float,
        body: Celestial | Star,
        event: HorizonEvent,
        place: Place,
        air: Air = STANDARD_AIR,
        *,
        within: float = 2.0,
        theory: Theory = Theory.SWISS,
    ) -> float | None:
        """The next such moment after another; None where the body stays up or down.

        None means: it does not happen within so many days, at most two.
        """
        ...

    def apparent_altitude(self, altitude: float, place: Place, air: Air = STANDARD_AIR) -> float:
        """What refraction makes of a true altitude, in degrees."""
        ...

    def phenomena(
        self, moment: float, body: Celestial, *, theory: Theory = Theory.SWISS
    ) -> Phenomena:
        """How a body looks from the Earth."""
        ...

    def orbit_points(
        self,
        moment: float,
        body: Celestial,
        *,
        osculating: bool,
        heliocentric: bool,
        theory: Theory = Theory.SWISS,
    ) -> OrbitPoints:
        """Nodes and apsides of a planet's orbit, tropical, of date.

        Mean ones are known for MERCURY to NEPTUNE only. The Moon's are bodies of their own: the
        nodes, LILITH, PRIAPUS. Raises NoSuchPosition for them and for what has no such orbit.
        """
        ...

    def eclipse(
        self,
        moment: float,
        of: EclipseOf,
        *,
        backwards: bool = False,
        theory: Theory = Theory.SWISS,
    ) -> Eclipse:
        """The next eclipse after a moment, or the last one before it."""
        ...

    def local_eclipse(
        self, eclipse: Eclipse, place: Place, *, theory: Theory = Theory.SWISS
    ) -> LocalEclipse | None:
        """How an eclipse is seen from a place; None where nothing of it is seen."""
        ...

    def heliacal(  # noqa: PLR0913 - which phase of what, who looks, and through which air
        self,
        moment: float,
        body: Celestial | Star,
        event: HeliacalEvent,
        place: Place,
        air: Air,
        observer: Sequence[float],
        *,
        theory: Theory = Theory.SWISS,
    ) -> float | None:
        """The next heliacal phase, good to the day; None for no such phase within five cycles.

        `observer` is (humidity in percent, age in years, Snellen ratio of the eyes). EVENING_FIRST
        and MORNING_LAST are phases of MERCURY, VENUS and MOON only, and the Moon has no others.
        Raises NoSuchPosition for what eyes do not see.
        """
        ...

    def gauquelin_sector(
        self,
        moment: float,
        body: Celestial | Star,
        place: Place,
        method: int,
        *,
        topocentric: bool,
        theory: Theory = Theory.SWISS,
    ) -> float:
        """Sector and its part that is passed, 1 up to 37, clockwise from the ascendant.

        Method 0 is Placidus with latitude, 1 without, 2 to 5 are by real rising and setting.
        Raises PolarHouses for the first two, NoSuchPosition where the others find no crossing.
        """
        ...
