"""Redis, which is optional, and the only importer of its client.

All that it holds may vanish at any moment, so whoever asks goes on without it: its failures end
here as `RedisUnavailable`, and beside that the breaker raises `CircuitOpen` or `Overloaded`. All
three are an `AppError`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias, TypeVar

from redis import RedisError
from redis.asyncio import Redis as Client
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from app.errors import AppError
from app.resilience.outbound import Outbound
from app.resilience.policy import OutboundPolicy
from app.resilience.registry import Registry
from app.settings import Settings
from app.storage.errors import CannotOpenStorage, RedisUnavailable
from app.telemetry.logs import logger

NAME = "redis"
PREFIX = "nocturna"
DATABASE, PRODUCTION_DATABASE = 1, 2
"""Used when the address names none: whatever else lives in 0 is left alone."""
MOST_MEMBERS = 32
"""Instances whose counts are read; one that has ended is among them until its keys expire."""
CLOSE_SECONDS = 5.0

T = TypeVar("T")
Command: TypeAlias = tuple[str | int, ...]

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What became of an exchange of counts.

    `is_new` says that the group did not know this member, or no longer did. `others` are the sums
    of all other members.
    """

    is_new: bool
    others: Mapping[str, int]


def key(resource: str, identity: str) -> str:
    """The name of one thing in Redis."""
    return f"{PREFIX}:{resource}:{identity}"


class Redis:
    """At most `max_connections` connections, made when they are needed; enter it to use it."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        """Raises CannotOpenStorage for an address that is none."""
        self._client = _client(settings)
        self._patience = settings.redis_timeout
        self._longest = settings.redis_connect_timeout + settings.redis_timeout
        policy = OutboundPolicy.of(settings).for_store()
        throttle = replace(policy.throttle, concurrency=settings.redis_max_connections)
        self._outbound = Outbound(
            NAME,
            registry,
            replace(policy, throttle=throttle),
            trips_on=(RedisUnavailable,),
            reconnect=self.reconnect,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(RedisUnavailable), translated():
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._client.aclose()

    async def get(self, name: str) -> bytes | None:
        """What is kept under a name, None for nothing."""
        value = await self._asked("get", lambda: self._client.get(name))
        return value if isinstance(value, bytes) else None

    async def set(self, name: str, value: bytes, ttl: int) -> None:
        """Keep something for `ttl` seconds, which cannot be 0."""
        if ttl < 1:
            raise ValueError(f"ttl must be 1 s or more, got {ttl}")
        await self._asked("set", lambda: self._client.set(name, value, ex=ttl))

    async def delete(self, name: str) -> None:
        await self._asked("delete", lambda: self._client.delete(name))

    async def ping(self) -> None:
        """Return if Redis answers."""
        await self._asked("ping", self._client.ping)

    async def exchange(
        self, group: str, member: str, counts: Mapping[str, int], ttl: int
    ) -> Exchanged:
        """Keep what a member of a group has counted, and read what the others have of the same.

        A member writes its own numbers only, and whole ones: an attempt that is lost, doubled or
        comes late changes nothing that the next one would not put right.
        """
        return await self._asked("exchange", lambda: self._exchange(group, member, counts, ttl))

    async def reconnect(self) -> None:
        """Close all connections and try a new one, past the breaker; raises RedisUnavailable."""
        with translated():
            async with asyncio.timeout(self._longest):
                await self._client.connection_pool.disconnect(inuse_connections=False)
                await self._client.ping()

    async def _asked(self, endpoint: str, work: Callable[[], Awaitable[T]]) -> T:
        """The result of some work, which takes `_patience` and `_longest` seconds at most."""
        async with self._outbound.guard(endpoint, within=self._patience):
            with translated():
                async with asyncio.timeout(self._longest), cancellable():
                    return await work()

    async def _exchange(
        self, group: str, member: str, counts: Mapping[str, int], ttl: int
    ) -> Exchanged:
        written: list[Command] = []
        if counts:
            own = f"{group}:{member}"
            fields = (part for pair in counts.items() for part in pair)
            written = [("HSET", own, *fields), ("EXPIRE", own, ttl)]
        *_, added, _, members = await self._together(
            *written,
            ("SADD", group, member),
            ("EXPIRE", group, ttl),
            ("SRANDMEMBER", group, MOST_MEMBERS),
        )
        others = [name for one in members if (name := one.decode()) != member]
        return Exchanged(bool(added), await self._sums(group, others, list(counts)))

    async def _sums(self, group: str, members: list[str], names: list[str]) -> Mapping[str, int]:
        """Member after member, so that the loop turns between their answers."""
        sums = dict.fromkeys(names, 0) if members else {}
        for member in members if names else ():
            (counts,) = await self._together(("HMGET", f"{group}:{member}", *names))
            for name, count in zip(names, counts, strict=True):
                if count is not None:
                    sums[name] += int(count)
        return sums

    async def _together(self, *commands: Command) -> list[Any]:
        """The answers to some commands that are sent at once."""
        async with self._client.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.pipeline_execute_command(*command)  # type: ignore[no-untyped-call]  # it has no types
            return await pipeline.execute()


@asynccontextmanager
async def open_redis(settings: Settings, registry: Registry) -> AsyncIterator[Redis | None]:
    """Redis if there is an address of one, whether it answers or not."""
    if settings.redis_address is None:
        yield None
        return
    async with Redis(settings, registry) as redis:
        try:
            await redis.ping()
        except AppError as error:
            _log.warning("redis does not answer; the server goes on without", error=error.message)
        yield redis


@asynccontextmanager
async def cancellable() -> AsyncIterator[None]:
    """Around calls of the client: raises CancelledError where it has lost one.

    It sends by `asyncio.wait_for`, which until Python 3.12 takes a cancellation that comes
    together with the result for none. A task that loops would then never end.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    yield
    if task is not None and task.cancelling() > before:
        raise asyncio.CancelledError


@contextmanager
def translated() -> Iterator[None]:
    """Raise RedisUnavailable for whatever goes wrong with Redis or on the way to it."""
    try:
        yield
    except (RedisError, OSError, EOFError, ValueError) as error:
        # Its type only: texts repeat addresses and values.
        raise RedisUnavailable(f"redis gave no answer: {type(error).__name__}") from error


def _client(settings: Settings) -> Client:
    address = settings.redis_address or ""
    try:
        pool: ConnectionPool = ConnectionPool.from_url(
            address,
            db=PRODUCTION_DATABASE if settings.environment == "production" else DATABASE,
            max_connections=settings.redis_max_connections,
            socket_timeout=settings.redis_timeout,
            socket_connect_timeout=settings.redis_connect_timeout,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,  # no questions beside ours when connecting
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
            protocol=2,
        )
        pool.make_connection()  # type: ignore[no-untyped-call]  # refuses options it does not know
    except (RedisError, ValueError, TypeError) as error:
        if isinstance(error, TypeError) and "?" not in address:
            raise  # of an option that is ours, which this release of the client does not know
        raise CannotOpenStorage(
            "NOCTURNA_REDIS_URL must look like redis://user:password@host:6379/1, rediss://... or "
            "unix:///path/to/socket?db=1; correct it, or leave it out: none is needed"
        ) from error
    return Client.from_pool(pool)
