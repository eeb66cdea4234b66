"""SQL in every text of every account route, and bodies that no client would send."""

from __future__ import annotations

import json
import random
import typing
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
import requests
from pydantic import BaseModel

from app.calculations.birth import EXAMPLE
from app.compat.stored_shapes import LegacyChartBody, LegacyChartChange, LegacyNatalBody
from app.web.admin_users import RoleChange, UserCreation, UserPatch
from app.web.auth_shapes import Credentials, NewAccount, Refresh
from app.web.chart_shapes import ChartChange, NewChart
from app.web.circuits import Opening
from app.web.routes import routes
from app.web.routing import Route
from app.web.service_token_shapes import NewServiceToken
from app.web.user_shapes import Erasure, PasswordChange, PasswordReset, ProfileChange
from tests.security.attacks import (
    ADMIN,
    LEGACY,
    OURS,
    SQL,
    bearer,
    filled,
    logged_in,
    queries,
    send,
    unused_name,
)
from tests.server import RunningServer, token
from tests.web.people import PASSWORD, Person, data, person

WRITTEN = tuple(route for route in routes() if route.takes is not None and route.operation is None)
"""Routes of accounts, tokens and administration with a body."""
ANYTHING = tuple(
    route
    for route in routes()
    if route.operation is None
    and not route.per_entry
    and route.method != "*"
    and route.path.startswith(("/api/", "/admin/"))
)
QUERIES = (
    ("POST", f"{LEGACY}/refresh", "refresh_token"),
    ("POST", f"{LEGACY}/logout", "refresh_token"),
    ("POST", f"{OURS}/refresh", "refresh_token"),
    ("GET", f"{OURS}/admin/service-tokens", "cursor"),
    ("GET", f"{OURS}/admin/service-tokens", "limit"),
    ("GET", "/api/v1/admin/users", "search"),
    ("GET", "/api/v1/admin/users", "cursor"),
    ("GET", "/api/v1/admin/users", "tier"),
    ("GET", "/api/v1/admin/users", "limit"),
    ("GET", "/api/v1/users/me/export", "table"),
    ("GET", "/api/v1/users/me/export", "skip"),
)
HEADERS = ("Authorization", "Idempotency-Key", "User-Agent", "X-Request-ID", "X-Forwarded-For")
_numbers = count()


def _account() -> dict[str, Any]:
    name = unused_name()
    return {
        "email": f"{name}@example.com",
        "username": name,
        "password": PASSWORD,
        "first_name": "A",
        "last_name": "B",
    }


GOOD: dict[Any, Callable[[], dict[str, Any]]] = {
    NewAccount: _account,
    UserCreation: lambda: {**_account(), "tier": "free", "roles": ["user"]},
    Credentials: lambda: {"username": unused_name(), "password": PASSWORD},
    Refresh: lambda: {"refresh_token": "x"},
    ProfileChange: lambda: {
        **{key: value for key, value in _account().items() if key != "password"},
        "current_password": PASSWORD,
    },
    Erasure: lambda: {"password": "not the password"},
    PasswordChange: lambda: {"current_password": PASSWORD, "new_password": f"new {PASSWORD}"},
    PasswordReset: lambda: {"token": "x", "new_password": PASSWORD},
    NewServiceToken: lambda: {"scope": "calculations", "name": "x", "days": 7},
    UserPatch: lambda: {"tier": "free", "roles": ["user"]},
    RoleChange: lambda: {"scopes": []},
    Opening: lambda: {"seconds": 1},
    NewChart: lambda: {**EXAMPLE, "name": "A", "notes": "B"},
    ChartChange: lambda: {"name": "A", "notes": "B"},
    LegacyNatalBody: lambda: {**EXAMPLE, "name": "A"},
    LegacyChartBody: lambda: {**EXAMPLE, "name": "A"},
    LegacyChartChange: lambda: {"config": {"house_system": "KOCH"}},
    dict[str, Any]: lambda: {"theme": "dark", "nested": {"text": "x"}},
}
"""A body that goes all the way to the database, for each that a route takes."""


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """One connection for many requests."""
    with requests.Session() as kept:
        yield kept


@pytest.fixture(scope="module")
def sentinel(attacked: RunningServer) -> Person:
    """An account that nobody touches."""
    return person(attacked, first_name="Sentinel")


def held(server: RunningServer, sentinel: Person) -> list[list[tuple[Any, ...]]]:
    """What no attack may change: the schema, the roles, who is an admin, an account, its login."""
    return queries(
        server,
        ("SELECT relname FROM pg_class WHERE relkind IN ('r', 'i', 'S') ORDER BY 1",),
        ("SELECT proname FROM pg_proc WHERE pronamespace = 'nocturna'::regnamespace",),
        ("SELECT name, scopes, built_in FROM roles WHERE built_in ORDER BY name",),
        ("SELECT count(*) FROM users WHERE is_superuser OR tier <> 'free'",),
        ("SELECT u::text FROM users u WHERE id::text = $1", sentinel.id),
        ("SELECT s::text FROM sessions s WHERE user_id::text = $1 ORDER BY 1", sentinel.id),
        ("SELECT r::text FROM user_roles r WHERE user_id::text = $1", sentinel.id),
    )


