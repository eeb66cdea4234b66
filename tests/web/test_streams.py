"""A table that ends before its last row says so in its last line, and no second answer follows."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from actors.calculation_pool.sliced import LongWork
from actors.runtime import ActorCrashed, ActorStopped, AskTimeout, MailboxFull
from app.errors import Overloaded, WorkerLost
from app.keys import METRICS
from app.limits.policy import Policy
from app.limits.windows import Windows
from app.settings import Settings
from app.telemetry.metrics import Metrics
from app.web.connections import Bounds, Runner
from app.web.cors import Cors
from app.web.limits import Limits
from app.web.routing import Handler, Route
from app.web.streams import streamed
from app.web.wrapper import RequestMetrics, Wrapper
from app.wire import CUT, Outcome
from tests.actors.calculation_pool.running import eventually
from tests.principals import known
from tests.server import LONG_ENOUGH

ROWS = [{"row": 1}, {"row": 2}]
ASKING = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"
PATIENT = Bounds()
END = b"0\r\n\r\n"
"""Of a body that is whole."""


@dataclass(slots=True)
class _Table:
    """Rows, and then a failure or nothing more; `closed` once nobody wants any."""

    rows: list[bytes]
    failure: BaseException | None = None
    pause: Callable[[], Any] = lambda: asyncio.sleep(0)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def lines(self) -> AsyncGenerator[Outcome]:
        try:
            for row in self.rows:
                yield Outcome(CUT, row)
                await self.pause()
            if self.failure is not None:
                raise self.failure
        finally:
            self.closed.set()


@dataclass(frozen=True, slots=True)
class _Server:
    """One route in the wrapper of all routes, and what is counted there."""

    port: int
    metrics: RequestMetrics

    async def bytes_of_all(self) -> bytes:
        """What comes over one connection until its end, or that of a chunked body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        async with asyncio.timeout(LONG_ENOUGH):
            writer.write(ASKING)
            received = b""
            while not received.endswith(b"\r\n" + END) and (data := await reader.read(65_536)):
                received += data
            writer.close()
        return received

    async def bytes_until_closed(self) -> bytes:
        """What comes over one connection that the server closes by itself."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        async with asyncio.timeout(LONG_ENOUGH):
            writer.write(ASKING)
            received = await reader.read()
            writer.close()
        return received

    def counted(self) -> dict[str, int]:
        """Requests by their status."""
        return {at[2]: count.value for at, count in self.metrics.requests.values.items()}


@asynccontextmanager
async def serving(handler: Handler, bounds: Bounds = PATIENT) -> AsyncIterator[_Server]:
    counted = Metrics()
    metrics = RequestMetrics.of(counted)
    limits = Limits(Policy.of(Settings()), Windows(60, 100))
    wrapper = Wrapper(known(), limits, metrics, Cors(()), LONG_ENOUGH)
    app = web.Application()
    app[METRICS] = counted
    app.router.add_get("/", wrapper.around(Route("GET", "/", handler)))
    runner = Runner(app, bounds, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield _Server(runner.addresses[0][1], metrics)
    finally:
        await runner.cleanup()


def streaming(table: _Table) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return await streamed(request, cast("LongWork", table))

    return handler


def lines_in(received: bytes) -> list[Any]:
    """The lines of a chunked body that is whole, behind a single head."""
    head, _, body = received.partition(b"\r\n\r\n")
    assert received.count(b"HTTP/1.1 ") == 1
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body.endswith(END)
    text = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        text, body = text + body[:length], body[length + 2 :]
    return [json.loads(line) for line in text.splitlines()]


def two_rows(failure: BaseException | None = None) -> _Table:
    return _Table([json.dumps(row).encode() + b"\n" for row in ROWS], failure)


async def test_rows_end_with_their_number() -> None:
    async with serving(streaming(two_rows())) as server:
        *rows, end = lines_in(await server.bytes_of_all())
    assert (rows, end["end"]["rows"]) == (ROWS, 2)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (ActorStopped("pool"), "UNAVAILABLE"),
        (ActorCrashed("pool"), "UNAVAILABLE"),
        (AskTimeout("pool", 1.0), "DEADLINE_EXCEEDED"),
        (MailboxFull("pool", 1), "OVERLOADED"),
        (WorkerLost("two worker processes died", retry_after=1), "WORKER_LOST"),
    ],
)
async def test_rows_that_nobody_computes_any_more_end_with_the_failure(
    failure: Exception, code: str
) -> None:
    with capture_logs() as logged:
        async with serving(streaming(two_rows(failure))) as server:
            *rows, end = lines_in(await server.bytes_of_all())
            await eventually(lambda: server.counted() == {"200": 1})
    assert rows == ROWS
    assert (end["success"], end["error"]["code"]) == (False, code)
    assert logged == []


async def test_a_fault_behind_the_first_row_is_the_last_line_and_the_end_of_the_connection() -> (
    None
):
    with capture_logs() as logged:
        async with serving(streaming(two_rows(KeyError("born 1990-01-15")))) as server:
            received = await server.bytes_until_closed()
    *rows, end = lines_in(received)
    assert rows == ROWS
    assert (end["success"], end["error"]["code"]) == (False, "INTERNAL_ERROR")
    assert [(line["event"], line["error"]) for line in logged] == [("unforeseen error", "KeyError")]
    assert "1990" not in f"{logged}{received!r}"


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (Overloaded("no room", retry_after=5), 503),
        (AskTimeout("pool", 1.0), 503),
        (KeyError(), 500),
    ],
)
async def test_a_failure_before_the_first_row_has_its_own_status(
    failure: Exception, status: int
) -> None:
    async with serving(streaming(_Table([], failure))) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(ASKING)
        assert (
            await reader.readuntil(b"\r\n")
            == {
                503: b"HTTP/1.1 503 Service Unavailable\r\n",
                500: b"HTTP/1.1 500 Internal Server Error\r\n",
            }[status]
        )
        writer.close()


async def test_whoever_leaves_in_the_middle_is_no_fault_and_no_row_is_computed_for_him() -> None:
    async def until_left() -> None:
        left.set()
        await gone.wait()

    left, gone = asyncio.Event(), asyncio.Event()
    table = _Table([b'{"row":1}\n'] * 1000, pause=until_left)
    with capture_logs() as logged:
        async with serving(streaming(table)) as server, asyncio.timeout(LONG_ENOUGH):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(ASKING)
            await left.wait()
            writer.transport.abort()
            await writer.wait_closed()
            gone.set()
            await table.closed.wait()
            await eventually(lambda: server.counted() == {"200": 1})
    assert logged == []


async def test_a_reader_that_stops_reading_holds_nothing_any_more() -> None:
    table = _Table([b'{"row":1}\n' * 100_000] * 1000)
    with capture_logs() as logged:
        bounds = Bounds(send_seconds=0.2)
        async with serving(streaming(table), bounds) as server, asyncio.timeout(LONG_ENOUGH):
            with socket.create_connection(("127.0.0.1", server.port)) as silent:
                silent.sendall(ASKING)
                await table.closed.wait()
                await eventually(lambda: server.counted() == {"200": 1})
    assert logged == []


async def test_a_reader_that_is_slow_gets_all_rows() -> None:
    """Its pauses are together many times as long as one of them may be."""
    row, bounds = b'{"row":1}\n' * 10_000, Bounds(send_seconds=1.0)
    async with serving(streaming(_Table([row] * 20)), bounds) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=16_384)
        async with asyncio.timeout(LONG_ENOUGH):
            writer.write(ASKING)
            received = b""
            while not received.endswith(b"\r\n" + END) and (data := await reader.read(65_536)):
                received += data
                await asyncio.sleep(0.1)
            writer.close()
    assert lines_in(received)[-1]["end"]["rows"] == 200_000


@pytest.mark.parametrize("failure", [KeyError("x"), WorkerLost("x"), ConnectionResetError("x")])
async def test_no_second_answer_follows_one_that_has_begun(failure: Exception) -> None:
    async def begun(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half of it")
        raise failure

    with capture_logs() as logged:
        async with serving(begun) as server:
            received = await server.bytes_until_closed()
            assert server.counted() == {"500": 1}
    assert received.count(b"HTTP/1.1 ") == 1
    assert received.endswith(b"a\r\nhalf of it\r\n")  # and so not whole
    assert [(line["event"], line["error"]) for line in logged] == [
        ("unforeseen error", type(failure).__name__)
    ]
