"""Connections of clients: how long each may take to say what it wants, and what it is told if not.

aiohttp answers what is no HTTP itself, in plain text and with a line in the log; here it gets the
same envelope as any other refusal, and a number in /metrics.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
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

HEAD_SECONDS = 30.0
"""For the head of a request, from its first byte, or from the start of its connection."""

_log = logger(__name__)


class Runner(web.AppRunner):
    """As aiohttp's, with connections of ours."""

    def __init__(
        self, app: web.Application, *, head_seconds: float = HEAD_SECONDS, **options: Any
    ) -> None:
        super().__init__(
            app,
            max_line_size=LONGEST_TARGET,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
            **options,
        )
        self._head_seconds = head_seconds

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        counts = self.app[METRICS].counts(
            "nocturna_malformed_requests_total", "Requests refused before any route", "code"
        )
        return _Server(server, self._kwargs, counts, self._head_seconds)


class _Server(web.Server):
    """As the one that aiohttp made for an application, with connections of ours."""

    def __init__(
        self, made: web.Server, options: dict[str, Any], counts: Counts, head_seconds: float
    ) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory, **options)
        self._options = options
        self._counts = counts
        self._head_seconds = head_seconds

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self._counts, self._head_seconds, self._options)


class _Connection(web.RequestHandler):
    __slots__ = ("_counts", "_head_due", "_head_seconds")

    def __init__(
        self, server: web.Server, counts: Counts, head_seconds: float, options: dict[str, Any]
    ) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._counts = counts
        self._head_seconds = head_seconds
        self._head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._head_due = self._loop.call_later(self._head_seconds, self._close_idle)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._forget_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; see that a head comes in time, and that a broken body ends."""
        super().data_received(data)
        waiter = self._waiter
        if waiter is None or waiter.done():  # a whole head is here
            if self._head_due is not None:
                self._forget_head()
            if self._messages and self._current_request is not None:
                self._end_broken_body(self._current_request)
        elif self._head_due is None:
            self._head_due = self._loop.call_later(self._head_seconds, self._close_idle)

    def _end_broken_body(self, request: web.BaseRequest) -> None:
        """Tell whoever reads a body that what came next is no part of one; aiohttp lets it wait."""
        broken = hasattr(self._messages[-1][0], "exc")  # which the parser puts in place of requests
        if broken and not request.content.is_eof():
            request.content.set_exception(web.RequestPayloadError("malformed"))

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
        return super().finish_response(request, resp, start_time)

    def _refused(self, request: web.BaseRequest, error: AppError) -> web.Response:
        """The answer to a request that no route sees; it is the last one on its connection."""
        self._counts.add((error.code,))
        request[REQUEST_ID] = request_id = request_id_of(request.headers.get("X-Request-ID"))
        response = refused(cast("web.Request", request), error)
        response.headers["X-Request-ID"] = request_id
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log a fault of the server; the mistakes of clients are none, and anyone can make many."""
        if not isinstance(kw.get("exc_info"), MISTAKES):
            super().log_exception(*args, **kw)
