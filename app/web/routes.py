"""The route table: every path of the server."""

from __future__ import annotations

from app.calculations.catalogue import catalogue
from app.compat.operations import ADAPTERS
from app.security.tokens import Scope
from app.web import (
    admin_users,
    auth,
    calculations,
    circuits,
    health,
    meta,
    places,
    service_tokens,
    users,
)
from app.web.routing import Route, RouteClass

CALCULATION = "/api/v1/calculations/{name}"
ELSEWHERE = r"/{rest:[\s\S]*}"
"""Every path, a line break in it too."""
ALIASED = "stateless/"
"""Legacy operations also served under /api/v1, where the catalogue does not own the path."""


def routes() -> tuple[Route, ...]:
    """All routes, the catch-all last."""
    table = (
        *_meta(),
        *_health(),
        *_calculations(),
        *_legacy(),
        *auth.routes(),
        *circuits.routes(),
        *service_tokens.routes(),
        *places.routes(),
        *users.routes(),
        *admin_users.routes(),
    )
    return (*table, Route("*", ELSEWHERE, meta.elsewhere(table)))


def _meta() -> tuple[Route, ...]:
    return (
        Route("GET", "/", meta.root, summary="What this server is, and where its source is"),
        Route("GET", "/api", meta.api, summary="Where each part of the API is"),
        Route("GET", "/openapi.json", meta.openapi, summary="This description"),
        Route("GET", "/docs", meta.docs, summary="This documentation"),
        Route("GET", "/docs/{name}", meta.asset, hidden=True),
        Route("GET", "/redoc", meta.redoc, hidden=True),
        Route("GET", "/metrics", meta.metrics, summary="Metrics for Prometheus"),
    )


def _health() -> tuple[Route, ...]:
    return (
        Route("GET", "/health", health.health, summary="Is the server healthy; ?detail tells more"),
        Route("GET", "/api/health", health.health, hidden=True),
        Route("GET", "/api/v1/health", health.health, hidden=True),
        Route("GET", "/health/live", health.live, summary="Does the server run"),
        Route("GET", "/health/ready", health.ready, summary="Does the server take new work"),
    )


def _calculations() -> tuple[Route, ...]:
    listing = Route(
        "GET",
        "/api/v1/calculations",
        calculations.list_calculations,
        Scope.CALCULATIONS,
        counted=RouteClass.ACCOUNT,
        summary="Every calculation with its schemas and an example",
    )
    return (
        listing,
        Route(
            "POST",
            CALCULATION,
            calculations.post_calculation,
            Scope.CALCULATIONS,
            per_entry=True,
            counted=RouteClass.CALCULATION,
        ),
        Route(
            "GET",
            CALCULATION,
            calculations.get_calculation,
            Scope.CALCULATIONS,
            per_entry=True,
            counted=RouteClass.CALCULATION,
        ),
    )


def _legacy() -> tuple[Route, ...]:
    return tuple(
        Route(
            "POST",
            f"{prefix}/{adapter.name}",
            calculations.legacy(adapter.name),
            Scope.CALCULATIONS,
            summary=f"{catalogue()[adapter.calculation].summary} (compatible shape)",
            operation=adapter.name,
            counted=RouteClass.CALCULATION,
        )
        for prefix in ("/api", "/api/v1")
        for adapter in ADAPTERS
        if prefix == "/api" or adapter.name.startswith(ALIASED)
    )
