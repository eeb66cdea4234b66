"""Logging in, and what stands in the way of guessing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher

from app.accounts import throttle
from app.accounts.context import Accounts
from app.accounts.login import login
from app.accounts.principals import Principals
from app.accounts.sessions import Origin, Tokens, lasting
from app.accounts.turns import Turns
from app.errors import (
    AppError,
    InvalidInput,
    Overloaded,
    PermissionDenied,
    RateLimited,
    Unauthenticated,
)
from app.security.tokens import Kind, read
from app.storage.users import find_by_name
from tests.accounts.samples import PASSWORD, Clock, changed, person
from tests.security.verifications import verifications
from tests.server import LONG_ENOUGH

HERE = Origin("192.0.2.7", "curl/8")
WRONG = "not the password"


async def fail(accounts: Accounts, name: str, times: int, origin: Origin = HERE) -> None:
    for _ in range(times):
        with pytest.raises(Unauthenticated):
            await login(accounts, name, WRONG, origin)


async def locked_for(accounts: Accounts, name: str, origin: Origin = HERE) -> int | None:
    with pytest.raises(RateLimited) as refused:
        await login(accounts, name, PASSWORD, origin)
    return refused.value.retry_after


@pytest.mark.parametrize(
    "name", ["ada", "ADA", "\uff21\uff24\uff21", "ada@example.com", "Ada@Example.COM"]
)
async def test_a_name_or_an_address_in_any_case_logs_in(accounts: Accounts, name: str) -> None:
    await person(accounts)
    tokens = await login(accounts, name, PASSWORD, HERE)
    assert tokens.expires_in == 900
    assert tokens.access_token not in repr(tokens)
    assert tokens.refresh_token not in repr(tokens)


async def test_an_access_token_says_what_its_user_may_do_now(
    accounts: Accounts, clock: Clock
) -> None:
    user = await person(accounts, is_superuser=True)
    tokens = await login(accounts, "ada", PASSWORD, HERE)
    (family,) = await lasting(accounts, user.id)
    claims = read(tokens.access_token, accounts.keys, clock())
    assert (claims.subject, claims.kind, claims.token_id) == (str(user.id), Kind.ACCESS, None)
    assert claims.scopes == {"calculations", "admin"}
    assert claims.session_id == str(family.id)
    assert claims.expires_at == int(clock.now + 900)
    assert (family.address, family.user_agent) == ("192.0.2.7", "curl/8")


async def test_a_refresh_token_is_stored_by_digest_only(accounts: Accounts) -> None:
    await person(accounts)
    tokens = await login(accounts, "ada", PASSWORD, HERE)
    async with accounts.postgres.connection() as connection:
        rows = await connection.fetch("SELECT sessions::text FROM sessions")
    assert len(rows) == 1
    assert tokens.refresh_token not in rows[0][0]


async def test_an_access_token_holds_until_its_login_ends(accounts: Accounts) -> None:
    user = await person(accounts)
    tokens = await login(accounts, "ada", PASSWORD, HERE)
    principals = Principals(accounts.postgres.connection, accounts.keys, 10, clock=accounts.clock)
    principal = await principals.bearer(f"Bearer {tokens.access_token}")
    assert principal is not None
    assert principal.user_id == user.id


async def _unknown(accounts: Accounts) -> str:  # noqa: ARG001 - one of a table
    return "nobody"


async def _wrong_password(accounts: Accounts) -> str:
    user = await person(accounts, password_hash=await accounts.passwords.hashed("another one"))
    return user.username


async def _disabled(accounts: Accounts) -> str:
    user = await person(accounts)
    async with accounts.postgres.transaction() as connection:
        await connection.execute("UPDATE users SET is_active = false WHERE id = $1", user.id)
    return user.username


async def _without_password(accounts: Accounts) -> str:
    return (await person(accounts, password_hash=None)).username


async def _damaged_hash(accounts: Accounts) -> str:
    return (await person(accounts, password_hash="no hash")).username  # noqa: S106 - none


@pytest.mark.parametrize(
    "prepare", [_unknown, _wrong_password, _disabled, _without_password, _damaged_hash]
)
async def test_every_refusal_has_one_text_and_costs_one_verification(
    accounts: Accounts, prepare: Any
) -> None:
    name = await prepare(accounts)
    before = verifications(accounts.passwords)
    with pytest.raises(Unauthenticated) as refused:
        await login(accounts, name, PASSWORD, HERE)
    assert refused.value.message == "no account has this name and password; check both"
    assert verifications(accounts.passwords) == before + 1


async def test_a_success_costs_one_verification(accounts: Accounts) -> None:
    await person(accounts)
    before = verifications(accounts.passwords)
    await login(accounts, "ada", PASSWORD, HERE)
    assert verifications(accounts.passwords) == before + 1


@pytest.mark.parametrize("password", ["x" * 1025, "x" * 100_000, "\ud800"])
async def test_a_password_that_nobody_can_have_is_refused_without_hashing(
    accounts: Accounts, password: str
) -> None:
    before = verifications(accounts.passwords)
    with pytest.raises(InvalidInput) as refused:
        await login(accounts, "ada", password, HERE)
    assert verifications(accounts.passwords) == before
    assert password not in refused.value.message


@pytest.mark.parametrize("name", ["", "x" * 321, "ada\0", "\ud800"])
async def test_a_name_that_nobody_can_have_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(InvalidInput, match="username must be"):
        await login(accounts, name, PASSWORD, HERE)


async def test_a_wrong_password_of_an_unapproved_account_says_nothing_of_it(
    accounts: Accounts,
) -> None:
    await person(accounts, is_approved=False)
    await fail(accounts, "ada", 1)
    with pytest.raises(PermissionDenied, match="waits for the approval"):
        await login(accounts, "ada", PASSWORD, HERE)


async def test_an_outdated_hash_is_renewed_by_a_login(accounts: Accounts) -> None:
    old = PasswordHasher(1, 8192, 1).hash(PASSWORD)
    await person(accounts, password_hash=old)
    await fail(accounts, "ada", 1)
    assert await stored_hash(accounts) == old
    await login(accounts, "ada", PASSWORD, HERE)
    new = await stored_hash(accounts)
    assert not accounts.passwords.is_outdated(new)
    await login(accounts, "ada", PASSWORD, HERE)
    assert await stored_hash(accounts) == new


async def stored_hash(accounts: Accounts) -> str:
    async with accounts.postgres.connection() as connection:
        found = await find_by_name(connection, "ada")
    assert found is not None
    assert found[1] is not None
    return found[1]


class Interrupted:
    """Passwords that match, after something else has happened."""

    def __init__(self, accounts: Accounts, statement: str) -> None:
        self._accounts = accounts
        self._statement = statement

    async def matches(self, *_: object) -> bool:
        async with self._accounts.postgres.transaction() as connection:
            await connection.execute(self._statement)
        return True

    def is_outdated(self, _: str) -> bool:
        return False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET password_hash = 'new'",
        "UPDATE users SET is_active = false",
        "UPDATE users SET is_approved = false",
        "DELETE FROM users",
    ],
)
async def test_an_account_that_changes_during_the_check_is_not_logged_in(
    accounts: Accounts, statement: str
) -> None:
    await person(accounts)
    accounts = with_passwords(accounts, Interrupted(accounts, statement))
    with pytest.raises(Unauthenticated):
        await login(accounts, "ada", PASSWORD, HERE)
    async with accounts.postgres.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM sessions") == 0


def with_passwords(accounts: Accounts, passwords: Any) -> Accounts:
    return Accounts(accounts.postgres, accounts.keys, passwords, accounts.settings, accounts.clock)


class Busy:
    async def matches(self, *_: object) -> bool:
        msg = "busy"
        raise Overloaded(msg)


async def test_an_attempt_whose_password_was_not_checked_does_not_count(
    accounts: Accounts,
) -> None:
    await person(accounts)
    busy = with_passwords(accounts, Busy())
    for _ in range(10):
        with pytest.raises(Overloaded):
            await login(busy, "ada", PASSWORD, HERE)
    assert (await login(accounts, "ada", PASSWORD, HERE)).access_token


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_after_too_many_failures_even_the_right_password_waits(
    accounts: Accounts, clock: Clock, name: str
) -> None:
    await person(accounts)
    await fail(accounts, name, 5)
    before = verifications(accounts.passwords)
    assert await locked_for(accounts, name) == 30
    clock.forward(12.5)
    assert await locked_for(accounts, name) == 18
    assert verifications(accounts.passwords) == before


async def test_the_wait_doubles_and_refusals_do_not_lengthen_it(
    accounts: Accounts, clock: Clock
) -> None:
    await person(accounts)
    await fail(accounts, "ada", 5)
    for seconds in (30, 60, 120):
        for _ in range(3):
            assert await locked_for(accounts, "ada") == seconds
        clock.forward(seconds)
        await fail(accounts, "ada", 1)
    assert await locked_for(accounts, "ada") == 240


async def test_a_success_clears_the_count(accounts: Accounts) -> None:
    await person(accounts)
    for _ in range(3):
        await fail(accounts, "ada", 4)
        await login(accounts, "ada", PASSWORD, HERE)


async def test_failures_are_forgotten_after_the_window(accounts: Accounts, clock: Clock) -> None:
    await person(accounts)
    await fail(accounts, "ada", 4)
    clock.forward(accounts.settings.login_window)
    await fail(accounts, "ada", 4)
    assert (await login(accounts, "ada", PASSWORD, HERE)).access_token


async def test_no_other_form_of_a_name_gives_more_tries(accounts: Accounts) -> None:
    await person(accounts)
    await fail(accounts, "ada", accounts.settings.login_failures)
    for name in ("ADA", "\uff41da", "\uff41\uff44\uff41"):
        assert await locked_for(accounts, name)


async def test_one_account_does_not_lock_another(accounts: Accounts) -> None:
    await person(accounts)
    await person(accounts, "bob")
    await fail(accounts, "ada", 5)
    assert (await login(accounts, "bob", PASSWORD, HERE)).access_token


@pytest.mark.parametrize("names", [("ada", "ADA"), ("i\u0307x", "I\u0307X"), ("\u212a", "k")])
async def test_a_name_in_another_case_has_the_same_count(
    accounts: Accounts, names: Iterable[str]
) -> None:
    """As the database looks names up: which letters are equal is up to it."""
    first, second = names
    async with accounts.postgres.connection() as connection:
        same = await connection.fetchval("SELECT lower($1::text) = lower($2::text)", first, second)
    await fail(accounts, first, 5)
    if same:
        assert await locked_for(accounts, second) == 30
    else:
        await fail(accounts, second, 1)


async def test_an_address_is_limited_over_all_accounts(accounts: Accounts) -> None:
    few = changed(accounts, login_failures_per_address=6)
    await person(few)
    for name in ("a", "b", "c"):
        await fail(few, name, 2)
    assert await locked_for(few, "ada") == 30
    assert (await login(few, "ada", PASSWORD, Origin("192.0.2.8"))).access_token


async def test_a_success_does_not_clear_the_count_of_an_address(accounts: Accounts) -> None:
    few = changed(accounts, login_failures_per_address=3)
    await person(few)
    await fail(few, "bob", 2)
    await login(few, "ada", PASSWORD, HERE)
    await fail(few, "eve", 1)
    assert await locked_for(few, "ada") == 30


async def test_a_network_of_ipv6_counts_as_one_address(accounts: Accounts) -> None:
    few = changed(accounts, login_failures_per_address=3)
    await person(few)
    for host in range(3):
        await fail(few, f"name{host}", 1, Origin(f"2001:db8::{host}"))
    assert await locked_for(few, "ada", Origin("2001:db8::ffff:1")) == 30
    assert (await login(few, "ada", PASSWORD, Origin("2001:db8:0:1::1"))).access_token


async def test_without_an_address_the_account_is_still_limited(accounts: Accounts) -> None:
    await person(accounts)
    await fail(accounts, "ada", 5, Origin())
    assert await locked_for(accounts, "ada", Origin()) == 30


async def test_a_hundred_guesses_at_once_are_five(accounts: Accounts) -> None:
    await person(accounts)
    before = verifications(accounts.passwords)
    guesses = [login(accounts, "ada", f"guess {number}", HERE) for number in range(99)]
    results = await asyncio.gather(
        *guesses, login(accounts, "ada", PASSWORD, HERE), return_exceptions=True
    )
    assert verifications(accounts.passwords) == before + 5
    assert sum(isinstance(result, RateLimited) for result in results) == 95
    assert all(isinstance(result, AppError | Tokens) for result in results)


def patient(accounts: Accounts) -> Accounts:
    """The same, where whoever stands in line waits for as long as a slow machine needs."""
    return replace(accounts, turns=Turns(longest=LONG_ENOUGH))


async def test_twenty_who_log_in_at_once_are_all_let_in(accounts: Accounts) -> None:
    await person(accounts)
    crowd = [login(patient(accounts), "ada", PASSWORD, HERE) for _ in range(20)]
    results = await asyncio.gather(*crowd)
    assert len({result.refresh_token for result in results}) == 20


async def test_instances_that_start_together_are_all_let_in(accounts: Accounts) -> None:
    """Each waits in a line of its own: what they share is the database."""
    await person(accounts)
    crowd = [login(patient(accounts), "ada", PASSWORD, HERE) for _ in range(4)]
    others = [login(patient(accounts), "ada@example.com", PASSWORD, HERE) for _ in range(8)]
    assert len(await asyncio.gather(*crowd, *others)) == 12


@pytest.mark.parametrize("failures", [1, 3, 5])
async def test_twenty_wrong_ones_at_once_are_checked_no_more_than_may_fail(
    accounts: Accounts, failures: int
) -> None:
    few = changed(patient(accounts), login_failures=failures)
    await person(few)
    before = verifications(few.passwords)
    guesses = [login(few, "ada", f"guess {number}", HERE) for number in range(20)]
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert verifications(few.passwords) == before + failures
    assert sum(isinstance(result, Unauthenticated) for result in results) == failures
    locked = [result for result in results if isinstance(result, RateLimited)]
    assert {(result.retry_after, type(result)) for result in locked} == {(30, RateLimited)}
    assert len(locked) == 20 - failures


async def test_whoever_waits_holds_no_connection(accounts: Accounts) -> None:
    """Six stand in line behind five checks that do not end, on three connections."""
    await person(accounts)
    held = Held()
    stuck = with_passwords(accounts, held)
    under_way = [asyncio.create_task(login(stuck, "ada", PASSWORD, HERE)) for _ in range(5)]
    await held.begun(5)
    waiting = [asyncio.create_task(login(patient(accounts), "ada", WRONG, HERE)) for _ in range(6)]
    await eventually_asked(accounts)
    held.free.set()
    assert len(await asyncio.gather(*under_way)) == 5
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert Counter(map(type, results)) == {Unauthenticated: 5, RateLimited: 1}


class Held:
    """Passwords that match as soon as they are let go."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self._count = asyncio.Semaphore(0)

    async def begun(self, times: int) -> None:
        """Return once so many checks are under way."""
        async with asyncio.timeout(LONG_ENOUGH):
            for _ in range(times):
                await self._count.acquire()

    async def matches(self, *_: object) -> bool:
        self._count.release()
        await self.free.wait()
        return True

    def is_outdated(self, _: str) -> bool:
        return False


