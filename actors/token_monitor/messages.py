"""What others say to the token monitor."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from actors.runtime import ActorStopped, MailboxFull, Ref

_OF_TOKENS, _OF_OWNERS = "token:", "user:"


@dataclass(frozen=True, slots=True)
class Changed:
    """A service token is new or has changed."""


def tell_change(monitor: Ref[Changed], change: str | None = None) -> None:
    """Tell of a change as the database words it, 'token:<id>', or of an unknown one.

    An owner who is disabled takes tokens along, 'user:<id>'.

    Never refused: a full mailbox holds changes only, and what follows them looks at all tokens.
    """
    if change is not None and not change.startswith((_OF_TOKENS, _OF_OWNERS)):
        return
    with suppress(MailboxFull, ActorStopped):
        monitor.tell(Changed())
