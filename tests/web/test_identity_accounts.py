"""Accounts of people whom an identity service knows: their traces, their export and their end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests

from app.calculations.birth import EXAMPLE
from tests.faults.processes import eventually
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.services.identity_double import IdentityDouble, reset, status
from tests.web.people import PASSWORD, call, data, person, refusal

ME, CHARTS = "/api/v1/users/me", "/api/v1/charts"
ENVIRONMENT = {
    "NOCTURNA_OUTBOUND_RETRIES": "0",
    "NOCTURNA_CIRCUIT_RECOVERY_TIMEOUT": "0.2",
    "NOCTURNA_RATE_LIMIT_FREE": "100000",
}
_numbers = count()


@pytest.fixture(scope="module")
def double() -> Iterator[IdentityDouble]:
    with IdentityDouble() as running:
        yield running


@pytest.fixture(scope="module")
def beside(
    double: IdentityDouble, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server beside an identity service."""
    environment = {**ENVIRONMENT, "NOCTURNA_IDENTITY_SERVICE_URL": double.url}
    with RunningServer(tmp_path_factory.mktemp("beside"), environment) as running:
        yield running


@pytest.fixture
def ann(double: IdentityDouble) -> Iterator[str]:
    """The token of somebody new, who is a user of the service; it is well before and after."""
    name = f"ann-{next(_numbers)}"
    double.users[name] = {"user_id": name, "roles": ["user"]}
    yield name
    double.fault = None


def kept(server: RunningServer, presented: str) -> list[str]:
    """The ids of the charts of somebody."""
    page = data(call(server, "GET", CHARTS, presented=presented))
    return [chart["id"] for chart in page["charts"]]


def keep_chart(server: RunningServer, presented: str) -> str:
    made: str = data(call(server, "POST", CHARTS, EXAMPLE, presented), 201)["id"]
    return made


def erase(server: RunningServer, presented: str, body: dict[str, Any]) -> requests.Response:
    return call(server, "DELETE", ME, body, presented)


def own(presented: str) -> dict[str, str]:
    """What somebody confirms the end of their account with."""
    return {"username": f"identity:{presented}"}


def test_the_export_holds_all_that_is_theirs(beside: RunningServer, ann: str) -> None:
    chart = keep_chart(beside, ann)
    tables = data(call(beside, "GET", f"{ME}/export", presented=ann))["tables"]
    (user,) = tables["users"]["rows"]
    assert (user["external_subject"], user["username"]) == (ann, f"identity:{ann}")
    assert [row["id"] for row in tables["charts"]["rows"]] == [chart]


def test_the_end_takes_everything_and_the_next_call_begins_anew(
    beside: RunningServer, double: IdentityDouble, ann: str
) -> None:
    before, chart = data(call(beside, "GET", ME, presented=ann)), keep_chart(beside, ann)
    asked = double.calls
    assert erase(beside, ann, own(ann)).status_code == 204
    assert double.calls == asked + 1
    assert kept(beside, ann) == []
    assert call(beside, "GET", f"{CHARTS}/{chart}", presented=ann).status_code == 404
    after = data(call(beside, "GET", ME, presented=ann))
    assert (after["username"], after["id"] == before["id"]) == (before["username"], False)
    (line,) = (line for line in beside.lines if line["context"].get("user_id") == before["id"])
    assert line["message"] == "user deleted"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"password": PASSWORD},
        {"username": "identity:somebody-else"},
        {"username": ""},
        {"username": None},
        {"username": 7},
    ],
    ids=["nothing", "a password", "another", "an empty one", "null", "a number"],
)
def test_without_their_user_name_nothing_ends(
    beside: RunningServer, double: IdentityDouble, ann: str, body: dict[str, Any]
) -> None:
    chart = keep_chart(beside, ann)
    asked = double.calls
    message = refusal(erase(beside, ann, body), 422)
    assert "username must be" in message
    assert double.calls == asked
    assert kept(beside, ann) == [chart]


@pytest.mark.parametrize("fault", [status(500), reset, status(429)], ids=["500", "reset", "429"])
def test_while_the_service_is_down_nothing_ends(
    beside: RunningServer, double: IdentityDouble, ann: str, fault: Any
) -> None:
    chart = keep_chart(beside, ann)
    double.fault = fault
    reply = erase(beside, ann, own(ann))
    assert "Identity service unavailable" in refusal(reply, 503)
    assert int(reply.headers["Retry-After"]) >= 1
    double.fault = None
    assert kept(beside, ann) == [chart]


def test_a_token_that_the_service_has_ended_since_ends_nothing(
    beside: RunningServer, double: IdentityDouble, ann: str
) -> None:
    chart = keep_chart(beside, ann)
    known = double.users.pop(ann)
    refusal(erase(beside, ann, own(ann)), 401)
    refusal(call(beside, "GET", ME, presented=ann), 401)
    other = f"{ann}-again"
    double.users[other] = known
    assert kept(beside, other) == [chart]


