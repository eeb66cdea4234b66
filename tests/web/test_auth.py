"""Registering, logging in, staying logged in and logging out, over HTTP."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import jwt
import pytest
import requests

from app.storage.postgres import connect_options, dedicated
from tests.server import LONG_ENOUGH, NOBODY_HAS_IT, RunningServer, in_a_thread, token

PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing
PREFIXES = ("/api/auth", "/api/v1/auth")
LEGACY, OURS = PREFIXES
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="password"\r\n%b\r\n\r\nsecret\r\n--x--\r\n'
UNLIMITED = {"NOCTURNA_RATE_LIMIT_AUTH": "0", "NOCTURNA_LOGIN_FAILURES_PER_ADDRESS": "100000"}
USER = {
    *("id", "email", "username", "first_name", "last_name"),
    *("is_active", "is_superuser", "created_at"),
}
_numbers = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of our own: every test of this module comes from one address."""
    with RunningServer(tmp_path_factory.mktemp("auth"), UNLIMITED) as running:
        yield running


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One that approves its users, and rotates refresh tokens for existing clients too."""
    environment = {
        **UNLIMITED,
        "REGISTRATION_REQUIRES_APPROVAL": "true",
        "REFRESH_TOKEN_ROTATION": "strict",
        "NOCTURNA_REFRESH_GRACE_SECONDS": "0",
    }
    with RunningServer(tmp_path_factory.mktemp("strict"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def closed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One where nobody registers."""
    environment = {**UNLIMITED, "ALLOW_USER_REGISTRATION": "false"}
    with RunningServer(tmp_path_factory.mktemp("closed"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def full_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One with room for the first users only: the owner of the tests' tokens is no user."""
    environment = {**UNLIMITED, "MAX_USERS_LIMIT": "1"}
    with RunningServer(tmp_path_factory.mktemp("full"), environment) as running:
        yield running


def told(response: requests.Response, status: int = 200) -> Any:
    """The data of an answer, in or out of the envelope."""
    assert response.status_code == status, response.text
    body = response.json()
    return body["data"] if "/api/v1/" in response.url else body


def fresh() -> str:
    return f"user{next(_numbers)}"


def register(server: RunningServer, name: str, prefix: str = LEGACY, **more: Any) -> Any:
    body = {"email": f"{name}@example.com", "username": name, "password": PASSWORD, **more}
    return server.post(f"{prefix}/register", body, scopes=())


def form(
    server: RunningServer, fields: dict[str, str], prefix: str = LEGACY, **more: Any
) -> requests.Response:
    return requests.post(f"{server.url}{prefix}/login", data=fields, timeout=LONG_ENOUGH, **more)


def logged_in(server: RunningServer, name: str, prefix: str = LEGACY, **more: Any) -> Any:
    return told(form(server, {"username": name, "password": PASSWORD}, prefix, **more))


def new_login(server: RunningServer, prefix: str = LEGACY) -> Any:
    name = fresh()
    told(register(server, name))
    return logged_in(server, name, prefix)


def bearer(tokens: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def get(server: RunningServer, path: str, tokens: Any) -> requests.Response:
    return server.get(path, headers=bearer(tokens), scopes=())


def post(server: RunningServer, path: str, body: Any = None, **more: Any) -> requests.Response:
    data = None if body is not None else b""
    return server.post(path, body, data=data, scopes=(), **more)


def refreshed(server: RunningServer, value: str, prefix: str = LEGACY) -> requests.Response:
    return post(server, f"{prefix}/refresh?refresh_token={value}")


def execute(server: RunningServer, statement: str, *arguments: object) -> None:
    async def run() -> None:
        async with (
            server.database() as dsn,
            dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw,
        ):
            await raw.execute(statement, *arguments)

    in_a_thread(run())


# Registering


@pytest.mark.parametrize("prefix", PREFIXES)
def test_whoever_registers_gets_the_user_back(server: RunningServer, prefix: str) -> None:
    name = fresh()
    user = told(register(server, name, prefix, first_name="Ada", last_name=None))
    assert set(user) == USER
    assert uuid.UUID(user["id"]).version == 4
    assert (user["email"], user["username"]) == (f"{name}@example.com", name)
    assert (user["first_name"], user["last_name"]) == ("Ada", None)
    assert (user["is_active"], user["is_superuser"]) == (True, False)


def test_instants_of_existing_clients_have_microseconds_and_no_zone(server: RunningServer) -> None:
    user = told(register(server, fresh()))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", user["created_at"])
    ours = told(register(server, fresh(), OURS))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", ours["created_at"])


def test_a_body_is_json_whatever_it_says_of_itself(server: RunningServer) -> None:
    body = b'{"email": "%b@example.com", "username": "%b", "password": "long enough"}'
    name = fresh().encode()
    answer = server.post(
        f"{LEGACY}/register",
        data=body % (name, name),
        headers={"Content-Type": "text/plain"},
        scopes=(),
    )
    assert answer.status_code == 200


def test_nobody_registers_twice(server: RunningServer) -> None:
    name = fresh()
    told(register(server, name))
    again = register(server, fresh(), email=f"{name.upper()}@example.com")
    assert again.status_code == 400
    assert "already registered" in again.json()["detail"]
    other = register(server, fresh(), username=name)
    assert other.status_code == 400
    assert "user name" in other.json()["detail"]
    assert "already registered" not in other.json()["detail"]
    for answer in (again, other):
        assert answer.json()["error"]["code"] == "CONFLICT"
    ours = register(server, fresh(), OURS, username=name)
    assert (ours.status_code, ours.json()["error"]["code"]) == (409, "CONFLICT")
    assert ours.json()["error"]["message"] == other.json()["error"]["message"]


def test_rights_cannot_be_had_by_asking(server: RunningServer) -> None:
    name = fresh()
    more: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "is_superuser": True,
        "is_admin": True,
        "tier": "pro",
        "role": "admin",
        "roles": ["admin"],
        "scopes": ["admin"],
        "is_approved": True,
    }
    user = told(register(server, name, **more))
    assert not user["is_superuser"]
    assert user["id"] != more["id"]
    tokens = logged_in(server, name)
    me = told(get(server, f"{OURS}/me", tokens))
    assert (me["tier"], me["roles"], me["scopes"]) == ("free", ["user"], ["calculations"])
    assert get(server, f"{LEGACY}/admin/verify", tokens).status_code == 403


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": None}, "email"),
        ({"email": "a@b.de\nBcc: c@d.de"}, "email"),
        ({"username": "a@b.de"}, "username"),
        ({"username": ""}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "        "}, "password"),
        ({"password": "secret\0hidden"}, "password"),
        ({"password": "secret" * 200}, "password"),
        ({"password": ["secretly"]}, "password"),
        ({"password": 123456789}, "password"),
        ({"first_name": 5}, "first_name"),
        ({"last_name": "x" * 101}, "last_name"),
    ],
)
def test_a_wrong_field_is_named_and_a_password_is_not_repeated(
    server: RunningServer, more: dict[str, Any], field: str
) -> None:
    answer = register(server, fresh(), **more)
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    assert problem["loc"][:2] == ["body", field]
    assert "secret" not in answer.text
    assert "123456789" not in answer.text


