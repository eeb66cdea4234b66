"""What can go wrong between an asker and an actor.

ActorError
├── MailboxFull         the door: as many messages, or as heavy ones, as allowed are held
├── ActorStopped        the actor refuses new messages, or ended before it came to this one
├── ActorCrashed        the actor broke while it held this message; the cause is chained
├── AskTimeout          no answer in time; also a TimeoutError
└── RestartsExhausted   the actor crashed too often and stays down
Broken                  raised by an actor about itself: "restart me"
"""

from __future__ import annotations

from pathlib import PurePath


class ActorError(Exception):
    """A failure of delivery, never of the work itself; `actor` is the name it was spawned under."""

    def __init__(self, actor: str, text: str) -> None:
        super().__init__(text)
        self.actor = actor


class MailboxFull(ActorError):
    def __init__(self, actor: str, capacity: int) -> None:
        super().__init__(actor, f"mailbox of {actor} is full, its capacity is {capacity}")
        self.capacity = capacity


class ActorStopped(ActorError):
    def __init__(self, actor: str) -> None:
        super().__init__(actor, f"{actor} has stopped or is about to")


class ActorCrashed(ActorError):
    def __init__(self, actor: str) -> None:
        super().__init__(actor, f"{actor} crashed before it could answer")


class AskTimeout(ActorError, TimeoutError):
    def __init__(self, actor: str, within: float) -> None:
        super().__init__(actor, f"{actor} did not answer within {within:g} s")
        self.within = within


class RestartsExhausted(ActorError):
    """Names the last error by type and place only: its text may hold personal data."""

    def __init__(self, actor: str, crashes: int, window: float, last_error: str) -> None:
        times = "once" if crashes == 1 else f"{crashes} times"
        super().__init__(
            actor, f"{actor} crashed {times} within {window:g} s, last with {last_error}"
        )
        self.crashes = crashes
        self.window = window
        self.last_error = last_error


class Broken(Exception):
    """Raised inside `receive`: the state cannot be trusted, so restart me, asked or told."""


def describe(error: BaseException) -> str:
    """Type and place of an error, never its text, which may hold personal data."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(error).__name__
    path = PurePath(place.tb_frame.f_code.co_filename)
    return f"{type(error).__name__} at {'/'.join(path.parts[-2:])}:{place.tb_lineno}"
