"""A database with many rows, and a connection that asks how each statement would be run."""

from __future__ import annotations

import hashlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any
from uuid import UUID

import app.storage
from app.storage.postgres import Connection, Row
from app.wire import decode

ROWS = 20_000
"""In each table: reading it whole costs more than any index."""

SMALL: Mapping[str, str] = MappingProxyType(
    {
        "roles": "one for each kind of people, 200 at most",
        "schema_migrations": "one for each file of ours",
        "signing_keys": "one for each key that has ever signed",
        "user_counts": "one row",
    }
)
"""Tables that may be read whole, and why; those of PostgreSQL itself may be too."""

_STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")

FILLING = (
    """
    INSERT INTO users (id, email, username, password_hash, is_superuser, is_approved, created_at)
    SELECT md5('user' || n)::uuid, 'someone' || n || '@example.org', 'someone' || n, 'a hash',
        n % 1000 = 0, n % 100 <> 0, now() - n * interval '1 minute'
    FROM generate_series(1, $1::integer) n
    """,
    """
    INSERT INTO user_roles (user_id, role)
    SELECT md5('user' || n)::uuid, 'user' FROM generate_series(1, $1::integer) n
    """,
    "INSERT INTO user_roles (user_id, role) SELECT md5('user1')::uuid, 'service' WHERE $1 > 0",
    """
    INSERT INTO sessions (
        family_id, user_id, token_digest, started_at, expires_at, revoked_at
    )
    SELECT md5('family' || n % 5000)::uuid, md5('user' || n % 5000 + 1)::uuid,
        decode(md5('session' || n), 'hex'), now() - interval '1 day',
        now() + (n % 20160 - 10080) * interval '1 minute',
        CASE WHEN n % 10 = 0 THEN now() - n * interval '1 minute' END
    FROM generate_series(1, $1::integer) n
    """,
    """
    INSERT INTO service_tokens (
        id, user_id, name, token_digest, scopes, created_at, expires_at, replaces, revoked_at
    )
    SELECT md5('token' || n)::uuid, md5('user' || n % 50 + 1)::uuid, 'bot',
        decode(md5('token' || n), 'hex'), '{calculations}', now() - n * interval '10 minutes',
        CASE WHEN n % 20 > 0 THEN now() + (n % 500 - 90) * interval '1 day' END,
        CASE WHEN n % 10 = 0 AND n > 1000 THEN md5('token' || n - 1)::uuid END,
        CASE WHEN n % 8 = 0 THEN now() - (n % 200) * interval '1 day' END
    FROM generate_series(1, $1::integer) n
    """,
    """
    INSERT INTO token_alerts (token_id, user_id, threshold_days, expires_at, announced_at)
    SELECT md5('token' || n)::uuid, md5('user' || n % 50 + 1)::uuid, 7, now(),
        CASE WHEN n % 2000 > 0 THEN now() END
    FROM generate_series(1, $1::integer) n
    """,
    """
    INSERT INTO password_resets (user_id, token_digest, expires_at)
    SELECT md5('user' || n)::uuid, decode(md5('reset' || n), 'hex'),
        now() + (n % 2880 - 1440) * interval '1 minute'
    FROM generate_series(1, $1::integer) n
    """,
    """
    INSERT INTO idempotency_keys (
        principal, key, user_id, request_digest, in_flight_until, status, expires_at
    )
    SELECT 'user:' || n % 500, 'key' || n, md5('user' || n % 500 + 1)::uuid, 'digest', now(), 200,
        now() + (n % 2880 - 1440) * interval '1 minute'
    FROM generate_series(1, $1::integer) n
    """,
    """
    INSERT INTO login_attempts (account_digest, user_id, address, succeeded, attempted_at)
    SELECT decode(md5('name' || n % 5000), 'hex'), md5('user' || n % 5000 + 1)::uuid,
        ('10.0.' || n % 200 || '.1')::inet, n % 3 = 0, now() - n * interval '10 seconds'
    FROM generate_series(1, $1::integer) n
    """,
    """
    INSERT INTO charts (
        id, user_id, name, birth, config, julian_day, utc, name_key, words, created_at, updated_at
    )
    SELECT md5('chart' || n)::uuid,
        md5('user' || CASE WHEN n <= 1500 THEN 7 ELSE n % 500 + 8 END)::uuid, 'Person ' || n,
        '{"date": "1990-01-15", "time": "14:30:00", "latitude": 40.7128, "longitude": -74.006}',
        '{"house_system": "PLACIDUS", "aspects": [], "orbs": {}}', 2440000 + n, 'an instant',
        'person ' || n, ARRAY['person', n::text], now() - n * interval '1 minute',
        now() - n * interval '2 minutes'
    FROM generate_series(1, $1::integer) n
    """,
    """
    INSERT INTO chart_words (user_id, word, chart_id)
    SELECT c.user_id, word.text, c.id
    FROM charts c, unnest(c.words) AS word (text) WHERE $1 > 0
    """,
    """
    INSERT INTO chart_counts (user_id, charts)
    SELECT md5('user' || n)::uuid, 1 FROM generate_series(1, $1::integer) n ON CONFLICT DO NOTHING
    """,
)
"""Rows that are spread as in use: few are new, few are over, few are special."""


