"""What one incarnation of an actor may use: its own Ref, and timers that die with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from actors.runtime.delivery import Delivery
from actors.runtime.errors import ActorStopped

if TYPE_CHECKING:
    from actors.runtime.actor import Ref
    from actors.runtime.mailbox import Mailbox

M = TypeVar("M")


class Timer:
    """A message that an actor sends itself, once or at every period, until cancelled."""

    __slots__ = ("_due", "_handle", "_live", "_mailbox", "_message", "_period", "_sent")

    def __init__(
        self,
        mailbox: Mailbox,
        live: set[Timer],
        message: object,
        delay: float,
        period: float | None,
    ) -> None:
        self._mailbox = mailbox
        self._live = live
        self._message = message
        self._period = period
        self._sent: Delivery[Any] | None = None
        self._due = mailbox.loop.time() + delay
        self._handle = mailbox.loop.call_at(self._due, self._fire)
        live.add(self)

    def cancel(self) -> None:
        """Send nothing from now on, and take back what still waits to be handled."""
        self._handle.cancel()
        self._live.discard(self)
        if self._sent is not None:
            self._mailbox.take_back_timed(self._sent)

    def _fire(self) -> None:
        loop, now = self._mailbox.loop, self._mailbox.loop.time()
        if self._sent is None or not self._mailbox.holds_timed(self._sent):
            # A busy actor finds one message of this timer afterwards, not a backlog.
            self._sent = Delivery(self._mailbox, self._message, now, timed=True)
            self._mailbox.put_timed(self._sent)
        if self._period is None:
            self._live.discard(self)
        else:
            missed = max(0, int((now - self._due) // self._period))
            self._due += (missed + 1) * self._period
            self._handle = loop.call_at(self._due, self._fire)


class Context(Generic[M]):
    """Given to each incarnation as `actor.context`, before `on_start`."""

    def __init__(self, self_ref: Ref[M], mailbox: Mailbox) -> None:
        self.self_ref = self_ref
        self.closed = False
        self._mailbox = mailbox
        self._timers: set[Timer] = set()

    def after(self, delay: float, message: M) -> Timer:
        """A timer that sends `message` to this actor once, `delay` seconds from now.

        Raises ActorStopped when this incarnation has ended.
        """
        self._check_open()
        return Timer(self._mailbox, self._timers, message, delay, None)

    def every(self, period: float, message: M) -> Timer:
        """A timer that sends `message` every `period` seconds, the first time after one period.

        Periods are counted from now, so a late one does not shift the next; those that pass while
        the last message still waits are left out. Raises ActorStopped as `after` does.
        """
        if period <= 0:
            raise ValueError(f"period must be positive seconds, got {period}")
        self._check_open()
        return Timer(self._mailbox, self._timers, message, period, period)

    def close(self) -> None:
        """End all timers; new ones are refused from now on."""
        self.closed = True
        for timer in tuple(self._timers):
            timer.cancel()
        self._mailbox.forget_timed()

    def _check_open(self) -> None:
        if self.closed:  # something outlived its incarnation; its messages belong to nobody
            raise ActorStopped(self._mailbox.name)