def texts_of(takes: Any) -> list[str]:
    """The fields of a body that hold text, or lists of it; all of an open body."""
    if not (isinstance(takes, type) and issubclass(takes, BaseModel)):
        return list(GOOD[takes]())
    return [
        name
        for name, field in takes.model_fields.items()
        if any(part is str or isinstance(part, str) for part in _parts(field.annotation))
    ]


def _parts(annotation: Any) -> set[Any]:
    inner = typing.get_args(annotation)
    return {annotation} if not inner else {part for each in inner for part in _parts(each)}


def attacks_on(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    """Bodies with SQL in one field each, by the name of the field."""
    # The handlers are the same under both prefixes, and take 20 ms where there is a password.
    payloads = SQL if route.path.startswith("/api/v1/") else SQL[:8]
    for field in texts_of(route.takes):
        for payload in payloads:
            good = GOOD[route.takes]()
            values: list[Any] = [[payload]] if isinstance(good.get(field), list) else [payload]
            if field == "email":
                values.append(f"{payload}@example.com")
            if route.takes == dict[str, Any]:
                values += [{payload: payload}, [payload]]
            for value in values:
                yield field, {**good, field: value}


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_every_body_that_a_route_takes_is_known_here() -> None:
    assert {str(route.takes) for route in WRITTEN} == {str(takes) for takes in GOOD}


def attack(
    server: RunningServer, session: requests.Session, route: Route, body: Any, mine: Person
) -> requests.Response:
    """The answer to a body, sent by somebody who may, about their own account."""
    path, more = filled(route, mine.id), dict[str, Any](data=json.dumps(body))
    if route.form:
        more = {"data": {key: value.encode(errors="replace") for key, value in body.items()}}
    presented = mine.access_token if route.in_person else token(*ADMIN)
    headers = bearer(presented) if route.scope is not None else {}
    return send(server, session, route.method, path, headers=headers, **more)


def goes_through(route: Route) -> bool:
    """Whether the good body of a route succeeds: others hold a secret or a name that nobody has."""
    secret = {Credentials, Refresh, Erasure, PasswordReset, Opening}
    return route.takes not in {*secret, ChartChange, LegacyChartChange}


@pytest.mark.parametrize("route", WRITTEN, ids=name_of)
def test_sql_in_a_text_field_is_a_text(
    attacked: RunningServer, session: requests.Session, sentinel: Person, route: Route
) -> None:
    before = held(attacked, sentinel)
    mine = person(attacked)
    if goes_through(route):
        reply = attack(attacked, session, route, GOOD[route.takes](), mine)
        assert reply.status_code < 300, reply.text
    attacked_field = ""
    for field, body in attacks_on(route):
        if field != attacked_field:  # guesses of a password are throttled
            attacked_field, mine = field, person(attacked)
        reply = attack(attacked, session, route, body, mine)
        assert reply.status_code < 500, (field, body, reply.text)
    assert held(attacked, sentinel) == before


@pytest.mark.parametrize(("method", "path", "name"), QUERIES)
def test_sql_in_a_query_is_a_text(
    attacked: RunningServer,
    session: requests.Session,
    sentinel: Person,
    method: str,
    path: str,
    name: str,
) -> None:
    before = held(attacked, sentinel)
    admin = logged_in(attacked, person(attacked).username) if "users/me" in path else None
    presented = token(*ADMIN) if admin is None else admin["access_token"]
    for payload in SQL:
        text = quote(payload.encode(errors="replace")[:7000])
        reply = send(attacked, session, method, f"{path}?{name}={text}", headers=bearer(presented))
        assert 200 <= reply.status_code < 500, (payload, reply.text)
    assert held(attacked, sentinel) == before


@pytest.mark.parametrize("name", HEADERS)
def test_sql_in_a_header_is_a_text(
    attacked: RunningServer, session: requests.Session, sentinel: Person, name: str
) -> None:
    before = held(attacked, sentinel)
    for payload in SQL:
        text = "".join(letter for letter in payload if " " <= letter <= "~")[:7000].strip()
        prefix = "Bearer " if name == "Authorization" else ""
        headers = {**bearer(token(*ADMIN)), name: f"{prefix}{text}"}
        for path, body in (
            (f"{OURS}/admin/service-tokens", {"days": 7}),
            (f"{OURS}/login", {"username": sentinel.username[::-1], "password": "x"}),
        ):
            reply = send(attacked, session, "POST", path, json=body, headers=headers)
            assert reply.status_code < 500, (payload, reply.text)
    assert held(attacked, sentinel) == before


def test_a_search_finds_its_letters_and_knows_no_wildcards(attacked: RunningServer) -> None:
    strange = person(attacked, username=f"o'brien_%{next(_numbers)}")
    for wanted, found in (("o'brien_%", True), ("o_brien", False), ("%brien", False)):
        reply = requests.get(
            f"{attacked.url}/api/v1/admin/users",
            params={"search": wanted},
            headers=bearer(token(*ADMIN)),
            timeout=300,
        )
        names = [user["username"] for user in data(reply)["users"]]
        assert (strange.username in names) is found, wanted


def test_texts_come_back_as_they_went_in(attacked: RunningServer) -> None:
    mine = person(attacked)
    for payload in SQL:
        reply = mine.call("PATCH", "/api/v1/users/me", {"last_name": payload})
        if reply.status_code == 200:
            assert data(mine.call("GET", "/api/v1/users/me"))["last_name"] == payload
        wanted = {"text": payload}
        reply = mine.call("PUT", "/api/v1/users/me/preferences", wanted)
        if reply.status_code == 200:
            assert data(mine.call("GET", "/api/v1/users/me/preferences")) == wanted


VALUES: tuple[Any, ...] = (
    *SQL[:20],
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(10**40), 1e308, -0.0, 0.5),
    *("", " ", "null", "NaN", "admin", "user", "calculations", "free", "9" * 400, "a@b.de"),
    *([], {}, [[]], [None], ["user"], ["admin"] * 30, {"": None}, {"a": {"b": {"c": "\0"}}}),
)
RAW = (
    *(b"", b"{", b"[", b"null", b"[]", b'""', b"0", b"\xff\xfe", b"\x00" * 50, b'{"a": NaN}'),
    *(b"[" * 20_000, b'{"a":' * 5_000, b'{"username": "\\ud800"}', b'{"days": 1e400}'),
    *(b'{"days": 1, "days": "x"}', b'{"a": "\\u0000"}', "{}".encode("utf-16"), b"a=b&c=%00"),
)
KINDS = (
    *("application/json", "application/json; charset=utf-16", "text/plain", ""),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a/b/c; ;=;"),
)
CHUNKS, PER_CHUNK = 8, 250


