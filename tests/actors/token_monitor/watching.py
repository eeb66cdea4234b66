"""A monitor that runs, and a clock to set by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import time

from actors.runtime import Ref
from actors.runtime.testing import run_actor
from actors.token_monitor.actor import MonitorMessage, MonitorSetup, TokenMonitor
from actors.token_monitor.report import MonitorReport
from app.storage.postgres import PoolLimits, Postgres
from app.telemetry.metrics import Metrics
from tests.actors.calculation_pool.running import eventually
from tests.server import LONG_ENOUGH
from tests.storage.tokens import NOW

DAY = 86_400.0
SETUP = MonitorSetup(time(9), (7, 3, 1, 0), settle=0.01, first_retry=0.01, longest_retry=0.02)
NOWHERE = "postgresql://nobody@/x?host=/nonexistent"


@dataclass(slots=True)
class Clock:
    """Stands still until it is set; seconds since 1970."""

    now: float = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Watching:
    """A monitor from outside."""

    ref: Ref[MonitorMessage]
    report: MonitorReport
    clock: Clock
    metrics: Metrics = field(default_factory=Metrics)

    async def has_looked(self) -> None:
        """Return once it has looked at what is there now."""
        await eventually(lambda: self.report.looked_at == self.clock.now)

    def told(self) -> dict[str, int]:
        """Alerts told of, by threshold."""
        return {labels[0]: count.value for labels, count in self.report.alerts.values.items()}


@asynccontextmanager
async def watching(
    postgres: Postgres, setup: MonitorSetup = SETUP, clock: Clock | None = None
) -> AsyncIterator[Watching]:
    """A monitor that has started; a single crash of it is an error."""
    clock, metrics = clock or Clock(), Metrics()
    report = MonitorReport.of(metrics, clock)
    async with run_actor(lambda: TokenMonitor(postgres, setup, report, lambda: 1.0)) as ref:
        yield Watching(ref, report, clock, metrics)


def nowhere() -> Postgres:
    """A database that is never there."""
    return Postgres(NOWHERE, PoolLimits(1, 0, LONG_ENOUGH, LONG_ENOUGH, LONG_ENOUGH))


def with_thresholds(*days: int) -> MonitorSetup:
    return replace(SETUP, alert_days=days)
