"""Test an actor without its world: a Ref that records, and a supervisor around one actor."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from actors.runtime.actor import Actor, Ref, Request
from actors.runtime.restarts import RestartPolicy
from actors.runtime.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

M = TypeVar("M")
R = TypeVar("R")

NO_RESTARTS = RestartPolicy(max_restarts=0)


class RecordingRef(Ref[M], Generic[M]):
    """Stands in for another actor: keeps what it is told and asked, and answers from a table.

    `replies` maps the type of a request to its answer; an exception there is raised. Setting
    `refusal` makes every tell and ask raise it, as a full or stopped actor would.
    """

    __slots__ = ("_name", "asked", "refusal", "replies", "told")

    def __init__(
        self,
        replies: Mapping[type[Request[Any]], object] | None = None,
        *,
        name: str = "recorder",
        refusal: Exception | None = None,
    ) -> None:
        self._name = name
        self.replies = dict(replies or {})
        self.refusal = refusal
        self.told: list[M] = []
        self.asked: list[Request[Any]] = []

    @property
    def name(self) -> str:
        return self._name

    def tell(self, message: M) -> None:
        """Keep `message` in `told`."""
        if self.refusal is not None:
            raise self.refusal
        self.told.append(message)

    async def ask(self, message: Request[R], *, within: float) -> R:  # noqa: ARG002
        """Keep `message` in `asked`; the preset reply."""
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(message)
        if type(message) not in self.replies:
            raise LookupError(f"{self.name} has no reply preset for {type(message).__name__}")
        answer: Any = self.replies[type(message)]
        if isinstance(answer, BaseException):
            raise answer
        reply: R = answer
        return reply


@asynccontextmanager
async def run_actor(
    factory: Callable[[], Actor[M]],
    *,
    capacity: int = 16,
    drop_oldest: bool = False,
    drain_within: float = 5.0,
    restarts: RestartPolicy = NO_RESTARTS,
) -> AsyncIterator[Ref[M]]:
    """A real Ref to an actor that has started; drained and stopped on leaving.

    Raises RestartsExhausted on leaving when the actor crashed, or more often than `restarts`
    allows, so that no test passes over a crash unnoticed.
    """
    async with Supervisor(drain_within=drain_within, restarts=restarts) as supervisor:
        ref = supervisor.spawn("subject", factory, capacity=capacity, drop_oldest=drop_oldest)
        await supervisor.started(ref)
        yield ref
    if supervisor.failure.done():
        raise supervisor.failure.result()
