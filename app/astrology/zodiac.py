"""The twelve signs."""

from __future__ import annotations

from app.astrology.names import Name

DEGREES_OF_A_SIGN = 30.0


class Sign(Name):
    """The signs in zodiacal order; Aries opens at 0 degrees."""

    ARIES = "ARIES"
    TAURUS = "TAURUS"
    GEMINI = "GEMINI"
    CANCER = "CANCER"
    LEO = "LEO"
    VIRGO = "VIRGO"
    LIBRA = "LIBRA"
    SCORPIO = "SCORPIO"
    SAGITTARIUS = "SAGITTARIUS"
    CAPRICORN = "CAPRICORN"
    AQUARIUS = "AQUARIUS"
    PISCES = "PISCES"


SIGNS = tuple(Sign)


def sign_of(longitude: float) -> Sign:
    """The sign that holds a longitude within [0, 360) degrees."""
    return SIGNS[int(longitude // DEGREES_OF_A_SIGN)]


def degree_in_sign(longitude: float) -> float:
    """Degrees from the start of the sign, within [0, 30)."""
    return longitude % DEGREES_OF_A_SIGN
