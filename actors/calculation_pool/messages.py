"""What others say to the calculation pool."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from actors.runtime import Request
from app.wire import Outcome


class Lane(StrEnum):
    """Which queue a request waits in: an INSTANT one is never behind a LONG one."""

    INSTANT = "instant"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Compute(Request[Outcome]):
    """Answer one request of a catalogue entry or legacy operation; `body` is the caller's JSON.

    `since` is when long work was asked for, on the event loop's clock: the parts of the oldest
    come first, so that under load some are answered in time rather than all too late.
    """

    operation: str
    body: bytes
    lane: Lane = Lane.INSTANT
    since: float | None = None


def bytes_held(message: object) -> int:
    """The bytes of the body that a message to the pool brings."""
    return len(message.body) if isinstance(message, Compute) else 0
