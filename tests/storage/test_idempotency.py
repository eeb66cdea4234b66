"""Claims of idempotency keys: one holder at a time, and nobody settles what was lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from app.storage import idempotency
from app.storage.idempotency import IdempotentRequest
from app.storage.postgres import Connection, Postgres
from tests.storage.tokens import add_owner


@pytest.fixture
async def connection(postgres: Postgres) -> AsyncIterator[Connection]:
    async with postgres.connection() as borrowed:
        yield borrowed


@pytest.fixture
async def asked(connection: Connection) -> IdempotentRequest:
    owner = await add_owner(connection)
    return IdempotentRequest(f"user:{owner}", "a key", owner, b"digest")


async def lose(connection: Connection) -> None:
    """Let the time of every claim pass."""
    await connection.execute(
        "UPDATE idempotency_keys SET in_flight_until = now() - interval '1 second'"
    )


async def outlive(connection: Connection) -> None:
    """Let the time of every answer pass."""
    await connection.execute("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'")


async def earlier(
    connection: Connection, asked: IdempotentRequest
) -> tuple[bytes, int | None, bytes | None]:
    """What is known of the first request, whatever time is left to it."""
    found = await idempotency.find_earlier(connection, asked)
    assert found is not None
    return found.digest, found.status, found.answer


async def test_a_claim_tells_how_long_it_may_last(
    connection: Connection, asked: IdempotentRequest
) -> None:
    await idempotency.find_claim(connection, asked)
    for past, left in (("2 seconds", 1), ("100 milliseconds", 1)):
        await connection.execute(
            "UPDATE idempotency_keys SET in_flight_until = now() - $1::text::interval", past
        )
        found = await idempotency.find_earlier(connection, asked)
        assert found is not None
        assert found.seconds_left == left
    await connection.execute("UPDATE idempotency_keys SET in_flight_until = now() + '1 hour'")
    found = await idempotency.find_earlier(connection, asked)
    assert found is not None
    assert 3000 < found.seconds_left <= 3600


async def test_the_first_claim_holds_and_the_second_learns_of_it(
    connection: Connection, asked: IdempotentRequest
) -> None:
    assert await idempotency.find_claim(connection, asked) is not None
    assert await idempotency.find_claim(connection, asked) is None
    assert await earlier(connection, asked) == (b"digest", None, None)


async def test_of_many_claims_at_once_one_holds(
    postgres: Postgres, asked: IdempotentRequest
) -> None:
    async def claim() -> bool:
        async with postgres.connection() as own:
            return await idempotency.find_claim(own, asked) is not None

    assert sum(await asyncio.gather(*(claim() for _ in range(20)))) == 1


async def test_a_settled_claim_has_its_answer_whatever_time_passes(
    connection: Connection, asked: IdempotentRequest
) -> None:
    mark = await idempotency.find_claim(connection, asked)
    assert mark is not None
    assert await idempotency.settle(connection, asked, mark, 200, b"{}")
    await lose(connection)
    assert await idempotency.find_claim(connection, asked) is None
    assert await earlier(connection, asked) == (b"digest", 200, b"{}")


async def test_a_lost_claim_is_taken_over_and_cannot_settle(
    connection: Connection, asked: IdempotentRequest
) -> None:
    lost = await idempotency.find_claim(connection, asked)
    await lose(connection)
    taken = await idempotency.find_claim(connection, replace(asked, digest=b"another"))
    assert lost is not None
    assert taken is not None
    assert not await idempotency.settle(connection, asked, lost, 200, b"lost")
    await idempotency.delete_claim(connection, asked, lost)
    assert await idempotency.settle(connection, asked, taken, 200, b"taken")
    assert await earlier(connection, asked) == (b"another", 200, b"taken")


async def test_a_claim_that_was_given_up_is_free(
    connection: Connection, asked: IdempotentRequest
) -> None:
    mark = await idempotency.find_claim(connection, asked)
    assert mark is not None
    await idempotency.delete_claim(connection, asked, mark)
    assert await idempotency.find_earlier(connection, asked) is None
    assert await idempotency.find_claim(connection, asked) is not None


async def test_a_settled_claim_is_not_given_up(
    connection: Connection, asked: IdempotentRequest
) -> None:
    mark = await idempotency.find_claim(connection, asked)
    assert mark is not None
    await idempotency.settle(connection, asked, mark, 200, b"{}")
    await idempotency.delete_claim(connection, asked, mark)
    assert await earlier(connection, asked) == (b"digest", 200, b"{}")


async def test_an_answer_is_kept_for_a_day_and_then_the_key_is_free(
    connection: Connection, asked: IdempotentRequest
) -> None:
    mark = await idempotency.find_claim(connection, asked)
    assert mark is not None
    await idempotency.settle(connection, asked, mark, 200, b"{}")
    kept = await connection.fetchval("SELECT expires_at - created_at FROM idempotency_keys")
    assert kept.total_seconds() == idempotency.KEPT_SECONDS
    await outlive(connection)
    assert await idempotency.find_claim(connection, asked) is not None
    assert await earlier(connection, asked) == (b"digest", None, None)


async def test_another_principal_has_keys_of_its_own(
    connection: Connection, asked: IdempotentRequest
) -> None:
    token = replace(asked, principal=f"token:{UUID(int=1)}")
    assert await idempotency.find_claim(connection, asked) is not None
    assert await idempotency.find_claim(connection, token) is not None
