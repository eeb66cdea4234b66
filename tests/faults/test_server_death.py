"""A server that is killed takes its workers along."""

from __future__ import annotations

import signal
from http.client import IncompleteRead
from pathlib import Path

from tests.faults.charts import chart
from tests.faults.connections import connect, send, status
from tests.faults.processes import eventually, gone, worker_pids
from tests.server import RunningServer


def test_a_killed_server_leaves_no_worker(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        pids = worker_pids(server)
        assert len(pids) == 2
        server.process.kill()
        assert server.wait() == -signal.SIGKILL
        assert eventually(lambda: gone(pids))


def test_a_server_killed_at_work_leaves_no_worker_and_nobody_waiting(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        pids = worker_pids(server)
        callers = [connect(server) for _ in range(50)]
        for number, caller in enumerate(callers):
            send(caller, chart(number))
        server.process.kill()
        server.wait()
        assert eventually(lambda: gone(pids))
        for caller in callers:
            try:
                assert status(caller) in {200, None}
            except IncompleteRead:  # it was killed in the middle of this answer
                continue
