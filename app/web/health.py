"""Is the server alive, ready, and what does it depend on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NotRequired

from aiohttp import web
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from app.errors import Overloaded, RateLimited, Unavailable
from app.keys import REGISTRY, SETTINGS, STATE, SUPERVISOR, TOKENS
from app.security.tokens import Principal, Scope
from app.telemetry.process import memory_mb
from app.web.access import find_principal
from app.web.answers import bare

HEALTHY, UNHEALTHY, DEGRADED = "healthy", "unhealthy", "degraded"


class HealthQuery(BaseModel):
    """What `health` looks for; whatever is said there."""

    detail: str | None = Field(None, description="Given at all, with any text: tell more")


class HealthAnswer(TypedDict):
    """`status` alone unless more is asked for; `actors` to `paths` for administrators."""

    status: str
    service: NotRequired[str]
    version: NotRequired[str]
    port: NotRequired[int]
    ephemeris: NotRequired[dict[str, Any]]
    metrics: NotRequired[dict[str, Any]]
    dependencies: NotRequired[dict[str, str]]
    actors: NotRequired[list[dict[str, Any]]]
    service_tokens: NotRequired[dict[str, Any]]
    paths: NotRequired[dict[str, Any]]


async def health(request: web.Request) -> web.Response:
    """GET /health -> exactly a status; with ?detail what it rests on; 401 for a bad token."""
    principal = await _principal_if_known(request)
    dependencies = _dependencies(request)
    status = HEALTHY if all(state == HEALTHY for state in dependencies.values()) else DEGRADED
    if "detail" not in request.query:
        return bare({"status": status})
    report = {"status": status, **_details(request), "dependencies": dependencies}
    if principal is not None and Scope.ADMIN in principal.scopes:
        report |= _inside(request)
    return bare(report)


async def live(_: web.Request) -> web.Response:
    """GET /health/live -> 200 while the loop turns."""
    return bare({"status": "alive"})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready -> 200 when new work is welcome, 503 with the reason otherwise.

    The server listens only once a worker can compute. Later there may be none for a second, while
    all that died are replaced: what comes then waits, but another server would answer at once.
    """
    if request.app[STATE].draining:
        return bare({"status": "draining"}, status=503)
    if not request.app[STATE].computes():
        reason = "no worker process can compute now; they are started again by themselves"
        return bare({"status": "unready", "reason": reason}, status=503)
    return bare({"status": "ready"})


async def _principal_if_known(request: web.Request) -> Principal | None:
    """Who asks; None too while nobody can tell, for health is told then above all."""
    try:
        return await find_principal(request)
    except (Unavailable, Overloaded, RateLimited):
        return None


def _dependencies(request: web.Request) -> Mapping[str, str]:
    """Everything the server needs by name, healthy or unhealthy."""
    checks = request.app[STATE].dependencies.items()
    circuits = request.app[REGISTRY].well()
    well = {**circuits, **{name: is_well() for name, is_well in checks}}
    return {name: HEALTHY if fine else UNHEALTHY for name, fine in well.items()}


def _details(request: web.Request) -> Mapping[str, Any]:
    settings, state = request.app[SETTINGS], request.app[STATE]
    uptime = asyncio.get_running_loop().time() - state.started
    return {
        "service": settings.service_name,
        "version": settings.service_version,
        "port": state.port,
        "ephemeris": {"de_number": state.de_number},
        "metrics": {
            "uptime_seconds": round(uptime, 3),
            "active_connections": state.connections(),
            "memory_usage_mb": round(memory_mb(), 1),
        },
    }


def _inside(request: web.Request) -> Mapping[str, Any]:
    settings = request.app[SETTINGS]
    return {
        "actors": [asdict(status) for status in request.app[SUPERVISOR].status()],
        "service_tokens": asdict(request.app[TOKENS].status()),
        "paths": {
            "data_dir": str(settings.data_dir.resolve()),
            "ephemeris": [str(path) for path in request.app[STATE].ephemeris_directories],
        },
    }
