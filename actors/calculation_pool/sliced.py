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
    """One request of long work, and how long is waited for it.

    Its answer as a whole is wanted within `patience` seconds `since` a time on the event loop's
    clock; of one that is sent in lines each part is, from when it is asked for: how long the
    reader takes for them is no concern of this. `is_wanted` tells whether the caller is still
    there.
    """

    pool: Ref[Compute]
    admission: Admission
    operation: str
    body: bytes
    since: float
    patience: float
    is_wanted: Callable[[], bool]

    async def answer(self) -> Outcome:
        """The whole answer, or the first failure; raises what `Ref.ask` raises.

        Raises Overloaded before the first part, if too much long work is under way already, and
        CancelledError once the caller has left: no further part is computed.
        """
        by = self.since + self.patience
        cut = await self._ask("#cut", self.body, Lane.INSTANT, by)
        if cut.status != CUT:
            return cut
        with self.admission.place():
            return await self._whole(decode(cut.fragment), by)

    async def _whole(self, parts: Sequence[object], by: float) -> Outcome:
        if len(parts) <= 1:
            return await self._admitted("", self.body, by)
        done: list[bytes] = []
        async with aclosing(self._computed("#part", parts, by)) as computed:
            async for part in computed:
                if part.status != CUT:
                    return part
                done.append(part.fragment)
        merged = paired(self.body, b"[%b]" % b",".join(done))
        return await self._admitted("#merge", merged, by)

    async def lines(self) -> AsyncGenerator[Outcome]:
        """The parts as lines of a stream, each as soon as it is there; or the first failure.

        Raises what `answer` raises. Close it, and what is on its way is given up. While the reader
        takes a part, no place is held: that costs no worker, and may last.
        """
        cut = await self._ask("#rows", self.body, Lane.INSTANT, self.since + self.patience)
        if cut.status != CUT:
            yield cut
            return
        parts: Sequence[object] = decode(cut.fragment)
        place = self.admission.place()
        async with aclosing(self._computed("#lines", parts)) as computed:
            while True:
                with place:
                    part = await anext(computed, None)
                if part is None:
                    return
                yield part
                if part.status != CUT:
                    return
                place = self.admission.place_again()

    async def _computed(
        self, phase: str, parts: Sequence[object], by: float | None = None
    ) -> AsyncGenerator[Outcome]:
        """The parts in their order, a few ahead of the one that is waited for.

        All of them `by` loop time, or each in time for itself.
        """
        ahead: list[asyncio.Task[Outcome]] = []
        waiting = iter(parts)
        try:
            while True:
                while len(ahead) < PARTS_AT_ONCE and (part := next(waiting, None)) is not None:
                    body = paired(self.body, encode(part))
                    ahead.append(asyncio.create_task(self._admitted(phase, body, by)))
                if not ahead:
                    return
                if not self.is_wanted():
                    raise asyncio.CancelledError
                yield await ahead.pop(0)
        finally:
            for task in ahead:
                task.cancel()
                task.add_done_callback(_look_at)

    async def _admitted(self, phase: str, body: bytes, by: float | None) -> Outcome:
        """What the pool answers to work that has begun: it waits until there is room for it."""
        if by is None:
            by = asyncio.get_running_loop().time() + self.patience
        while True:
            try:
                return await self._ask(phase, body, Lane.LONG, by)
            except MailboxFull:
                await asyncio.sleep(ROOM_SECONDS)

    async def _ask(self, phase: str, body: bytes, lane: Lane, by: float) -> Outcome:
        within = by - asyncio.get_running_loop().time()
        if within <= 0.0:
            raise AskTimeout(self.operation, 0.0)
        return await self.pool.ask(
            Compute(self.operation + phase, body, lane, self.since), within=within
        )


def _look_at(part: asyncio.Task[Outcome]) -> None:
    """Take the failure of a part that nobody waits for: the one before it has failed already."""
    if not part.cancelled():
        part.exception()
