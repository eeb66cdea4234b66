"""The pool of connections to PostgreSQL, and the only importer of asyncpg.

Its exceptions end here: callers meet `DatabaseUnavailable` for trouble with the connection,
`DiskFull` for what the database has no room for, `Overloaded` when no connection came free in time,
`DeadlineExceeded` for a statement that took too long, `Contended` for a transaction that lost to
another, `Conflict` for a constraint, `BadRequest` for a value that cannot be stored, and
`StatementRefused` for a fault of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import asyncpg

from app.errors import BadRequest, DeadlineExceeded, Overloaded
from app.storage.errors import (
    Conflict,
    Contended,
    DatabaseUnavailable,
    DiskFull,
    StatementRefused,
)
from app.storage.room import LASTS_SECONDS, Room
from app.telemetry.logs import logger
from app.wire import decode, encode

SCHEMA = "nocturna"
"""All of ours lives in a schema of this name, so that a database may be shared."""
APPLICATION = "nocturna"
"""How our connections are called in pg_stat_activity."""

RawConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_Raw: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[Any]"
Row: TypeAlias = asyncpg.Record
Guard: TypeAlias = Callable[[], AbstractAsyncContextManager[object]]
"""What watches over each use of a connection: a breaker, which counts `DatabaseUnavailable`."""

CLIENT_GRACE_SECONDS = 5.0
"""After the server's own limit for a statement: then the server itself does not answer."""
IDLE_SECONDS = 60.0
"""After which an unused connection is closed."""
IDLE_IN_TRANSACTION_SECONDS = 60.0
"""After which the server ends a transaction that its client has forgotten."""
RELEASE_SECONDS = CLOSE_SECONDS = 5.0
RETRY_SOON, RETRY_LATER = 1, 2

_CONTENDED = ("40001", "40P01", "55P03")
"""Serialization failure, deadlock, lock not available."""
_CONFLICTS = ("23503", "23505", "23P01")
"""Foreign key, unique and exclusion constraints."""
_DISK_FULL = "53100"
_UNAVAILABLE = ("08", "53", "57P", "25006", "25P03", "28", "3D", "58", "XX")
"""Connection, resources, operator's intervention, standby, idle, access, system, corruption."""

FAILURES = (
    OSError,  # and TimeoutError
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a server that dies in the middle of its answer
)

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Connections kept and added under load, and seconds for a free one, a new one, a statement."""

    size: int
    overflow: int
    slot_within: float
    connect_within: float
    statement_within: float


@asynccontextmanager
async def unguarded() -> AsyncIterator[None]:
    """No breaker."""
    yield


class Connection:
    """One connection, borrowed; rows answer to `row["column"]`."""

    __slots__ = ("_raw",)

    def __init__(self, raw: _Raw) -> None:
        self._raw = raw

    async def execute(self, query: str, *arguments: object) -> int:
        """Run a statement; the number of rows it touched."""
        with translated():
            status: str = await self._raw.execute(query, *arguments)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        with translated():
            return list(await self._raw.fetch(query, *arguments))

    async def fetchrow(self, query: str, *arguments: object) -> Row | None:
        """The first row, or None."""
        with translated():
            row: Row | None = await self._raw.fetchrow(query, *arguments)
            return row

    async def fetchval(self, query: str, *arguments: object) -> Any:
        """The first column of the first row, or None."""
        with translated():
            return await self._raw.fetchval(query, *arguments)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing; inside another one a savepoint."""
        with translated():
            inner = self._raw.transaction()
            await inner.start()
        try:
            yield
        except BaseException:
            # The first failure is the one to tell; a connection that is gone rolls back by itself.
            with suppress(*FAILURES):
                await inner.rollback()
            raise
        with translated():
            await inner.commit()


