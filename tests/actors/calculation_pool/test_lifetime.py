"""How a pool starts, comes back after a crash, and ends: always with workers of its own only."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from actors.calculation_pool.actor import Refill
from actors.calculation_pool.messages import Lane
from actors.calculation_pool.process import WorkerProcess
from actors.runtime import ActorStopped, RestartPolicy, RestartsExhausted
from tests.actors.calculation_pool.operations import MARKER
from tests.actors.calculation_pool.running import (
    OPERATIONS,
    Gate,
    RunningPool,
    eventually,
    kill,
    pool_setup,
    running_pool,
    worker_setup,
)
from tests.server import LONG_ENOUGH

SOON = RestartPolicy(initial=0.01, longest=0.01, max_restarts=1)


async def test_stop_leaves_no_worker_process() -> None:
    async with running_pool() as pool:
        pids = pool.pids
        assert all(map(psutil.pid_exists, pids))
    assert not any(map(psutil.pid_exists, pids))
    assert pool.report.ready == 0


async def test_a_worker_that_fails_to_stop_keeps_no_other_and_is_not_counted_as_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop = WorkerProcess.stop
    async with running_pool() as pool:
        pids = pool.pids

        async def stopped(worker: WorkerProcess, within: float) -> None:
            pid = worker.pid
            await stop(worker, within)
            if pid == pids[0]:
                raise OSError

        monkeypatch.setattr(WorkerProcess, "stop", stopped)
    assert not any(map(psutil.pid_exists, pids))
    assert pool.report.ready == 0


async def test_stop_ends_a_worker_that_hangs_and_tells_its_asker() -> None:
    async with running_pool(pool_setup(stop_within=0.1), drain_within=0.1) as pool:
        pids = pool.pids
        hanging = await pool.start("hang")
        await eventually(lambda: pool.supervisor.status()[0].in_flight == 1)
    with pytest.raises(ActorStopped):
        await hanging
    assert not any(map(psutil.pid_exists, pids))


async def test_a_pool_that_stops_answers_all_that_it_has_accepted(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    async with running_pool() as pool:
        long = [
            await pool.start("wait", gate.body, Lane.LONG),
            await pool.start("echo", b"long", Lane.LONG),
        ]
        await gate.reached()
        instant = [await pool.start("echo", b"%d" % number) for number in range(50)]
        gate.open()
    assert [(await task).status for task in (*long, *instant)] == [200] * 52


async def test_a_worker_that_dies_while_the_pool_stops_costs_no_answer(tmp_path: Path) -> None:
    body = str(tmp_path / "died").encode()
    async with running_pool() as pool:
        killer = await pool.start("die_once", body)
    assert (await killer).fragment == body
    assert pool.counted("worker_restarts") == 1


async def test_an_idle_worker_ends_by_itself_when_it_is_told_to() -> None:
    ready: list[bool] = []
    worker = WorkerProcess(
        worker_setup(), lambda: ready.append(True), lambda _: None, lambda: ready.append(False)
    )
    await worker.start()
    await eventually(lambda: ready == [True])
    await worker.stop(LONG_ENOUGH)
    assert worker._process is not None
    assert worker._process.returncode == 0
    assert ready == [True]  # its end was no death


async def test_a_worker_that_is_starting_is_stopped_as_well() -> None:
    worker = WorkerProcess(worker_setup(), lambda: None, lambda _: None, lambda: None)
    await worker.start()
    await worker.stop(LONG_ENOUGH)
    assert worker._process is not None
    assert worker._process.returncode == 0


async def test_a_crashed_pool_comes_back_with_new_workers_and_keeps_none_of_the_old() -> None:
    async with running_pool(restarts=SOON) as pool:
        old = pool.pids
        pool.ref.tell(Refill(seat=99))  # there is no such seat
        await eventually(lambda: pool.restarts == 1)
        await pool.whole()
        assert (await pool.ask("echo", b"back")).fragment == b"back"
        assert not any(map(psutil.pid_exists, old))
        assert len(pool.incarnations) == 2


async def test_a_pool_whose_workers_cannot_start_says_so_at_once() -> None:
    with pytest.raises(RestartsExhausted, match="Broken"):
        async with running_pool(worker=worker_setup("nowhere:operations"), restarts=SOON):
            pytest.fail("the pool has no worker and must not start")


async def test_a_worker_that_never_gets_ready_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARKER, str(tmp_path / "hung"))
    hanging = worker_setup(OPERATIONS.replace(":operations", ":hanging_once"))
    whole = RunningPool.whole

    async def whole_at_last(pool: RunningPool) -> None:
        await eventually(lambda: pool.report.ready == 1)  # the other one has hung by then
        pool.lose_patience()
        await whole(pool)

    monkeypatch.setattr(RunningPool, "whole", whole_at_last)
    async with running_pool(worker=hanging) as pool:
        assert pool.counted("worker_restarts") == 1
        assert (await pool.ask("echo", b"whole")).fragment == b"whole"


async def test_a_machine_that_cannot_start_a_worker_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running_pool() as pool:
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/nonexistent/python")
            kill(pool.pids[0])
            await eventually(lambda: pool.counted("worker_restarts") >= 2)
        await pool.whole()
        assert (await pool.ask("echo", b"whole")).fragment == b"whole"
