"""The decisions of CONTRACT.md 0.2, each as the clients that depend on it see it over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
import requests

from tests.calculations.asking import NEW_YORK, birth
from tests.server import ACCESS_SECONDS, LASTING_WINDOW, LONG_ENOUGH, RunningServer, token
from tests.web.people import PASSWORD, Person, call, person

POSITIONS, ASPECTS = "/api/calculations/planetary-positions", "/api/calculations/aspects"
CONFIG = {
    "house_system": "placidus",
    "aspects": ["conjunction", "trine"],
    "orbs": {"conjunction": 8, "trine": 6},
}
"""What a bot in production sends: lower case, whole numbers."""
NAIVE = {
    "date": "1990-01-15T14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}
UNKNOWN = "00000000-0000-4000-8000-000000000000"
DECISIONS = [f"d{number}" for number in range(1, 23)]


@pytest.fixture(scope="module")
def someone(server: RunningServer) -> Person:
    return person(server, tier="pro")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server where nobody registers, and where three calculations are too many."""
    settings = {
        "ALLOW_USER_REGISTRATION": "false",
        "NOCTURNA_RATE_LIMIT_FREE": "2",
        "NOCTURNA_RATE_LIMIT_WINDOW": str(LASTING_WINDOW),
    }
    with RunningServer(tmp_path_factory.mktemp("closed"), settings) as running:
        yield running


def register(server: RunningServer, name: str, **changes: Any) -> requests.Response:
    account = {"email": f"{name}@example.com", "username": name, "password": PASSWORD}
    return call(server, "POST", "/api/auth/register", {**account, **changes}, "")


def log_in(server: RunningServer, name: str, path: str = "/api/auth/login") -> requests.Response:
    form = {"username": name, "password": PASSWORD}
    return requests.post(server.url + path, data=form, timeout=LONG_ENOUGH)


def told(reply: requests.Response) -> Any:
    assert reply.status_code == 200, reply.text
    return reply.json()


def stored(someone: Person, **changes: Any) -> dict[str, Any]:
    """A new chart."""
    chart: dict[str, Any] = told(someone.call("POST", "/api/charts", {**NAIVE, **changes}))
    return chart


def sun(someone: Person, chart: dict[str, Any]) -> float:
    """Where the Sun stands in a stored chart."""
    path = f"/api/calculations/charts/{chart['id']}/positions"
    position = told(someone.call("POST", path, {"planets": ["SUN"]}))["positions"][0]
    return float(position["longitude"])


def test_every_decision_has_a_test() -> None:
    tested = [name.split("_")[1] for name in globals() if name.startswith("test_d")]
    assert sorted(set(tested), key=DECISIONS.index) == DECISIONS


@pytest.mark.parametrize("name", ["planetary-positions", "aspects", "houses"])
def test_d1_a_success_has_its_data_inside_and_at_the_top(server: RunningServer, name: str) -> None:
    answer = told(server.post(f"/api/calculations/{name}", NEW_YORK))
    member = name.removeprefix("planetary-")
    assert (answer["success"], answer["error"]) == (True, None)
    assert "request_id" in answer["meta"]
    assert answer["data"][member] == answer[member] != []


def test_d2_a_refusal_has_both_a_detail_and_an_error(server: RunningServer) -> None:
    for reply in (
        server.post(POSITIONS, birth(latitude=91)),
        server.post(POSITIONS, NEW_YORK, scopes=()),
        server.get(f"/api/charts/{UNKNOWN}"),
        server.get("/api/nothing"),
        server.get(POSITIONS),
    ):
        body = reply.json()
        assert reply.status_code in {401, 404, 405, 422}
        assert (body["success"], body["data"]) == (False, None)
        assert {"code", "message", "details"} == set(body["error"])
        assert isinstance(body["detail"], list if reply.status_code == 422 else str)
        assert body["meta"]["request_id"]


def test_d3_both_prefixes_hold_what_clients_read(server: RunningServer, someone: Person) -> None:
    for name in ("planetary-positions", "aspects"):
        member = name.removeprefix("planetary-")
        old, own = (
            told(server.post(f"{prefix}/calculations/{name}", NEW_YORK))["data"][member]
            for prefix in ("/api", "/api/v1")
        )
        assert [row.keys() - own[0].keys() for row in old[:1]] in ([set()], [{"exact_time"}])
    for name in ("natal-chart", "special-points"):
        body = NEW_YORK if name == "natal-chart" else {"chart_data": NEW_YORK}
        old, own = (
            told(server.post(f"{prefix}/stateless/{name}", body))["data"]
            for prefix in ("/api", "/api/v1")
        )
        assert old == own
    assert told(log_in(server, someone.email, "/api/v1/auth/login"))["data"]["access_token"]