class Postgres:
    """At most `size + overflow` connections; enter it to use it."""

    def __init__(self, dsn: str, limits: PoolLimits, guard: Guard = unguarded) -> None:
        self._dsn = dsn
        self._limits = limits
        self._guard = guard
        self.room = Room()
        self._bound = limits.size + limits.overflow
        self._slots = asyncio.BoundedSemaphore(self._bound)
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    @property
    def open(self) -> int:
        """Connections that are open, used or not."""
        return self._pool.get_size() if self._pool is not None else 0

    async def __aenter__(self) -> Self:
        """Ready at once: connections are made when they are asked for."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._bound,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            init=_speak_json,
            **connect_options(self._limits.connect_within, self._limits.statement_within),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except FAILURES:
            pool.terminate()

    async def reconnect(self) -> None:
        """Replace all connections, those in use once they are given back, and try a new one.

        Past the breaker; raises DatabaseUnavailable.
        """
        if self._pool is not None:
            await self._pool.expire_connections()
        async with self._slot(), self._borrowed() as raw:
            await Connection(raw).fetchval("SELECT 1")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of one's own; raises Overloaded, DatabaseUnavailable or the guard's.

        A `DiskFull` that passes is noted in `room`.
        """
        async with self._slot(), self._guard(), self._borrowed() as raw:
            try:
                yield Connection(raw)
            except DiskFull:
                self.room.note_refusal()
                raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a transaction, which commits at the end and not on an exception."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """The right to a connection: waiting for it says nothing against the database."""
        try:
            async with asyncio.timeout(self._limits.slot_within):
                await self._slots.acquire()
        except TimeoutError as late:
            msg = (
                f"all {self._bound} database connections were busy for "
                f"{self._limits.slot_within:g} s; try again in a second"
            )
            raise Overloaded(msg, retry_after=RETRY_SOON) from late
        try:
            yield
        finally:
            self._slots.release()

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[_Raw]:
        pool = self._pool
        if pool is None:
            msg = "the database is closed: the server is stopping"
            raise DatabaseUnavailable(msg, retry_after=RETRY_LATER)
        with translated():
            raw = await pool.acquire(timeout=self._limits.connect_within)
        try:
            yield raw
        finally:
            # The work is done or has failed already; how the connection ends changes neither.
            with suppress(*FAILURES):
                await pool.release(raw, timeout=RELEASE_SECONDS)


@asynccontextmanager
async def dedicated(dsn: str, options: Mapping[str, Any]) -> AsyncIterator[RawConnection]:
    """A connection outside the pool, for as long as wanted; raises DatabaseUnavailable."""
    with translated():
        raw = await asyncpg.connect(dsn, **options)
    try:
        yield raw
    finally:
        try:
            await raw.close(timeout=CLOSE_SECONDS)
        except FAILURES:
            raw.terminate()


async def _speak_json(raw: _Raw) -> None:
    """Take and give jsonb as values."""
    await raw.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda value: encode(value).decode(), decoder=decode
    )


def connect_options(connect_within: float, statement_within: float | None) -> dict[str, Any]:
    """How every connection of ours is made; None for statements that may take any time."""
    limit = 0 if statement_within is None else int(statement_within * 1000)
    return {
        "timeout": connect_within,
        "command_timeout": (
            None if statement_within is None else statement_within + CLIENT_GRACE_SECONDS
        ),
        "server_settings": {
            "application_name": APPLICATION,
            "search_path": SCHEMA,
            "timezone": "UTC",
            "statement_timeout": str(limit),
            "idle_in_transaction_session_timeout": str(int(IDLE_IN_TRANSACTION_SECONDS * 1000)),
        },
    }


@contextmanager
def translated() -> Iterator[None]:
    """Turn what asyncpg raises into what ours catch; texts may hold values and stay behind."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _translation(error) from error
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        # Also TimeoutError: the server did not answer although its own limit had passed.
        raise _unavailable(type(error).__name__) from error


def _translation(error: asyncpg.PostgresError) -> Exception:
    state = error.sqlstate or ""
    constraint = getattr(error, "constraint_name", None)
    if state in _CONFLICTS:
        return Conflict(constraint or "")
    if state in _CONTENDED:
        return Contended("another change came first; try again", retry_after=RETRY_SOON)
    if state == "57014":
        msg = "the database took too long for this; ask for less, or try again later"
        return DeadlineExceeded(msg, retry_after=RETRY_SOON)
    if state.startswith("22"):
        return BadRequest("a value cannot be stored: its characters, size or range do not fit")
    if state.startswith(_UNAVAILABLE) or isinstance(error, asyncpg.PostgresConnectionError):
        return _unavailable(state)
    return StatementRefused(state, constraint)


def _unavailable(reason: str) -> DatabaseUnavailable | DiskFull:
    if reason == _DISK_FULL:
        msg = "the server has no room to store this; try again once its operator has made some"
        return DiskFull(msg, retry_after=int(LASTS_SECONDS))
    msg = f"the database does not answer ({reason}); try again in {RETRY_LATER} seconds"
    return DatabaseUnavailable(msg, retry_after=RETRY_LATER)
