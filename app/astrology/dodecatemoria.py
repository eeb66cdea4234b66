"""Twelfth-parts of the signs, and their thirds."""

from __future__ import annotations

from typing import NamedTuple

from app.astrology.angles import norm
from app.astrology.bodies import Body
from app.astrology.names import Name
from app.astrology.rulerships import DEGREES_OF_A_FACE, FaceSystem, face_lord
from app.astrology.zodiac import SIGNS, Sign, degree_in_sign, sign_of


class TwelfthPart(Name):
    """By what the degrees in the sign are multiplied: 12, or 13 as some have it."""

    TWELVE = "TWELVE"
    THIRTEEN = "THIRTEEN"


_FACTOR = {TwelfthPart.TWELVE: 12.0, TwelfthPart.THIRTEEN: 13.0}


class Decan(NamedTuple):
    """A third of a sign: 1 to 3, its ruler, and the sign of its triplicity that it stands for."""

    number: int
    ruler: Body
    sign: Sign


def dodecatemorion(longitude: float, part: TwelfthPart = TwelfthPart.TWELVE) -> float:
    """Longitude in degrees of the twelfth-part: the degrees in the sign times 12, from its start.

    Firmicus Maternus, Mathesis II.13.
    """
    degree = degree_in_sign(longitude)
    return norm(longitude - degree + _FACTOR[part] * degree)


def decan_of(longitude: float, system: FaceSystem) -> Decan:
    """The decan that holds a longitude; its ruler by the planets' order or by its sign."""
    sign, degree = sign_of(longitude), degree_in_sign(longitude)
    third = int(degree // DEGREES_OF_A_FACE)
    meant = SIGNS[(SIGNS.index(sign) + 4 * third) % 12]
    return Decan(third + 1, face_lord(sign, degree, system), meant)
