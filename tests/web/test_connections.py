"""What one client does with its connections takes nothing from the others."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from app.keys import METRICS
from app.telemetry.metrics import Metrics
from app.web.connections import DRAINED, LINGER_BYTES, Bounds, Runner
from tests.actors.calculation_pool.running import eventually
from tests.server import LONG_ENOUGH, RunningServer
from tests.web.raw import OWN, RawReply, exchange, request

LONG = b"x" * 1_000_000
"""An answer that no system keeps for a client who does not read."""
GET = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"
GZIP, CHUNKED = b"Content-Encoding: gzip", b"Transfer-Encoding: chunked"
JSON = b"Content-Type: application/json"
LOGIN = b"POST /api/v1/auth/login HTTP/1.1"
ALIVE = request(b"GET /health/live HTTP/1.1", scopes=())
ENDED = re.compile(
    r'^nocturna_connections_ended_total{reason="([^"]+)"} ([0-9.]+)$', re.MULTILINE
).findall
NO_TIME = 15.0
"""Seconds in which a server that does nothing else answers; while it unpacked what follows, or
looked through it line by line, it did not."""


@cache
def bomb(unpacked: int) -> bytes:
    """So many spaces, in a thousandth of their bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    million = b" " * 1_000_000
    packed = [packer.compress(million) for _ in range(unpacked // len(million))]
    return b"".join(packed) + packer.flush()


@dataclass(slots=True)
class _Served:
    """A small server with connections of ours, and the requests that its handler left unread."""

    runner: Runner
    port: int
    requests: list[web.Request] = field(default_factory=list)

    @property
    def open(self) -> int:
        server = self.runner.server
        return 0 if server is None else len(server.connections)

    async def ended(self) -> dict[str, int]:
        """Connections that were ended, by the reason."""
        text = await self.runner.app[METRICS].text()
        return {at: int(float(count)) for at, count in ENDED(text.decode()) if float(count)}

    async def answered(self, sent: bytes) -> RawReply:
        """What one connection gets."""
        return await asyncio.to_thread(exchange, f"http://127.0.0.1:{self.port}", sent)


@asynccontextmanager
async def serving(bounds: Bounds, answer: bytes = b"well") -> AsyncIterator[_Served]:
    async def handle(asked: web.Request) -> web.Response:
        served.requests.append(asked)
        return web.Response(body=answer)

    app = web.Application()
    app[METRICS] = Metrics()
    app.router.add_route("*", "/", handle)
    runner = Runner(app, bounds, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served = _Served(runner, runner.addresses[0][1])
    try:
        yield served
    finally:
        await runner.cleanup()


@contextmanager
def connected(served: _Served) -> Iterator[socket.socket]:
    """A connection whose other end keeps little of what it does not read."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", served.port))
        connection.setblocking(False)  # noqa: FBT003 - its only argument
        yield connection


# Bodies that nobody reads


async def test_a_body_that_nobody_reads_is_not_unpacked() -> None:
    packed = bomb(100_000_000)
    async with serving(Bounds()) as served:
        reply = await served.answered(request(b"POST / HTTP/1.1", GZIP, body=packed, scopes=()))
        assert (reply.status, reply.headers["connection"]) == (200, "close")
        assert served.requests[0].content.total_bytes <= len(packed)
        await eventually(lambda: served.open == 0)


async def test_a_body_of_many_chunks_that_nobody_reads_is_not_parsed_to_its_end() -> None:
    chunks = b"1\r\na\r\n" * 1_000_000
    async with serving(Bounds()) as served:
        sent = request(b"POST / HTTP/1.1", CHUNKED, scopes=()) + chunks + b"0\r\n\r\n"
        assert (await served.answered(sent)).status == 200
        assert served.requests[0].content.total_bytes < len(chunks) // 6 / 2


async def test_a_client_that_sends_all_before_it_reads_gets_its_answer() -> None:
    async with serving(Bounds()) as served:
        body = b"x" * (LINGER_BYTES // 2)
        reply = await served.answered(request(b"POST / HTTP/1.1", body=body, scopes=()))
        assert (reply.status, reply.body) == (200, b"well")


async def test_whoever_sends_without_end_is_cut_off() -> None:
    async with serving(Bounds()) as served:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000000000\r\n\r\n")
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(_sent_for_ever(writer), LONG_ENOUGH)
        writer.close()


async def _sent_for_ever(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(LONG)
        await writer.drain()


async def test_a_short_body_that_nobody_reads_leaves_the_connection_open() -> None:
    async with serving(Bounds()) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        head = b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n" % DRAINED
        async with asyncio.timeout(LONG_ENOUGH):
            for _ in range(2):
                writer.write(head)
                await reader.readuntil(b"well")
                writer.write(b"x" * DRAINED)
        assert (len(served.requests), served.open) == (2, 1)
        writer.close()


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        (b"GET /health HTTP/1.1", (), 200),
        (b"POST /nope HTTP/1.1", (), 404),
        (b"DELETE /health HTTP/1.1", (), 405),
        (b"POST " + OWN.encode() + b" HTTP/1.1", (JSON,), 401),
        (LOGIN, (JSON,), 413),
        (LOGIN, (b"Content-Type: text/plain",), 415),
        (LOGIN, (b"Expect: something",), 417),
    ],
)
def test_a_compressed_flood_costs_the_others_nothing(
    server: RunningServer, line: bytes, headers: tuple[bytes, ...], status: int
) -> None:
    reply = exchange(server.url, request(line, GZIP, *headers, body=bomb(800_000_000), scopes=()))
    assert reply.status == status
    assert exchange(server.url, ALIVE).status == 200


# Bodies that are read


def test_lines_before_a_form_are_not_looked_through(server: RunningServer) -> None:
    """Ten million of them in twenty kilobytes, which kept the server for half a minute."""
    form = b"Content-Type: multipart/form-data; boundary=X"
    flood = request(LOGIN, form, GZIP, body=gzip.compress(b"\r\n" * 10_000_000), scopes=())
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port or 0), NO_TIME) as attacker:
        attacker.sendall(flood)
        assert exchange(server.url, ALIVE).status == 200
        assert attacker.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_compressed_body_is_read(server: RunningServer) -> None:
    body = json.dumps({"username": "nobody", "password": "wrong"}).encode()
    bare = zlib.compressobj(wbits=-15)
    packed = {
        b"gzip": gzip.compress(body[:9]) + gzip.compress(body[9:]),
        b"deflate": zlib.compress(body),
        b"Deflate": bare.compress(body) + bare.flush(),
        b"identity": body,
    }
    for encoding, sent in packed.items():
        named = b"Content-Encoding: " + encoding
        assert exchange(server.url, request(LOGIN, JSON, named, body=sent, scopes=())).status == 401


def test_another_encoding_is_refused_without_a_byte_of_it(server: RunningServer) -> None:
    for encoding in (b"br", b"zstd", b"gzip, gzip", b"secret"):
        sent = request(LOGIN, JSON, b"Content-Encoding: " + encoding, body=b"secret", scopes=())
        reply = exchange(server.url, sent)
        assert reply.status == 415
        assert json.loads(reply.body)["error"]["details"] == {
            "field": "header.Content-Encoding",
            "expected": "gzip, deflate, or left out",
            "got": "another",
        }
        assert b"secret" not in reply.body


@pytest.mark.parametrize(
    "sent",
    [gzip.compress(b"{}")[:-4], gzip.compress(b"{}") + b"x", gzip.compress(b"") * 100, b"{}"],
    ids=["cut off", "more behind it", "many members", "not compressed"],
)
def test_what_is_not_compressed_as_it_says_is_refused(server: RunningServer, sent: bytes) -> None:
    reply = exchange(server.url, request(LOGIN, JSON, GZIP, body=sent, scopes=()))
    assert reply.status == 400
    assert "Content-Encoding is wrong" in json.loads(reply.body)["error"]["message"]


# Clients that do not take their answers


async def test_whoever_takes_nothing_of_an_answer_loses_the_connection() -> None:
    async with serving(Bounds(send_seconds=0.2), LONG) as served:
        with connected(served) as first, connected(served) as second:
            for connection in (first, second):
                connection.send(GET * 20)
            await eventually(lambda: len(served.requests) >= 2)
            await eventually(lambda: served.open == 0)
        assert await served.ended() == {"answer not taken": 2}
        assert len(served.requests) < 20
        assert (await served.answered(request(GET.split(b"\r\n")[0], scopes=()))).body == LONG


async def test_whoever_asks_once_and_then_leaves_the_rest_unread_loses_the_connection() -> None:
    async with serving(Bounds(send_seconds=0.2), LONG) as served:
        with connected(served) as silent:
            silent.send(request(GET.split(b"\r\n")[0], scopes=()))  # which closes behind it
            await eventually(lambda: len(served.requests) == 1)
            await eventually(lambda: served.open == 0)
        assert await served.ended() == {"answer not taken": 1}


async def test_an_idle_client_loses_nothing() -> None:
    async with serving(Bounds(send_seconds=0.05)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        async with asyncio.timeout(LONG_ENOUGH):
            writer.write(GET)
            await reader.readuntil(b"well")
            with connected(served) as silent:  # looked at as often
                silent.send(GET)
                await asyncio.sleep(0.3)
            writer.write(GET)
            await reader.readuntil(b"well")
        assert await served.ended() == {}
        writer.close()


# How many there may be


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (Bounds(connections=2), "too many"),
        (Bounds(of_address=2), "too many of one address"),
    ],
)
async def test_one_connection_more_than_allowed_is_closed_at_once(
    bounds: Bounds, reason: str
) -> None:
    async with serving(bounds) as served, asyncio.timeout(LONG_ENOUGH):
        pairs = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(2)]
        await eventually(lambda: served.open == 2)
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        with suppress(ConnectionError):
            assert await reader.read() == b""
        assert (await served.ended(), served.open) == ({reason: 1}, 2)
        pairs[0][1].close()
        await eventually(lambda: served.open == 1)
        again, its = await asyncio.open_connection("127.0.0.1", served.port)
        its.write(GET)
        await again.readuntil(b"well")
        for each in (writer, its, pairs[1][1]):
            each.close()
