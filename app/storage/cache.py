"""Answers of long work that last, in memory and behind it in Redis; the importer of aiocache.

Redis may be away, slow or full of nonsense: each of these is a miss, found out in bounded time.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus

from aiocache import SimpleMemoryCache  # type: ignore[import-untyped]  # the library has no types

from app import __version__
from app.astrology.zones import TZDATA_VERSION
from app.errors import AppError
from app.storage.redis import Redis, key
from app.telemetry.metrics import Metrics
from app.wire import Outcome, decode, encode, paired, unpaired

RESOURCE = "answer"
ENTRY_BYTES = 400
"""Of memory that an entry takes beside its value."""
LARGEST_SHARED = 1_000_000
"""Bytes of an answer that goes to Redis: a longer one takes longer to fetch than we wait."""
ENGINE = f"{__version__} {TZDATA_VERSION}"
"""What an answer depends on beside the request."""

MEMORY, REDIS = "memory", "redis"
HIT, MISS, FAILED = "hit", "miss", "failed"


class Memory(SimpleMemoryCache):  # type: ignore[misc]  # the library has no types
    """Texts of at most `max_bytes` in all; the one that was not asked for the longest leaves first.

    What the library lacks: a bound, and expiry without a timer for each entry. Use `get`, `set`
    and `delete` alone.
    """

    def __init__(self, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(timeout=None)  # its timeout would cost five times the look-up
        self.held = 0
        self._max_bytes = max_bytes
        self._clock = clock
        self._entries: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    async def _get(self, key: str, encoding: object = None, _conn: object = None) -> bytes | None:  # noqa: ARG002
        entry = self._entries.get(key)
        if entry is None:
            return None
        value, until = entry
        if until <= self._clock():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return value

    async def _set(
        self,
        key: str,
        value: bytes,
        ttl: float | None = None,
        _cas_token: object = None,
        _conn: object = None,
    ) -> bool:
        if not ttl or ttl <= 0:
            raise ValueError(f"ttl must be above 0, got {ttl}")
        self._drop(key)
        size = len(value) + ENTRY_BYTES
        if size > self._max_bytes:
            return False
        self._entries[key] = (value, self._clock() + ttl)
        self.held += size
        while self.held > self._max_bytes:
            self._drop(next(iter(self._entries)))
        return True

    async def _delete(self, key: str, _conn: object = None) -> int:
        return self._drop(key)

    def _drop(self, key: str) -> int:
        entry = self._entries.pop(key, None)
        if entry is None:
            return 0
        self.held -= len(entry[0]) + ENTRY_BYTES
        return 1


class Cache:
    """Finds and keeps answers that last, for `ttl` seconds in each of its two places."""

    def __init__(
        self,
        redis: Redis | None,
        max_bytes: int,
        ttl: int,
        metrics: Metrics,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._ttl = ttl
        self._memory = Memory(max_bytes, clock)
        self._requests = metrics.counts(
            "nocturna_cache_requests_total", "Answers looked for", "cache", "outcome"
        )
        metrics.gauge(
            "nocturna_cache_bytes",
            "Memory that answers take",
            lambda: {(MEMORY,): float(self._memory.held)},
            "cache",
        )

    async def find(self, operation: str, body: bytes) -> Outcome | None:
        """The answer to a request that was made before, or None; never fails."""
        name = _name(operation, body)
        if (kept := await self._memory.get(name)) is not None:
            self._requests.add((MEMORY, HIT))
            return unpacked(kept)
        self._requests.add((MEMORY, MISS))
        if self._redis is None or (kept := await self._shared(self._redis, name)) is None:
            return None
        try:
            outcome = unpacked(kept)
        except (ValueError, TypeError):
            self._requests.add((REDIS, FAILED))
            return None
        self._requests.add((REDIS, HIT))
        await self._memory.set(name, kept, ttl=self._ttl)
        return outcome

    async def keep(self, operation: str, body: bytes, outcome: Outcome) -> None:
        """Keep a success that lasts, and nothing else; never fails."""
        if not outcome.lasting or outcome.status != HTTPStatus.OK:
            return
        name, value = _name(operation, body), packed(outcome)
        await self._memory.set(name, value, ttl=self._ttl)
        if self._redis is None or len(value) > LARGEST_SHARED:
            return
        try:
            await self._redis.set(key(RESOURCE, name), value, self._ttl)
        except AppError:
            self._requests.add((REDIS, FAILED))

    async def _shared(self, redis: Redis, name: str) -> bytes | None:
        """What Redis has under a name."""
        try:
            kept = await redis.get(key(RESOURCE, name))
        except AppError:
            self._requests.add((REDIS, FAILED))
            return None
        if kept is None:
            self._requests.add((REDIS, MISS))
        return kept


def packed(outcome: Outcome) -> bytes:
    """An outcome that lasts as bytes."""
    head = encode([outcome.status, outcome.digest])
    return paired(head, paired(outcome.meta, outcome.fragment))


def unpacked(kept: bytes) -> Outcome:
    """The outcome of `packed`; raises ValueError or TypeError for other bytes."""
    head, rest = unpaired(kept)
    meta, fragment = unpaired(rest)
    status, digest = decode(head)
    if status != HTTPStatus.OK or not isinstance(digest, str) or not fragment:
        raise ValueError("not an answer that lasts")
    return Outcome(status, fragment, meta, digest, lasting=True)


def _name(operation: str, body: bytes) -> str:
    """What a request is known by; it shows nothing of the request."""
    return sha256(b"%b\n%b\n%b" % (ENGINE.encode(), operation.encode(), body)).hexdigest()
