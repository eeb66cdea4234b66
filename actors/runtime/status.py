"""What admin pages and metrics may know about an actor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    BACKOFF = "backoff"
    DRAINING = "draining"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ActorStatus:
    """One actor at one moment; counts since it was spawned, times in seconds.

    `dropped` were never handled: pushed out of a full mailbox, or still waiting when the actor
    ended. `weight` is of the messages that wait or are in flight, where the mailbox weighs them.
    `skipped` had lost their asker before their turn came. `timeouts` are asks that ran out of
    time, waiting or in flight. A handling lasts from hand-over to answer.
    """

    name: str
    state: State
    depth: int
    capacity: int
    in_flight: int
    weight: int
    handled: int
    failed: int
    dropped: int
    skipped: int
    timeouts: int
    restarts: int
    last_error: str | None
    oldest_age_s: float
    handling_count: int
    handling_seconds_total: float
    handling_seconds_max: float
