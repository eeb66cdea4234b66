"""Rows of service tokens, told in days around one moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.storage.postgres import Connection

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


async def add_owner(connection: Connection) -> UUID:
    """A new account."""
    name = uuid4().hex
    owner: UUID = await connection.fetchval(
        "INSERT INTO users (email, username) VALUES ($1, $2) RETURNING id", f"{name}@x.org", name
    )
    return owner


async def add_token(  # noqa: PLR0913 - a row has that many columns
    connection: Connection,
    owner: UUID,
    *,
    ends_in: float | None,
    age: float,
    name: str | None = None,
    replaces: UUID | None = None,
    revoked: bool = False,
) -> UUID:
    """A new token; `ends_in` days from now, None for never, and as old as `age` days."""
    query = """
        INSERT INTO service_tokens
            (user_id, name, token_digest, scopes, replaces, created_at, expires_at, revoked_at)
        VALUES ($1, $2, $3, '{calculations}', $4, $5, $6, $7) RETURNING id
    """
    token: UUID = await connection.fetchval(
        query,
        owner,
        name,
        uuid4().bytes,
        replaces,
        NOW - timedelta(age),
        None if ends_in is None else NOW + timedelta(ends_in),
        NOW if revoked else None,
    )
    return token
