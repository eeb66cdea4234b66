"""What must never be told: passwords, tokens, digests and births, in lines and in answers."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from app.security.tokens import digest_of
from tests.security.attacks import ADMIN, LEGACY, OURS, PREFIXES, bearer, query
from tests.server import LONG_ENOUGH, SECRET, RunningServer, token

PASSWORD = "a-password-like-no-other-5519"  # noqa: S105 - opens nothing
NEW_PASSWORD = "the-password-that-follows-6620"  # noqa: S105 - opens nothing
WRONG_PASSWORD = "the-guess-of-a-thief-7731"  # noqa: S105 - opens nothing
WRONG_TOKEN = "a-token-that-nobody-made-8842"  # noqa: S105 - opens nothing
EMAIL = "hypatia-9953@people.example.com"
NAME, FIRST, LAST = "hypatia-9953", "Theonsdaughter", "Ofalexandria"
PREFERENCE = "prefers-the-dark-1164"
PROXIED = "203.0.113.77"
BIRTH = {
    "date": "1971-08-23",
    "time": "04:19:37",
    "latitude": 31.19873,
    "longitude": 29.90971,
    "timezone": "Africa/Cairo",
}
QUERY = base64.urlsafe_b64encode(json.dumps(BIRTH).encode()).decode().rstrip("=")
OWN = "/api/v1/calculations/natal-chart"


@dataclass(slots=True)
class Told:
    """All that a server answered and wrote, and what it was given to keep to itself."""

    answers: list[requests.Response] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    hashes: list[str] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)


class Story:
    """Requests of every kind, one after the other; their answers are kept."""

    def __init__(self, server: RunningServer, told: Told) -> None:
        self._server = server
        self._told = told

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        presented = more.pop("presented", token(*ADMIN))
        headers = {**(bearer(presented) if presented else {}), **more.pop("headers", {})}
        reply = requests.request(
            method,
            self._server.url + path,
            json=body,
            headers={"X-Forwarded-For": PROXIED, **headers},
            timeout=LONG_ENOUGH,
            **more,
        )
        self._told.answers.append(reply)
        return reply

    def log_in(self, prefix: str, name: str, password: str) -> dict[str, Any]:
        reply = self.ask(
            *("POST", f"{prefix}/login"),
            presented="",
            data={"username": name, "password": password},
        )
        told = reply.json()
        found: dict[str, Any] = told.get("data") or told
        for each in ("access_token", "refresh_token"):
            if each in found:
                self._told.secrets[f"{each} {len(self._told.secrets)}"] = found[each]
        return found

    def keep(self, name: str, secret: str) -> str:
        self._told.secrets[f"{name} {len(self._told.secrets)}"] = secret
        return secret


def live(story: Story) -> None:
    """Register, log in, refresh, use and change an account."""
    account = {"email": EMAIL, "username": NAME, "password": PASSWORD}
    account |= {"first_name": FIRST, "last_name": LAST}
    for prefix in PREFIXES:
        story.ask("POST", f"{prefix}/register", account, presented="")
        story.ask("POST", f"{prefix}/register", {**account, "password": "x"}, presented="")
        for name in (NAME, EMAIL):
            story.log_in(prefix, name, PASSWORD)
            story.log_in(prefix, name, WRONG_PASSWORD)
        tokens = story.log_in(prefix, NAME, PASSWORD)
        refresh = tokens["refresh_token"]
        again = story.ask("POST", f"{prefix}/refresh?refresh_token={refresh}", presented="").json()
        again = again.get("data") or again
        story.keep("access", again["access_token"])
        story.keep("refresh", again["refresh_token"])
        story.ask("POST", f"{prefix}/refresh", {"refresh_token": refresh}, presented="")
        story.ask("POST", f"{prefix}/refresh?refresh_token={WRONG_TOKEN}", presented="")
        story.ask("POST", f"{prefix}/logout?refresh_token={again['refresh_token']}", presented="")
    mine = story.log_in(OURS, NAME, PASSWORD)["access_token"]
    me = "/api/v1/users/me"
    story.ask("GET", me, presented=mine)
    story.ask("PUT", f"{me}/preferences", {"theme": PREFERENCE}, presented=mine)
    story.ask("PATCH", me, {"email": "x", "current_password": WRONG_PASSWORD}, presented=mine)
    change = {"current_password": WRONG_PASSWORD, "new_password": NEW_PASSWORD}
    story.ask("POST", f"{me}/password", change, presented=mine)
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert story.ask("POST", f"{me}/password", change, presented=mine).status_code == 200
    reset = {"token": WRONG_TOKEN, "new_password": NEW_PASSWORD}
    story.ask("POST", f"{OURS}/password-reset", reset, presented="")
    for _ in range(3):
        story.ask(*("GET", f"{OURS}/sessions"), presented=mine)
    assert story.ask("GET", f"{me}/export", presented=mine).status_code == 200


def administer(story: Story) -> None:
    """Make, repeat, renew, list and revoke tokens; look at accounts."""
    for prefix in PREFIXES:
        path = f"{prefix}/admin/service-tokens"
        for _ in range(2):
            key = {"Idempotency-Key": f"once {prefix}"}
            made = story.ask("POST", path, {"days": 3, "name": "x"}, headers=key)
        made = story.ask("POST", path, {"days": 3, "name": "x"})
        found = made.json().get("data") or made.json()
        secret = story.keep("service", found["service_token"])
        reply = story.ask("POST", f"{prefix}/service-token/refresh", presented=secret)
        derived = reply.json().get("data") or reply.json()
        story.keep("derived", derived["access_token"])
        if prefix == OURS:
            renewed = story.ask("POST", f"{path}/{found['token_id']}/rotate").json()["data"]
            story.keep("renewed", renewed["service_token"])
        story.ask("GET", path)
        story.ask("DELETE", f"{path}/{found['token_id']}")
        story.ask("GET", f"{OURS}/me", presented=secret)
    story.ask("GET", f"/api/v1/admin/users?search={EMAIL}")
    story.ask("GET", "/api/v1/admin/users?cursor=nonsense")
    story.ask(
        "POST", "/api/v1/admin/users", {"email": EMAIL, "username": NAME, "password": PASSWORD}
    )
    story.ask("GET", f"{OURS}/me", presented=WRONG_TOKEN)
    story.ask("GET", f"{OURS}/me", presented=f"{token()}x")


def calculate(story: Story) -> None:
    """Charts of somebody, asked for well and badly."""
    for body in (BIRTH, {**BIRTH, "latitude": "31.19873N"}, {**BIRTH, "timezone": "Africa/Cairoo"}):
        story.ask("POST", OWN, body)
        story.ask("POST", "/api/stateless/natal-chart", body)
        story.ask("POST", "/api/calculations/planetary-positions", body)
    story.ask("GET", f"{OWN}?request={QUERY}")
    story.ask("GET", f"{OWN}?request={QUERY}!")
    story.ask("GET", f"/1971-08-23/04:19:37?latitude=31.19873&token={token()}&email={EMAIL}")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What a server told, from its start to its end, at the level that tells most."""
    environment = {
        "NOCTURNA_LOG_LEVEL": "DEBUG",
        "NOCTURNA_SLOW_REQUEST_SECONDS": "0.0001",
        "NOCTURNA_TRUSTED_PROXIES": "127.0.0.1",
        "NOCTURNA_REFRESH_GRACE_SECONDS": "0",
        "NOCTURNA_LOGIN_FAILURES": "20",
        "ADMIN_PASSWORD": NEW_PASSWORD,
    }
    found = Told()
    with RunningServer(tmp_path_factory.mktemp("secrets"), environment) as server:
        story = Story(server, found)
        live(story)
        administer(story)
        calculate(story)
        found.hashes = [
            row[0] for row in query(server, "SELECT password_hash FROM users") if row[0]
        ]
        digests = "SELECT token_digest FROM sessions UNION SELECT token_digest FROM service_tokens"
        stored = {bytes(row[0]) for row in query(server, digests)}
        kept = {name: secret for name, secret in found.secrets.items() if "refresh" in name}
        assert {digest_of(secret) for secret in kept.values()} <= stored
        for digest in stored:
            found.hashes += [digest.hex(), base64.b64encode(digest).decode()[:40]]
    found.lines = server.lines
    return found


