"""Rows that nobody needs any more, deleted in small batches."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NoReturn

from app.errors import AppError
from app.storage.errors import StatementRefused
from app.storage.postgres import Connection, Postgres
from app.telemetry.logs import logger

BATCH = 1000
"""Rows of one statement: some milliseconds, and a transaction that is in nobody's way."""
PAUSE_SECONDS = 0.05
"""Between two batches: however many rows there are, others have most of the time."""
EVERY_SECONDS, FIRST_SECONDS = 3600.0, 300.0
"""Between two times, and before the first: a server that starts has other work."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """Rows of a table that ended at the time in a column, and for how long they are kept then."""

    table: str
    column: str
    kept: timedelta
    among: str = "TRUE"


PURGED: Mapping[str, Ended] = MappingProxyType(
    {
        "sessions": Ended("sessions", "expires_at", timedelta(days=7)),
        "revoked_sessions": Ended("sessions", "revoked_at", timedelta(days=7)),
        "service_tokens": Ended(
            "service_tokens", "expires_at", timedelta(days=90), among="revoked_at IS NULL"
        ),
        "revoked_service_tokens": Ended("service_tokens", "revoked_at", timedelta(days=90)),
        "password_resets": Ended("password_resets", "expires_at", timedelta(days=1)),
        # A day is the longest that a failed login may count.
        "login_attempts": Ended("login_attempts", "attempted_at", timedelta(days=1)),
        "idempotency_keys": Ended("idempotency_keys", "expires_at", timedelta(0)),
    }
)
"""What is deleted. The alerts of a token go with it, and a password reset that was used goes at its
end too, which is soon."""


async def delete_ended(connection: Connection, ended: Ended, before: datetime, limit: int) -> int:
    """How many rows were deleted that ended before then, `limit` at most."""
    query = f"""
        DELETE FROM {ended.table} WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {ended.table} WHERE {ended.among} AND {ended.column} < $1
            ORDER BY {ended.column} LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """  # noqa: S608 - names of ours
    return await connection.execute(query, before, limit)


async def purge(
    postgres: Postgres,
    now: datetime,
    *,
    batch: int = BATCH,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Mapping[str, int]:
    """How many rows of each kind were deleted: all that had ended by then.

    Raises what the database raises.
    """
    deleted = dict.fromkeys(PURGED, 0)
    for kind, ended in PURGED.items():
        while True:
            async with postgres.connection() as connection:
                count = await delete_ended(connection, ended, now - ended.kept, batch)
            deleted[kind] += count
            if count < batch:
                break
            await pause(PAUSE_SECONDS)
    return deleted


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def keep_house(
    postgres: Postgres,
    every: float = EVERY_SECONDS,
    *,
    first: float = FIRST_SECONDS,
    now: Callable[[], datetime] = _utc_now,
    chance: Callable[[], float] = random.random,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> NoReturn:
    """Purge every so many seconds, give or take a tenth, until cancelled.

    An outage of the database is logged once and outlived.
    """
    well, delay = True, first
    while True:
        await sleep(delay * (0.9 + chance() / 5))
        delay = every
        try:
            deleted = await purge(postgres, now())
        except (AppError, StatementRefused) as error:
            if well:
                _log.warning("old rows cannot be deleted now", reason=str(error))
            well = False
            continue
        well = True
        if any(deleted.values()):
            _log.info("old rows deleted", **{kind: n for kind, n in deleted.items() if n})
