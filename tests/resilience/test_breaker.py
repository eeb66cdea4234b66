"""When a circuit opens and closes, and everything that aiobreaker alone gets wrong."""

from __future__ import annotations

import abc
import asyncio
import importlib.util
import math
import time
from collections.abc import AsyncIterator

import aiobreaker.circuitbreaker
import aiobreaker.state
import pytest
from structlog.testing import capture_logs

from app.errors import ExternalServiceTimeout, Unavailable
from app.resilience.breaker import Breaker, CircuitOpen, State
from app.resilience.policy import BreakerPolicy
from tests.actors.runtime.virtual_time import quiet
from tests.resilience.samples import Clock, Fault, Mistake, Watched
from tests.server import ROOT

OPENED = ("stars", "closed", "open")
TRIED = ("stars", "open", "half_open")
REOPENED = ("stars", "half_open", "open")
CLOSED = ("stars", "half_open", "closed")


@pytest.fixture
def watched() -> Watched:
    return Watched()


async def test_it_opens_at_the_fifth_failure(watched: Watched) -> None:
    await watched.fail(times=4)
    assert watched.state() == State.CLOSED
    await watched.fail()
    assert watched.state() == State.OPEN
    assert watched.changes == [OPENED]


async def test_an_open_circuit_rejects_without_a_call(watched: Watched) -> None:
    await watched.open()
    watched.clock.now += 17.5
    called = False
    with pytest.raises(CircuitOpen) as caught:
        async with watched.breaker.guard():
            called = True
    assert not called
    assert caught.value.until == 1060.0
    assert caught.value.retry_after == 43
    assert (caught.value.code, caught.value.status) == ("UNAVAILABLE", 503)
    assert str(caught.value) == "stars is not available, try again in 43 s"
    assert isinstance(caught.value, Unavailable)


async def test_a_probe_that_succeeds_closes_it(watched: Watched) -> None:
    await watched.half_open()
    await watched.succeed()
    assert watched.state() == State.CLOSED
    assert watched.changes == [OPENED, TRIED, CLOSED]
    assert watched.breaker.failures == 0


async def test_a_probe_that_fails_opens_it_for_as_long_again(watched: Watched) -> None:
    await watched.half_open()
    await watched.fail()
    assert watched.changes == [OPENED, TRIED, REOPENED]
    assert watched.breaker.retry_after == 60.0


async def test_it_is_open_in_words_until_somebody_comes_for_the_probe(watched: Watched) -> None:
    await watched.half_open()
    assert watched.state() == State.OPEN
    assert watched.breaker.until is None
    assert watched.breaker.retry_after == 0.0


# failure_threshold: aiobreaker counts consecutive failures, and excluded ones reset the count


async def test_successes_between_failures_do_not_hide_them(watched: Watched) -> None:
    for _ in range(5):
        await watched.succeed()
        await watched.fail()
    assert watched.state() == State.OPEN


async def test_mistakes_of_the_caller_count_as_nothing_and_reset_nothing(watched: Watched) -> None:
    await watched.fail(times=4)
    await watched.fail(Mistake(), times=20)
    assert watched.breaker.failures == 4
    assert watched.breaker.tally.neither == 20
    await watched.fail()
    assert watched.state() == State.OPEN


@pytest.mark.parametrize(
    "error",
    [TimeoutError(), ConnectionResetError(), OSError("no route"), ExternalServiceTimeout("slow")],
)
async def test_faults_of_the_network_count(watched: Watched, error: Exception) -> None:
    await watched.fail(error, times=5)
    assert watched.state() == State.OPEN


async def test_what_only_a_living_dependency_raises_counts_as_success() -> None:
    watched = Watched(answers=(KeyError,))
    await watched.half_open()
    await watched.fail(KeyError("duplicate"))
    assert watched.state() == State.CLOSED


async def test_a_mistake_in_the_probe_leaves_it_to_the_next_caller(watched: Watched) -> None:
    await watched.half_open()
    await watched.fail(Mistake())
    assert watched.state() == State.HALF_OPEN
    await watched.succeed()
    assert watched.state() == State.CLOSED


# failure_window and min_throughput: aiobreaker has neither


async def test_failures_older_than_the_window_do_not_count(watched: Watched) -> None:
    await watched.fail(times=4)
    watched.clock.now += 120.0
    assert watched.breaker.failures == 0
    await watched.fail()
    assert watched.state() == State.CLOSED


