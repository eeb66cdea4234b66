"""So many calls at once, so many waiting, so many starts in a period; the rest is refused."""

from __future__ import annotations

import asyncio

import pytest

from app.errors import Overloaded
from app.resilience.policy import OutboundPolicy, ThrottlePolicy
from tests.actors.runtime.virtual_time import START, quiet
from tests.resilience.samples import Dependency, Fault, loop_time


def throttled(**policy: float) -> Dependency:
    return Dependency(OutboundPolicy(throttle=ThrottlePolicy(**policy)))  # type: ignore[arg-type]


def call(dependency: Dependency, within: float | None = None) -> asyncio.Task[object]:
    return asyncio.ensure_future(dependency.outbound.call("GET /", dependency, within=within))


async def test_no_more_calls_run_at_once_than_allowed() -> None:
    dependency = throttled(concurrency=2)
    dependency.script = [5, 5, 5, 5]
    calls = [call(dependency) for _ in range(4)]
    await quiet()
    status = dependency.outbound.status()
    assert (status.in_flight, status.waiting) == (2, 2)
    await asyncio.gather(*calls)
    assert [round(at - START) for at in dependency.begun] == [0, 0, 5, 5]


async def test_who_finds_the_queue_full_is_refused_at_once() -> None:
    dependency = throttled(concurrency=1, waiting=2)
    dependency.script = [5, 5, 5]
    calls = [call(dependency) for _ in range(3)]
    await quiet()
    before = loop_time()
    with pytest.raises(Overloaded, match="stars is busy: 2 calls wait already") as caught:
        await dependency.outbound.call("GET /", dependency)
    assert loop_time() == before
    assert caught.value.retry_after == 1
    await asyncio.gather(*calls)
    assert dependency.outcomes() == {"success": 3, "throttled": 1}
    assert dependency.outbound.status().throttled == 1


async def test_nobody_waits_past_the_deadline() -> None:
    dependency = throttled(concurrency=1)
    dependency.script = [9]
    first = call(dependency)
    await quiet()
    with pytest.raises(Overloaded, match="no place in time"):
        await dependency.outbound.call("GET /", dependency, within=2.0)
    assert dependency.outbound.status().waiting == 0
    await first


async def test_a_wait_for_a_place_is_no_fault_of_the_dependency() -> None:
    dependency = throttled(concurrency=1)
    for _ in range(9):
        dependency.script = [3]
        first = call(dependency)
        await quiet()
        with pytest.raises(Overloaded):
            await dependency.outbound.call("GET /", dependency, within=2.0)
        await first
    status = dependency.outbound.status()
    assert (status.failed, status.succeeded, status.throttled) == (0, 9, 9)


async def test_a_wait_counts_towards_the_deadline() -> None:
    dependency = throttled(concurrency=1)
    dependency.script = [3]
    first, second = call(dependency), call(dependency, within=4.0)
    await asyncio.gather(first, second)
    assert dependency.attempts[1].timeouts.connect == 1.0


async def test_one_that_leaves_the_queue_makes_room() -> None:
    dependency = throttled(concurrency=1, waiting=1)
    dependency.script = [5]
    first, second = call(dependency), call(dependency)
    await quiet()
    second.cancel()
    await quiet()
    third = call(dependency)
    await asyncio.gather(first, third)
    assert dependency.outcomes() == {"success": 2, "cancelled": 1}


async def test_places_come_back_after_failures_and_cancellations() -> None:
    dependency = throttled(concurrency=1, waiting=0)
    dependency.script = [Fault(), 99]
    with pytest.raises(Fault):
        await call(dependency)
    hanging = call(dependency)
    await quiet()
    hanging.cancel()
    await asyncio.wait([hanging])
    assert await call(dependency) == "ok"


async def test_starts_in_a_period_are_bounded() -> None:
    dependency = throttled(rate=3, per=10.0)
    await asyncio.gather(*(call(dependency) for _ in range(7)))
    assert [at - START for at in dependency.begun] == [0, 0, 0, 10, 10, 10, 20]


async def test_a_period_begins_with_its_first_call() -> None:
    dependency = throttled(rate=1, per=10.0)
    await call(dependency)
    await asyncio.sleep(100)
    await asyncio.gather(call(dependency), call(dependency))
    assert [at - START for at in dependency.begun] == [0, 100, 110]


async def test_a_start_after_the_deadline_is_refused_with_the_time_to_wait() -> None:
    dependency = throttled(rate=1, per=10.0)
    await call(dependency)
    with pytest.raises(Overloaded, match="1 calls in 10 s") as caught:
        await dependency.outbound.call("GET /", dependency, within=5.0)
    assert caught.value.retry_after == 10
    assert loop_time() == START


async def test_a_reset_clears_the_rate_limit() -> None:
    dependency = throttled(rate=1, per=10.0)
    await call(dependency)
    dependency.outbound.reset()
    await call(dependency)
    assert dependency.begun == [START, START]


@pytest.mark.parametrize("policy", [{"concurrency": 0}, {"waiting": -1}, {"rate": 0}, {"per": 0.0}])
def test_bounds_without_sense_are_refused(policy: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(policy))} must be"):
        ThrottlePolicy(**policy)  # type: ignore[arg-type]  # numbers by name
