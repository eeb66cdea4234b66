"""Long tables as lines of JSON, each part as soon as it is computed."""

from __future__ import annotations

from aiohttp import hdrs, web

from actors.calculation_pool.sliced import LongWork
from actors.runtime import ActorError
from app.calculations.catalogue import catalogue
from app.web.answers import REQUEST_ID, accepts, enveloped
from app.web.cors import CORS
from app.web.limits import VERDICT, mark
from app.web.wrapper import undelivered
from app.wire import CUT, encode, failure

LINES = "application/x-ndjson"


def wants_lines(request: web.Request, name: str) -> bool:
    """Whether the caller asks for lines, and the calculation has rows to give."""
    slicing = catalogue()[name].slicing
    return slicing is not None and slicing.streams and accepts(request, LINES)


async def streamed(request: web.Request, work: LongWork) -> web.StreamResponse:
    """The rows as they come, and a last line that tells whether they are all.

    A failure before the first row is an answer with its own status; one behind it is the last
    line, `{"success": false, "error": ...}`.
    """
    response: web.StreamResponse | None = None
    rows = 0
    try:
        async for part in work.lines():
            if response is None:
                if part.status != CUT:
                    return enveloped(request, part)
                response = await _begun(request)
            if part.status != CUT:
                await response.write(b"{%b}\n" % part.fragment)
                break
            rows += part.fragment.count(b"\n")
            await response.write(part.fragment)
        else:
            response = response or await _begun(request)
            end = {"end": {"rows": rows, "request_id": request[REQUEST_ID]}}
            await response.write(encode(end) + b"\n")
    except ActorError as error:
        if response is None:
            raise
        await response.write(b"{%b}\n" % failure(undelivered(error)))
    await response.write_eof()
    return response


async def _begun(request: web.Request) -> web.StreamResponse:
    """A response whose headers are sent: all that the wrapper would add later."""
    headers = {hdrs.CONTENT_TYPE: LINES, "X-Request-ID": request[REQUEST_ID]}
    response = web.StreamResponse(headers=headers)
    if origin := request.headers.get(hdrs.ORIGIN):
        request.app[CORS].mark(origin, response.headers)
    if (verdict := request.get(VERDICT)) is not None:
        mark(response.headers, verdict)
    await response.prepare(request)
    return response
