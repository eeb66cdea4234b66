"""Lines of those who want the same thing: one has the turn, the rest wait as they came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_T = TypeVar("_T", bound=Hashable)


class NoTurn(Exception):
    """The turn did not come in time."""


@dataclass(slots=True)
class _Line:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Lines(Generic[_T]):
    """Those of this process, by what is wanted; a line is gone with the last who stands in it."""

    def __init__(self) -> None:
        self._lines: dict[_T, _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def length(self, wanted: _T) -> int:
        """How many have a turn or wait for one."""
        line = self._lines.get(wanted)
        return 0 if line is None else line.length

    @asynccontextmanager
    async def turn(self, wanted: _T, until: float) -> AsyncIterator[None]:
        """The time in which nobody else has the turn.

        Raises NoTurn if it has not come `until` then, on the clock of the loop; a turn that has
        begun is never cut off.
        """
        line = self._lines.setdefault(wanted, _Line())
        line.length += 1
        try:
            try:
                async with asyncio.timeout_at(until):
                    await line.turn.acquire()
            except TimeoutError as late:
                raise NoTurn from late
            try:
                yield
            finally:
                line.turn.release()
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[wanted]