def test_a_token_that_is_somebody_elses_by_now_ends_nothing(
    beside: RunningServer, double: IdentityDouble, ann: str
) -> None:
    chart, known = keep_chart(beside, ann), double.users[ann]
    double.users[ann] = {"user_id": f"{ann}-another", "roles": ["user"]}
    assert "somebody else's" in refusal(erase(beside, ann, own(ann)), 401)
    double.users[f"{ann}-again"] = known
    assert kept(beside, f"{ann}-again") == [chart]


def test_a_service_token_ends_no_account(beside: RunningServer) -> None:
    name = data(call(beside, "GET", ME))["username"]
    message = refusal(erase(beside, token("calculations", "admin"), {"username": name}), 403)
    assert "people who log in" in message


def test_whoever_logged_in_here_proves_it_by_the_password_alone(beside: RunningServer) -> None:
    mine = person(beside)
    for body in ({}, {"username": mine.username}):
        assert "password must be given" in refusal(erase(beside, mine.access_token, body), 422)
    right = {"username": "of no account", "password": PASSWORD}
    assert erase(beside, mine.access_token, right).status_code == 204


def traced(server: RunningServer, double: IdentityDouble, name: str, **headers: str) -> str:
    """The trace of the question about a new token."""
    presented = f"{name}-{next(_numbers)}"
    double.users[presented] = {"user_id": presented, "roles": ["user"]}
    names = {key.replace("_", "-"): value for key, value in headers.items()}
    reply = requests.get(
        server.url + ME,
        headers={"Authorization": f"Bearer {presented}", **names},
        timeout=LONG_ENOUGH,
    )
    assert reply.status_code == 200
    (asked,) = (asked for asked in double.asked if asked.token == presented)
    assert reply.headers["X-Request-ID"] != asked.headers["X-Trace-ID"] or "X_Trace_ID" not in names
    return asked.headers["X-Trace-ID"]


@pytest.mark.parametrize("trace", ["a-trace", "A.b_c-1", "x" * 64])
def test_the_trace_of_the_caller_goes_along(
    beside: RunningServer, double: IdentityDouble, trace: str
) -> None:
    assert traced(beside, double, "traced", X_Trace_ID=trace, X_Request_ID="the-request") == trace


@pytest.mark.parametrize("trace", [None, "", "x" * 65, "a trace", "a/b", "caf\u00e9"], ids=repr)
def test_without_a_trace_the_request_is_one(
    beside: RunningServer, double: IdentityDouble, trace: str | None
) -> None:
    headers = {} if trace is None else {"X_Trace_ID": trace}
    assert traced(beside, double, "own", X_Request_ID="the-request", **headers) == "the-request"


def test_a_request_does_not_leave_its_trace_to_the_next_one_of_its_connection(
    beside: RunningServer, double: IdentityDouble
) -> None:
    with requests.Session() as session:
        for number, trace in enumerate(("one", "", "two")):
            presented = f"kept-alive-{number}"
            double.users[presented] = {"user_id": presented, "roles": ["user"]}
            headers = {"Authorization": f"Bearer {presented}", "X-Request-ID": f"own-{number}"}
            if trace:
                headers["X-Trace-ID"] = trace
            reply = session.get(beside.url + ME, headers=headers, timeout=LONG_ENOUGH)
            assert reply.status_code == 200
    traces = [
        asked.headers["X-Trace-ID"]
        for asked in double.asked
        if (asked.token or "").startswith("kept-alive")
    ]
    assert traces == ["one", "own-1", "two"]


def test_the_end_of_an_account_is_asked_for_in_the_trace_of_its_request(
    beside: RunningServer, double: IdentityDouble, ann: str
) -> None:
    data(call(beside, "GET", ME, presented=ann))
    reply = requests.delete(
        beside.url + ME,
        json=own(ann),
        headers={"Authorization": f"Bearer {ann}", "X-Trace-ID": "the-last"},
        timeout=LONG_ENOUGH,
    )
    assert reply.status_code == 204
    assert double.asked[-1].headers["X-Trace-ID"] == "the-last"


def test_health_is_well_again_without_a_caller(
    beside: RunningServer, double: IdentityDouble
) -> None:
    def told() -> str:
        reply = beside.get("/health?detail", scopes=())
        return str(reply.json()["dependencies"]["identity-service"])

    double.fault = status(503)
    for number in range(6):
        refusal(call(beside, "GET", ME, presented=f"nobody-{number}"), 503)
    assert told() == "unhealthy"
    double.fault = None
    assert eventually(lambda: told() == "healthy")
    assert double.asked[-1].path == "/health"
