"""One accepted message on its way through an actor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from actors.runtime.errors import AskTimeout

if TYPE_CHECKING:
    import asyncio

M_co = TypeVar("M_co", covariant=True)


class Account(Protocol):
    """Where a delivery reports that it is settled."""

    name: str
    loop: asyncio.AbstractEventLoop

    def settle(self, delivery: Delivery[Any], *, failed: bool) -> None: ...


class Delivery(Generic[M_co]):
    """A message handed to a batch actor, which settles it once: at once, or whenever it is done.

    Until `reply` or `fail` is called it counts against the capacity of the mailbox, and a drain
    waits for it; later calls are ignored. For a notice both only count. A timer's delivery needs
    neither: it is settled when `receive_batch` returns.
    """

    __slots__ = (
        "_account",
        "_asker",
        "_settled",
        "accepted_at",
        "deadline",
        "handed_at",
        "message",
        "timed",
        "weight",
    )

    def __init__(
        self,
        account: Account,
        message: M_co,
        accepted_at: float,
        deadline: float | None = None,
        asker: asyncio.Future[Any] | None = None,
        timed: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        self._account = account
        self._asker = asker
        self._settled = False
        self.accepted_at = accepted_at  # loop time, as are the next two
        self.handed_at = accepted_at
        self.deadline = deadline
        self.message = message
        self.timed = timed
        self.weight = 0  # what it takes of the room of its mailbox, beside its place

    @property
    def asked(self) -> bool:
        """Whether somebody waits, or waited, for an answer."""
        return self._asker is not None

    @property
    def abandoned(self) -> bool:
        """Whether an answer would reach nobody: the asker is gone or the deadline has passed."""
        return not self._settled and self.unwanted_at(self._account.loop.time())

    def unwanted_at(self, now: float) -> bool:
        """Whether an ask is past its deadline at loop time `now`, or its asker is gone."""
        asker, deadline = self._asker, self.deadline
        return asker is not None and (asker.done() or (deadline is not None and deadline <= now))

    def reply(self, value: object = None) -> None:
        """Answer the asker with `value`."""
        if self._settled:
            return
        self._settled = True
        if self._asker is not None and not self._asker.done():
            self._asker.set_result(value)
        self._account.settle(self, failed=False)

    def fail(self, error: BaseException) -> None:
        """Raise `error` where the asker waits."""
        if self._settled:
            return
        self.refuse(error)
        self._account.settle(self, failed=True)

    def refuse(self, error: BaseException) -> None:
        """Raise `error` where the asker waits, for a message that was never handed over."""
        self._settled = True
        if self._asker is not None and not self._asker.done():
            self._asker.set_exception(error)

    def expire(self) -> bool:
        """Whether this ask ran out of time just now; its asker gets AskTimeout."""
        if self._asker is None or self.deadline is None or self._asker.done():
            return False
        within = self.deadline - self.accepted_at
        self._asker.set_exception(AskTimeout(self._account.name, within))
        return True
