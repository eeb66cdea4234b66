"""The points of a chart: bodies that move through the sky, angles of the horizon, and lots."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.astrology.names import Name


class Body(Name):
    """What the ephemeris knows at a moment, wherever the observer stands.

    The mean node and mean Lilith are the smooth averages; TRUE_NODE and LILITH_TRUE are the
    osculating ones, LILITH_INTERPOLATED the natural apogee. South nodes, PRIAPUS and PRIAPUS_TRUE
    are exact opposites; the interpolated perigee is not. SELENA is the WHITE_MOON of the Avestans
    here, and not the mean perigee, PRIAPUS, that some give the name to.
    """

    SUN = "SUN"
    MOON = "MOON"
    MERCURY = "MERCURY"
    VENUS = "VENUS"
    MARS = "MARS"
    JUPITER = "JUPITER"
    SATURN = "SATURN"
    URANUS = "URANUS"
    NEPTUNE = "NEPTUNE"
    PLUTO = "PLUTO"
    EARTH = "EARTH"
    NORTH_NODE = "NORTH_NODE"
    SOUTH_NODE = "SOUTH_NODE"
    TRUE_NODE = "TRUE_NODE"
    TRUE_SOUTH_NODE = "TRUE_SOUTH_NODE"
    LILITH = "LILITH"
    LILITH_TRUE = "LILITH_TRUE"
    LILITH_INTERPOLATED = "LILITH_INTERPOLATED"
    PRIAPUS = "PRIAPUS"
    PRIAPUS_TRUE = "PRIAPUS_TRUE"
    PRIAPUS_INTERPOLATED = "PRIAPUS_INTERPOLATED"
    CHIRON = "CHIRON"
    PHOLUS = "PHOLUS"
    CERES = "CERES"
    PALLAS = "PALLAS"
    JUNO = "JUNO"
    VESTA = "VESTA"
    CUPIDO = "CUPIDO"
    HADES = "HADES"
    ZEUS = "ZEUS"
    KRONOS = "KRONOS"
    APOLLON = "APOLLON"
    ADMETOS = "ADMETOS"
    VULKANUS = "VULKANUS"
    POSEIDON = "POSEIDON"
    TRANSPLUTO = "TRANSPLUTO"
    VULCAN = "VULCAN"
    WHITE_MOON = "WHITE_MOON"
    PROSERPINA = "PROSERPINA"
    WALDEMATH = "WALDEMATH"


@dataclass(frozen=True, slots=True)
class Asteroid:
    """A numbered minor planet, computed from a file of its own; its number is what it is."""

    number: int
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.name or f"ASTEROID_{self.number}"


class Angle(Name):
    """Where the ecliptic meets the horizon, the meridian and their kin; these depend on the place.

    VERTEX is the western cut of the prime vertical, undefined on the equator. EAST_POINT is the
    equatorial ascendant. The co-ascendants are Koch's and Munkasey's, POLAR_ASC is Munkasey's.
    """

    ASC = "ASC"
    MC = "MC"
    DESC = "DESC"
    IC = "IC"
    VERTEX = "VERTEX"
    ANTI_VERTEX = "ANTI_VERTEX"
    EAST_POINT = "EAST_POINT"
    CO_ASC_KOCH = "CO_ASC_KOCH"
    CO_ASC_MUNKASEY = "CO_ASC_MUNKASEY"
    POLAR_ASC = "POLAR_ASC"


class Lot(Name):
    """Points that are sums of others: the seven Hermetic lots.

    All but two say so in their names, for asteroids and other lots bear the same ones.
    """

    FORTUNE = "FORTUNE"
    SPIRIT = "SPIRIT"
    LOT_OF_EROS = "LOT_OF_EROS"
    LOT_OF_NECESSITY = "LOT_OF_NECESSITY"
    LOT_OF_COURAGE = "LOT_OF_COURAGE"
    LOT_OF_VICTORY = "LOT_OF_VICTORY"
    LOT_OF_NEMESIS = "LOT_OF_NEMESIS"


Celestial = Body | Asteroid
CELESTIAL = (Body, Asteroid)
"""The same for isinstance, which is called often."""
Point = Celestial | Angle | Lot

PLANETS: tuple[Body, ...] = tuple(Body)[:10]
"""Sun to Pluto."""

STANDARD_POINTS: tuple[Body, ...] = (*PLANETS, Body.NORTH_NODE, Body.LILITH)
"""The points of a chart when the caller names none."""

OPPOSITES: dict[Point, Body] = {
    Body.SOUTH_NODE: Body.NORTH_NODE,
    Body.TRUE_SOUTH_NODE: Body.TRUE_NODE,
    Body.PRIAPUS: Body.LILITH,
    Body.PRIAPUS_TRUE: Body.LILITH_TRUE,
}
"""Bodies that are another one turned by 180 degrees."""


def is_fixed_pair(first: Point, second: Point) -> bool:
    """Whether two points keep one arc by definition: a point and itself, or its opposite.

    They are never exact at a moment of their own.
    """
    if first == second:
        return True
    return any(OPPOSITES.get(one) == other for one, other in ((first, second), (second, first)))


LUNAR_POINTS: frozenset[Body] = frozenset(
    body for body in Body if body.name.startswith(("LILITH", "PRIAPUS")) or "NODE" in body.name
)
"""Points of the Moon's orbit: they exist only as seen from the Earth."""

