"""The attempts of one call within its deadline, and who is to blame when time runs out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.errors import DeadlineExceeded, ExternalServiceTimeout
from app.resilience.breaker import Guard, Verdict
from app.resilience.policy import OutboundPolicy, Timeouts
from app.resilience.registry import Surroundings
from app.resilience.retry import retrying

T = TypeVar("T")

END: Any = object()
"""What comes after the last item of a stream."""

RETRY_SOON = 1
"""Seconds after which somebody with a new deadline may ask again."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the code of one attempt may know; `number` counts from 1.

    The timeouts are for the client library, never longer than what is left of the call. The
    attempt as a whole is ended from outside.
    """

    number: int
    timeouts: Timeouts


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which a call is made: until when, and whether by the caller's wish."""

    name: str
    policy: OutboundPolicy
    around: Surroundings
    until: float
    seconds: float
    is_callers: bool

    def left(self) -> float:
        """Seconds until the deadline."""
        return self.until - self.around.clock()


class _Attempts:
    """Attempts, one after the other, with the limits of each."""

    def __init__(self, terms: Terms, guard: Guard) -> None:
        self.retries = 0
        self._terms = terms
        self._guard = guard
        self._number = 0
        self._has_failed = False

    def _new(self) -> Attempt:
        self._has_failed = self._number > 0
        self.retries = self._number
        self._number += 1
        left = self._terms.left()
        if left <= 0:
            raise self._too_late(waited=0.0)
        return Attempt(self._number, self._terms.policy.timeouts.at_most(left))

    async def _retried(self, attempt: Callable[[], Awaitable[T]], *, idempotent: bool) -> T:
        """The result of the first attempt that succeeds; a probe has one only."""
        policy, random = self._terms.policy.retry, self._terms.around.random
        if not idempotent or self._guard.is_probe or policy.retries == 0:
            return await attempt()
        return await retrying(attempt, policy, random, self._worth_a_pause)

    async def _timed(self, work: Awaitable[T], longest: float) -> T:
        """What `work` gives, within `longest` seconds and the deadline."""
        terms, clock = self._terms, self._terms.around.clock
        if self._guard.is_probe:
            longest = min(longest, terms.policy.breaker.half_open)
        started, left = clock(), terms.left()
        scope = asyncio.timeout(min(longest, left))
        try:
            async with scope:
                return await work
        except TimeoutError as error:
            if not scope.expired():
                raise
            if longest <= left:
                text = f"{terms.name} gave no answer in {longest:g} s"
                raise ExternalServiceTimeout(text) from error
            raise self._too_late(waited=clock() - started) from error

    def _worth_a_pause(self, seconds: float) -> bool:
        """Whether another attempt would still count, and start before the deadline."""
        return not self._guard.is_late and seconds < self._terms.left()

    def _too_late(self, *, waited: float) -> Exception:
        """What is raised at the deadline; a dependency that had no fair chance is not blamed."""
        terms = self._terms
        fair = self._has_failed or waited >= terms.policy.patience
        self._guard.judge(Verdict.BAD if fair else Verdict.NEITHER)
        text = f"{terms.name} gave no answer within {terms.seconds:g} s"
        if terms.is_callers:
            return DeadlineExceeded(text, retry_after=RETRY_SOON)
        return ExternalServiceTimeout(text)


class Call(_Attempts, Generic[T]):
    """A call with one result."""

    def __init__(
        self, terms: Terms, guard: Guard, operation: Callable[[Attempt], Awaitable[T]]
    ) -> None:
        super().__init__(terms, guard)
        self._operation = operation

    async def result(self, *, idempotent: bool) -> T:
        return await self._retried(self._attempt, idempotent=idempotent)

    async def _attempt(self) -> T:
        work = self._operation(self._new())
        return await self._timed(work, self._terms.policy.timeouts.answer)


class StreamCall(_Attempts, Generic[T]):
    """A call with many results; close it."""

    def __init__(
        self, terms: Terms, guard: Guard, operation: Callable[[Attempt], AsyncIterator[T]]
    ) -> None:
        super().__init__(terms, guard)
        self._operation = operation
        self._open: list[AsyncIterator[T]] = []  # one at most

    async def first(self, *, idempotent: bool) -> T:
        """The first item, or END."""
        item = await self._retried(self._attempt, idempotent=idempotent)
        self._has_failed = False  # what was is made good
        return item

    async def next(self) -> T:
        """One more item, or END."""
        if self._terms.left() <= 0:
            raise self._too_late(waited=0.0)
        return await self._item(self._terms.policy.timeouts.read)

    async def aclose(self) -> None:
        """Close what is open, if it can be closed."""
        while self._open:
            close = getattr(self._open.pop(), "aclose", None)
            if close is not None:
                async with asyncio.timeout(self._terms.policy.timeouts.read):
                    await close()

    async def _attempt(self) -> T:
        await self.aclose()
        self._open.append(self._operation(self._new()))
        return await self._item(self._terms.policy.timeouts.answer)

    async def _item(self, longest: float) -> T:
        return await self._timed(anext(self._open[0], END), longest)
