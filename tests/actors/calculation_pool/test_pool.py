"""The pool with real workers: shared, remembered, retried and refused computations, and its end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actors.calculation_pool.messages import Lane
from actors.runtime import AskTimeout, MailboxFull
from app.calculations.natal_chart import natal_chart
from app.errors import WorkerLost
from app.settings import Settings
from app.telemetry.metrics import Distributions, Labels
from app.wire import Outcome, encode
from tests.actors.calculation_pool.running import (
    Gate,
    RunningPool,
    eventually,
    kill,
    lines_in,
    pool_setup,
    running_pool,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_pool() -> AsyncIterator[RunningPool]:
    """Two workers, of which the first takes no long work."""
    async with running_pool() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def pool(shared_pool: RunningPool) -> RunningPool:
    """The pool of this module, whole again after the test before, its counters at zero."""
    await shared_pool.whole()
    shared_pool.count_anew()
    return shared_pool


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "gate")


@pytest.fixture
def tally(tmp_path: Path) -> Path:
    """The file in which operations that count leave their lines."""
    return tmp_path / "tally"


async def test_equal_requests_in_flight_are_computed_once(pool: RunningPool, tally: Path) -> None:
    body = str(tally).encode()
    answers = await asyncio.gather(*(pool.ask("volatile", body) for _ in range(20)))
    assert answers == [Outcome(200, body)] * 20
    assert lines_in(tally) == 1
    assert pool.counted("joined") == 19


async def test_a_request_joins_an_equal_one_that_a_worker_has_begun(
    pool: RunningPool, gate: Gate
) -> None:
    first = await pool.start("wait", gate.body)
    await gate.reached()
    second = await pool.start("wait", gate.body)
    await eventually(lambda: pool.counted("joined") == 1)
    gate.open()
    assert await first is await second


async def test_requests_for_different_operations_are_different(
    pool: RunningPool, tally: Path
) -> None:
    body = str(tally).encode()
    lasting, failure = await asyncio.gather(pool.ask("count", body), pool.ask("failing", body))
    assert (lasting.status, failure.status) == (200, 422)
    assert lines_in(tally) == 2


async def test_a_lasting_answer_is_computed_once_and_then_remembered(
    pool: RunningPool, tally: Path
) -> None:
    answers = [await pool.ask("count", str(tally).encode()) for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert lines_in(tally) == 1
    assert pool.counted("cached") == 2


@pytest.mark.parametrize("operation", ["volatile", "failing"])
async def test_an_answer_that_does_not_last_is_computed_again(
    pool: RunningPool, tally: Path, operation: str
) -> None:
    answers = [await pool.ask(operation, str(tally).encode()) for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert lines_in(tally) == 3
    assert pool.counted("cached") == 0


async def test_the_answer_to_long_work_is_not_remembered_here(
    pool: RunningPool, tally: Path
) -> None:
    for _ in range(2):
        await pool.ask("count", str(tally).encode(), Lane.LONG)
    assert lines_in(tally) == 2


async def test_a_waiter_that_leaves_cancels_nothing_for_the_others(
    pool: RunningPool, gate: Gate
) -> None:
    leaves, stays = await pool.start("wait", gate.body), await pool.start("wait", gate.body)
    await gate.reached()
    leaves.cancel()
    with pytest.raises(AskTimeout):
        await pool.ask("wait", gate.body, within=0.01)
    gate.open()
    assert (await stays).fragment == gate.body
    with pytest.raises(asyncio.CancelledError):
        await leaves
    assert pool.counted("worker_restarts") == 0


async def test_a_request_that_nobody_waits_for_any_more_is_not_computed(
    pool: RunningPool, tmp_path: Path, tally: Path
) -> None:
    gates = [Gate(tmp_path / name) for name in ("first", "second")]
    held = []
    for gate in gates:
        held.append(await pool.start("wait", gate.body))
        await gate.reached()
    abandoned = await pool.start("volatile", str(tally).encode())
    (body,) = pool.fresh(1)
    behind_it = await pool.start("echo", body)
    await eventually(lambda: pool.supervisor.status()[0].in_flight == 4)
    abandoned.cancel()
    for gate in gates:
        gate.open()
    await asyncio.gather(*held)
    assert (await behind_it).fragment == body
    assert lines_in(tally) == 0


async def test_long_work_never_blocks_instant_work(pool: RunningPool, tmp_path: Path) -> None:
    gates = [Gate(tmp_path / str(number)) for number in range(10)]
    long = [await pool.start("wait", gate.body, Lane.LONG) for gate in gates]
    await gates[0].reached()
    bodies = pool.fresh(100)
    instant = await asyncio.gather(*(pool.ask("echo", body) for body in bodies))
    assert [answer.fragment for answer in instant] == bodies
    assert not any(task.done() for task in long)
    for gate in gates:
        gate.open()
    answers = await asyncio.gather(*long)
    assert [answer.fragment for answer in answers] == [gate.body for gate in gates]


async def test_a_thousand_charts_pass_long_work_that_fills_its_lane(tmp_path: Path) -> None:
    gates = [Gate(tmp_path / str(number)) for number in range(64)]
    example = dict(natal_chart.example)
    bodies = [encode({**example, "date": f"{1200 + year}-01-15"}) for year in range(1, 1001)]
    async with running_pool(capacity=Settings().pool_capacity) as pool:
        long = [await pool.start("wait", gate.body, Lane.LONG) for gate in gates]
        await gates[0].reached()
        charts = await asyncio.gather(*(pool.ask("natal-chart", body) for body in bodies))
        assert [chart.status for chart in charts] == [200] * len(bodies)
        assert not any(task.done() for task in long)
        for gate in gates:
            gate.open()
        await asyncio.gather(*long)


async def test_no_part_of_long_work_is_refused_for_those_that_wait(
    pool: RunningPool, gate: Gate
) -> None:
    running = await pool.start("wait", gate.body, Lane.LONG)
    await gate.reached()
    bodies = pool.fresh(200)
    waiting = [await pool.start("echo", body, Lane.LONG) for body in bodies]
    await eventually(lambda: pool.supervisor.status()[0].in_flight == 201)
    assert not any(task.done() for task in waiting)
    gate.open()
    await running
    assert [(await task).fragment for task in waiting] == bodies


async def test_a_full_pool_refuses_and_has_room_again_later(gate: Gate) -> None:
    async with running_pool(capacity=3) as pool:
        held = [await pool.start("wait", gate.body) for _ in range(3)]
        await gate.reached()
        with pytest.raises(MailboxFull):
            await pool.ask("echo", b"one too many")
        gate.open()
        await asyncio.gather(*held)
        assert (await pool.ask("echo", b"room again")).fragment == b"room again"


async def test_a_pool_that_holds_too_many_bytes_refuses_and_has_room_again_later(
    gate: Gate,
) -> None:
    async with running_pool(most_bytes=len(gate.body) + 100) as pool:
        held = [await pool.start("wait", gate.body), await pool.start("echo", b"x" * 100)]
        await gate.reached()
        with pytest.raises(MailboxFull):
            await pool.ask("echo", b"y" * 100 + gate.body)
        gate.open()
        await asyncio.gather(*held)
        assert (await pool.ask("echo", b"room again")).fragment == b"room again"


async def test_a_dead_worker_costs_none_of_its_requests(
    pool: RunningPool, gate: Gate, tmp_path: Path
) -> None:
    # With the second worker held by long work, one frame to the first one takes all that follows.
    long = await pool.start("wait", gate.body, Lane.LONG)
    await gate.reached()
    before, after = tmp_path / "before", tmp_path / "after"
    bodies = [str(path).encode() for path in (before, tmp_path / "died", after)]
    others = pool.fresh(5)
    first, killer, last, *echoes = await asyncio.gather(
        pool.ask("count", bodies[0]),
        pool.ask("die_once", bodies[1]),
        pool.ask("count", bodies[2]),
        *(pool.ask("echo", body) for body in others),
    )
    assert [first.fragment, killer.fragment, last.fragment] == bodies
    assert [answer.fragment for answer in echoes] == others
    assert (lines_in(before), lines_in(after)) == (1, 1)
    assert pool.counted("retried") == 7  # all but the first, which had its answer already
    assert pool.counted("lost") == 0
    gate.open()
    await long


async def test_a_request_that_kills_two_workers_is_refused_from_then_on(pool: RunningPool) -> None:
    body, *others = pool.fresh(6)
    killer = await pool.start("die", body)
    echoes = await asyncio.gather(*(pool.ask("echo", other) for other in others))
    assert [answer.fragment for answer in echoes] == others
    with pytest.raises(WorkerLost) as caught:
        await killer
    assert (caught.value.code, caught.value.status) == ("WORKER_LOST", 503)
    assert caught.value.retry_after is not None
    refused = await pool.ask("die", body)
    assert refused.status == 422
    assert b'"CALCULATION_ERROR"' in refused.fragment
    await pool.whole()
    assert pool.counted("worker_restarts") == 2
    assert pool.counted("lost") == 1


async def test_every_waiter_of_a_lost_request_learns_it_and_others_stay_free(
    pool: RunningPool, tmp_path: Path
) -> None:
    (body,) = pool.fresh(1)
    outcomes = await asyncio.gather(
        *(pool.ask("die", body) for _ in range(3)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [WorkerLost] * 3
    assert pool.counted("lost") == 1
    path = str(tmp_path / "died").encode()
    assert (await pool.ask("die_once", path)).fragment == path


async def test_a_worker_that_hangs_is_replaced_and_its_request_tried_again(tmp_path: Path) -> None:
    hung = tmp_path / "hung"
    async with running_pool() as pool:
        asking = await pool.start("hang_once", str(hung).encode())
        await eventually(hung.exists)
        pool.lose_patience()
        assert (await asking).fragment == str(hung).encode()
        await pool.whole()
        assert pool.counted("worker_restarts") == 1
        assert (await pool.ask("echo", b"well again")).fragment == b"well again"


async def test_a_request_that_hangs_twice_is_lost_and_long_work_goes_on_meanwhile(
    gate: Gate,
) -> None:
    async with running_pool(pool_setup(patience=0.3)) as pool:
        long = await pool.start("wait", gate.body, Lane.LONG)
        await gate.reached()
        with pytest.raises(WorkerLost):
            await pool.ask("hang")
        assert (await pool.ask("hang")).status == 422
        assert not long.done()  # by now it has taken longer than instant work may
        gate.open()
        assert (await long).fragment == gate.body
        await pool.whole()


async def test_an_idle_worker_that_dies_is_replaced_and_counted(pool: RunningPool) -> None:
    before = pool.pids
    assert pool.report.ready == 2
    kill(before[0])
    await eventually(lambda: pool.counted("worker_restarts") == 1)
    await pool.whole()
    assert pool.pids[0] != before[0]
    assert pool.pids[1] == before[1]
    assert pool.counted("retried") == 0


async def test_requests_wait_while_no_worker_is_left(pool: RunningPool) -> None:
    for pid in pool.pids:
        kill(pid)
    await eventually(lambda: pool.report.ready == 0)
    (body,) = pool.fresh(1)
    assert (await pool.ask("echo", body)).fragment == body
    await pool.whole()
    assert pool.counted("worker_restarts") == 2


async def test_times_are_counted_by_lane_and_by_operation(pool: RunningPool) -> None:
    waits, times = _observed(pool.report.queue_seconds), _observed(pool.report.compute_seconds)
    instant, long = pool.fresh(2)
    await pool.ask("echo", instant)
    await pool.ask("echo", long, Lane.LONG)
    assert _observed(pool.report.queue_seconds) - waits == {("instant",): 1, ("long",): 1}
    assert _observed(pool.report.compute_seconds) - times == {("echo",): 2}


def _observed(distributions: Distributions) -> Counter[Labels]:
    """How often something was measured, by labels."""
    return Counter({at: sum(found.counts) for at, found in distributions.values.items()})
