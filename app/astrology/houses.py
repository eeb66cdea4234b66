"""House systems, cusps, and the house of a longitude."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.astrology.angles import norm
from app.astrology.bodies import Angle
from app.astrology.names import Name
from app.astrology.zodiac import DEGREES_OF_A_SIGN, SIGNS

_CIRCLE = 360.0
_SAME_CUSP = 1e-6
"""Degrees within which two cusps are one: iterations that find them end at 1e-8."""


class HouseSystem(Name):
    """Every house system of Swiss Ephemeris, by name.

    EQUAL starts at the ascendant, EQUAL_MC ten houses before the midheaven, EQUAL_ARIES at 0
    degrees Aries, VEHLOW half a house before the ascendant. TOPOCENTRIC is Polich and Page's,
    SUNSHINE Treindl's and SUNSHINE_MAKRANSKY Makransky's form of the same idea. GAUQUELIN has 36
    sectors, counted clockwise.
    """

    PLACIDUS = "PLACIDUS"
    KOCH = "KOCH"
    EQUAL = "EQUAL"
    WHOLE_SIGN = "WHOLE_SIGN"
    CAMPANUS = "CAMPANUS"
    REGIOMONTANUS = "REGIOMONTANUS"
    PORPHYRY = "PORPHYRY"
    ALCABITIUS = "ALCABITIUS"
    TOPOCENTRIC = "TOPOCENTRIC"
    MORINUS = "MORINUS"
    MERIDIAN = "MERIDIAN"
    VEHLOW = "VEHLOW"
    EQUAL_MC = "EQUAL_MC"
    EQUAL_ARIES = "EQUAL_ARIES"
    HORIZONTAL = "HORIZONTAL"
    KRUSINSKI = "KRUSINSKI"
    CARTER = "CARTER"
    APC = "APC"
    SRIPATI = "SRIPATI"
    SUNSHINE = "SUNSHINE"
    SUNSHINE_MAKRANSKY = "SUNSHINE_MAKRANSKY"
    PULLEN_SD = "PULLEN_SD"
    PULLEN_SR = "PULLEN_SR"
    SAVARD_A = "SAVARD_A"
    GAUQUELIN = "GAUQUELIN"


LETTER_OF: dict[HouseSystem, str] = {
    HouseSystem.PLACIDUS: "P",
    HouseSystem.KOCH: "K",
    HouseSystem.EQUAL: "E",
    HouseSystem.WHOLE_SIGN: "W",
    HouseSystem.CAMPANUS: "C",
    HouseSystem.REGIOMONTANUS: "R",
    HouseSystem.PORPHYRY: "O",
    HouseSystem.ALCABITIUS: "B",
    HouseSystem.TOPOCENTRIC: "T",
    HouseSystem.MORINUS: "M",
    HouseSystem.MERIDIAN: "X",
    HouseSystem.VEHLOW: "V",
    HouseSystem.EQUAL_MC: "D",
    HouseSystem.EQUAL_ARIES: "N",
    HouseSystem.HORIZONTAL: "H",
    HouseSystem.KRUSINSKI: "U",
    HouseSystem.CARTER: "F",
    HouseSystem.APC: "Y",
    HouseSystem.SRIPATI: "S",
    HouseSystem.SUNSHINE: "I",
    HouseSystem.SUNSHINE_MAKRANSKY: "i",
    HouseSystem.PULLEN_SD: "L",
    HouseSystem.PULLEN_SR: "Q",
    HouseSystem.SAVARD_A: "J",
    HouseSystem.GAUQUELIN: "G",
}
"""The letter of each system in Swiss Ephemeris; `I` and `i` differ."""

HOUSE_SYSTEM_ALIASES: dict[str, HouseSystem] = {
    **{letter: system for system, letter in LETTER_OF.items()},
    "A": HouseSystem.EQUAL,
    "WHOLE": HouseSystem.WHOLE_SIGN,
    "WHOLESIGN": HouseSystem.WHOLE_SIGN,
    "POLICH_PAGE": HouseSystem.TOPOCENTRIC,
    "AXIAL": HouseSystem.MERIDIAN,
    "AZIMUTHAL": HouseSystem.HORIZONTAL,
    "SUNSHINE_TREINDL": HouseSystem.SUNSHINE,
}
"""Other accepted spellings: letters in exact case, and other common names in capitals."""

UNDEFINED_BEYOND_POLAR_CIRCLES = frozenset(
    {HouseSystem.PLACIDUS, HouseSystem.KOCH, HouseSystem.GAUQUELIN}
)
"""Systems that divide the path from rising to culmination: some degrees never rise up there."""

DISORDERLY_NEAR_THE_POLES = frozenset(
    {HouseSystem.TOPOCENTRIC, HouseSystem.SUNSHINE, HouseSystem.SUNSHINE_MAKRANSKY}
)
"""Systems whose cusps at some moments coincide or overtake one another; they divide nothing then.

