"""`Idempotency-Key`: whatever is repeated, interrupted or raced, there is one effect."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from app.accounts.context import Accounts
from app.accounts.holders import account_of
from app.accounts.repetitions import Repetitions
from app.errors import Conflicting, InvalidInput, PermissionDenied, Unavailable
from app.keys import ACCOUNTS, PRINCIPAL, SETTINGS
from app.security.secrets import SigningKeys
from app.security.tokens import Principal
from app.storage import idempotency
from app.storage.errors import DatabaseUnavailable
from app.storage.postgres import Connection
from app.web.answers import REQUEST_ID
from app.web.bodies import BODY
from app.web.idempotency import HEADER, REPLAYED, Answer, once
from app.wire import decode
from tests.accounts.conftest import accounts, clock, passwords  # noqa: F401 - fixtures
from tests.accounts.samples import PASSWORD, person
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.storage.conftest import dsn, migrated, postgres, server_dsn  # noqa: F401 - fixtures
from tests.web.test_service_tokens import PREFIXES, TOKENS, call, data, listed

PATH = PREFIXES[1] + TOKENS
USERS = "/api/v1/admin/users"


def keyed(server: RunningServer, key: str, body: Any, **more: Any) -> requests.Response:
    return call(server, "POST", more.pop("path", PATH), body, headers={HEADER: key}, **more)


def named(server: RunningServer, name: str) -> int:
    return sum(row["name"] == name for row in listed(server))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_repetition_has_the_first_answer_without_the_secret(
    server: RunningServer, prefix: str
) -> None:
    key, body = str(uuid4()), {"name": str(uuid4())}
    first = keyed(server, key, body, path=prefix + TOKENS)
    again = keyed(server, key, body, path=prefix + TOKENS)
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert data(first)["service_token"].count(".") == 2
    assert data(again) == {**data(first), "service_token": None}
    assert named(server, body["name"]) == 1


def test_the_secret_is_not_kept_with_the_answer(server: RunningServer) -> None:
    key = str(uuid4())
    first = data(keyed(server, key, {}))
    again = keyed(server, key, {})
    assert first["service_token"] not in again.text


def test_a_rotation_is_repeated_without_a_second_successor(server: RunningServer) -> None:
    old, key = data(call(server, "POST", PATH, {}))["token_id"], str(uuid4())
    first = data(keyed(server, key, None, path=f"{PATH}/{old}/rotate"))
    again = data(keyed(server, key, None, path=f"{PATH}/{old}/rotate"))
    assert again == {**first, "service_token": None}


def test_the_same_key_for_another_request_is_422(server: RunningServer) -> None:
    key, name = str(uuid4()), str(uuid4())
    data(keyed(server, key, {"name": name}))
    for changes in ({"body": {"name": name, "days": 7}}, {"path": PREFIXES[0] + TOKENS}):
        refused = keyed(server, key, **{"body": {"name": name}, **changes})
        assert refused.status_code == 422
        assert refused.json()["error"]["details"]["field"] == "header.Idempotency-Key"
        assert refused.json()["detail"][0]["loc"] == ["header", "Idempotency-Key"]
    assert named(server, name) == 1


def test_another_principal_has_the_same_key_for_itself(server: RunningServer) -> None:
    key, body = str(uuid4()), {"name": str(uuid4()), "scope": "admin"}
    for presented in (token("admin"), token("calculations", "admin")):
        reply = keyed(server, key, body, presented=presented)
        assert REPLAYED not in reply.headers
        assert data(reply)["service_token"]
    assert named(server, body["name"]) == 2


def test_without_a_key_every_request_has_its_effect(server: RunningServer) -> None:
    name = str(uuid4())
    for _ in range(2):
        data(call(server, "POST", PATH, {"name": name}))
    assert named(server, name) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "a\tb"])
def test_a_key_that_is_none_is_422(server: RunningServer, key: str) -> None:
    refused = call(server, "POST", PATH, {}, headers={HEADER: key.encode()})  # type: ignore[dict-item]  # bytes as they are
    assert refused.status_code == 422
    assert refused.json()["error"]["details"]["field"] == "header.Idempotency-Key"


@pytest.mark.parametrize("key", ["x", "x" * 255, 'a b;c="d"', "'; DROP TABLE users; --"])
def test_any_printable_text_is_a_key(server: RunningServer, key: str) -> None:
    body = {"name": str(uuid4())}
    for _ in range(2):
        data(keyed(server, key, body))
    assert named(server, body["name"]) == 1


def test_a_refused_request_leaves_its_key_free(server: RunningServer) -> None:
    key, name = str(uuid4()), str(uuid4())
    assert keyed(server, key, {"eternal": True, "name": name}).status_code == 403
    assert keyed(server, key, {"days": 0, "name": name}).status_code == 422
    assert REPLAYED not in keyed(server, key, {"name": name}).headers
    assert named(server, name) == 1


def test_an_account_is_made_once_and_its_password_told_to_nobody(server: RunningServer) -> None:
    key, name = str(uuid4()), f"once-{uuid4()}"
    body = {"email": f"{name}@example.com", "username": name, "password": PASSWORD}
    first = keyed(server, key, body, path=USERS)
    again = keyed(server, key, body, path=USERS)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers[REPLAYED] == "true"
    assert again.json()["data"] == first.json()["data"]
    assert PASSWORD not in first.text + again.text
    assert keyed(server, key, {**body, "password": "another one"}, path=USERS).status_code == 422
    assert keyed(server, str(uuid4()), body, path=USERS).status_code == 409


def test_a_taken_name_leaves_its_key_free(server: RunningServer) -> None:
    key, name, other = str(uuid4()), f"once-{uuid4()}", f"once-{uuid4()}"
    assert keyed(server, str(uuid4()), _person(name), path=USERS).status_code == 201
    assert keyed(server, key, _person(name), path=USERS).status_code == 409
    made = keyed(server, key, _person(other), path=USERS)
    assert (made.status_code, REPLAYED in made.headers) == (201, False)


def _person(name: str) -> dict[str, str]:
    return {"email": f"{name}@example.com", "username": name}


def test_twenty_requests_at_once_have_one_effect(server: RunningServer) -> None:
    key, body = str(uuid4()), {"name": str(uuid4())}
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(lambda _: keyed(server, key, body), range(20)))
    assert named(server, body["name"]) == 1
    answered = [reply for reply in replies if reply.status_code == 200]
    assert sum(data(reply)["service_token"] is not None for reply in answered) == 1
    assert len({data(reply)["token_id"] for reply in answered}) == 1
    for reply in replies:
        if reply.status_code != 200:
            assert reply.status_code == 409
            assert reply.json()["error"]["code"] == "CONFLICT"
            assert int(reply.headers["Retry-After"]) >= 1


class Effects:
    """Work whose effect is a letter in a row; it counts how often it ran."""

    def __init__(self, context: Accounts, principal: Principal) -> None:
        self.accounts = context
        self._principal = principal
        self.runs = 0
        self.failure: Exception | None = None
        self.lost = False

    def let_wait(self, seconds: float, most: int = 1) -> Repetitions:
        """How long repetitions wait from now on, and how many of them; those that do."""
        waiting = Repetitions(seconds, most)
        self.accounts = replace(self.accounts, repetitions=waiting)
        return waiting

    def request(self, key: str | None = "a key", path: str = "/api/v1/charts") -> web.Request:
        app = web.Application()
        app[ACCOUNTS] = self.accounts
        app[SETTINGS] = self.accounts.settings
        headers = {} if key is None else {HEADER: key}
        request = make_mocked_request("POST", path, headers=headers, app=app)
        request[BODY] = b"{}"
        request[PRINCIPAL] = self._principal
        request[REQUEST_ID] = "of the test"
        return request

    async def work(self, connection: Connection) -> Answer:
        self.runs += 1
        await connection.execute(
            "UPDATE users SET first_name = coalesce(first_name, '') || 'x' WHERE id = $1",
            self._principal.user_id,
        )
        if self.lost:
            async with self.accounts.postgres.connection() as other:
                await lose_claims(other)
                assert await takes_over(other)
        if self.failure is not None:
            raise self.failure
        return Answer({"secret": self.runs}, {"secret": None}, 201)

    async def count(self) -> int:
        """Effects that were committed."""
        async with self.accounts.postgres.connection() as connection:
            name = await connection.fetchval(
                "SELECT first_name FROM users WHERE id = $1", self._principal.user_id
            )
        return len(name or "")


async def age_claims(connection: Connection, seconds: int) -> None:
    """Let some of the time of every claim pass."""
    await connection.execute(
        "UPDATE idempotency_keys SET in_flight_until = in_flight_until - $1 * interval '1 second'",
        seconds,
    )


async def lose_claims(connection: Connection) -> None:
    """Let the time of every claim pass."""
    await connection.execute(
        "UPDATE idempotency_keys SET in_flight_until = now() - interval '1 second'"
    )


async def takes_over(connection: Connection) -> bool:
    """Whether somebody else gets the claim of the only key."""
    row = await connection.fetchrow("SELECT principal, key, user_id FROM idempotency_keys")
    assert row is not None
    asked = idempotency.IdempotentRequest(digest=b"another", **row)
    return await idempotency.find_claim(connection, asked) is not None


@pytest.fixture
async def effects(accounts: Accounts) -> Effects:  # noqa: F811
    user = await person(accounts)
    return Effects(accounts, principal(user.id))


def principal(user_id: Any) -> Principal:
    return Principal(str(user_id), user_id, "access", frozenset(), "free", None)


def told(response: web.Response) -> Any:
    assert isinstance(response.body, bytes)
    return decode(response.body)["data"]


async def test_the_answer_and_the_effect_are_kept_together(effects: Effects) -> None:
    first = await once(effects.request(), effects.work)
    again = await once(effects.request(), effects.work)
    assert (first.status, again.status) == (201, 201)
    assert (told(first), told(again)) == ({"secret": 1}, {"secret": None})
    assert await effects.count() == effects.runs == 1


async def test_without_a_key_the_work_just_runs(effects: Effects) -> None:
    for number in (1, 2):
        response = await once(effects.request(None), effects.work)
        assert told(response) == {"secret": number}
    assert await effects.count() == 2


@pytest.mark.parametrize(
    "failure", [PermissionDenied("no"), DatabaseUnavailable("gone"), RuntimeError("a fault")]
)
async def test_work_that_fails_leaves_no_effect_and_frees_the_key(
    effects: Effects, failure: Exception
) -> None:
    effects.failure = failure
    with pytest.raises(type(failure)):
        await once(effects.request(), effects.work)
    assert await effects.count() == 0
    effects.failure = None
    response = await once(effects.request(path="/api/v1/jobs"), effects.work)
    assert REPLAYED not in response.headers
    assert await effects.count() == 1


async def test_a_cancelled_request_frees_the_key(effects: Effects) -> None:
    begun = asyncio.Event()

    async def work(_: Connection) -> Answer:
        begun.set()
        await asyncio.Event().wait()
        return Answer(None, None)

    asking = asyncio.create_task(once(effects.request(), work))
    await begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert told(await once(effects.request(), effects.work)) == {"secret": 1}


class Held:
    """Work that is under way until it is let go on."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()

    async def work(self, connection: Connection) -> Answer:
        self.begun.set()
        await self.goes_on.wait()
        return await self._effects.work(connection)


