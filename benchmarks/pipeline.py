"""What the wrapper costs: token, limits, errors, metrics and log around stored bytes."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import ROUNDS, Measured, median, paired
from benchmarks.table import Row

CONNECTIONS = 32
AT_LEAST = 0.85
"""CPU of a bare handler over CPU of the whole pipeline, both sending the same bytes."""


def rows() -> Iterator[Row]:
    with Measured("bare") as bare, Measured("pipeline") as ours, Measured("guarded") as guarded:
        found = [paired(bare, ours, CONNECTIONS) for _ in range(ROUNDS)]
        whole = [paired(bare, guarded, CONNECTIONS) for _ in range(ROUNDS)]
    microseconds = median([wrapped for _, wrapped in found])
    yield Row("pipeline with stored bytes: CPU µs a request", f"{microseconds:.1f}")
    yield Row.at_least("pipeline: CPU, bare handler / ours", _ratio(found), AT_LEAST)
    yield Row("the same on connections of ours", f"{_ratio(whole):.2f}")


def _ratio(pairs: list[tuple[float, float]]) -> float:
    return median([plain / ours for plain, ours in pairs])
