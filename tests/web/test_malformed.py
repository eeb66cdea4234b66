"""What is no HTTP, or HTTP that no route sees, is refused as anything else is."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from app.keys import METRICS
from app.telemetry.metrics import Metrics
from app.web.connections import Bounds, Runner
from app.web.malformed import LONGEST_HEADER, LONGEST_TARGET, MOST_HEADERS
from tests.server import LONG_ENOUGH, RunningServer
from tests.web.raw import OWN, RawReply, exchange, request

SECRET = b"born-on-1990-01-15"
"""Stands in each of these requests, and in no answer."""
CHUNKED = b"Transfer-Encoding: chunked"
GET, POST = b"GET /health HTTP/1.1", b"POST " + OWN.encode() + b" HTTP/1.1"
ALIVE = b"GET /health HTTP/1.1\r\nHost: test\r\n\r\n"
COUNTED = "nocturna_malformed_requests_total"
_LAST_HEADERS = 3
"""Headers that the requests of these tests have beside their own."""

MALFORMED: tuple[tuple[str, bytes, int, str], ...] = (
    ("noise", SECRET + b"\r\n\r\n", 400, "request line"),
    ("TLS", b"\x16\x03\x01\x02\x00\x01" + SECRET, 400, "request line"),
    ("an unknown method", request(b"BREW /" + SECRET + b" HTTP/1.1"), 400, "request line"),
    ("a method in small letters", request(b"get /" + SECRET + b" HTTP/1.1"), 400, "request line"),
    ("another protocol", b"GET /" + SECRET + b" SMTP/1.0\r\n\r\n", 400, "request line"),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SECRET, 400, "request line"),
    ("an impossible port", request(b"GET http://h:99999/ HTTP/1.1", SECRET), 400, "request line"),
    ("no path", request(b"OPTIONS * HTTP/1.1", b"X-A: " + SECRET), 404, "request line"),
    ("a tunnel", request(b"CONNECT " + SECRET + b":443 HTTP/1.1"), 404, "request line"),
    (
        "a long target",
        request(b"GET /" + SECRET + b"a" * LONGEST_TARGET + b" HTTP/1.1"),
        414,
        "request line",
    ),
    ("a long header", request(GET, b"X-A: " + SECRET + b"a" * LONGEST_HEADER), 431, "headers"),
    ("a long name", request(GET, SECRET + b"a" * LONGEST_HEADER + b": b"), 431, "headers"),
    ("many headers", request(GET, *[b"X-A: " + SECRET] * (MOST_HEADERS + 1)), 431, "headers"),
    ("a NUL in a header", request(GET, b"X-A: \x00" + SECRET), 400, "headers"),
    ("a space before the colon", request(GET, b"X-A : " + SECRET), 400, "headers"),
    ("no host", b"GET /" + SECRET + b" HTTP/1.1\r\n\r\n", 400, "header.Host"),
    ("length and chunks", request(POST, CHUNKED, body=SECRET), 400, "headers"),
    (
        "chunks and length",
        b"\r\n".join((POST, b"Host: test", CHUNKED, b"Content-Length: 5", b"", SECRET)),
        400,
        "headers",
    ),
    (
        "a length of letters",
        request(POST, b"Content-Length: " + SECRET),
        400,
        "header.Content-Length",
    ),
    ("two lengths", request(POST, b"Content-Length: 1", body=SECRET), 400, "header.Content-Length"),
    ("chunked twice over", request(POST, CHUNKED + b", identity"), 400, "header.Transfer-Encoding"),
    ("no chunk size", request(POST, CHUNKED) + SECRET + b"\r\n", 400, "body"),
    ("an unknown expectation", request(POST, b"Expect: " + SECRET), 417, "header.Expect"),
    (
        "an unknown expectation elsewhere",
        request(b"POST /nothing HTTP/1.1", b"Expect: " + SECRET),
        417,
        "header.Expect",
    ),
    ("more after the last", request(GET) + b"GET /" + SECRET, 400, "request"),
)


def refusal_in(reply: RawReply) -> dict[str, object]:
    answer = json.loads(reply.body)
    assert reply.headers["content-type"] == "application/json"
    assert set(answer) == {"success", "data", "error", "detail", "meta"}
    assert (answer["success"], answer["data"]) == (False, None)
    assert answer["meta"]["request_id"] == reply.headers["x-request-id"]
    error: dict[str, object] = answer["error"]
    assert answer["detail"] == error["message"]
    return error


@pytest.mark.parametrize(
    ("sent", "status", "field"), [pytest.param(*row[1:], id=row[0]) for row in MALFORMED]
)
def test_it_is_refused_in_the_envelope_without_a_byte_of_it(
    server: RunningServer, sent: bytes, status: int, field: str
) -> None:
    told, counted = len(server.lines), server.metric(COUNTED)
    reply = exchange(server.url, sent)
    assert reply.status == status
    error = refusal_in(reply)
    details = error["details"]
    assert isinstance(details, dict)
    assert set(details) == {"field", "expected", "got"}
    assert details["field"] == field
    assert str(error["message"]).startswith(f"{field} must be {details['expected']}, got ")
    assert SECRET not in reply.body
    assert server.metric(COUNTED) == counted + 1
    assert server.lines[told:] == []


@pytest.mark.parametrize(
    "parts",
    [(b"ZZ\r\n",), (b"2\r\n{}\r\n", b"ZZ\r\n"), (b"2\r\n{}ZZ",)],
    ids=["first chunk", "second chunk", "end of a chunk"],
)
def test_chunks_that_go_wrong_later_end_the_request_at_once(
    server: RunningServer, parts: tuple[bytes, ...]
) -> None:
    waited = server.metric("nocturna_request_duration_seconds_sum")
    head = request(POST, CHUNKED, b"Expect: 100-continue")
    with connected(server) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")  # so that a handler waits
        for part in parts:
            connection.sendall(part)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"field":"body"' in answer
    assert server.metric("nocturna_request_duration_seconds_sum") < waited + 9.0


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        (b"GET /health HTTP/1.0", ()),
        (b"GET http://elsewhere.example/health HTTP/1.1", ()),
        (GET, (b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__")),
        (GET, (b"Upgrade: websocket", b"Sec-WebSocket-Version: 13")),
        (GET, (b"Expect: 100-Continue",)),
        (GET, (b"X-A: b",) * (MOST_HEADERS - _LAST_HEADERS)),
        (GET, (b"X-A: " + b"a" * (LONGEST_HEADER - 3),)),
        (GET + b"\r\nX-A: b", ()),
        (b"\r\n" + GET, ()),
        (b"GET /health?" + b"a" * (LONGEST_TARGET - 8) + b" HTTP/1.1", ()),
    ],
    ids=lambda value: value[:40].decode() if isinstance(value, bytes) else "",
)
def test_what_is_unusual_but_right_is_answered(
    server: RunningServer, line: bytes, headers: tuple[bytes, ...]
) -> None:
    reply = exchange(server.url, request(line, *headers))
    body = reply.body.rpartition(b"\r\n\r\n")[2]  # behind the answer to an expectation
    assert json.loads(body)["status"] == "healthy"


@pytest.mark.parametrize("method", [b"TRACE", b"PROPFIND", b"PURGE", b"M-SEARCH", b"OPTIONS"])
def test_a_method_of_others_is_405_with_those_allowed(server: RunningServer, method: bytes) -> None:
    reply = exchange(server.url, request(method + b" /health HTTP/1.1"))
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, HEAD"
    assert refusal_in(reply)["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("path", [b"//health", b"/%00", b"/health%00", b"/./health%2f"])
def test_a_path_of_nothing_is_404_in_the_envelope(server: RunningServer, path: bytes) -> None:
    reply = exchange(server.url, request(b"GET " + path + b" HTTP/1.1"))
    assert reply.status == 404
    assert refusal_in(reply)["code"] == "NOT_FOUND"


def test_requests_sent_at_once_are_answered_one_by_one_and_in_order(server: RunningServer) -> None:
    names = [f"mine-{number}".encode() for number in range(50)]
    sent = [
        ALIVE.replace(b"\r\n\r\n", b"\r\nX-Request-ID: " + name + b"\r\n\r\n") for name in names
    ]
    with connected(server) as connection:
        connection.sendall(b"".join(sent) + request(GET, b"X-Request-ID: last"))
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    ids = [line.split(b": ")[1] for line in answers.split(b"\r\n") if b"X-Request-ID" in line]
    assert ids == [*names, b"last"]


def connected(server: RunningServer) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port or 0), LONG_ENOUGH)


@asynccontextmanager
async def listening(head_seconds: float) -> AsyncIterator[int]:
    """The port of a small server with connections of ours."""

    async def handle(asked: web.Request) -> web.Response:
        return web.Response(body=await asked.read() or b"well")

    app = web.Application()
    app[METRICS] = Metrics()
    app.router.add_route("*", "/health", handle)
    runner = Runner(app, Bounds(head_seconds=head_seconds), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _until_closed(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(LONG_ENOUGH):
        return await reader.read()


@pytest.mark.parametrize(
    "sent",
    [b"", b"G", b"GET /health HTTP/1.1\r\n", ALIVE[:-2]],
    ids=["nothing", "a letter", "a line", "all but the end"],
)
async def test_a_head_that_does_not_come_in_time_ends_the_connection(sent: bytes) -> None:
    async with listening(0.05) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        assert await _until_closed(reader) == b""
        writer.close()


async def test_a_second_head_that_does_not_come_in_time_ends_the_connection() -> None:
    async with listening(0.05) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ALIVE)
        assert (await reader.readuntil(b"well")).startswith(b"HTTP/1.1 200 ")
        writer.write(ALIVE[:-2])
        assert await _until_closed(reader) == b""
        writer.close()


async def test_bytes_that_trickle_in_win_a_head_no_time() -> None:
    async with listening(0.05) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /health HTTP/1.1\r\n")
        closed = asyncio.create_task(_until_closed(reader))
        while not closed.done():
            writer.write(b"X-A: b\r\n")
            await asyncio.wait({closed}, timeout=0.01)
        assert closed.exception() is not None or closed.result() == b""
        writer.close()


async def test_a_body_may_take_longer_than_a_head() -> None:
    async with listening(0.05) as port, listening(0.05) as other:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
        writer.write(b"Content-Length: 2\r\n\r\na")
        idle, its = await asyncio.open_connection("127.0.0.1", other)
        await _until_closed(idle)  # which is longer than a head may take
        writer.write(b"b")
        assert (await _until_closed(reader)).endswith(b"\r\n\r\nab")
        writer.close()
        its.close()
