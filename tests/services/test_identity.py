"""Tokens of an identity service: asked for, mapped, remembered, and without the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from structlog.testing import capture_logs

from app.errors import AppError, Overloaded, TokenExpired, Unauthenticated, Unavailable
from app.resilience.breaker import State
from app.resilience.registry import Registry, Surroundings
from app.security.tokens import Principal
from app.services.http import MisconfiguredService
from app.services.identity import IdentityService
from app.services.identity_claims import ExternalClaims
from app.services.identity_opening import NAME, open_identity
from app.services.verdicts import Verdict, Verdicts
from app.storage.errors import DatabaseUnavailable
from app.storage.external_users import user_of_subject
from app.storage.postgres import Postgres
from app.telemetry.metrics import Metrics
from app.telemetry.traces import in_trace
from tests.services.conftest import KEYS, outcomes, settings
from tests.services.identity_double import (
    Fault,
    IdentityDouble,
    hang,
    huge,
    redirect,
    reset,
    status,
    text,
)

NOW = 1_800_000_000.0
GOOD = "a-good-token"
OTHER_KEY = "o" * 32
ANN: dict[str, Any] = {"user_id": "ann", "email": "ann@example.org", "roles": ["user"]}
USER, ADMIN = frozenset({"calculations"}), frozenset({"calculations", "admin"})


@dataclass
class Clock:
    """Stands still until it is set."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Bench:
    """An identity service that is asked, the double behind it, and a clock."""

    double: IdentityDouble
    registry: Registry
    postgres: Postgres
    clock: Clock = field(default_factory=Clock)

    @asynccontextmanager
    async def service(self, **changes: Any) -> AsyncIterator[IdentityService]:
        values = settings(self.double.url, outbound_retries=0, **changes)
        async with open_identity(values, self.registry, KEYS, self.postgres, self.clock) as service:
            assert service is not None
            yield service

    async def principal(self, token: str = GOOD, **changes: Any) -> Principal:
        """What a new service says of a token."""
        async with self.service(**changes) as service:
            return (await service.principal(token))[0]


@pytest.fixture
def bench(double: IdentityDouble, registry: Registry, postgres: Postgres) -> Bench:
    double.users = {GOOD: ANN}
    return Bench(double, registry, postgres)


def signed(key: str = KEYS.current, **claims: Any) -> str:
    """A token of the identity service, signed with a key."""
    return jwt.encode(claims, key, "HS256")


async def error_of(service: IdentityService, token: str = GOOD) -> AppError:
    with pytest.raises(AppError) as caught:
        await service.principal(token)
    return caught.value


# what is asked


async def test_the_token_is_sent_as_bearer(bench: Bench) -> None:
    await bench.principal(identity_api_key="a-key", service_name="stars")
    (asked,) = bench.double.asked
    assert (asked.path, asked.token) == ("/auth/validate", GOOD)
    assert asked.headers["Authorization"] == f"Bearer {GOOD}"
    assert asked.headers["X-API-Key"] == "a-key"
    assert asked.headers["X-Service-Name"] == "stars"


async def test_the_token_is_sent_in_a_body(bench: Bench) -> None:
    principal = await bench.principal(identity_endpoint="/verify")
    (asked,) = bench.double.asked
    assert (asked.path, asked.token) == ("/verify", GOOD)
    assert "Authorization" not in asked.headers
    assert principal.scopes == USER


# what an answer means


async def test_a_user_of_the_service_owns_an_account_here(bench: Bench) -> None:
    async with bench.service() as service:
        principal, until = await service.principal(GOOD)
    assert principal.user_id is not None
    assert principal == Principal("identity:ann", principal.user_id, "identity", USER, "free", None)
    assert until == NOW + 60
    async with bench.postgres.connection() as connection:
        row = await connection.fetchrow(
            "SELECT username, email, password_hash, tier FROM users WHERE id = $1",
            principal.user_id,
        )
    assert row is not None
    assert tuple(row) == ("identity:ann", None, None, "free")


