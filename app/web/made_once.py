"""Values that are made when somebody first asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class MadeOnce(Generic[Value]):
    """A value that is made once, however many ask.

    A failure is that of all who wait for it; whoever asks after it has it tried again.
    """

    def __init__(self, make: Callable[[], Awaitable[Value]]) -> None:
        self._make = make
        self._made: Value | None = None
        self._making: asyncio.Task[Value] | None = None

    async def get(self) -> Value:
        """The value; raises what making it does."""
        if self._made is not None:
            return self._made
        if self._making is None:
            self._making = asyncio.create_task(self._run())
            self._making.add_done_callback(self._ended)
        # Who leaves does not take the value from those who stay.
        return await asyncio.shield(self._making)

    async def _run(self) -> Value:
        return await self._make()

    def _ended(self, making: asyncio.Task[Value]) -> None:
        self._making = None
        if not making.cancelled() and making.exception() is None:
            self._made = making.result()
