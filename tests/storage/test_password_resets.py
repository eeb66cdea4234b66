"""Reset tokens in their table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.storage import password_resets
from app.storage.postgres import Postgres
from app.storage.users import insert_user

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


async def ada(postgres: Postgres) -> UUID:
    async with postgres.transaction() as connection:
        user = await insert_user(
            connection, email="ada@example.com", username="ada", password_hash=None
        )
    return user.id


async def test_a_reset_is_used_once(postgres: Postgres) -> None:
    user_id = await ada(postgres)
    async with postgres.connection() as connection:
        await password_resets.insert_reset(connection, user_id, b"1", LATER)
        assert await password_resets.find_owner(connection, b"1", NOW) == user_id
        assert await password_resets.use_reset(connection, user_id, b"1", NOW)
        assert await password_resets.find_owner(connection, b"1", NOW) is None
        assert not await password_resets.use_reset(connection, user_id, b"1", NOW)


async def test_a_reset_ends(postgres: Postgres) -> None:
    user_id = await ada(postgres)
    async with postgres.connection() as connection:
        await password_resets.insert_reset(connection, user_id, b"1", LATER)
        assert await password_resets.find_owner(connection, b"1", LATER) is None
        assert not await password_resets.use_reset(connection, user_id, b"1", LATER)


async def test_a_new_reset_ends_the_one_before(postgres: Postgres) -> None:
    user_id = await ada(postgres)
    async with postgres.connection() as connection:
        await password_resets.insert_reset(connection, user_id, b"1", LATER)
        await password_resets.insert_reset(connection, user_id, b"2", LATER)
        assert await password_resets.find_owner(connection, b"1", NOW) is None
        assert await password_resets.find_owner(connection, b"2", NOW) == user_id


async def test_unused_resets_are_deleted(postgres: Postgres) -> None:
    user_id = await ada(postgres)
    async with postgres.connection() as connection:
        await password_resets.insert_reset(connection, user_id, b"1", LATER)
        assert await password_resets.delete_resets(connection, user_id) == 1
        assert await password_resets.delete_resets(connection, user_id) == 0
