"""What was done with accounts and tokens, and by whom, is told in the log: by ids alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.server import LONG_ENOUGH, SERVICE_USER, RunningServer
from tests.web.people import PASSWORD, Person, call, data, log_in, person

SETTINGS = {"NOCTURNA_RATE_LIMIT_AUTH": "0", "NOCTURNA_LOGIN_FAILURES": "3"}
NEW_PASSWORD = "another horse battery"  # noqa: S105 - opens nothing
WRONG = "a wrong horse battery"
AUTH, ADMIN = "/api/v1/auth", "/api/v1/admin"
TOKENS = f"{AUTH}/admin/service-tokens"
NOBODY = "nobody-at-all-5519"
TOKEN_NAME = "a name like no other 6620"  # noqa: S105 - a name


@dataclass(slots=True)
class Trail:
    """What happened on a server, by whom, and the lines that it wrote."""

    ids: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    logins: dict[str, float] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def of(self, message: str, **context: Any) -> list[dict[str, Any]]:
        """The contexts of the lines with a message and these values."""
        return [
            line["context"]
            for line in self.lines
            if line["message"] == message and context.items() <= line["context"].items()
        ]


def use_tokens(server: RunningServer, trail: Trail) -> None:
    wanted = {"scope": "calculations", "days": 25, "name": TOKEN_NAME}
    made = data(call(server, "POST", TOKENS, wanted))
    trail.ids["token"] = made["token_id"]
    renewed = data(call(server, "POST", f"{TOKENS}/{made['token_id']}/rotate"))
    trail.ids["successor"] = renewed["token_id"]
    data(call(server, "DELETE", f"{TOKENS}/{renewed['token_id']}"))
    trail.secrets += [*_secrets(made), *_secrets(renewed)]


def use_logins(server: RunningServer, trail: Trail, who: Person) -> None:
    for _ in range(2):
        tokens = data(log_in(server, who.username))
        trail.secrets += [tokens["refresh_token"], tokens["access_token"]]
        presented = {"refresh_token": tokens["refresh_token"]}
        data(call(server, "POST", f"{AUTH}/logout", presented, ""))
    data(log_in(server, who.username))
    for session in data(who.call("GET", f"{AUTH}/sessions")):
        if not session["current"]:
            assert who.call("DELETE", f"{AUTH}/sessions/{session['id']}").status_code == 204
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    data(who.call("POST", "/api/v1/users/me/password", change))
    data(who.call("POST", f"{AUTH}/logout-everywhere"))


def be_locked_out(server: RunningServer, name: str) -> None:
    statuses = [log_in(server, name, WRONG).status_code for _ in range(6)]
    assert statuses == [401, 401, 401, 429, 429, 429]


def administer(server: RunningServer, trail: Trail, who: Person) -> None:
    headers = {"X-Request-ID": "the-change"}
    one = f"{ADMIN}/users/{who.id}"
    data(call(server, "PUT", f"{ADMIN}/roles/reader", {"scopes": ["calculations"]}), 201)
    changed = requests.patch(
        server.url + one,
        json={"tier": "pro"},
        headers={**headers, "Authorization": f"Bearer {_admin(server, trail)}"},
        timeout=LONG_ENOUGH,
    )
    assert changed.status_code == 200
    assert call(server, "DELETE", one).status_code == 204
    assert call(server, "DELETE", f"{ADMIN}/roles/reader").status_code == 204


def _admin(server: RunningServer, trail: Trail) -> str:
    admin = person(server, is_superuser=True)
    trail.ids["admin"] = admin.id
    trail.secrets += [admin.email, admin.username]
    return admin.access_token


def _secrets(made: dict[str, Any]) -> Iterator[str]:
    return (value for name, value in made.items() if name.endswith("token") and value)


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Trail:
    directory: Path = tmp_path_factory.mktemp("audit")
    told = Trail()
    with RunningServer(directory, SETTINGS) as server:
        use_tokens(server, told)
        who, guessed = person(server), person(server)
        told.ids |= {"who": who.id, "guessed": guessed.id}
        told.secrets += [who.email, who.username, guessed.username, NOBODY, PASSWORD, NEW_PASSWORD]
        use_logins(server, told, who)
        be_locked_out(server, guessed.username)
        be_locked_out(server, NOBODY)
        administer(server, told, who)
        for outcome in ("success", "refused", "throttled"):
            told.logins[outcome] = _logins(server, outcome)
    told.lines = server.lines
    return told


def _logins(server: RunningServer, outcome: str) -> float:
    text = server.get("/metrics", scopes=()).text
    wanted = f'nocturna_logins_total{{outcome="{outcome}"}} '
    (line,) = (line for line in text.splitlines() if line.startswith(wanted))
    return float(line.removeprefix(wanted))


def test_a_service_token_leaves_a_line_when_made_renewed_and_revoked(trail: Trail) -> None:
    common = {"owner": SERVICE_USER, "scope": "calculations", "days": 25, "by": SERVICE_USER}
    token, successor = trail.ids["token"], trail.ids["successor"]
    assert len(trail.of("service token created", token_id=token, **common)) == 1
    assert len(trail.of("service token created")) == 1
    assert len(trail.of("service token renewed", token_id=successor, replaces=token, **common)) == 1
    assert len(trail.of("service token revoked", token_id=successor, **common)) == 1


def test_a_login_and_its_end_name_the_user_and_the_session(trail: Trail) -> None:
    who = trail.ids["who"]
    started = [line["session"] for line in trail.of("logged in", user_id=who)]
    ended = [line["session"] for line in trail.of("logged out", user_id=who)]
    elsewhere = [line["session"] for line in trail.of("session ended from elsewhere", user_id=who)]
    assert (len(started), len(ended), len(elsewhere)) == (4, 2, 1)
    assert {*ended, *elsewhere} < set(map(str, map(uuid.UUID, started)))
    assert len(trail.of("logged out everywhere", user_id=who, sessions=1)) == 1
    assert len(trail.of("password changed", user_id=who, sessions_ended=0)) == 1


def test_a_lock_is_told_once_with_the_account_if_there_is_one(trail: Trail) -> None:
    message = "logins are refused after too many failures"
    told = [(line["user_id"], line["locked"]) for line in trail.of(message)]
    assert told == [(trail.ids["guessed"], "account"), (None, "account")]
    levels = {line["level"] for line in trail.lines if line["message"] == message}
    assert levels == {"WARNING"}


def test_what_an_administrator_does_names_both(trail: Trail) -> None:
    who, admin = trail.ids["who"], trail.ids["admin"]
    (changed,) = trail.of("user changed", user_id=who)
    assert (changed["by"], changed["request_id"]) == (admin, "the-change")
    for message, context in (
        ("user made", {"user_id": who}),
        ("user deleted", {"user_id": who}),
        ("role changed", {"role": "reader"}),
        ("role deleted", {"role": "reader"}),
    ):
        assert len(trail.of(message, by=SERVICE_USER, **context)) == 1


def test_logins_are_counted_by_how_they_ended(trail: Trail) -> None:
    assert trail.logins == {"success": 6.0, "refused": 6.0, "throttled": 6.0}


def test_every_line_of_a_request_names_it(trail: Trail) -> None:
    for message in ("logged in", "service token created", "user made", "password changed"):
        assert all(line["request_id"] for line in trail.of(message))
    for message in ("serving", "stopped"):
        (outside,) = trail.of(message)
        assert (outside["request_id"], outside["user_id"]) == (None, None)


def test_no_line_names_a_person_or_tells_a_secret(trail: Trail) -> None:
    written = json.dumps(trail.lines)
    assert [secret for secret in trail.secrets if secret in written] == []
    done = [line for line in trail.lines if line["context"].get("by")]
    assert TOKEN_NAME not in json.dumps(done)
