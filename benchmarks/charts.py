"""Stored charts: what a million of them cost somebody who has a thousand, or who has them all.

Each figure is the p99 of calls in a large database over that in one with a thousand charts, both
of one server, asked in turn: the statements of the server as it sends them, without HTTP, and the
same over HTTP, where two servers serve these two databases.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from app.storage import charts
from app.storage.charts import ChartContent, ChartOrder, ChartPlace, Listing, SavedChart
from app.storage.embedded import embedded_server
from app.storage.migrate import MIGRATIONS, migrate, migrations_in
from app.storage.postgres import (
    Connection,
    PoolLimits,
    Postgres,
    connect_options,
    dedicated,
)
from app.telemetry.logs import LogSetup, configure
from benchmarks import charts_http
from benchmarks.measure import ROUNDS, median
from benchmarks.table import Row

FEW, MANY = 1_000, 1_000_000
CALLS = 300
"""Of each kind, in each database and round."""
PERCENTILE = 0.99
AT_MOST = 1.5
PAGE = 21
MOST = 10_000_000
OWNER = UUID("5eed0000-0000-4000-8000-000000000001")
_LIMITS = PoolLimits(1, 0, slot_within=60.0, connect_within=60.0, statement_within=600.0)

_CONTENT = ChartContent(
    birth={
        "date": "1990-01-15",
        "time": "14:30:00",
        "latitude": 40.7128,
        "longitude": -74.006,
        "altitude": 0.0,
        "timezone": "America/New_York",
        "fold": None,
        "calendar": "AUTO",
        "local_mean_time": "BIRTHPLACE",
        "universal_time": "UTC_AS_UT1",
        "ephemeris": "SWISS",
    },
    config={
        "house_system": "PLACIDUS",
        "aspects": ["CONJUNCTION", "OPPOSITION", "TRINE", "SQUARE", "SEXTILE"],
        "orbs": {"conjunction": 10.0, "opposition": 10.0, "trine": 8.0, "square": 8.0},
    },
    julian_day=2447907.3125,
    utc="1990-01-15T19:30:00Z",
    name="Given Family",
)

_FILLING = (
    # Neither references nor counts are kept row by row: nothing here can be wrong.
    "SET session_replication_role = replica",
    """
    INSERT INTO users (id, email, username)
    SELECT CASE WHEN n = 0 THEN $3::uuid ELSE md5('user' || n)::uuid END,
        'someone' || n || '@example.org', 'someone' || n
    FROM generate_series(0, ($1::integer - 1) / $2::integer) n
    """,
    """
    INSERT INTO charts (
        id, user_id, name, birth, config, julian_day, utc, name_key, words, created_at, updated_at
    )
    SELECT md5('chart' || n)::uuid,
        CASE WHEN n / $2::integer = 0 THEN $3::uuid ELSE md5('user' || n / $2)::uuid END,
        'Given' || n % 97 || ' Family' || n % 50021 || ' No' || to_char(n, 'FM0000000'),
        $4::jsonb, $5::jsonb,
        2400000 + (n::bigint * 7919 % 60000) + n / 1e7, '1990-01-15T19:30:00Z',
        'given' || n % 97 || ' family' || n % 50021 || ' no' || to_char(n, 'FM0000000'),
        ARRAY['given' || n % 97, 'family' || n % 50021, 'no' || to_char(n, 'FM0000000')],
        now() - n * interval '1 minute', now() - (n::bigint * 7919 % 1000003) * interval '1 second'
    FROM generate_series(0, $1::integer - 1) n
    """,
    """
    INSERT INTO chart_words (user_id, word, chart_id)
    SELECT c.user_id, word.text, c.id
    FROM charts c, unnest(c.words) AS word (text)
    """,
    "INSERT INTO chart_counts (user_id, charts) SELECT user_id, count(*) FROM charts GROUP BY 1",
    "SET session_replication_role = origin",
    "VACUUM ANALYZE",
)
_numbers = count()
_chance = random.Random(1)  # noqa: S311 - the same calls in every run


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with charts, some of one owner: their ids, and a place far down in each order."""

    address: str
    postgres: Postgres
    ids: tuple[UUID, ...]
    deep: Mapping[ChartOrder, ChartPlace]

    async def whole_reads(self) -> int:
        """How often a table of charts was read whole until now."""
        async with self.postgres.connection() as connection:
            await connection.execute("SELECT pg_stat_force_next_flush()")
            await connection.execute("SELECT pg_stat_clear_snapshot()")
            query = """
                SELECT sum(seq_scan) FROM pg_stat_user_tables
                WHERE relname IN ('charts', 'chart_words')
            """
            return int(await connection.fetchval(query))


def rows() -> Iterator[Row]:
    configure(LogSetup("benchmarks", "WARNING", as_json=False))
    yield from asyncio.run(_measured())


