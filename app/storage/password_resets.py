"""Tokens with which a forgotten password is replaced, once each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.storage.postgres import Connection


async def insert_reset(
    connection: Connection, user_id: UUID, token_digest: bytes, expires_at: datetime
) -> UUID:
    """The id of a new reset, which ends those that were made before."""
    await connection.execute("DELETE FROM password_resets WHERE user_id = $1", user_id)
    query = """
        INSERT INTO password_resets (user_id, token_digest, expires_at) VALUES ($1, $2, $3)
        RETURNING id
    """
    reset_id: UUID = await connection.fetchval(query, user_id, token_digest, expires_at)
    return reset_id


async def find_owner(connection: Connection, token_digest: bytes, now: datetime) -> UUID | None:
    """Whose reset a token is; None if it was used, is over or was never made."""
    query = """
        SELECT user_id FROM password_resets
        WHERE token_digest = $1 AND used_at IS NULL AND expires_at > $2
    """
    user_id: UUID | None = await connection.fetchval(query, token_digest, now)
    return user_id


async def use_reset(
    connection: Connection, user_id: UUID, token_digest: bytes, now: datetime
) -> bool:
    """Use the token of a reset, which ends it; whether it was still good."""
    query = """
        UPDATE password_resets SET used_at = $3
        WHERE user_id = $1 AND token_digest = $2 AND used_at IS NULL AND expires_at > $3
    """
    return await connection.execute(query, user_id, token_digest, now) == 1


async def delete_resets(connection: Connection, user_id: UUID) -> int:
    """Forget the unused ones of somebody; how many there were."""
    query = "DELETE FROM password_resets WHERE user_id = $1 AND used_at IS NULL"
    return await connection.execute(query, user_id)
