"""Connections of clients: how many there may be, and what each may take of time and memory.

aiohttp answers what is no HTTP itself, in plain text and with a line in the log; here it gets the
same envelope as any other refusal, and a number in /metrics. It unpacks and reads to the end what
no handler reads; here that is dropped as it comes. It waits for ever for a client that does not
take its answer; here the connection is ended.
"""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import sys
import termios
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from app.errors import AppError, InternalError
from app.keys import METRICS
from app.telemetry.logs import logger
from app.telemetry.metrics import Counts
from app.web.answers import REQUEST_ID, refused
from app.web.malformed import (
    LONGEST_HEADER,
    LONGEST_TARGET,
    MISTAKES,
    MOST_HEADERS,
    refusal_of,
    refusal_of_status,
)
from app.web.wrapper import request_id_of

DRAINED = 65_536
"""Bytes of a body that nobody reads and that is read to its end, so that its connection can be
used again: of one that tells so few, which come in one piece or two."""
LINGER_SECONDS, LINGER_BYTES = 10.0, 16_777_216
"""For the rest of any other body to come, and be dropped: a client that still sends would find its
connection reset, and never see the answer."""
SEND_BUFFER = 262_144
"""Bytes of answers that the system keeps for one connection, and as many for its own use; left to
itself it takes 4 MB, and tells of progress only once a third of that is taken."""
LOOKS = 4
"""At what clients take of their answers, in the time they may take nothing."""

_FORGETTING = struct.pack("ii", 1, 0)
"""Of SO_LINGER: closed at once, after no seconds."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What connections may take.

    `head_seconds` for the head of a request, from its first byte, or from the start of its
    connection; `send_seconds` without a byte taken of an answer that waits; connections in all,
    and of one address, 0 for as many.
    """

    head_seconds: float = 30.0
    send_seconds: float = 30.0
    connections: int = 10_000
    of_address: int = 0


class Runner(web.AppRunner):
    """As aiohttp's, with connections of ours."""

    def __init__(self, app: web.Application, bounds: Bounds, **options: Any) -> None:
        super().__init__(
            app,
            max_line_size=LONGEST_TARGET,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
            auto_decompress=False,  # whoever reads a body unpacks it, within bounds
            **options,
        )
        self._bounds = bounds

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        metrics = self.app[METRICS]
        malformed = metrics.counts(
            "nocturna_malformed_requests_total", "Requests refused before any route", "code"
        )
        ended = metrics.counts(
            "nocturna_connections_ended_total", "Connections ended for what they took", "reason"
        )
        for reason in _REASONS:
            ended.add((reason,), 0)
        return _Server(server, self._kwargs, _Tallies(malformed, ended), self._bounds)


_FULL, _OF_ADDRESS, _UNREAD = _REASONS = ("too many", "too many of one address", "answer not taken")


@dataclass(frozen=True, slots=True)
class _Tallies:
    """What is counted of connections: refusals by their code, ends by their reason."""

    malformed: Counts
    ended: Counts


class _Server(web.Server):
    """As the one that aiohttp made for an application, with connections of ours."""

    def __init__(
        self, made: web.Server, options: dict[str, Any], tallies: _Tallies, bounds: Bounds
    ) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory, **options)
        self._options = options
        self.tallies = tallies
        self.bounds = bounds
        self._of_address: Counter[str] = Counter()
        self._loop = asyncio.get_running_loop()
        self._looks = False

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self._options)

    def refuses(self, address: str) -> bool:
        """Whether there is no room for one more connection from an address; counts it if so."""
        most = self.bounds.of_address
        if len(self._connections) >= self.bounds.connections:
            reason = _FULL
        elif most and self._of_address[address] >= most:
            reason = _OF_ADDRESS
        else:
            self._of_address[address] += 1
            self._look_again()
            return False
        self.tallies.ended.add((reason,))
        return True

    def leave(self, address: str) -> None:
        """One connection from an address less."""
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]

    def _look_again(self) -> None:
        if not self._looks:
            self._looks = True
            self._loop.call_later(self.bounds.send_seconds / LOOKS, self._look)

    def _look(self) -> None:
        """End the connections whose clients do not take their answers, as long as there are any."""
        self._looks = False
        if self._connections:
            self._look_again()
        now = self._loop.time()
        for connection in self.connections:
            if isinstance(connection, _Connection):
                connection.end_unread(now)


