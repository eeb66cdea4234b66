"""Logins that last: a row for each refresh token; those that followed each other are a family.

Whoever writes here holds the account by `app.storage.users.lock_user`, so that no token is made
while its family ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import Any
from uuid import UUID

from app.storage.postgres import Connection

MOST_OF_FAMILY = 100
"""Tokens of one family that are kept; older ones count as unknown."""


@dataclass(frozen=True, slots=True)
class Login:
    """What all tokens of a family share: whose they are, and from where and when it began."""

    family_id: UUID
    user_id: UUID
    address: str | None
    user_agent: str | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A refresh token."""

    id: UUID
    login: Login
    expires_at: datetime
    replaced_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Family:
    """A login that lasts."""

    id: UUID
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime
    address: str | None
    user_agent: str | None


async def insert_session(
    connection: Connection,
    login: Login,
    *,
    token_digest: bytes,
    created_at: datetime,
    expires_at: datetime,
) -> None:
    query = """
        INSERT INTO sessions (
            family_id, user_id, address, user_agent, started_at,
            token_digest, created_at, expires_at
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """
    await connection.execute(
        query,
        *(login.family_id, login.user_id, login.address, login.user_agent, login.started_at),
        *(token_digest, created_at, expires_at),
    )


async def find_owner(connection: Connection, token_digest: bytes) -> UUID | None:
    """Whose refresh token it is, in whatever state."""
    query = "SELECT user_id FROM sessions WHERE token_digest = $1"
    owner: UUID | None = await connection.fetchval(query, token_digest)
    return owner


async def find_session(
    connection: Connection, user_id: UUID, token_digest: bytes
) -> Session | None:
    """A refresh token of an account, in whatever state, held until the transaction ends."""
    query = """
        SELECT id, family_id, address, user_agent, started_at, expires_at, replaced_at, revoked_at
        FROM sessions WHERE user_id = $1 AND token_digest = $2 FOR UPDATE
    """
    row = await connection.fetchrow(query, user_id, token_digest)
    if row is None:
        return None
    address = _address(row["address"])
    login = Login(row["family_id"], user_id, address, row["user_agent"], row["started_at"])
    return Session(row["id"], login, row["expires_at"], row["replaced_at"], row["revoked_at"])


async def mark_used(connection: Connection, session: Session, at: datetime) -> None:
    query = "UPDATE sessions SET last_used_at = $3 WHERE user_id = $1 AND id = $2"
    await connection.execute(query, session.login.user_id, session.id, at)


async def mark_replaced(connection: Connection, session: Session, at: datetime) -> None:
    """From now on another token takes its place; the first time counts."""
    query = """
        UPDATE sessions SET last_used_at = $3, replaced_at = coalesce(replaced_at, $3)
        WHERE user_id = $1 AND id = $2
    """
    await connection.execute(query, session.login.user_id, session.id, at)


async def delete_oldest_of_family(connection: Connection, user_id: UUID, family_id: UUID) -> int:
    """How many tokens of a family went, beyond the newest `MOST_OF_FAMILY`."""
    query = """
        DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE user_id = $1 AND family_id = $2
            ORDER BY created_at DESC OFFSET $3
        )
    """
    return await connection.execute(query, user_id, family_id, MOST_OF_FAMILY)


async def revoke_family(
    connection: Connection, user_id: UUID, family_id: UUID, at: datetime
) -> bool:
    """End a login of an account; whether there was one that lasted."""
    query = """
        UPDATE sessions SET revoked_at = $3
        WHERE user_id = $1 AND family_id = $2 AND revoked_at IS NULL
        RETURNING expires_at > $3 AS lasted
    """
    ended = await connection.fetch(query, user_id, family_id, at)
    return any(row["lasted"] for row in ended)


async def revoke_all(
    connection: Connection, user_id: UUID, at: datetime, *, but: UUID | None = None
) -> int:
    """End all logins of an account, except for one family; how many there were that lasted."""
    query = """
        WITH ended AS (
            UPDATE sessions SET revoked_at = $2
            WHERE user_id = $1 AND revoked_at IS NULL AND family_id IS DISTINCT FROM $3
            RETURNING family_id, expires_at
        )
        SELECT count(DISTINCT family_id) FROM ended WHERE expires_at > $2
    """
    return int(await connection.fetchval(query, user_id, at, but))


async def revoke_oldest(connection: Connection, user_id: UUID, keep: int, at: datetime) -> int:
    """End the logins of an account beyond the latest ones; how many tokens that were."""
    query = """
        UPDATE sessions SET revoked_at = $3
        WHERE user_id = $1 AND revoked_at IS NULL AND family_id IN (
            SELECT family_id FROM sessions
            WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $3
            GROUP BY family_id ORDER BY min(started_at) DESC, max(created_at) DESC OFFSET $2
        )
    """
    return await connection.execute(query, user_id, keep, at)


async def list_families(
    connection: Connection, user_id: UUID, at: datetime, limit: int
) -> list[Family]:
    """The logins of an account that last, the newest first."""
    query = """
        SELECT family_id AS id, min(started_at) AS created_at, max(last_used_at) AS last_used_at,
            max(expires_at) AS expires_at, min(address) AS address, min(user_agent) AS user_agent
        FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2
        GROUP BY family_id ORDER BY created_at DESC, id LIMIT $3
    """
    rows = await connection.fetch(query, user_id, at, limit)
    return [Family(**{**row, "address": _address(row["address"])}) for row in rows]


def _address(stored: Any) -> str | None:
    """An address as it is written, without the length of its network."""
    if stored is None:
        return None
    interface: IPv4Interface | IPv6Interface = ip_interface(stored)
    return str(interface.ip)
