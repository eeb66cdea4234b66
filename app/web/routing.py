"""What a route is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from app.security.tokens import Scope

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the route table.

    `scope` is what a caller's token must hold, None leaves it open to all. For the description:
    `operation` names the legacy operation behind it, `per_entry` says that the path stands for
    every calculation of the catalogue, `hidden` that it is no part of the API.
    """

    method: str
    path: str
    handler: Handler
    scope: Scope | None = None
    summary: str = ""
    operation: str | None = None
    per_entry: bool = False
    hidden: bool = False
