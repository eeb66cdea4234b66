"""Long tables as lines of JSON, each part as soon as it is computed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

from aiohttp import hdrs, web

from actors.calculation_pool.sliced import LongWork
from app.calculations.catalogue import catalogue
from app.errors import InternalError
from app.web.answers import REQUEST_ID, accepts, enveloped
from app.web.cors import CORS
from app.web.limits import VERDICT, mark
from app.web.wrapper import failure_of
from app.wire import CUT, Outcome, encode, failure

LINES = "application/x-ndjson"


class _CallerLeft(Exception):
    """The connection is closed."""


def wants_lines(request: web.Request, name: str) -> bool:
    """Whether the caller asks for lines, and the calculation has rows to give."""
    slicing = catalogue()[name].slicing
    return slicing is not None and slicing.streams and accepts(request, LINES)


async def streamed(request: web.Request, work: LongWork) -> web.StreamResponse:
    """The rows as they come, and a last line that tells whether they are all.

    A failure before the first row is an answer with its own status; one behind it is the last
    line, `{"success": false, "error": ...}`. A caller may take the rows as slowly as its line is:
    one who takes nothing any more loses the connection, and to one who has left nothing is told.
    """
    async with aclosing(work.lines()) as parts:
        first = await anext(parts, None)
        if first is not None and first.status != CUT:
            return enveloped(request, first)
        response = _headed(request)
        try:
            with _to_caller():
                await response.prepare(request)
            last = await _rows_sent(request, response, first, parts)
            with _to_caller():
                await response.write(last)
                await response.write_eof()
        except _CallerLeft:
            # Counted with the 200 that was sent: whoever leaves is no fault of this server.
            if request.transport is not None:
                request.transport.abort()
        return response


async def _rows_sent(
    request: web.Request,
    response: web.StreamResponse,
    first: Outcome | None,
    parts: AsyncGenerator[Outcome],
) -> bytes:
    """Send all rows that come; returns the last line. Raises _CallerLeft."""
    rows, part = 0, first
    try:
        while part is not None:
            if part.status != CUT:
                return _failed(part.fragment)
            rows += part.fragment.count(b"\n")
            with _to_caller():
                await response.write(part.fragment)
            part = await anext(parts, None)
    except _CallerLeft:
        raise
    except Exception as error:  # noqa: BLE001 - no second answer may follow the one that has begun
        resource = request.match_info.route.resource
        told = failure_of(error, request, resource.canonical if resource is not None else "")
        if isinstance(told, InternalError):
            response.force_close()
        return _failed(failure(told))
    return encode({"end": {"rows": rows, "request_id": request[REQUEST_ID]}}) + b"\n"


def _failed(fragment: bytes) -> bytes:
    return b"{%b}\n" % fragment


@contextmanager
def _to_caller() -> Iterator[None]:
    """Around what is sent; raises _CallerLeft when nobody takes it."""
    try:
        yield
    except ConnectionError as error:
        raise _CallerLeft from error


def _headed(request: web.Request) -> web.StreamResponse:
    """A response with all headers that the wrapper would add too late."""
    headers = {hdrs.CONTENT_TYPE: LINES, "X-Request-ID": request[REQUEST_ID]}
    response = web.StreamResponse(headers=headers)
    if origin := request.headers.get(hdrs.ORIGIN):
        request.app[CORS].mark(origin, response.headers)
    if (verdict := request.get(VERDICT)) is not None:
        mark(response.headers, verdict)
    return response
