"""Spawns actors, restarts them, reports on them, and stops them in reverse order."""

from __future__ import annotations

import asyncio
import random as randomness
from typing import TYPE_CHECKING, Any, Self, TypeVar

from actors.runtime.cell import Cell
from actors.runtime.mailbox import Mailbox, Weights
from actors.runtime.restarts import RestartBudget, RestartPolicy

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from actors.runtime.actor import Actor, Ref
    from actors.runtime.errors import RestartsExhausted
    from actors.runtime.status import ActorStatus

M = TypeVar("M")

STOP_WITHIN = 5.0
"""Seconds for `on_stop`: to close a connection or to end a child process, with a margin."""

DEFAULT_RESTARTS = RestartPolicy()


class Supervisor:
    """Owner of all actors; leaving its `async with` block drains and stops them.

    `failure` is done once an actor has crashed too often; its result says which and why. What
    follows from that is up to whoever waits for it.
    """

    failure: asyncio.Future[RestartsExhausted]

    def __init__(
        self,
        *,
        drain_within: float,
        stop_within: float = STOP_WITHIN,
        restarts: RestartPolicy = DEFAULT_RESTARTS,
        random: Callable[[], float] = randomness.random,
    ) -> None:
        self._drain_within = drain_within
        self._stop_within = stop_within
        self._restarts = restarts
        self._random = random
        self._cells: dict[str, Cell[Any]] = {}
        self._accepting = False
        self._drain_by: float | None = None

    async def __aenter__(self) -> Self:
        self.failure = asyncio.get_running_loop().create_future()
        self._accepting = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.drain()

    def spawn(
        self,
        name: str,
        factory: Callable[[], Actor[M]],
        *,
        capacity: int,
        drop_oldest: bool = False,
        weights: Weights[M] | None = None,
    ) -> Ref[M]:
        """A Ref to a new actor, valid at once: messages wait until `on_start` has succeeded.

        `drop_oldest` is for actors that are only told: a full mailbox then drops its oldest
        waiting message instead of refusing the newest. `weights` bounds what messages weigh too.
        """
        if name in self._cells:
            raise ValueError(f"actor names are unique, {name!r} is taken")
        if not self._accepting:
            raise RuntimeError(f"cannot spawn {name} outside the supervisor's `async with` block")
        cell = Cell(
            factory,
            Mailbox(name, capacity=capacity, drop_oldest=drop_oldest, weights=weights),
            RestartBudget(self._restarts, self._random),
            stop_within=self._stop_within,
            on_exhausted=self._note_failure,
        )
        self._cells[name] = cell
        return cell.ref

    async def started(self, actor: str | Ref[Any]) -> None:
        """Return once the actor's first `on_start` has succeeded.

        Raises RestartsExhausted when it never did, ActorStopped when it was stopped before.
        """
        await self._cell(actor).started()

    async def stop(self, actor: str | Ref[Any]) -> None:
        """Drain and stop one actor, within `drain_within` seconds; again is harmless."""
        by = asyncio.get_running_loop().time() + self._drain_within
        await self._cell(actor).stop(by if self._drain_by is None else min(by, self._drain_by))

    async def drain(self) -> None:
        """Drain and stop all actors, the last spawned first; again is harmless.

        One deadline, `drain_within` seconds after the first call, holds for all. To cancel this
        is to give up: whatever still runs is cancelled at once.
        """
        self._accepting = False
        if self._drain_by is None:
            self._drain_by = asyncio.get_running_loop().time() + self._drain_within
        try:
            for cell in reversed(self._cells.values()):
                await cell.stop(self._drain_by)
        finally:
            for cell in self._cells.values():
                cell.give_up()

    def give_up(self) -> None:
        """Cut a drain short: answer all that is left with ActorStopped, cancel what still runs.

        `drain` then only waits for the ends of the actors.
        """
        self._accepting = False
        self._drain_by = asyncio.get_running_loop().time()
        for cell in reversed(self._cells.values()):
            cell.give_up()

    def status(self) -> tuple[ActorStatus, ...]:
        """The status of each actor, in order of spawn."""
        return tuple(cell.status() for cell in self._cells.values())

    def _cell(self, actor: str | Ref[Any]) -> Cell[Any]:
        return self._cells[actor if isinstance(actor, str) else actor.name]

    def _note_failure(self, exhausted: RestartsExhausted) -> None:
        if not self.failure.done():
            self.failure.set_result(exhausted)
