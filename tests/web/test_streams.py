"""A table that ends before its last row says so in its last line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import cast

import pytest
from aiohttp import ClientSession, web

from actors.calculation_pool.sliced import LongWork
from actors.runtime import ActorError, ActorStopped, AskTimeout
from app.web.answers import REQUEST_ID
from app.web.streams import streamed
from app.wire import CUT, Outcome


class _Failing:
    """Two rows, and then no more."""

    def __init__(self, error: ActorError) -> None:
        self._error = error

    async def lines(self) -> AsyncIterator[Outcome]:
        for row in (b'{"row":1}\n', b'{"row":2}\n'):
            yield Outcome(CUT, row)
        raise self._error


@pytest.mark.parametrize(
    ("error", "code"),
    [(ActorStopped("pool"), "UNAVAILABLE"), (AskTimeout("pool", 1.0), "DEADLINE_EXCEEDED")],
)
async def test_rows_that_nobody_computes_any_more_end_with_the_failure(
    error: ActorError, code: str
) -> None:
    async def table(request: web.Request) -> web.StreamResponse:
        request[REQUEST_ID] = "one"
        return await streamed(request, cast("LongWork", _Failing(error)))

    app = web.Application()
    app.router.add_get("/", table)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with ClientSession() as session, session.get(url) as answer:
            *rows, end = [json.loads(line) for line in (await answer.text()).splitlines()]
    finally:
        await runner.cleanup()
    assert rows == [{"row": 1}, {"row": 2}]
    assert (end["success"], end["error"]["code"]) == (False, code)
