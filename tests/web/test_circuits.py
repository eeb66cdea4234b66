"""Circuits over HTTP: seen, opened, closed, and connected anew, by admins alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from app.errors import AppError
from app.keys import PRINCIPAL, REGISTRY, SETTINGS
from app.resilience.outbound import Outbound
from app.resilience.registry import Registry
from app.security.tokens import Kind, Principal, Scope
from app.settings import Settings
from app.telemetry.metrics import Metrics
from app.web.answers import REQUEST_ID, refused
from app.web.circuits import routes
from tests.server import RunningServer

PATH = "/api/v1/admin/circuits"
ADMIN = ("admin",)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose circuits may be turned."""
    with RunningServer(tmp_path_factory.mktemp("circuits")) as running:
        yield running


def turn(server: RunningServer, path: str, body: Any = None) -> Any:
    """The data of an answer to an admin."""
    answer = server.post(f"{PATH}/{path}", body or {}, scopes=ADMIN)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_an_admin_sees_how_every_dependency_fares(own: RunningServer) -> None:
    found = own.get(PATH, scopes=ADMIN).json()["data"]["circuits"]
    database = next(circuit for circuit in found if circuit["name"] == "postgres")
    assert database["state"] == "closed"
    assert database["succeeded"] > 0
    assert database["opened_at"] is None


def test_outside_the_api_the_same_is_bare(own: RunningServer) -> None:
    found = own.get("/admin/circuits", scopes=ADMIN).json()
    assert "postgres" in [circuit["name"] for circuit in found["circuits"]]


@pytest.mark.parametrize(("scopes", "status"), [((), 401), (("calculations",), 403)])
@pytest.mark.parametrize("prefix", [PATH, "/admin/circuits"])
def test_nobody_else_sees_or_turns_them(
    own: RunningServer, prefix: str, scopes: tuple[str, ...], status: int
) -> None:
    assert own.get(prefix, scopes=scopes).status_code == status
    for action in ("open", "reset", "reconnect"):
        answer = own.post(f"{prefix}/postgres/{action}", {}, scopes=scopes)
        assert answer.status_code == status


def test_a_circuit_is_opened_for_a_time_and_closed_before_it_is_over(own: RunningServer) -> None:
    opened = turn(own, "postgres/open", {"seconds": 30})
    try:
        assert (opened["state"], opened["forced"]) == ("open", True)
        assert 0 < opened["retry_after"] <= 30
        assert opened["opened_at"].endswith("Z")
    finally:
        closed = turn(own, "postgres/reset")
    assert (closed["state"], closed["forced"], closed["opened_at"]) == ("closed", False, None)
    assert turn(own, "postgres/reconnect")["state"] == "closed"


def test_an_unknown_dependency_is_not_found_and_the_known_are_named(own: RunningServer) -> None:
    for action in ("open", "reset", "reconnect"):
        answer = own.post(f"{PATH}/nothing/{action}", {}, scopes=ADMIN)
        assert answer.status_code == 404
        assert "there are: postgres" in answer.json()["error"]["message"]


@pytest.mark.parametrize("seconds", [0, -1, 86_401, "long", None, True])
def test_a_time_that_is_none_is_refused(own: RunningServer, seconds: object) -> None:
    answer = own.post(f"{PATH}/postgres/open", {"seconds": seconds}, scopes=ADMIN)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("seconds must be")


class Line:
    """The connection to a dependency, which can be made anew or not."""

    def __init__(self) -> None:
        self.made = 0
        self.broken: Exception | None = None

    async def reconnect(self) -> None:
        if self.broken is not None:
            raise self.broken
        self.made += 1


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def client(line: Line) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """The routes alone, for an admin, with a dependency called stars."""

    @web.middleware
    async def as_admin(request: web.Request, handler: Any) -> web.StreamResponse:
        scopes = frozenset({Scope.ADMIN})
        request[PRINCIPAL] = Principal("admin", None, Kind.ACCESS, scopes, "free", None)
        request[REQUEST_ID] = "a-request"
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except AppError as error:
            return refused(request, error)

    app = web.Application(middlewares=[as_admin])
    app[SETTINGS] = Settings()
    app[REGISTRY] = Registry(Metrics())
    Outbound("stars", app[REGISTRY], reconnect=line.reconnect)
    for route in routes():
        app.router.add_route(route.method, route.path, route.handler)
    async with TestClient(TestServer(app)) as found:
        yield found


Client = TestClient[web.Request, web.Application]


async def test_opened_without_a_body_it_ends_by_itself_after_some_minutes(client: Client) -> None:
    answer = await client.post(f"{PATH}/stars/open")
    assert (await answer.json())["data"]["retry_after"] == pytest.approx(300, abs=60)


async def test_connected_anew_a_circuit_is_closed(client: Client, line: Line) -> None:
    await client.post(f"{PATH}/stars/open")
    answer = await client.post(f"{PATH}/stars/reconnect")
    assert (await answer.json())["data"]["state"] == "closed"
    assert line.made == 1


@pytest.mark.parametrize("broken", [ConnectionRefusedError("secret"), TimeoutError()])
async def test_what_cannot_be_connected_stays_as_it_was(
    client: Client, line: Line, broken: Exception
) -> None:
    line.broken = broken
    await client.post(f"{PATH}/stars/open")
    answer = await client.post(f"{PATH}/stars/reconnect")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert "secret" not in await answer.text()
    listed = await (await client.get(PATH)).json()
    assert listed["data"]["circuits"][0]["state"] == "open"
