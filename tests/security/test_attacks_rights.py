"""Scopes on every route, rights that nobody gets by asking, and the things of others."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from app.security.tokens import Scope
from app.web.routes import routes
from app.web.routing import Route
from tests.security.attacks import (
    ADMIN,
    NOBODY,
    OURS,
    PREFIXES,
    bearer,
    filled,
    logged_in,
    query,
    send,
    unused_name,
)
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.web.people import PASSWORD, Person, call, data, person
from tests.web.raw import exchange, request

GUARDED = tuple(route for route in routes() if route.scope is not None)
FOR_ADMINS = tuple(route for route in GUARDED if route.scope is Scope.ADMIN)
IN_PERSON = tuple(route for route in GUARDED if route.in_person)
WITH_IDS = tuple(
    route
    for route in GUARDED
    if "{" in route.path and not route.per_entry and route.operation is None
)
BAD_BODY = b'{"days": '
WANTED: dict[str, Any] = {
    "id": NOBODY,
    "user_id": NOBODY,
    "is_superuser": True,
    "is_admin": True,
    "is_active": False,
    "is_approved": False,
    "tier": "pro",
    "role": "admin",
    "roles": ["admin", "service"],
    "scope": "admin",
    "scopes": ["calculations", "admin"],
    "password_hash": "x",
    "created_at": "2000-01-01T00:00:00Z",
    "external_subject": "admin",
    "__proto__": {"is_superuser": True},
}
"""What nobody gives themselves."""
NO_IDS = (
    "not-a-uuid",
    "0",
    "-1",
    "null",
    "%00",
    f"{NOBODY}%00",
    f"{NOBODY}%0a",
    "..",
    "../",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2fme",
    "..%5c..%5c",
    "%ff%fe",
    "%u0000",
    "%",
    "%zz",
    "'%20OR%20'1'='1",
    "%27;%20DROP%20TABLE%20users;%20--",
    "*",
    "%25",
    "%C3%A9",
    "%E2%80%AE",
    "{id}",
    "a" * 4000,
    "%27" * 1000,
    f"{NOBODY};x=1",
    f"{NOBODY[:-1]}",
    f"{NOBODY}0",
)
"""What may stand in a path where an id belongs."""


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.fixture(scope="module")
def admin(attacked: RunningServer) -> Person:
    """An administrator who logged in."""
    return person(attacked, is_superuser=True)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """One connection for many requests."""
    with requests.Session() as kept:
        yield kept


def test_there_are_routes_to_walk() -> None:
    assert len(FOR_ADMINS) > 20
    assert len(IN_PERSON) > 5
    assert len(WITH_IDS) > 10


def test_no_route_for_admins_takes_a_token_for_calculations(
    attacked: RunningServer, session: requests.Session
) -> None:
    mine = person(attacked)
    for route in FOR_ADMINS:
        for presented in (token("calculations"), mine.access_token):
            for body in (b"{}", BAD_BODY):
                headers = {**bearer(presented), "Content-Type": "application/json"}
                reply = send(
                    attacked, session, route.method, filled(route), data=body, headers=headers
                )
                assert reply.status_code == 403, name_of(route)
                assert reply.json()["error"]["code"] == "PERMISSION_DENIED"
                assert "Admin privileges required" in reply.json()["detail"]


def test_no_route_with_a_scope_answers_without_a_token_whatever_the_body(
    attacked: RunningServer, session: requests.Session
) -> None:
    for route in GUARDED:
        for body in (b"", b"{}", BAD_BODY, b"\xff" * 100):
            headers = {"Content-Type": "application/json"}
            reply = send(attacked, session, route.method, filled(route), data=body, headers=headers)
            assert reply.status_code == 401, name_of(route)
            assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {token()}"},
        {"Authorization": f"Token {token()}"},
        {"Authorization": token()},
        {"Authorization": f"Bearer Bearer {token()}"},
        {"Authorization": f"Bearer {token()} {token()}"},
        {"Authorization": f"Bearer {token()},"},
        {"Authorization": f'Bearer "{token()}"'},
        {"Proxy-Authorization": f"Bearer {token()}"},
        {"X-Authorization": f"Bearer {token()}"},
        {"X-API-Key": token()},
        {"Cookie": f"access_token={token()}; Authorization=Bearer {token()}"},
    ],
    ids=lambda header: " ".join(header.values()).replace(token(), "TOKEN")[:40],
)
def test_a_token_is_taken_from_one_place_alone(
    attacked: RunningServer, header: dict[str, str]
) -> None:
    reply = attacked.get(f"{OURS}/me", headers=header, scopes=())
    assert reply.status_code == 401
    in_query = f"{OURS}/me?access_token={token()}&token={token()}"
    assert attacked.get(in_query, scopes=()).status_code == 401


def test_of_two_tokens_the_stronger_one_is_not_picked(attacked: RunningServer) -> None:
    weak, strong = (f"Authorization: Bearer {token(*s)}" for s in (("calculations",), ADMIN))
    line = f"GET {OURS}/admin/verify HTTP/1.1".encode()
    sent = request(line, weak.encode(), strong.encode(), scopes=())
    assert exchange(attacked.url, sent).status in {400, 401, 403}


def test_another_method_does_not_get_around_a_scope(
    attacked: RunningServer, session: requests.Session
) -> None:
    for route in FOR_ADMINS:
        for header in ("X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL"):
            headers = {**bearer(token("calculations")), header: route.path}
            reply = send(attacked, session, route.method, filled(route), headers=headers)
            assert reply.status_code == 403, name_of(route)
        if route.method == "GET":
            headers = bearer(token("calculations"))
            reply = send(attacked, session, "HEAD", filled(route), headers=headers)
            assert reply.status_code == 403, name_of(route)


def test_what_is_for_people_takes_no_service_token(
    attacked: RunningServer, session: requests.Session
) -> None:
    for route in IN_PERSON:
        headers = bearer(token(*ADMIN))
        reply = send(attacked, session, route.method, filled(route), data=b"{}", headers=headers)
        assert reply.status_code == 403, name_of(route)
        assert "people who log in" in reply.json()["detail"]


# Rights that nobody gets by asking


def assert_plain(server: RunningServer, name: str, access_token: str) -> None:
    """A user like any other, in the answers and in the tables."""
    me = data(call(server, "GET", f"{OURS}/me", None, access_token))
    assert (me["tier"], me["roles"], me["scopes"]) == ("free", ["user"], ["calculations"])
    assert (me["is_superuser"], me["is_active"]) == (False, True)
    assert me["id"] != NOBODY
    assert not me["created_at"].startswith("2000")
    assert call(server, "GET", f"{OURS}/admin/verify", None, access_token).status_code == 403
    (row,) = query(
        server,
        "SELECT is_superuser, is_approved, tier, external_subject, password_hash = 'x' "
        "FROM users WHERE username = $1",
        name,
    )
    assert row == (False, True, "free", None, False)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_nobody_registers_as_an_admin(attacked: RunningServer, prefix: str) -> None:
    name = unused_name()
    body = {"email": f"{name}@example.com", "username": name, "password": PASSWORD, **WANTED}
    reply = attacked.post(f"{prefix}/register?is_superuser=true&tier=pro", body, scopes=())
    assert reply.status_code == 200
    assert_plain(attacked, name, logged_in(attacked, name)["access_token"])


def test_nobody_changes_their_account_into_an_admins(attacked: RunningServer) -> None:
    mine = person(attacked)
    data(mine.call("PATCH", "/api/v1/users/me?is_superuser=true", {"first_name": "A", **WANTED}))
    assert_plain(attacked, mine.username, mine.access_token)
    assert data(mine.call("GET", "/api/v1/users/me"))["id"] == mine.id


def test_preferences_are_preferences_only(attacked: RunningServer) -> None:
    mine = person(attacked)
    for method in ("PUT", "PATCH"):
        reply = mine.call(method, "/api/v1/users/me/preferences", WANTED)
        assert reply.status_code in {200, 422}
        assert_plain(attacked, mine.username, mine.access_token)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_login_gives_no_more_because_it_asks(attacked: RunningServer, prefix: str) -> None:
    mine = person(attacked)
    more = {name: str(value) for name, value in WANTED.items()}
    fields = {**more, "username": mine.username, "password": PASSWORD}
    reply = requests.post(f"{attacked.url}{prefix}/login", data=fields, timeout=LONG_ENOUGH)
    assert reply.status_code == 200
    told = reply.json().get("data") or reply.json()
    assert_plain(attacked, mine.username, told["access_token"])
    body = {"refresh_token": told["refresh_token"], **WANTED}
    again = data(call(attacked, "POST", f"{OURS}/refresh", body, presented=""))
    assert_plain(attacked, mine.username, again["access_token"])


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_service_token_belongs_to_whoever_makes_it(attacked: RunningServer, prefix: str) -> None:
    victim, maker = person(attacked), person(attacked, is_superuser=True)
    body = {"days": 7, "user_id": victim.id, "owner": victim.id, "sub": victim.id, "id": NOBODY}
    reply = maker.call("POST", f"{prefix}/admin/service-tokens", body)
    assert reply.status_code == 200
    told = reply.json().get("data") or reply.json()
    assert told["token_id"] != NOBODY
    (row,) = query(
        attacked, "SELECT user_id::text FROM service_tokens WHERE id::text = $1", told["token_id"]
    )
    assert row[0] == maker.id


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_token_makes_no_stronger_token(attacked: RunningServer, prefix: str) -> None:
    path = f"{prefix}/admin/service-tokens"
    only_admin = call(attacked, "POST", path, {"scope": "admin"})
    told = only_admin.json().get("data") or only_admin.json()
    reply = call(attacked, "POST", path, {"scope": "calculations,admin"}, told["service_token"])
    assert reply.status_code == 403, reply.text


# What belongs to others


def without(reply: requests.Response, *ids: str) -> str:
    """An answer without what differs anyway."""
    body = re.sub(r'"meta":\{[^}]*\}', "", reply.text)
    for each in ids:
        body = body.replace(each, "ID")
    changing = {"Date", "X-Request-ID", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit"}
    headers = {name: value for name, value in reply.headers.items() if name not in changing}
    return f"{reply.status_code} {headers} {body}"


def test_the_account_of_another_is_as_unknown_as_none(attacked: RunningServer) -> None:
    mine, theirs = person(attacked), person(attacked)
    path = "/api/v1/users/{}/profile"
    other, none = (mine.call("GET", path.format(each)) for each in (theirs.id, NOBODY))
    assert other.status_code == 404
    assert without(other, theirs.id) == without(none, NOBODY)
    assert mine.call("GET", path.format(mine.id)).status_code == 200


def test_the_session_of_another_is_as_unknown_as_none(attacked: RunningServer) -> None:
    mine, theirs = person(attacked), person(attacked)
    session_id = data(theirs.call("GET", f"{OURS}/sessions"))[0]["id"]
    other, none = (mine.call("DELETE", f"{OURS}/sessions/{each}") for each in (session_id, NOBODY))
    assert other.status_code == 404
    assert without(other, session_id) == without(none, NOBODY)
    assert theirs.call("GET", f"{OURS}/me").status_code == 200


def test_nothing_of_another_is_in_ones_own_lists(attacked: RunningServer) -> None:
    mine, theirs = person(attacked), person(attacked)
    for path in (
        f"{OURS}/sessions",
        f"{OURS}/me",
        "/api/v1/users/me",
        f"/api/v1/users/me?id={theirs.id}&user_id={theirs.id}",
        "/api/v1/users/me/export",
        f"/api/v1/users/me/export?user_id={theirs.id}",
        "/api/v1/users/me/preferences",
    ):
        reply = mine.call("GET", path)
        assert reply.status_code == 200, path
        for secret in (theirs.id, theirs.email, theirs.username + '"'):
            assert secret not in reply.text


@pytest.mark.parametrize("route", WITH_IDS, ids=name_of)
def test_what_is_no_id_is_not_found(attacked: RunningServer, admin: Person, route: Route) -> None:
    for text in NO_IDS:
        line = f"{route.method} {filled(route, text, text)} HTTP/1.1".encode()
        secret = f"Authorization: Bearer {admin.access_token}".encode()
        reply = exchange(attacked.url, request(line, secret, body=b"{}", scopes=()))
        assert reply.status in {307, 400, 404, 405, 414, 422}, (text, reply)
    assert admin.call("GET", f"{OURS}/admin/verify").status_code == 200


@pytest.mark.parametrize("route", WITH_IDS, ids=name_of)
def test_an_id_that_nothing_has_is_not_found(
    attacked: RunningServer, admin: Person, route: Route
) -> None:
    path = filled(route, str(uuid.uuid4()), unused_name())
    is_made = route.method == "PUT" and "{name}" in route.path
    body: dict[str, Any] = {"scopes": []} if is_made else {}
    reply = call(attacked, route.method, path, body, admin.access_token)
    assert reply.status_code == (201 if is_made else 404), reply.text
