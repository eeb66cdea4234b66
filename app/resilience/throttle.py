"""A bound on what is asked of a dependency: so many calls at once, so many starts in a period."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.errors import Overloaded
from app.resilience.policy import ThrottlePolicy

RETRY_SOON = 1
"""Seconds after which a place is usually free again."""


class Throttle:
    """Places for calls, given in the order of arrival; who finds the queue full is refused."""

    def __init__(self, name: str, policy: ThrottlePolicy, clock: Callable[[], float]) -> None:
        self.waiting = 0
        self.in_flight = 0
        self._name = name
        self._policy = policy
        self._clock = clock
        self._places = asyncio.Semaphore(policy.concurrency)
        self._starts: deque[float] = deque(maxlen=policy.rate or 1)

    @asynccontextmanager
    async def place(self, until: float) -> AsyncIterator[None]:
        """A place, waited for until that moment of the clock at most; raises Overloaded."""
        await self._take_place(until)
        try:
            pause = self._book_start(until)
            if pause > 0:
                await asyncio.sleep(pause)
            self.in_flight += 1
            try:
                yield
            finally:
                self.in_flight -= 1
        finally:
            self._places.release()

    def reset(self) -> None:
        """Forget the starts so far."""
        self._starts.clear()

    async def _take_place(self, until: float) -> None:
        if not self._places.locked():
            await self._places.acquire()  # at once
            return
        if self.waiting >= self._policy.waiting:
            raise self._refusal(f"{self.waiting} calls wait already", RETRY_SOON)
        self.waiting += 1
        scope = asyncio.timeout(max(0.0, until - self._clock()))
        try:
            async with scope:
                await self._places.acquire()
        except TimeoutError:
            raise self._refusal("no place in time", RETRY_SOON) from None
        finally:
            self.waiting -= 1

    def _book_start(self, until: float) -> float:
        """Seconds to wait with a place in hand; a start that is then cancelled stays booked."""
        rate, now = self._policy.rate, self._clock()
        if rate is None:
            return 0.0
        full = len(self._starts) == rate
        start = max(now, self._starts[0] + self._policy.per) if full else now
        if start > until:
            raise self._refusal(f"{rate} calls in {self._policy.per:g} s", start - now)
        self._starts.append(start)
        return start - now

    def _refusal(self, reason: str, seconds: float) -> Overloaded:
        return Overloaded(f"{self._name} is busy: {reason}", retry_after=max(1, math.ceil(seconds)))
