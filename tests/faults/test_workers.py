"""Workers that are killed under load: callers get right answers, or a clear refusal."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import psutil
from aiohttp import ClientSession, ClientTimeout

from app.ephemeris.almanac import SwissAlmanac
from tests.faults.charts import PATH, chart, expected
from tests.faults.processes import eventually, worker_pids
from tests.server import LONG_ENOUGH, RunningServer, token

CALLERS = 50
KILLS = 8
ANSWERS_BETWEEN_KILLS = 40
REFUSALS = {"WORKER_LOST", "OVERLOADED", "UNAVAILABLE", "DEADLINE_EXCEEDED"}


@dataclass(slots=True)
class _Load:
    """Callers that ask for one chart after the other, and now and then kill a worker meanwhile."""

    server: RunningServer
    session: ClientSession
    answers: dict[int, tuple[int, Any]] = field(default_factory=dict)
    killed: set[int] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=count)
    _random: Random = field(default_factory=lambda: Random(20))  # noqa: S311 - whom to kill

    async def call(self) -> None:
        while len(self.killed) < KILLS:
            number = next(self._numbers)
            async with self.session.post(PATH, data=chart(number)) as response:
                self.answers[number] = (response.status, await response.json())
            if len(self.answers) > (len(self.killed) + 1) * ANSWERS_BETWEEN_KILLS:
                self._kill_one()

    def _kill_one(self) -> None:
        """Kill a worker, if there is one just now."""
        with suppress(psutil.NoSuchProcess, IndexError):
            worker = self._random.choice(self.server.workers)
            worker.kill()
            self.killed.add(worker.pid)


async def test_killed_workers_cost_no_caller_more_than_a_refusal(
    tmp_path: Path, ephemeris: SwissAlmanac
) -> None:
    headers = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
    with RunningServer(tmp_path) as server:
        worker_pids(server)
        async with (
            asyncio.timeout(5 * LONG_ENOUGH),
            ClientSession(
                server.url, headers=headers, timeout=ClientTimeout(total=2 * LONG_ENOUGH)
            ) as session,
            asyncio.TaskGroup() as callers,
        ):
            load = _Load(server, session)
            for _ in range(CALLERS):
                callers.create_task(load.call())
        assert eventually(lambda: server.metric("nocturna_worker_restarts_total") >= KILLS)
        assert not load.killed & set(worker_pids(server))
        assert len(server.workers) == 2
        assert server.get("/health", scopes=()).json() == {"status": "healthy"}
    statuses = [status for status, _ in load.answers.values()]
    assert statuses.count(200) > len(statuses) / 2
    for number, (status, answer) in load.answers.items():
        if status == 200:
            assert answer["data"] == expected(chart(number), ephemeris)
        else:
            assert (status, answer["error"]["code"] in REFUSALS) == (503, True)


def test_a_server_is_ready_again_once_a_worker_is(tmp_path: Path) -> None:
    def readiness() -> int:
        return server.get("/health/ready", scopes=()).status_code

    def is_unready_without_workers() -> bool:
        for worker in server.workers:
            with suppress(psutil.NoSuchProcess):
                worker.kill()
        return readiness() == 503

    with RunningServer(tmp_path) as server:
        assert readiness() == 200  # from its first moment on
        assert eventually(is_unready_without_workers)
        assert eventually(lambda: readiness() == 200)