async def waiting(repetitions: Repetitions, number: int) -> None:
    async with asyncio.timeout(LONG_ENOUGH):
        while len(repetitions) < number:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_repetition_waits_for_the_request_that_is_under_way(
    effects: Effects, *, fails: bool
) -> None:
    """And does the work itself if that one fails."""
    repetitions, held = effects.let_wait(LONG_ENOUGH, most=3), Held(effects)
    first = asyncio.create_task(once(effects.request(), held.work))
    await held.begun.wait()
    again = [asyncio.create_task(once(effects.request(), effects.work)) for _ in range(3)]
    await waiting(repetitions, 3)
    if fails:
        first.cancel()
    held.goes_on.set()
    answers = [await task for task in again]
    replayed = [REPLAYED in answer.headers for answer in answers]
    assert sorted(replayed) == [not fails, True, True]
    assert await effects.count() == effects.runs == 1
    assert len(repetitions) == 0
    await asyncio.wait({first})
    assert first.cancelled() is fails


async def test_where_too_many_wait_a_repetition_is_sent_away_for_a_second(
    effects: Effects,
) -> None:
    repetitions, held = effects.let_wait(LONG_ENOUGH, most=1), Held(effects)
    first = asyncio.create_task(once(effects.request(), held.work))
    await held.begun.wait()
    again = asyncio.create_task(once(effects.request(), effects.work))
    await waiting(repetitions, 1)
    with pytest.raises(Conflicting) as refused:
        await once(effects.request(), effects.work)
    assert refused.value.retry_after == 1
    with pytest.raises(InvalidInput):
        await once(effects.request(path="/api/v1/jobs"), effects.work)
    held.goes_on.set()
    assert (await first).status == (await again).status == 201


