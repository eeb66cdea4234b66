"""What every table keeps to, whoever adds it."""

from __future__ import annotations

import re

import pytest

from app.storage.errors import Conflict
from app.storage.postgres import Postgres
from app.tiers import Tier

OURS = "nocturna"


async def add_user(postgres: Postgres, email: str, username: str) -> None:
    async with postgres.connection() as connection:
        await connection.execute(
            "INSERT INTO users (email, username) VALUES ($1, $2)", email, username
        )


async def test_every_reference_says_what_happens_when_its_row_goes(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        silent = await connection.fetch(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'a' "
            "AND connamespace = $1::text::regnamespace",
            OURS,
        )
    assert silent == []


async def test_every_reference_has_an_index(postgres: Postgres) -> None:
    """Otherwise a deletion reads the whole table that refers to it."""
    async with postgres.connection() as connection:
        bare = await connection.fetch(
            """
            SELECT c.conname FROM pg_constraint c
            WHERE c.contype = 'f' AND c.connamespace = $1::text::regnamespace AND NOT EXISTS (
                SELECT FROM pg_index i
                WHERE i.indrelid = c.conrelid
                AND (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] = c.conkey
            )
            """,
            OURS,
        )
    assert bare == []


async def test_whoever_owns_a_row_is_its_user_id(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        columns = await connection.fetch(
            """
            SELECT DISTINCT a.attname FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
            WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass
            """
        )
    assert [row["attname"] for row in columns] == ["user_id"]


async def test_moments_know_their_zone(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        naive = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = $1 AND data_type = 'timestamp without time zone'",
            OURS,
        )
    assert naive == []


@pytest.mark.parametrize(
    ("email", "username", "constraint"),
    [
        ("ANNA@example.org", "berta", "users_email_key"),
        ("berta@example.org", "ANNA", "users_username_key"),
        ("ÄNNA@EXAMPLE.ORG", "clara", "users_email_key"),
    ],
)
async def test_names_differ_by_more_than_case(
    postgres: Postgres, email: str, username: str, constraint: str
) -> None:
    await add_user(postgres, "anna@example.org", "anna")
    await add_user(postgres, "änna@example.org", "änna")
    with pytest.raises(Conflict) as conflict:
        await add_user(postgres, email, username)
    assert conflict.value.constraint == constraint


async def test_a_user_takes_everything_along(postgres: Postgres) -> None:
    await add_user(postgres, "anna@example.org", "anna")
    async with postgres.connection() as connection:
        anna = await connection.fetchval("SELECT id FROM users")
        await connection.execute("INSERT INTO user_roles VALUES ($1, 'user')", anna)
        await connection.execute(
            "INSERT INTO sessions (family_id, user_id, token_digest, expires_at) "
            "VALUES ($1, $1, '\\x01', now())",
            anna,
        )
        token = await connection.fetchval(
            "INSERT INTO service_tokens (user_id, token_digest, scopes) "
            "VALUES ($1, '\\x01', '{calculations}') RETURNING id",
            anna,
        )
        await connection.execute(
            "INSERT INTO token_alerts (token_id, user_id, threshold_days, expires_at) "
            "VALUES ($1, $2, 7, now())",
            token,
            anna,
        )
        await connection.execute(
            "INSERT INTO idempotency_keys "
            "(principal, key, user_id, request_digest, in_flight_until, expires_at) "
            "VALUES ('anna', 'k', $1, '\\x01', now(), now())",
            anna,
        )
        await connection.execute(
            "INSERT INTO login_attempts (account_digest, user_id, address, succeeded) "
            "VALUES ('\\x01', $1, '192.0.2.1', true)",
            anna,
        )
        assert await connection.execute("DELETE FROM users WHERE id = $1", anna) == 1
        for table in ("user_roles", "sessions", "service_tokens", "token_alerts"):
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
        for table in ("idempotency_keys", "login_attempts"):
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608


async def test_accounts_may_have_our_tiers_and_no_others(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        rule = await connection.fetchval(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'users_tier_check'"
        )
        usual = await connection.fetchval(
            "SELECT column_default FROM information_schema.columns "
            "WHERE table_name = 'users' AND column_name = 'tier'"
        )
    assert set(re.findall(r"'(\w+)'", rule)) == set(Tier)
    assert re.findall(r"'(\w+)'", usual) == [Tier.FREE]
