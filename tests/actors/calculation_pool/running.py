"""A pool with real worker processes, and the means to see what it does."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psutil

from actors.calculation_pool.actor import CalculationPool, PoolMessage, PoolSetup
from actors.calculation_pool.messages import Compute, Lane, bytes_held
from actors.calculation_pool.process import WorkerSetup
from actors.calculation_pool.report import PoolReport
from actors.runtime import Ref, RestartPolicy, Supervisor, Weights
from actors.runtime.testing import NO_RESTARTS
from app.ephemeris.files import DATA
from app.telemetry.logs import LogSetup
from app.telemetry.metrics import Counts, Metrics
from app.wire import Outcome
from tests.actors.calculation_pool.operations import started_at
from tests.server import LONG_ENOUGH

OPERATIONS = "tests.actors.calculation_pool.operations:operations"
LOGS = LogSetup("tests", "WARNING", as_json=True)

_POLL_SECONDS = 0.01
_COUNTERS = ("joined", "cached", "worker_restarts", "retried", "lost")


async def eventually(is_so: Callable[[], bool]) -> None:
    """Return once something is so; raises TimeoutError when it does not come true."""
    async with asyncio.timeout(LONG_ENOUGH):
        while True:
            if is_so():
                return
            await asyncio.sleep(_POLL_SECONDS)


def worker_setup(operations: str = OPERATIONS) -> WorkerSetup:
    return WorkerSetup(operations, (DATA,), LOGS)


def pool_setup(
    workers: int = 2,
    *,
    patience: float = LONG_ENOUGH,
    stop_within: float = 2.0,
) -> PoolSetup:
    """A pool that kills no worker for being slow, unless it is told to."""
    return PoolSetup(
        workers=workers,
        cache_bytes=1_000_000,
        patience=patience,
        long_patience=LONG_ENOUGH,
        start_within=LONG_ENOUGH,
        stop_within=stop_within,
    )


@dataclass(slots=True)
class RunningPool:
    """A pool, its numbers, and each of its incarnations."""

    ref: Ref[PoolMessage]
    report: PoolReport
    supervisor: Supervisor
    incarnations: list[CalculationPool]
    size: int
    _before: dict[str, int] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    @property
    def pids(self) -> list[int]:
        """The worker processes of the present incarnation, by seat."""
        pids = (seat.pid for seat in self.incarnations[-1]._seats)
        return [pid for pid in pids if pid is not None]

    @property
    def restarts(self) -> int:
        """Restarts of the pool itself."""
        return self.supervisor.status()[0].restarts

    async def ask(
        self,
        operation: str,
        body: bytes = b"",
        lane: Lane = Lane.INSTANT,
        within: float = LONG_ENOUGH,
    ) -> Outcome:
        return await self.ref.ask(Compute(operation, body, lane), within=within)

    async def start(
        self, operation: str, body: bytes = b"", lane: Lane = Lane.INSTANT
    ) -> asyncio.Task[Outcome]:
        """An ask that is on its way, for a test that has to do something before the answer."""
        asking = asyncio.create_task(self.ask(operation, body, lane))
        await asyncio.sleep(0)  # the task's first step puts the message into the mailbox
        return asking

    def fresh(self, number: int) -> list[bytes]:
        """So many bodies that this pool has never met."""
        return [b"fresh %d" % next(self._numbers) for _ in range(number)]

    def counted(self, name: str) -> int:
        """By how much a counter of the report has risen since `count_anew`."""
        counts: Counts = getattr(self.report, name)
        return counts.total() - self._before.get(name, 0)

    def count_anew(self) -> None:
        """Let `counted` start from zero again."""
        self._before = {}
        self._before = {name: self.counted(name) for name in _COUNTERS}

    def lose_patience(self) -> None:
        """Take every worker for stuck that has not ended its start or its work by now."""
        self.incarnations[-1]._kill_stuck(math.inf)

    async def whole(self) -> None:
        """Return once every seat has a worker that can compute."""
        await eventually(lambda: self.report.ready == self.size)


@dataclass(frozen=True, slots=True)
class Gate:
    """Where `wait` waits until it is opened."""

    path: Path

    @property
    def body(self) -> bytes:
        return str(self.path).encode()

    async def reached(self) -> None:
        """Return once a worker waits here."""
        await eventually(started_at(self.path).exists)

    def open(self) -> None:
        self.path.touch()


@asynccontextmanager
async def running_pool(
    setup: PoolSetup | None = None,
    worker: WorkerSetup | None = None,
    *,
    capacity: int = 1000,
    most_bytes: int = 1_000_000,
    drain_within: float = LONG_ENOUGH,
    restarts: RestartPolicy = NO_RESTARTS,
) -> AsyncIterator[RunningPool]:
    """A pool that has started, every worker of it; drained on leaving, and never crashed for good.

    By default a single crash of the pool, as against one of its workers, is for good.
    """
    sizes, setup_of_workers = setup or pool_setup(), worker or worker_setup()
    report = PoolReport.of(Metrics())
    weights: Weights[PoolMessage] = Weights(bytes_held, most_bytes)
    incarnations: list[CalculationPool] = []

    def incarnation() -> CalculationPool:
        incarnations.append(CalculationPool(sizes, setup_of_workers, report))
        return incarnations[-1]

    async with Supervisor(drain_within=drain_within, restarts=restarts) as supervisor:
        ref = supervisor.spawn("calculation_pool", incarnation, capacity=capacity, weights=weights)
        pool = RunningPool(ref, report, supervisor, incarnations, sizes.workers)
        await supervisor.started(ref)
        await pool.whole()
        yield pool
    if supervisor.failure.done():
        raise supervisor.failure.result()


def lines_in(path: Path) -> int:
    """How often an operation that counts has been computed."""
    return len(path.read_text().splitlines()) if path.exists() else 0


def kill(pid: int) -> None:
    psutil.Process(pid).kill()
