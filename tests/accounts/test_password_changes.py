"""Passwords that are proved, changed and reset."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from app.accounts import password_changes
from app.accounts.context import Accounts
from app.accounts.login import login
from app.accounts.password_changes import RESET_SECONDS, Proof
from app.accounts.principals import Principals
from app.accounts.sessions import Origin, Tokens
from app.errors import BadRequest, Conflicting, InvalidInput, RateLimited, Unauthenticated
from tests.accounts.samples import PASSWORD, Clock, person

NEW = "another good password"
HERE = Origin("192.0.2.1")


async def session_of(accounts: Accounts, tokens: Tokens) -> UUID:
    """The login of an access token; raises Unauthenticated once it has ended."""
    principals = Principals(accounts.postgres.connection, accounts.keys, 10, clock=accounts.clock)
    principal = await principals.bearer(f"Bearer {tokens.access_token}")
    assert principal is not None
    assert principal.session_id is not None
    return principal.session_id


async def test_a_change_keeps_the_login_that_made_it_alone(accounts: Accounts) -> None:
    ada = await person(accounts)
    mine, other = [await login(accounts, "ada", PASSWORD, HERE) for _ in range(2)]
    keep = await session_of(accounts, mine)
    ended = await password_changes.change_password(
        accounts, ada.id, Proof(PASSWORD), NEW, keep=keep
    )
    assert ended == 1
    assert await session_of(accounts, mine) == keep
    with pytest.raises(Unauthenticated):
        await session_of(accounts, other)
    with pytest.raises(Unauthenticated):
        await login(accounts, "ada", PASSWORD, HERE)
    await login(accounts, "ada", NEW, HERE)


@pytest.mark.parametrize("given", ["", "a wrong password", PASSWORD + "x", "x" * 100_000])
async def test_a_wrong_password_changes_nothing(accounts: Accounts, given: str) -> None:
    ada = await person(accounts)
    with pytest.raises(InvalidInput, match="current_password"):
        await password_changes.change_password(accounts, ada.id, Proof(given), NEW, keep=None)
    await login(accounts, "ada", PASSWORD, HERE)


@pytest.mark.parametrize("new", ["", "short", " " * 12, "x" * 1025])
async def test_a_new_password_keeps_to_the_rules_and_is_not_told(
    accounts: Accounts, new: str
) -> None:
    ada = await person(accounts)
    with pytest.raises(InvalidInput, match="new_password") as refusal:
        await password_changes.change_password(accounts, ada.id, Proof(PASSWORD), new, keep=None)
    assert not new or new not in refusal.value.message


async def test_the_present_password_is_no_new_one(accounts: Accounts) -> None:
    ada = await person(accounts)
    with pytest.raises(InvalidInput) as refusal:
        await password_changes.change_password(
            accounts, ada.id, Proof(PASSWORD), PASSWORD, keep=None
        )
    assert refusal.value.message == "new_password must be another one than the present password"


async def test_wrong_passwords_are_throttled_as_logins_are(accounts: Accounts) -> None:
    ada = await person(accounts)
    for _ in range(accounts.settings.login_failures):
        with pytest.raises(InvalidInput):
            await password_changes.prove(accounts, ada.id, Proof("wrong", "192.0.2.1"), "password")
    with pytest.raises(RateLimited) as refusal:
        await password_changes.prove(accounts, ada.id, Proof(PASSWORD, "192.0.2.1"), "password")
    assert refusal.value.retry_after is not None
    with pytest.raises(RateLimited):
        await login(accounts, "ada@example.com", PASSWORD, HERE)


async def test_of_two_changes_at_once_one_is_made(accounts: Accounts) -> None:
    ada = await person(accounts)
    works = [
        password_changes.change_password(accounts, ada.id, Proof(PASSWORD), new, keep=None)
        for new in (NEW, "yet another password")
    ]
    done = await asyncio.gather(*works, return_exceptions=True)
    assert len([one for one in done if isinstance(one, int)]) == 1
    assert len([one for one in done if isinstance(one, Conflicting | InvalidInput)]) == 1


async def test_a_reset_sets_a_password_and_ends_every_login(accounts: Accounts) -> None:
    ada = await person(accounts)
    tokens = await login(accounts, "ada", PASSWORD, HERE)
    reset = await password_changes.make_reset(accounts, ada.id)
    await password_changes.reset_password(accounts, reset.secret, NEW)
    with pytest.raises(Unauthenticated):
        await session_of(accounts, tokens)
    await login(accounts, "ada", NEW, HERE)


async def test_unknown_used_and_expired_tokens_are_refused_alike(
    accounts: Accounts, clock: Clock
) -> None:
    ada = await person(accounts)
    used = await password_changes.make_reset(accounts, ada.id)
    await password_changes.reset_password(accounts, used.secret, NEW)
    expired = await password_changes.make_reset(accounts, ada.id)
    clock.forward(RESET_SECONDS)
    refusals = []
    for token in ("unknown", used.secret, expired.secret, "", "\0"):
        with pytest.raises(BadRequest) as refusal:
            await password_changes.reset_password(accounts, token, PASSWORD)
        refusals.append(refusal.value.message)
    assert len(set(refusals)) == 1


async def test_a_reset_ends_the_other_ones_of_its_account(accounts: Accounts) -> None:
    ada = await person(accounts)
    first = await password_changes.make_reset(accounts, ada.id)
    second = await password_changes.make_reset(accounts, ada.id)
    with pytest.raises(BadRequest):
        await password_changes.reset_password(accounts, first.secret, NEW)
    await password_changes.reset_password(accounts, second.secret, NEW)


async def test_a_change_of_the_password_ends_a_reset(accounts: Accounts) -> None:
    ada = await person(accounts)
    reset = await password_changes.make_reset(accounts, ada.id)
    await password_changes.change_password(accounts, ada.id, Proof(PASSWORD), NEW, keep=None)
    with pytest.raises(BadRequest):
        await password_changes.reset_password(accounts, reset.secret, PASSWORD)


async def test_a_token_that_comes_several_times_at_once_works_once(accounts: Accounts) -> None:
    ada = await person(accounts)
    reset = await password_changes.make_reset(accounts, ada.id)
    works = [password_changes.reset_password(accounts, reset.secret, NEW) for _ in range(4)]
    done = await asyncio.gather(*works, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["BadRequest"] * 3 + ["NoneType"]


async def test_only_the_digest_of_a_reset_is_stored(accounts: Accounts) -> None:
    ada = await person(accounts)
    reset = await password_changes.make_reset(accounts, ada.id)
    async with accounts.postgres.connection() as connection:
        stored = await connection.fetchval("SELECT r::text FROM password_resets r")
    assert reset.secret not in stored
    assert reset.secret.encode().hex() not in stored
    assert reset.secret not in repr(reset)


async def test_changes_leave_a_line_with_the_id_alone(accounts: Accounts) -> None:
    ada = await person(accounts)
    with capture_logs() as lines:
        reset = await password_changes.make_reset(accounts, ada.id)
        await password_changes.reset_password(accounts, reset.secret, NEW)
        await password_changes.change_password(accounts, ada.id, Proof(NEW), PASSWORD, keep=None)
    assert [line["event"] for line in lines] == [
        "password reset made",
        "password reset",
        "password changed",
    ]
    assert {line["user_id"] for line in lines} == {str(ada.id)}
    for secret in (reset.secret, NEW, PASSWORD, "ada@example.com"):
        assert secret not in str(lines)
