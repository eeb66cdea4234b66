"""What an identity service said of tokens: remembered for a while, and asked once at a time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.services.identity_claims import ExternalClaims


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of a token; `until` in seconds since 1970. Without claims it was refused."""

    claims: ExternalClaims | None
    until: float
    expired: bool = False


class Verdicts:
    """By the digest of the token, at most `capacity` of each kind; close it.

    Those unused for longest go first. Refusals are kept apart, so that a flood of worthless tokens
    drives out no good one.
    """

    def __init__(self, capacity: int) -> None:
        self._good = _Memory(capacity)
        self._refused = _Memory(capacity)
        self._asking: dict[bytes, asyncio.Task[Verdict]] = {}

    def find(self, digest: bytes, now: float) -> Verdict | None:
        """A verdict that still holds."""
        return self._good.find(digest, now) or self._refused.find(digest, now)

    def keep(self, digest: bytes, verdict: Verdict) -> None:
        """Remember a verdict in place of the one before."""
        self._good.forget(digest)
        self._refused.forget(digest)
        memory = self._refused if verdict.claims is None else self._good
        memory.keep(digest, verdict)

    async def asked_once(self, digest: bytes, ask: Callable[[], Awaitable[Verdict]]) -> Verdict:
        """What `ask` gives, once for all who want it now; it goes on when some of them leave."""
        task = self._asking.get(digest)
        if task is None:

            async def asked() -> Verdict:
                return await ask()

            def forget(done: asyncio.Task[Verdict]) -> None:
                del self._asking[digest]
                if not done.cancelled():
                    done.exception()  # whoever waited has it, and perhaps nobody did

            task = self._asking[digest] = asyncio.create_task(asked())
            task.add_done_callback(forget)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End the questions that are still open."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Memory:
    """A bounded number of verdicts."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._verdicts: OrderedDict[bytes, Verdict] = OrderedDict()

    def find(self, digest: bytes, now: float) -> Verdict | None:
        if (found := self._verdicts.get(digest)) is None:
            return None
        if found.until <= now:
            del self._verdicts[digest]
            return None
        self._verdicts.move_to_end(digest)
        return found

    def forget(self, digest: bytes) -> None:
        self._verdicts.pop(digest, None)

    def keep(self, digest: bytes, verdict: Verdict) -> None:
        self._verdicts[digest] = verdict
        self._verdicts.move_to_end(digest)
        if len(self._verdicts) > self._capacity:
            self._verdicts.popitem(last=False)
