"""What an end means, and how it is put into words."""

from __future__ import annotations

from enum import StrEnum
from math import floor, isfinite

from actors.token_monitor.schedule import DAY

SOON_DAYS = 7
"""Days before its end from which a token is called `expiring_soon`, as its holders do."""

CURE = "renew it with: make docker-token-renew, or python run.py token renew"


class TokenState(StrEnum):
    """From best to worst."""

    HEALTHY = "healthy"
    UNKNOWN = "unknown"
    """Eternal."""
    EXPIRING_SOON = "expiring_soon"
    EXPIRED = "expired"
    ERROR = "error"
    """Its end is no moment in time, or nobody could be asked."""


def state_of(ends: float | None, now: float) -> TokenState:
    """The state of a token that ends then; both in seconds since 1970."""
    if ends is None:
        return TokenState.UNKNOWN
    if not isfinite(ends):
        return TokenState.ERROR
    if ends <= now:
        return TokenState.EXPIRED
    return TokenState.EXPIRING_SOON if ends - now <= SOON_DAYS * DAY else TokenState.HEALTHY


def days_left(ends: float, now: float) -> float:
    """Days until an end, negative after it."""
    return (ends - now) / DAY


def alert_text(ends: float, now: float) -> str:
    """What to tell about a token near its end, or past it, and what to do."""
    days = days_left(ends, now)
    if days <= 0:
        return f"a service token has expired {_days(floor(-days))} ago; {CURE}"
    return f"a service token expires in {_days(floor(days))}; {CURE}"


def _days(number: int) -> str:
    if number == 0:
        return "less than a day"
    return "1 day" if number == 1 else f"{number} days"