async def test_an_account_of_the_same_address_is_not_given_away(bench: Bench) -> None:
    async with bench.postgres.connection() as connection:
        ours = await connection.fetchval(
            "INSERT INTO users (email, username) VALUES ($1, 'ann') RETURNING id", ANN["email"]
        )
    assert (await bench.principal()).user_id != ours


@pytest.mark.parametrize(
    ("content", "subject"),
    [
        ({"user_id": "u", "sub": "s", "id": "i"}, "u"),
        ({"sub": "s", "id": "i"}, "s"),
        ({"id": "i"}, "i"),
        ({"user_id": None, "sub": "s"}, "s"),
        ({"user_id": 7}, "7"),
        ({"id": 0}, "0"),
        ({"id": "x" * 200}, "x" * 200),
    ],
)
async def test_an_id_may_have_several_names(
    bench: Bench, content: dict[str, Any], subject: str
) -> None:
    bench.double.users = {GOOD: content}
    assert (await bench.principal()).subject == f"identity:{subject}"


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        "ann",
        [ANN],
        {"user_id": ""},
        {"user_id": "x" * 201},
        {"user_id": True},
        {"user_id": 1.5},
        {"user_id": 1e300},
        {"user_id": ["ann"]},
        {"user_id": "a\x00b"},
        {"user_id": "a\nb"},
        {"email": "ann@example.org"},
    ],
)
async def test_an_answer_without_an_id_tells_nothing(bench: Bench, content: Any) -> None:
    bench.double.users = {GOOD: content}
    async with bench.service(identity_fallback="local") as service:
        error = await error_of(service)
        assert (error.status, error.retry_after) == (503, 5)
        bench.double.users = {GOOD: ANN}
        assert (await service.principal(GOOD))[0].subject == "identity:ann"


@pytest.mark.parametrize(
    ("grants", "scopes"),
    [
        ({"roles": ["user"]}, USER),
        ({"roles": ["admin"]}, ADMIN),
        ({"roles": ["nobody", "user", 7, None]}, USER),
        ({"roles": "user, admin"}, ADMIN),
        ({"roles": "power user"}, frozenset()),
        ({"roles": ["User"]}, frozenset()),
        ({"roles": ["editor"]}, frozenset()),
        ({"roles": None}, frozenset()),
        ({"roles": {"admin": True}}, frozenset()),
        ({}, frozenset()),
        ({"permissions": ["calculations", "charts:read"]}, USER),
        ({"scopes": "openid calculations,admin"}, ADMIN),
        ({"roles": ["user"], "permissions": ["admin"]}, ADMIN),
        ({"scope": "admin", "is_superuser": True, "role": "admin"}, frozenset()),
    ],
)
async def test_roles_give_scopes(
    bench: Bench, grants: dict[str, Any], scopes: frozenset[str]
) -> None:
    bench.double.users = {GOOD: {"user_id": "ann", **grants}}
    assert (await bench.principal()).scopes == scopes


async def test_the_roles_are_a_setting(bench: Bench) -> None:
    bench.double.users = {GOOD: {**ANN, "roles": ["astrologer", "admin"]}}
    roles = {"astrologer": ("calculations",)}
    assert (await bench.principal(identity_roles=roles)).scopes == USER


@pytest.mark.parametrize("name", ["active", "valid", "is_active"])
@pytest.mark.parametrize("value", [False, 0, "false", "true", [], {}])
async def test_who_is_not_plainly_active_is_refused(bench: Bench, name: str, value: Any) -> None:
    bench.double.users = {GOOD: {**ANN, name: value}}
    async with bench.service() as service:
        error = await error_of(service)
    assert isinstance(error, Unauthenticated)
    assert "not valid" in error.message


@pytest.mark.parametrize("value", [True, 1, None])
async def test_who_is_active_is_accepted(bench: Bench, value: Any) -> None:
    bench.double.users = {GOOD: {**ANN, "active": value}}
    assert (await bench.principal()).scopes == USER


async def test_inactive_tokens_need_no_user(bench: Bench) -> None:
    bench.double.users = {GOOD: {"active": False}}
    async with bench.service() as service:
        assert isinstance(await error_of(service), Unauthenticated)