def test_d4_calculations_of_a_chart_are_below_either_path(someone: Person) -> None:
    chart = stored(someone)
    for operation, body in (
        ("positions", {}),
        ("aspects", {}),
        ("houses", {}),
        ("dignities", {}),
        ("synastry", {"target_chart_id": chart["id"]}),
    ):
        one, other = (
            told(someone.call("POST", f"{path}/{chart['id']}/{operation}", body))["data"]
            for path in ("/api/charts", "/api/calculations/charts")
        )
        assert one.keys() == other.keys()


def test_d5_an_access_token_lives_15_minutes(server: RunningServer, someone: Person) -> None:
    assert told(log_in(server, someone.email))["expires_in"] == ACCESS_SECONDS


def test_d6_tokens_say_that_they_are_bearer_tokens(server: RunningServer, someone: Person) -> None:
    tokens = told(log_in(server, someone.email))
    kinds = [tokens["token_type"]]
    path = f"/api/auth/refresh?refresh_token={tokens['refresh_token']}"
    kinds.append(told(call(server, "POST", path, presented=""))["token_type"])
    assert kinds == ["bearer", "bearer"]


def test_d7_a_registration_is_200(server: RunningServer) -> None:
    reply = register(server, "seventh")
    assert reply.status_code == 200
    assert {"id", "email", "username", "created_at"} <= reply.json().keys()


@pytest.mark.parametrize("changes", [{}, {"password": None}, {"email": "nowhere"}])
def test_d8_where_registration_is_closed_no_body_is_looked_at(
    closed: RunningServer, changes: dict[str, Any]
) -> None:
    reply = register(closed, "eighth", **changes)
    assert reply.status_code == 403
    assert "registration is currently disabled" in reply.json()["detail"]


def test_d9_a_login_takes_an_address_or_a_user_name(server: RunningServer, someone: Person) -> None:
    for name in (someone.email, someone.username):
        assert told(log_in(server, name))["access_token"]


def test_d10_aspects_are_upper_case_but_between_two_charts(server: RunningServer) -> None:
    direct = told(server.post(ASPECTS, NEW_YORK))["aspects"]
    assert direct
    assert all(aspect["aspect_type"].isupper() for aspect in direct)
    pair = {"chart1": NEW_YORK, "chart2": birth(date="1992-06-03")}
    between = told(server.post("/api/stateless/synastry", pair))["data"]
    assert all(aspect["aspect_type"].islower() for aspect in between["aspects"])
    names = chain.from_iterable(between["planet_aspects"].values())
    assert any(name.startswith("trine_") for name in names)


@pytest.mark.parametrize(
    ("path", "lower", "upper"),
    [
        (POSITIONS, {"planets": ["sun", "north node"]}, {"planets": ["SUN", "NORTH_NODE"]}),
        (ASPECTS, {"aspects": ["conjunction"]}, {"aspects": ["CONJUNCTION"]}),
        ("/api/calculations/houses", {"house_system": "whole-sign"}, {"house_system": "W"}),
        ("/api/calculations/arabic-parts", {"parts": ["fortune"]}, {"parts": ["FORTUNA"]}),
    ],
)
def test_d11_names_are_taken_in_any_case(
    server: RunningServer, path: str, lower: dict[str, Any], upper: dict[str, Any]
) -> None:
    one, other = (told(server.post(path, birth(**names)))["data"] for names in (lower, upper))
    if "parts" in one:  # which are told by the names that they were asked for
        one, other = ([*answer["parts"].values()] for answer in (one, other))
    assert one == other


@pytest.mark.parametrize(
    "body",
    [
        {**NAIVE, "config": CONFIG},
        NAIVE,
        {**NAIVE, "config": {}},
        {**NAIVE, "config": {"house_system": "placidus"}},
        {**NAIVE, "config": None},
        NEW_YORK,
        {**NEW_YORK, "config": CONFIG},
    ],
)
def test_d12_a_chart_is_stored_from_either_form_of_date(
    someone: Person, body: dict[str, Any]
) -> None:
    chart = told(someone.call("POST", "/api/charts", body))
    assert chart["date"] == "1990-01-15T14:30:00"
    assert chart["config"]["house_system"] == "PLACIDUS"
    assert set(chart["config"]) == {"house_system", "aspects", "orbs"}