def test_a_body_that_is_no_json_is_not_repeated_either(server: RunningServer) -> None:
    answer = server.post(f"{LEGACY}/register", data=b'{"password": "secret"', scopes=())
    assert answer.status_code == 422
    assert "secret" not in answer.text


@pytest.mark.parametrize("body", [{}, None, {"email": "nonsense"}])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_where_nobody_registers_the_body_is_not_even_read(
    closed_server: RunningServer, prefix: str, body: Any
) -> None:
    answer = post(closed_server, f"{prefix}/register", body)
    assert answer.status_code == 403
    assert "registration is currently disabled" in answer.json()["detail"]
    assert answer.json()["error"]["code"] == "REGISTRATION_DISABLED"


def test_whoever_waits_for_approval_is_told_so(strict_server: RunningServer) -> None:
    name = fresh()
    answer = register(strict_server, name)
    user = told(answer, 202)
    assert set(user) == {*USER, "message"}
    assert "approved" in user["message"]
    fields = {"username": name, "password": PASSWORD}
    refused = form(strict_server, fields)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "PERMISSION_DENIED"
    wrong = form(strict_server, {**fields, "password": "wrong"})
    assert wrong.status_code == 401
    execute(strict_server, "UPDATE users SET is_approved = true WHERE username = $1", name)
    assert logged_in(strict_server, name)