@pytest.mark.parametrize("number", [401, 403, 404])
async def test_a_refusal_is_401(bench: Bench, number: int) -> None:
    bench.double.fault = status(number)
    async with bench.service() as service:
        error = await error_of(service)
    assert isinstance(error, Unauthenticated)
    assert error.status == 401
    assert "not valid" in error.message
    assert GOOD not in error.message


@pytest.mark.parametrize(
    "fault",
    [
        text('{"detail": "Token has Expired"}', 401),
        text("token expired", 403, "text/plain"),
        text('{"valid": false, "reason": "expired"}'),
    ],
)
async def test_a_refusal_may_say_that_the_token_has_expired(bench: Bench, fault: Fault) -> None:
    bench.double.fault = fault
    async with bench.service() as service:
        error = await error_of(service)
        again = await error_of(service)
    assert isinstance(error, TokenExpired)
    assert isinstance(again, TokenExpired)
    assert bench.double.calls == 1


@pytest.mark.parametrize("fault", [status(201), redirect, status(400), status(418), status(422)])
async def test_any_other_status_tells_nothing(bench: Bench, fault: Fault) -> None:
    bench.double.fault = fault
    async with bench.service(identity_fallback="local") as service:
        with capture_logs() as logs:
            for _ in range(9):
                error = await error_of(service, signed(sub="ann", exp=NOW + 60))
                assert (type(error), error.status, error.retry_after) == (Unavailable, 503, 5)
        assert bench.registry.well() == {NAME: True}
    assert len(logs) == 1


async def test_a_token_that_says_it_has_expired_is_not_asked_for(bench: Bench) -> None:
    async with bench.service() as service:
        error = await error_of(service, signed(OTHER_KEY, sub="ann", exp=NOW))
    assert isinstance(error, TokenExpired)
    assert bench.double.calls == 0


@pytest.mark.parametrize("token", ["", "a b", "schlüssel", "a\r\nb", "\udcff", "x" * 8193])
async def test_what_is_no_token_is_not_asked_for(bench: Bench, token: str) -> None:
    async with bench.service() as service:
        assert isinstance(await error_of(service, token), Unauthenticated)
    assert bench.double.calls == 0


@pytest.mark.parametrize("token", ["a.b.c", "a.W10.c", "a.e30.c", "...", f"a.{'W' * 8000}.c"])
async def test_what_looks_like_a_token_is_asked_for(bench: Bench, token: str) -> None:
    async with bench.service() as service:
        assert isinstance(await error_of(service, token), Unauthenticated)
    assert bench.double.calls == 1


# how long an answer holds


@pytest.mark.parametrize(
    ("told", "claimed", "until", "expires_at"),
    [
        (None, None, NOW + 60, None),
        (NOW + 30, None, NOW + 30, NOW + 30),
        (NOW + 90, None, NOW + 60, NOW + 90),
        (None, NOW + 20, NOW + 20, NOW + 20),
        (NOW + 30, NOW + 20, NOW + 20, NOW + 20),
        (NOW + 20, NOW + 30, NOW + 20, NOW + 20),
        ("tomorrow", None, NOW + 60, None),
        (-1, None, NOW + 60, None),
        (NOW * 1000, None, NOW + 60, None),
    ],
)
async def test_an_answer_holds_until_the_first_end(
    bench: Bench,
    told: object,
    claimed: float | None,
    until: float,
    expires_at: float | None,
) -> None:
    token = GOOD if claimed is None else signed(OTHER_KEY, sub="ann", exp=claimed)
    bench.double.users = {token: {**ANN, "exp": told}}
    async with bench.service() as service:
        principal, holds_until = await service.principal(token)
    assert (holds_until, principal.expires_at) == (until, expires_at)


async def test_an_answer_that_has_ended_is_a_refusal(bench: Bench) -> None:
    bench.double.users = {GOOD: {**ANN, "exp": NOW}}
    async with bench.service() as service:
        assert isinstance(await error_of(service), TokenExpired)


async def test_a_good_answer_is_remembered_for_its_time(bench: Bench) -> None:
    async with bench.service(identity_cache_seconds=30.0) as service:
        first, _ = await service.principal(GOOD)
        bench.clock.now += 29.9
        assert (await service.principal(GOOD))[0] == first
        assert bench.double.calls == 1
        bench.clock.now += 0.1
        bench.double.users = {}
        assert isinstance(await error_of(service), Unauthenticated)
        assert bench.double.calls == 2


