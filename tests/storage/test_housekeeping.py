"""What is deleted, what is kept, and a loop that nothing ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from app.storage.errors import DatabaseUnavailable
from app.storage.housekeeping import PAUSE_SECONDS, PURGED, delete_ended, keep_house, purge
from app.storage.postgres import Connection, Postgres
from tests.storage.tokens import NOW, add_owner

OF_SESSION = """
    INSERT INTO sessions
        (family_id, user_id, token_digest, started_at, expires_at, revoked_at)
    VALUES (gen_random_uuid(), $2, $3, $1, {expires}, {revoked})
"""
OF_SERVICE = """
    INSERT INTO service_tokens (user_id, token_digest, scopes, expires_at, revoked_at)
    VALUES ($2, $3, '{{calculations}}', {expires}, {revoked})
"""
ENDED_AT: Mapping[str, tuple[str, str, timedelta]] = {
    "sessions": (
        "sessions",
        OF_SESSION.format(expires="$1", revoked="NULL"),
        timedelta(days=7),
    ),
    "revoked_sessions": (
        "sessions",
        OF_SESSION.format(expires="'infinity'", revoked="$1"),
        timedelta(days=7),
    ),
    "service_tokens": (
        "service_tokens",
        OF_SERVICE.format(expires="$1", revoked="NULL"),
        timedelta(days=90),
    ),
    "revoked_service_tokens": (
        "service_tokens",
        OF_SERVICE.format(expires="NULL", revoked="$1"),
        timedelta(days=90),
    ),
    "password_resets": (
        "password_resets",
        "INSERT INTO password_resets (expires_at, user_id, token_digest) VALUES ($1, $2, $3)",
        timedelta(days=1),
    ),
    "login_attempts": (
        "login_attempts",
        """
        INSERT INTO login_attempts (attempted_at, user_id, account_digest, succeeded)
        VALUES ($1, $2, $3, false)
        """,
        timedelta(days=1),
    ),
    "idempotency_keys": (
        "idempotency_keys",
        """
        INSERT INTO idempotency_keys
            (expires_at, user_id, request_digest, principal, key, in_flight_until)
        VALUES ($1, $2, $3, 'user', gen_random_uuid()::text, $1)
        """,
        timedelta(0),
    ),
}
"""For every kind: its table, a row that ended then, and how long that is kept."""


async def add(connection: Connection, kind: str, *ends: datetime) -> None:
    owner = await add_owner(connection)
    for end in ends:
        await connection.execute(ENDED_AT[kind][1], end, owner, uuid4().bytes)


async def left(connection: Connection, kind: str) -> int:
    count: int = await connection.fetchval(f"SELECT count(*) FROM {ENDED_AT[kind][0]}")  # noqa: S608
    return count


def test_the_table_of_this_test_holds_every_kind() -> None:
    assert set(ENDED_AT) == set(PURGED)


@pytest.mark.parametrize("kind", PURGED)
async def test_a_row_is_deleted_once_its_time_is_over(postgres: Postgres, kind: str) -> None:
    over = NOW - ENDED_AT[kind][2]
    async with postgres.connection() as connection:
        await add(connection, kind, over - timedelta(seconds=1), over, NOW + timedelta(days=400))
        deleted = await purge(postgres, NOW)
        assert {name: count for name, count in deleted.items() if count} == {kind: 1}
        assert await left(connection, kind) == 2


async def test_what_never_ends_is_kept(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        eternal = OF_SERVICE.format(expires="NULL", revoked="$1::timestamptz")
        await connection.execute(eternal, None, owner, b"digest")
        await purge(postgres, NOW + timedelta(days=36_500))
        assert await left(connection, "service_tokens") == 1


async def test_the_alerts_of_a_token_go_with_it(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        await add(connection, "service_tokens", NOW - timedelta(days=91), NOW)
        await connection.execute(
            "INSERT INTO token_alerts (token_id, user_id, threshold_days, expires_at) "
            "SELECT id, user_id, 0, expires_at FROM service_tokens"
        )
        await purge(postgres, NOW)
        assert await connection.fetchval("SELECT count(*) FROM token_alerts") == 1


async def test_all_is_deleted_in_batches_with_a_pause_after_each_that_was_full(
    postgres: Postgres,
) -> None:
    pauses: list[tuple[float, int]] = []
    async with postgres.connection() as connection:
        ends = [NOW - timedelta(days=2, seconds=number) for number in range(251)]
        await add(connection, "login_attempts", *ends)

        async def pause(seconds: float) -> None:
            pauses.append((seconds, await left(connection, "login_attempts")))

        deleted = await purge(postgres, NOW, batch=2, pause=pause)
        assert deleted["login_attempts"] == 251
        assert await left(connection, "login_attempts") == 0
    assert pauses == [(PAUSE_SECONDS, rows) for rows in range(249, 0, -2)]


async def test_rows_that_another_is_deleting_are_left_to_it(postgres: Postgres) -> None:
    async with postgres.transaction() as other:
        async with postgres.connection() as connection:
            await add(connection, "login_attempts", *[NOW - timedelta(days=2)] * 3)
        assert await delete_ended(other, PURGED["login_attempts"], NOW, 2) == 2
        assert (await purge(postgres, NOW))["login_attempts"] == 1


class Hours:
    """A sleep that takes no time, until so many are over; then the loop stands still."""

    def __init__(self, number: int) -> None:
        self.slept: list[float] = []
        self.over = asyncio.Event()
        self._number = number

    async def __call__(self, seconds: float) -> None:
        if len(self.slept) == self._number:
            self.over.set()
            await asyncio.Event().wait()
        self.slept.append(seconds)


async def kept(postgres: Postgres, hours: Hours, chance: Callable[[], float] = lambda: 0.5) -> None:
    """Keep house until the hours are over."""
    task = asyncio.create_task(
        keep_house(postgres, 3600.0, first=60.0, now=lambda: NOW, chance=chance, sleep=hours)
    )
    await hours.over.wait()
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_house_is_kept_again_and_again(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        await add(connection, "sessions", NOW - timedelta(days=8))
    hours = Hours(3)
    with capture_logs() as lines:
        await kept(postgres, hours)
    assert hours.slept == pytest.approx([60.0, 3600.0, 3600.0])
    assert lines == [{"event": "old rows deleted", "log_level": "info", "sessions": 1}]


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.9), (0.999, 1.1)])
async def test_several_instances_do_not_come_at_once(
    postgres: Postgres, chance: float, share: float
) -> None:
    hours = Hours(2)
    await kept(postgres, hours, lambda: chance)
    assert hours.slept == pytest.approx([60.0 * share, 3600.0 * share], rel=1e-3)


class Ailing(Postgres):
    """A database that is away at the times of a script."""

    def __init__(self, postgres: Postgres, *well: bool) -> None:
        self._inner = postgres
        self._well = list(well)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        if self._well and not self._well.pop(0):
            text = "gone"
            raise DatabaseUnavailable(text)
        async with self._inner.connection() as connection:
            yield connection


async def test_an_outage_is_logged_once_and_outlived(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        await add(connection, "sessions", NOW - timedelta(days=8))
    once = [True] * len(PURGED)
    ailing = Ailing(postgres, False, False, *once, False)  # noqa: FBT003 - a script
    with capture_logs() as lines:
        await kept(ailing, Hours(5))
    assert [line["event"] for line in lines] == [
        "old rows cannot be deleted now",
        "old rows deleted",
        "old rows cannot be deleted now",
    ]
