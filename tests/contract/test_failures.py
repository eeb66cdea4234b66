"""Every documented refusal: its status, and a body that each known client understands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import requests

from tests.contract.rows import Ask, Auth, Caller, Failure, Row
from tests.contract.table import ROWS
from tests.contract.test_success import family
from tests.contract.world import World
from tests.server import LONG_ENOUGH

STRANGERS = (
    *(Caller.NOBODY, Caller.EMPTY, Caller.BASIC, Caller.NONSENSE, Caller.FORGED),
    *(Caller.ROWLESS, Caller.EXPIRED, Caller.REVOKED, Caller.OPAQUE, Caller.DISABLED),
)
CODES = {
    401: {"AUTHENTICATION_ERROR", "TOKEN_EXPIRED"},
    404: {"NOT_FOUND"},
    405: {"METHOD_NOT_ALLOWED"},
    422: {"VALIDATION_ERROR", "CALCULATION_ERROR"},
}
OF_A_CHART = [row for row in ROWS if "chart}" in row.paths[0]]


def cases() -> list[Any]:
    return [
        pytest.param(row, path, failure, id=f"{row.name}-{failure.what}-{family(path)}")
        for row in ROWS
        for path in row.paths
        for failure in row.failures
    ]


def paths_of(*rows: Row) -> list[Any]:
    return [
        pytest.param(row, path, id=f"{row.name}-{family(path)}")
        for row in rows or ROWS
        for path in row.paths
    ]


def refusal(reply: requests.Response, status: int, *, in_text: bool = False) -> Any:
    """The body of a refusal, which has all that any client looks for."""
    assert reply.status_code == status, reply.text
    body = reply.json()
    assert {"success", "data", "error", "detail", "meta"} <= set(body)
    assert (body["success"], body["data"]) == (False, None)
    error, meta = body["error"], body["meta"]
    assert {"code", "message", "details"} <= set(error)
    assert error["message"].strip()
    assert error["code"] in CODES.get(status, {error["code"]})
    assert meta["request_id"] == reply.headers["X-Request-ID"] == str(UUID(meta["request_id"]))
    assert meta["timestamp"].endswith("Z")
    if error["code"] == "VALIDATION_ERROR" and status != 400 and not in_text:
        assert all({"type", "loc", "msg", "input"} <= set(one) for one in body["detail"])
        assert all(one["loc"][0] in {"body", "query"} for one in body["detail"])
    else:
        assert body["detail"] == error["message"]
    if status == 401:
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    return body


@pytest.mark.parametrize(("row", "path", "failure"), cases())
def test_an_operation_refuses_as_documented(
    world: World, closed: World, row: Row, path: str, failure: Failure
) -> None:
    for known, name in failure.path.items():
        path = path.replace(f"{{{known}}}", name)
    where = closed if failure.where_closed else world
    reply = where.send(row.method, path, failure.ask, failure.caller or row.caller)
    body = refusal(reply, failure.status, in_text=failure.in_text)
    assert failure.code in {"", body["error"]["code"]}
    assert failure.says in body["error"]["message"]
    if failure.loc:
        places = [tuple(one["loc"][: len(failure.loc)]) for one in body["detail"]]
        assert failure.loc in places, body["detail"]


@pytest.mark.parametrize(
    ("row", "path"), paths_of(*(row for row in ROWS if row.auth is not Auth.NONE))
)
def test_strangers_are_401_before_anything_is_read(world: World, row: Row, path: str) -> None:
    ask = Ask(raw=b"{broken") if row.method in {"POST", "PUT"} else Ask()
    path = path.replace("{fresh_", "{")
    known = {"{token_id}": "nonsense", "{chart}": "nonsense"}
    for name, value in known.items():
        path = path.replace(name, value)
    for caller in STRANGERS:
        body = refusal(world.send(row.method, path, ask, caller), 401)
        assert isinstance(body["detail"], str)
        expired = caller is Caller.EXPIRED
        assert ("expired" in body["detail"]) == expired, caller
        assert (body["error"]["code"] == "TOKEN_EXPIRED") == expired


@pytest.mark.parametrize(("row", "path"), paths_of(*(row for row in ROWS if row.takes_json)))
def test_what_is_no_json_object_is_422(world: World, row: Row, path: str) -> None:
    for raw in (b"{broken", b"[]", b"5", b'"text"'):
        body = refusal(world.send(row.method, path, Ask(raw=raw), row.caller), 422)
        assert body["error"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(("row", "path"), paths_of(*OF_A_CHART))
def test_a_foreign_chart_is_like_one_that_is_not_there(world: World, row: Row, path: str) -> None:
    ask = row.successes[0].ask
    told = []
    for chart in (world.foreign_chart, world.fresh_id):
        there = path.replace("{chart}", chart).replace("{fresh_chart}", chart)
        body = refusal(world.send(row.method, there, ask, row.caller), 404)
        told.append((body["error"]["message"].replace(chart, "ID"), body["error"]["details"]))
    assert told[0] == told[1]


@pytest.mark.parametrize(("row", "path"), paths_of())
def test_a_method_that_is_not_there_is_405(world: World, row: Row, path: str) -> None:
    path = path.replace("{fresh_token_id}", "x").replace("{fresh_chart}", "x")
    reply = world.send("PATCH", path.replace("{chart}", "x"), Ask(), row.caller)
    body = refusal(reply, 405)
    assert row.method in reply.headers["Allow"]
    assert isinstance(body["detail"], str)


@pytest.mark.parametrize(("row", "path"), paths_of(*(row for row in ROWS if row.paths != ("/",))))
def test_a_slash_at_the_end_leads_to_the_path_without(world: World, row: Row, path: str) -> None:
    path = path.replace("{fresh_token_id}", "x").replace("{fresh_chart}", "x")
    path = path.replace("{chart}", "x")
    reply = world.send(row.method, f"{path}/", row.successes[0].ask, row.caller)
    assert reply.status_code == 307
    assert reply.headers["Location"].split("?")[0].endswith(path)


def test_a_path_that_is_not_there_is_404(world: World) -> None:
    for path in ("/api/nothing", "/nothing", "/api/stateless/nothing", "/api/charts/x/nothing"):
        for caller in (Caller.NOBODY, Caller.USER):
            body = refusal(world.send("GET", path, Ask(), caller), 404)
            assert isinstance(body["detail"], str)


def test_a_number_in_a_query_may_be_text(world: World) -> None:
    """Nothing else can be written there."""
    reply = world.send("GET", "/api/charts", Ask(query={"limit": "5000"}), Caller.USER)
    message = refusal(reply, 422)["error"]["message"]
    assert message == "query.limit must be a whole number within 0..1000, got '5000'"


def test_no_refusal_repeats_a_password(world: World) -> None:
    secret = "a secret that nobody sees"  # noqa: S105 - opens nothing
    for body in (
        {"email": "x", "username": "y", "password": secret},
        {"email": "x", "username": 5, "password": [secret]},
    ):
        reply = world.send("POST", "/api/auth/register", Ask(json=body), Caller.NOBODY)
        assert secret not in reply.text


def test_a_browser_of_an_unknown_origin_may_not_come(world: World) -> None:
    reply = requests.options(
        f"{world.server.url}/api/calculations/planetary-positions",
        headers={"Origin": "https://stranger.example", "Access-Control-Request-Method": "POST"},
        timeout=LONG_ENOUGH,
    )
    assert reply.status_code == 400
