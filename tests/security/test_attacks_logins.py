"""Guessing, asking who is there, and lying about where one comes from."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from app.accounts.context import Accounts
from app.accounts.login import login
from app.accounts.sessions import Origin
from app.errors import Unauthenticated
from app.security.secrets import SigningKeys
from app.settings import Settings
from app.storage.postgres import PoolLimits, Postgres
from tests.security.attacks import (
    LEGACY,
    OURS,
    PREFIXES,
    query,
    right_login,
    unused_name,
    wrong_login,
)
from tests.security.verifications import CountedPasswords, verifications
from tests.server import LONG_ENOUGH, SECRET, RunningServer
from tests.web.people import PASSWORD, Person, call, data, person

CROWD = 50
LIMITS = PoolLimits(2, 1, slot_within=60.0, connect_within=60.0, statement_within=60.0)


@pytest.fixture
async def accounts(attacked: RunningServer) -> AsyncIterator[Accounts]:
    """The accounts of the running server, with passwords whose checks we can count."""
    with CountedPasswords(workers=1, waiting=10) as passwords:
        async with attacked.database() as dsn, Postgres(dsn, LIMITS) as postgres:
            keys = SigningKeys(SECRET, (SECRET,))
            yield Accounts(postgres, keys, passwords, Settings(_env_file=None))


def strangers(server: RunningServer) -> list[tuple[str, str]]:
    """A name and a password for each reason why nobody comes in."""
    closed, known = person(server), person(server)
    path = f"/api/v1/admin/users/{closed.id}"
    assert call(server, "PATCH", path, {"is_active": False}).status_code == 200
    name = unused_name()
    keyless = {"email": f"{name}@example.com", "username": name}
    data(call(server, "POST", "/api/v1/admin/users", keyless), 201)
    return [
        (unused_name(), PASSWORD),
        (f"{unused_name()}@example.com", PASSWORD),
        ("tests@nocturna.internal", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        (known.username, "not the password"),
        (known.email, "not the password"),
        (closed.username, PASSWORD),
        (closed.email, "not the password"),
        (name, PASSWORD),
        (name, ""),
    ]


async def test_a_name_that_nobody_has_costs_one_verification_as_any_other(
    attacked: RunningServer, accounts: Accounts
) -> None:
    known = person(attacked)
    for name, password in strangers(attacked):
        before = verifications(accounts.passwords)
        with pytest.raises(Unauthenticated):
            await login(accounts, name, password, Origin())
        assert verifications(accounts.passwords) == before + 1, name
    before = verifications(accounts.passwords)
    await login(accounts, known.username, PASSWORD, Origin())
    assert verifications(accounts.passwords) == before + 1


@pytest.mark.parametrize("prefix", PREFIXES)
def test_all_who_do_not_come_in_hear_the_same(attacked: RunningServer, prefix: str) -> None:
    heard = []
    for name, password in strangers(attacked):
        reply = requests.post(
            f"{attacked.url}{prefix}/login",
            data={"username": name, "password": password},
            timeout=LONG_ENOUGH,
        )
        told = reply.json()
        del told["meta"]
        changing = {"Date", "X-Request-ID", "Content-Length", "X-RateLimit-Reset"}
        headers = {key: value for key, value in reply.headers.items() if key not in changing}
        heard.append((reply.status_code, str(told), str(headers)))
    assert len(set(heard)) == 1
    assert heard[0][0] == 401


def test_after_five_wrong_guesses_the_right_password_waits_too(attacked: RunningServer) -> None:
    mine = person(attacked)
    assert [wrong_login(attacked, mine.username).status_code for _ in range(5)] == [401] * 5
    for reply in (
        right_login(attacked, mine.username),
        right_login(attacked, mine.username.upper()),
        wrong_login(attacked, mine.username),
    ):
        assert reply.status_code == 429
        assert reply.json()["error"]["code"] == "RATE_LIMITED"
        assert 0 < int(reply.headers["Retry-After"]) <= 30


def test_a_name_that_nobody_has_is_throttled_the_same(attacked: RunningServer) -> None:
    name = unused_name()
    statuses = [wrong_login(attacked, name).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2


def test_two_names_of_one_account_are_at_most_two_accounts_to_guess_at(
    attacked: RunningServer,
) -> None:
    mine = person(attacked)
    for name in (mine.username, mine.email, mine.username.title(), mine.email.upper()):
        for _ in range(6):
            wrong_login(attacked, name)
    (row,) = query(
        attacked,
        "SELECT count(*) FROM login_attempts WHERE user_id::text = $1 AND NOT succeeded",
        mine.id,
    )
    assert row[0] <= 10


def test_of_fifty_guesses_at_once_five_are_looked_at(attacked: RunningServer) -> None:
    mine = person(attacked)
    start = threading.Barrier(CROWD)

    def guess(_: int) -> int:
        start.wait(LONG_ENOUGH)
        return wrong_login(attacked, mine.username).status_code

    with ThreadPoolExecutor(CROWD) as crowd:
        found = Counter(crowd.map(guess, range(CROWD)))
    assert set(found) == {401, 429}
    assert found[401] <= 5
    assert right_login(attacked, mine.username).status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("POST", "/api/v1/users/me/password", "current_password"),
        ("PATCH", "/api/v1/users/me", "current_password"),
        ("DELETE", "/api/v1/users/me", "password"),
    ],
)
def test_whoever_stole_an_access_token_cannot_guess_the_password(
    attacked: RunningServer, method: str, path: str, field: str
) -> None:
    mine = person(attacked)
    more = {"new_password": "a new and longer one", "email": f"{unused_name()}@example.com"}
    guesses = [mine.call(method, path, {field: f"guess {n}", **more}) for n in range(7)]
    assert [reply.status_code for reply in guesses] == [422] * 5 + [429] * 2
    assert mine.call(method, path, {field: PASSWORD, **more}).status_code == 429


def test_registering_tells_what_is_taken_and_nothing_else_of_it(attacked: RunningServer) -> None:
    mine = person(attacked, first_name="Hypatia")
    for prefix in PREFIXES:
        body = {"email": mine.email, "username": unused_name(), "password": PASSWORD}
        reply = attacked.post(f"{prefix}/register", body, scopes=())
        assert reply.status_code == (409 if "/v1/" in prefix else 400)
        assert "already registered" in reply.json()["detail"]
        for secret in (mine.id, mine.username, "Hypatia"):
            assert secret not in reply.text


FORGED = (
    "203.0.113.{}",
    "127.0.0.1, 203.0.113.{}",
    "203.0.113.{}, 127.0.0.1",
    "[2001:db8::{}]",
    "nonsense {}",
)


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Forwarded"])
def test_nobody_gets_another_address_by_saying_so(narrow: RunningServer, header: str) -> None:
    query(narrow, "DELETE FROM login_attempts")
    texts = [text.format(number) for number, text in enumerate(FORGED)]
    statuses = [wrong_login(narrow, unused_name(), **{header: text}).status_code for text in texts]
    assert statuses == [401] * 3 + [429] * 2
    (row,) = query(narrow, "SELECT count(DISTINCT address), min(address) FROM login_attempts")
    assert (row[0], str(row[1]).removesuffix("/32")) == (1, "127.0.0.1")


def test_the_limit_of_requests_counts_the_true_address_too(narrow: RunningServer) -> None:
    left = []
    for number in range(5):
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"10.1.1.{number}"}
        reply = narrow.post(f"{LEGACY}/refresh", {}, headers=headers, scopes=())
        left.append(int(reply.headers["X-RateLimit-Remaining"]))
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == 5


def test_a_trusted_proxy_is_believed(proxied: RunningServer) -> None:
    query(proxied, "DELETE FROM login_attempts")
    for _ in range(3):
        reply = wrong_login(proxied, unused_name(), X_Forwarded_For="203.0.113.7")
        assert reply.status_code == 401
    reply = wrong_login(proxied, unused_name(), X_Forwarded_For="203.0.113.7, 10.0.0.9")
    assert reply.status_code == 429
    reply = wrong_login(proxied, unused_name(), X_Forwarded_For="203.0.113.8")
    assert reply.status_code == 401


def test_what_stands_before_the_word_of_a_trusted_proxy_is_not_believed(
    proxied: RunningServer,
) -> None:
    query(proxied, "DELETE FROM login_attempts")
    liar = "203.0.113.50"
    texts = [
        f"198.51.100.1, {liar}",
        f"127.0.0.1, {liar}",
        f"10.0.0.1, 198.51.100.2, {liar}, 10.0.0.3",
        f"nonsense, {liar}",
        f"{', '.join(['198.51.100.3'] * 40)}, {liar}",
    ]
    replies = [wrong_login(proxied, unused_name(), X_Forwarded_For=text) for text in texts]
    statuses = [reply.status_code for reply in replies]
    assert statuses == [401] * 3 + [429] * 2
    (row,) = query(proxied, "SELECT count(DISTINCT address), min(address) FROM login_attempts")
    assert (row[0], str(row[1]).removesuffix("/32")) == (1, liar)


def test_a_session_shows_the_address_that_is_believed(
    attacked: RunningServer, proxied: RunningServer
) -> None:
    for server, address in ((attacked, "127.0.0.1"), (proxied, "203.0.113.99")):
        mine = person(server)
        requests.post(
            f"{server.url}{OURS}/login",
            data={"username": mine.username, "password": PASSWORD},
            headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.99"},
            timeout=LONG_ENOUGH,
        )
        assert shown_address(mine) == address


def shown_address(mine: Person) -> str:
    """The address of the newest login of somebody."""
    address: str = data(mine.call("GET", f"{OURS}/sessions"))[0]["address"]
    return address
