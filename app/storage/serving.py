"""PostgreSQL of the server: behind its circuit, listened to, and looked after while it is down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from app.resilience.breaker import State
from app.resilience.outbound import Outbound
from app.resilience.policy import OutboundPolicy, ThrottlePolicy
from app.resilience.registry import Registry
from app.settings import Settings
from app.storage.errors import Conflict, Contended, DatabaseUnavailable, DiskFull
from app.storage.listener import Listener
from app.storage.opening import Storage, open_storage, pool_limits
from app.telemetry.logs import logger
from app.telemetry.tasks import under_way

NAME = "postgres"
PROBE_SECONDS = 1.0
"""Between two looks at a database that was down, so that it is in use again without a caller."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """Open storage, and whether all of it is in use as usual."""

    storage: Storage
    listener: Listener
    outbound: Outbound

    def is_well(self) -> bool:
        return self.listener.up and self.outbound.state is State.CLOSED


@asynccontextmanager
async def serve_storage(
    settings: Settings,
    registry: Registry,
    channels: Mapping[str, Callable[[str], None]],
    on_up: Callable[[], None],
    on_down: Callable[[], None],
) -> AsyncIterator[Served]:
    """Storage for the life of the server; raises CannotOpenStorage. Enter it on the main thread.

    `channels`, `on_up` and `on_down` are those of the `Listener`.
    """

    async def reconnect() -> None:
        await storage.postgres.reconnect()

    outbound = Outbound(
        NAME,
        registry,
        policy(settings),
        trips_on=(DatabaseUnavailable,),
        answers=(Conflict, Contended, DiskFull),
        reconnect=reconnect,
    )
    async with open_storage(settings, guard=lambda: outbound.guard("connection")) as storage:
        listener = storage.listener(channels, on_up, on_down)
        async with under_way(listener.run()), under_way(_probe(outbound, storage)):
            yield Served(storage, listener, outbound)


def policy(settings: Settings) -> OutboundPolicy:
    """That of a store. Its throttle lets through whoever has a connection: the pool bounds them."""
    known, limits = OutboundPolicy.of(settings).for_store(), pool_limits(settings)
    return replace(known, throttle=ThrottlePolicy(limits.size + limits.overflow, waiting=0))


async def _probe(outbound: Outbound, storage: Storage) -> None:
    """Ask a database whose circuit is open, until it answers."""
    while True:
        await asyncio.sleep(PROBE_SECONDS)
        if outbound.state is State.CLOSED:
            continue
        try:
            async with storage.postgres.connection() as connection:
                await connection.fetchval("SELECT 1")
        except Exception as error:  # noqa: BLE001 - whatever it was, the next try may go well
            _log.debug("the database is not back yet", error=type(error).__name__)
