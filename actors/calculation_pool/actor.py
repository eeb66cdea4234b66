"""The calculation pool: hands requests to worker processes, and outlives each of them.

Equal requests in flight are computed once. All instant requests that wait travel in one frame;
long ones travel alone and never to the first worker. A dead worker's requests are tried once
more, each alone; one that kills a second worker is refused for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from actors.calculation_pool.answers import AnswerCache, Condemned, Key
from actors.calculation_pool.frames import WorkerReply
from actors.calculation_pool.jobs import Job, Lanes
from actors.calculation_pool.messages import Compute, Lane
from actors.calculation_pool.process import WorkerSetup
from actors.calculation_pool.report import PoolReport
from actors.calculation_pool.seat import Seat, SeatEvents
from actors.runtime import Actor, ActorStopped, Broken, Delivery
from app.errors import CalculationFailed, WorkerLost
from app.telemetry.logs import logger
from app.wire import failed

MOST_LIVES = 2
"""Workers that one request may cost."""
CONDEMNED_SECONDS = 600.0
"""For which a request is refused that cost so many: long enough that a client which repeats it
stops no more than two workers in that time, and over by itself once what killed them, a full
memory perhaps, is mended. Its refusal and the README tell the ten minutes."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class PoolSetup:
    """Sizes and waits of a pool; times in seconds.

    A worker may take `patience` for one instant request, and `long_patience` for one part of long
    work.
    """

    workers: int
    cache_bytes: int
    patience: float
    long_patience: float
    frame_jobs: int = 32  # about 5 ms of charts: replies still return one by one
    start_within: float = 30.0
    stop_within: float = 2.0
    condemned_seconds: float = CONDEMNED_SECONDS
    most_condemned: int = 1000  # by digest, some 200 bytes each


@dataclass(frozen=True, slots=True)
class Refill:
    """A timer of the pool: put a new worker into a seat."""

    seat: int


@dataclass(frozen=True, slots=True)
class Watch:
    """A timer of the pool: look for workers that are stuck."""


PoolMessage = Compute | Refill | Watch


