"""Requests on their way: who waits for each, and which are sent next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from actors.calculation_pool.answers import Key
from actors.calculation_pool.messages import Compute, Lane
from actors.runtime import Delivery
from app.errors import AppError
from app.wire import Outcome

FRAME_BYTES = 1 << 18
"""Of bodies in one frame, which is copied for the wire and read at once at its other end; a longer
body travels alone."""


@dataclass(slots=True)
class Job:
    """One computation and everyone who waits for it; `lost` counts the workers it outlived.

    `since` is when the work that it belongs to was asked for.
    """

    number: int
    key: Key
    lane: Lane
    queued_at: float
    since: float
    waiters: list[Delivery[Compute]] = field(default_factory=list)
    lost: int = 0

    @property
    def wanted(self) -> bool:
        """Whether anyone still waits."""
        return any(not waiter.abandoned for waiter in self.waiters)

    def settle(self, outcome: Outcome) -> None:
        for waiter in self.waiters:
            waiter.reply(outcome)

    def fail(self, error: Callable[[], AppError]) -> None:
        """Raise an error of its own where each waiter waits."""
        for waiter in self.waiters:
            waiter.fail(error())


class Lanes:
    """Jobs that wait for a worker: suspects, then instant ones, then long ones, oldest work first.

    A suspect has outlived a worker and travels alone, so that it can harm nobody else.
    """

    def __init__(self) -> None:
        self._suspects: deque[Job] = deque()
        self._waiting: dict[Lane, deque[Job]] = {lane: deque() for lane in Lane}

    def __len__(self) -> int:
        return len(self._suspects) + sum(map(len, self._waiting.values()))

    def add(self, job: Job) -> None:
        if job.lost:
            self._suspects.append(job)
        else:
            self._waiting[job.lane].append(job)

    def next_frame(self, idle: int, most: int, *, long_allowed: bool) -> list[Job]:
        """The jobs of the next frame, empty if none is due; `idle` workers share what waits."""
        if suspect := self._next_suspect(long_allowed=long_allowed):
            return [suspect]
        instant = self._waiting[Lane.INSTANT]
        if instant:
            return _taken(instant, min(most, -(-len(instant) // idle)))
        long = self._waiting[Lane.LONG]
        if long_allowed and long:
            oldest = min(long, key=lambda job: job.since)
            long.remove(oldest)
            return [oldest]
        return []

    def take_unwanted(self) -> list[Job]:
        """Takes out the jobs that nobody waits for any more."""
        unwanted: list[Job] = []
        for queue in (self._suspects, *self._waiting.values()):
            jobs = list(queue)
            queue.clear()
            for job in jobs:
                (queue if job.wanted else unwanted).append(job)
        return unwanted

    def _next_suspect(self, *, long_allowed: bool) -> Job | None:
        for index, job in enumerate(self._suspects):
            if long_allowed or job.lane is Lane.INSTANT:
                del self._suspects[index]
                return job
        return None


def _taken(queue: deque[Job], most: int) -> list[Job]:
    """The first jobs of a queue that fit into one frame, one at least."""
    taken = [queue.popleft()]
    room = FRAME_BYTES - len(taken[0].key[1])
    while len(taken) < most and (room := room - len(queue[0].key[1])) >= 0:
        taken.append(queue.popleft())
    return taken
