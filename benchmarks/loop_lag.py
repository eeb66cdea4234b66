"""How late the event loop comes while the pool is fully loaded, beside a 1 ms sleeper.

Once with charts alone, once with answers between them that take long to make or to compress.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import requests

from benchmarks.measure import ROUNDS, Measured, median
from benchmarks.table import Row

SECONDS = 5
CONNECTIONS = 64
AT_MOST = 0.005
SLEEPER_AT_MOST = 0.002
"""Seconds of p99; a sleeper above its own says that the machine is too noisy for a time."""

LONG_ENOUGH = 60.0
"""Seconds for one long answer on a full machine."""

LONG_ANSWER = {
    "start_date": "2000-01-01",
    "end_date": "2004-12-31",
    "planets": ["SUN", "MOON", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN"],
    "columns": ["LONGITUDE", "SPEED", "DECLINATION"],
}
"""Two megabytes of rows, computed once and remembered."""

_BUCKET = re.compile(r'nocturna_loop_lag_seconds_bucket\{le="([^"]+)"\} ([\d.]+)')


def rows() -> Iterator[Row]:
    with Measured("nocturna") as server:
        for name, work in (
            ("under full load", _full_load),
            ("beside long answers", _long_answers),
        ):
            found = [lateness(server.url, partial(work, server)) for _ in range(ROUNDS)]
            sleeper, lag = (median(column) for column in zip(*found, strict=True))
            yield Row.at_most(
                f"sleeper of 1 ms {name}: p99 ms late", sleeper * 1e3, SLEEPER_AT_MOST * 1e3
            )
            yield Row.at_most(f"event loop {name}: p99 ms late", lag * 1e3, AT_MOST * 1e3)


def _full_load(server: Measured) -> None:
    server.load(CONNECTIONS, SECONDS)


def _long_answers(server: Measured) -> None:
    """Charts for everyone else while one caller asks for all that is long, without a pause."""
    done = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(_ask_for_long, server, done)
        server.load(CONNECTIONS, SECONDS)
        done.set()
        asking.result()


def _ask_for_long(server: Measured, done: threading.Event) -> None:
    """The list of calculations, the metrics, and a long table; compressed, as most clients ask."""
    calculations = f"{server.url}/api/v1/calculations"
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {server.token}"
        while not done.is_set():
            answers = (
                session.get(calculations, timeout=LONG_ENOUGH),
                session.get(f"{server.url}/metrics", timeout=LONG_ENOUGH),
                session.post(f"{calculations}/ephemeris", json=LONG_ANSWER, timeout=LONG_ENOUGH),
            )
            for answer in answers:
                answer.raise_for_status()


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
