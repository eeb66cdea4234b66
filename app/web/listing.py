"""The list of all calculations over HTTP: asked of a worker once, and kept ready to be sent."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

from actors.calculation_pool.messages import Compute, Lane
from app.calculations.listing import LIST
from app.errors import InternalError
from app.keys import POOL, SETTINGS
from app.web.answers import JSON_HEADERS, REQUEST_ID, now_text, prepared
from app.web.made_once import MadeOnce
from app.wire import PreparedAnswer

LISTING = web.AppKey("listing", MadeOnce[PreparedAnswer])
_HEADERS = {**JSON_HEADERS, "Cache-Control": "private, no-cache"}


async def list_calculations(request: web.Request) -> web.Response:
    """GET /api/v1/calculations -> every entry with its schemas and an example; ETag, 304."""
    answer = await request.app[LISTING].get()
    return prepared(request, answer.ended(request[REQUEST_ID], now_text()), _HEADERS)


def listing(app: web.Application) -> MadeOnce[PreparedAnswer]:
    """What an application has to list."""

    async def make() -> PreparedAnswer:
        asked = Compute(LIST, b"", Lane.LONG)
        outcome = await app[POOL].ask(asked, within=app[SETTINGS].request_deadline)
        if outcome.status != HTTPStatus.OK:
            raise InternalError("the list could not be made; report the request_id")
        return await asyncio.to_thread(PreparedAnswer, outcome.fragment)

    return MadeOnce(make)
