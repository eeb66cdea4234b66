"""Logins that wait for their turn: a few of one name are checked at once, the rest in line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self, TypeVar

from app.errors import RateLimited
from app.lines import Lines, NoTurn

LONGEST_WAIT = 2.0
"""Seconds: instances of an application that start together are through by then."""
MOST_WAITING = 200
"""Logins that wait in one process, of all names."""
RETRY_SOON = 1
PAUSE = 0.05
"""Seconds between two looks of whoever is first in line: about as long as a check takes."""
_T = TypeVar("_T")


class UnderWay(RateLimited):
    """As many logins as may fail are being checked: in a moment there may be a place."""

    @classmethod
    def of(cls, whose: str) -> Self:
        msg = f"too many logins of this {whose} are under way; try again in {RETRY_SOON} second"
        return cls(msg, retry_after=RETRY_SOON)


class Turns:
    """The lines of this process, by name. Who waits holds no connection to the database."""

    def __init__(self, longest: float = LONGEST_WAIT, most: int = MOST_WAITING) -> None:
        self._longest = longest
        self._most = most
        self._waiting = 0
        self._lines: Lines[str] = Lines()

    async def taken(self, name: str, take: Callable[[], Awaitable[_T]]) -> _T:
        """What `take` gives as soon as it raises UnderWay no more.

        Raises UnderWay after the longest wait, or at once where too many wait, and whatever else
        `take` raises.
        """
        if not self._lines.length(name):
            with suppress(UnderWay):
                return await take()
        if self._waiting >= self._most:
            raise UnderWay.of("account")
        self._waiting += 1
        try:
            return await self._in_line(name, take)
        finally:
            self._waiting -= 1

    async def _in_line(self, name: str, take: Callable[[], Awaitable[_T]]) -> _T:
        """Only the waiting has an end: a `take` that has begun is never cut off."""
        clock = asyncio.get_running_loop().time
        ends = clock() + self._longest
        try:
            async with self._lines.turn(name, ends):
                while True:
                    try:
                        return await take()
                    except UnderWay:
                        if clock() + PAUSE > ends:
                            raise
                    await asyncio.sleep(PAUSE)
        except NoTurn as late:
            raise UnderWay.of("account") from late
