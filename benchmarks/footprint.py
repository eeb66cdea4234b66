"""Start to healthy, and memory at rest and after many requests."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.measure import Measured, rounds
from benchmarks.table import Row

REQUESTS = 100_000
CONNECTIONS = 64
WARM_UP_SECONDS = 2
AT_MOST_MB = 10.0


def rows() -> Iterator[Row]:
    yield Row("start to healthy: seconds", f"{rounds(_start):.2f}")
    with Measured("nocturna") as server:
        rest = server.memory_mb()
        server.load(CONNECTIONS, WARM_UP_SECONDS)
        before, served = server.memory_mb(), 0
        while served < REQUESTS:
            served += server.load(CONNECTIONS, 5)[0].requests
        time.sleep(1)  # what is freed at leisure is no growth
        grown = server.memory_mb() - before
        yield Row("memory at rest, workers included: MB", f"{rest:.0f}")
        yield Row.at_most(f"memory grown over {served} requests: MB", grown, AT_MOST_MB)


def _start() -> float:
    with Measured("nocturna") as server:
        return server.start_seconds