class _Connection(web.RequestHandler):
    __slots__ = (
        "_address",
        "_dropped",
        "_head_due",
        "_is_over",
        "_owner",
        "_taken_at",
        "_unsent",
        "_wire",
    )

    def __init__(self, server: _Server, options: dict[str, Any]) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._owner = server
        self._address: str | None = None
        """From where a connection comes that was taken; None for one that was refused."""
        self._head_due: asyncio.TimerHandle | None = None
        self._wire: asyncio.Transport | None = None
        """Until it is lost: aiohttp forgets it once it is to be closed, with bytes unsent."""
        self._unsent, self._taken_at = 0, 0.0
        self._is_over: asyncio.Future[None] | None = None
        """While what comes is dropped: until nothing does."""
        self._dropped = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection if there is room for it."""
        wire = self._wire = cast("asyncio.Transport", transport)
        peer = wire.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) else ""
        if self._owner.refuses(address):
            wire.abort()
            return
        self._address = address
        _bound_buffer(wire)
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._forget_head()
        self._wire = None
        if self._address is not None:
            self._owner.leave(self._address)
        self._end_dropping()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; see that a head comes in time, and that a broken body ends."""
        if self._is_over is not None:
            self._dropped += len(data)
            if self._dropped > LINGER_BYTES:
                self._end_dropping()
            return
        super().data_received(data)
        waiter = self._waiter
        if waiter is None or waiter.done():  # a whole head is here
            if self._head_due is not None:
                self._forget_head()
            if self._messages and self._current_request is not None:
                self._end_broken_body(self._current_request)
        elif self._head_due is None:
            self._await_head()

    def _end_broken_body(self, request: web.BaseRequest) -> None:
        """Tell whoever reads a body that what came next is no part of one; aiohttp lets it wait."""
        broken = hasattr(self._messages[-1][0], "exc")  # which the parser puts in place of requests
        if broken and not request.content.is_eof():
            request.content.set_exception(web.RequestPayloadError("malformed"))

    def end_unread(self, now: float) -> None:
        """End the connection if for long nothing was taken of what waits to be sent."""
        unsent = 0 if self._wire is None else _unsent_on(self._wire)
        if self._wire is None or not unsent or unsent != self._unsent:
            self._unsent, self._taken_at = unsent, now
        elif now - self._taken_at >= self._owner.bounds.send_seconds:
            self._owner.tallies.ended.add((_UNREAD,))
            _reset(self._wire)  # `close` would wait for the reader

    def _await_head(self) -> None:
        seconds = self._owner.bounds.head_seconds
        self._head_due = self._loop.call_later(seconds, self._close_idle)

    def _is_idle(self) -> bool:
        """Whether no request is here as a whole."""
        return self._waiter is not None and not self._waiter.done()

    def _close_idle(self) -> None:
        self._head_due = None
        if self._is_idle():
            self.force_close()

    def _forget_head(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's, with the bytes that came
    ) -> web.StreamResponse:
        """The answer to what no handler answers; raises ConnectionError where none can be sent."""
        if isinstance(exc, ConnectionError) or request.writer.output_size > 0:
            msg = "the client is gone, or has been answered in part"
            raise ConnectionError(msg) from exc
        if isinstance(exc, HttpProcessingError):
            return self._refused(request, refusal_of(exc))
        # The message of an unforeseen error may hold what the caller sent: its type must do.
        _log.error("unforeseen error", error=type(exc).__name__, status=status)
        return self._refused(request, InternalError("the server failed; report the request_id"))

    def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> Coroutine[Any, Any, tuple[web.StreamResponse, bool]]:
        """Send an answer; one that aiohttp made itself becomes one of ours."""
        if isinstance(resp, web.HTTPException):
            resp = self._refused(request, refusal_of_status(resp.status))
        sent = super().finish_response(request, resp, start_time)
        if request.content.is_eof() or 0 < (request.content_length or 0) <= DRAINED:
            return sent
        resp.force_close()
        return self._sent_and_dropped(sent)

    async def _sent_and_dropped(
        self, sent: Coroutine[Any, Any, tuple[web.StreamResponse, bool]]
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, and drop what comes of a long body that nobody read; then close."""
        try:
            response, is_lost = await sent
            if not is_lost:
                await self._rest_dropped()
        finally:
            self.force_close()
        return response, is_lost

    async def _rest_dropped(self) -> None:
        """Drop what comes, unparsed, until the client has seen the answer and its end."""
        wire = self.transport
        if wire is None or wire.is_closing():
            return
        self._is_over = self._loop.create_future()
        if wire.can_write_eof():
            wire.write_eof()
        wire.resume_reading()  # which a body that nobody reads has stopped
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self._is_over

    def _end_dropping(self) -> None:
        if self._is_over is not None and not self._is_over.done():
            self._is_over.set_result(None)

    def _refused(self, request: web.BaseRequest, error: AppError) -> web.Response:
        """The answer to a request that no route sees; it is the last one on its connection."""
        self._owner.tallies.malformed.add((error.code,))
        request[REQUEST_ID] = request_id = request_id_of(request.headers.get("X-Request-ID"))
        response = refused(cast("web.Request", request), error)
        response.headers["X-Request-ID"] = request_id
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log a fault of the server; the mistakes of clients are none, and anyone can make many."""
        if not isinstance(kw.get("exc_info"), MISTAKES):
            super().log_exception(*args, **kw)


def _bound_buffer(wire: asyncio.Transport) -> None:
    """Let the system keep no more of what is sent than we say."""
    connected = wire.get_extra_info("socket")
    with suppress(OSError):  # it is gone already
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)


def _reset(wire: asyncio.Transport) -> None:
    """End a connection and forget what is unsent, in the system as well."""
    connected = wire.get_extra_info("socket")
    with suppress(OSError):  # it is gone already
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGETTING)
    wire.abort()


def _unsent_on(wire: asyncio.Transport) -> int:
    """Bytes that wait here and in the system until they are taken; 0 where none wait here."""
    waiting = wire.get_write_buffer_size()
    return waiting and waiting + _kept_by_system(wire)


def _kept_by_system(wire: asyncio.Transport) -> int:
    """Bytes on their way that no one has received; 0 where the system does not tell."""
    count = bytearray(4)
    try:
        fcntl.ioctl(wire.get_extra_info("socket").fileno(), termios.TIOCOUTQ, count)
    except OSError:
        return 0
    return int.from_bytes(count, sys.byteorder)
