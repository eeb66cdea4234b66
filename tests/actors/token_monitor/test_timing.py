"""When the monitor looks, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from actors.runtime import Ref
from actors.runtime.testing import run_actor
from actors.token_monitor.actor import MonitorMessage, MonitorSetup, TokenMonitor
from actors.token_monitor.look import Sight
from actors.token_monitor.messages import tell_change
from actors.token_monitor.report import MonitorReport
from app.storage.errors import DatabaseUnavailable
from app.telemetry.metrics import Metrics
from tests.actors.runtime.virtual_time import quiet
from tests.actors.token_monitor.watching import DAY, SETUP, nowhere
from tests.storage.tokens import NOW

HOUR = 3600.0
NINE = NOW.timestamp()


@dataclass
class Looks:
    """Stands for a look: notes when it was, and plays a script of failures."""

    at: list[float] = field(default_factory=list)
    failing: bool = False
    more: bool = False
    seconds: float = 0.0
    offset: float = 0.0

    def clock(self) -> float:
        """The wall clock: nine o'clock at the start, unless it was set."""
        return NINE + self.offset + asyncio.get_running_loop().time() - 1000.0

    async def __call__(
        self, postgres: object, thresholds: Sequence[int], now: float, told: object
    ) -> Sight:
        del postgres, thresholds, told
        self.at.append(now - NINE)
        await asyncio.sleep(self.seconds)
        if self.failing:
            text = "gone"
            raise DatabaseUnavailable(text)
        return Sight((), self.more)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    found = Looks()
    monkeypatch.setattr("actors.token_monitor.actor.look", found)
    return found


@asynccontextmanager
async def monitored(looks: Looks, setup: MonitorSetup) -> AsyncIterator[Ref[MonitorMessage]]:
    report = MonitorReport.of(Metrics(), looks.clock)
    async with run_actor(
        lambda: TokenMonitor(nowhere(), setup, report, lambda: 1.0), capacity=4
    ) as ref:
        await quiet()
        yield ref


WAITS = replace(SETUP, settle=1.0, first_retry=1.0, longest_retry=60.0)


def whole(moments: list[float]) -> list[int]:
    """Seconds since nine o'clock of the first day."""
    return [round(moment) for moment in moments]


async def test_it_looks_at_the_start_and_daily_at_its_time(looks: Looks) -> None:
    looks.offset = -2 * HOUR
    async with monitored(looks, WAITS):
        await asyncio.sleep(2.5 * DAY)
    assert whole(looks.at) == [-2 * HOUR, 0, DAY, 2 * DAY]


async def test_a_clock_that_jumps_ahead_is_noticed_within_the_hour(looks: Looks) -> None:
    async with monitored(looks, WAITS):
        looks.offset = 5.5 * DAY
        await asyncio.sleep(HOUR)
        assert whole(looks.at) == [0, 5.5 * DAY + HOUR]


async def test_a_clock_that_is_set_back_is_noticed_within_the_hour(looks: Looks) -> None:
    async with monitored(looks, WAITS):
        looks.offset = -5.5 * DAY
        await asyncio.sleep(HOUR)
        assert whole(looks.at) == [0, -5.5 * DAY + HOUR]


async def test_changes_that_come_together_are_one_look(looks: Looks) -> None:
    async with monitored(looks, WAITS) as ref:
        await asyncio.sleep(10)
        for _ in range(100):
            tell_change(ref)
            await asyncio.sleep(0.005)
        await asyncio.sleep(100)
    assert whole(looks.at) == [0, 11]


async def test_a_change_during_a_look_is_followed_by_another(looks: Looks) -> None:
    looks.seconds = 5.0
    async with monitored(looks, WAITS) as ref:
        for _ in range(100):  # more than the mailbox holds
            tell_change(ref)
        await asyncio.sleep(100)
    assert whole(looks.at) == [0, 6]


async def test_a_failed_look_is_tried_again_ever_later(looks: Looks) -> None:
    looks.failing = True
    async with monitored(looks, WAITS):
        await asyncio.sleep(200)
        assert whole(looks.at) == [0, 1, 3, 7, 15, 31, 63, 123, 183]
        looks.failing = False
        await asyncio.sleep(100)
    assert whole(looks.at[9:]) == [243]


async def test_a_database_that_is_back_is_asked_at_once(looks: Looks) -> None:
    looks.failing = True
    async with monitored(looks, WAITS) as ref:
        await asyncio.sleep(70)
        looks.failing = False
        tell_change(ref)
        await asyncio.sleep(10)
    assert whole(looks.at)[-2:] == [63, 71]


async def test_what_one_look_left_over_is_done_soon(looks: Looks) -> None:
    looks.more = True
    async with monitored(looks, WAITS):
        await asyncio.sleep(2.5)
        looks.more = False
        await asyncio.sleep(100)
    assert whole(looks.at) == [0, 1, 2, 3]
