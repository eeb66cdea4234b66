"""The points of a chart: bodies that move through the sky, and angles that the horizon makes."""

from __future__ import annotations

from enum import StrEnum


class Body(StrEnum):
    """What the ephemeris knows at a moment, wherever the observer stands.

    The mean node and mean Lilith are the smooth averages; TRUE_NODE and LILITH_TRUE are the
    osculating ones. South nodes are the exact opposites of their north nodes.
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
    NORTH_NODE = "NORTH_NODE"
    SOUTH_NODE = "SOUTH_NODE"
    TRUE_NODE = "TRUE_NODE"
    LILITH = "LILITH"
    LILITH_TRUE = "LILITH_TRUE"
    CHIRON = "CHIRON"


class Angle(StrEnum):
    """The four angles: where the ecliptic crosses the horizon and the meridian."""

    ASC = "ASC"
    MC = "MC"
    DESC = "DESC"
    IC = "IC"


Point = Body | Angle

PLANETS: tuple[Body, ...] = tuple(Body)[:10]
"""Sun to Pluto."""

STANDARD_POINTS: tuple[Body, ...] = (*PLANETS, Body.NORTH_NODE, Body.LILITH)
"""The points of a chart when the caller names none."""

OPPOSITES: dict[Body, Body] = {Body.SOUTH_NODE: Body.NORTH_NODE}
"""Bodies that are another one turned by 180 degrees."""

POINT_ALIASES: dict[str, Point] = {
    "MEAN_NODE": Body.NORTH_NODE,
    "RAHU": Body.NORTH_NODE,
    "KETU": Body.SOUTH_NODE,
    "MEAN_APOGEE": Body.LILITH,
    "LILITH_MEAN": Body.LILITH,
    "OSCULATING_APOGEE": Body.LILITH_TRUE,
    "ASCENDANT": Angle.ASC,
    "MIDHEAVEN": Angle.MC,
    "DESCENDANT": Angle.DESC,
    "IMUM_COELI": Angle.IC,
}
"""Other accepted spellings, in capitals."""
