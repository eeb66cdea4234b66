"""Changes that are in force before they are told: whoever hears of an end relies on it."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from app.errors import Unauthenticated
from app.keys import PRINCIPALS
from app.web.routing import Handler, Route, RouteClass

_READING = frozenset({"GET", "HEAD"})
_OF_ACCOUNTS = frozenset({RouteClass.AUTH, RouteClass.ACCOUNT})


def in_force(route: Route) -> Route:
    """The same route; what changes accounts answers once this server knows of the change."""
    if route.method in _READING or route.counted not in _OF_ACCOUNTS:
        return route
    return replace(route, handler=_caught_up(route.handler))


def _caught_up(handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        changed = False
        try:
            response = await handler(request)
            changed = True
        except Unauthenticated:  # may have ended something as well: the family of a stolen token
            changed = True
            raise
        finally:
            await request.app[PRINCIPALS].settle(changed=changed)
        return response

    return handle
