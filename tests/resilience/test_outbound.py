"""Calls through all layers: deadlines, streams, and what the outside learns of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from app.errors import DeadlineExceeded, ExternalServiceError, ExternalServiceTimeout
from app.resilience.attempts import Attempt
from app.resilience.breaker import CircuitOpen, State
from app.resilience.outbound import MOST_ENDPOINTS, OTHER, Outbound
from app.resilience.policy import BreakerPolicy, OutboundPolicy, Timeouts
from tests.actors.runtime.virtual_time import START, quiet
from tests.resilience.samples import Dependency, Fault, Mistake, loop_time, read, registry


async def test_a_call_returns_what_the_operation_returns(dependency: Dependency) -> None:
    assert await dependency.outbound.call("GET /", dependency) == "ok"
    assert dependency.outcomes() == {"success": 1}


async def test_any_awaitable_will_do(dependency: Dependency) -> None:
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    future.set_result(7)
    assert await dependency.outbound.call("GET /", lambda _: future) == 7


async def test_what_the_operation_raises_comes_out_as_it_is(dependency: Dependency) -> None:
    error = Fault(500)
    dependency.script = [error]
    with pytest.raises(Fault) as caught:
        await dependency.outbound.call("GET /", dependency)
    assert caught.value is error
    assert dependency.outcomes() == {"failure": 1}


async def test_five_calls_that_fail_open_the_circuit(dependency: Dependency) -> None:
    await dependency.fail(times=5)
    with pytest.raises(CircuitOpen):
        await dependency.outbound.call("GET /", dependency)
    assert len(dependency.begun) == 5
    assert dependency.outcomes() == {"failure": 5, "rejected": 1}
    await asyncio.sleep(60)
    await dependency.outbound.call("GET /", dependency)
    assert dependency.outbound.state == State.CLOSED


async def test_mistakes_of_the_caller_open_nothing(dependency: Dependency) -> None:
    for _ in range(9):
        dependency.script = [Mistake()]
        with pytest.raises(Mistake):
            await dependency.outbound.call("GET /", dependency)
    assert dependency.outbound.state == State.CLOSED
    assert dependency.outcomes() == {"refused": 9}


async def test_faults_and_answers_are_told_per_dependency() -> None:
    outbound = Outbound("moon", registry(), trips_on=(KeyError,), answers=(Fault,))

    async def fail(error: Exception) -> None:
        async with outbound.guard("GET /"):
            raise error

    for error in (Fault(), *(KeyError() for _ in range(5))):
        assert outbound.state == State.CLOSED
        with pytest.raises(type(error)):
            await fail(error)
    status = outbound.status()
    assert (status.succeeded, status.failed, status.state) == (1, 5, State.OPEN)


# timeouts of an attempt, and the deadline


async def test_an_attempt_knows_its_timeouts(dependency: Dependency) -> None:
    await dependency.outbound.call("GET /", dependency)
    await dependency.outbound.call("GET /", dependency, within=7.5)
    first, second = dependency.attempts
    assert first == Attempt(1, Timeouts(connect=5.0, read=10.0, write=10.0))
    assert second == Attempt(1, Timeouts(connect=5.0, read=7.5, write=7.5))


async def test_an_attempt_that_hangs_ends_by_itself(dependency: Dependency) -> None:
    dependency.script = [99]
    with pytest.raises(ExternalServiceTimeout, match=r"stars gave no answer in 25 s") as caught:
        await dependency.outbound.call("GET /", dependency)
    assert loop_time() == START + 25
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert (caught.value.code, caught.value.status) == ("EXTERNAL_SERVICE_ERROR", 502)


async def test_our_own_patience_ends_first_when_both_end_at_once(dependency: Dependency) -> None:
    dependency.script = [99]
    with pytest.raises(ExternalServiceTimeout):
        await dependency.outbound.call("GET /", dependency, within=25.0)


async def test_the_callers_deadline_ends_a_call(dependency: Dependency) -> None:
    dependency.script = [99]
    with pytest.raises(DeadlineExceeded, match=r"stars gave no answer within 2 s") as caught:
        await dependency.outbound.call("GET /", dependency, within=2.0)
    assert loop_time() == START + 2
    assert caught.value.retry_after == 1


async def test_a_hasty_caller_does_not_blame_the_dependency(dependency: Dependency) -> None:
    for _ in range(9):
        dependency.script = [99]
        with pytest.raises(DeadlineExceeded):
            await dependency.outbound.call("GET /", dependency, within=4.9)
    assert dependency.outbound.state == State.CLOSED
    assert dependency.outcomes() == {"refused": 9}


async def test_a_dependency_that_hangs_is_found_out_though_all_callers_leave(
    dependency: Dependency,
) -> None:
    for _ in range(5):
        dependency.script = [99]
        with pytest.raises(DeadlineExceeded):
            await dependency.outbound.call("GET /", dependency, within=5.0)
    assert dependency.outbound.state == State.OPEN
    assert dependency.outbound.status().last_error == "DeadlineExceeded"


@pytest.mark.parametrize("within", [0.0, -1.0])
async def test_nothing_is_called_after_the_deadline(dependency: Dependency, within: float) -> None:
    with pytest.raises(DeadlineExceeded):
        await dependency.outbound.call("GET /", dependency, within=within)
    assert dependency.begun == []
    assert dependency.outbound.status().failed == 0


async def test_no_deadline_of_a_caller_exceeds_ours(dependency: Dependency) -> None:
    dependency.script = [99, 99, 99]
    with pytest.raises(ExternalServiceTimeout, match=r"within 30 s"):
        await dependency.outbound.call("GET /", dependency, within=999, idempotent=True)
    assert loop_time() == START + 30


async def test_a_probe_that_hangs_ends_with_its_own_time() -> None:
    policy = OutboundPolicy(BreakerPolicy(half_open=3.0))
    dependency = Dependency(policy)
    await dependency.fail(times=5)
    await asyncio.sleep(60)
    dependency.script = [99]
    begun = loop_time()
    with pytest.raises(ExternalServiceTimeout, match="in 3 s"):
        await dependency.outbound.call("GET /", dependency)
    assert loop_time() == begun + 3
    assert dependency.outbound.status().retry_after == 60.0


async def test_a_cancelled_call_is_no_failure(dependency: Dependency) -> None:
    for _ in range(9):
        dependency.script = [99]
        call = asyncio.ensure_future(dependency.outbound.call("GET /", dependency))
        await quiet()
        call.cancel()
        await asyncio.wait([call])
        assert call.cancelled()
    assert dependency.outbound.state == State.CLOSED
    assert dependency.outcomes() == {"cancelled": 9}
    assert dependency.outbound.status().in_flight == 0


async def test_a_deadline_around_the_call_is_a_cancellation(dependency: Dependency) -> None:
    dependency.script = [99]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(20.0):
            await dependency.outbound.call("GET /", dependency)
    assert dependency.outcomes() == {"cancelled": 1}


# streams


async def test_a_stream_gives_its_items(dependency: Dependency) -> None:
    dependency.script = [["a", "b", "c"]]
    stream = dependency.outbound.stream("POST /chat", dependency.items)
    assert [item async for item in stream] == ["a", "b", "c"]
    assert dependency.closed == 1
    assert dependency.outcomes() == {"success": 1}


async def test_a_stream_without_items_is_a_success(dependency: Dependency) -> None:
    dependency.script = [[]]
    stream = dependency.outbound.stream("POST /chat", dependency.items)
    assert [item async for item in stream] == []
    assert dependency.outcomes() == {"success": 1}


async def test_a_stream_that_fails_in_the_middle_is_a_failure_and_not_retried(
    dependency: Dependency,
) -> None:
    for _ in range(5):
        dependency.script = [["a", Fault(503)]]
        items: list[str] = []
        stream = dependency.outbound.stream("POST /chat", dependency.items, idempotent=True)
        with pytest.raises(Fault):
            await read(stream, items)
        assert items == ["a"]
    assert len(dependency.begun) == dependency.closed == 5
    assert dependency.outbound.state == State.OPEN


async def test_a_stream_is_retried_until_its_first_item(dependency: Dependency) -> None:
    dependency.script = [[Fault(503)], [TimeoutError()], ["a", "b"]]
    stream = dependency.outbound.stream("POST /chat", dependency.items, idempotent=True)
    assert [item async for item in stream] == ["a", "b"]
    assert dependency.closed == 3
    assert dependency.outbound.status().retries == 2
    assert dependency.outcomes() == {"success": 1}


async def test_a_stream_that_falls_silent_is_ended(dependency: Dependency) -> None:
    dependency.script = [["a", 99]]
    stream = dependency.outbound.stream("POST /chat", dependency.items)
    assert await anext(stream) == "a"
    begun = loop_time()
    with pytest.raises(ExternalServiceTimeout, match="in 10 s"):
        await anext(stream)
    assert loop_time() == begun + 10
    assert dependency.closed == 1
    assert dependency.outbound.status().failed == 1


async def test_a_stream_ends_with_the_deadline(dependency: Dependency) -> None:
    dependency.script = [[1, 1, 1, 1, 1, 1]]
    items: list[str] = []
    stream = dependency.outbound.stream("POST /chat", dependency.items, within=3.5)
    with pytest.raises(DeadlineExceeded):
        await read(stream, items)
    assert len(items) == 3
    assert dependency.outcomes() == {"refused": 1}


async def test_a_slow_reader_is_not_the_dependencys_fault(dependency: Dependency) -> None:
    dependency.script = [[Fault(503)], ["a", "b"]]
    stream = dependency.outbound.stream("POST /chat", dependency.items, idempotent=True)
    assert await anext(stream) == "a"
    await asyncio.sleep(100)
    with pytest.raises(ExternalServiceTimeout):
        await anext(stream)
    assert dependency.outcomes() == {"refused": 1}


async def test_a_reader_may_leave_a_stream(dependency: Dependency) -> None:
    dependency.script = [["a", "b"]]
    async with aclosing(dependency.outbound.stream("POST /chat", dependency.items)) as stream:
        assert await anext(stream) == "a"
    assert dependency.closed == 1
    assert dependency.outcomes() == {"cancelled": 1}
    assert dependency.outbound.status().in_flight == 0


async def test_a_stream_that_is_the_probe_may_last_while_it_speaks() -> None:
    policy = OutboundPolicy(BreakerPolicy(half_open=2.0), total=120.0)
    dependency = Dependency(policy)
    await dependency.fail(times=5)
    await asyncio.sleep(60)
    dependency.script = [[1.5, 1.5, 1.5, 1.5]]
    stream = dependency.outbound.stream("POST /chat", dependency.items)
    assert len([item async for item in stream]) == 4
    assert dependency.outbound.state == State.CLOSED


async def test_an_iterator_that_cannot_be_closed_will_do(dependency: Dependency) -> None:
    class Endless:
        def __aiter__(self) -> AsyncIterator[int]:
            return self

        async def __anext__(self) -> int:
            return 1

    async with aclosing(dependency.outbound.stream("GET /", lambda _: Endless())) as stream:
        assert await anext(stream) == 1


async def test_a_source_is_closed_before_the_next_attempt(dependency: Dependency) -> None:
    told: list[str] = []

    class Source:
        def __init__(self, attempt: Attempt) -> None:
            self.number = attempt.number
            told.append(f"open {self.number}")

        def __aiter__(self) -> AsyncIterator[int]:
            return self

        async def __anext__(self) -> int:
            if self.number == 1:
                raise ConnectionResetError
            raise StopAsyncIteration

        async def aclose(self) -> None:
            told.append(f"close {self.number}")

    stream = dependency.outbound.stream("GET /", Source, idempotent=True)
    assert [item async for item in stream] == []
    assert told == ["open 1", "close 1", "open 2", "close 2"]


async def test_a_guard_alone_counts_and_measures(dependency: Dependency) -> None:
    await dependency.borrow()
    for _ in range(5):
        with pytest.raises(ConnectionResetError):
            await dependency.borrow(ConnectionResetError())
    with pytest.raises(CircuitOpen):
        await dependency.borrow()
    assert dependency.outcomes() == {"success": 1, "failure": 5, "rejected": 1}


# what the outside learns


async def test_metrics_have_service_endpoint_and_outcome(dependency: Dependency) -> None:
    dependency.script = [1.0]
    await dependency.outbound.call("GET /users/{id}", dependency)
    await dependency.fail(times=1)
    assert {
        labels: count.value for labels, count in dependency.registry.requests.values.items()
    } == {
        ("stars", "GET /users/{id}", "success"): 1,
        ("stars", "GET /", "failure"): 1,
    }
    times = dependency.registry.durations.values[("stars", "GET /users/{id}")]
    assert (sum(times.counts), times.total) == (1, 1.0)


async def test_rejected_calls_have_no_duration(dependency: Dependency) -> None:
    dependency.outbound.force_open()
    with pytest.raises(CircuitOpen):
        await dependency.outbound.call("GET /", dependency)
    assert dependency.registry.durations.values == {}


async def test_endpoints_made_of_data_do_not_fill_the_metrics(dependency: Dependency) -> None:
    for number in range(MOST_ENDPOINTS + 10):
        await dependency.outbound.call(f"GET /users/{number}", dependency)
    endpoints = {endpoint for _, endpoint, _ in dependency.registry.requests.values}
    assert len(endpoints) == MOST_ENDPOINTS + 1
    assert dependency.registry.requests.values[("stars", OTHER, "success")].value == 10


async def test_reconnect_connects_and_closes_the_circuit() -> None:
    times = []

    async def connect() -> None:
        times.append(loop_time())

    outbound = Outbound("moon", registry(), reconnect=connect)
    outbound.force_open()
    await outbound.reconnect()
    assert times == [START]
    assert outbound.state == State.CLOSED


async def test_reconnect_that_hangs_ends_and_leaves_the_circuit_as_it_was() -> None:
    async def connect() -> None:
        await asyncio.sleep(999)

    outbound = Outbound("moon", registry(), reconnect=connect)
    outbound.force_open()
    with pytest.raises(TimeoutError):
        await outbound.reconnect()
    assert loop_time() == START + 30
    assert outbound.state == State.OPEN


async def test_reconnect_without_connections_is_a_reset(dependency: Dependency) -> None:
    dependency.outbound.force_open()
    await dependency.outbound.reconnect()
    assert dependency.outbound.state == State.CLOSED


def test_the_policy_for_stores_recovers_within_a_second() -> None:
    policy = OutboundPolicy()
    assert policy.for_store() == replace(policy, breaker=BreakerPolicy(recovery=1.0))


def test_an_error_of_a_service_tells_its_status_and_when_to_come_again() -> None:
    error = ExternalServiceError("full", upstream_status=429, retry_after=7)
    assert (error.upstream_status, error.retry_after, error.status) == (429, 7, 502)
