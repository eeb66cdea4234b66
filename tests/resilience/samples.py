"""A clock to set by hand, a breaker under observation, and a dependency that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.errors import ExternalServiceError
from app.resilience.attempts import Attempt
from app.resilience.breaker import Breaker, Errors, State
from app.resilience.outbound import Outbound
from app.resilience.policy import BreakerPolicy, OutboundPolicy
from app.resilience.registry import Registry, Surroundings
from app.telemetry.metrics import Metrics

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Fault(ExternalServiceError):
    """The dependency is broken."""

    def __init__(self, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__("broken", upstream_status=status, retry_after=retry_after)


class Mistake(Exception):
    """The caller is wrong."""


@dataclass
class Clock:
    """Stands still until it is set."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Watched:
    """A breaker with all that it told."""

    policy: BreakerPolicy = field(default_factory=BreakerPolicy)
    answers: Errors = ()
    clock: Clock = field(default_factory=Clock)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(
            "stars",
            self.policy,
            answers=self.answers,
            clock=self.clock,
            on_change=lambda *change: self.changes.append(change),
        )

    def state(self) -> State:
        """The state now, which a type checker cannot know from before."""
        return self.breaker.state

    async def succeed(self, times: int = 1) -> None:
        for _ in range(times):
            async with self.breaker.guard():
                pass

    async def fail(self, error: BaseException | None = None, times: int = 1) -> None:
        """Calls that raise; the error comes out as it is."""
        error = error or Fault()
        for _ in range(times):
            try:
                async with self.breaker.guard():
                    raise error
            except type(error) as raised:
                assert raised is error  # noqa: PT017 - it is the one, and nothing else came

    async def open(self) -> None:
        await self.fail(times=self.policy.failures)
        assert self.breaker.state == State.OPEN

    async def half_open(self) -> None:
        """Open, and time for a probe."""
        await self.open()
        self.clock.now += self.policy.recovery


def loop_time() -> float:
    return asyncio.get_running_loop().time()


def registry(random: Callable[[], float] = lambda: 1.0) -> Registry:
    """A registry in virtual time, with the longest jitter unless told."""
    return Registry(Metrics(), Surroundings(clock=loop_time, now=lambda: NOON, random=random))


@dataclass
class Dependency:
    """Plays a script: seconds to take, an error to raise or a value to return, one by one."""

    policy: OutboundPolicy = field(default_factory=OutboundPolicy)
    registry: Registry = field(default_factory=registry)
    script: list[Any] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    closed: int = 0
    outbound: Outbound = field(init=False)

    def __post_init__(self) -> None:
        self.outbound = Outbound("stars", self.registry, self.policy)

    async def __call__(self, attempt: Attempt) -> Any:
        """One attempt: what the next step of the script says, "ok" when there is none."""
        self.begun.append(loop_time())
        self.attempts.append(attempt)
        step = self.script.pop(0) if self.script else "ok"
        return await _play(step)

    async def items(self, attempt: Attempt) -> AsyncIterator[Any]:
        """One stream: each step of the next list of the script gives an item."""
        self.begun.append(loop_time())
        self.attempts.append(attempt)
        steps: Sequence[Any] = self.script.pop(0)
        try:
            for step in steps:
                yield await _play(step)
        finally:
            self.closed += 1

    async def fail(self, times: int) -> None:
        """Calls that are not retried and fail."""
        for _ in range(times):
            self.script.append(Fault())
            try:
                await self.outbound.call("GET /", self)
            except Fault:
                continue

    async def borrow(self, error: Exception | None = None) -> None:
        """Hold a guard while something happens."""
        async with self.outbound.guard("borrow"):
            assert self.outbound.status().in_flight == 1
            if error is not None:
                raise error

    def outcomes(self) -> dict[str, int]:
        """Calls by outcome, whatever the endpoint."""
        found: dict[str, int] = {}
        for (_, _, outcome), count in self.registry.requests.values.items():
            found[outcome] = found.get(outcome, 0) + count.value
        return found


async def read(stream: AsyncIterator[Any], into: list[Any]) -> None:
    """Read a stream to its end, or as far as it goes."""
    async for item in stream:
        into.append(item)  # noqa: PERF401 - what came before an error counts


async def _play(step: Any) -> Any:
    if isinstance(step, int | float):
        await asyncio.sleep(step)
        return "ok"
    if isinstance(step, BaseException):
        raise step
    return step
