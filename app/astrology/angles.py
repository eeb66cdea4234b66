"""Arithmetic on the circle, in degrees."""

from __future__ import annotations

from typing import NamedTuple


def norm(degrees: float) -> float:
    """The same direction within [0, 360)."""
    turned = degrees % 360.0
    # A tiny negative number modulo 360 rounds up to 360 itself.
    return 0.0 if turned == 360.0 else turned  # noqa: PLR2004 - the full circle


def signed_arc(start: float, end: float) -> float:
    """The shorter way from `start` to `end`, within [-180, 180); positive runs with the zodiac."""
    return norm(end - start + 180.0) - 180.0


def separation(a: float, b: float) -> float:
    """The shorter arc between two directions, within [0, 180]."""
    return abs(signed_arc(a, b))


class Sexagesimal(NamedTuple):
    """Degrees, minutes and whole seconds of an angle.

    Truncated, so that 29 degrees 59 minutes 59.9 seconds stay in their sign.
    """

    degree: int
    minute: int
    second: int

    @classmethod
    def of(cls, degrees: float) -> Sexagesimal:
        """The parts of an angle of at least 0 degrees."""
        seconds = int(degrees * 3600.0)
        return cls(seconds // 3600, seconds // 60 % 60, seconds % 60)
