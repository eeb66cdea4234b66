"""What the sky has no answer for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import CalculationFailed


class OutsideEphemeris(CalculationFailed):
    """The ephemeris files do not reach the moment, or hold no such body.

    `moment` is the Julian day, where another one may have an answer.
    """

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
        moment: float | None = None,
    ) -> None:
        super().__init__(message, details=details, retry_after=retry_after)
        self.moment = moment


class NoSuchPosition(CalculationFailed):
    """The point does not exist as seen from the centre that was asked for."""


class PolarHouses(CalculationFailed):
    """The house system is undefined: inside the polar circles, or at a moment near them."""
