"""The pages that tell what this server is, and the answer to all that is no page."""

from __future__ import annotations

import hmac
from importlib import resources
from pathlib import Path

from aiohttp import web

from app.errors import MethodNotAllowed, NotFound
from app.keys import METRICS, SETTINGS
from app.security.tokens import Scope, token_in
from app.telemetry.metrics import CONTENT_TYPE
from app.web.access import find_principal, is_loopback, require
from app.web.answers import JSON_HEADERS, bare, prepared
from app.web.made_once import MadeOnce
from app.web.routing import Handler, Route
from app.wire import Prepared

OPENAPI = web.AppKey("openapi", MadeOnce[Prepared])
"""The description of every route."""
STATIC = Path(str(resources.files("app.web").joinpath("static")))
_ASSETS = {
    "docs.js": (STATIC / "docs.js", "text/javascript"),
    "swagger-ui-bundle.js": (STATIC / "swagger-ui" / "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": (STATIC / "swagger-ui" / "swagger-ui.css", "text/css"),
}
_ASSET_HEADERS = {"Cache-Control": "public, max-age=86400"}


async def root(request: web.Request) -> web.Response:
    """GET / -> name, version, links, and where the source is."""
    settings = request.app[SETTINGS]
    return bare(
        {
            "name": "Nocturna",
            "version": settings.service_version,
            "description": "Exact astrological calculations over REST",
            "status": "running",
            "endpoints": {
                "documentation": "/docs",
                "redoc": "/redoc",
                "health": "/health",
                "api": "/api",
                "openapi": "/openapi.json",
                "calculations": "/api/v1/calculations",
            },
            "links": {"docs": "/docs", "health": "/health"},
            "license": "AGPL-3.0-or-later",
            "source": settings.source_url,
        },
    )


async def api(request: web.Request) -> web.Response:
    """GET /api -> where each part of the API is."""
    return bare(
        {
            "name": "Nocturna API",
            "version": request.app[SETTINGS].service_version,
            "endpoints": {
                "authentication": "/api/auth",
                "charts": "/api/charts",
                "calculations": "/api/calculations",
                "stateless": "/api/stateless",
                "websockets": "/api/websockets",
                "catalogue": "/api/v1/calculations",
            },
            "documentation": {"swagger": "/docs", "redoc": "/redoc"},
        },
    )


async def openapi(request: web.Request) -> web.Response:
    """GET /openapi.json -> the description of every route with its ETag, or 304."""
    document = await request.app[OPENAPI].get()
    return prepared(request, document, {**JSON_HEADERS, "Cache-Control": "no-cache"})


async def docs(_: web.Request) -> web.StreamResponse:
    """GET /docs -> the documentation, readable without any other server."""
    return web.FileResponse(STATIC / "docs.html")


async def redoc(_: web.Request) -> web.StreamResponse:
    """GET /redoc -> the same documentation, under the name some clients know."""
    return web.Response(status=307, headers={"Location": "/docs"})


async def asset(request: web.Request) -> web.StreamResponse:
    """GET /docs/{name} -> a bundled file of the documentation; 404 for any other name."""
    name = request.match_info["name"]
    if name not in _ASSETS:
        raise NotFound(f"there is no page {request.path[:64]}; see / for what there is")
    path, kind = _ASSETS[name]
    return web.FileResponse(path, headers={**_ASSET_HEADERS, "Content-Type": kind})


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics -> Prometheus text; from elsewhere than this machine with a token only."""
    if not (is_loopback(request) or _holds_metrics_token(request)):
        require(await find_principal(request), Scope.ADMIN)
    text = await request.app[METRICS].text()
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})


def elsewhere(routes: tuple[Route, ...]) -> Handler:
    """The handler of all that matches no route: preflights, slashes too many, 405 and 404."""

    async def handle(request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path  # an encoded slash stays where it is
        if path != "/" and path.endswith("/"):
            return web.Response(status=307, headers={"Location": _without_slash(request)})
        allowed = await _allowed_methods(request)
        if allowed:
            listed = ", ".join(allowed)
            msg = f"{request.method[:16]} is not for {request.path[:64]}; use {listed}"
            raise MethodNotAllowed(msg, details={"allowed": allowed})
        raise NotFound(
            f"there is nothing at {request.path[:64]}; GET /openapi.json lists every path"
        )

    async def _allowed_methods(request: web.Request) -> list[str]:
        methods = {route.method for route in routes} | {"HEAD"}
        found = []
        for method in sorted(methods):
            match = await request.app.router.resolve(request.clone(method=method))
            if (
                match.http_exception is None
                and match.route.resource is not request.match_info.route.resource
            ):
                found.append(method)
        return found

    return handle


def _without_slash(request: web.Request) -> str:
    """The path as it came, without slashes at its end, and its query.

    It stays percent-encoded, so that no byte of it ends the header. One leading slash only, and
    no backslash, which browsers take for one: two would lead to another server.
    """
    path = "/" + request.rel_url.raw_path.strip("/").replace("\\", "%5C")
    query = request.rel_url.raw_query_string
    return f"{path}?{query}" if query else path


def _holds_metrics_token(request: web.Request) -> bool:
    expected = request.app[SETTINGS].metrics_token
    token = token_in(request.headers.get("Authorization"))
    return (
        expected is not None
        and token is not None
        and hmac.compare_digest(token.encode(errors="surrogateescape"), expected.encode())
    )
