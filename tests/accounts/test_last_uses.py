"""When service tokens were last used: written from time to time, and late rather than never."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID

import pytest

from app.accounts import last_uses
from app.accounts.last_uses import keep_writing
from app.storage.errors import DatabaseUnavailable, StatementRefused
from app.storage.postgres import Connection, Postgres
from app.telemetry.tasks import under_way
from tests.server import LONG_ENOUGH

TOKEN = UUID(int=7)


class Failing:
    """A database that fails once."""

    def __init__(self, failure: Exception) -> None:
        self._failures = [failure]

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        if self._failures:
            raise self._failures.pop()
        yield cast("Connection", None)


@pytest.mark.parametrize(
    "failure",
    [DatabaseUnavailable("down"), StatementRefused("42P01", None)],
    ids=["down", "refused"],
)
async def test_what_could_not_be_written_waits_for_the_next_time(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    written = asyncio.Event()
    uses = [{TOKEN: 1.0}]

    async def write(_: Connection, used: Any) -> None:
        if used == {TOKEN: 1.0}:
            written.set()

    monkeypatch.setattr(last_uses, "write_last_uses", write)
    database = cast("Postgres", Failing(failure))
    async with under_way(keep_writing(database, lambda: uses.pop() if uses else {}, every=0.0)):
        async with asyncio.timeout(LONG_ENOUGH):
            await written.wait()
