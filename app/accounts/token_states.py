"""What the end of a service token means, in the words of those who hold it."""

from __future__ import annotations

from enum import StrEnum
from math import floor, isfinite

DAY_SECONDS = 86_400
SOON_DAYS = 7
"""Days before its end from which on a token needs a successor."""


class TokenState(StrEnum):
    """From best to worst."""

    HEALTHY = "healthy"
    UNKNOWN = "unknown"
    """Eternal: nobody knows when it should be renewed."""
    EXPIRING_SOON = "expiring_soon"
    EXPIRED = "expired"
    DISABLED = "disabled"
    """Its owner is disabled, or waits for approval; good again when that ends."""
    REVOKED = "revoked"
    ERROR = "error"
    """Its end is no moment in time, or nobody could be asked."""


def days_until(ends: float, now: float) -> float:
    """Days until an end, negative after it; both in seconds since 1970."""
    return (ends - now) / DAY_SECONDS


def whole_days_until(ends: float, now: float) -> int:
    """Whole days until an end, 0 after it."""
    return max(0, floor(days_until(ends, now)))


def state_at(ends: float | None, now: float) -> TokenState:
    """The state of a token that ends then; both in seconds since 1970."""
    if ends is None:
        return TokenState.UNKNOWN
    if not isfinite(ends):
        return TokenState.ERROR
    if ends <= now:
        return TokenState.EXPIRED
    return TokenState.EXPIRING_SOON if ends - now <= SOON_DAYS * DAY_SECONDS else TokenState.HEALTHY
