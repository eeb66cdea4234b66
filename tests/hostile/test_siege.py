"""Hostile requests get answers of 4xx, and leave the server as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.siege import Siege, memory_mb
from tests.server import RunningServer

BRIEF, LONG, WARM_UP = 1_200, 100_000, 10_000
MOST_GROWTH_MB = 20.0
"""Memory that the answer cache, and the allocators of three processes, may still take."""


def test_a_thousand_hostile_requests_leave_no_trace(server: RunningServer) -> None:
    workers = {worker.pid for worker in server.workers}
    siege = Siege()
    siege.lay(server, BRIEF, seed=1)
    assert siege.faults == []
    assert siege.statuses.total() == BRIEF
    assert {worker.pid for worker in server.workers} == workers
    assert server.get("/health", scopes=()).json() == {"status": "healthy"}


@pytest.mark.soak
def test_a_hundred_thousand_hostile_requests_leave_no_trace(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        workers = {worker.pid for worker in server.workers}
        siege = Siege()
        siege.lay(server, WARM_UP, seed=2)
        before = memory_mb(server)
        siege.lay(server, LONG, seed=3)
        grown = memory_mb(server) - before
        print(f"\nhostile: {dict(siege.statuses)}, memory {before:.0f} MB, grown {grown:.1f} MB")
        assert siege.faults == []
        assert siege.statuses.total() == WARM_UP + LONG
        assert {worker.pid for worker in server.workers} == workers
        assert grown < MOST_GROWTH_MB
        assert server.get("/health", scopes=()).json() == {"status": "healthy"}
