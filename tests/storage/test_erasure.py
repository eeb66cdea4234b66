"""What is stored about somebody is found by the schema, whoever adds a table."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.storage import erasure
from app.storage.erasure import Extract
from app.storage.postgres import Connection, Postgres
from app.storage.users import insert_user
from tests.storage.owned_rows import count_owned, insert_made_up, list_owned, rows_of

HASH = "an argon2 hash"


async def added(postgres: Postgres, name: str) -> UUID:
    async with postgres.transaction() as connection:
        user = await insert_user(
            connection, email=f"{name}@example.com", username=name, password_hash=HASH
        )
    return user.id


async def fill(connection: Connection, user_id: UUID) -> list[str]:
    """The tables with an owner, a row of this one in each."""
    tables = await list_owned(connection)
    for table in tables:
        if not await count_owned(connection, table, user_id):
            await insert_made_up(connection, table, user_id)
    return tables


async def test_every_table_with_an_owner_is_exported(postgres: Postgres) -> None:
    user_id, other = await added(postgres, "ada"), await added(postgres, "berta")
    async with postgres.connection() as connection:
        tables = await fill(connection, user_id)
        await fill(connection, other)
        found = await erasure.list_owned_tables(connection)
        assert [table.name for table in found] == ["users", *sorted(tables)]
        for table in found:
            rows = rows_of(await erasure.extract(connection, table, user_id, 0, 10))
            assert [row[table.owner] for row in rows] == [str(user_id)], table.name


async def test_erasure_leaves_nothing_of_one_and_everything_of_others(postgres: Postgres) -> None:
    user_id, other = await added(postgres, "ada"), await added(postgres, "berta")
    async with postgres.connection() as connection:
        tables = await fill(connection, user_id)
        await fill(connection, other)
        assert await erasure.delete_user(connection, user_id)
        for table in tables:
            assert await count_owned(connection, table, user_id) == 0, table
            assert await count_owned(connection, table, other) == 1, table
        assert not await erasure.delete_user(connection, user_id)


async def test_no_digest_and_no_hash_is_exported(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        found = await erasure.list_owned_tables(connection)
        secret = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'nocturna' AND (data_type = 'bytea' OR column_name ~ "
            "'hash|digest|secret|password$|token$|ciphertext')"
        )
    shown = {(table.name, column) for table in found for column in table.columns}
    assert shown.isdisjoint({(row["table_name"], row["column_name"]) for row in secret})
    left_out = {table.name: table.left_out for table in found}
    assert left_out["users"] == ("password_hash",)
    assert left_out["sessions"] == ("token_digest",)


async def test_a_long_table_comes_in_parts(postgres: Postgres) -> None:
    user_id = await added(postgres, "ada")
    async with postgres.connection() as connection:
        await connection.execute(
            "INSERT INTO login_attempts (account_digest, user_id, succeeded) "
            "SELECT '\\x01', $1, true FROM generate_series(1, 5)",
            user_id,
        )
        found = await erasure.list_owned_tables(connection)
        table = next(table for table in found if table.name == "login_attempts")
        parts = [await erasure.extract(connection, table, user_id, skip, 2) for skip in (0, 2, 4)]
    assert [(part.count, part.more) for part in parts] == [(2, True), (2, True), (1, False)]
    numbers = [row["id"] for part in parts for row in rows_of(part)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 5


async def test_long_rows_come_in_slices_and_in_parts(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = await added(postgres, "ada")
    monkeypatch.setattr(erasure, "MOST_BYTES", 50_000)
    monkeypatch.setattr(erasure, "SLICE_BYTES", 10_000)
    async with postgres.connection() as connection:
        await connection.execute(
            """
            INSERT INTO charts (id, user_id, birth, config, julian_day, utc, notes)
            SELECT gen_random_uuid(), $1, '{}', '{}', 2447907.3125, '1990-01-15T19:30:00Z',
                repeat('é', length) FROM unnest(ARRAY[10, 20, 4000, 4000, 4000, 4000, 60000]) length
            """,
            user_id,
        )
        found = await erasure.list_owned_tables(connection)
        table = next(table for table in found if table.name == "charts")
        parts: list[Extract] = []
        while not parts or parts[-1].more:
            skip = sum(part.count for part in parts)
            parts.append(await erasure.extract(connection, table, user_id, skip, 10_000))
    lengths = [len(row["notes"]) for part in parts for row in rows_of(part)]
    assert sorted(lengths) == [10, 20, 4000, 4000, 4000, 4000, 60000]
    for part in parts:
        assert part.count
        assert part.count == 1 or sum(map(len, part.slices)) <= 50_000
    assert max(len(part.slices) for part in parts) > 1
    assert not any(len(each) > 20_000 for part in parts if part.count > 1 for each in part.slices)


async def test_instants_are_exported_in_utc(postgres: Postgres) -> None:
    user_id = await added(postgres, "ada")
    async with postgres.connection() as connection:
        await connection.execute(
            "UPDATE users SET created_at = '2026-01-01T12:00:00.5+02:00' WHERE id = $1", user_id
        )
        users = (await erasure.list_owned_tables(connection))[0]
        (row,) = rows_of(await erasure.extract(connection, users, user_id, 0, 1))
    assert row["created_at"] == "2026-01-01T10:00:00.500000Z"
