"""The one way out: every call to PostgreSQL, Redis, a provider or a service goes through here.

In this order: throttle, breaker, total deadline, retry, timeouts of an attempt, the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from app.resilience.attempts import END, Attempt, Call, StreamCall, Terms
from app.resilience.breaker import FAULTS, Breaker, Errors, Guard, State, Verdict
from app.resilience.policy import OutboundPolicy
from app.resilience.registry import OutboundStatus, Registry
from app.resilience.throttle import Throttle

T = TypeVar("T")

MOST_ENDPOINTS = 50
"""Labels of one dependency; a name made of data ends up in OTHER instead of filling /metrics."""
OTHER = "other"

DEFAULT = OutboundPolicy()
_OUTCOMES = {Verdict.GOOD: "success", Verdict.BAD: "failure", Verdict.NEITHER: "refused"}


class Outbound:
    """One dependency. `reconnect` makes its connections anew, for admin."""

    def __init__(
        self,
        name: str,
        registry: Registry,
        policy: OutboundPolicy = DEFAULT,
        *,
        trips_on: Errors = FAULTS,
        answers: Errors = (),
        reconnect: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.name = name
        self.policy = policy
        self.around = registry.around
        self._retries = 0
        self._throttled = 0
        self._registry = registry
        self._reconnect = reconnect
        self._endpoints: set[str] = set()
        self._throttle = Throttle(name, policy.throttle, self.around.clock)
        self._breaker = Breaker(
            name,
            policy.breaker,
            trips_on=trips_on,
            answers=answers,
            clock=self.around.clock,
        )
        registry.add(self)

    @property
    def state(self) -> State:
        return self._breaker.state

    async def call(
        self,
        endpoint: str,
        operation: Callable[[Attempt], Awaitable[T]],
        *,
        within: float | None = None,
        idempotent: bool = False,
    ) -> T:
        """What `operation` returns, within that many seconds; only an idempotent one is retried.

        Raises Overloaded, CircuitOpen, DeadlineExceeded when `within` is over,
        ExternalServiceTimeout when our own patience is, and what `operation` raises, as it is.
        """
        terms = self._terms(within)
        async with self._passage(endpoint, terms.until) as guard:
            call = Call(terms, guard, operation)
            try:
                return await call.result(idempotent=idempotent)
            finally:
                self._retries += call.retries

    async def stream(
        self,
        endpoint: str,
        operation: Callable[[Attempt], AsyncIterator[T]],
        *,
        within: float | None = None,
        idempotent: bool = False,
    ) -> AsyncGenerator[T, None]:
        """The items of `operation`, guarded to the last; retried at most until the first came.

        Close it (`aclosing`) when leaving early. Raises as `call` does.
        """
        terms = self._terms(within)
        async with self._passage(endpoint, terms.until) as guard:
            call = StreamCall(terms, guard, operation)
            async with aclosing(call):
                try:
                    item = await call.first(idempotent=idempotent)
                finally:
                    self._retries += call.retries
                while item is not END:
                    guard.progress()
                    yield item
                    item = await call.next()

    def guard(
        self, endpoint: str, *, within: float | None = None
    ) -> AbstractAsyncContextManager[Guard]:
        """Throttle, breaker and metrics alone, around a borrowed connection.

        `within` is for a place in the throttle; other deadlines are the borrower's, and there
        are no retries.
        """
        return self._passage(endpoint, self._terms(within).until)

    def status(self) -> OutboundStatus:
        breaker, tally = self._breaker, self._breaker.tally
        state, opened = breaker.state, breaker.opened_at
        ago = None if opened is None else timedelta(seconds=self.around.clock() - opened)
        return OutboundStatus(
            name=self.name,
            state=state,
            forced=breaker.forced,
            failures_in_window=breaker.failures,
            opened_at=None if ago is None else self.around.now() - ago,
            retry_after=breaker.retry_after,
            in_flight=self._throttle.in_flight,
            waiting=self._throttle.waiting,
            succeeded=tally.good,
            failed=tally.bad,
            ignored=tally.neither + tally.late,
            rejected=tally.rejected,
            throttled=self._throttled,
            retries=self._retries,
            last_error=breaker.last_error,
        )

    def reset(self) -> None:
        """Close the circuit and forget what was counted for the throttle."""
        self._throttle.reset()
        self._breaker.reset()

    def force_open(self, seconds: float | None = None) -> None:
        """Refuse all calls: for that long, or until a reset."""
        self._breaker.force_open(seconds)

    async def reconnect(self) -> None:
        """Connect anew, then close the circuit; within the total deadline."""
        if self._reconnect is not None:
            async with asyncio.timeout(self.policy.total):
                await self._reconnect()
        self.reset()

    def _terms(self, within: float | None) -> Terms:
        total = self.policy.total
        is_callers = within is not None and within <= total
        seconds = within if within is not None and is_callers else total
        until = self.around.clock() + seconds
        return Terms(self.name, self.policy, self.around, until, seconds, is_callers)

    @asynccontextmanager
    async def _passage(self, endpoint: str, until: float) -> AsyncIterator[Guard]:
        """Through throttle and breaker, and into the metrics."""
        labels = (self.name, self._label(endpoint))
        outcome, started = "throttled", None
        try:
            async with self._throttle.place(until):
                outcome = "rejected"
                async with self._breaker.guard() as guard:
                    started = self.around.clock()
                    outcome = "cancelled"
                    try:
                        yield guard
                        outcome = _OUTCOMES[Verdict.GOOD]
                    except Exception as error:
                        outcome = _OUTCOMES[guard.verdict(error)]
                        raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self._throttled += outcome == "throttled"
            self._registry.requests.add((*labels, outcome))
            if started is not None:
                self._registry.durations.observe(self.around.clock() - started, labels)

    def _label(self, endpoint: str) -> str:
        if endpoint not in self._endpoints:
            if len(self._endpoints) >= MOST_ENDPOINTS:
                return OTHER
            self._endpoints.add(endpoint)
        return endpoint