@pytest.mark.parametrize(("cache_seconds", "seconds"), [(60.0, 10.0), (3.0, 3.0)])
async def test_a_refusal_is_remembered_for_a_moment(
    bench: Bench, cache_seconds: float, seconds: float
) -> None:
    users, bench.double.users = bench.double.users, {}
    async with bench.service(identity_cache_seconds=cache_seconds) as service:
        await error_of(service)
        bench.double.users = users
        bench.clock.now += seconds - 0.1
        await error_of(service)
        assert bench.double.calls == 1
        bench.clock.now += 0.1
        assert (await service.principal(GOOD))[0].scopes == USER


async def test_a_token_is_remembered_by_its_digest_only(bench: Bench) -> None:
    async with bench.service() as service:
        await service.principal(GOOD)
        kept = service._verdicts._good._verdicts
    assert len(kept) == 1
    assert GOOD not in repr(kept)


def test_what_is_remembered_is_bounded() -> None:
    verdicts = Verdicts(2)
    good = Verdict(ExternalClaims("ann", USER, None), NOW + 1)
    for digest in (b"a", b"b"):
        verdicts.keep(digest, good)
    assert verdicts.find(b"a", NOW) is good  # so that b is the one unused for longest
    verdicts.keep(b"c", good)
    for digest in (b"x", b"y", b"z"):
        verdicts.keep(digest, Verdict(None, NOW + 1))
    held = [digest for digest in (b"a", b"b", b"c", b"x", b"y", b"z") if verdicts.find(digest, NOW)]
    assert held == [b"a", b"c", b"y", b"z"]
    assert verdicts.find(b"a", NOW + 1) is None
    assert verdicts.find(b"a", NOW) is None


async def test_fifty_who_ask_at_once_are_one_question(bench: Bench) -> None:
    async with bench.service() as service:
        found = await asyncio.gather(*(service.principal(GOOD) for _ in range(50)))
    assert {principal.subject for principal, _ in found} == {"identity:ann"}
    assert len({principal.user_id for principal, _ in found}) == 1
    assert bench.double.calls == 1


async def test_fifty_who_are_refused_at_once_are_one_question(bench: Bench) -> None:
    bench.double.fault = status(503)
    async with bench.service() as service:
        found = await asyncio.gather(
            *(service.principal(GOOD) for _ in range(50)), return_exceptions=True
        )
    assert {type(error) for error in found} == {Unavailable}
    assert bench.double.calls == 1


async def test_who_leaves_takes_no_answer_from_the_others(bench: Bench) -> None:
    async def answer_late(*arguments: Any) -> Any:
        await hang(*arguments)
        return await text('{"user_id": "ann", "roles": ["user"]}')(*arguments)

    bench.double.fault = answer_late
    async with bench.service() as service:
        leaver = asyncio.create_task(service.principal(GOOD))
        stayer = asyncio.create_task(service.principal(GOOD))
        await asyncio.to_thread(bench.double.begun.acquire)
        leaver.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaver
        bench.double.release()
        assert (await stayer)[0].subject == "identity:ann"
    assert bench.double.calls == 1


async def test_closing_ends_open_questions(bench: Bench) -> None:
    bench.double.fault = hang
    async with bench.service() as service:
        waiter = asyncio.create_task(service.principal(GOOD))
        await asyncio.to_thread(bench.double.begun.acquire)
        waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert service._verdicts._asking == {}


# while the service is down


@pytest.mark.parametrize(
    "fault", [status(500), status(503), status(429), reset, huge, text("<p>Hello</p>")]
)
async def test_while_it_fails_its_tokens_are_503(bench: Bench, fault: Fault) -> None:
    bench.double.fault = fault
    async with bench.service() as service:
        error = await error_of(service)
    assert (type(error), error.status, error.retry_after) == (Unavailable, 503, 5)
    assert error.message == "Identity service unavailable; try again in 5 s"


