"""Charts of people for tests over HTTP, put into the database of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.storage.charts import ChartContent, content_of, get_chart, insert_chart, update_chart
from app.storage.postgres import Connection, Postgres
from tests.charts.stored import BIRTH
from tests.server import SERVICE_USER, RunningServer, in_a_thread, token
from tests.storage.conftest import LIMITS
from tests.web.people import Person


def backend(server: RunningServer) -> Person:
    """Who owns the tokens of the tests: it may ask more often than people."""
    return Person(server, SERVICE_USER, "tests@nocturna.internal", "", token())


def kept(person: Person, config: Mapping[str, Any] | None = None, **birth: Any) -> str:
    """The id of a new chart of somebody: the birth of the examples, changed."""
    return in_a_thread(_kept(person.server, UUID(person.id), config or {}, birth))


def edited(person: Person, chart_id: str, **birth: Any) -> None:
    """Change the birth of a stored chart."""
    in_a_thread(_edited(person.server, UUID(person.id), UUID(chart_id), birth))


async def _kept(
    server: RunningServer, user_id: UUID, config: Mapping[str, Any], birth: Mapping[str, Any]
) -> str:
    content = ChartContent({**BIRTH, **birth}, config, 2447907.3125, "1990-01-15T19:30:00Z")
    async with _transaction(server) as connection:
        return str((await insert_chart(connection, user_id, content)).id)


async def _edited(
    server: RunningServer, user_id: UUID, chart_id: UUID, birth: Mapping[str, Any]
) -> None:
    async with _transaction(server) as connection:
        chart = await get_chart(connection, user_id, chart_id)
        changed = replace(content_of(chart), birth={**chart.birth, **birth})
        assert await update_chart(connection, chart, changed) is not None


@asynccontextmanager
async def _transaction(server: RunningServer) -> AsyncIterator[Connection]:
    async with (
        server.database() as dsn,
        Postgres(dsn, LIMITS) as postgres,
        postgres.transaction() as connection,
    ):
        yield connection
