"""What the tables say of the holder of a token, now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.storage.postgres import Connection
from app.storage.rights import scopes_of

CHANNEL = "nocturna_access"
"""Where every change of what is read here is told: 'user:<id>', 'session:<family>',
'token:<id>' or 'roles'."""

_SCOPES_OF_USER = f"ARRAY({scopes_of('u.id')})"


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that may be used, with all that it may do."""

    user_id: UUID
    scopes: frozenset[str]
    tier: str
    expires_at: datetime | None = None


async def find_user(connection: Connection, user_id: UUID) -> Holder | None:
    """The holder of an access token that belongs to no login."""
    query = f"""
        SELECT u.id, u.tier, {_SCOPES_OF_USER} AS scopes FROM users u
        WHERE u.id = $1 AND u.is_active AND u.is_approved
    """  # noqa: S608 - a constant
    row = await connection.fetchrow(query, user_id)
    return None if row is None else Holder(row["id"], frozenset(row["scopes"]), row["tier"])


async def find_login(connection: Connection, user_id: UUID, family_id: UUID) -> Holder | None:
    """The holder of an access token, while the login that it came from lasts."""
    query = f"""
        SELECT u.id, u.tier, {_SCOPES_OF_USER} AS scopes FROM users u
        WHERE u.id = $1 AND u.is_active AND u.is_approved AND EXISTS (
            SELECT FROM sessions s
            WHERE s.family_id = $2 AND s.user_id = u.id AND s.revoked_at IS NULL
        )
    """  # noqa: S608 - a constant
    row = await connection.fetchrow(query, user_id, family_id)
    return None if row is None else Holder(row["id"], frozenset(row["scopes"]), row["tier"])


async def find_service(connection: Connection, token_id: UUID) -> tuple[Holder, bytes] | None:
    """The holder of a service token that was not revoked, and the token's digest.

    It may do what both the token and its owner may, until the end that the holder tells.
    """
    query = f"""
        SELECT u.id, u.tier, {_SCOPES_OF_USER} AS held, t.scopes, t.expires_at, t.token_digest
        FROM service_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.id = $1 AND t.revoked_at IS NULL AND u.is_active AND u.is_approved
    """  # noqa: S608 - a constant
    row = await connection.fetchrow(query, token_id)
    if row is None:
        return None
    scopes = frozenset(row["scopes"]) & frozenset(row["held"])
    return Holder(row["id"], scopes, row["tier"], row["expires_at"]), row["token_digest"]
