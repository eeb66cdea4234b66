"""How late the event loop comes while the pool is fully loaded, beside a 1 ms sleeper."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator

import requests

from benchmarks.measure import ROUNDS, Measured, median
from benchmarks.table import Row

SECONDS = 5
CONNECTIONS = 64
AT_MOST = 0.005
SLEEPER_AT_MOST = 0.002
"""Seconds of p99; a sleeper above its own says that the machine is too noisy for a time."""

_BUCKET = re.compile(r'nocturna_loop_lag_seconds_bucket\{le="([^"]+)"\} ([\d.]+)')


def rows() -> Iterator[Row]:
    with Measured("nocturna") as server:
        found = [_round(server) for _ in range(ROUNDS)]
    sleeper, lag = (median(column) for column in zip(*found, strict=True))
    yield Row.at_most("sleeper of 1 ms: p99 ms late", sleeper * 1e3, SLEEPER_AT_MOST * 1e3)
    yield Row.at_most("event loop under full load: p99 ms late", lag * 1e3, AT_MOST * 1e3)


def _round(server: Measured) -> tuple[float, float]:
    return lateness(server.url, lambda: server.load(CONNECTIONS, SECONDS))


def lateness(url: str, work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of p99 that a 1 ms sleeper and the server's loop came late while work was done."""
    late: list[float] = []
    done = threading.Event()
    sleeper = threading.Thread(target=_sleep, args=(late, done))
    before = _buckets(url)
    sleeper.start()
    work()
    done.set()
    sleeper.join()
    after = _buckets(url)
    counts = {bound: after[bound] - before.get(bound, 0.0) for bound in after}
    return sorted(late)[int(len(late) * 0.99)], _p99(counts)


def _sleep(late: list[float], done: threading.Event) -> None:
    while not done.is_set():
        started = time.perf_counter()
        time.sleep(0.001)
        late.append(time.perf_counter() - started - 0.001)


def _buckets(url: str) -> dict[float, float]:
    """Cumulative counts of the server's own measurements, by upper bound in seconds."""
    text = requests.get(f"{url}/metrics", timeout=10).text
    return {float(bound): float(count) for bound, count in _BUCKET.findall(text)}


def _p99(cumulative: dict[float, float]) -> float:
    """The least upper bound that 99 of 100 stay below."""
    total = max(cumulative.values())
    return min(bound for bound, count in cumulative.items() if count >= 0.99 * total)
