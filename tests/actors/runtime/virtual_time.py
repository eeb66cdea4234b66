"""An event loop whose clock jumps to the next timer as soon as nothing else is left to do."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

START = 1000.0
"""Loop time at the start of a test: not 0, so that nobody takes 0 for "now"."""

DEADLOCK_AFTER = 5.0
"""Real seconds without a timer or an event until a test is declared stuck."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Never really sleeps: waiting for a timer sets the clock to it."""

    def __init__(self) -> None:
        self._now = START
        super().__init__(_LeapingSelector(self._leap))

    def time(self) -> float:
        return self._now

    def _leap(self, seconds: float) -> None:
        self._now += seconds


class _LeapingSelector(selectors.DefaultSelector):
    def __init__(self, leap: Callable[[float], None]) -> None:
        super().__init__()
        self._leap = leap

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = super().select(DEADLOCK_AFTER)
            if not ready:
                raise RuntimeError("deadlock: the test waits for something that never comes")
            return ready
        ready = super().select(0)
        if not ready:
            self._leap(timeout)
        return ready


async def quiet() -> None:
    """Return when nothing is left to do at this moment; a millisecond passes on the clock."""
    await asyncio.sleep(0.001)
