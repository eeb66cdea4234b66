"""Gauquelin's sectors: the daily circle of a body in 36 parts, clockwise from its rising."""

from __future__ import annotations

from typing import NamedTuple

from app.astrology.almanac import Almanac
from app.astrology.bodies import Celestial
from app.astrology.errors import NoSuchPosition
from app.astrology.frame import Theory
from app.astrology.place import Place

SECTORS = 36
PLUS_ZONES = (36, 1, 2, 3, 9, 10, 11, 12)
"""Sectors where Michel Gauquelin (L'influence des astres, 1955) found planets too often: around
rising and after it, and around culmination and after it."""

METHODS: tuple[str, ...] = (
    "PLACIDUS",
    "PLACIDUS_WITHOUT_LATITUDE",
    "RISING_OF_CENTER",
    "RISING_OF_CENTER_REFRACTED",
    "RISING_OF_LIMB",
    "RISING_OF_LIMB_REFRACTED",
)
"""What the numbers 0 to 5 stand for, as the Swiss Ephemeris counts them."""


class Sector(NamedTuple):
    """A body's sector and the part of it that is passed, 1 up to 37.

    None, and the reason, where the body does not rise and set.
    """

    body: Celestial
    position: float | None
    reason: str | None = None

    @property
    def number(self) -> int | None:
        """The sector, 1 to 36."""
        return None if self.position is None else min(int(self.position), SECTORS)


def sector_of(  # noqa: PLR0913 - a body, a place, a moment and how
    body: Celestial,
    moment: float,
    place: Place,
    method: int,
    almanac: Almanac,
    *,
    topocentric: bool,
    theory: Theory = Theory.SWISS,
) -> Sector:
    """The sector of a body; raises PolarHouses for methods 0 and 1 beyond the polar circles."""
    try:
        position = almanac.gauquelin_sector(
            moment, body, place, method, topocentric=topocentric, theory=theory
        )
    except NoSuchPosition as error:
        if error.details is not None and error.details["field"] == "latitude":
            return Sector(body, None, error.message)
        raise
    return Sector(body, position)
