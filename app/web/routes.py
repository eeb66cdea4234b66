"""The route table: every path of the server."""

from __future__ import annotations

from typing import Any

from app.calculations.catalogue import catalogue
from app.calculations.listing import Listing
from app.compat.operations import ADAPTERS
from app.security.tokens import Scope
from app.web import (
    admin_users,
    auth,
    calculations,
    chart_calculations,
    charts,
    circuits,
    health,
    legacy_aliases,
    legacy_charts,
    meta,
    places,
    service_tokens,
    users,
)
from app.web.listing import list_calculations
from app.web.routing import Bearer, Route, RouteClass

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
        *charts.routes(),
        *legacy_aliases.routes(),
        *legacy_charts.routes(),
        *users.routes(),
        *admin_users.routes(),
        *chart_calculations.routes(),
    )
    return (*table, Route("*", ELSEWHERE, meta.elsewhere(table)))


def _meta() -> tuple[Route, ...]:
    pages: dict[str, Any] = {"gives": dict[str, Any]}
    return (
        Route(
            "GET", "/", meta.root, summary="What this server is, and where its source is", **pages
        ),
        Route("GET", "/api", meta.api, summary="Where each part of the API is", **pages),
        Route(
            *("GET", "/openapi.json", meta.openapi),
            summary="This description",
            etag=True,
            **pages,
        ),
        Route("GET", "/docs", meta.docs, summary="This documentation", media=("text/html",)),
        Route("GET", "/docs/{name}", meta.asset, hidden=True),
        Route("GET", "/redoc", meta.redoc, hidden=True),
        Route(
            *("GET", "/metrics", meta.metrics),
            summary="Metrics for Prometheus; from elsewhere than this machine with a token",
            bearer=Bearer.WELCOME,
            refuses=(403,),
            media=("text/plain",),
        ),
    )


def _health() -> tuple[Route, ...]:
    pages: dict[str, Any] = {"gives": dict[str, str]}
    return (
        Route(
            *("GET", "/health", health.health),
            summary="Is the server healthy; with `detail` what it rests on",
            bearer=Bearer.WELCOME,
            query=health.HealthQuery,
            gives=health.HealthAnswer,
        ),
        Route("GET", "/api/health", health.health, hidden=True),
        Route("GET", "/api/v1/health", health.health, hidden=True),
        Route("GET", "/health/live", health.live, summary="Does the server run", **pages),
        Route(
            *("GET", "/health/ready", health.ready),
            summary="Does the server take new work",
            also=((503, dict[str, str]),),
            **pages,
        ),
    )


def _calculations() -> tuple[Route, ...]:
    listing = Route(
        "GET",
        "/api/v1/calculations",
        list_calculations,
        Scope.CALCULATIONS,
        counted=RouteClass.ACCOUNT,
        summary="Every calculation with its schemas and an example",
        etag=True,
        gives=Listing,
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
            etag=True,
            counted=RouteClass.CALCULATION,
        ),
    )


def _legacy() -> tuple[Route, ...]:
    return tuple(
        Route(
            "POST",
            f"{prefix}/{adapter.name}",
            chart_calculations.by_birth_or_chart(adapter.name),
            Scope.CALCULATIONS,
            summary=f"{catalogue()[adapter.calculation].summary} (compatible shape)",
            operation=adapter.name,
            counted=RouteClass.CALCULATION,
        )
        for prefix in ("/api", "/api/v1")
        for adapter in ADAPTERS
        if prefix == "/api" or adapter.name.startswith(ALIASED)
    )
