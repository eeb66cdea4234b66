"""What the server is measured against, each on a free port: `python -m benchmarks.servers KIND`.

bare      a plain aiohttp handler that sends stored bytes
inline    a plain aiohttp handler that calls the catalogue function itself, and sends the same bytes
pipeline  stored bytes behind our wrapper: token, errors, metrics, log
guarded   the same on connections of ours, which watch over heads and bodies
anonymous the pipeline on a route that is open to all
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import web

from app.accounts.principals import Principals
from app.calculations.catalogue import catalogue
from app.calculations.execution import execution
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from app.keys import CLIENTS, METRICS, PRINCIPALS
from app.limits.policy import Policy
from app.limits.windows import Windows
from app.security.clients import Clients
from app.security.secrets import SigningKeys
from app.security.tokens import Claims, Kind, Scope, digest_of, issue
from app.serving import loop_factory
from app.settings import Settings
from app.storage.postgres import Connection
from app.telemetry.metrics import Metrics
from app.web.answers import JSON_HEADERS, now_text
from app.web.connections import Bounds, Runner
from app.web.cors import Cors
from app.web.limits import LIMITS, Limits
from app.web.routing import Handler, Route, RouteClass
from app.web.wrapper import RequestMetrics, Wrapper
from app.wire import encode, envelope

PATH = "/api/v1/calculations/natal-chart"
SECRET = "a-key-for-benchmarks-of-more-than-thirty-two-characters"  # noqa: S105 - opens nothing

KEYS = SigningKeys(SECRET, (SECRET,))
OWNER = "5eed0000-0000-4000-8000-000000000001"
TOKEN_ID = "5eed0000-0000-4000-8000-000000000002"  # noqa: S105 - a number, no secret
TOKEN = issue(
    KEYS,
    Claims(
        subject=OWNER,
        kind=Kind.SERVICE,
        scopes=frozenset({Scope.CALCULATIONS}),
        token_id=TOKEN_ID,
        session_id=None,
        issued_at=0.0,
        expires_at=None,
    ),
)
"""Accepted by the pipeline without a database: the same in every process."""

_ENTRY = catalogue()["natal-chart"]


def stored_answer() -> bytes:
    """The bytes of a natal chart as the server sends it."""
    return _answer(encode(dict(_ENTRY.example)), SwissAlmanac([DATA]))


def bare() -> web.Application:
    app = web.Application()
    app.router.add_post(PATH, _stored_handler())
    return app


def inline() -> web.Application:
    ephemeris = SwissAlmanac([DATA])

    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=_answer(await request.read(), ephemeris), headers=JSON_HEADERS)

    app = web.Application()
    app.router.add_post(PATH, handle)
    return app


def pipeline() -> web.Application:
    return _wrapped(Scope.CALCULATIONS, RouteClass.CALCULATION)


def anonymous() -> web.Application:
    return _wrapped(None, RouteClass.OPEN)


def _wrapped(scope: Scope | None, counted: RouteClass) -> web.Application:
    app, settings = web.Application(), Settings(_env_file=None)
    principals = Principals(_one_row, KEYS, 1000)
    principals.listening()
    windows = Windows(settings.rate_limit_window, settings.rate_limit_keys)
    app[PRINCIPALS], app[CLIENTS], app[METRICS] = principals, Clients(()), Metrics()
    app[LIMITS] = Limits(Policy.of(settings), windows)
    wrapper = Wrapper(
        principals,
        app[LIMITS],
        RequestMetrics.of(app[METRICS]),
        Cors(settings.cors_origins),
        settings.slow_request_seconds,
    )
    route = Route(
        "POST",
        PATH,
        _stored_handler(),
        scope,
        operation="natal-chart",
        counted=counted,
    )
    app.router.add_post(PATH, wrapper.around(route))
    return app


def _stored_handler() -> Handler:
    stored = stored_answer()

    async def handle(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=stored, headers=JSON_HEADERS)

    return handle


def _answer(body: bytes, ephemeris: SwissAlmanac) -> bytes:
    outcome = execution(_ENTRY)(body, ephemeris)
    return envelope(outcome.fragment, outcome.meta, "benchmark", now_text())


class _Row:
    """A connection that knows the row of one token."""

    async def fetchrow(self, *_: object) -> dict[str, object]:
        return {
            "id": uuid.UUID(OWNER),
            "tier": "free",
            "held": [Scope.CALCULATIONS],
            "scopes": [Scope.CALCULATIONS],
            "expires_at": None,
            "token_digest": digest_of(TOKEN),
        }


@asynccontextmanager
async def _one_row() -> AsyncIterator[Connection]:
    yield cast("Connection", _Row())


KINDS = {
    "bare": bare,
    "inline": inline,
    "pipeline": pipeline,
    "guarded": pipeline,
    "anonymous": anonymous,
}


async def _serve(kind: str, port: int) -> None:
    """Serve for ever."""
    app = KINDS[kind]()
    guarded = kind == "guarded"
    runner = (
        Runner(app, Bounds(), access_log=None) if guarded else web.AppRunner(app, access_log=None)
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def main() -> None:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_serve(sys.argv[1], int(sys.argv[2])))


if __name__ == "__main__":
    main()