async def test_while_it_is_silent_its_tokens_are_503(bench: Bench) -> None:
    bench.double.fault = hang
    async with bench.service(outbound_read_timeout=0.05) as service:
        assert (await error_of(service)).status == 503
        assert outcomes(bench.registry) == {"failure": 1}


async def test_nobody_waits_longer_than_for_a_calculation(bench: Bench) -> None:
    bench.double.fault = hang
    async with bench.service(request_deadline=0.05) as service:
        error = await error_of(service)
    assert (type(error), error.retry_after) == (Unavailable, 1)


async def test_the_pause_it_asks_for_is_told(bench: Bench) -> None:
    bench.double.fault = status(503, Retry_After="42")
    async with bench.service() as service:
        error = await error_of(service)
    assert error.retry_after == 42
    assert error.message == "Identity service unavailable; try again in 42 s"


async def test_an_open_circuit_says_when_to_come_again(bench: Bench) -> None:
    bench.registry = Registry(Metrics(), Surroundings(clock=lambda: NOW))
    bench.double.fault = status(500)
    async with bench.service() as service:
        for number in range(5):
            await error_of(service, f"token-{number}")
        assert bench.registry.get(NAME).state == State.OPEN
        error = await error_of(service)
        assert error.retry_after == 60
        bench.double.fault = None
        bench.registry.get(NAME).reset()
        assert (await service.principal(GOOD))[0].scopes == USER
    assert bench.double.calls == 6


async def test_a_moment_of_failure_is_not_remembered(bench: Bench) -> None:
    bench.double.fault = status(500)
    async with bench.service() as service:
        await error_of(service)
        bench.double.fault = None
        assert (await service.principal(GOOD))[0].scopes == USER


async def test_a_moment_of_failure_is_not_even_noticed(bench: Bench) -> None:
    bench.double.fault = status(503)

    async def recover(*arguments: Any) -> Any:
        bench.double.fault = None
        return await status(503)(*arguments)

    bench.double.fault = recover
    values = settings(bench.double.url)
    async with open_identity(values, bench.registry, KEYS, bench.postgres, bench.clock) as service:
        assert service is not None
        assert (await service.principal(GOOD))[0].scopes == USER
    assert bench.double.calls == 2


@pytest.mark.parametrize("fallback", ["refuse", "local"])
async def test_what_is_remembered_holds_while_it_is_down(bench: Bench, fallback: str) -> None:
    async with bench.service(identity_fallback=fallback) as service:
        known = await service.principal(GOOD)
        bench.double.fault = status(500)
        assert await service.principal(GOOD) == known
        bench.clock.now += 60
        assert (await error_of(service)).status == 503


async def test_our_own_keys_stand_in(bench: Bench) -> None:
    token = signed(sub="ann", exp=NOW + 300, roles=["admin"])
    async with bench.service(identity_fallback="local") as service:
        bench.double.users = {token: {**ANN, "roles": ["user"]}}
        bench.double.fault = status(500)
        principal, until = await service.principal(token)
        assert (principal.subject, principal.scopes) == ("identity:ann", ADMIN)
        assert (principal.expires_at, until) == (NOW + 300, NOW + 10)
        assert principal.user_id is not None
        bench.double.fault = None
        assert (await service.principal(token))[0].scopes == USER


@pytest.mark.parametrize(
    "token",
    [
        signed(KEYS.accepted[1], sub="ann", exp=NOW + 5, roles="user"),
        signed(user_id=7, exp=NOW + 5, roles="user"),
    ],
)
async def test_each_of_our_keys_stands_in(bench: Bench, token: str) -> None:
    bench.double.fault = status(500)
    async with bench.service(identity_fallback="local") as service:
        principal, until = await service.principal(token)
    assert (principal.scopes, until) == (USER, NOW + 5)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (signed(OTHER_KEY, sub="ann", exp=NOW + 300), Unavailable),
        (jwt.encode({"sub": "ann", "exp": NOW + 300}, None, "none"), Unavailable),
        (jwt.encode({"sub": "ann", "exp": NOW + 300}, "k" * 64, "HS512"), Unavailable),
        (signed(sub="ann"), Unavailable),
        (signed(id="ann", exp=NOW + 300), Unavailable),
        (signed(sub="", exp=NOW + 300), Unavailable),
        (signed(sub="ann", exp=NOW - 1), TokenExpired),
        (signed(sub="ann", exp=NOW + 300, nbf=NOW + 1), Unauthenticated),
        (GOOD, Unavailable),
    ],
)
async def test_our_own_keys_accept_no_more_than_they_can_tell(
    bench: Bench, token: str, expected: type[AppError]
) -> None:
    bench.double.fault = status(500)
    async with bench.service(identity_fallback="local") as service:
        assert type(await error_of(service, token)) is expected