def test_the_last_place_is_given_once(full_server: RunningServer) -> None:
    execute(full_server, "DELETE FROM users WHERE username = 'tests@nocturna.internal'")
    told(register(full_server, fresh()))
    answer = register(full_server, fresh())
    assert answer.status_code == 403
    assert "limit of 1 users" in answer.json()["detail"]


# Logging in


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("encoding", ["urlencoded", "multipart"])
def test_a_form_logs_in(server: RunningServer, prefix: str, encoding: str) -> None:
    name = fresh()
    told(register(server, name))
    fields = {
        "username": f"{name}@example.com",
        "password": PASSWORD,
        "grant_type": "password",
        "scope": "",
        "client_id": "x",
        "client_secret": "y",
    }
    if encoding == "urlencoded":
        answer = form(server, fields, prefix)
    else:
        answer = requests.post(
            f"{server.url}{prefix}/login",
            files={key: (None, value) for key, value in fields.items()},
            timeout=LONG_ENOUGH,
        )
    tokens = told(answer)
    assert set(tokens) == {"access_token", "refresh_token", "expires_in", "token_type"}
    assert (tokens["expires_in"], tokens["token_type"]) == (900, "bearer")
    assert uuid.UUID(tokens["refresh_token"]).version == 4
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_access_token_says_what_clients_look_for(server: RunningServer) -> None:
    tokens = new_login(server)
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert set(claims) == {"sub", "type", "scope", "jti", "iat", "exp", "sid"}
    assert (claims["type"], claims["scope"]) == ("access", "calculations")
    assert claims["exp"] - claims["iat"] == 900


def test_a_user_name_logs_in_as_well(server: RunningServer) -> None:
    name = fresh()
    told(register(server, name))
    assert logged_in(server, name.upper())


def test_our_own_login_takes_json(server: RunningServer) -> None:
    name = fresh()
    told(register(server, name))
    assert told(post(server, f"{OURS}/login", {"username": name, "password": PASSWORD}))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"username": "ada", "password": "secret"}', {"Content-Type": "application/json"}),
        (b'{"username": "ada", "password": "secret"}', {"Content-Type": "text/plain"}),
        (b"username=ada", {"Content-Type": FORM}),
        (b"password=secret", {"Content-Type": FORM}),
        (b"", {"Content-Type": FORM}),
        (b"", {}),
        (
            b"username=a&password=s",
            {"Content-Type": "application/x-www-form-urlencoded; charset=x"},
        ),
        (b"username=&password=secret", {"Content-Type": FORM}),
        (b"username=a%00&password=s", {"Content-Type": FORM}),
        (b"--x\r\n", {"Content-Type": MULTIPART}),
        (b"--x\r\nnonsense\r\n\r\nsecret\r\n--x--\r\n", {"Content-Type": MULTIPART}),
        (PART % (b"Content-Transfer-Encoding: x"), {"Content-Type": MULTIPART}),
        (PART % (b"Content-Transfer-Encoding: base64"), {"Content-Type": MULTIPART}),
        (PART % (b"Content-Type: text/plain; charset=x"), {"Content-Type": MULTIPART}),
        (PART % (b"Content-Type: multipart/mixed; boundary=y"), {"Content-Type": MULTIPART}),
        (b"--x\r\n", {"Content-Type": "multipart/form-data"}),
    ],
)
def test_what_is_no_complete_form_is_refused(
    server: RunningServer, body: bytes, headers: dict[str, str]
) -> None:
    answer = server.post(f"{LEGACY}/login", data=body, headers=headers, scopes=())
    assert answer.status_code == 422
    assert "secret" not in answer.text


def test_a_file_is_no_password(server: RunningServer) -> None:
    files: Any = {"username": (None, "ada"), "password": ("secret.txt", b"secret")}
    answer = requests.post(f"{server.url}{LEGACY}/login", files=files, timeout=LONG_ENOUGH)
    assert answer.status_code == 422
    assert "secret" not in answer.text


def test_a_password_that_is_too_long_is_refused_and_not_repeated(server: RunningServer) -> None:
    answer = form(server, {"username": "ada", "password": "secret" * 1000})
    assert answer.status_code == 422
    assert "secret" not in answer.text


