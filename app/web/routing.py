"""What a route is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from aiohttp import web

from app.security.tokens import Scope

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RouteClass(Enum):
    """What a request costs, and so which limit it counts against."""

    OPEN = auto()
    """Pages and health: not counted."""
    AUTH = auto()
    """Without a token, by address."""
    ACCOUNT = auto()
    """Who may do what: the answer to a change comes once it is in force here."""
    STORED = auto()
    """What is kept for somebody."""
    CALCULATION = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the route table.

    `scope` is what a caller's token must hold, None leaves it open to all; `in_person` refuses
    tokens that come from no login. For the description: `takes` and `gives` are the types of the
    JSON body and of the data in the answer, `form` says that the body is a form instead,
    `answers` is the status of success; `operation` names the legacy operation behind it,
    `per_entry` says that the path stands for every calculation of the catalogue, `hidden` that it
    is no part of the API.
    """

    method: str
    path: str
    handler: Handler
    scope: Scope | None = None
    summary: str = ""
    operation: str | None = None
    per_entry: bool = False
    hidden: bool = False
    counted: RouteClass = RouteClass.OPEN
    in_person: bool = False
    takes: Any = None
    gives: Any = None
    form: bool = False
    answers: int = 200