async def test_an_active_flag_counts_without_the_service_too(bench: Bench) -> None:
    bench.double.fault = status(500)
    async with bench.service(identity_fallback="local") as service:
        error = await error_of(service, signed(sub="ann", exp=NOW + 300, is_active=False))
    assert isinstance(error, Unauthenticated)


async def test_by_default_our_own_keys_do_not_stand_in(bench: Bench) -> None:
    bench.double.fault = status(500)
    async with bench.service() as service:
        assert (await error_of(service, signed(sub="ann", exp=NOW + 300))).status == 503


async def test_a_flood_of_tokens_calls_no_other_judge(bench: Bench) -> None:
    bench.double.fault = hang
    token = signed(sub="ann", exp=NOW + 300, roles="user")
    limits: dict[str, Any] = {"outbound_concurrency": 1, "outbound_waiting": 0}
    async with bench.service(identity_fallback="local", **limits) as service:
        flood = asyncio.create_task(service.principal("flood"))
        await asyncio.to_thread(bench.double.begun.acquire)
        assert isinstance(await error_of(service, token), Overloaded)
        flood.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flood


async def test_an_outage_with_stand_ins_is_logged_once(bench: Bench) -> None:
    async with bench.service(identity_fallback="local", circuit_failure_threshold=99) as service:
        for _ in range(2):
            bench.double.fault = status(500)
            with capture_logs() as logs:
                for name in ("ann", "bob"):
                    await service.principal(signed(sub=name, exp=NOW + 300))
            assert [line["event"] for line in logs] == [
                "identity service is out: its tokens are checked by our own keys"
            ]
            assert "ann" not in str(logs)
            bench.double.fault = None
            await service.principal(GOOD)
            bench.clock.now += 60


# the account here


async def test_who_was_closed_here_is_refused_at_once(bench: Bench) -> None:
    async with bench.service() as service:
        await service.principal(GOOD)
        async with bench.postgres.connection() as connection:
            await connection.execute("UPDATE users SET is_active = false")
        error = await error_of(service)
    assert isinstance(error, Unauthenticated)
    assert "not valid" in error.message


async def test_the_tier_is_ours(bench: Bench) -> None:
    async with bench.service() as service:
        await service.principal(GOOD)
        async with bench.postgres.connection() as connection:
            await connection.execute("UPDATE users SET tier = 'pro'")
        assert (await service.principal(GOOD))[0].tier == "pro"