class Noise:
    """Requests at random, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - not a secret
        self._fields = sorted(
            {name for takes in GOOD for name in GOOD[takes]()}
            | {"eternal", "is_active", "is_approved", "is_superuser", "expires_in_days"}
        )

    def request(self, mine: Person) -> tuple[str, str, dict[str, Any]]:
        """Method, path, and what else `send` takes."""
        choose = self._random
        route = choose.choice(ANYTHING)
        presented = choose.choice((token(*ADMIN), mine.access_token, mine.access_token, token()))
        headers = {"Content-Type": choose.choice(KINDS)}
        if choose.random() < 0.95:
            headers |= bearer(presented)
        if choose.random() < 0.2:
            headers["Idempotency-Key"] = choose.choice(("k", "l", "x" * 300, "\u00e9"))
        value = choose.choice((mine.id, "nothing", "0", "%00", "'"))
        # The circuits stay closed: the database serves the other attacks as well.
        path = filled(route, value, "nothing")
        if choose.random() < 0.3:
            name = choose.choice(("limit", "cursor", "search", "table", "skip", "refresh_token"))
            path += f"?{name}={quote(str(choose.choice(VALUES)).encode(errors='replace')[:2000])}"
        return route.method, path, {"data": self._body(route), "headers": headers}

    def _body(self, route: Route) -> bytes:
        choose = self._random
        if choose.random() < 0.1:
            return choose.choice(RAW)
        body: dict[str, Any] = dict(GOOD[route.takes]()) if route.takes in GOOD else {}
        if "password" in body and choose.random() < 0.5:
            body["password"] = "short"  # noqa: S105 - too many good ones would only measure their hashing
        for _ in range(choose.randint(0, 3)):
            body[choose.choice(self._fields)] = choose.choice(VALUES)
        if body and choose.random() < 0.3:
            del body[choose.choice(list(body))]
        return json.dumps(body).encode()


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_no_noise_makes_the_server_fail(
    attacked: RunningServer, session: requests.Session, seed: int
) -> None:
    noise, mine = Noise(seed), person(attacked)
    seen: dict[int, int] = {}
    for _ in range(PER_CHUNK):
        method, path, more = noise.request(mine)
        reply = send(attacked, session, method, path, **_sendable(more))
        assert 200 <= reply.status_code < 500, (method, path, more, reply.text)
        seen[reply.status_code] = seen.get(reply.status_code, 0) + 1
    assert {200, 401, 403, 404, 422} <= set(seen), seen


def _sendable(more: Mapping[str, Any]) -> dict[str, Any]:
    """The same with headers as bytes, which may be any."""
    headers = {name: value.encode("latin-1") for name, value in more["headers"].items()}
    return {**more, "headers": headers}
