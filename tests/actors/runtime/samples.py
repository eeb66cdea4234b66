"""Actors that do what they are told, so that a test can say what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from actors.runtime import Actor, ActorStatus, Delivery, Request, Supervisor


@dataclass(frozen=True, slots=True)
class Say(Request[str]):
    """Asks for `text` back."""

    text: str


@dataclass(frozen=True, slots=True)
class Hold(Request[str]):
    """Asks for "released", once `gate` is set."""

    gate: asyncio.Event


@dataclass(frozen=True, slots=True)
class Cling(Request[str]):
    """As Hold, but deaf to cancellation until `gate` is set."""

    gate: asyncio.Event


@dataclass(frozen=True, slots=True)
class Spoil(Request[str]):
    """Raises `error` in the actor; asked or told."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Note:
    """A notice, written to the journal."""

    text: str


Message: TypeAlias = Say | Hold | Cling | Spoil | Note


@dataclass(slots=True)
class Journal:
    """What happened to all incarnations, in order; `trouble` lists errors for `on_start`."""

    lines: list[str] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    clerks: list[Clerk] = field(default_factory=list)
    setup: Callable[[Clerk], None] = lambda _: None

    def clerk(self) -> Clerk:
        """A fresh clerk that writes here."""
        return self._record(Clerk(self))

    def trio(self) -> Clerk:
        """A fresh clerk that handles three messages at a time."""
        clerk = self._record(Clerk(self))
        clerk.concurrency = 3
        return clerk

    def _record(self, clerk: Clerk) -> Clerk:
        self.clerks.append(clerk)
        return clerk


class Clerk(Actor[Message]):
    """Handles one message at a time and keeps a journal."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    async def on_start(self) -> None:
        self.journal.lines.append("start")
        if self.journal.trouble:
            raise self.journal.trouble.pop(0)
        self.journal.setup(self)

    async def receive(self, message: Message) -> str | None:
        match message:
            case Say(text):
                return text
            case Hold(gate):
                await gate.wait()
                return "released"
            case Cling(gate):
                return await cling(gate)
            case Spoil(error):
                raise error
            case Note(text):
                self.journal.lines.append(text)
                return None

    async def on_stop(self) -> None:
        self.journal.lines.append("stop")


class Keeper(Actor[Message]):
    """A batch actor that keeps all deliveries until the test settles them."""

    batch = 4

    def __init__(self) -> None:
        self.batches: list[list[Delivery[Message]]] = []

    async def receive_batch(self, deliveries: Sequence[Delivery[Message]]) -> None:
        self.batches.append(list(deliveries))
        for delivery in deliveries:
            if isinstance(delivery.message, Spoil):
                raise delivery.message.error

    @property
    def kept(self) -> list[Delivery[Message]]:
        """All deliveries so far, settled or not."""
        return [delivery for batch in self.batches for delivery in batch]


async def cling(gate: asyncio.Event) -> str:
    """Wait for `gate`, whoever tries to end this."""
    while not gate.is_set():
        try:
            await gate.wait()
        except asyncio.CancelledError:
            continue
    return "released"


def status(supervisor: Supervisor, name: str = "clerk") -> ActorStatus:
    """The status of one actor."""
    return next(status for status in supervisor.status() if status.name == name)