async def test_a_server_that_dies_before_the_work_blocks_the_key_for_a_minute(
    effects: Effects, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dead(*_: object) -> None:
        raise DatabaseUnavailable("the server is dead")

    effects.failure = RuntimeError("the end")
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "delete_claim", dead)
        with pytest.raises(RuntimeError, match="the end"):
            await once(effects.request(), effects.work)
    effects.failure = None
    effects.let_wait(0.0)
    with pytest.raises(Conflicting, match="or given up because its server died") as refused:
        await once(effects.request(), effects.work)
    assert refused.value.retry_after == 1
    async with effects.accounts.postgres.connection() as connection:
        await age_claims(connection, 40)
    with pytest.raises(Conflicting) as refused:
        await once(effects.request(), effects.work)
    assert refused.value.retry_after is not None
    assert 1 < refused.value.retry_after <= 20
    assert f"in {refused.value.retry_after} s at most" in refused.value.message
    assert await effects.count() == 0
    async with effects.accounts.postgres.connection() as connection:
        await lose_claims(connection)
    assert told(await once(effects.request(), effects.work)) == {"secret": 2}
    assert await effects.count() == 1


async def test_a_request_that_was_too_slow_has_no_effect(effects: Effects) -> None:
    effects.lost = True
    with pytest.raises(Conflicting):
        await once(effects.request(), effects.work)
    assert await effects.count() == 0