def written(told: Told) -> list[str]:
    """The lines, without what may have any digits."""
    return [json.dumps({**line, "timestamp": None}) for line in told.lines]


def test_the_story_has_succeeded_and_failed(told: Told) -> None:
    assert {reply.status_code for reply in told.answers} >= {200, 400, 401, 404, 422}
    assert all(reply.status_code < 500 for reply in told.answers)
    assert len([line for line in told.lines if line["message"] == "slow request"]) > 20
    assert len(told.secrets) > 20
    assert len(told.hashes) > 10


@pytest.mark.parametrize(
    "secret",
    [PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, WRONG_TOKEN, SECRET],
)
def test_no_line_and_no_answer_holds_a_password_or_a_key(told: Told, secret: str) -> None:
    assert [line for line in written(told) if secret in line] == []
    assert [reply.text for reply in told.answers if secret in reply.text] == []


def test_no_line_holds_a_token(told: Told) -> None:
    parts = {name: secret.rsplit(".", 1)[-1] for name, secret in told.secrets.items()}
    parts |= {"of the tests": token(*ADMIN).rsplit(".", 1)[-1], "other": token().rsplit(".", 1)[-1]}
    for name, secret in parts.items():
        assert [line for line in written(told) if secret in line] == [], name


@pytest.mark.parametrize(
    "text",
    [
        *(EMAIL, "people.example.com", NAME, FIRST, LAST, PREFERENCE, PROXIED),
        *("1971-08", "04:19", "31.198", "29.909", "Cairo", QUERY[:24]),
    ],
)
def test_no_line_holds_what_is_known_of_a_person(told: Told, text: str) -> None:
    assert [line for line in written(told) if text in line] == []


