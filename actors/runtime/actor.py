"""The three words of the actor API: Request, Actor, Ref."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from actors.runtime.delivery import Delivery

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from actors.runtime.context import Context
    from actors.runtime.mailbox import Mailbox

M = TypeVar("M")
M_contra = TypeVar("M_contra", contravariant=True)
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Request(Generic[R_co]):
    """A message that expects a reply of type `R`; any other message is a notice."""

    __slots__ = ()


class Actor(Generic[M]):
    """Sole owner of some state, handling `concurrency` messages, or batches, at a time."""

    concurrency: int = 1
    batch: int = 1
    """More than 1: `receive_batch` is called instead of `receive`."""

    context: Context[M]
    """The actor's own Ref and its timers; there from `on_start` on, new after every restart."""

    async def on_start(self) -> None:
        """Acquire what `receive` needs; runs again after every restart, on a fresh actor."""

    async def receive(self, message: M) -> object:
        """Handle one message; what it returns or raises answers an `ask`.

        What it raises on a notice crashes the actor, and so does `Broken` on either.
        """
        raise NotImplementedError

    async def receive_batch(self, deliveries: Sequence[Delivery[M]]) -> None:
        """Handle all messages that wait, at most `batch`; each is settled by its delivery.

        What it raises crashes the actor, and all deliveries it has not settled are answered
        with ActorCrashed, those kept from earlier batches too.
        """
        raise NotImplementedError

    async def on_stop(self) -> None:
        """Release what `on_start` acquired; runs after a crash too, even one in `on_start`."""


class Ref(Generic[M_contra]):
    """The only handle others hold; it stays valid across restarts."""

    __slots__ = ("_mailbox",)

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    @property
    def name(self) -> str:
        """The name under which the actor was spawned."""
        return self._mailbox.name

    def tell(self, message: M_contra) -> None:
        """Deliver without waiting; raises MailboxFull or ActorStopped."""
        mailbox = self._mailbox
        mailbox.put(Delivery(mailbox, message, mailbox.loop.time()))

    async def ask(self, message: Request[R], *, within: float) -> R:
        """The reply to `message`, or what `receive` raised.

        Raises AskTimeout after `within` seconds, MailboxFull, ActorStopped or ActorCrashed.
        """
        mailbox = self._mailbox
        loop = mailbox.loop
        now = loop.time()
        deadline = now + within
        reply: asyncio.Future[R] = loop.create_future()
        delivery = Delivery(mailbox, message, now, deadline, reply)
        mailbox.put(delivery)
        expiry = loop.call_at(deadline, mailbox.expire, delivery)
        try:
            return await reply
        finally:
            expiry.cancel()
            del reply, delivery  # an error in `reply` holds this frame: no cycle for the collector