async def eventually_asked(accounts: Accounts) -> None:
    """Return once the database has time for every connection of the pool at once."""
    async with (
        asyncio.timeout(LONG_ENOUGH),
        accounts.postgres.connection(),
        accounts.postgres.connection(),
        accounts.postgres.connection(),
    ):
        return


async def test_a_login_lasts_beside_so_many_others(accounts: Accounts, clock: Clock) -> None:
    few = changed(accounts, sessions_per_user=2)
    user = await person(few)
    for agent in ("one", "two", "three"):
        await login(few, "ada", PASSWORD, Origin("192.0.2.7", agent))
        clock.forward(1)
    assert [each.user_agent for each in await lasting(few, user.id)] == ["three", "two"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("x" * 500, "x" * 200),
        ("a\r\nSet-Cookie: b\t\x1b[31m", "aSet-Cookie: b[31m"),
        ("\udcff\u202e", None),
        ("", None),
        (None, None),
    ],
)
async def test_a_user_agent_is_kept_as_a_short_line(
    accounts: Accounts, given: str | None, kept: str | None
) -> None:
    user = await person(accounts)
    await login(accounts, "ada", PASSWORD, Origin("nonsense", given))
    (family,) = await lasting(accounts, user.id)
    assert (family.address, family.user_agent) == (None, kept)


async def test_old_attempts_are_counted_within_a_bound(accounts: Accounts) -> None:
    """However many rows there are, the lock stays at its longest."""
    await person(accounts)
    async with accounts.postgres.transaction() as connection:
        await connection.execute(
            "INSERT INTO login_attempts (account_digest, succeeded, attempted_at) "
            "SELECT sha256('ada'), false, to_timestamp($1) FROM generate_series(1, $2)",
            accounts.clock(),
            throttle.BEYOND * 3,
        )
    assert await locked_for(accounts, "ada") == accounts.settings.login_window
