"""Actors on one event loop: bounded mailboxes, supervised restarts, a drain on the way out."""

from __future__ import annotations

from actors.runtime.actor import Actor, Ref, Request
from actors.runtime.context import Context, Timer
from actors.runtime.delivery import Delivery
from actors.runtime.errors import (
    ActorCrashed,
    ActorError,
    ActorStopped,
    AskTimeout,
    Broken,
    MailboxFull,
    RestartsExhausted,
)
from actors.runtime.mailbox import Weights
from actors.runtime.restarts import RestartPolicy
from actors.runtime.status import ActorStatus, State
from actors.runtime.supervisor import Supervisor

__all__ = [
    "Actor",
    "ActorCrashed",
    "ActorError",
    "ActorStatus",
    "ActorStopped",
    "AskTimeout",
    "Broken",
    "Context",
    "Delivery",
    "MailboxFull",
    "Ref",
    "Request",
    "RestartPolicy",
    "RestartsExhausted",
    "State",
    "Supervisor",
    "Timer",
    "Weights",
]
