"""The circuits of all dependencies, for admins to see and to turn."""

from __future__ import annotations

import math
from typing import Any

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from app.errors import Unavailable
from app.keys import PRINCIPAL, REGISTRY
from app.resilience.breaker import State
from app.resilience.registry import Dependency, OutboundStatus
from app.security.tokens import Scope
from app.telemetry.logs import logger
from app.web.answers import told
from app.web.bodies import Body, json_body
from app.web.instants import instant
from app.web.routing import Handler, Route, RouteClass

OPEN_SECONDS, LONGEST_OPEN_SECONDS = 300.0, 86_400.0
"""An open circuit always ends by itself: that of the database shuts admins out too."""
RETRY_SOON = 2
PREFIXES = ("/api/v1/admin/circuits", "/admin/circuits")

_log = logger(__name__)


class Circuit(TypedDict):
    """One dependency now; counts are calls since the start, times in seconds.

    `failures_in_window` counts no further than to the threshold, `ignored` were cancelled, late or
    at fault themselves, `retry_after` says when a call makes sense.
    """

    name: str
    state: State
    forced: bool
    failures_in_window: int
    opened_at: str | None
    retry_after: float | None
    in_flight: int
    waiting: int
    succeeded: int
    failed: int
    ignored: int
    rejected: int
    throttled: int
    retries: int
    last_error: str | None


class Circuits(TypedDict):
    circuits: list[Circuit]


class Opening(Body):
    seconds: float = Field(
        OPEN_SECONDS,
        gt=0,
        le=LONGEST_OPEN_SECONDS,
        allow_inf_nan=False,
        description="How long all calls are refused; a reset ends it before",
    )


async def list_circuits(request: web.Request) -> web.Response:
    """GET -> every dependency, in the order in which they came."""
    found = request.app[REGISTRY].all_status()
    return told(request, Circuits(circuits=[_circuit(request, status) for status in found]))


async def reset(request: web.Request) -> web.Response:
    """POST -> the circuit closed, its failures forgotten; 404."""
    dependency = _dependency(request, "reset")
    dependency.reset()
    return _now(request, dependency)


async def force_open(request: web.Request) -> web.Response:
    """POST -> the circuit open for some seconds; 404, 422."""
    body = await json_body(request, Opening) if request.body_exists else Opening()
    dependency = _dependency(request, "open")
    dependency.force_open(body.seconds)
    return _now(request, dependency)


async def reconnect(request: web.Request) -> web.Response:
    """POST -> the circuit closed, connections that are kept made anew; 404, 503 when none is."""
    dependency = _dependency(request, "reconnect")
    try:
        await dependency.reconnect()
    except OSError as error:  # TimeoutError too
        msg = f"{dependency.name} cannot be reached; its circuit is as it was"
        raise Unavailable(msg, retry_after=RETRY_SOON) from error
    return _now(request, dependency)


def routes() -> tuple[Route, ...]:
    """All routes of this module."""
    return tuple(route for prefix in PREFIXES for route in _routes(prefix))


def _routes(prefix: str) -> tuple[Route, ...]:
    def route(method: str, path: str, handler: Handler, summary: str, **more: Any) -> Route:
        return Route(
            method,
            prefix + path,
            handler,
            Scope.ADMIN,
            summary=summary,
            counted=RouteClass.ACCOUNT,
            hidden=prefix != PREFIXES[0],
            **more,
        )

    return (
        route("GET", "", list_circuits, "How every dependency fares", gives=Circuits),
        route("POST", "/{name}/reset", reset, "Close a circuit and forget", gives=Circuit),
        route(
            "POST",
            "/{name}/open",
            force_open,
            f"Refuse all calls of a dependency for some seconds, {OPEN_SECONDS:g} unless told",
            takes=Opening,
            optional=True,
            gives=Circuit,
        ),
        route("POST", "/{name}/reconnect", reconnect, "Connect anew and close", gives=Circuit),
    )


def _dependency(request: web.Request, action: str) -> Dependency:
    """The dependency in the path, about to be turned by hand; raises NotFound."""
    found = request.app[REGISTRY].get(request.match_info["name"])
    by = request[PRINCIPAL].subject
    _log.info("circuit turned by hand", dependency=found.name, action=action, by=by)
    return found


def _now(request: web.Request, dependency: Dependency) -> web.Response:
    return told(request, _circuit(request, dependency.status()))


def _circuit(request: web.Request, status: OutboundStatus) -> Circuit:
    opened, wait = status.opened_at, status.retry_after
    return Circuit(
        name=status.name,
        state=status.state,
        forced=status.forced,
        failures_in_window=status.failures_in_window,
        opened_at=None if opened is None else instant(request, opened),
        retry_after=round(wait, 3) if math.isfinite(wait) else None,
        in_flight=status.in_flight,
        waiting=status.waiting,
        succeeded=status.succeeded,
        failed=status.failed,
        ignored=status.ignored,
        rejected=status.rejected,
        throttled=status.throttled,
        retries=status.retries,
        last_error=status.last_error,
    )
