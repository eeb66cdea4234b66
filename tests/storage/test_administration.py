"""Accounts as their administrators see them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.storage import administration, locks
from app.storage.administration import UserChange, UserFilter
from app.storage.pages import Place
from app.storage.postgres import Postgres

ANY = UserFilter()


async def fill(postgres: Postgres) -> None:
    """Accounts a0 to a9, one of each second of a minute, some of each kind."""
    async with postgres.connection() as connection:
        await connection.execute(
            """
            INSERT INTO users (email, username, created_at, is_active, is_approved, tier)
            SELECT format('Mail%s@example.com', n), format('Name%s', n),
                timestamptz '2026-01-01T00:00:00Z' + make_interval(secs => n / 2),
                n <> 3, n <> 4, CASE WHEN n = 5 THEN 'pro' ELSE 'free' END
            FROM generate_series(0, 9) n
            """
        )


async def names(
    postgres: Postgres, wanted: UserFilter, after: Place | None = None, limit: int = 100
) -> list[str]:
    async with postgres.connection() as connection:
        found = await administration.list_users(connection, wanted, after, limit)
    return [user.username for user in found]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (UserFilter(is_active=False), ["Name3"]),
        (UserFilter(is_approved=False), ["Name4"]),
        (UserFilter(tier="pro"), ["Name5"]),
        (UserFilter(tier="pro", is_active=False), []),
        (UserFilter(search="name7"), ["Name7"]),
        (UserFilter(search="MAIL8@"), ["Name8"]),
        (UserFilter(search="ail8"), []),
        (UserFilter(search="%"), []),
        (UserFilter(search="_ame7"), []),
        (UserFilter(search="' OR true --"), []),
    ],
)
async def test_a_list_holds_what_is_wanted(
    postgres: Postgres, wanted: UserFilter, expected: list[str]
) -> None:
    await fill(postgres)
    assert await names(postgres, wanted) == expected


@pytest.mark.parametrize("wanted", [ANY, UserFilter(search="name"), UserFilter(tier="free")])
async def test_pages_hold_everything_once_newest_first(
    postgres: Postgres, wanted: UserFilter
) -> None:
    await fill(postgres)
    whole = await names(postgres, wanted)
    paged: list[str] = []
    after = None
    async with postgres.connection() as connection:
        while page := await administration.list_users(connection, wanted, after, 3):
            paged += [user.username for user in page]
            after = Place(page[-1].created_at, page[-1].id)
    assert paged == whole
    assert len(set(whole)) == (9 if wanted.tier else 10)
    assert {whole[0], whole[1]} == {"Name9", "Name8"}


@pytest.mark.parametrize(
    "wanted",
    [
        ANY,
        UserFilter(search="name77"),
        UserFilter(is_approved=False),
        UserFilter(is_active=False),
        UserFilter(tier="pro"),
        UserFilter(tier="free", is_active=True, is_approved=True),
    ],
)
async def test_a_page_reads_no_whole_table(
    postgres: Postgres, wanted: UserFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[str] = []
    after = Place(datetime.now(UTC) + timedelta(days=1), uuid4())
    async with postgres.connection() as connection:
        await connection.execute(
            "INSERT INTO users (email, username) "
            "SELECT format('mail%s@example.com', n), format('name%s', n) "
            "FROM generate_series(1, 5000) n"
        )
        await connection.execute("ANALYZE users")
        fetch = connection.fetch

        async def explained(_: object, query: str, *values: object) -> list[object]:
            rows = await fetch(f"EXPLAIN {query}", *values)
            plans.extend(row["QUERY PLAN"] for row in rows)
            return []

        monkeypatch.setattr(type(connection), "fetch", explained)
        await administration.list_users(connection, wanted, after, 10)
    assert plans
    assert not [line for line in plans if "Seq Scan" in line]


async def test_only_what_is_given_changes(postgres: Postgres) -> None:
    await fill(postgres)
    async with postgres.connection() as connection:
        (user,) = await administration.list_users(connection, UserFilter(search="name7"), None, 9)
        assert await administration.update_user(connection, user.id, UserChange(tier="basic"))
        (changed,) = await administration.list_users(connection, UserFilter(tier="basic"), None, 9)
        assert not await administration.update_user(connection, uuid4(), UserChange())
    assert (changed.id, changed.is_active, changed.is_superuser) == (user.id, True, False)


async def test_somebody_else_who_cannot_log_in_cannot_administer(postgres: Postgres) -> None:
    await fill(postgres)
    async with postgres.connection() as connection:
        found = await administration.list_users(connection, ANY, None, 100)
        ids = {user.username: user.id for user in found}
        for name in ("Name3", "Name4"):
            await administration.update_user(connection, ids[name], UserChange(is_superuser=True))
        assert await administration.has_superuser(connection)
        assert not await administration.has_other_superuser(connection, UUID(int=0))
        await administration.update_user(connection, ids["Name5"], UserChange(is_superuser=True))
        assert await administration.has_other_superuser(connection, UUID(int=0))
        assert not await administration.has_other_superuser(connection, ids["Name5"])


async def test_whoever_changes_administrators_waits_for_another_who_does(
    postgres: Postgres,
) -> None:
    order: list[str] = []

    async def second() -> None:
        async with postgres.transaction() as connection:
            await locks.hold(connection, locks.ADMINISTRATION)
            order.append("second")

    async with postgres.transaction() as connection:
        await locks.hold(connection, locks.ADMINISTRATION)
        waiting = asyncio.create_task(second())
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not await connection.fetchval(query):  # noqa: ASYNC110 - it waits in the database
            await asyncio.sleep(0)
        order.append("first")
    await waiting
    assert order == ["first", "second"]
