"""What is said of bodies and queries about accounts: of each wrong value, of what nobody reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from pydantic import BaseModel, ValidationError

from app.calculations.problems import invalid
from app.web.admin_users import UsersQuery
from app.web.auth_shapes import Credentials, Refresh
from app.web.bodies import READ_HERE, Body
from app.web.routes import routes
from app.web.service_token_shapes import PageQuery
from app.web.user_shapes import ExportQuery
from tests.server import LONG_ENOUGH, NOBODY_HAS_IT, RunningServer, token
from tests.web.people import PASSWORD, call, data, person, refusal

QUERIES = (UsersQuery, PageQuery, ExportQuery, Refresh)
TAKEN = {route.takes for route in routes()}
BODIES = [kind for kind in TAKEN if isinstance(kind, type) and issubclass(kind, Body)]
MODELS: list[type[Body]] = sorted({Credentials, *BODIES}, key=str)
WRONG: tuple[Any, ...] = (
    *(None, True, "", "x", "x" * 5000, "9" * 5000, "1.5", 0, -1, 1.5, 1e300, 10**30),
    *([], [1], ["x"] * 100, {}, {"a": 1}),
)
USERS, ME = "/api/v1/admin/users", "/api/v1/users/me"
TOKENS = "/api/v1/auth/admin/service-tokens"


def refused(model: type[BaseModel], given: dict[str, Any], *, textual: bool) -> str:
    """What is said of some values, nothing where they are right."""
    try:
        if textual:
            model.model_validate_strings(given, strict=False)
        else:
            model.model_validate_json(json.dumps(given))
    except ValidationError as error:
        return invalid(error, model, textual=textual).message
    return ""


def is_in_our_words(text: str) -> bool:
    return not any(words in text for words in ("Input ", "should", "pydantic", "Value error"))


@pytest.mark.parametrize("model", MODELS)
def test_every_wrong_value_of_a_body_is_refused_in_our_words(model: type[BaseModel]) -> None:
    told = [
        refused(model, {name: value}, textual=False)
        for name in model.model_fields
        for value in WRONG
    ]
    assert any(told)
    assert [text for text in told if not is_in_our_words(text)] == []


@pytest.mark.parametrize("model", QUERIES)
def test_every_wrong_value_of_a_query_is_refused_in_our_words(model: type[BaseModel]) -> None:
    told = [
        refused(model, {name: value}, textual=True)
        for name in model.model_fields
        for value in WRONG
        if isinstance(value, str)
    ]
    assert any(told)
    assert [text for text in told if not is_in_our_words(text)] == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("limit=x", "query.limit must be a whole number within 1..100, got 'x'"),
        ("limit=0", "query.limit must be a whole number within 1..100, got '0'"),
        ("limit=1.5", "query.limit must be a whole number within 1..100, got '1.5'"),
        ("is_active=maybe", "query.is_active must be true or false, got 'maybe'"),
        ("search=", "query.search must be at least 1 character, got ''"),
        ("tier=gold", "query.tier must be one of 'free', 'basic' or 'pro', got 'gold'"),
    ],
)
def test_a_query_is_told_what_would_have_been_right(
    server: RunningServer, query: str, words: str
) -> None:
    assert refusal(call(server, "GET", f"{USERS}?{query}"), 422) == words


@pytest.mark.parametrize("seconds", [-1, 0, 1e9, "soon"])
def test_a_number_is_told_both_of_its_ends(server: RunningServer, seconds: Any) -> None:
    path = "/api/v1/admin/circuits/postgres/open"
    told = refusal(call(server, "POST", path, {"seconds": seconds}), 422)
    assert told.startswith("seconds must be a number above 0 and of at most 86400")


def test_what_is_not_told_is_not_made_up(server: RunningServer) -> None:
    ada = person(server)
    wrong = {"current_password": "another one", "new_password": "long enough"}
    reply = ada.call("POST", f"{ME}/password", wrong)
    assert refusal(reply, 422) == "current_password must be the present password of this account"
    assert reply.json()["error"]["details"]["errors"][0]["got"] is None
    reply = ada.call("POST", f"{ME}/password", {"current_password": 5, "new_password": "x"})
    assert refusal(reply, 422) == "current_password must be a string"
    same = {"current_password": PASSWORD, "new_password": PASSWORD}
    assert refusal(ada.call("POST", f"{ME}/password", same), 422).startswith("new_password must be")


def warnings(reply: requests.Response, status: int = 200) -> Any:
    data(reply, status)
    return reply.json()["meta"].get("warnings")


def test_a_field_that_nobody_reads_is_told_with_the_one_that_was_meant(
    server: RunningServer,
) -> None:
    ada = person(server)
    wanted = {"email": "greedy@example.com", "username": "greedy", "password": PASSWORD}
    asked = {**wanted, "is_superuser": True, "tier": "pro"}
    assert warnings(call(server, "POST", "/api/v1/auth/register", asked, "")) == [
        "field 'is_superuser' was ignored",
        "field 'tier' was ignored",
    ]
    assert warnings(ada.call("PATCH", ME, {"tier": "pro"})) == ["field 'tier' was ignored"]
    path = f"{USERS}/{ada.id}"
    assert warnings(call(server, "PATCH", path, {"password": PASSWORD})) == [
        "field 'password' was ignored"
    ]
    assert warnings(call(server, "POST", TOKENS, {"scopes": "admin"})) == [
        "field 'scopes' was ignored; did you mean 'scope'?"
    ]
    assert warnings(call(server, "POST", TOKENS, {"expires_in_days": 3})) is None
    assert warnings(call(server, "GET", f"{USERS}?nope=1&limits=2")) == [
        "field 'query.nope' was ignored",
        "field 'query.limits' was ignored; did you mean 'query.limit'?",
    ]
    assert warnings(ada.call("GET", f"{ME}/export?tables=users")) == [
        "field 'query.tables' was ignored; did you mean 'query.table'?"
    ]


def test_warnings_have_an_end(server: RunningServer) -> None:
    many = {f"field{number}": 1 for number in range(1000)}
    assert len(warnings(call(server, "POST", TOKENS, many))) == 10


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/auth/register"),
        ("POST", "/api/v1/auth/login"),
        ("POST", "/api/v1/auth/refresh"),
        ("POST", "/api/v1/auth/password-reset"),
        ("POST", USERS),
        ("POST", TOKENS),
        ("PUT", f"{ME}/preferences"),
        ("PUT", "/api/v1/admin/roles/reader"),
        ("POST", "/api/v1/admin/circuits/postgres/open"),
    ],
)
def test_a_body_that_says_it_is_something_else_is_refused(
    server: RunningServer, method: str, path: str
) -> None:
    headers = {
        "Authorization": f"Bearer {token('calculations', 'admin')}",
        "Content-Type": "text/plain",
    }
    reply = requests.request(
        method, server.url + path, data=b"{}", headers=headers, timeout=LONG_ENOUGH
    )
    assert "Content-Type must be application/json" in refusal(reply, 415)


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json", None])
def test_json_by_any_name_and_without_one_is_read(server: RunningServer, kind: str | None) -> None:
    ada = person(server)
    reply = requests.post(
        f"{server.url}/api/v1/auth/login",
        data=json.dumps({"username": ada.username, "password": PASSWORD}).encode(),
        headers={} if kind is None else {"Content-Type": kind},
        timeout=LONG_ENOUGH,
    )
    assert data(reply)["access_token"]


def test_a_login_of_existing_clients_is_a_form(server: RunningServer) -> None:
    for headers in ({"Content-Type": "application/json"}, {"Content-Type": "text/plain"}):
        reply = server.post("/api/auth/login", data=b"{}", headers=headers, scopes=())
        assert reply.status_code == 422


def test_the_service_account_stays_as_it_is(server: RunningServer) -> None:
    (service,) = data(call(server, "GET", f"{USERS}?search=service_user"))["users"]
    path = f"{USERS}/{service['id']}"
    for reply in (
        call(server, "DELETE", path),
        call(server, "PATCH", path, {"is_active": False}),
    ):
        assert "owns the service tokens" in refusal(reply, 409)


def test_a_list_tells_of_an_owner_who_is_disabled_or_demoted(server: RunningServer) -> None:
    ada = person(server, roles=["admin"])
    made = data(ada.call("POST", TOKENS, {"scope": "calculations,admin"}))

    def row(path: str = TOKENS) -> Any:
        reply = call(server, "GET", path).json()
        rows = reply["data"]["service_tokens"] if isinstance(reply, dict) else reply
        return next(each for each in rows if each["id"] == made["token_id"])

    assert row()["effective_scope"] == "calculations,admin"
    call(server, "PATCH", f"{USERS}/{ada.id}", {"roles": ["user"]})
    assert (row()["scope"], row()["effective_scope"]) == ("calculations,admin", "calculations")
    assert row()["is_active"] is True
    call(server, "PATCH", f"{USERS}/{ada.id}", {"is_active": False})
    for listed in (row(), row("/api/auth/admin/service-tokens")):
        assert (listed["is_active"], listed["state"]) == (False, "disabled")


TOO_LONG = json.dumps({"notes": "x" * READ_HERE}).encode()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", ME),
        ("PUT", f"{ME}/preferences"),
        ("POST", "/api/v1/charts"),
        ("POST", "/api/charts"),
        ("POST", "/api/v1/auth/login"),
        ("POST", f"/api/v1/charts/{NOBODY_HAS_IT}/houses"),
        ("POST", f"/api/charts/{NOBODY_HAS_IT}/transits"),
        ("POST", "/api/v1/calculations"),
    ],
)
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_body_that_no_worker_reads_is_refused_early(
    server: RunningServer, method: str, path: str, *, announced: bool
) -> None:
    someone = person(server)
    reply = requests.request(
        method,
        server.url + path,
        data=TOO_LONG if announced else iter([TOO_LONG]),
        headers={
            "Authorization": f"Bearer {someone.access_token}",
            "Content-Type": "application/json",
        },
        timeout=LONG_ENOUGH,
    )
    assert f"at most {READ_HERE} bytes" in refusal(reply, 413)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_form_that_is_too_long_is_refused(
    server: RunningServer, kind: str, *, announced: bool
) -> None:
    field = b"password=" + b"x" * READ_HERE
    if kind.startswith("multipart"):
        head = b'--of\r\nContent-Disposition: form-data; name="password"\r\n\r\n'
        field, kind = head + b"x" * READ_HERE + b"\r\n--of--\r\n", f"{kind}; boundary=of"
    reply = requests.post(
        f"{server.url}/api/auth/login",
        data=field if announced else iter([field]),
        headers={"Content-Type": kind},
        timeout=LONG_ENOUGH,
    )
    assert f"at most {READ_HERE} bytes" in refusal(reply, 413)


def test_a_chart_that_stands_for_a_birth_is_named_in_a_short_body(server: RunningServer) -> None:
    given = {"chart_id": NOBODY_HAS_IT, "notes": "x" * READ_HERE}
    reply = call(server, "POST", "/api/calculations/houses", given)
    assert f"at most {READ_HERE} bytes" in refusal(reply, 413)
