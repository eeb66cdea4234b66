"""Every outbound dependency by name: what /health, admin and metrics know of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import random as uniform
from typing import Protocol

from app.errors import NotFound
from app.resilience.breaker import State
from app.telemetry.metrics import SECONDS, Counts, Distributions, Labels, Metrics

MOST_DEPENDENCIES = 1000
"""Webhook hosts are dependencies too; beyond that many, /metrics would be too long to read."""

BOUNDS = (*SECONDS, 30.0, 60.0, 120.0)
"""Language models answer in minutes."""

LEVELS = {State.CLOSED: 0.0, State.HALF_OPEN: 1.0, State.OPEN: 2.0}


@dataclass(frozen=True, slots=True)
class OutboundStatus:
    """One dependency at one moment; counts are calls since the start, times in seconds.

    `failures_in_window` counts no further than to the threshold. `rejected` met an open circuit,
    `throttled` found no place; `ignored` were cancelled, ended too late to count, or failed by a
    mistake of ours.
    """

    name: str
    state: State
    forced: bool
    failures_in_window: int
    opened_at: datetime | None
    retry_after: float
    in_flight: int
    waiting: int
    succeeded: int
    failed: int
    ignored: int
    rejected: int
    throttled: int
    retries: int
    last_error: str | None


class Dependency(Protocol):
    """What the registry knows of an `Outbound`."""

    @property
    def name(self) -> str: ...

    @property
    def state(self) -> State: ...

    def status(self) -> OutboundStatus: ...

    def reset(self) -> None: ...

    def force_open(self, seconds: float | None = None) -> None: ...

    async def reconnect(self) -> None: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Clocks and randomness of all dependencies; `clock` runs as the event loop's does."""

    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _utc_now
    random: Callable[[], float] = uniform


class Registry:
    """All dependencies of this process, in the order in which they came."""

    def __init__(self, metrics: Metrics, around: Surroundings | None = None) -> None:
        self.around = around or Surroundings()
        self._metrics = metrics
        self._all: dict[str, Dependency] = {}
        self.requests: Counts = metrics.counts(
            "service_requests_total", "Outbound calls", "service", "endpoint", "outcome"
        )
        self.durations: Distributions = metrics.distributions(
            "service_request_duration_seconds",
            "Seconds of outbound calls that were let through, with their retries",
            "service",
            "endpoint",
        )
        self.durations.bounds = BOUNDS
        self._expose("state", "0 closed, 1 half open, 2 open", lambda one: LEVELS[one.state])
        self._expose("failures", "Failures in the window", lambda one: one.failures_in_window)
        self._expose("in_flight", "Calls under way", lambda one: one.in_flight)
        self._expose("waiting", "Callers that wait for a place", lambda one: one.waiting)
        self._expose("retries", "Attempts after the first", lambda one: one.retries)

    def add(self, dependency: Dependency) -> None:
        """Take up a dependency; raises ValueError for a second one of its name, or too many."""
        if dependency.name in self._all:
            raise ValueError(f"there is a dependency {dependency.name} already")
        if len(self._all) >= MOST_DEPENDENCIES:
            raise ValueError(f"there are {MOST_DEPENDENCIES} dependencies already")
        self._all[dependency.name] = dependency

    def remove(self, name: str) -> None:
        """Forget a dependency and its metrics, such as the host of a webhook that is gone."""
        self._all.pop(name, None)
        for values in (self.requests.values, self.durations.values):
            for labels in [labels for labels in values if labels[0] == name]:
                del values[labels]

    def get(self, name: str) -> Dependency:
        """A dependency; raises NotFound with the names there are."""
        try:
            return self._all[name]
        except KeyError:
            known = ", ".join(self._all) or "none"
            raise NotFound(f"no dependency of that name; there are: {known}") from None

    def all_status(self) -> list[OutboundStatus]:
        return [dependency.status() for dependency in self._all.values()]

    def well(self) -> dict[str, bool]:
        """By name, whether it is in use as usual."""
        return {name: one.state is State.CLOSED for name, one in self._all.items()}

    def _expose(self, name: str, text: str, read: Callable[[OutboundStatus], float]) -> None:
        def values() -> dict[Labels, float]:
            statuses: Iterable[OutboundStatus] = self.all_status()
            return {(status.name,): read(status) for status in statuses}

        self._metrics.gauge(f"nocturna_circuit_{name}", text, values, "service")