TOPOCENTRIC from 65 degrees of latitude, SUNSHINE where the Sun does not rise or set, Makransky's
form of it from 58 degrees.
"""

DIVIDING_LONGITUDE = frozenset(
    {
        *(HouseSystem.EQUAL, HouseSystem.EQUAL_MC, HouseSystem.EQUAL_ARIES, HouseSystem.VEHLOW),
        *(HouseSystem.WHOLE_SIGN, HouseSystem.PORPHYRY, HouseSystem.SRIPATI),
        *(HouseSystem.PULLEN_SD, HouseSystem.PULLEN_SR),
    }
)
"""Systems that divide the ecliptic itself: in their houses a position is its longitude."""


class PolarPolicy(Name):
    """What to do where a house system is undefined.

    REFUSE answers with an error, FALLBACK divides by another named system, FLAG leaves houses out
    and answers the rest.
    """

    REFUSE = "REFUSE"
    FALLBACK = "FALLBACK"
    FLAG = "FLAG"


class HouseBy(Name):
    """How a point finds its house: by longitude among the cusps, or by true position in space."""

    LONGITUDE = "LONGITUDE"
    POSITION = "POSITION"


@dataclass(frozen=True, slots=True)
class Division:
    """Cusps and angles of a place at a moment, in degrees of longitude, speeds per day.

    Twelve cusps, 36 for GAUQUELIN. Speeds are empty unless asked for. `armc` is the right
    ascension of the midheaven. On the equator there is no vertex.
    """

    system: HouseSystem
    cusps: tuple[float, ...]
    cusp_speeds: tuple[float, ...]
    angles: dict[Angle, float]
    angle_speeds: dict[Angle, float]
    armc: float

    @property
    def ascendant(self) -> float:
        return self.angles[Angle.ASC]

    @property
    def midheaven(self) -> float:
        return self.angles[Angle.MC]


def cut_by_signs(division: Division) -> Division:
    """The same, but that houses made of whole signs begin with signs of its zodiac."""
    if division.system is HouseSystem.WHOLE_SIGN:
        first = division.ascendant // DEGREES_OF_A_SIGN * DEGREES_OF_A_SIGN
    elif division.system is HouseSystem.EQUAL_ARIES:
        first = 0.0
    else:
        return division
    cusps = tuple(norm(first + DEGREES_OF_A_SIGN * house) for house in range(len(SIGNS)))
    return replace(division, cusps=cusps)


@dataclass(frozen=True, slots=True)
class HouseRule:
    """How points are put into houses.

    `cusp_orb` degrees before a cusp count for the house that it opens (the five degree rule).
    """

    by: HouseBy = HouseBy.LONGITUDE
    cusp_orb: float = 0.0

    def decides_by_longitude(self, system: HouseSystem) -> bool:
        """Whether cusps alone decide: by choice, or since the system knows no more of space."""
        return self.by is HouseBy.LONGITUDE or system in DIVIDING_LONGITUDE

    def houses_of(self, longitudes: Iterable[float], cusps: Sequence[float]) -> list[int]:
        """The house of each longitude; a true position has no orb before a cusp."""
        orb = self.cusp_orb if self.by is HouseBy.LONGITUDE else 0.0
        return houses_of(longitudes, cusps, orb)


BY_LONGITUDE = HouseRule()
"""As most programs do: the cusps alone decide."""


def house_of(longitude: float, cusps: Sequence[float], cusp_orb: float = 0.0) -> int:
    """The house, 1 to 12, of a longitude; a point exactly on a cusp is in the house it opens.

    Houses are the half-open arcs [cusp, next cusp), so every longitude has exactly one.
    """
    return houses_of((longitude,), cusps, cusp_orb)[0]


def houses_of(
    longitudes: Iterable[float], cusps: Sequence[float], cusp_orb: float = 0.0
) -> list[int]:
    """The house of each longitude, as `house_of` tells it.

    Inside the polar circles the cusps of some systems run against the zodiac, and so do houses.
    """
    first = cusps[0]
    starts = [norm(cusp - first) for cusp in cusps]
    if _ascending(starts):
        return [
            bisect_right(starts, norm(longitude + cusp_orb - first)) for longitude in longitudes
        ]
    starts = [norm(first - cusp) for cusp in cusps]
    if _ascending(starts):
        return [
            bisect_right(starts, norm(first - longitude + cusp_orb)) for longitude in longitudes
        ]
    return [_house_among_crossed(norm(longitude + cusp_orb), cusps) for longitude in longitudes]


def house_places(longitudes: Iterable[float], cusps: Sequence[float]) -> list[float]:
    """House and the part of it that is passed, 1 up to 13, of each longitude among twelve cusps."""
    places: list[float] = []
    for longitude in longitudes:
        house = house_of(longitude, cusps)
        start, end = cusps[house - 1], cusps[house % len(cusps)]
        places.append(house + norm(longitude - start) / norm(end - start))
    return places


def is_in_order(cusps: Sequence[float]) -> bool:
    """Whether cusps follow one another once round the zodiac, whichever way, and none coincide."""
    widths = [norm(end - start) for start, end in pairwise((*cusps, cusps[0]))]
    narrowest, widest = min(widths), max(widths)
    if narrowest < _SAME_CUSP or widest > _CIRCLE - _SAME_CUSP:
        return False
    turns = round(sum(widths) / _CIRCLE)
    return turns in {1, len(cusps) - 1}


def _ascending(starts: Sequence[float]) -> bool:
    return all(start <= following for start, following in pairwise(starts))


def _house_among_crossed(longitude: float, cusps: Sequence[float]) -> int:
    """The first house whose arc holds a longitude, where cusps meet at a pole of the Earth."""
    for number, cusp in enumerate(cusps, start=1):
        width = norm(cusps[number % 12] - cusp)
        if norm(longitude - cusp) < width:
            return number
    # Rounding can leave a gap of one unit in the last place in front of a cusp.
    return min(range(1, 13), key=lambda number: norm(cusps[number - 1] - longitude))
