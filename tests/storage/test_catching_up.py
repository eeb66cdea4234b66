"""A listener that is asked to hear all that was told before."""

from __future__ import annotations

import asyncio

from app.storage.postgres import Postgres
from tests.storage.test_postgres import Heard, listening, tell


async def test_after_catching_up_all_that_was_told_before_has_been_heard(
    migrated: str, postgres: Postgres
) -> None:
    async with listening(migrated) as heard:
        assert await heard.next() == "up"
        for number in range(200):
            async with postgres.transaction() as connection:
                await tell(connection, str(number))
            await heard.listener.catch_up()
            assert heard.events.get_nowait() == str(number)


async def test_many_may_catch_up_at_once(migrated: str, postgres: Postgres) -> None:
    async with listening(migrated) as heard:
        assert await heard.next() == "up"
        async with postgres.transaction() as connection:
            await tell(connection, "once")
        await asyncio.gather(*(heard.listener.catch_up() for _ in range(50)))
        assert heard.events.get_nowait() == "once"
        assert heard.events.empty()


async def test_without_a_connection_there_is_nothing_to_catch_up_with(migrated: str) -> None:
    await Heard(migrated).listener.catch_up()


async def test_a_connection_that_ends_meanwhile_is_told_as_down(
    migrated: str, postgres: Postgres
) -> None:
    async with listening(migrated) as heard:
        assert await heard.next() == "up"
        async with postgres.connection() as connection:
            await connection.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND query NOT ILIKE '%pg_stat_activity%'"
            )
        await heard.listener.catch_up()
        assert await heard.next() == "down"
        assert await heard.next() == "up"
        await heard.listener.catch_up()
        assert heard.listener.up