@pytest.mark.parametrize(
    ("date", "local"),
    [
        ("1990-01-15T14:30:00", "1990-01-15T14:30:00"),
        ("1990-01-15T19:30:00Z", "1990-01-15T14:30:00"),
        ("1990-01-15T22:30:00+03:00", "1990-01-15T14:30:00"),
        ("1990-01-16T00:00:00+00:00", "1990-01-15T19:00:00"),
    ],
)
def test_d13_a_naive_date_is_local_and_an_aware_one_an_instant(
    someone: Person, date: str, local: str
) -> None:
    chart = stored(someone, date=date)
    assert chart["date"] == local
    assert sun(someone, chart) == sun(someone, stored(someone, date=local))


def test_d14_the_second_chart_of_a_synastry_has_two_names(someone: Person) -> None:
    one, two = stored(someone)["id"], stored(someone, date="1992-06-03T10:00:00")["id"]
    answers = [
        told(someone.call("POST", f"/api/charts/{one}/synastry", {name: two}))["data"]
        for name in ("target_chart_id", "second_chart_id")
    ]
    assert answers[0] == answers[1]


def test_d15_in_transits_the_natal_planet_is_the_first(
    server: RunningServer, someone: Person
) -> None:
    moment = {"transit_date": "2026-01-11", "transit_time": "12:00:00"}
    path = f"/api/charts/{stored(someone)['id']}/transits"
    replies = (
        server.post("/api/stateless/transits", {"natal_chart": NEW_YORK, **moment}),
        someone.call("POST", path, moment),
    )
    for reply in replies:
        aspects = told(reply)["data"]["aspects"]
        assert aspects
        for aspect in aspects:
            assert aspect["planet1"] == aspect["natal_planet"]
            assert aspect["planet2"] == aspect["transit_planet"]


def test_d16_a_time_needs_no_seconds(server: RunningServer, someone: Person) -> None:
    whole, short = (
        told(server.post(POSITIONS, birth(time=written)))["data"]
        for written in ("14:30:00", "14:30")
    )
    assert whole == short
    assert told(someone.call("POST", "/api/charts", birth(time="14:30")))["date"][11:] == "14:30:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "15/01/1990"},
        {"time": "late"},
        {"latitude": 91},
        {"timezone": "Nowhere"},
        {"house_system": "astral"},
        {"planets": ["NIBIRU"]},
    ],
)
def test_d17_what_is_wrong_is_422(server: RunningServer, wrong: dict[str, Any]) -> None:
    for path in (POSITIONS, "/api/stateless/natal-chart"):
        reply = server.post(path, birth(**wrong))
        assert (reply.status_code, reply.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


def test_d18_a_failure_has_its_status_and_an_error_that_is_an_object(
    server: RunningServer, someone: Person
) -> None:
    chart = f"/api/charts/{stored(someone)['id']}"
    moment = {"transit_date": "soon", "transit_time": "12:00:00"}
    for reply, status in (
        (someone.call("POST", f"{chart}/synastry", {"target_chart_id": UNKNOWN}), 404),
        (someone.call("POST", f"{chart}/transits", moment), 422),
        (server.post("/api/stateless/fixed-stars", {"chart_data": birth(latitude=91)}), 422),
    ):
        assert reply.status_code == status
        assert reply.json()["success"] is False
        assert reply.json()["error"]["message"]


def test_d19_a_listed_token_has_the_keys_of_both_descriptions(server: RunningServer) -> None:
    listed = told(call(server, "GET", "/api/auth/admin/service-tokens"))
    assert {
        *("id", "user_id", "scope", "created_at", "expires_at", "last_used_at"),
        *("is_expired", "days_until_expiry", "is_active"),
    } <= listed[0].keys()


def test_d20_an_expired_token_is_told_from_a_bad_one(server: RunningServer) -> None:
    old = token(days=1, now=time.time() - 2 * 86_400)
    expired, bad = (
        call(server, "POST", POSITIONS, NEW_YORK, presented) for presented in (old, "a.b.c")
    )
    assert expired.status_code == bad.status_code == 401
    assert "expired" in expired.json()["detail"]
    assert "expired" in expired.json()["error"]["message"]
    assert "expired" not in bad.json()["detail"]


def test_d21_too_many_requests_are_429_with_a_time_to_wait(closed: RunningServer) -> None:
    somebody = person(closed)
    replies = [somebody.call("POST", POSITIONS, NEW_YORK) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert int(replies[-1].headers["Retry-After"]) >= 1
    assert replies[-1].headers["X-RateLimit-Limit"] == "2"
    assert replies[-1].json()["error"]["code"] == "RATE_LIMITED"


def test_d22_metrics_are_shown(server: RunningServer) -> None:
    page = server.get("/metrics", scopes=())
    assert page.status_code == 200
    for name in ("http_requests_total", "http_request_duration_seconds"):
        assert name in page.text