def digest(name: str) -> bytes:
    """The digest of a row that was filled in under a name."""
    return hashlib.md5(name.encode(), usedforsecurity=False).digest()


def number(name: str) -> UUID:
    """The id of a row that was filled in under a name."""
    return UUID(bytes=digest(name))


async def fill(connection: Connection) -> None:
    for statement in FILLING:
        await connection.execute(statement, ROWS)
    await connection.execute("ANALYZE")


async def tables(connection: Connection) -> dict[str, int]:
    """Our tables and how many rows each has."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'nocturna'"
    names = [row["tablename"] for row in await connection.fetch(query)]
    return {
        name: await connection.fetchval(f"SELECT count(*) FROM {name}")  # noqa: S608
        for name in names
    }


@dataclass(frozen=True, slots=True)
class Reading:
    """A table that a statement would read whole."""

    table: str
    query: str


class Explaining(Connection):
    """Asks for the plan of each statement before it runs, and keeps what is read whole."""

    __slots__ = ("asked", "wholes")

    def __init__(self, inner: Connection) -> None:
        super().__init__(inner._raw)
        self.asked = 0
        self.wholes: list[Reading] = []

    async def execute(self, query: str, *arguments: object) -> int:
        await self._explain(query, arguments)
        return await super().execute(query, *arguments)

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        await self._explain(query, arguments)
        return await super().fetch(query, *arguments)

    async def fetchrow(self, query: str, *arguments: object) -> Row | None:
        await self._explain(query, arguments)
        return await super().fetchrow(query, *arguments)

    async def fetchval(self, query: str, *arguments: object) -> Any:
        await self._explain(query, arguments)
        return await super().fetchval(query, *arguments)

    async def _explain(self, query: str, arguments: Sequence[object]) -> None:
        self.asked += 1
        if not query.lstrip().startswith(_STATEMENTS):
            return
        for plan in (await self._plan(query, arguments), await self._plan_of_any(query)):
            for node in _nodes(plan):
                table = node.get("Relation Name", "")
                small = table in SMALL or table.startswith("pg_")
                if node["Node Type"] == "Seq Scan" and not small:
                    self.wholes.append(Reading(table, " ".join(query.split())))

    async def _plan(self, query: str, arguments: Sequence[object]) -> dict[str, Any]:
        """How it is run with these values."""
        text = await super().fetchval(f"EXPLAIN (FORMAT JSON) {query}", *arguments)
        return _plan_in(text)

    async def _plan_of_any(self, query: str) -> dict[str, Any]:
        """How it is run with any values, as PostgreSQL may do from the sixth time on."""
        await super().execute("SET LOCAL plan_cache_mode = force_generic_plan")
        prepared = await self._raw.prepare(query)
        values = ", ".join("NULL" for _ in prepared.get_parameters())
        call = f"{prepared.get_name()}({values})" if values else prepared.get_name()
        text = await super().fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE {call}")
        await super().execute("SET LOCAL plan_cache_mode = auto")
        return _plan_in(text)


def _plan_in(text: str) -> dict[str, Any]:
    plan: dict[str, Any] = decode(text)[0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def storage_functions() -> list[str]:
    """Every public function of `app.storage` that is given a connection, as `module.function`."""
    return [
        f"{module.name}.{name}"
        for module in pkgutil.iter_modules(app.storage.__path__)
        for name, function in vars(import_module(f"app.storage.{module.name}")).items()
        if not name.startswith("_") and _takes_connection(function, f"app.storage.{module.name}")
    ]


def _takes_connection(function: Callable[..., Any], module: str) -> bool:
    if not inspect.iscoroutinefunction(function) or function.__module__ != module:
        return False
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and first.annotation == "Connection"
