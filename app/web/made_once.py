"""Values that are made when somebody first asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class MadeOnce(Generic[Value]):
    """A value that is made once, however many ask; who asks gets a failure, and the next tries."""

    def __init__(self, make: Callable[[], Awaitable[Value]]) -> None:
        self._make = make
        self._made: Value | None = None
        self._turn = asyncio.Lock()

    async def get(self) -> Value:
        """The value; raises what making it does."""
        if self._made is None:
            async with self._turn:
                if self._made is None:
                    self._made = await self._make()
        return self._made
