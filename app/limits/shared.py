"""Limits that hold over several instances: once a second they tell each other what they counted.

No request waits for Redis. Every instance keeps its own counts of the present window in a hash of
its own and reads those of the others, at most 250 callers a round, the longest unshared first: a
millisecond for each instance whatever the number of requests. So a limit holds over all instances
within about a second, and a caller can exceed it by what that second lets through; it takes longer
only where more callers than that come each second.

An instance writes whole numbers of its own and adds nothing to those of others: an attempt that
Redis carries out late, twice or never leaves no trace. While Redis is stopped or slow, each
instance counts on by itself. When it has forgotten an instance, which it tells by taking it in as a
new one, all counts of the window are written again, so that nobody gets a fresh one.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable

from app.errors import AppError
from app.limits.windows import Windows
from app.storage.redis import Redis, key

RESOURCE = "limit"
MOST_KEYS = 250
"""Callers a round: a millisecond of packing and unpacking for each instance."""
KEPT_LONGER = 60
"""Seconds beyond the end of a window, for clocks that differ."""


async def share(windows: Windows, redis: Redis, every: float = 1.0) -> None:
    """Share counts every so many seconds; runs until it is cancelled."""
    sharing = Sharing(windows, redis, uuid.uuid4().hex)
    while True:
        await asyncio.sleep(every)
        await sharing.round()


class Sharing:
    """One instance, by a name that no other has had within a window."""

    def __init__(
        self,
        windows: Windows,
        redis: Redis,
        instance: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._windows = windows
        self._redis = redis
        self._instance = instance
        self._clock = clock

    async def round(self) -> None:
        """Tell what has changed here and learn the same of others, if Redis is there."""
        windows = self._windows
        number = windows.number(self._clock())
        counts = windows.take_changed(number, MOST_KEYS)
        try:
            found = await self._redis.exchange(
                key(RESOURCE, str(number)), self._instance, counts, windows.seconds + KEPT_LONGER
            )
        except AppError:
            windows.put_back(number, counts)
            return
        windows.learn(number, found.others)
        if found.is_new:
            windows.put_all_back(number)
