"""The schema: every change once, in order, by one process, and never silently another."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.storage.migrate import (
    _LOCK,
    LOOK_SECONDS,
    MIGRATIONS,
    CannotMigrate,
    Migration,
    migrate,
    migrations_in,
)
from app.storage.postgres import Postgres, connect_options, dedicated
from tests.storage.conftest import LIMITS

FIRST = Migration(1, "0001_first.sql", "CREATE TABLE first (id int)")
SECOND = Migration(
    2, "0002_second.sql", "CREATE TABLE second (id int); INSERT INTO first VALUES (1)"
)


async def tables(dsn: str) -> set[str]:
    async with Postgres(dsn, LIMITS) as postgres, postgres.connection() as connection:
        rows = await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'nocturna'"
        )
    return {row["table_name"] for row in rows}


async def test_each_is_applied_once_in_order(dsn: str) -> None:
    assert await migrate(dsn, [FIRST]) == ("0001_first.sql",)
    assert await migrate(dsn, [FIRST, SECOND]) == ("0002_second.sql",)
    assert await migrate(dsn, [FIRST, SECOND]) == ()
    assert await tables(dsn) == {"schema_migrations", "first", "second"}


async def test_of_four_at_once_one_does_the_work(dsn: str) -> None:
    async with asyncio.TaskGroup() as group:
        runs = [
            group.create_task(migrate(dsn, [FIRST, SECOND], connect_within=60.0)) for _ in range(4)
        ]
    assert sorted(len(run.result()) for run in runs) == [0, 0, 0, 2]


async def test_who_waits_for_another_says_so_once_and_not_for_ever(dsn: str) -> None:
    async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
        await raw.execute("SELECT pg_advisory_lock($1)", _LOCK)
        with (
            capture_logs() as events,
            pytest.raises(CannotMigrate, match="another process has been migrating"),
        ):
            await migrate(dsn, [FIRST], turn_within=3 * LOOK_SECONDS)
        assert [event["event"] for event in events] == ["waiting for another migration"]
        await raw.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    assert await migrate(dsn, [FIRST], turn_within=0.0) == ("0001_first.sql",)


async def test_who_waits_has_the_turn_when_the_other_is_done(dsn: str) -> None:
    async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
        await raw.execute("SELECT pg_advisory_lock($1)", _LOCK)
        waiting = asyncio.create_task(migrate(dsn, [FIRST], connect_within=60.0))
        await asyncio.wait({waiting}, timeout=2 * LOOK_SECONDS)
        assert not waiting.done()
        await raw.execute("SELECT pg_advisory_unlock($1)", _LOCK)
        assert await waiting == ("0001_first.sql",)


async def test_a_changed_file_is_refused(dsn: str) -> None:
    await migrate(dsn, [FIRST])
    with pytest.raises(CannotMigrate, match=r"0001_first\.sql was changed after it was applied"):
        await migrate(dsn, [replace(FIRST, sql=FIRST.sql + " "), SECOND])
    assert "second" not in await tables(dsn)


async def test_a_newer_schema_is_refused(dsn: str) -> None:
    await migrate(dsn, [FIRST, SECOND])
    with pytest.raises(CannotMigrate, match="has schema 2, made by a newer release"):
        await migrate(dsn, [FIRST])


async def test_a_gap_in_the_database_is_refused(dsn: str) -> None:
    await migrate(dsn, [FIRST, SECOND])
    async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
        await raw.execute("DELETE FROM schema_migrations WHERE version = 1")
    with pytest.raises(CannotMigrate, match="lacks migration 0001_first"):
        await migrate(dsn, [FIRST, SECOND])


async def test_one_that_fails_leaves_nothing_of_itself(dsn: str) -> None:
    broken = replace(SECOND, sql="CREATE TABLE second (id int); INSERT INTO nowhere VALUES (1)")
    with pytest.raises(CannotMigrate, match=r'0002_second\.sql failed: .*"nowhere"'):
        await migrate(dsn, [FIRST, broken])
    assert await tables(dsn) == {"schema_migrations", "first"}
    assert await migrate(dsn, [FIRST, SECOND]) == ("0002_second.sql",)


async def test_one_marked_so_runs_outside_a_transaction(dsn: str) -> None:
    index = Migration(
        2,
        "0002_index.sql",
        "-- no-transaction\nCREATE INDEX CONCURRENTLY first_by_id ON first (id)",
    )
    assert await migrate(dsn, [FIRST, index]) == ("0001_first.sql", "0002_index.sql")


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ((), "no migrations"),
        (("0002_b.sql",), "migration 1 is missing"),
        (("0001_a.sql", "0003_c.sql"), "migration 2 is missing"),
        (("0001_a.sql", "0001_b.sql"), "migration 2 is missing or double"),
        (("0001_a.sql", "2_b.sql"), "must be named like"),
        (("0001-a.sql",), "must be named like"),
    ],
)
def test_files_that_are_no_sequence_are_refused(
    tmp_path: Path, names: tuple[str, ...], reason: str
) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(CannotMigrate, match=reason):
        migrations_in(tmp_path)


def test_our_own_are_a_sequence() -> None:
    assert migrations_in(MIGRATIONS)[0].name == "0001_accounts.sql"


async def test_charts_kept_by_an_older_release_have_their_words(dsn: str) -> None:
    files = migrations_in(MIGRATIONS)
    await migrate(dsn, files[:2])
    async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
        await raw.execute(
            """
            INSERT INTO users (id, username, email)
            VALUES (md5('a')::uuid, 'ada', 'ada@example.com');
            INSERT INTO charts (id, user_id, birth, config, julian_day, utc)
            SELECT md5(name)::uuid, md5('a')::uuid, '{}', '{}', 2447907.3125, '1990-01-15T19:30:00Z'
            FROM unnest(ARRAY['found', 'unnamed']) name;
            INSERT INTO chart_words (user_id, word, chart_id)
            SELECT md5('a')::uuid, word, md5('found')::uuid FROM unnest(ARRAY['two', 'one']) word
            """
        )
    await migrate(dsn, files)
    async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
        rows = await raw.fetch("SELECT words FROM charts ORDER BY words")
    assert [row["words"] for row in rows] == [[], ["one", "two"]]
