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


class Bearer(Enum):
    """What becomes of a bearer token on a route without a scope."""

    UNREAD = auto()
    WELCOME = auto()
    """It may be left out; a wrong one is refused."""
    NEEDED = auto()
    """The handler looks at it."""


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the route table.

    `scope` is what a caller's token must hold, None leaves it open to all; `in_person` refuses
    tokens that come from no login. The rest is for the description: `takes`, `query` and `gives`
    are the types of the body, of the query and of the data in the answer, `also` those of other
    answers by their status; `form` and `json` say as what the body may come, `optional` that
    there may be none. `answers` is the status of success, `refuses` are those that the work of
    this route adds to what every route may say. `once` says that it takes an `Idempotency-Key`,
    `etag` that answers have one, or that it takes one back, `media` as what they come.
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
    counted: RouteClass = RouteClass.OPEN
    in_person: bool = False
    takes: Any = None
    gives: Any = None
    form: bool = False
    answers: int = 200
    query: Any = None
    once: bool = False
    bearer: Bearer = Bearer.UNREAD
    json: bool = True
    optional: bool = False
    also: tuple[tuple[int, Any], ...] = ()
    refuses: tuple[int, ...] = ()
    etag: bool = False
    media: tuple[str, ...] = ("application/json",)
