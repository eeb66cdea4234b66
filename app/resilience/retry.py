"""Which faults may pass, and how long to wait for that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from app.errors import ExternalServiceError, ExternalServiceTimeout
from app.resilience.policy import RetryPolicy

T = TypeVar("T")

PASSING = frozenset({429, 503, 504})
"""Statuses of HTTP that say "not now"; 500 and 502 mostly say "never like this"."""


def is_transient(error: BaseException) -> bool:
    """Whether the same call may succeed a moment later: timeouts, connection errors, PASSING."""
    if isinstance(error, ExternalServiceError):
        return isinstance(error, ExternalServiceTimeout) or error.upstream_status in PASSING
    return isinstance(error, OSError)


def pause(
    policy: RetryPolicy, number: int, error: BaseException | None, random: Callable[[], float]
) -> float:
    """Seconds after failed attempt `number`: full jitter, behind what the dependency asked for."""
    asked = error.retry_after if isinstance(error, ExternalServiceError) else None
    jitter = random() * min(policy.longest, policy.first * 2.0 ** (number - 1))
    return (asked or 0.0) + jitter


async def retrying(
    attempt: Callable[[], Awaitable[T]],
    policy: RetryPolicy,
    random: Callable[[], float],
    worth: Callable[[float], bool],
) -> T:
    """The first success of `attempt`, or its last error as it was raised.

    `worth` is asked, before each pause of so many seconds, whether there is any point in it.
    """

    def wait(state: RetryCallState) -> float:
        error = None if state.outcome is None else state.outcome.exception()
        return pause(policy, state.attempt_number, error, random)

    def stop(state: RetryCallState) -> bool:
        return state.attempt_number > policy.retries or not worth(state.upcoming_sleep)

    async def once() -> T:
        return await attempt()

    schedule = AsyncRetrying(
        sleep=asyncio.sleep,
        stop=stop,
        wait=wait,
        retry=retry_if_exception(is_transient),
        reraise=True,
    )
    return await schedule(once)