async def test_failures_at_the_edge_of_the_window_count(watched: Watched) -> None:
    await watched.fail(times=4)
    watched.clock.now += 119.9
    await watched.fail()
    assert watched.state() == State.OPEN


async def test_nothing_opens_below_the_minimum_throughput() -> None:
    watched = Watched(BreakerPolicy(failures=2, min_throughput=4))
    await watched.succeed()
    await watched.fail(times=2)
    assert watched.state() == State.CLOSED
    await watched.fail()
    assert watched.state() == State.OPEN


async def test_calls_before_the_window_are_no_throughput() -> None:
    watched = Watched(BreakerPolicy(failures=2, min_throughput=4))
    await watched.succeed(times=9)
    watched.clock.now += 120.0
    await watched.fail(times=3)
    assert watched.state() == State.CLOSED


async def test_a_success_never_opens_it() -> None:
    watched = Watched(BreakerPolicy(failures=2, min_throughput=4))
    await watched.fail(times=3)
    await watched.succeed(times=9)
    assert watched.state() == State.CLOSED


async def test_memory_does_not_grow_with_traffic(watched: Watched) -> None:
    await watched.succeed(times=1000)
    assert len(watched.breaker._window._calls) == 5


# recovery_timeout and time left: aiobreaker mixes utcnow() and now()


