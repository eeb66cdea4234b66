"""Which locks of logins were told of in the log: each of them once, however often it is met."""

from __future__ import annotations

MOST_TOLD = 10_000
"""Locks that are remembered; the oldest is forgotten, and told of again if it is met again."""
SAME_SECONDS = 2.0
"""Ends this close together are those of one lock: they are told in whole seconds."""


class Locks:
    """The end of the last lock that was told of, in seconds since 1970, by what it locks."""

    def __init__(self) -> None:
        self._ends: dict[bytes, float] = {}

    def is_new(self, key: bytes, until: float) -> bool:
        """Whether a lock that lasts until some time is met for the first time."""
        told = self._ends.pop(key, None)
        self._ends[key] = until
        if len(self._ends) > MOST_TOLD:
            del self._ends[next(iter(self._ends))]
        return told is None or until > told + SAME_SECONDS