HYPOTHETICAL: frozenset[Body] = frozenset(tuple(Body)[tuple(Body).index(Body.CUPIDO) :])
"""Bodies that nobody has ever seen: the Uranian points, Selena and the like."""

NO_CENTERS: frozenset[Body] = LUNAR_POINTS | HYPOTHETICAL
"""Bodies that nobody could stand on."""

CENTERS: tuple[Body, ...] = tuple(
    body for body in Body if body not in NO_CENTERS and body is not Body.EARTH
)
"""Bodies to look from; from the Earth itself is what geocentric means."""

ASTEROID_NUMBERS: dict[str, int] = {
    "ASTRAEA": 5,
    "HYGIEA": 10,
    "EROS": 433,
    "NESSUS": 7066,
    "CHARIKLO": 10199,
    "VARUNA": 20000,
    "IXION": 28978,
    "QUAOAR": 50000,
    "SEDNA": 90377,
    "ORCUS": 90482,
    "HAUMEA": 136108,
    "ERIS": 136199,
    "MAKEMAKE": 136472,
    "GONGGONG": 225088,
}
"""Minor planet numbers of the named ones, by the Minor Planet Center."""

MAIN_ASTEROIDS: dict[int, Body] = {
    1: Body.CERES,
    2: Body.PALLAS,
    3: Body.JUNO,
    4: Body.VESTA,
    2060: Body.CHIRON,
    5145: Body.PHOLUS,
}
"""Numbered ones that need no file of their own."""

_NUMBERED = re.compile(r"ASTEROID_([1-9][0-9]{0,5})")

POINT_ALIASES: dict[str, Point] = {
    "MEAN_NODE": Body.NORTH_NODE,
    "RAHU": Body.NORTH_NODE,
    "KETU": Body.SOUTH_NODE,
    "MEAN_APOGEE": Body.LILITH,
    "LILITH_MEAN": Body.LILITH,
    "OSCULATING_APOGEE": Body.LILITH_TRUE,
    "INTERPOLATED_APOGEE": Body.LILITH_INTERPOLATED,
    "MEAN_PERIGEE": Body.PRIAPUS,
    "OSCULATING_PERIGEE": Body.PRIAPUS_TRUE,
    "INTERPOLATED_PERIGEE": Body.PRIAPUS_INTERPOLATED,
    "SELENA": Body.WHITE_MOON,
    "ISIS": Body.TRANSPLUTO,
    "ASCENDANT": Angle.ASC,
    "MIDHEAVEN": Angle.MC,
    "DESCENDANT": Angle.DESC,
    "IMUM_COELI": Angle.IC,
    "EQUATORIAL_ASC": Angle.EAST_POINT,
    "FORTUNA": Lot.FORTUNE,
    "PART_OF_FORTUNE": Lot.FORTUNE,
    "LOT_OF_FORTUNE": Lot.FORTUNE,
    "LOT_OF_SPIRIT": Lot.SPIRIT,
    "DAIMON": Lot.SPIRIT,
    **{name: Asteroid(number, name) for name, number in ASTEROID_NUMBERS.items()},
}
"""Other accepted spellings, and the named asteroids, in capitals."""


def numbered_asteroid(name: str) -> Celestial | None:
    """The asteroid of a name such as ASTEROID_433, in capitals, or None."""
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return None
    number = int(match[1])
    return MAIN_ASTEROIDS.get(number) or Asteroid(number)
