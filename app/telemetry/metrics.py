"""Counters, distributions and gauges of one process, and their text for Prometheus.

The hot path only adds numbers; the library's objects are built when /metrics is read, in a thread
and from a copy, while the numbers go on.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
Labels = tuple[str, ...]

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Bounds for times of requests: from half a millisecond to the deadline."""


class Distribution:
    """How often a value fell below each bound."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def copy(self) -> Distribution:
        """The same as it stands now."""
        same = Distribution(self.bounds)
        same.counts, same.total = self.counts.copy(), self.total
        return same

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative counts by upper bound, as Prometheus wants them."""
        names = [*map(str, self.bounds), "+Inf"]
        return list(zip(names, map(float, accumulate(self.counts)), strict=True))


@dataclass(slots=True)
class Count:
    """One number that only rises."""

    value: int = 0


@dataclass(slots=True)
class Counts:
    """Numbers that only rise, by label values."""

    values: dict[Labels, Count] = field(default_factory=dict)

    def of(self, labels: Labels) -> Count:
        """The number of some label values, new at the first time."""
        found = self.values.get(labels)
        if found is None:
            found = self.values[labels] = Count()
        return found

    def add(self, labels: Labels = (), by: int = 1) -> None:
        self.of(labels).value += by

    def copy(self) -> Counts:
        """The same as they stand now."""
        return Counts({labels: Count(count.value) for labels, count in self.values.items()})

    def total(self) -> int:
        """The sum over all labels."""
        return sum(count.value for count in self.values.values())


@dataclass(slots=True)
class Distributions:
    """Distributions by label values."""

    bounds: Sequence[float] = SECONDS
    values: dict[Labels, Distribution] = field(default_factory=dict)

    def of(self, labels: Labels) -> Distribution:
        """The distribution of some label values, new at the first time."""
        found = self.values.get(labels)
        if found is None:
            found = self.values[labels] = Distribution(self.bounds)
        return found

    def observe(self, value: float, labels: Labels = ()) -> None:
        self.of(labels).observe(value)

    def copy(self) -> Distributions:
        """The same as they stand now."""
        return Distributions(self.bounds, {key: each.copy() for key, each in self.values.items()})


Gauge = Callable[[], Mapping[Labels, float]]
"""Reads present values by label values."""


@dataclass(frozen=True, slots=True)
class _Entry:
    names: tuple[str, ...]
    text: str
    labels: Labels
    source: Counts | Distributions | Gauge

    def copy(self) -> _Entry:
        """The same with the numbers of now."""
        if isinstance(self.source, Counts | Distributions):
            return replace(self, source=self.source.copy())
        values = self.source()
        return replace(self, source=lambda: values)


class Metrics(Collector):
    """Every metric of this process."""

    def __init__(self, entries: Iterable[_Entry] = ()) -> None:
        self._entries = list(entries)
        self._turn = asyncio.Lock()

    def counts(self, names: str | tuple[str, ...], text: str, *labels: str) -> Counts:
        """A new set of counters, exposed under one or several names."""
        source = Counts()
        if not labels:
            source.add(by=0)
        self._entries.append(_Entry(_tuple(names), text, labels, source))
        return source

    def distributions(self, names: str | tuple[str, ...], text: str, *labels: str) -> Distributions:
        """A new set of distributions, exposed under one or several names."""
        source = Distributions()
        self._entries.append(_Entry(_tuple(names), text, labels, source))
        return source

    def gauge(self, name: str, text: str, read: Gauge, *labels: str) -> None:
        """A value that is read whenever the metrics are."""
        self._entries.append(_Entry((name,), text, labels, read))

    def collect(self) -> Iterable[Metric]:
        for entry in self._entries:
            for name in entry.names:
                yield _family(name, entry)

    def copy(self) -> Metrics:
        """The same with the numbers of now."""
        return Metrics(entry.copy() for entry in self._entries)

    async def text(self) -> bytes:
        """As `exposition`; the loop only copies the numbers, and threads write one at a time."""
        async with self._turn:
            return await asyncio.to_thread(self.copy().exposition)

    def exposition(self) -> bytes:
        """The text of all metrics; a tenth of a second where all were used: not on the loop."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)


def _tuple(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _family(name: str, entry: _Entry) -> Metric:
    match entry.source:
        case Counts(values=numbers):
            counter = CounterMetricFamily(name, entry.text, labels=entry.labels)
            for labels, number in numbers.items():
                counter.add_metric(labels, number.value)
            return counter
        case Distributions(bounds=bounds, values=distributions):
            histogram = HistogramMetricFamily(name, entry.text, labels=entry.labels)
            unseen = {} if entry.labels else {(): Distribution(bounds)}
            for labels, distribution in (distributions or unseen).items():
                histogram.add_metric(labels, distribution.buckets(), distribution.total)
            return histogram
        case read:
            gauge = GaugeMetricFamily(name, entry.text, labels=entry.labels)
            for labels, value in read().items():
                gauge.add_metric(labels, value)
            return gauge
