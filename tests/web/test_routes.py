"""The route table: nothing is open by accident, and the pages need no other server."""

from __future__ import annotations

import re

import pytest
import requests

from app.calculations.catalogue import catalogue
from app.compat.charts import CHART_ADAPTERS
from app.compat.operations import ADAPTERS
from app.security.tokens import Scope
from app.web.routes import ELSEWHERE, routes
from app.web.routing import Route
from tests.server import LONG_ENOUGH, RunningServer

OPEN = {
    "/",
    "/api",
    "/api/auth/token",  # another name of login
    "/api/health",
    "/api/v1/calculations/health",
    "/api/v1/health",
    "/docs",
    "/docs/{name}",
    "/health",
    "/health/live",
    "/health/ready",
    "/metrics",  # guards itself: open on this machine only
    "/openapi.json",
    "/redoc",
    *(
        f"{prefix}/{name}"  # what is done before one has a token
        for prefix in ("/api/auth", "/api/v1/auth")
        for name in ("register", "login", "refresh", "logout")
    ),
    "/api/v1/auth/password-reset",  # the reset token is in the body
    ELSEWHERE,
}
"""Paths that anyone may ask for. Adding one here is a decision."""
BY_KIND = {f"{prefix}/service-token/refresh" for prefix in ("/api/auth", "/api/v1/auth")}
"""Paths for service tokens of any scope, which look at the token themselves."""

ASSET = re.compile(r'(?:src|href)="([^"]*)"')


@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{route.method} {route.path}")
def test_a_route_has_a_scope_or_is_on_the_list_of_open_ones(route: Route) -> None:
    assert (route.scope is None) == (route.path in OPEN | BY_KIND)


def test_every_open_path_is_a_route() -> None:
    assert {route.path for route in routes()} >= OPEN


def test_no_route_is_there_twice() -> None:
    table = [(route.method, route.path) for route in routes()]
    assert len(table) == len(set(table))


def test_all_that_matches_nothing_else_comes_last() -> None:
    assert routes()[-1].path == ELSEWHERE
    assert [route.method for route in routes()].count("*") == 1


def test_compatible_operations_are_under_api_and_stateless_ones_under_v1_too() -> None:
    paths = {route.path for route in routes() if route.operation is not None}
    stateless = {adapter.name for adapter in ADAPTERS if adapter.name.startswith("stateless/")}
    assert paths == {
        *(f"/api/{adapter.name}" for adapter in ADAPTERS),
        *(f"/api/v1/{name}" for name in stateless),
        *(
            adapter.name.replace("charts", family)
            for family in ("/api/charts/{chart_id}", "/api/calculations/charts/{chart_id}")
            for adapter in CHART_ADAPTERS
        ),
    }


def test_the_catalogue_is_for_scope_calculations() -> None:
    (post,) = (route for route in routes() if route.per_entry and route.method == "POST")
    assert post.scope is Scope.CALCULATIONS


def test_a_route_without_a_token_is_open_or_401(server: RunningServer) -> None:
    for route in routes()[:-1]:
        path = re.sub(r"\{\w+\}", next(iter(catalogue())), route.path)
        response = requests.request(
            route.method, server.url + path, timeout=LONG_ENOUGH, allow_redirects=False
        )
        if route.path in OPEN:
            assert response.status_code in {200, 307, 404, 422}, path
        else:
            assert response.status_code == 401, path


def test_the_root_tells_where_everything_is(server: RunningServer) -> None:
    answer = server.get("/", scopes=()).json()
    assert answer["version"] == "1.0.0"
    assert answer["status"] == "running"
    assert set(answer["endpoints"]) >= {"documentation", "redoc", "health", "api"}
    assert answer["links"] == {"docs": "/docs", "health": "/health"}
    assert answer["license"] == "AGPL-3.0-or-later"
    assert {"name", "description", "source"} <= set(answer)
    for path in {*answer["endpoints"].values(), *answer["links"].values()}:
        assert server.get(path).status_code in {200, 307}


def test_the_api_page_tells_where_its_parts_are(server: RunningServer) -> None:
    answer = server.get("/api", scopes=()).json()
    assert {"calculations", "stateless"} <= set(answer["endpoints"])
    assert answer["documentation"] == {"swagger": "/docs", "redoc": "/redoc"}


def test_the_documentation_and_its_parts_come_from_here(server: RunningServer) -> None:
    page = server.get("/docs", scopes=())
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assets = [asset for asset in ASSET.findall(page.text) if not asset.startswith("data:")]
    assert len(assets) == 3
    for asset in assets:
        assert re.match(r"/(?!/)", asset), asset
        answer = server.get(asset, scopes=())
        assert answer.status_code == 200
        kind = "text/css" if asset.endswith(".css") else "text/javascript"
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Cache-Control"] == "public, max-age=86400"


def test_the_documentation_names_no_other_host(server: RunningServer) -> None:
    for path in ("/docs", "/docs/docs.js"):
        assert not re.search(r"https?:|//[a-z]", server.get(path, scopes=()).text)
    styles = server.get("/docs/swagger-ui.css", scopes=()).text
    assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", styles)


def test_redoc_leads_to_the_documentation(server: RunningServer) -> None:
    response = server.get("/redoc", scopes=())
    assert (response.status_code, response.headers["Location"]) == (307, "/docs")


@pytest.mark.parametrize("name", ["docs.html", "nothing", "LICENSE", "swagger-ui"])
def test_no_other_file_is_served(server: RunningServer, name: str) -> None:
    response = server.get(f"/docs/{name}", scopes=())
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "NOT_FOUND"