@pytest.mark.parametrize(
    "error", [DatabaseUnavailable("down", retry_after=1), Overloaded("busy", retry_after=1)]
)
async def test_without_a_database_a_principal_owns_nothing(
    bench: Bench, error: AppError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connection() -> AbstractAsyncContextManager[Any]:
        raise error

    async with bench.service() as service:
        with monkeypatch.context() as patch:
            patch.setattr(bench.postgres, "connection", connection)
            principal, until = await service.principal(GOOD)
            assert principal == Principal("identity:ann", None, "identity", USER, "free", None)
            assert until == NOW  # so that it is looked for again at once
        assert (await service.principal(GOOD))[0].user_id is not None
    assert bench.double.calls == 1


# opening


async def test_without_an_address_there_is_no_service(registry: Registry, bench: Bench) -> None:
    async with open_identity(settings(), registry, KEYS, bench.postgres, bench.clock) as service:
        assert service is None
        assert registry.well() == {}


async def test_the_registry_knows_it_by_its_name(bench: Bench) -> None:
    async with bench.service():
        assert bench.registry.well() == {"identity-service": True}
    assert bench.registry.well() == {}


# the word of the service at this moment


async def test_a_confirmation_is_asked_for_whatever_is_remembered(bench: Bench) -> None:
    async with bench.service() as service:
        remembered, _ = await service.principal(GOOD)
        assert await service.confirmed(GOOD) == remembered
        assert await service.confirmed(GOOD) == remembered
    assert bench.double.calls == 3


async def test_a_confirmation_makes_no_account(bench: Bench) -> None:
    async with bench.service() as service:
        with pytest.raises(Unauthenticated, match="erased"):
            await service.confirmed(GOOD)
        async with bench.postgres.connection() as connection:
            assert await connection.fetchval("SELECT count(*) FROM users") == 0


async def test_what_was_confirmed_is_remembered(bench: Bench) -> None:
    async with bench.postgres.connection() as connection:
        await user_of_subject(connection, "ann")
    async with bench.service() as service:
        confirmed = await service.confirmed(GOOD)
        assert (await service.principal(GOOD))[0] == confirmed
    assert bench.double.calls == 1


async def test_a_refusal_takes_the_place_of_what_was_remembered(bench: Bench) -> None:
    async with bench.service() as service:
        await service.principal(GOOD)
        bench.double.users = {}
        with pytest.raises(Unauthenticated):
            await service.confirmed(GOOD)
        assert isinstance(await error_of(service), Unauthenticated)
    assert bench.double.calls == 2


@pytest.mark.parametrize("fault", [status(500), reset, text("{}")], ids=["500", "reset", "odd"])
async def test_nobody_confirms_in_place_of_the_service(bench: Bench, fault: Fault) -> None:
    token = signed(sub="ann", exp=NOW + 60, roles=["user"])
    bench.double.fault = fault
    async with bench.service(identity_fallback="local") as service:
        with pytest.raises(Unavailable):
            await service.confirmed(token)


async def test_a_token_that_needs_no_question_is_not_confirmed(bench: Bench) -> None:
    async with bench.service() as service:
        with pytest.raises(TokenExpired):
            await service.confirmed(signed(sub="ann", exp=NOW - 1))
        with pytest.raises(Unauthenticated):
            await service.confirmed("no token")
    assert bench.double.calls == 0


# the trace


async def test_questions_carry_the_trace_of_whoever_asks(bench: Bench) -> None:
    bench.double.users["another"] = ANN
    async with bench.service() as service:
        with in_trace("trace-1"):
            await service.principal(GOOD)
        with in_trace("trace-2"):
            await service.principal("another")
    assert [asked.headers["X-Trace-ID"] for asked in bench.double.asked] == ["trace-1", "trace-2"]


async def test_a_question_of_several_has_the_trace_of_the_first(bench: Bench) -> None:
    async def ask(service: IdentityService, number: int) -> None:
        with in_trace(f"trace-{number}"):
            await service.principal(GOOD)

    async with bench.service() as service:
        await asyncio.gather(*(ask(service, number) for number in range(5)))
    assert [asked.headers["X-Trace-ID"] for asked in bench.double.asked] == ["trace-0"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"identity_service_url": "ftp://example.org"}, "NOCTURNA_IDENTITY_SERVICE_URL"),
        ({"identity_service_url": "http://a:secret@b"}, "NOCTURNA_IDENTITY_SERVICE_URL"),
        ({"identity_api_key": "secret\n"}, "NOCTURNA_IDENTITY_API_KEY"),
        ({"service_name": "a\r\nb"}, "NOCTURNA_SERVICE_NAME"),
        ({"identity_roles": {"user": ("calculation",)}}, "NOCTURNA_IDENTITY_ROLES"),
    ],
)
async def test_settings_that_cannot_work_are_refused(
    bench: Bench, changes: dict[str, Any], named: str
) -> None:
    values = settings("http://identity:8001").model_copy(update=changes)
    with pytest.raises(MisconfiguredService, match=named) as caught:
        async with open_identity(values, bench.registry, KEYS, bench.postgres, bench.clock):
            pass
    assert "secret" not in str(caught.value)
    assert bench.registry.well() == {}
