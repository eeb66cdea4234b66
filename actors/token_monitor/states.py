"""What an end means, and how it is put into words."""

from __future__ import annotations

from math import floor

from app.accounts.token_states import days_until
from app.errors import RUN

CURE = f"renew it with: make docker-token-renew, or {RUN} token renew"


def alert_text(ends: float, now: float) -> str:
    """What to tell about a token near its end, or past it, and what to do."""
    days = days_until(ends, now)
    if days <= 0:
        return f"a service token has expired {_days(floor(-days))} ago; {CURE}"
    return f"a service token expires in {_days(floor(days))}; {CURE}"


def _days(number: int) -> str:
    if number == 0:
        return "less than a day"
    return "1 day" if number == 1 else f"{number} days"
