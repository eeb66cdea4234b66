"""The first pages, and paths that only documentation and old tests name, CONTRACT.md 1.9, 1.10."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from actors.runtime import AskTimeout
from app.calculations.catalogue import catalogue
from app.errors import WorkerLost
from app.web import legacy_aliases
from app.web.legacy_aliases import ENTRIES, Part
from app.wire import Outcome
from tests.server import LONG_ENOUGH, RunningServer
from tests.web.people import PASSWORD, Person, call, data, person

BUNDLE = "/api/v1/calculations"
DAY = {
    "date": "1990-01-15T14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}


PARTS = {
    "authentication": "/api/auth",
    "charts": "/api/charts",
    "calculations": "/api/calculations",
    "stateless": "/api/stateless",
    "websockets": "/api/websockets",
}


@pytest.fixture(scope="module")
def someone(server: RunningServer) -> Person:
    return person(server)


def bundle(server: RunningServer, *parts: Any, **changes: Any) -> requests.Response:
    return server.post(BUNDLE, {**DAY, "calculations": list(parts), **changes})


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_health_is_one_word(server: RunningServer, path: str) -> None:
    reply = server.get(path, scopes=())
    assert (reply.status_code, reply.json()) == (200, {"status": "healthy"})


def test_the_first_pages_tell_where_each_part_is(server: RunningServer) -> None:
    root, api = (server.get(path, scopes=()).json() for path in ("/", "/api"))
    assert {"name", "version", "description", "status", "endpoints", "links"} <= set(root)
    assert {"documentation", "redoc", "health", "api"} <= set(root["endpoints"])
    assert (root["version"], root["status"]) == ("1.0.0", "running")
    assert {"name", "version", "endpoints", "documentation"} <= set(api)
    assert {name: api["endpoints"][name] for name in PARTS} == PARTS
    assert api["documentation"] == {"swagger": "/docs", "redoc": "/redoc"}


def test_a_bundle_holds_what_each_calculation_tells(server: RunningServer) -> None:
    told = data(bundle(server, "positions", "aspects", "houses"))
    for name in ENTRIES.values():
        alone = data(server.post(f"{BUNDLE}/{name}", DAY))
        assert {member: told[member] for member in alone} == alone


@pytest.mark.parametrize("part", ["aspects", "Houses", "POSITIONS"])
def test_a_bundle_of_one_is_that_calculation(server: RunningServer, part: str) -> None:
    name = ENTRIES[part.lower()]  # type: ignore[index]  # a part is its own text
    answer = bundle(server, part, part)
    alone = server.post(f"{BUNDLE}/{name}", DAY).json()
    assert data(answer) == alone["data"]
    (meta,) = answer.json()["meta"]["calculations"].values()
    assert meta["digest"] == alone["meta"]["digest"]


def test_the_parts_of_a_bundle_name_no_member_alike(server: RunningServer) -> None:
    told = [set(data(server.post(f"{BUNDLE}/{name}", DAY))) for name in ENTRIES.values()]
    assert sum(map(len, told)) == len(set.union(*told))


@pytest.mark.parametrize(
    ("changes", "field", "advice"),
    [
        ({"calculations": None}, "calculations", "given"),
        ({"calculations": []}, "calculations", "POSITIONS, ASPECTS, HOUSES"),
        ({"calculations": "positions"}, "calculations", "a list"),
        ({"calculations": ["position"]}, "calculations.0", "nearest: POSITIONS"),
        ({"calculations": ["positions"] * 9}, "calculations", "at most 8 items"),
        ({"latitude": 91}, "latitude", "within -90.0..90.0"),
        ({"latitude": "40.7"}, "latitude", "not text"),
        ({"latitude": 10**30}, "latitude", "within -90.0..90.0"),
        ({"date": "1990-13-15T14:30"}, "date", "a month from 01 to 12"),
    ],
)
def test_a_bundle_that_cannot_be_computed_is_refused(
    server: RunningServer, changes: dict[str, Any], field: str, advice: str
) -> None:
    reply = bundle(server, "positions", "aspects", **changes)
    assert reply.status_code == 422
    error = reply.json()["error"]
    assert error["details"]["field"] == field
    assert advice in error["message"]


def test_a_bundle_in_which_one_has_no_answer_is_refused(server: RunningServer) -> None:
    reply = bundle(server, "positions", "houses", latitude=80.0)
    assert reply.status_code == 422
    assert reply.json()["error"]["code"] == "CALCULATION_ERROR"


@pytest.mark.parametrize(
    "failure", [WorkerLost("two worker processes died"), AskTimeout("calculation_pool", 10.0)]
)
async def test_the_first_failure_of_a_bundle_is_its_own_and_gives_up_the_other_parts(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    given_up: set[str] = set()

    async def compute(_: web.Request, operation: str, __: bytes) -> Outcome:
        if operation == ENTRIES[Part.ASPECTS]:
            raise failure
        try:
            await asyncio.Event().wait()
        finally:
            given_up.add(operation)
        return Outcome(200, b"")

    monkeypatch.setattr(legacy_aliases, "compute", compute)
    with pytest.raises(type(failure)) as caught:
        await legacy_aliases._computed(make_mocked_request("POST", BUNDLE), Part, b"{}")
    assert caught.value is failure
    assert given_up == {ENTRIES[Part.POSITIONS], ENTRIES[Part.HOUSES]}


def test_a_bundle_must_be_json(server: RunningServer) -> None:
    assert server.post(BUNDLE, data=b"{").status_code == 422
    plain = {"Content-Type": "text/plain"}
    assert server.post(BUNDLE, DAY, headers=plain).status_code == 415


def test_no_calculation_is_named_as_the_page_of_health() -> None:
    assert "health" not in catalogue()


@pytest.mark.parametrize("query", ["", "?detail"])
def test_health_is_told_beside_the_calculations(server: RunningServer, query: str) -> None:
    reply = server.get(f"/api/v1/calculations/health{query}", scopes=())
    assert (reply.status_code, reply.json()["status"]) == (200, "healthy")
    assert ("dependencies" in reply.json()) == bool(query)


@pytest.mark.parametrize(
    ("alias", "path"),
    [
        ("/api/calculations/positions", "/api/calculations/planetary-positions"),
        ("/api/calculations/chart", "/api/stateless/natal-chart"),
    ],
)
def test_another_name_of_a_calculation_answers_as_it_does(
    server: RunningServer, alias: str, path: str
) -> None:
    one, other = (server.post(name, DAY).json() for name in (alias, path))
    assert one["data"] == other["data"]
    assert server.post(alias, {**DAY, "latitude": 91}).status_code == 422
    assert server.post(alias, DAY, scopes=()).status_code == 401


def test_a_profile_is_who_one_is(server: RunningServer, someone: Person) -> None:
    told = someone.call("GET", "/api/users/profile")
    assert told.status_code == 200
    assert told.json() == someone.call("GET", "/api/auth/me").json()
    assert call(server, "GET", "/api/users/profile", presented="").status_code == 401


def test_a_token_is_had_by_a_login(server: RunningServer, someone: Person) -> None:
    form = {"grant_type": "password", "username": someone.email, "password": PASSWORD}
    reply = requests.post(f"{server.url}/api/auth/token", data=form, timeout=LONG_ENOUGH)
    assert reply.status_code == 200
    token = reply.json()["access_token"]
    assert call(server, "GET", "/api/auth/me", presented=token).json()["id"] == someone.id
    form |= {"password": "another one"}
    wrong = requests.post(f"{server.url}/api/auth/token", data=form, timeout=LONG_ENOUGH)
    assert wrong.status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/calculate/natal", 404),
        ("/v1/charts", 404),
        ("/v1/calculations/positions", 404),
        ("/api/charts/compare", 405),
    ],
)
def test_what_nobody_described_is_not_there(server: RunningServer, path: str, status: int) -> None:
    reply = server.post(path, {**DAY, "datetime": DAY["date"]})
    assert reply.status_code == status
    assert isinstance(reply.json()["detail"], str)
