"""Rows that nobody needs any more, deleted in small batches."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NoReturn

from app.errors import AppError
from app.storage.errors import StatementRefused
from app.storage.postgres import Connection, Postgres
from app.telemetry.logs import logger

BATCH = 1000
"""Rows of one statement: some milliseconds, and a transaction that is in nobody's way."""
MOST_BATCHES = 100
"""Of one table at a time; the rest comes with the next."""
EVERY_SECONDS, FIRST_SECONDS = 3600.0, 300.0
"""Between two times, and before the first: a server that starts has other work."""

_KEPT = MappingProxyType(
    {
        "sessions": timedelta(days=7),
        "revoked_sessions": timedelta(days=7),
        "service_tokens": timedelta(days=90),
        "revoked_service_tokens": timedelta(days=90),
        "password_resets": timedelta(days=1),
        "login_attempts": timedelta(days=1),  # the longest that a failed login may count
        "idempotency_keys": timedelta(0),
    }
)
"""For how long a row is kept for the record after it has ended. The alerts of a token go with it,
and a password reset that was used goes at its end too, which is soon."""

Purge = Callable[[Connection, datetime, int], Awaitable[int]]
"""Deletes at most so many rows that ended before a moment; how many it has deleted."""

_log = logger(__name__)


async def delete_sessions(connection: Connection, before: datetime, limit: int) -> int:
    """How many sessions were deleted that expired before then, `limit` at most."""
    query = """
        DELETE FROM sessions WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM sessions WHERE expires_at < $1
            ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """
    return await connection.execute(query, before, limit)


async def delete_revoked_sessions(connection: Connection, before: datetime, limit: int) -> int:
    """How many sessions were deleted that were revoked before then, `limit` at most."""
    query = """
        DELETE FROM sessions WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM sessions WHERE revoked_at < $1
            ORDER BY revoked_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """
    return await connection.execute(query, before, limit)


async def delete_service_tokens(connection: Connection, before: datetime, limit: int) -> int:
    """How many service tokens were deleted that expired before then, `limit` at most."""
    query = """
        DELETE FROM service_tokens WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM service_tokens WHERE revoked_at IS NULL AND expires_at < $1
            ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """
    return await connection.execute(query, before, limit)


async def delete_revoked_service_tokens(
    connection: Connection, before: datetime, limit: int
) -> int:
    """How many service tokens were deleted that were revoked before then, `limit` at most."""
    query = """
        DELETE FROM service_tokens WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM service_tokens WHERE revoked_at < $1
            ORDER BY revoked_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """
    return await connection.execute(query, before, limit)


async def delete_password_resets(connection: Connection, before: datetime, limit: int) -> int:
    """How many password resets were deleted that expired before then, `limit` at most."""
    query = """
        DELETE FROM password_resets WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM password_resets WHERE expires_at < $1
            ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """
    return await connection.execute(query, before, limit)


async def delete_login_attempts(connection: Connection, before: datetime, limit: int) -> int:
    """How many login attempts were deleted that are older than then, `limit` at most."""
    query = """
        DELETE FROM login_attempts WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM login_attempts WHERE attempted_at < $1
            ORDER BY attempted_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """
    return await connection.execute(query, before, limit)


async def delete_idempotency_keys(connection: Connection, before: datetime, limit: int) -> int:
    """How many idempotency keys were deleted that expired before then, `limit` at most."""
    query = """
        DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM idempotency_keys WHERE expires_at < $1
            ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """
    return await connection.execute(query, before, limit)


PURGES: Mapping[str, Purge] = MappingProxyType(
    {
        "sessions": delete_sessions,
        "revoked_sessions": delete_revoked_sessions,
        "service_tokens": delete_service_tokens,
        "revoked_service_tokens": delete_revoked_service_tokens,
        "password_resets": delete_password_resets,
        "login_attempts": delete_login_attempts,
        "idempotency_keys": delete_idempotency_keys,
    }
)


async def purge(
    postgres: Postgres, now: datetime, *, batch: int = BATCH, most_batches: int = MOST_BATCHES
) -> Mapping[str, int]:
    """How many rows of each kind were deleted; raises what the database raises."""
    deleted = dict.fromkeys(PURGES, 0)
    for kind, delete in PURGES.items():
        for _ in range(most_batches):
            async with postgres.connection() as connection:
                count = await delete(connection, now - _KEPT[kind], batch)
            deleted[kind] += count
            if count < batch:
                break
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
