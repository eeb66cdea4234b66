"""When to look: once a day at one time, whatever becomes of the clock; seconds since 1970, UTC."""

from __future__ import annotations

from datetime import time

DAY = 86_400.0


def time_of_day(text: str) -> time:
    """The UTC time of `HH:MM`."""
    return time.fromisoformat(text)


def last_time(now: float, at: time) -> float:
    """The latest moment up to `now` at that time of day."""
    offset = 3600.0 * at.hour + 60.0 * at.minute
    return (now - offset) // DAY * DAY + offset


def is_due(looked_at: float | None, now: float, at: time) -> bool:
    """Whether that time has come since the last look, or the clock was set back behind it."""
    return looked_at is None or not last_time(now, at) <= looked_at <= now


def pause(now: float, at: time, longest: float) -> float:
    """Seconds until it makes sense to ask again whether a look is due.

    Never more than `longest`: a machine that slept, or whose clock was set, misses no day.
    """
    return max(1.0, min(longest, last_time(now, at) + DAY - now))
