"""Open storage in order: the server, the schema, the pool; and close it in reverse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from app.settings import Settings
from app.storage.embedded import attached_server, embedded_server
from app.storage.embedded_process import EmbeddedServer
from app.storage.errors import (
    CannotOpenStorage,
    DatabaseUnavailable,
    DiskFull,
    StatementRefused,
)
from app.storage.listener import Listener
from app.storage.migrate import MIGRATIONS, migrate, migrations_in
from app.storage.postgres import Guard, PoolLimits, Postgres, unguarded
from app.telemetry.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Storage:
    """What is open; `applied` names the migrations that this opening has brought."""

    postgres: Postgres
    dsn: str
    applied: tuple[str, ...]
    server: EmbeddedServer | None
    connect_within: float

    def listener(
        self,
        channels: Mapping[str, Callable[[str], None]],
        on_up: Callable[[], None],
        on_down: Callable[[], None],
    ) -> Listener:
        """A connection of its own that hears these channels; the caller owns its `run()`."""
        return Listener(self.dsn, channels, on_up, on_down, connect_within=self.connect_within)


@asynccontextmanager
async def open_storage(
    settings: Settings, *, guard: Guard = unguarded, attach: bool = False
) -> AsyncIterator[Storage]:
    """Everything that keeps data, with the schema up to date; raises CannotOpenStorage.

    `guard` watches over each use of the pool. `attach` is for commands: they use the embedded
    server of a running Nocturna if there is one. Enter it on the main thread.
    """
    migrations = migrations_in(MIGRATIONS)
    async with open_server(settings, attach=attach) as (dsn, server):
        connect_within = settings.database_connect_timeout
        try:
            applied = await migrate(dsn, migrations, connect_within=connect_within)
        except (DatabaseUnavailable, DiskFull, StatementRefused) as error:
            raise _unreachable(error) from error
        for name in applied:
            _log.info("migration applied", migration=name)
        async with Postgres(dsn, pool_limits(settings), guard) as postgres:
            yield Storage(postgres, dsn, applied, server, connect_within)


@asynccontextmanager
async def open_server(
    settings: Settings, *, attach: bool
) -> AsyncIterator[tuple[str, EmbeddedServer | None]]:
    """The address of the database, and the server if it is ours; raises CannotOpenStorage."""
    if settings.database_url is not None:
        yield settings.database_url, None
        return
    async with AsyncExitStack() as stack:
        if attach:
            dsn = await stack.enter_async_context(attached_server(settings.data_dir))
            if dsn is not None:
                yield dsn, None
                return
        limits = pool_limits(settings)
        own = embedded_server(settings.data_dir, limits.size + limits.overflow)
        yield await stack.enter_async_context(own)


def pool_limits(settings: Settings) -> PoolLimits:
    return PoolLimits(
        settings.database_pool_size,
        settings.database_max_overflow,
        settings.database_pool_timeout,
        settings.database_connect_timeout,
        settings.database_statement_timeout,
    )


def _unreachable(error: Exception) -> CannotOpenStorage:
    cause = error.__cause__
    reason = f"{type(cause).__name__}: {cause}" if cause is not None else str(error)
    return CannotOpenStorage(
        f"cannot use the database: {reason}; check NOCTURNA_DATABASE_URL (or leave it out for a "
        "database of our own), that the server runs, and that this user may make a schema in it"
    )