async def test_no_clock_but_the_given_one_is_read(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(aiobreaker.circuitbreaker, "datetime")
    monkeypatch.delattr(aiobreaker.state, "datetime")
    await watched.half_open()
    await watched.fail()
    with pytest.raises(CircuitOpen):
        await watched.succeed()
    watched.clock.now += 60
    await watched.succeed()
    watched.breaker.force_open()
    watched.breaker.reset()
    assert watched.state() == State.CLOSED


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
async def test_the_time_left_is_right_in_every_zone(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        watched = Watched(BreakerPolicy(recovery=0.01))
        await watched.open()
        assert watched.breaker.retry_after == pytest.approx(0.01)
        with pytest.raises(CircuitOpen) as caught:
            await watched.succeed()
        assert caught.value.retry_after == 1
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_circuit_that_never_opened_has_no_time_left(watched: Watched) -> None:
    assert watched.breaker.until is None
    assert watched.breaker.opened_at is None
    assert watched.breaker.retry_after == 0.0


# half-open: aiobreaker admits everybody, and for ever after a cancelled probe


async def test_of_twenty_callers_one_is_the_probe(watched: Watched) -> None:
    await watched.half_open()
    gate, admitted = asyncio.Event(), 0

    async def call() -> None:
        nonlocal admitted
        async with watched.breaker.guard() as guard:
            assert guard.is_probe
            admitted += 1
            await gate.wait()

    callers = [asyncio.create_task(call()) for _ in range(20)]
    await quiet()
    gate.set()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert admitted == 1
    refused = [result for result in results if isinstance(result, CircuitOpen)]
    assert len(refused) == watched.breaker.tally.rejected == 19
    assert {error.retry_after for error in refused} == {1}
    assert watched.state() == State.CLOSED


async def test_a_cancelled_probe_is_neither_and_the_next_caller_is_the_probe(
    watched: Watched,
) -> None:
    await watched.half_open()

    async def hang() -> None:
        async with watched.breaker.guard():
            await asyncio.Event().wait()

    probe = asyncio.create_task(hang())
    await quiet()
    probe.cancel()
    await asyncio.wait([probe])
    assert probe.cancelled()
    assert watched.state() == State.HALF_OPEN
    assert watched.breaker.tally.neither == 1
    async with watched.breaker.guard() as second:
        assert second.is_probe
        with pytest.raises(CircuitOpen):
            await watched.succeed()
    assert watched.state() == State.CLOSED


async def test_a_cancelled_call_counts_as_neither(watched: Watched) -> None:
    await watched.fail(times=4)
    await watched.fail(asyncio.CancelledError(), times=9)
    assert watched.state() == State.CLOSED
    assert watched.breaker.failures == 4


async def test_a_silent_probe_has_failed_when_its_time_is_over(watched: Watched) -> None:
    await watched.half_open()
    async with watched.breaker.guard():
        watched.clock.now += 29.9
        assert watched.state() == State.HALF_OPEN
        watched.clock.now += 10.1
        assert watched.state() == State.OPEN
        assert watched.breaker.retry_after == 50.0  # since the end of its time
    assert watched.state() == State.OPEN
    assert watched.changes == [OPENED, TRIED, REOPENED]
    assert watched.breaker.tally.late == 1


async def test_a_probe_that_gives_signs_of_life_keeps_its_time(watched: Watched) -> None:
    await watched.half_open()
    async with watched.breaker.guard() as probe:
        for _ in range(5):
            watched.clock.now += 29.0
            probe.progress()
    assert watched.state() == State.CLOSED


async def test_only_the_probe_prolongs_the_probes_time(watched: Watched) -> None:
    old = watched.breaker.guard()
    await old.__aenter__()
    await watched.half_open()
    async with watched.breaker.guard():
        watched.clock.now += 29.0
        old.progress()
        watched.clock.now += 1.0
        assert watched.state() == State.OPEN
    await old.__aexit__(None, None, None)


# late results: aiobreaker opens again and again, and pushes the end of the outage forward


async def test_failures_that_were_under_way_do_not_prolong_the_outage(watched: Watched) -> None:
    late = [watched.breaker.guard() for _ in range(6)]
    for guard in late:
        await guard.__aenter__()
    await watched.open()
    for guard in late:
        watched.clock.now += 1.0
        await guard.__aexit__(Fault, Fault(), None)
    assert watched.changes == [OPENED]
    assert watched.breaker.until == 1060.0
    assert watched.breaker.opened_at == 1000.0
    assert watched.breaker.tally.late == 6


@pytest.mark.parametrize("error", [None, Fault()])
async def test_late_results_do_not_decide_for_the_probe(
    watched: Watched, error: Fault | None
) -> None:
    late = watched.breaker.guard()
    await late.__aenter__()
    await watched.half_open()
    async with watched.breaker.guard():
        await late.__aexit__(None if error is None else Fault, error, None)
        assert late.is_late
        assert watched.state() == State.HALF_OPEN
    assert watched.state() == State.CLOSED


async def test_failures_from_before_the_outage_do_not_count_after_it(watched: Watched) -> None:
    late = [watched.breaker.guard() for _ in range(6)]
    for guard in late:
        await guard.__aenter__()
    await watched.half_open()
    await watched.succeed()
    for guard in late:
        await guard.__aexit__(Fault, Fault(), None)
    assert watched.state() == State.CLOSED
    assert watched.breaker.failures == 0


# which exception: aiobreaker raises its own on the call that trips


async def test_the_call_that_trips_raises_its_own_exception(watched: Watched) -> None:
    await watched.fail(times=4)
    error = Fault(503)
    with pytest.raises(Fault) as caught:
        async with watched.breaker.guard():
            raise error
    assert caught.value is error
    assert caught.value.__cause__ is None
    assert watched.state() == State.OPEN


# streams: aiobreaker returns an async generator unguarded


async def _stream(breaker: Breaker, items: int, error: Exception | None) -> AsyncIterator[int]:
    async with breaker.guard():
        for item in range(items):
            yield item
        if error is not None:
            raise error


async def test_a_stream_that_fails_in_the_middle_is_a_failure(watched: Watched) -> None:
    for _ in range(5):
        with pytest.raises(Fault):
            assert [item async for item in _stream(watched.breaker, 3, Fault())] == [0, 1, 2]
    assert watched.state() == State.OPEN


async def test_a_stream_is_a_success_with_its_last_item_only(watched: Watched) -> None:
    stream = _stream(watched.breaker, 2, None)
    await anext(stream)
    assert watched.breaker.tally.good == 0
    assert [item async for item in stream] == [1]
    assert watched.breaker.tally.good == 1


async def test_a_stream_that_its_reader_leaves_counts_as_neither(watched: Watched) -> None:
    stream = watched_stream = _stream(watched.breaker, 2, None)
    await anext(stream)
    await watched_stream.aclose()  # type: ignore[attr-defined]  # it is a generator
    assert (watched.breaker.tally.good, watched.breaker.tally.neither) == (0, 1)


async def test_a_stream_may_be_driven_by_several_tasks(watched: Watched) -> None:
    await watched.half_open()
    stream = _stream(watched.breaker, 2, None)
    for expected in (0, 1):
        assert await asyncio.ensure_future(anext(stream)) == expected
    with pytest.raises(StopAsyncIteration):
        await asyncio.ensure_future(anext(stream))
    assert watched.state() == State.CLOSED


# listeners: an exception in one reaches the caller of a call that went well


async def test_a_listener_that_fails_hurts_no_caller() -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("listener")

    clock = Clock()
    breaker = Breaker("stars", BreakerPolicy(failures=1, min_throughput=1), clock=clock)
    breaker._on_change = fail
    with capture_logs() as logs, pytest.raises(Fault):
        async with breaker.guard():
            raise Fault
    assert [line["log_level"] for line in logs] == ["warning", "error"]
    clock.now += 60
    async with breaker.guard():
        pass
    assert breaker.state == State.CLOSED


async def test_a_listener_sees_the_new_state_and_may_act() -> None:
    seen: list[State] = []
    clock = Clock()

    def act(*_: object) -> None:
        seen.append(breaker.state)
        if breaker.state == State.OPEN:
            breaker.reset()

    policy = BreakerPolicy(failures=1, min_throughput=1)
    breaker = Breaker("stars", policy, clock=clock, on_change=act)
    with pytest.raises(Fault):
        async with breaker.guard():
            raise Fault
    assert seen == [State.OPEN, State.CLOSED]


# exclude: a class with another metaclass makes aiobreaker exclude every exception


async def test_classes_of_any_metaclass_tell_answers_from_faults() -> None:
    class Strange(Exception, metaclass=abc.ABCMeta):
        pass

    watched = Watched(answers=(Strange,))
    await watched.fail(Strange())
    await watched.fail(Mistake())
    await watched.fail(times=2)
    tally = watched.breaker.tally
    assert (tally.good, tally.bad, tally.neither) == (1, 2, 1)


# reset


async def test_a_reset_closes_and_forgets(watched: Watched) -> None:
    await watched.open()
    watched.breaker.reset()
    assert watched.changes[-1] == ("stars", "open", "closed")
    assert watched.breaker.opened_at is None
    await watched.fail(times=4)
    assert watched.state() == State.CLOSED


async def test_a_reset_forgets_failures_of_a_closed_circuit_and_calls_under_way(
    watched: Watched,
) -> None:
    await watched.fail(times=4)
    late = watched.breaker.guard()
    await late.__aenter__()
    watched.breaker.reset()
    await late.__aexit__(Fault, Fault(), None)
    assert watched.breaker.failures == 0
    assert watched.changes == []


async def test_a_circuit_forced_open_stays_so_until_a_reset(watched: Watched) -> None:
    watched.breaker.force_open()
    watched.clock.now += 1e6
    with pytest.raises(CircuitOpen) as caught:
        await watched.succeed()
    assert math.isinf(caught.value.until)
    assert caught.value.retry_after == 60
    assert watched.breaker.forced
    watched.breaker.reset()
    await watched.succeed()
    assert not watched.breaker.forced


async def test_a_circuit_forced_open_for_a_time_is_probed_after_it(watched: Watched) -> None:
    watched.breaker.force_open(seconds=5.0)
    watched.clock.now += 4.0
    with pytest.raises(CircuitOpen):
        await watched.succeed()
    watched.clock.now += 1.0
    await watched.succeed()
    assert watched.state() == State.CLOSED
    assert not watched.breaker.forced


async def test_a_circuit_forced_open_ignores_the_probe_under_way(watched: Watched) -> None:
    await watched.half_open()
    async with watched.breaker.guard():
        watched.breaker.force_open()
    assert watched.state() == State.OPEN


def test_our_tests_are_not_the_package_that_aiobreaker_installs() -> None:
    spec = importlib.util.find_spec("tests.server")
    assert spec is not None
    assert spec.origin == str(ROOT / "tests" / "server.py")


async def test_nobody_need_listen() -> None:
    breaker = Breaker("stars")
    breaker.force_open()
    assert breaker.state == State.OPEN


async def test_an_outage_and_a_recovery_are_logged_once_each(watched: Watched) -> None:
    with capture_logs() as logs:
        await watched.half_open()
        for _ in range(3):
            await watched.fail(ConnectionRefusedError("secret"))
            with pytest.raises(CircuitOpen):
                await watched.succeed()
            watched.clock.now += 60
        await watched.succeed(times=3)
    assert logs == [
        {
            "event": "dependency is out",
            "log_level": "warning",
            "dependency": "stars",
            "error": "Fault",
        },
        {
            "event": "dependency is back",
            "log_level": "info",
            "dependency": "stars",
            "after_seconds": 240.0,
        },
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("failures", 0),
        ("min_throughput", 0),
        ("recovery", 0.0),
        ("half_open", -1.0),
        ("window", math.nan),
    ],
)
def test_a_policy_without_sense_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must be"):
        BreakerPolicy(**{name: value})  # type: ignore[arg-type]  # numbers by name
