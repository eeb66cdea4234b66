"""Cities by the beginning of a name: look-ups a second on one core, time to read, and memory."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator

from app.places.search import search
from app.places.table import table
from benchmarks.measure import ROUNDS, median
from benchmarks.table import Row

LOOK_UPS = 20_000
LONGEST = 8
"""Letters of a prefix, at most."""
AT_LEAST = 10_000.0
AT_MOST_SECONDS = 0.5
AT_MOST_MB = 40.0

_LOADING = """
import time, psutil
import app.places.search
from app.places.table import table
process = psutil.Process()
before, began = process.memory_info().rss, time.process_time()
table()
print(time.process_time() - began, (process.memory_info().rss - before) / 1e6)
"""


def rows() -> Iterator[Row]:
    """Distinct prefixes of known names in random order; reading in a process of its own."""
    prefixes = _prefixes()
    rates = [len(prefixes) / _seconds(prefixes) for _ in range(ROUNDS)]
    yield Row.at_least("places: distinct prefixes a second, one core", median(rates), AT_LEAST)
    read = [_loading() for _ in range(ROUNDS)]
    seconds, megabytes = (median(column) for column in zip(*read, strict=True))
    yield Row.at_most("places: CPU s to read them", seconds, AT_MOST_SECONDS)
    yield Row.at_most("places: memory in MB", megabytes, AT_MOST_MB)


def _prefixes() -> list[str]:
    chance = random.Random(1)  # noqa: S311 - the same prefixes in every run
    cities, found = table(), dict[str, None]()
    while len(found) < LOOK_UPS:
        name = cities.key(chance.randrange(cities.keys))
        found.setdefault(name[: chance.randint(1, LONGEST)].strip())
    return list(found)


def _seconds(prefixes: list[str]) -> float:
    began = time.process_time()
    for prefix in prefixes:
        search(prefix)
    return time.process_time() - began


def _loading() -> tuple[float, float]:
    command = [sys.executable, "-c", _LOADING]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    seconds, megabytes = map(float, told.split())
    return seconds, megabytes
