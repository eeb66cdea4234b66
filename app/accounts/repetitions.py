"""Requests that were sent again while the first of them is under way: they wait for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.lines import Lines, NoTurn

Whose = tuple[str, str]
"""A principal, and the key of its request."""
LONGEST_WAIT = 2.0
"""Seconds: most work under a key takes some hundredths."""
MOST_WAITING = 200
"""Requests that wait in one process, of all keys."""
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.2
"""Seconds between two looks of whoever is first in line, each pause twice the one before."""
_T = TypeVar("_T")


class Repetitions:
    """The lines of this process, by key. Who waits holds no connection to the database."""

    def __init__(self, longest: float = LONGEST_WAIT, most: int = MOST_WAITING) -> None:
        self._longest = longest
        self._most = most
        self._waiting = 0
        self._lines: Lines[Whose] = Lines()

    def __len__(self) -> int:
        """How many wait."""
        return self._waiting

    async def awaited(self, whose: Whose, look: Callable[[], Awaitable[_T | None]]) -> _T | None:
        """What `look` gives as soon as that is not None; raises what it raises.

        None after the longest wait, or at once where too many wait.
        """
        if self._waiting >= self._most:
            return None
        self._waiting += 1
        try:
            return await self._in_line(whose, look)
        finally:
            self._waiting -= 1

    async def _in_line(self, whose: Whose, look: Callable[[], Awaitable[_T | None]]) -> _T | None:
        """Only the waiting has an end: a look that has begun is never cut off."""
        clock = asyncio.get_running_loop().time
        ends, pause = clock() + self._longest, FIRST_PAUSE
        try:
            async with self._lines.turn(whose, ends):
                while (found := await look()) is None and clock() + pause <= ends:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
                return found
        except NoTurn:
            return None
