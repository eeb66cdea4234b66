"""Service tokens: what is kept of each, which is never the token itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.errors import NotFound
from app.storage.pages import Place
from app.storage.postgres import Connection, Row
from app.storage.rights import scopes_of

OWNER_MAY = "(SELECT u.is_active AND u.is_approved FROM users u WHERE u.id = t.user_id)"
"""Whether the owner of a token `t` may be used."""


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A token without its secret; `expires_at` is None for an eternal one.

    `replaces` is the one that it was made for when that was renewed. `effective_scopes` are those
    that its owner holds too.
    """

    id: UUID
    user_id: UUID
    name: str | None
    scopes: tuple[str, ...]
    replaces: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    owner_may: bool = True
    effective_scopes: tuple[str, ...] = ()


_TOKEN = f"""
    t.id, t.user_id, t.name, t.scopes, t.replaces,
    t.created_at, t.expires_at, t.last_used_at, t.revoked_at, {OWNER_MAY} AS owner_may,
    ARRAY(
        SELECT DISTINCT s.scope FROM unnest(t.scopes) AS s (scope)
        WHERE s.scope IN ({scopes_of("t.user_id")})
    ) AS effective_scopes
"""  # noqa: S608 - constants


async def insert_service_token(connection: Connection, token: ServiceToken, digest: bytes) -> None:
    """Keep a new token; raises Conflict for an owner or a predecessor that is gone."""
    query = """
        INSERT INTO service_tokens (
            id, user_id, name, token_digest, scopes, replaces, created_at, expires_at
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """
    await connection.execute(
        query,
        *(token.id, token.user_id, token.name, digest, list(token.scopes), token.replaces),
        *(token.created_at, token.expires_at),
    )


async def find_service_token(
    connection: Connection, token_id: UUID
) -> tuple[ServiceToken, bytes] | None:
    """A token and its digest, revoked or not."""
    query = f"""
        SELECT {_TOKEN}, t.token_digest FROM service_tokens t WHERE t.id = $1
    """  # noqa: S608 - a constant
    row = await connection.fetchrow(query, token_id)
    return None if row is None else (_token(row), row["token_digest"])


async def lock_service_token(connection: Connection, token_id: UUID) -> ServiceToken:
    """A token that is not revoked, until the end of this transaction; raises NotFound."""
    query = f"""
        SELECT {_TOKEN} FROM service_tokens t
        WHERE t.id = $1 AND t.revoked_at IS NULL FOR UPDATE OF t
    """  # noqa: S608 - a constant
    if (row := await connection.fetchrow(query, token_id)) is None:
        raise not_found(token_id)
    return _token(row)


async def find_successor(connection: Connection, token_id: UUID) -> UUID | None:
    """The token that replaces another one and is not revoked itself."""
    query = """
        SELECT id FROM service_tokens WHERE replaces = $1 AND revoked_at IS NULL
        ORDER BY created_at DESC LIMIT 1
    """
    found: UUID | None = await connection.fetchval(query, token_id)
    return found


async def list_service_tokens(
    connection: Connection, limit: int, *, after: Place | None = None, revoked: bool = False
) -> list[ServiceToken]:
    """The tokens of all owners, newest first, with the revoked ones or without them."""
    where = "TRUE" if after is None else "(t.created_at, t.id) < ($2, $3)"
    query = f"""
        SELECT {_TOKEN} FROM service_tokens t
        WHERE {where} {"" if revoked else "AND t.revoked_at IS NULL"}
        ORDER BY t.created_at DESC, t.id DESC LIMIT $1
    """  # noqa: S608 - constants
    values = () if after is None else (after.created_at, after.id)
    return [_token(row) for row in await connection.fetch(query, limit, *values)]


async def list_ending(
    connection: Connection,
    since: datetime,
    until: datetime,
    limit: int,
    *,
    after: ServiceToken | None = None,
) -> list[ServiceToken]:
    """The tokens whose end lies between two times and that nobody replaces, soonest first.

    `after` is the last one of the page before.
    """
    where = "TRUE" if after is None else "(t.expires_at, t.id) > ($4, $5)"
    query = f"""
        SELECT {_TOKEN} FROM service_tokens t
        WHERE t.revoked_at IS NULL AND t.expires_at BETWEEN $1 AND $2 AND {where}
        AND NOT EXISTS (
            SELECT FROM service_tokens s WHERE s.replaces = t.id AND s.revoked_at IS NULL
        )
        ORDER BY t.expires_at, t.id LIMIT $3
    """  # noqa: S608 - constants
    values = () if after is None else (after.expires_at, after.id)
    return [_token(row) for row in await connection.fetch(query, since, until, limit, *values)]


async def list_unreplaced(connection: Connection, limit: int) -> list[ServiceToken]:
    """The tokens that are neither revoked nor replaced, newest first."""
    query = f"""
        SELECT {_TOKEN} FROM service_tokens t
        WHERE t.revoked_at IS NULL AND NOT EXISTS (
            SELECT FROM service_tokens s WHERE s.replaces = t.id AND s.revoked_at IS NULL
        )
        ORDER BY t.created_at DESC, t.id DESC LIMIT $1
    """  # noqa: S608 - a constant
    return [_token(row) for row in await connection.fetch(query, limit)]


async def end_service_token(connection: Connection, token_id: UUID, moment: datetime) -> None:
    """Let a token end at a time, unless it ends before."""
    query = """
        UPDATE service_tokens SET expires_at = $2
        WHERE id = $1 AND (expires_at IS NULL OR expires_at > $2)
    """
    await connection.execute(query, token_id, moment)


async def revoke_service_token(connection: Connection, token_id: UUID, moment: datetime) -> None:
    """End a token for good; raises NotFound, also when that was done before."""
    query = "UPDATE service_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"
    if not await connection.execute(query, token_id, moment):
        raise not_found(token_id)


async def use_service_token(connection: Connection, token_id: UUID, moment: datetime) -> bool:
    """Write that a token was used at a time; whether it may be used then."""
    query = """
        UPDATE service_tokens SET last_used_at = greatest(last_used_at, $2)
        WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
    """
    return await connection.execute(query, token_id, moment) == 1


async def write_last_uses(connection: Connection, used: Mapping[UUID, float]) -> None:
    """Write when tokens were used last, in seconds since 1970.

    A use within a minute of the one that is written already is not worth a write. Rows that are
    locked are left to whoever changes them: another instance writes the same, or they end.
    """
    if not used:
        return
    query = """
        WITH later AS (
            SELECT t.id, u.used_at
            FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, used_at)
            JOIN service_tokens t ON t.id = u.id
            WHERE t.last_used_at IS NULL OR t.last_used_at <= u.used_at - interval '1 minute'
            FOR UPDATE OF t SKIP LOCKED
        )
        UPDATE service_tokens t SET last_used_at = later.used_at FROM later WHERE t.id = later.id
    """
    moments = [datetime.fromtimestamp(moment, UTC) for moment in used.values()]
    await connection.execute(query, list(used), moments)


def not_found(token_id: object) -> NotFound:
    """What is told of a token that is not there, or not any more."""
    return NotFound(f"service token {token_id} not found; GET the list of them for their ids")


def _token(row: Row) -> ServiceToken:
    return ServiceToken(
        id=row["id"],
        user_id=row["user_id"],
        name=row["name"],
        scopes=tuple(row["scopes"]),
        replaces=row["replaces"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
        owner_may=row["owner_may"],
        effective_scopes=tuple(sorted(row["effective_scopes"])),
    )
