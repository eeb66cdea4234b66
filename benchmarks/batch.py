"""Ten thousand charts through the pool, against a plain loop on each core over the same requests.

As many loops as the pool has workers, at once: two threads of one core, as virtual machines have
them, take longer for the same work when both are busy.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import psutil
import uvloop

from actors.calculation_pool.actor import CalculationPool, PoolMessage, PoolSetup
from actors.calculation_pool.messages import Compute
from actors.calculation_pool.process import WorkerSetup
from actors.calculation_pool.report import PoolReport
from actors.runtime import Ref, Supervisor
from app.application import OPERATIONS
from app.compat.operations import operations
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from app.telemetry.logs import log_setup
from app.telemetry.metrics import Metrics
from app.wire import encode
from benchmarks.measure import ROUNDS, median
from benchmarks.table import Row

CHARTS = 10_000
IN_FLIGHT = 512
WORKERS = 2
AT_LEAST = 0.8


def rows() -> Iterator[Row]:
    """Charts per second of one core's time, through the pool over the plain loop."""
    bodies = [_birth(number) for number in range(CHARTS)]
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as cores:
        found = [(_plain(bodies, cores), uvloop.run(_pooled(bodies))) for _ in range(ROUNDS)]
    plain, pooled = (median(column) for column in zip(*found, strict=True))
    yield Row("10,000 charts, plain loops: CPU µs a chart", f"{plain / CHARTS * 1e6:.0f}")
    yield Row("10,000 charts, pool: CPU µs a chart", f"{pooled / CHARTS * 1e6:.0f}")
    ratio = median([own / through for own, through in found])
    yield Row.at_least("10,000 charts per core, pool / plain loop", ratio, AT_LEAST)


def _birth(number: int) -> bytes:
    """One of many births, all different."""
    year, day, minute = 1930 + number % 90, number % 28 + 1, number % 60
    return encode(
        {
            "date": f"{year}-{number % 12 + 1:02d}-{day:02d}",
            "time": f"{number % 24:02d}:{minute:02d}:{number // 90 % 60:02d}",
            "latitude": -60.0 + number % 1200 / 10.0,
            "longitude": -180.0 + number % 3600 / 10.0,
            "timezone": "UTC",
        }
    )


def _plain(bodies: Sequence[bytes], cores: ProcessPoolExecutor) -> float:
    """Seconds of CPU for all charts, shared among plain loops."""
    shares = [bodies[number::WORKERS] for number in range(WORKERS)]
    return sum(cores.map(_loop, shares))


def _loop(bodies: Sequence[bytes]) -> float:
    """Seconds of CPU for charts, one after the other in this process."""
    run, ephemeris = operations()["natal-chart"], SwissAlmanac([DATA])
    began = time.process_time()
    for body in bodies:
        assert run(body, ephemeris).status == 200  # noqa: S101, PLR2004 - what is measured must work
    return time.process_time() - began


async def _pooled(bodies: Sequence[bytes]) -> float:
    """The same through the pool: of the loop and of the workers together."""
    report = PoolReport.of(Metrics())
    setup = PoolSetup(WORKERS, cache_bytes=0, patience=60.0, long_patience=60.0)
    worker = WorkerSetup(OPERATIONS, (DATA,), log_setup("benchmark", "WARNING", "json"))
    async with Supervisor(drain_within=5.0) as supervisor:
        pool: Ref[PoolMessage] = supervisor.spawn(
            "calculation_pool", lambda: CalculationPool(setup, worker, report), capacity=2048
        )
        await supervisor.started(pool)
        while report.ready < WORKERS:  # noqa: ASYNC110 - once, before anything is measured
            await asyncio.sleep(0.01)
        before = _cpu_seconds()
        waiting = iter(bodies)

        async def ask() -> None:
            for body in waiting:
                outcome = await pool.ask(Compute("natal-chart", body), within=60.0)
                assert outcome.status == 200  # noqa: S101, PLR2004 - what is measured must work

        await asyncio.gather(*(ask() for _ in range(IN_FLIGHT)))
        return _cpu_seconds() - before


def _cpu_seconds() -> float:
    own = psutil.Process()
    times = [process.cpu_times() for process in (own, *own.children())]
    return float(sum(spent.user + spent.system for spent in times))
