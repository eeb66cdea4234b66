"""What the server is measured against, each on a free port: `python -m benchmarks.servers KIND`.

bare      a plain aiohttp handler that sends stored bytes
inline    a plain aiohttp handler that calls the catalogue function itself, and sends the same bytes
pipeline  stored bytes behind our wrapper: token, errors, metrics, log
"""

from __future__ import annotations

import sys

from aiohttp import web

from app.calculations.catalogue import catalogue
from app.calculations.execution import execution
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from app.security.secrets import SigningKeys
from app.security.tokens import Scope, TokenVerifier
from app.serving import loop_factory
from app.telemetry.metrics import Metrics
from app.web.answers import JSON_HEADERS, now_text
from app.web.cors import Cors
from app.web.routing import Handler, Route
from app.web.wrapper import RequestMetrics, Wrapper
from app.wire import encode, envelope

PATH = "/api/v1/calculations/natal-chart"
SECRET = "a-key-for-benchmarks-of-more-than-thirty-two-characters"  # noqa: S105 - opens nothing

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
    app = web.Application()
    verifier = TokenVerifier(SigningKeys(SECRET, (SECRET,)), 1000)
    wrapper = Wrapper(verifier, RequestMetrics.of(Metrics()), Cors(("http://localhost:3000",)), 1.0)
    route = Route("POST", PATH, _stored_handler(), Scope.CALCULATIONS)
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


KINDS = {"bare": bare, "inline": inline, "pipeline": pipeline}


def main() -> None:
    app = KINDS[sys.argv[1]]()
    new_loop = loop_factory()
    web.run_app(
        app,
        host="127.0.0.1",
        port=int(sys.argv[2]),
        access_log=None,
        print=None,
        loop=new_loop() if new_loop else None,
    )


if __name__ == "__main__":
    main()
