"""Accounts of people whom an identity service knows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.storage.access import Holder
from app.storage.errors import Contended
from app.storage.external_users import user_of_subject
from app.storage.postgres import Connection, Postgres


async def found(postgres: Postgres, subject: str) -> Holder | None:
    async with postgres.connection() as connection:
        return await user_of_subject(connection, subject)


async def names(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT username FROM users ORDER BY created_at")
    return [row["username"] for row in rows]


async def test_an_account_is_made_once(postgres: Postgres) -> None:
    first = await found(postgres, "ann")
    assert first is not None
    assert first == Holder(first.user_id, frozenset(), "free")
    assert await found(postgres, "ann") == first
    async with postgres.connection() as connection:
        row = await connection.fetchrow(
            "SELECT username, external_subject, email, password_hash FROM users"
        )
    assert row is not None
    assert tuple(row) == ("identity:ann", "ann", None, None)


async def test_all_who_come_first_get_the_same(postgres: Postgres) -> None:
    holders = await asyncio.gather(*(found(postgres, "ann") for _ in range(20)))
    assert len(set(holders)) == 1


@pytest.mark.parametrize(
    "taken", [{"username": "identity:ann"}, {"username": "Identity:ANN"}], ids=["same", "case"]
)
async def test_a_name_that_is_taken_is_left_to_its_owner(
    postgres: Postgres, taken: dict[str, Any]
) -> None:
    async with postgres.connection() as connection:
        other = await connection.fetchval(
            "INSERT INTO users (email, username) VALUES ('a@example.org', $1) RETURNING id",
            taken["username"],
        )
        holder = await user_of_subject(connection, "ann")
        assert holder is not None
        assert holder.user_id != other
        assert await user_of_subject(connection, "ann") == holder
        assert (await names(connection))[1].startswith("identity:ann:")


async def test_subjects_that_differ_in_case_are_two_people(postgres: Postgres) -> None:
    lower, upper = await found(postgres, "ann"), await found(postgres, "ANN")
    assert lower is not None
    assert upper is not None
    assert lower.user_id != upper.user_id


@pytest.mark.parametrize(
    "change",
    ["UPDATE users SET is_active = false", "UPDATE users SET is_approved = false"],
    ids=["inactive", "not approved"],
)
async def test_an_account_that_may_not_be_used_is_not_told(postgres: Postgres, change: str) -> None:
    await found(postgres, "ann")
    async with postgres.connection() as connection:
        await connection.execute(change)
    assert await found(postgres, "ann") is None


async def test_the_tier_of_an_account_is_told(postgres: Postgres) -> None:
    await found(postgres, "ann")
    async with postgres.connection() as connection:
        await connection.execute("UPDATE users SET tier = 'pro'")
    holder = await found(postgres, "ann")
    assert holder is not None
    assert holder.tier == "pro"


async def test_an_account_that_cannot_be_kept_is_for_later(postgres: Postgres) -> None:
    """As when somebody removes it in the moment in which it was made."""
    async with postgres.connection() as connection:
        await connection.execute(
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$"
        )
        await connection.execute(
            "CREATE TRIGGER nothing BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION nothing()"
        )
        with pytest.raises(Contended):
            await user_of_subject(connection, "ann")


async def test_an_account_is_found_by_an_index(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        await connection.execute(
            "INSERT INTO users (external_subject, username) "
            "SELECT n::text, 'identity:' || n FROM generate_series(1, 2000) n"
        )
        await connection.execute("ANALYZE users")
        plan = await connection.fetch(
            "EXPLAIN SELECT id, tier, is_active AND is_approved FROM users "
            "WHERE external_subject = '7'"
        )
    assert "users_external_subject_key" in plan[0][0]