async def _measured() -> list[Row]:
    with tempfile.TemporaryDirectory() as directory:
        async with embedded_server(Path(directory), 20) as (dsn, _):
            return [
                *await _compared(dsn, "a thousand of them", FEW),
                *await _compared(dsn, "all of them", MANY),
            ]


async def _compared(dsn: str, whose: str, owned: int) -> list[Row]:
    """The rows about somebody who has so many of the many charts."""
    async with _filled(dsn, FEW, FEW) as small, _filled(dsn, MANY, owned) as large:
        await _ratio(small, large, *_KINDS.values())  # warm
        before = await large.whole_reads()
        found = [
            Row.at_most(
                f"charts: {name}, {whose}: p99 / few",
                median([await _ratio(small, large, call) for _ in range(ROUNDS)]),
                AT_MOST,
            )
            for name, call in _KINDS.items()
        ]
        served = await asyncio.to_thread(
            charts_http.compared, whose, *((each.address, each.ids) for each in (small, large))
        )
        whole = await large.whole_reads() - before
        return [*found, *served, Row.at_most(f"charts: tables read whole, {whose}", whole, 0.0)]


Call = Callable[[Connection, Filled], Awaitable[object]]


async def _ratio(small: Filled, large: Filled, *calls: Call) -> float:
    """The p99 of calls in the large database over that in the small one, asked in turn."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(CALLS):
        for call in calls:
            for filled, seconds in zip((small, large), spent, strict=True):
                seconds.append(await _seconds(filled, call))
    few, many = (sorted(seconds)[int(len(seconds) * PERCENTILE)] for seconds in spent)
    return many / few


async def _seconds(filled: Filled, call: Call) -> float:
    began = time.perf_counter()
    async with filled.postgres.transaction() as connection:
        await call(connection, filled)
    return time.perf_counter() - began


async def _create(connection: Connection, _: Filled) -> SavedChart:
    content = replace(_CONTENT, name=f"Given{next(_numbers) % 97} Another")
    return await charts.insert_chart(connection, OWNER, content, MOST)


async def _get(connection: Connection, filled: Filled) -> SavedChart:
    return await charts.get_chart(connection, OWNER, _chance.choice(filled.ids))


async def _first_page(connection: Connection, _: Filled) -> list[SavedChart]:
    order = _chance.choice(list(ChartOrder))
    return await charts.list_charts(connection, OWNER, Listing(order, PAGE))


async def _deep_page(connection: Connection, filled: Filled) -> list[SavedChart]:
    order = _chance.choice(list(ChartOrder))
    return await charts.list_charts(connection, OWNER, Listing(order, PAGE, filled.deep[order]))


def _search(*words: str) -> Call:
    async def search(connection: Connection, _: Filled) -> list[SavedChart]:
        order = _chance.choice(list(ChartOrder))
        return await charts.list_charts(connection, OWNER, Listing(order, PAGE, words=words))

    return search


_KINDS: Mapping[str, Call] = {
    "create": _create,
    "get": _get,
    "first page": _first_page,
    "deep page": _deep_page,
    "rare word": _search("no000012"),
    "two words": _search("no000012", "giv"),
    "word of all": _search("family"),
}


@asynccontextmanager
async def _filled(dsn: str, size: int, owned: int) -> AsyncIterator[Filled]:
    """A database with charts, so many of each owner; it is gone afterwards."""
    name = f"charts_{next(_numbers)}"
    address = urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
    async with dedicated(dsn, connect_options(60.0, None)) as raw:
        await raw.execute(f"CREATE DATABASE {name}")
    await migrate(address, migrations_in(MIGRATIONS))
    async with Postgres(address, _LIMITS) as postgres:
        async with postgres.connection() as connection:
            await _fill(connection, size, owned)
            await charts_http.let_in(connection)
            query = "SELECT id FROM charts WHERE user_id = $1 ORDER BY id LIMIT $2"
            ids = [row["id"] for row in await connection.fetch(query, OWNER, FEW)]
            deep = {order: await _far_down(connection, order, owned) for order in ChartOrder}
        yield Filled(address, postgres, tuple(ids), deep)
    async with dedicated(dsn, connect_options(60.0, None)) as raw:
        await raw.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _fill(connection: Connection, size: int, owned: int) -> None:
    values = (size, owned, OWNER, _CONTENT.birth, _CONTENT.config)
    for statement in _FILLING:
        needed = [n for n in range(1, len(values) + 1) if f"${n}" in statement]
        await connection.execute(statement, *values[: max(needed, default=0)])


async def _far_down(connection: Connection, order: ChartOrder, owned: int) -> ChartPlace:
    """The place in a list behind nine tenths of its charts."""
    listing = Listing(order, 1, skip=owned * 9 // 10)
    (chart,) = await charts.list_charts(connection, OWNER, listing)
    return charts.place_of(chart, order)
