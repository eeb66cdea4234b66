"""House systems, cusps, and the house of a longitude."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.astrology.angles import norm
from app.astrology.bodies import Angle


class HouseSystem(StrEnum):
    PLACIDUS = "PLACIDUS"
    KOCH = "KOCH"
    EQUAL = "EQUAL"
    WHOLE_SIGN = "WHOLE_SIGN"
    CAMPANUS = "CAMPANUS"
    REGIOMONTANUS = "REGIOMONTANUS"


HOUSE_SYSTEM_ALIASES: dict[str, HouseSystem] = {
    "P": HouseSystem.PLACIDUS,
    "K": HouseSystem.KOCH,
    "E": HouseSystem.EQUAL,
    "W": HouseSystem.WHOLE_SIGN,
    "WHOLE": HouseSystem.WHOLE_SIGN,
    "WHOLESIGN": HouseSystem.WHOLE_SIGN,
    "C": HouseSystem.CAMPANUS,
    "R": HouseSystem.REGIOMONTANUS,
}
"""Other accepted spellings, in capitals: Swiss Ephemeris letters and common short names."""

UNDEFINED_BEYOND_POLAR_CIRCLES = frozenset({HouseSystem.PLACIDUS, HouseSystem.KOCH})
"""Systems that divide the path from rising to culmination: some degrees never rise up there."""


@dataclass(frozen=True, slots=True)
class Division:
    """Twelve cusps and the angles of a place at a moment, in degrees of longitude.

    `armc` is the right ascension of the midheaven.
    """

    system: HouseSystem
    cusps: tuple[float, ...]
    ascendant: float
    midheaven: float
    armc: float
    vertex: float

    @property
    def angles(self) -> dict[Angle, float]:
        return {
            Angle.ASC: self.ascendant,
            Angle.MC: self.midheaven,
            Angle.DESC: norm(self.ascendant + 180.0),
            Angle.IC: norm(self.midheaven + 180.0),
        }


def house_of(longitude: float, cusps: Sequence[float]) -> int:
    """The house, 1 to 12, of a longitude; a point exactly on a cusp is in the house it opens.

    Houses are the half-open arcs [cusp, next cusp), so every longitude has exactly one.
    """
    return houses_of((longitude,), cusps)[0]


def houses_of(longitudes: Iterable[float], cusps: Sequence[float]) -> list[int]:
    """The house of each longitude, as `house_of` tells it.

    Inside the polar circles the cusps of some systems run against the zodiac, and so do houses.
    """
    first = cusps[0]
    starts = [norm(cusp - first) for cusp in cusps]
    if _ascending(starts):
        return [bisect_right(starts, norm(longitude - first)) for longitude in longitudes]
    starts = [norm(first - cusp) for cusp in cusps]
    if _ascending(starts):
        return [bisect_right(starts, norm(first - longitude)) for longitude in longitudes]
    return [_house_among_crossed(longitude, cusps) for longitude in longitudes]


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
