"""What a principal was answered to a request that it may repeat.

A row is claimed before the work, and holds the answer after it. `in_flight_until` is both the time
after which a claim counts as lost, and the mark of one claim: whoever has lost it cannot settle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.storage.postgres import Connection

CLAIM_SECONDS = 60.0
"""After which an unanswered request counts as lost: its server died."""
KEPT_SECONDS = 86_400.0
"""For which an answer is kept."""


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """What a principal asks for under a key of its own; `digest` is of the request.

    `former` are its digests by keys of the server that are no longer in use.
    """

    principal: str
    key: str
    user_id: UUID
    digest: bytes
    former: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of the first request; `status` and `answer` are None while it is under way.

    `seconds_left` is after how many whole ones it then counts as lost, 1 at least.
    """

    digest: bytes
    status: int | None
    answer: bytes | None
    seconds_left: int


async def find_claim(connection: Connection, request: IdempotentRequest) -> datetime | None:
    """The mark of the claim that this makes, None when another request has the key.

    An answer that is no longer kept, and a claim that is lost, are replaced.
    """
    query = """
        INSERT INTO idempotency_keys AS k (
            principal, key, user_id, request_digest, in_flight_until, expires_at
        ) VALUES (
            $1, $2, $3, $4, now() + make_interval(secs => $5), now() + make_interval(secs => $6)
        )
        ON CONFLICT (principal, key) DO UPDATE SET
            user_id = excluded.user_id, request_digest = excluded.request_digest,
            in_flight_until = excluded.in_flight_until, status = NULL, answer = NULL,
            created_at = now(), expires_at = excluded.expires_at
        WHERE k.expires_at <= now() OR (k.status IS NULL AND k.in_flight_until <= now())
        RETURNING in_flight_until
    """
    mark: datetime | None = await connection.fetchval(
        query,
        *(request.principal, request.key, request.user_id, request.digest),
        *(CLAIM_SECONDS, KEPT_SECONDS),
    )
    return mark


async def find_earlier(connection: Connection, request: IdempotentRequest) -> Earlier | None:
    """The request that has the key, unless it was just given up."""
    query = """
        SELECT request_digest AS digest, status, answer,
            greatest(1, ceil(extract(epoch FROM in_flight_until - now())))::integer AS seconds_left
        FROM idempotency_keys
        WHERE principal = $1 AND key = $2
    """
    row = await connection.fetchrow(query, request.principal, request.key)
    return None if row is None else Earlier(**row)


async def settle(
    connection: Connection, request: IdempotentRequest, mark: datetime, status: int, answer: bytes
) -> bool:
    """Keep the answer; whether the claim still held."""
    query = """
        UPDATE idempotency_keys SET status = $4, answer = $5
        WHERE principal = $1 AND key = $2 AND in_flight_until = $3 AND status IS NULL
    """
    return (
        await connection.execute(query, request.principal, request.key, mark, status, answer) == 1
    )


async def delete_claim(connection: Connection, request: IdempotentRequest, mark: datetime) -> None:
    """Give up a claim whose work has failed; one that is settled or lost stays."""
    query = """
        DELETE FROM idempotency_keys
        WHERE principal = $1 AND key = $2 AND in_flight_until = $3 AND status IS NULL
    """
    await connection.execute(query, request.principal, request.key, mark)
