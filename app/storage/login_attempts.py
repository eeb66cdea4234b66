"""Logins that were tried: to which name, from where, and how they ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.storage.postgres import Connection
from app.storage.users import alike


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that was tried; `succeeded` is None while the password is being checked."""

    succeeded: bool | None
    attempted_at: datetime


async def folded(connection: Connection, name: str) -> str:
    """A name as accounts are looked up by it: two of the same account are equal.

    The capital I with a dot has a small letter of its own in one form, and none in another.
    """
    small = await connection.fetchval("SELECT lower($1::text)", alike(name))
    return str(small).replace("i\u0307", "i")


async def list_of_account(
    connection: Connection, account_digest: bytes, since: datetime, limit: int
) -> list[Attempt]:
    """What was tried on a name after a moment, the latest first."""
    query = """
        SELECT succeeded, attempted_at FROM login_attempts
        WHERE account_digest = $1 AND attempted_at > $2
        ORDER BY attempted_at DESC, id DESC LIMIT $3
    """
    rows = await connection.fetch(query, account_digest, since, limit)
    return [Attempt(**row) for row in rows]


async def list_unsuccessful_from(
    connection: Connection, address: str, since: datetime, limit: int
) -> list[Attempt]:
    """What was tried from an address after a moment without success, the latest first."""
    query = """
        SELECT succeeded, attempted_at FROM login_attempts
        WHERE address = $1 AND attempted_at > $2 AND succeeded IS NOT TRUE
        ORDER BY attempted_at DESC, id DESC LIMIT $3
    """
    rows = await connection.fetch(query, address, since, limit)
    return [Attempt(**row) for row in rows]


async def insert_attempt(
    connection: Connection,
    *,
    account_digest: bytes,
    user_id: UUID | None,
    address: str | None,
    at: datetime,
) -> int:
    """The number of an attempt that is under way."""
    query = """
        INSERT INTO login_attempts (account_digest, user_id, address, attempted_at)
        VALUES ($1, $2, $3, $4) RETURNING id
    """
    return int(await connection.fetchval(query, account_digest, user_id, address, at))


async def settle(connection: Connection, attempt: int, *, succeeded: bool) -> None:
    """Say how an attempt ended."""
    query = "UPDATE login_attempts SET succeeded = $2 WHERE id = $1"
    await connection.execute(query, attempt, succeeded)


async def delete_attempt(connection: Connection, attempt: int) -> None:
    """Forget an attempt whose password could not be checked."""
    await connection.execute("DELETE FROM login_attempts WHERE id = $1", attempt)
