"""Long work, part by part: asked of the pool by whoever waits for the whole.

Nothing here computes: requests and parts are bytes that only workers read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from actors.calculation_pool.admission import Admission
from actors.calculation_pool.messages import Compute, Lane
from actors.runtime import AskTimeout, MailboxFull, Ref
from app.wire import CUT, Outcome, decode, encode, paired

PARTS_AT_ONCE = 2
"""Parts of one request on their way: the worker finds the next when it has done one."""
ROOM_SECONDS = 0.1
"""After which a part is tried again that found no room; a pool full of charts takes a second."""


@dataclass(frozen=True, slots=True)
class LongWork:
    """One request of long work, and from when until when its answer is wanted.

    `since` and `deadline` on the event loop's clock; `is_wanted` tells whether the caller is
    still there.
    """

    pool: Ref[Compute]
    admission: Admission
    operation: str
    body: bytes
    since: float
    deadline: float
    is_wanted: Callable[[], bool]

    async def answer(self) -> Outcome:
        """The whole answer, or the first failure; raises what `Ref.ask` raises.

        Raises Overloaded before the first part, if too much long work is under way already, and
        CancelledError once the caller has left: no further part is computed.
        """
        cut = await self._ask("#cut", self.body, Lane.INSTANT)
        if cut.status != CUT:
            return cut
        with self.admission.place():
            return await self._whole(decode(cut.fragment))

    async def _whole(self, parts: Sequence[object]) -> Outcome:
        if len(parts) <= 1:
            return await self._admitted("", self.body)
        done: list[bytes] = []
        async with aclosing(self._computed("#part", parts)) as computed:
            async for part in computed:
                if part.status != CUT:
                    return part
                done.append(part.fragment)
        merged = paired(self.body, b"[%b]" % b",".join(done))
        return await self._admitted("#merge", merged)

    async def lines(self) -> AsyncGenerator[Outcome]:
        """The parts as lines of a stream, each as soon as it is there; or the first failure.

        Raises what `answer` raises. Close it, and what is on its way is given up.
        """
        cut = await self._ask("#rows", self.body, Lane.INSTANT)
        if cut.status != CUT:
            yield cut
            return
        parts: Sequence[object] = decode(cut.fragment)
        with self.admission.place():
            async with aclosing(self._computed("#lines", parts)) as computed:
                async for part in computed:
                    yield part
                    if part.status != CUT:
                        return

    async def _computed(self, phase: str, parts: Sequence[object]) -> AsyncGenerator[Outcome]:
        """The parts in their order, a few ahead of the one that is waited for."""
        ahead: list[asyncio.Task[Outcome]] = []
        waiting = iter(parts)
        try:
            while True:
                while len(ahead) < PARTS_AT_ONCE and (part := next(waiting, None)) is not None:
                    body = paired(self.body, encode(part))
                    ahead.append(asyncio.create_task(self._admitted(phase, body)))
                if not ahead:
                    return
                if not self.is_wanted():
                    raise asyncio.CancelledError
                yield await ahead.pop(0)
        finally:
            for task in ahead:
                task.cancel()
                task.add_done_callback(_look_at)

    async def _admitted(self, phase: str, body: bytes) -> Outcome:
        """What the pool answers to work that has begun: it waits until there is room for it."""
        while True:
            try:
                return await self._ask(phase, body, Lane.LONG)
            except MailboxFull:
                await asyncio.sleep(ROOM_SECONDS)

    async def _ask(self, phase: str, body: bytes, lane: Lane) -> Outcome:
        within = self.deadline - asyncio.get_running_loop().time()
        if within <= 0.0:
            raise AskTimeout(self.operation, 0.0)
        return await self.pool.ask(
            Compute(self.operation + phase, body, lane, self.since), within=within
        )


def _look_at(part: asyncio.Task[Outcome]) -> None:
    """Take the failure of a part that nobody waits for: the one before it has failed already."""
    if not part.cancelled():
        part.exception()
