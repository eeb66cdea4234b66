"""A natal chart over REST against a handler that computes inline, and against a stored reply."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import ROUNDS, Measured, median
from benchmarks.table import Row

CONNECTIONS = (1, 8, 64)
SECONDS = 3
AT_LEAST_INLINE = 1.0
"""Charts per second at 64 connections, over those of the inline handler, on two cores."""


def rows() -> Iterator[Row]:
    """CPU per request and requests per second, as ratios within each round."""
    with Measured("inline") as inline, Measured("pipeline") as stored, Measured("nocturna") as ours:
        for connections in CONNECTIONS:
            found = [_round(inline, stored, ours, connections) for _ in range(ROUNDS)]
            cpu, rate, of_stored, microseconds = (
                median(column) for column in zip(*found, strict=True)
            )
            name = f"natal chart, {connections} connections"
            yield Row(f"{name}: CPU µs a request", f"{microseconds:.0f}")
            yield Row(f"{name}: CPU, inline / ours", f"{cpu:.2f}")
            yield Row(f"{name}: rate, ours / stored reply", f"{of_stored:.2f}")
            promised = AT_LEAST_INLINE if connections == max(CONNECTIONS) else None
            yield Row.at_least(f"{name}: rate, ours / inline", rate, promised)


def _round(
    inline: Measured, stored: Measured, ours: Measured, connections: int
) -> tuple[float, float, float, float]:
    theirs, their_cpu = inline.load(connections, SECONDS)
    reply, _ = stored.load(connections, SECONDS, stored=True)
    charts, our_cpu = ours.load(connections, SECONDS)
    if charts.refused:
        msg = f"{charts.refused} charts were refused"
        raise RuntimeError(msg)
    return (
        their_cpu / our_cpu,
        charts.per_second / theirs.per_second,
        charts.per_second / reply.per_second,
        our_cpu,
    )