async def test_a_body_cannot_be_guessed_from_what_is_kept(effects: Effects) -> None:
    """It may hold a password: the digest needs the key of the server."""
    await once(effects.request(), effects.work)
    async with effects.accounts.postgres.connection() as connection:
        kept = await connection.fetchval("SELECT request_digest FROM idempotency_keys")
    assert kept != sha256(b"POST /api/v1/charts\n{}").digest()
    other = replace(effects.accounts, keys=SigningKeys("o" * 32, ("o" * 32,)))
    with pytest.raises(InvalidInput):
        await once(Effects(other, effects._principal).request(), effects.work)


async def test_a_repetition_after_a_change_of_key_is_known(effects: Effects) -> None:
    await once(effects.request(), effects.work)
    before = effects.accounts.keys.current
    keys = SigningKeys("n" * 32, ("n" * 32, before))
    later = Effects(replace(effects.accounts, keys=keys), effects._principal)
    assert told(await once(later.request(), later.work)) == {"secret": None}
    with pytest.raises(InvalidInput):
        await once(later.request(path="/api/v1/jobs"), later.work)
    assert later.runs == 0


async def test_another_path_or_body_is_another_request(effects: Effects) -> None:
    await once(effects.request(), effects.work)
    other = effects.request()
    other[BODY] = b"{ }"
    for request in (effects.request(path="/api/v1/charts?x=1"), other):
        with pytest.raises(InvalidInput, match="Idempotency-Key must be a new one"):
            await once(request, effects.work)
    assert effects.runs == 1


async def test_a_caller_without_an_account_stores_nothing(accounts: Accounts) -> None:  # noqa: F811
    effects = Effects(accounts, principal(None))
    with pytest.raises(Unavailable):
        await once(effects.request(), effects.work)
    assert effects.runs == 0
    with pytest.raises(Unavailable):
        account_of(principal(None))
