"""The pool, its bounds, and what its callers meet when the database does not do its part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.errors import BadRequest, DeadlineExceeded, NotFound, Overloaded
from app.storage.embedded import embedded_server
from app.storage.errors import (
    Conflict,
    Contended,
    DatabaseUnavailable,
    DiskFull,
    StatementRefused,
)
from app.storage.listener import FIRST_DELAY, LONGEST_DELAY, Listener, jittered
from app.storage.postgres import Connection, Postgres, connect_options, dedicated
from tests.server import LONG_ENOUGH
from tests.storage.conftest import LIMITS, in_use
from tests.storage.servers import FULL_DISK, kill

Pause = Callable[[float], Awaitable[None]]
NOWHERE = "postgresql://nobody:a-secret@/x?host=/nonexistent"


class Watching:
    """A guard that notes how each use ended."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException as error:
            self.seen.append(type(error).__name__)
            raise
        self.seen.append("well")


async def table(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        await connection.execute("CREATE TABLE things (id int PRIMARY KEY, name text, data jsonb)")


async def fill_the_disk(connection: Connection, name: str) -> None:
    """Have every new row of a table refused for want of room."""
    await connection.execute(FULL_DISK.format(name))


async def names(postgres: Postgres) -> list[str]:
    async with postgres.connection() as connection:
        return [
            row["name"] for row in await connection.fetch("SELECT name FROM things ORDER BY id")
        ]


async def test_a_transaction_is_all_or_nothing(postgres: Postgres) -> None:
    await table(postgres)
    async with postgres.transaction() as connection:
        await connection.execute("INSERT INTO things VALUES (1, 'kept')")

    async def lose() -> None:
        async with postgres.transaction() as connection:
            await connection.execute("INSERT INTO things VALUES (2, 'lost')")
            msg = "the caller's own"
            raise NotFound(msg)

    with pytest.raises(NotFound):
        await lose()
    assert await names(postgres) == ["kept"]


async def test_a_transaction_inside_another_is_a_savepoint(postgres: Postgres) -> None:
    await table(postgres)
    async with postgres.transaction() as connection:
        await connection.execute("INSERT INTO things VALUES (1, 'kept')")
        with pytest.raises(Conflict):
            async with connection.transaction():
                await connection.execute("INSERT INTO things VALUES (1, 'double')")
        await connection.execute("INSERT INTO things VALUES (2, 'kept too')")
    assert await names(postgres) == ["kept", "kept too"]


async def test_values_go_in_and_come_out(postgres: Postgres) -> None:
    await table(postgres)
    async with postgres.connection() as connection:
        query = "INSERT INTO things VALUES ($1, $2, $3)"
        await connection.execute(query, 1, "a", {"orb": [1.5]})
        await connection.execute(query, 2, "b", None)
        assert await connection.execute("UPDATE things SET name = 'c'") == 2
        row = await connection.fetchrow("SELECT data FROM things WHERE id = 1")
        assert row is not None
        assert row["data"] == {"orb": [1.5]}
        assert await connection.fetchrow("SELECT FROM things WHERE id = 9") is None
        assert str(await connection.fetchval("SHOW TimeZone")) == "UTC"


async def test_no_more_connections_than_the_bound(migrated: str) -> None:
    watching, limits = Watching(), replace(LIMITS, slot_within=0.05)
    async with Postgres(migrated, limits, watching) as postgres:
        async with postgres.connection(), postgres.connection(), postgres.connection():
            assert (in_use(postgres), postgres.open) == (3, 3)
            with pytest.raises(Overloaded) as refusal:
                async with postgres.connection():
                    pass
        assert refusal.value.retry_after == 1
        assert watching.seen == ["well"] * 3  # waiting says nothing against the database
        assert in_use(postgres) == 0


async def test_a_slow_statement_ends_in_time_and_does_not_count_as_an_outage(
    postgres: Postgres,
) -> None:
    async def take_an_hour() -> None:
        async with postgres.transaction() as connection:
            assert await connection.fetchval("SHOW statement_timeout") == "1min"
            await connection.execute("SET LOCAL statement_timeout = '100ms'")
            await connection.execute("SELECT pg_sleep(3600)")

    with pytest.raises(DeadlineExceeded):
        await take_an_hour()
    async with postgres.connection() as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_caller_that_leaves_gives_its_connection_back(postgres: Postgres) -> None:
    async def wait() -> None:
        async with postgres.connection() as connection:
            await connection.execute("SELECT pg_sleep(3600)")

    tasks = [asyncio.create_task(wait()) for _ in range(3)]
    while postgres.open < 3:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert in_use(postgres) == 0
    async with postgres.connection() as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def refusal_of(connection: Connection, query: str, *arguments: object) -> Exception:
    try:
        await connection.execute(query, *arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    pytest.fail("it was taken")


async def test_what_the_database_refuses_says_why_without_values(postgres: Postgres) -> None:
    await table(postgres)
    insert = "INSERT INTO things VALUES ($1, $2)"
    async with postgres.connection() as connection:
        await connection.execute(insert, 1, "anna")
        conflict = await refusal_of(connection, insert, 1, "anna")
        assert isinstance(conflict, Conflict)
        assert (conflict.constraint, conflict.status) == ("things_pkey", 409)
        for value in (2**40, "1"):
            assert isinstance(await refusal_of(connection, insert, value, "anna"), BadRequest)
        hostile = await refusal_of(connection, insert, 2, "an\0na")
        assert isinstance(hostile, BadRequest)
        missing = await refusal_of(connection, insert, None, "anna")
        assert isinstance(missing, StatementRefused)
        unknown = await refusal_of(connection, "SELECT 'anna' FROM nowhere")
        assert isinstance(unknown, StatementRefused)
        assert unknown.sqlstate == "42P01"
        for error in (conflict, hostile, missing, unknown):
            assert "anna" not in str(error)
            assert error.__cause__ is not None


async def test_the_loser_of_a_deadlock_may_try_again(postgres: Postgres) -> None:
    await table(postgres)
    async with postgres.connection() as connection:
        await connection.execute("INSERT INTO things VALUES (1, 'a'), (2, 'b')")
    both = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> str:
        try:
            async with postgres.transaction() as connection:
                await connection.execute("UPDATE things SET name = 'x' WHERE id = $1", first)
                await both.wait()
                await connection.execute("UPDATE things SET name = 'x' WHERE id = $1", second)
        except Contended:
            return "lost"
        return "won"

    assert sorted(await asyncio.gather(lock(1, 2), lock(2, 1))) == ["lost", "won"]


async def test_a_full_disk_is_told_by_itself_and_is_no_outage(migrated: str) -> None:
    watching = Watching()
    async with Postgres(migrated, LIMITS, watching) as postgres:
        await table(postgres)
        async with postgres.connection() as connection:
            await connection.execute("INSERT INTO things VALUES (1, 'kept')")
            await fill_the_disk(connection, "things")
        assert postgres.room.is_there

        async def write() -> None:
            async with postgres.transaction() as connection:
                await connection.execute("INSERT INTO things VALUES (2, 'anna')")

        with capture_logs() as lines:
            for _ in range(2):
                with pytest.raises(DiskFull):
                    await write()
            with pytest.raises(DiskFull, match="no room") as refusal:
                await write()
        assert (refusal.value.status, refusal.value.retry_after) == (503, 60)
        assert watching.seen[-3:] == ["DiskFull"] * 3
        assert not postgres.room.is_there
        assert await names(postgres) == ["kept"]
    told = [line["event"] for line in lines if line["log_level"] == "error"]
    assert told == ["the disk of the database is full"]


async def test_no_database_is_unavailable_and_names_no_secret() -> None:
    watching = Watching()
    async with Postgres(NOWHERE, LIMITS, watching) as postgres:
        with pytest.raises(DatabaseUnavailable) as refusal:
            async with postgres.connection():
                pass
    assert (refusal.value.status, refusal.value.retry_after) == (503, 2)
    assert watching.seen == ["DatabaseUnavailable"]
    assert "a-secret" not in str(refusal.value)


async def test_a_closed_pool_is_unavailable(migrated: str) -> None:
    async with Postgres(migrated, LIMITS) as postgres:
        pass
    with pytest.raises(DatabaseUnavailable):
        async with postgres.connection():
            pass


async def ask_forever(connection: Connection) -> None:
    while True:
        await connection.fetchval("SELECT 1")


async def test_connections_that_broke_are_replaced_when_the_database_is_back(
    tmp_path: Path,
) -> None:
    watching = Watching()
    async with (
        embedded_server(tmp_path, 5) as (dsn, server),
        Postgres(dsn, LIMITS, watching) as postgres,
    ):
        async with postgres.connection() as connection:
            pid = server.status.pid
            assert pid is not None
            kill(pid)
            with pytest.raises(DatabaseUnavailable):
                await ask_forever(connection)
        async with asyncio.timeout(LONG_ENOUGH):
            while server.status.pid in (None, pid):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
        async with postgres.connection() as connection:
            assert await connection.fetchval("SELECT 1") == 1


async def tell(connection: Connection, payload: str) -> None:
    await connection.execute("SELECT pg_notify('revoked', $1)", payload)


class Heard:
    """A listener that notes what it is told."""

    def __init__(self, dsn: str, pause: Pause = jittered) -> None:
        self.events: asyncio.Queue[str] = asyncio.Queue()
        self.listener = Listener(
            dsn,
            {"revoked": self.events.put_nowait},
            lambda: self.events.put_nowait("up"),
            lambda: self.events.put_nowait("down"),
            connect_within=60.0,
            pause=pause,
        )

    async def next(self) -> str:
        async with asyncio.timeout(LONG_ENOUGH):
            return await self.events.get()


async def cut(dsn: str) -> None:
    """End the line of the listener."""
    async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
        await raw.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )


@asynccontextmanager
async def listening(dsn: str, pause: Pause = jittered) -> AsyncIterator[Heard]:
    heard = Heard(dsn, pause)
    running = asyncio.create_task(heard.listener.run())
    try:
        yield heard
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_what_is_told_in_a_transaction_is_heard_when_it_commits(
    migrated: str, postgres: Postgres
) -> None:
    async def tell_and_fail() -> None:
        async with postgres.transaction() as connection:
            await tell(connection, "never")
            msg = "rolled back"
            raise NotFound(msg)

    async with listening(migrated) as heard:
        assert await heard.next() == "up"
        with pytest.raises(NotFound):
            await tell_and_fail()
        async with postgres.transaction() as connection:
            await tell(connection, "token 1")
        assert await heard.next() == "token 1"
    assert await heard.next() == "down"
    assert not heard.listener.up


async def test_a_cut_line_is_told_and_made_again(migrated: str, postgres: Postgres) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async with listening(migrated, pause) as heard:
        assert await heard.next() == "up"
        for _ in range(5):
            await cut(migrated)
            assert await heard.next() == "down"
            assert await heard.next() == "up"
        async with postgres.connection() as connection:
            await tell(connection, "token 2")
        assert await heard.next() == "token 2"
    assert pauses == [FIRST_DELAY] * 5  # each line was up, so the next is tried at once


async def test_a_database_that_is_gone_is_tried_less_and_less() -> None:
    pauses: asyncio.Queue[float] = asyncio.Queue()

    async def pause(seconds: float) -> None:
        pauses.put_nowait(seconds)
        await asyncio.sleep(0)

    async with listening(NOWHERE, pause):
        async with asyncio.timeout(LONG_ENOUGH):
            waited = [await pauses.get() for _ in range(8)]
    assert waited == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, LONGEST_DELAY, LONGEST_DELAY])


async def test_to_reconnect_replaces_every_connection(migrated: str) -> None:
    async with Postgres(migrated, LIMITS) as postgres:
        async with postgres.connection() as connection:
            before = await connection.fetchval("SELECT pg_backend_pid()")
        await postgres.reconnect()
        async with postgres.connection() as connection:
            assert await connection.fetchval("SELECT pg_backend_pid()") != before


async def test_to_reconnect_without_a_database_says_that_there_is_none() -> None:
    async with Postgres(NOWHERE, LIMITS) as postgres:
        with pytest.raises(DatabaseUnavailable):
            await postgres.reconnect()
