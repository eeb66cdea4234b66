"""Health: exactly a status for everyone, details on request, the inside for admins only."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from app.keys import PRINCIPALS, REGISTRY, SETTINGS, STATE, ServerState
from app.resilience.registry import Registry
from app.settings import Settings
from app.telemetry.metrics import Metrics
from app.web import health
from tests.principals import known
from tests.server import SECRET, RunningServer, token

PATHS = ("/health", "/api/health", "/api/v1/health")


def bearer(*scopes: str, now: float | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(*scopes, days=1, now=now)}"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scopes", [(), ("calculations",), ("admin",)])
def test_health_is_exactly_a_status_with_or_without_a_token(
    server: RunningServer, path: str, scopes: tuple[str, ...]
) -> None:
    response = server.get(path, scopes=scopes)
    assert response.status_code == 200
    assert response.content == b'{"status":"healthy"}'
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("query", ["", "?detail"])
@pytest.mark.parametrize("path", PATHS)
def test_an_invalid_token_is_401(server: RunningServer, path: str, query: str) -> None:
    response = server.get(path + query, headers={"Authorization": "Bearer x"}, scopes=())
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["error"]["code"] == "AUTHENTICATION_ERROR"


@pytest.mark.parametrize("path", PATHS)
def test_an_expired_token_is_401_and_says_so(server: RunningServer, path: str) -> None:
    old = bearer(now=time.time() - 86_401)
    response = server.get(path, headers=old, scopes=())
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "TOKEN_EXPIRED"
    assert "expired" in response.json()["detail"]


def test_another_scheme_counts_as_no_token(server: RunningServer) -> None:
    headers = {"Authorization": "Basic dXNlcjpwYXNz"}
    assert server.get("/health", headers=headers, scopes=()).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["?detail", "?detail=true", "?detail=1&x=y"])
def test_detail_tells_what_the_server_rests_on(
    server: RunningServer, path: str, query: str
) -> None:
    report = server.get(path + query, scopes=()).json()
    assert set(report) == {
        *("status", "service", "version", "port", "dependencies", "metrics", "ephemeris"),
    }
    assert (report["status"], report["service"]) == ("healthy", "nocturna")
    assert report["version"] == "1.0.0"
    needed = ("calculation_pool", "postgres", "postgres_disk")
    assert report["dependencies"] == dict.fromkeys(needed, "healthy")
    assert report["ephemeris"] == {"de_number": 431}
    metrics = report["metrics"]
    assert set(metrics) == {"uptime_seconds", "active_connections", "memory_usage_mb"}
    assert metrics["uptime_seconds"] > 0
    assert metrics["active_connections"] >= 1
    assert 10 < metrics["memory_usage_mb"] < 1000


def test_detail_tells_the_port_that_is_really_listened_on(server: RunningServer) -> None:
    # The servers of these tests are started with NOCTURNA_PORT=0: any free port.
    report = server.get("/health?detail", scopes=()).json()
    assert report["port"] == urlsplit(server.url).port


def test_the_uptime_grows(server: RunningServer) -> None:
    def uptime() -> float:
        value: float = server.get("/health?detail", scopes=()).json()["metrics"]["uptime_seconds"]
        return value

    assert uptime() <= uptime()


@pytest.mark.parametrize("scopes", [(), ("calculations",)])
def test_actors_and_paths_are_not_for_everyone(
    server: RunningServer, scopes: tuple[str, ...]
) -> None:
    report = server.get("/health?detail", scopes=scopes)
    assert not {"actors", "paths"} & set(report.json())
    assert "/" not in report.text


def test_actors_and_paths_are_for_admins(server: RunningServer) -> None:
    report = server.get("/health?detail", scopes=("admin",)).json()
    (pool,) = (actor for actor in report["actors"] if actor["name"] == "calculation_pool")
    assert pool["restarts"] == 0
    assert pool["capacity"] == 4096
    assert report["paths"]["data_dir"].startswith("/")
    assert report["paths"]["ephemeris"][0].endswith("app/ephemeris/data")
    tokens = report["service_tokens"]
    assert set(tokens) == {"state", "looked_at", "numbers", "tokens"}
    assert len(tokens["tokens"]) <= 20
    assert SECRET not in json.dumps(report)


def test_admins_without_detail_get_the_status_alone(server: RunningServer) -> None:
    assert server.get("/health", scopes=("admin",)).json() == {"status": "healthy"}


def test_live_and_ready_need_no_token(server: RunningServer) -> None:
    for path, status in (("/health/live", "alive"), ("/health/ready", "ready")):
        response = server.get(path, scopes=())
        assert (response.status_code, response.json()) == (200, {"status": status})


def state(**dependencies: Callable[[], bool]) -> ServerState:
    return ServerState(0.0, (), 431, dependencies=dict(dependencies))


async def ask(
    handler: Callable[[web.Request], Any], path: str, around: ServerState
) -> tuple[int, dict[str, Any]]:
    """What a handler answers in an application of this state; no server runs."""
    app = web.Application()
    app[STATE] = around
    app[SETTINGS] = Settings()
    app[PRINCIPALS] = known()
    app[REGISTRY] = Registry(Metrics())
    response = await handler(make_mocked_request("GET", path, app=app))
    return response.status, json.loads(response.body)


async def test_one_unhealthy_dependency_degrades_the_status_and_stays_200() -> None:
    around = state(calculation_pool=lambda: True, storage=lambda: False)
    assert await ask(health.health, "/health", around) == (200, {"status": "degraded"})
    status, report = await ask(health.health, "/health?detail", around)
    assert (status, report["status"]) == (200, "degraded")
    assert report["dependencies"] == {"calculation_pool": "healthy", "storage": "unhealthy"}


async def test_a_draining_server_is_alive_but_not_ready() -> None:
    around = state()
    around.draining = True
    assert await ask(health.ready, "/health/ready", around) == (503, {"status": "draining"})
    assert await ask(health.live, "/health/live", around) == (200, {"status": "alive"})


async def test_a_server_without_a_worker_is_alive_but_not_ready() -> None:
    around = state()
    around.computes = lambda: False
    status, report = await ask(health.ready, "/health/ready", around)
    assert (status, report["status"]) == (503, "unready")
    assert "no worker process" in report["reason"]
    assert await ask(health.live, "/health/live", around) == (200, {"status": "alive"})
    around.computes = lambda: True
    assert await ask(health.ready, "/health/ready", around) == (200, {"status": "ready"})
