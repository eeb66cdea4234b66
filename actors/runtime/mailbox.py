"""A bounded mailbox that keeps account of each message until it is settled."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from actors.runtime.errors import ActorStopped, MailboxFull

if TYPE_CHECKING:
    from collections.abc import Callable

    from actors.runtime.delivery import Delivery

M_contra = TypeVar("M_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Weights(Generic[M_contra]):
    """What a message weighs, and how much a mailbox may hold: bytes, as a rule."""

    of: Callable[[M_contra], int]
    most: int


@dataclass(slots=True)
class Counters:
    """What became of the messages so far; times in seconds."""

    handled: int = 0
    failed: int = 0
    dropped: int = 0
    skipped: int = 0
    timeouts: int = 0
    handling_seconds_total: float = 0.0
    handling_seconds_max: float = 0.0


class Mailbox:
    """Messages that wait, and those in flight; both together never exceed `capacity`.

    Nor does their weight exceed the most that it may be, but for a message that is alone: one that
    is heavier than all the room there is would be refused for ever. Timers have a lane of their
    own, which is emptied first and which capacity, dropping and closing do not touch. It stays
    short, as each timer has at most one message in it.
    """

    def __init__(
        self,
        name: str,
        *,
        capacity: int,
        drop_oldest: bool = False,
        weights: Weights[Any] | None = None,
    ) -> None:
        if capacity < 1:
            raise ValueError(f"capacity of {name} must be at least 1, got {capacity}")
        if drop_oldest and weights is not None:
            raise ValueError(f"{name} cannot both drop its oldest messages and weigh them")
        self.name = name
        self.capacity = capacity
        self.loop = asyncio.get_running_loop()
        self.counters = Counters()
        self.finished = asyncio.Event()
        self.closed = False
        self.weight = 0
        self._weights = weights
        self._drop_oldest = drop_oldest
        self._waiting: deque[Delivery[Any]] = deque()
        self._timed: deque[Delivery[Any]] = deque()
        self._open: set[Delivery[Any]] = set()
        self._open_timed = 0
        self._idle: deque[asyncio.Future[None]] = deque()

    @property
    def depth(self) -> int:
        """Messages that wait; timers apart."""
        return len(self._waiting)

    @property
    def in_flight(self) -> int:
        """Messages handed over and not settled yet; timers apart."""
        return len(self._open) - self._open_timed

    @property
    def oldest_age(self) -> float:
        """Seconds that the oldest waiting message has waited, 0 when none does."""
        return self.loop.time() - self._waiting[0].accepted_at if self._waiting else 0.0

    def put(self, delivery: Delivery[Any]) -> None:
        """Accept a message; raises MailboxFull or ActorStopped."""
        if self.closed:
            raise ActorStopped(self.name)
        held = len(self._waiting) + len(self._open) - self._open_timed
        if held >= self.capacity and not self._make_room(delivery):
            return
        if self._weights is not None:
            self._weigh(delivery, self._weights)
        self._waiting.append(delivery)
        self._wake_one()

    def put_timed(self, delivery: Delivery[Any]) -> None:
        """Accept a timer's message, whatever else waits."""
        self._timed.append(delivery)
        self._wake_one()

    def holds_timed(self, delivery: Delivery[Any]) -> bool:
        """Whether a timer's message still waits."""
        return delivery in self._timed

    def take_back_timed(self, delivery: Delivery[Any]) -> None:
        """Forget a timer's message, if it still waits."""
        with contextlib.suppress(ValueError):
            self._timed.remove(delivery)

    def forget_timed(self) -> None:
        """Forget what timers have sent: they belong to an incarnation that has ended."""
        self._timed.clear()

    def take(self, limit: int) -> list[Delivery[Any]]:
        """At most `limit` messages to handle now, timers first; the unwanted are left out."""
        now = self.loop.time()
        taken: list[Delivery[Any]] = []
        while self._timed and len(taken) < limit:
            taken.append(self._timed.popleft())
        self._open_timed += len(taken)
        waiting = self._waiting
        while waiting and len(taken) < limit:
            delivery = waiting.popleft()
            if delivery.unwanted_at(now):
                self.counters.skipped += 1
                self.weight -= delivery.weight
            else:
                taken.append(delivery)
        for delivery in taken:
            delivery.handed_at = now
        self._open.update(taken)
        if self.closed:
            self._check_finished()
        return taken

    def arrival(self) -> asyncio.Future[None]:
        """A future that is done once there may be something to take, or nothing ever again."""
        waiter: asyncio.Future[None] = self.loop.create_future()
        if self.finished.is_set():
            waiter.set_result(None)
        else:
            self._idle.append(waiter)
        return waiter

    def settle(self, delivery: Delivery[Any], *, failed: bool) -> None:
        """Count a delivery that was answered and free its place."""
        counters = self.counters
        if failed:
            counters.failed += 1
        else:
            counters.handled += 1
        seconds = self.loop.time() - delivery.handed_at
        counters.handling_seconds_total += seconds
        if seconds > counters.handling_seconds_max:  # noqa: PLR1730 - max() costs a call a message
            counters.handling_seconds_max = seconds
        self._open.discard(delivery)
        self.weight -= delivery.weight
        if delivery.timed:
            self._open_timed -= 1
        if self.closed:
            self._check_finished()

    def expire(self, delivery: Delivery[Any]) -> None:
        """End an ask whose time is up; the message itself is skipped when its turn comes."""
        if delivery.expire():
            self.counters.timeouts += 1

    def close(self) -> None:
        """Refuse new messages; `finished` is set once all accepted ones are settled."""
        self.closed = True
        self._check_finished()

    def refuse_waiting(self) -> None:
        """Answer what waits in a closed mailbox with ActorStopped, and count it as dropped."""
        self.counters.dropped += len(self._waiting)
        while self._waiting:
            delivery = self._waiting.popleft()
            self.weight -= delivery.weight
            delivery.refuse(ActorStopped(self.name))
        self._check_finished()

    def fail_open(self, error: Callable[[], BaseException]) -> None:
        """Answer each message in flight with an error of its own."""
        for delivery in tuple(self._open):
            delivery.fail(error())

    def _weigh(self, delivery: Delivery[Any], weights: Weights[Any]) -> None:
        """Note what a newcomer weighs; raises MailboxFull where there is no room for that."""
        weight = weights.of(delivery.message)
        if self.weight and self.weight + weight > weights.most:
            raise MailboxFull(self.name, weights.most)
        delivery.weight = weight
        self.weight += weight

    def _make_room(self, newcomer: Delivery[Any]) -> bool:
        """Whether `newcomer` may enter a full mailbox; False when it is dropped itself."""
        if not self._drop_oldest or (newcomer.asked and not self._waiting):
            raise MailboxFull(self.name, self.capacity)
        self.counters.dropped += 1
        if not self._waiting:  # all in flight: whoever only tells must not fail for that
            return False
        self._waiting.popleft().refuse(MailboxFull(self.name, self.capacity))
        return True

    def _wake_one(self) -> None:
        while self._idle:
            waiter = self._idle.popleft()
            if not waiter.done():  # done: the loop that waited was cancelled in a crash
                waiter.set_result(None)
                return

    def _check_finished(self) -> None:
        if not self._waiting and not self._open:
            self.finished.set()
            while self._idle:
                self._wake_one()