def test_no_refusal_tells_who_is_there(server: RunningServer) -> None:
    name, disabled = fresh(), fresh()
    told(register(server, name))
    told(register(server, disabled))
    execute(server, "UPDATE users SET is_active = false WHERE username = $1", disabled)
    answers = [
        form(server, {"username": username, "password": password})
        for username, password in (
            ("nobody", PASSWORD),
            (name, "wrong"),
            (disabled, PASSWORD),
            ("tests@nocturna.internal", PASSWORD),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert {answer.json()["error"]["code"] for answer in answers} == {"AUTHENTICATION_ERROR"}


def test_guesses_are_slowed_down(server: RunningServer) -> None:
    name = fresh()
    told(register(server, name))
    with ThreadPoolExecutor(20) as crowd:
        guesses = [{"username": name, "password": f"guess {number}"} for number in range(30)]
        found = list(crowd.map(lambda fields: form(server, fields), guesses))
    assert sum(answer.status_code == 401 for answer in found) == 5
    assert sum(answer.status_code == 429 for answer in found) == 25
    answer = form(server, {"username": name, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "RATE_LIMITED"
    assert 0 < int(answer.headers["Retry-After"]) <= 30


def test_a_forged_address_is_not_believed(server: RunningServer) -> None:
    name = fresh()
    told(register(server, name))
    told(
        form(
            server,
            {"username": name, "password": PASSWORD},
            headers={"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9"},
        )
    )
    tokens = logged_in(server, name)
    found = told(get(server, f"{OURS}/sessions", tokens))
    assert {each["address"] for each in found} == {"127.0.0.1"}


# Staying logged in


def test_existing_clients_keep_their_refresh_token(server: RunningServer) -> None:
    tokens = new_login(server)
    for _ in range(3):
        again = told(refreshed(server, tokens["refresh_token"]))
        assert set(again) == set(tokens)
        assert again["refresh_token"] == tokens["refresh_token"]
        assert get(server, f"{LEGACY}/me", again).status_code == 200


def test_our_own_refresh_gives_another_token_each_time(server: RunningServer) -> None:
    tokens = new_login(server)
    for _ in range(3):
        body = {"refresh_token": tokens["refresh_token"]}
        again = told(post(server, f"{OURS}/refresh", body))
        assert again["refresh_token"] != tokens["refresh_token"]
        tokens = again
    assert told(refreshed(server, tokens["refresh_token"], OURS))


def test_a_server_may_rotate_for_existing_clients_too(strict_server: RunningServer) -> None:
    name = fresh()
    told(register(strict_server, name), 202)
    execute(strict_server, "UPDATE users SET is_approved = true WHERE username = $1", name)
    first = logged_in(strict_server, name)
    second = told(refreshed(strict_server, first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    assert refreshed(strict_server, first["refresh_token"]).status_code == 401
    assert refreshed(strict_server, second["refresh_token"]).status_code == 401
    assert get(strict_server, f"{LEGACY}/me", second).status_code == 401
    warned = [line for line in strict_server.lines if "came again" in str(line)]
    assert len(warned) == 1
    assert first["refresh_token"] not in str(strict_server.lines)


def test_a_refresh_token_may_stand_in_the_body_everywhere(server: RunningServer) -> None:
    tokens = new_login(server)
    for prefix in PREFIXES:
        body = {"refresh_token": tokens["refresh_token"]}
        assert told(post(server, f"{prefix}/refresh", body))


def test_query_goes_first_for_existing_clients_and_the_body_in_our_own(
    server: RunningServer,
) -> None:
    good, bad = new_login(server)["refresh_token"], "nonsense"
    in_body = {"refresh_token": good}
    assert post(server, f"{LEGACY}/refresh?refresh_token={bad}", in_body).status_code == 401
    assert post(server, f"{OURS}/refresh?refresh_token={bad}", in_body).status_code == 200


@pytest.mark.parametrize("action", ["refresh", "logout"])
@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("body", [None, {}, {"refresh_token": None}])
def test_a_missing_refresh_token_is_named(
    server: RunningServer, action: str, prefix: str, body: Any
) -> None:
    answer = post(server, f"{prefix}/{action}", body)
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    place, words = ("body", "given in the JSON body") if prefix == OURS else ("query", "given")
    assert (problem["loc"], problem["type"]) == ([place, "refresh_token"], "missing")
    assert problem["msg"].endswith(f"refresh_token must be {words}")


@pytest.mark.parametrize("action", ["refresh", "logout"])
@pytest.mark.parametrize("value", [5, "secret" * 1000])
def test_what_cannot_be_a_refresh_token_is_not_repeated(
    server: RunningServer, action: str, value: Any
) -> None:
    answer = post(server, f"{OURS}/{action}", {"refresh_token": value})
    assert answer.status_code == 422
    assert "secret" not in answer.text


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_other_token_refreshes(server: RunningServer, prefix: str) -> None:
    tokens = new_login(server)
    values = (
        "nonsense",
        str(uuid.uuid4()),
        token("calculations"),
        tokens["access_token"],
        "%00",
        "%27%20OR%20true--",
    )
    for value in values:
        answer = refreshed(server, value, prefix)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert isinstance(answer.json()["detail"], str)
        assert value not in answer.text


# Logging out


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_logout_ends_that_login_and_its_access_tokens(server: RunningServer, prefix: str) -> None:
    name = fresh()
    told(register(server, name))
    ended, other = logged_in(server, name), logged_in(server, name)
    assert get(server, f"{LEGACY}/me", ended).status_code == 200
    answer = post(server, f"{prefix}/logout?refresh_token={ended['refresh_token']}")
    assert told(answer) == {"success": True}
    assert get(server, f"{LEGACY}/me", ended).status_code == 401
    assert refreshed(server, ended["refresh_token"]).status_code == 401
    assert get(server, f"{LEGACY}/me", other).status_code == 200


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_unknown_token_is_logged_out_already(server: RunningServer, prefix: str) -> None:
    assert told(post(server, f"{prefix}/logout?refresh_token=nonsense")) == {"success": True}
    service = token("calculations")
    assert told(post(server, f"{prefix}/logout?refresh_token={service}")) == {"success": True}
    assert server.get(f"{LEGACY}/me").status_code == 200


def test_our_own_logout_ends_the_login_of_the_bearer(server: RunningServer) -> None:
    tokens = new_login(server)
    answer = post(server, f"{OURS}/logout", headers=bearer(tokens))
    assert told(answer) == {"success": True}
    assert get(server, f"{LEGACY}/me", tokens).status_code == 401


def test_a_service_token_has_no_login_to_end(server: RunningServer) -> None:
    service = {"access_token": token("calculations")}
    assert post(server, f"{OURS}/logout", headers=bearer(service)).status_code == 422
    assert post(server, f"{OURS}/logout", headers=bearer({"access_token": "x"})).status_code == 401


def test_all_logins_end_at_once(server: RunningServer) -> None:
    name = fresh()
    told(register(server, name))
    tokens = [logged_in(server, name) for _ in range(3)]
    answer = post(server, f"{OURS}/logout-everywhere", headers=bearer(tokens[0]))
    assert told(answer) == {"success": True, "sessions_ended": 3}
    for each in tokens:
        assert get(server, f"{LEGACY}/me", each).status_code == 401
        assert refreshed(server, each["refresh_token"]).status_code == 401


# Sessions


def test_a_person_sees_their_logins_and_no_others(server: RunningServer) -> None:
    name = fresh()
    new_login(server)
    told(register(server, name))
    logged_in(server, name, headers={"User-Agent": "first\tphone"})
    tokens = logged_in(server, name, headers={"User-Agent": "second"})
    found = told(get(server, f"{OURS}/sessions", tokens))
    assert [(each["user_agent"], each["current"]) for each in found] == [
        ("second", True),
        ("firstphone", False),
    ]
    assert set(found[0]) == {
        *("id", "created_at", "last_used_at", "expires_at"),
        *("address", "user_agent", "current"),
    }
    assert found[0]["last_used_at"] is None
    assert found[0]["created_at"].endswith("Z")


def test_a_login_is_ended_from_another_one(server: RunningServer) -> None:
    name = fresh()
    told(register(server, name))
    lost, kept = logged_in(server, name), logged_in(server, name)
    (other,) = [
        each["id"] for each in told(get(server, f"{OURS}/sessions", kept)) if not each["current"]
    ]
    assert delete(server, other, new_login(server)).status_code == 404
    assert get(server, f"{LEGACY}/me", lost).status_code == 200
    answer = delete(server, other, kept)
    assert (answer.status_code, answer.content) == (204, b"")
    assert get(server, f"{LEGACY}/me", lost).status_code == 401
    assert delete(server, other, kept).status_code == 404


@pytest.mark.parametrize("session", [NOBODY_HAS_IT, "1", "me", "%00", "'; DROP TABLE users"])
def test_an_unknown_session_is_not_found(server: RunningServer, session: str) -> None:
    assert delete(server, session, new_login(server)).status_code == 404


def delete(server: RunningServer, session: str, tokens: Any) -> requests.Response:
    return requests.delete(
        f"{server.url}{OURS}/sessions/{session}", headers=bearer(tokens), timeout=LONG_ENOUGH
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "sessions"), ("DELETE", f"sessions/{NOBODY_HAS_IT}"), ("POST", "logout-everywhere")],
)
def test_logins_are_the_business_of_people(server: RunningServer, method: str, path: str) -> None:
    url = f"{server.url}{OURS}/{path}"
    service = bearer({"access_token": token("calculations", "admin")})
    refused = requests.request(method, url, headers=service, timeout=LONG_ENOUGH)
    assert refused.status_code == 403
    assert requests.request(method, url, timeout=LONG_ENOUGH).status_code == 401


# Who one is


def test_existing_clients_see_who_they_are(server: RunningServer) -> None:
    name = fresh()
    user = told(register(server, name))
    assert told(get(server, f"{LEGACY}/me", logged_in(server, name))) == user


def test_our_own_page_tells_rights_as_well(server: RunningServer) -> None:
    name = fresh()
    told(register(server, name))
    execute(server, "UPDATE users SET is_superuser = true WHERE username = $1", name)
    me = told(get(server, f"{OURS}/me", logged_in(server, name)))
    assert set(me) == {*USER, "tier", "roles", "scopes", "role_scopes"}
    assert me["is_superuser"]
    assert (me["tier"], me["roles"]) == ("free", ["admin", "user"])
    assert me["scopes"] == ["calculations", "admin"]


def test_a_service_token_sees_whose_it_is(server: RunningServer) -> None:
    me = told(server.get(f"{OURS}/me"))
    assert me["email"] == "tests@nocturna.internal"
    assert me["scopes"] == ["calculations"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_nobody_is_nobody(server: RunningServer, prefix: str) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}):
        answer = server.get(f"{prefix}/me", headers=headers, scopes=())
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_expired_token_is_said_to_have_expired(server: RunningServer) -> None:
    old = {"access_token": token("calculations", now=1_700_000_000.0)}
    answer = get(server, f"{LEGACY}/me", old)
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]
    assert "expired" in answer.json()["error"]["message"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_administrator_is_told_so_and_nobody_else(server: RunningServer, prefix: str) -> None:
    name = fresh()
    user = told(register(server, name))
    refused = get(server, f"{prefix}/admin/verify", logged_in(server, name))
    assert refused.status_code == 403
    assert "Admin privileges required" in refused.json()["detail"]
    execute(server, "UPDATE users SET is_superuser = true WHERE username = $1", name)
    assert told(get(server, f"{prefix}/admin/verify", logged_in(server, name))) == {
        "is_admin": True,
        "user_id": user["id"],
        "email": user["email"],
        "username": name,
    }


@pytest.mark.parametrize("prefix", PREFIXES)
def test_administrators_see_who_may_register(
    server: RunningServer, strict_server: RunningServer, prefix: str
) -> None:
    path = f"{prefix}/admin/registration-settings"
    assert told(server.get(path, scopes=("admin",))) == {
        "allow_user_registration": True,
        "registration_requires_approval": False,
        "max_users_limit": None,
    }
    assert told(strict_server.get(path, scopes=("admin",)))["registration_requires_approval"]
    assert server.get(path).status_code == 403
    assert server.get(path, scopes=()).status_code == 401


def test_no_secret_is_in_a_log_line(server: RunningServer) -> None:
    tokens = new_login(server)
    told(refreshed(server, tokens["refresh_token"]))
    form(server, {"username": "nobody", "password": "a wrong one of many"})
    lines = str(server.lines)
    for secret in (
        *(PASSWORD, "a wrong one of many"),
        *(tokens["access_token"], tokens["refresh_token"]),
    ):
        assert secret not in lines
