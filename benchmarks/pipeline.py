"""What the wrapper costs: token, limits, errors, metrics and log around stored bytes."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import ROUNDS, Measured, median
from benchmarks.table import Row

SECONDS = 3
CONNECTIONS = 32
AT_LEAST = 0.85
"""CPU of a bare handler over CPU of the whole pipeline, both sending the same bytes."""


def rows() -> Iterator[Row]:
    with Measured("bare") as bare, Measured("pipeline") as ours:
        found = [_round(bare, ours) for _ in range(ROUNDS)]
    ratio, microseconds = (median(column) for column in zip(*found, strict=True))
    yield Row("pipeline with stored bytes: CPU µs a request", f"{microseconds:.1f}")
    yield Row.at_least("pipeline: CPU, bare handler / ours", ratio, AT_LEAST)


def _round(bare: Measured, ours: Measured) -> tuple[float, float]:
    _, plain = bare.load(CONNECTIONS, SECONDS, stored=True)
    _, wrapped = ours.load(CONNECTIONS, SECONDS, stored=True)
    return plain / wrapped, wrapped