def test_no_line_and_no_answer_holds_a_hash_or_a_digest(told: Told) -> None:
    for hidden in (*told.hashes, "$argon2", "argon2id"):
        assert [line for line in written(told) if hidden in line] == []
        assert [reply.text for reply in told.answers if hidden in reply.text] == []


def test_no_answer_holds_a_name_of_what_is_hidden_as_a_field(told: Told) -> None:
    for hidden in ('"password_hash":', '"token_digest":', '"request_digest":', '"account_digest":'):
        assert [reply.text for reply in told.answers if hidden in reply.text] == []


def test_a_token_is_told_to_whoever_made_it_and_to_nobody_else(told: Told) -> None:
    """A repetition does not tell it again, nor does any list, export or refusal."""
    services = [
        secret for name, secret in told.secrets.items() if name[:7] in {"service", "renewed"}
    ]
    for secret in services:
        holding = [reply for reply in told.answers if secret in reply.text]
        # Whoever presents one at /service-token/refresh gets it back beside the access token.
        made = [reply for reply in holding if not reply.url.endswith("/service-token/refresh")]
        assert len(made) == 1, secret[-8:]


def test_what_carries_tokens_is_kept_by_no_cache(told: Told) -> None:
    for reply in told.answers:
        if '"access_token"' in reply.text or '"service_token":"' in reply.text:
            assert reply.headers.get("Cache-Control") == "no-store", reply.url


def test_a_refresh_in_an_address_is_not_in_any_line_either(told: Told) -> None:
    assert [line for line in written(told) if "refresh_token=" in line] == []
    assert any(f"{LEGACY}/refresh?" in reply.url for reply in told.answers)
