"""The ends of service tokens, and the alerts that were raised before each.

An end is told in seconds since 1970: the tables may hold moments that Python has no value for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.storage.postgres import Connection
from app.storage.service_tokens import OWNER_MAY


@dataclass(frozen=True, slots=True)
class WatchedToken:
    """A token that may be used; `ends` is None for an eternal one.

    `replaced` says that its successor is there already, so that nobody has to act.
    """

    id: UUID
    name: str | None
    ends: float | None
    replaced: bool


@dataclass(frozen=True, slots=True)
class TokenAlert:
    """A threshold that a token has passed.

    It no longer `holds` once the token is revoked or renewed, or its owner may not be used.
    """

    token_id: UUID
    token_name: str | None
    threshold_days: int
    ends: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of tokens ended."""

    expires_at: datetime
    token_id: UUID


FIRST = Place(datetime.min.replace(tzinfo=UTC), UUID(int=0))


async def list_watched(connection: Connection, now: datetime, limit: int) -> list[WatchedToken]:
    """Tokens in use: at most `limit` that end next, that ended last, and that never do."""
    query = f"""
        SELECT t.id, t.name, extract(epoch FROM t.expires_at)::float8 AS ends, coalesce(
            (SELECT true FROM service_tokens s
            WHERE s.replaces = t.id AND s.revoked_at IS NULL LIMIT 1), false
        ) AS replaced
        FROM (
            (SELECT id, name, expires_at FROM service_tokens t
            WHERE revoked_at IS NULL AND expires_at > $1 AND {OWNER_MAY}
            ORDER BY expires_at, id LIMIT $2)
            UNION ALL
            (SELECT id, name, expires_at FROM service_tokens t
            WHERE revoked_at IS NULL AND expires_at <= $1 AND {OWNER_MAY}
            ORDER BY expires_at DESC, id DESC LIMIT $2)
            UNION ALL
            (SELECT id, name, expires_at FROM service_tokens t
            WHERE revoked_at IS NULL AND expires_at IS NULL AND {OWNER_MAY}
            ORDER BY expires_at, id LIMIT $2)
        ) t
    """  # noqa: S608 - a constant
    return [WatchedToken(**row) for row in await connection.fetch(query, now, limit)]


async def insert_due(
    connection: Connection,
    thresholds: Sequence[int],
    now: datetime,
    until: datetime,
    after: Place,
    limit: int,
) -> Place | None:
    """Note each threshold that a page of tokens has passed, and where the next page begins.

    `thresholds` are days before the end. One counts if the token's life began before it, once for
    each end, whoever notes it first. A token whose successor is there is left alone, and one whose
    owner may not be used.
    """
    query = f"""
        WITH page AS (
            SELECT id, user_id, created_at, expires_at FROM service_tokens
            WHERE revoked_at IS NULL AND expires_at <= $3 AND (expires_at, id) > ($4, $5)
            ORDER BY expires_at, id LIMIT $6
        ), noted AS (
            INSERT INTO token_alerts (token_id, user_id, threshold_days, expires_at, created_at)
            SELECT t.id, t.user_id, d.days, t.expires_at, $2
            FROM page t CROSS JOIN unnest($1::integer[]) AS d (days)
            WHERE t.expires_at - make_interval(days => d.days) <= $2
            AND t.created_at < t.expires_at - make_interval(days => d.days)
            AND (
                SELECT true FROM service_tokens s
                WHERE s.replaces = t.id AND s.revoked_at IS NULL LIMIT 1
            ) IS NULL
            AND {OWNER_MAY}
            ORDER BY t.expires_at, t.id, d.days DESC
            ON CONFLICT ON CONSTRAINT token_alerts_once DO NOTHING
        )
        SELECT expires_at, id AS token_id FROM page ORDER BY expires_at, id OFFSET $6 - 1
    """  # noqa: S608 - a constant
    row = await connection.fetchrow(
        query, list(thresholds), now, until, after.expires_at, after.token_id, limit
    )
    return None if row is None else Place(**row)


async def find_next_unannounced(connection: Connection, now: datetime) -> TokenAlert | None:
    """The oldest alert that nobody has told of, told of from now on; None when there is none.

    What another transaction is about to tell of is left to it.
    """
    query = f"""
        UPDATE token_alerts a SET announced_at = $1 FROM service_tokens t
        WHERE t.id = a.token_id AND a.id = (
            SELECT w.id FROM token_alerts w WHERE w.announced_at IS NULL
            ORDER BY w.id LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        RETURNING a.token_id, t.name AS token_name, a.threshold_days,
            extract(epoch FROM a.expires_at)::float8 AS ends,
            t.revoked_at IS NULL AND t.expires_at IS NOT DISTINCT FROM a.expires_at
            AND {OWNER_MAY} AS holds
    """  # noqa: S608 - a constant
    row = await connection.fetchrow(query, now)
    return None if row is None else TokenAlert(**row)
