"""What the sky has no answer for."""

from __future__ import annotations

from app.errors import CalculationFailed


class OutsideEphemeris(CalculationFailed):
    """The ephemeris files do not reach the moment, or hold no such body."""


class NoSuchPosition(CalculationFailed):
    """The point does not exist as seen from the centre that was asked for."""


class PolarHouses(CalculationFailed):
    """The house system is undefined inside the polar circles."""
