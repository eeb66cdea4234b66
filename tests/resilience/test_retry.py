"""What is retried, how often, and after how long."""

from __future__ import annotations

import asyncio
import random
import socket

import pytest

from app.errors import DeadlineExceeded, ExternalServiceTimeout, InvalidInput, Unavailable
from app.resilience.breaker import State
from app.resilience.policy import OutboundPolicy, RetryPolicy, Timeouts
from app.resilience.retry import is_transient, pause
from tests.actors.runtime.virtual_time import START, quiet
from tests.resilience.samples import Dependency, Fault, Mistake, loop_time, registry


async def call(dependency: Dependency, within: float | None = None) -> object:
    """One idempotent call."""
    return await dependency.outbound.call("GET /", dependency, within=within, idempotent=True)


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectionRefusedError(),
        ConnectionResetError(),
        socket.gaierror(),
        FileNotFoundError("a socket that is gone"),
        ExternalServiceTimeout("slow"),
        Fault(429),
        Fault(503),
        Fault(504),
    ],
)
async def test_a_fault_that_may_pass_is_retried(dependency: Dependency, error: Exception) -> None:
    dependency.script = [error]
    assert is_transient(error)
    assert await call(dependency) == "ok"
    assert [attempt.number for attempt in dependency.attempts] == [1, 2]


@pytest.mark.parametrize(
    "error",
    [
        Fault(),
        Fault(400),
        Fault(404),
        Fault(500),
        Fault(502),
        Mistake(),
        ValueError(),
        Unavailable("other"),
        DeadlineExceeded("late"),
        InvalidInput.of("x", "y", 1),
        asyncio.CancelledError(),
    ],
)
async def test_nothing_else_is_retried(dependency: Dependency, error: BaseException) -> None:
    dependency.script = [error]
    assert not is_transient(error)
    with pytest.raises(type(error)) as caught:
        await call(dependency)
    assert caught.value is error
    assert len(dependency.begun) == 1


async def test_a_call_that_is_not_idempotent_is_never_retried(dependency: Dependency) -> None:
    dependency.script = [ConnectionResetError()]
    with pytest.raises(ConnectionResetError):
        await dependency.outbound.call("POST /", dependency)
    assert len(dependency.begun) == 1


async def test_pauses_double_from_one_second_and_the_last_error_comes_out(
    dependency: Dependency,
) -> None:
    errors = [Fault(503) for _ in range(9)]
    dependency.script = list(errors)
    with pytest.raises(Fault) as caught:
        await call(dependency)
    assert dependency.begun == [START, START + 1, START + 3, START + 7]
    assert caught.value is errors[3]
    assert dependency.outbound.status().retries == 3


async def test_a_call_with_all_its_retries_is_one_failure(dependency: Dependency) -> None:
    dependency.script = [Fault(503)] * 4
    with pytest.raises(Fault):
        await call(dependency)
    assert dependency.outbound.status().failures_in_window == 1
    assert dependency.outcomes() == {"failure": 1}


def test_no_pause_exceeds_the_longest() -> None:
    policy = RetryPolicy()
    pauses = [pause(policy, number, Fault(503), lambda: 1.0) for number in range(1, 8)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_jitter_is_full() -> None:
    seeded = random.Random(7).random  # noqa: S311 - not for secrets
    pauses = [pause(RetryPolicy(), 3, Fault(503), seeded) for _ in range(1000)]
    assert min(pauses) < 0.05
    assert max(pauses) > 3.95
    assert sum(pauses) / 1000 == pytest.approx(2.0, abs=0.1)


async def test_seeded_randomness_gives_the_same_pauses_again() -> None:
    begun = []
    for _ in range(2):
        seeded = random.Random(3).random  # noqa: S311 - not for secrets
        dependency = Dependency(registry=registry(seeded), script=[Fault(503)] * 4)
        start = loop_time()
        with pytest.raises(Fault):
            await call(dependency)
        begun.append([round(at - start, 6) for at in dependency.begun])
    assert begun[0] == begun[1]
    assert begun[0][3] < 7


async def test_retry_after_is_honoured_with_jitter_behind_it(dependency: Dependency) -> None:
    dependency.script = [Fault(429, retry_after=12)]
    assert await call(dependency) == "ok"
    assert dependency.begun == [START, START + 13]


async def test_a_retry_after_beyond_the_deadline_is_not_waited_for(dependency: Dependency) -> None:
    dependency.script = [Fault(429, retry_after=3600)]
    with pytest.raises(Fault):
        await call(dependency)
    assert loop_time() == START


async def test_no_pause_reaches_the_callers_deadline(dependency: Dependency) -> None:
    dependency.script = [Fault(503)] * 4
    with pytest.raises(Fault):
        await call(dependency, within=6.9)
    assert dependency.begun == [START, START + 1, START + 3]
    assert loop_time() == START + 3


async def test_a_retry_gets_what_is_left_of_the_deadline(dependency: Dependency) -> None:
    dependency.script = [Fault(503), 99]
    with pytest.raises(DeadlineExceeded):
        await call(dependency, within=4.0)
    assert loop_time() == START + 4
    assert dependency.attempts[1].timeouts.read == 3.0
    assert dependency.outbound.status().failed == 1  # the first attempt was at fault


async def test_attempts_that_hang_are_retried_within_the_total() -> None:
    policy = OutboundPolicy(timeouts=Timeouts(1.0, 2.0, 1.0), total=12.0)
    dependency = Dependency(policy, script=[99, 99])
    assert await call(dependency) == "ok"
    assert dependency.begun == [START, START + 5, START + 11]


async def test_the_probe_is_never_retried(dependency: Dependency) -> None:
    await dependency.fail(times=5)
    await asyncio.sleep(60)
    dependency.script = [Fault(503), Fault(503)]
    with pytest.raises(Fault):
        await call(dependency)
    assert len(dependency.begun) == 6
    assert dependency.outbound.state == State.OPEN


async def test_retries_end_when_the_circuit_opens(dependency: Dependency) -> None:
    dependency.script = [Fault(503), *[Fault() for _ in range(5)], Fault(503), Fault(503)]
    first = asyncio.ensure_future(call(dependency))
    await quiet()
    for _ in range(5):
        with pytest.raises(Fault):
            await dependency.outbound.call("GET /", dependency)
    assert dependency.outbound.state == State.OPEN
    with pytest.raises(Fault):
        await first
    assert len(dependency.begun) == 7  # one retry was on its way, no other follows


async def test_a_caller_that_leaves_in_a_pause_ends_the_call(dependency: Dependency) -> None:
    dependency.script = [Fault(503)] * 4
    waiting = asyncio.ensure_future(call(dependency))
    await quiet()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    await asyncio.sleep(60)
    assert len(dependency.begun) == 1
    assert dependency.outcomes() == {"cancelled": 1}


async def test_a_policy_without_retries_has_none() -> None:
    dependency = Dependency(OutboundPolicy(retry=RetryPolicy(retries=0)), script=[Fault(503)])
    with pytest.raises(Fault):
        await call(dependency)
    assert len(dependency.begun) == 1
