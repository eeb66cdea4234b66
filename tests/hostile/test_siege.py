"""Hostile requests get answers of 4xx, and leave the server as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.siege import Siege, memory_mb
from tests.server import RunningServer

BRIEF, LONG, WARM_UP = 1_200, 100_000, 10_000
FULL_AFTER_WARM_UP = {"NOCTURNA_CACHE_BYTES": "1000000"}
"""By default the answers of long work are still filling their 16 MB when the siege ends."""
MOST_GROWTH_MB = 10.0
"""In the second half, of the server and two workers: 200 bytes a request.

What still grows then has a bound: the 16,384 short texts that pydantic's parser of JSON keeps in a
process, 2 MB, and what the allocator of a worker holds free between what is in use, some 8 MB.
"""


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
    with RunningServer(tmp_path, FULL_AFTER_WARM_UP) as server:
        workers = {worker.pid for worker in server.workers}
        siege = Siege()
        memory: list[float] = []
        for number, count in enumerate((WARM_UP, LONG // 2, LONG // 2), start=1):
            siege.lay(server, count, seed=10 * number)
            memory.append(memory_mb(server))
        print(f"\nhostile: {dict(siege.statuses)}, memory in MB {[round(mb, 1) for mb in memory]}")
        assert siege.faults == []
        assert siege.statuses.total() == WARM_UP + LONG
        assert {worker.pid for worker in server.workers} == workers
        assert memory[-1] - memory[-2] < MOST_GROWTH_MB
        assert server.get("/health", scopes=()).json() == {"status": "healthy"}
