"""Antiscia and contra-antiscia: places mirrored at the solstices or at the equinoxes."""

from __future__ import annotations

from app.astrology.angles import norm
from app.astrology.names import Name
from app.astrology.sky import Position


class Mirror(Name):
    """What a place is mirrored at.

    The ANTISCION lies as far on the other side of the solstices, where days are as long; the
    CONTRA_ANTISCION as far on the other side of the equinoxes, where nights are as long as the
    days were.
    """

    ANTISCION = "ANTISCION"
    CONTRA_ANTISCION = "CONTRA_ANTISCION"


class MirrorAxis(Name):
    """Which solstices: those of the year, or the starts of Cancer and Capricorn in the zodiac.

    In the tropical zodiac they are the same.
    """

    SIGNS = "SIGNS"
    SOLSTICES = "SOLSTICES"


_SUM_OF_BOTH = {Mirror.ANTISCION: 180.0, Mirror.CONTRA_ANTISCION: 360.0}
"""Degrees that a longitude and its reflection make together."""


def reflected(position: Position, mirror: Mirror, equinox: float = 0.0) -> Position:
    """The place mirrored: it keeps its latitude and distance, and runs the other way.

    `equinox` is how many degrees the zodiac that longitudes count from starts after the equinox,
    as an ayanamsa tells. Firmicus Maternus, Mathesis II.29.
    """
    longitude = norm(_SUM_OF_BOTH[mirror] - 2.0 * equinox - position.longitude)
    return position._replace(longitude=longitude, speed=0.0 - position.speed)