class CalculationPool(Actor[PoolMessage]):
    batch = 1024

    def __init__(self, setup: PoolSetup, worker: WorkerSetup, report: PoolReport) -> None:
        self._setup = setup
        self._report = report
        self._patience = {Lane.INSTANT: setup.patience, Lane.LONG: setup.long_patience}
        self._lanes = Lanes()
        self._flying: dict[Key, Job] = {}
        self._cache = AnswerCache(setup.cache_bytes)
        self._numbers = 0
        self._seat_changed = asyncio.Event()
        events = SeatEvents(self._on_answer, self._on_death, self._on_idle, self._refill_later)
        self._seats = [Seat(number, worker, events) for number in range(setup.workers)]

    async def on_start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._condemned = Condemned(
            self._setup.condemned_seconds, self._setup.most_condemned, self._loop.time
        )
        for seat in self._seats:
            await seat.fill()
        self.context.every(self._setup.patience / 4, Watch())
        async with asyncio.timeout(self._setup.start_within):
            await self._first_ready()

    async def receive_batch(self, deliveries: Sequence[Delivery[PoolMessage]]) -> None:
        now = self._loop.time()
        for delivery in deliveries:
            match delivery.message:
                case Compute() as message:
                    self._accept(message, delivery, now)  # type: ignore[arg-type]  # the match narrows the message only
                case Refill(number):
                    await self._seats[number].fill()
                case Watch():
                    self._kill_stuck(now)
                    self._forget(self._lanes.take_unwanted())
        self._pump()

    async def on_stop(self) -> None:
        within = self._setup.stop_within
        leaving = (seat.leave(within) for seat in self._seats)
        try:
            ends = await asyncio.gather(*leaving, return_exceptions=True)
        finally:
            self._report.ready = 0
        failures = [end for end in ends if isinstance(end, Exception)]
        if failures:
            raise ExceptionGroup("not every worker could be stopped", failures)

    async def _first_ready(self) -> None:
        """Wait until a worker can compute; raises Broken once all have died before they could."""
        while not any(seat.ready for seat in self._seats):
            if not any(seat.is_starting for seat in self._seats):
                raise Broken("no worker process can start")
            self._seat_changed.clear()
            await self._seat_changed.wait()

    def _accept(self, message: Compute, delivery: Delivery[Compute], now: float) -> None:
        key = (message.operation, message.body)
        if (job := self._flying.get(key)) is not None:
            self._report.joined.add()
            job.waiters.append(delivery)
        elif (known := self._cache.find(key)) is not None:
            self._report.cached.add()
            delivery.reply(known)
        elif key in self._condemned:
            delivery.reply(failed(_condemned()))
        else:
            self._numbers = self._numbers % 0xFFFF_FFFF + 1
            since = now if message.since is None else message.since
            job = self._flying[key] = Job(self._numbers, key, message.lane, now, since, [delivery])
            self._lanes.add(job)

    def _pump(self) -> None:
        """Give every idle worker its next frame."""
        now = self._loop.time()
        idle = [seat for seat in self._seats if seat.is_idle]
        while idle and len(self._lanes):
            seat = idle.pop(0)
            frame = self._lanes.next_frame(
                len(idle) + 1, self._setup.frame_jobs, long_allowed=seat.takes_long_work
            )
            wanted = [job for job in frame if job.wanted]
            self._forget(job for job in frame if not job.wanted)
            for job in wanted:
                self._report.queue_seconds.observe(now - job.queued_at, (job.lane,))
            if wanted:
                seat.send(wanted, now)
            elif frame:
                idle.insert(0, seat)

    def _forget(self, jobs: Iterable[Job]) -> None:
        """Drop jobs whose askers have all gone; settling them only frees their places."""
        for job in jobs:
            del self._flying[job.key]
            job.settle(failed(WorkerLost("nobody waits for this answer any more")))

    def _on_answer(self, job: Job, reply: WorkerReply) -> None:
        del self._flying[job.key]
        self._report.compute_seconds.observe(reply.seconds, job.key[:1])
        if reply.outcome.lasting and job.lane is Lane.INSTANT:
            self._cache.keep(job.key, reply.outcome)
        job.settle(reply.outcome)

    def _on_idle(self) -> None:
        self._count_ready()
        self._seat_changed.set()
        self._pump()

    def _on_death(self, seat: Seat, left: list[Job]) -> None:
        self._report.worker_restarts.add()
        self._count_ready()
        self._seat_changed.set()
        _log.warning("worker died", worker=seat.number, unanswered=len(left))
        for job in left:
            job.lost += 1
            if job.lost < MOST_LIVES:
                self._report.retried.add()
                self._lanes.add(job)
            else:
                self._give_up(job)
        self._pump()

    def _give_up(self, job: Job) -> None:
        self._report.lost.add()
        self._condemned.add(job.key)
        del self._flying[job.key]
        msg = "two worker processes died over this request; try again later, or change the request"
        job.fail(lambda: WorkerLost(msg, retry_after=1))

    def _refill_later(self, delay: float, seat: Seat) -> None:
        with suppress(ActorStopped):  # a worker may die while the pool ends
            self.context.after(delay, Refill(seat.number))

    def _kill_stuck(self, now: float) -> None:
        for seat in self._seats:
            if seat.kill_if_stuck(now, self._patience, self._setup.start_within):
                _log.warning("worker stuck, killed", worker=seat.number)

    def _count_ready(self) -> None:
        self._report.ready = sum(seat.ready for seat in self._seats)


def _condemned() -> CalculationFailed:
    return CalculationFailed(
        "this very request has killed two worker processes and is refused for ten minutes; "
        "change it, and report it as a fault of this server"
    )
