"""The token monitor: tells in time that a service token ends, each threshold once.

It keeps nothing that the tables do not hold: what is due and what was told of stands there, so it
may die at any moment, and several instances may watch the same tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time as time_type
from random import random as uniform
from typing import Self

from actors.runtime import Actor, Timer
from actors.token_monitor.look import look
from actors.token_monitor.messages import Changed
from actors.token_monitor.report import MonitorReport
from actors.token_monitor.schedule import is_due, pause, time_of_day
from app.errors import AppError
from app.settings import Settings
from app.storage.errors import StatementRefused
from app.storage.postgres import Postgres
from app.storage.token_alerts import TokenAlert
from app.telemetry.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class MonitorSetup:
    """When to look and of what to tell; waits in seconds.

    `settle` gathers the changes that come together into one look.
    """

    check_time: time_type
    alert_days: tuple[int, ...]
    settle: float = 1.0
    longest_pause: float = 3600.0
    first_retry: float = 1.0
    longest_retry: float = 60.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(time_of_day(settings.token_check_time), settings.token_alert_days)


@dataclass(frozen=True, slots=True)
class Wake:
    """The timer of the monitor: look, if it is time."""


MonitorMessage = Changed | Wake


class TokenMonitor(Actor[MonitorMessage]):
    """Looks at the start, daily, after a change, and until it succeeds after a failure."""

    def __init__(
        self,
        postgres: Postgres,
        setup: MonitorSetup,
        report: MonitorReport,
        random: Callable[[], float] = uniform,
    ) -> None:
        self._postgres = postgres
        self._setup = setup
        self._report = report
        self._random = random
        self._timer: Timer | None = None
        self._looked_at: float | None = None
        self._change_waits = False
        self._must_look = True
        self._failures = 0

    async def on_start(self) -> None:
        self._wake_in(0.0)

    async def receive(self, message: MonitorMessage) -> None:
        match message:
            case Changed():
                if not self._change_waits:
                    self._change_waits = self._must_look = True
                    self._wake_in(self._setup.settle)
            case Wake():
                await self._wake()

    async def _wake(self) -> None:
        """Look if it is time, and set the next time."""
        now, setup = self._report.clock(), self._setup
        if self._must_look or is_due(self._looked_at, now, setup.check_time):
            self._change_waits = False
            self._wake_in(await self._look(now))
        else:
            self._wake_in(pause(now, setup.check_time, setup.longest_pause))

    async def _look(self, now: float) -> float:
        """Seconds until the next time, after a look that went well or did not."""
        setup = self._setup
        try:
            sight = await look(self._postgres, setup.alert_days, now, self._count)
        except (AppError, StatementRefused) as error:
            return self._note_failure(error)
        self._note_success()
        self._report.watched, self._report.looked_at = sight.watched, now
        self._looked_at = now
        self._must_look = sight.more
        if sight.more:
            return setup.settle
        return pause(now, setup.check_time, setup.longest_pause)

    def _count(self, alert: TokenAlert) -> None:
        self._report.alerts.add((str(alert.threshold_days),))

    def _note_failure(self, error: Exception) -> float:
        """Say once that nobody can be asked; seconds until the next attempt."""
        if self._report.well:
            _log.warning("service tokens cannot be watched now", reason=str(error))
        self._report.well, self._must_look = False, True
        longest = min(self._setup.longest_retry, self._setup.first_retry * 2.0**self._failures)
        self._failures = min(self._failures + 1, 30)
        return longest * (0.5 + self._random() / 2)

    def _note_success(self) -> None:
        if not self._report.well:
            _log.info("service tokens are watched again")
        self._report.well, self._failures = True, 0

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.context.after(seconds, Wake())
