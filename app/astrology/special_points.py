"""Nodes and apsides of the Moon and of planets, and what is called Lilith and Selena."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from app.astrology.almanac import Almanac
from app.astrology.angles import norm, signed_arc
from app.astrology.bodies import Body
from app.astrology.chart import Instant
from app.astrology.frame import NodeKind
from app.astrology.names import Name
from app.astrology.sky import Position


class PointKind(Name):
    """How a point of the Moon's orbit is found.

    MEAN is the smooth average; TRUE and OSCULATING follow the orbit of the moment, INTERPOLATED the
    apogees and perigees that are really passed. MEAN_OPPOSITE lies across from the mean Lilith;
    HYPOTHETICAL is a body that nobody has seen.
    """

    MEAN = "MEAN"
    TRUE = "TRUE"
    OSCULATING = "OSCULATING"
    INTERPOLATED = "INTERPOLATED"
    MEAN_OPPOSITE = "MEAN_OPPOSITE"
    HYPOTHETICAL = "HYPOTHETICAL"


class SelenaKind(Name):
    """Which of the two that bear the name: the White Moon of the Avestans, or the mean perigee."""

    WHITE_MOON = "WHITE_MOON"
    MEAN_PERIGEE = "MEAN_PERIGEE"


class OrbitCenter(Name):
    """From where the nodes and apsides of planets are seen."""

    HELIOCENTRIC = "HELIOCENTRIC"
    GEOCENTRIC = "GEOCENTRIC"


class OrbitElements(Name):
    """Whether orbits are taken as they are on average, or as they are at the moment."""

    MEAN = "MEAN"
    OSCULATING = "OSCULATING"


class Named(NamedTuple):
    """A body, and how it is found."""

    body: Body
    kind: PointKind


NODES: Mapping[NodeKind, Mapping[str, Named]] = MappingProxyType(
    {
        NodeKind.MEAN: {
            "north_node": Named(Body.NORTH_NODE, PointKind.MEAN),
            "south_node": Named(Body.SOUTH_NODE, PointKind.MEAN),
        },
        NodeKind.TRUE: {
            "north_node": Named(Body.TRUE_NODE, PointKind.TRUE),
            "south_node": Named(Body.TRUE_SOUTH_NODE, PointKind.TRUE),
        },
    }
)
LILITHS: Mapping[str, Named] = MappingProxyType(
    {
        "lilith_mean": Named(Body.LILITH, PointKind.MEAN),
        "lilith_true": Named(Body.LILITH_TRUE, PointKind.OSCULATING),
        "lilith_interpolated": Named(Body.LILITH_INTERPOLATED, PointKind.INTERPOLATED),
    }
)
PERIGEES: Mapping[str, Named] = MappingProxyType(
    {
        "perigee_mean": Named(Body.PRIAPUS, PointKind.MEAN),
        "perigee_true": Named(Body.PRIAPUS_TRUE, PointKind.OSCULATING),
        "perigee_interpolated": Named(Body.PRIAPUS_INTERPOLATED, PointKind.INTERPOLATED),
    }
)
SELENAS: Mapping[SelenaKind, Named] = MappingProxyType(
    {
        SelenaKind.MEAN_PERIGEE: Named(Body.PRIAPUS, PointKind.MEAN_OPPOSITE),
        SelenaKind.WHITE_MOON: Named(Body.WHITE_MOON, PointKind.HYPOTHETICAL),
    }
)

WITH_ORBITS: tuple[Body, ...] = (
    *(Body.MERCURY, Body.VENUS, Body.MARS, Body.JUPITER, Body.SATURN),
    *(Body.URANUS, Body.NEPTUNE, Body.PLUTO),
)
"""Planets whose orbits have nodes on the ecliptic."""

_BESIDE = 0.05
"""Days to either side in which nutation moves evenly."""


class Orbit(NamedTuple):
    """Nodes and apsides of a planet, each as a place in the chart's zodiac."""

    body: Body
    north_node: Position
    south_node: Position
    perihelion: Position
    aphelion: Position


def orbit_of(
    instant: Instant,
    body: Body,
    almanac: Almanac,
    elements: OrbitElements,
    center: OrbitCenter,
) -> Orbit:
    """Where the planet's orbit cuts the ecliptic and is nearest to and farthest from the Sun.

    As seen from the Sun the nodes are opposite each other, as seen from the Earth they are not.
    Raises NoSuchPosition for mean elements that are not known.
    """
    points = almanac.orbit_points(
        instant.moment,
        body,
        osculating=elements is OrbitElements.OSCULATING,
        heliocentric=center is OrbitCenter.HELIOCENTRIC,
        theory=instant.conventions.frame.theory,
    )
    start, drift = instant.equinox, _drift(instant)
    places = (Position(body, *row) for row in points)
    return Orbit(
        body,
        *(
            place._replace(longitude=norm(place.longitude - start), speed=place.speed - drift)
            for place in places
        ),
    )


def _drift(instant: Instant) -> float:
    """Degrees a day by which the start of the chart's zodiac moves: as slow as the orbits do."""
    ayanamsa, moment = instant.conventions.frame.ayanamsa, instant.moment
    if ayanamsa is None:
        return instant.zodiac_start[1]
    before, after = (replace(instant, moment=moment + days).equinox for days in (-_BESIDE, _BESIDE))
    return signed_arc(before, after) / (2.0 * _BESIDE)
