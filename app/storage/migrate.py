"""Bring the schema up to date: numbered SQL files, each applied once, in order, by one process.

A file `0007_what_it_does.sql` runs in a transaction of its own. One whose first line is
`-- no-transaction` holds a single statement that PostgreSQL takes outside of one only, such as
CREATE INDEX CONCURRENTLY.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import AppError
from app.storage.errors import CannotOpenStorage, StatementRefused
from app.storage.postgres import SCHEMA, Connection, connect_options, dedicated
from app.telemetry.logs import logger

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_OUTSIDE = "-- no-transaction"
_LOCK = 0x6E6F63_7475726E
"""Of all advisory locks, ours."""
TURN_SECONDS = 600.0
"""Longest wait for another process that migrates: an index of many rows takes minutes."""
LOOK_SECONDS = 0.1

_log = logger(__name__)


class CannotMigrate(CannotOpenStorage):
    """Files and schema do not fit together; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def in_transaction(self) -> bool:
        return not self.sql.startswith(_OUTSIDE)


def migrations_in(directory: Path) -> tuple[Migration, ...]:
    """All of a directory, in order from 1 without a gap; raises CannotMigrate."""
    found: list[Migration] = []
    for path in sorted(directory.glob("*.sql")):
        if (match := _NAME.fullmatch(path.name)) is None:
            msg = f"{path} must be named like 0001_what_it_does.sql"
            raise CannotMigrate(msg)
        found.append(Migration(int(match[1]), path.name, path.read_text(encoding="utf-8")))
        if found[-1].version != len(found):
            msg = f"migration {len(found)} is missing or double in {directory}, next is {path.name}"
            raise CannotMigrate(msg)
    if not found:
        msg = f"no migrations in {directory}: this installation is not whole"
        raise CannotMigrate(msg)
    return tuple(found)


async def migrate(
    dsn: str,
    migrations: Sequence[Migration],
    *,
    connect_within: float = 5.0,
    turn_within: float = TURN_SECONDS,
) -> tuple[str, ...]:
    """The names of the migrations applied now.

    Raises CannotMigrate, DatabaseUnavailable, DiskFull.
    """
    applied: list[str] = []
    options = connect_options(connect_within, None)
    async with dedicated(dsn, options) as raw:
        connection = Connection(raw)
        async with _alone(connection, turn_within):
            known = await _known(connection)
            _check(migrations, known)
            for migration in migrations[len(known) :]:
                try:
                    await _apply(connection, migration)
                except (AppError, StatementRefused) as error:
                    msg = f"{migration.name} failed: {error.__cause__}"  # of SQL, not of values
                    raise CannotMigrate(msg) from error
                applied.append(migration.name)
    return tuple(applied)


def newest(migrations: Sequence[Migration]) -> int:
    return migrations[-1].version


@asynccontextmanager
async def _alone(connection: Connection, within: float) -> AsyncIterator[None]:
    """Wait for others that migrate; the lock ends with the connection at the latest.

    Asked for again and again: a statement that waited for it would itself be waited for by an
    index that another one makes concurrently. Raises CannotMigrate.
    """
    loop = asyncio.get_running_loop()
    by, told = loop.time() + within, False
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        if loop.time() > by:
            msg = (
                f"another process has been migrating this database for {within:.0f} s: wait until "
                "it is done, or end it, and start again"
            )
            raise CannotMigrate(msg)
        if not told:
            _log.info("waiting for another migration", seconds_at_most=within)
            told = True
        await asyncio.sleep(LOOK_SECONDS)
    yield
    await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _known(connection: Connection) -> Mapping[int, tuple[str, str]]:
    """Names and checksums of what was applied, by version."""
    async with connection.transaction():
        if await connection.fetchval("SELECT to_regnamespace($1)", SCHEMA) is None:
            await connection.execute(f"CREATE SCHEMA {SCHEMA}")
        await connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version integer PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        rows = await connection.fetch(
            "SELECT version, name, checksum FROM schema_migrations ORDER BY version"
        )
    return {row["version"]: (row["name"], row["checksum"]) for row in rows}


def _check(migrations: Sequence[Migration], known: Mapping[int, tuple[str, str]]) -> None:
    last = max(known, default=0)
    if last > newest(migrations):
        msg = (
            f"the database has schema {last}, made by a newer release; this one knows "
            f"{newest(migrations)}: run the newer release, or restore a backup of before"
        )
        raise CannotMigrate(msg)
    for migration in migrations[:last]:
        name, checksum = known.get(migration.version, ("", ""))
        if not name:
            msg = f"the database lacks migration {migration.name} below its schema {last}"
            raise CannotMigrate(msg)
        if checksum != migration.checksum:
            msg = (
                f"{migration.name} was changed after it was applied as {name}: restore the file "
                "and put the change into a new one"
            )
            raise CannotMigrate(msg)


async def _apply(connection: Connection, migration: Migration) -> None:
    if migration.in_transaction:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await _note(connection, migration)
    else:
        await connection.execute(migration.sql)
        await _note(connection, migration)


async def _note(connection: Connection, migration: Migration) -> None:
    await connection.execute(
        "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
        migration.version,
        migration.name,
        migration.checksum,
    )
