"""Calculations over HTTP: one handler for the whole catalogue, one for all legacy shapes."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus

from aiohttp import web
from pydantic_core import from_json

from actors.calculation_pool.messages import Compute
from actors.calculation_pool.sliced import LongWork
from app.calculations.catalogue import Cost, catalogue
from app.calculations.execution import TEXT
from app.calculations.paths import LONGEST_SHOWN, meant
from app.compat.meant import meant_calculations
from app.compat.operations import cost_of
from app.errors import InvalidInput, NotFound
from app.keys import ADMISSION, CACHE, POOL, SETTINGS
from app.web.answers import IGNORED, accepts, enveloped, has_already, note_ignored
from app.web.bodies import read_body, require_json
from app.web.routing import Handler
from app.web.streams import streamed, wants_lines
from app.wire import Outcome, decode, inside

LASTING_HEADERS = {"Cache-Control": "private, max-age=86400"}
"""A natal chart never changes; a day lets a new engine version reach everyone."""

MARKDOWN = "text/markdown"
REQUEST = "request"
"""The parameter of GET that holds what POST has in its body."""
TEXT_HEADERS = {"Content-Type": f"{MARKDOWN}; charset=utf-8"}
"""What `Accept` asks for, and how a text is sent."""


async def post_calculation(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/calculations/{name} -> 200, 404 unknown name, 422 invalid, 503 overloaded."""
    name = known_name(request.match_info["name"])
    require_json(request)
    body = await read_body(request)
    note_unread_query(request, name, ())
    if wants_lines(request, name):
        return await streamed(request, long_work(request, name, body))
    return shown(request, await compute(request, asked(request, name), body))


async def get_calculation(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/calculations/{name}?request=<base64url> -> 200 with ETag, 304, and as POST."""
    name = known_name(request.match_info["name"])
    body = _body_of_query(request)
    note_unread_query(request, name, (REQUEST,))
    outcome = await compute(request, asked(request, name), body)
    if not outcome.lasting:
        return shown(request, outcome)
    headers = {**LASTING_HEADERS, "ETag": f'W/"{outcome.digest}"'}
    if has_already(request, outcome.digest):
        return web.Response(status=304, headers=headers)
    return shown(request, outcome, headers)


def legacy(operation: str) -> Handler:
    """The handler of POST /api/<operation>, in the shape of the public API."""

    async def post_legacy(request: web.Request) -> web.Response:
        return enveloped(request, await compute(request, operation, await read_body(request)))

    return post_legacy


async def compute(request: web.Request, operation: str, body: bytes) -> Outcome:
    """What the pool answers; raises what `Ref.ask` raises."""
    cost = cost_of(operation)
    if cost is Cost.LONG:
        return await _long_answer(request, operation, body)
    if cost is Cost.VARIES:
        return await long_work(request, operation, body).answer()
    message = Compute(operation, body)
    return await request.app[POOL].ask(message, within=request.app[SETTINGS].request_deadline)


async def _long_answer(request: web.Request, operation: str, body: bytes) -> Outcome:
    """The answer of long work, computed unless an equal request was answered before."""
    cache = request.app[CACHE]
    if (found := await cache.find(operation, body)) is not None:
        return found
    outcome = await long_work(request, operation, body).answer()
    await cache.keep(operation, body, outcome)
    return outcome


def shown(
    request: web.Request, outcome: Outcome, headers: Mapping[str, str] | None = None
) -> web.Response:
    """The answer as JSON in its envelope, or as text where that was asked for."""
    if outcome.status == HTTPStatus.OK and accepts(request, MARKDOWN):
        told = {**TEXT_HEADERS, **(headers or {})}
        return web.Response(body=outcome.fragment, headers=told)
    return enveloped(request, _warning(request, outcome), headers)


def note_unread_query(request: web.Request, name: str, read: Container[str]) -> None:
    """Let the answer warn of each parameter but those that are read: fields belong in the body."""
    if request.rel_url.raw_query_string:
        unread = (given for given in request.query if given not in read)
        note_ignored(request, _ignored(unread, name))


def _ignored(unread: Iterable[str], name: str) -> Iterator[str]:
    model = catalogue()[name].request
    for given in unread:
        near = meant(given, "", model, model)
        hint = f"; did you mean '{near}' in the JSON request?" if near else ""
        yield f"field 'query.{given[:LONGEST_SHOWN]}' was ignored{hint}"


def _warning(request: web.Request, outcome: Outcome) -> Outcome:
    """The same outcome, whose meta warns of what the request brought and nobody read too."""
    noted = request.get(IGNORED)
    if not noted or not outcome.meta:
        return outcome
    known = decode(b"{%b}" % outcome.meta)
    return replace(outcome, meta=inside({**known, "warnings": [*known["warnings"], *noted]}))


def asked(request: web.Request, name: str) -> str:
    """The operation that answers in the representation asked for."""
    return TEXT + name if accepts(request, MARKDOWN) else name


def long_work(request: web.Request, operation: str, body: bytes) -> LongWork:
    """Work that is cut into parts, wanted for its time or until the caller leaves."""
    transport = request.transport
    return LongWork(
        request.app[POOL],
        request.app[ADMISSION],
        operation,
        body,
        asyncio.get_running_loop().time(),
        request.app[SETTINGS].long_request_deadline,
        lambda: transport is not None and not transport.is_closing(),
    )


def known_name(name: str) -> str:
    """The name of a catalogue entry; raises NotFound with those that may be meant."""
    if name in catalogue():
        return name
    near = " or ".join(meant_calculations(name[:64]))
    hint = f"; did you mean {near}?" if near else "; GET /api/v1/calculations lists them all"
    raise NotFound(f"there is no calculation '{name[:64]}'{hint}")


def _body_of_query(request: web.Request) -> bytes:
    """The JSON object in the query, or nothing at all; raises InvalidInput for anything else."""
    text = request.query.get(REQUEST)
    if text is None:
        expected = "given: the JSON request as base64url"
        raise InvalidInput.of(f"query.{REQUEST}", expected, None)
    try:
        body = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if not body or isinstance(from_json(body), dict):
            return body
    except ValueError:  # neither base64url nor JSON is told apart: it is made by a program
        pass
    raise InvalidInput.of(f"query.{REQUEST}", "base64url of a JSON object", text)
