"""A place for one worker: filled, and filled again when the worker dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from actors.calculation_pool.frames import WorkerReply, WorkerRequest, request_frame
from actors.calculation_pool.jobs import Job
from actors.calculation_pool.messages import Lane
from actors.calculation_pool.process import WorkerProcess, WorkerSetup
from app.telemetry.logs import logger

_log = logger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.1, 10.0
"""Seconds before a worker is replaced that died without having computed anything; doubles."""
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class SeatEvents:
    """Whom a seat tells: what has an answer, which jobs a death left behind, when it can work."""

    answered: Callable[[Job, WorkerReply], None]
    died: Callable[[Seat, list[Job]], None]
    idle: Callable[[], None]
    later: Callable[[float, Seat], None]


class Seat:
    """One of the pool's places, with the worker that sits there now and the frame it works on."""

    def __init__(self, number: int, setup: WorkerSetup, events: SeatEvents) -> None:
        self.number = number
        self.ready = False
        self._setup = setup
        self._events = events
        self._worker: WorkerProcess | None = None
        self._jobs: dict[int, Job] = {}
        self._failures = 0
        self._progress_at = 0.0
        self._starting_since: float | None = None

    @property
    def takes_long_work(self) -> bool:
        """Seat 0 stays free for instant requests."""
        return self.number > 0

    @property
    def is_idle(self) -> bool:
        return self.ready and not self._jobs

    @property
    def is_starting(self) -> bool:
        """Whether a worker sits here that cannot compute yet."""
        return self._starting_since is not None

    @property
    def pid(self) -> int | None:
        return self._worker.pid if self._worker is not None else None

    async def fill(self) -> None:
        """Start a worker here; a machine that cannot start one now is asked again later."""
        self._starting_since = asyncio.get_running_loop().time()
        self._worker = WorkerProcess(self._setup, self._on_ready, self._on_reply, self._on_death)
        try:
            await self._worker.start()
        except OSError as error:
            _log.error("cannot start a worker", worker=self.number, reason=error.strerror)
            self._on_death()

    def send(self, jobs: list[Job], now: float) -> None:
        """Hand a frame to the idle worker."""
        assert self._worker is not None  # noqa: S101 - only an idle seat is sent to
        self._jobs = {job.number: job for job in jobs}
        self._progress_at = now
        requests = (WorkerRequest(job.number, job.key[0], job.key[1]) for job in jobs)
        self._worker.send(request_frame(requests))

    def kill_if_stuck(self, now: float, patience: dict[Lane, float], start_within: float) -> bool:
        """Kill a worker that shows no progress for longer than its lane, or a start, may take."""
        current = next(iter(self._jobs.values()), None)
        if current is not None:
            due = self._progress_at + patience[current.lane]
        elif self._starting_since is not None:
            due = self._starting_since + start_within
        else:
            return False
        if now <= due:
            return False
        assert self._worker is not None  # noqa: S101 - somebody starts, or works on these jobs
        self._worker.kill()
        return True

    async def leave(self, within: float) -> None:
        """Stop the worker; what it had not answered is forgotten."""
        self.ready = False
        self._jobs = {}
        if self._worker is not None:
            await self._worker.stop(within)

    def _on_ready(self) -> None:
        self.ready = True
        self._starting_since = None
        self._events.idle()

    def _on_reply(self, reply: WorkerReply) -> None:
        self._failures = 0
        self._progress_at = asyncio.get_running_loop().time()
        job = self._jobs.pop(reply.id)
        self._events.answered(job, reply)
        if not self._jobs:
            self._events.idle()

    def _on_death(self) -> None:
        self.ready = False
        self._starting_since = None
        left, self._jobs = list(self._jobs.values()), {}
        self._failures += 1
        doublings = min(self._failures - 1, _MOST_DOUBLINGS)
        delay = 0.0 if left else min(LONGEST_DELAY, FIRST_DELAY * 2.0**doublings)
        self._events.died(self, left)
        self._events.later(delay, self)
