"""Logins that last: refreshed, listed and ended."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from app.accounts import sessions
from app.accounts.context import Accounts
from app.accounts.login import login
from app.accounts.principals import Principals
from app.accounts.sessions import Origin, Tokens
from app.errors import NotFound, Unauthenticated
from app.security.tokens import Claims, Kind, issue, read
from app.storage.users import User
from tests.accounts.samples import PASSWORD, Clock, changed, person
from tests.server import NOBODY_HAS_IT

DAY = 86_400
COMPATIBLE, STRICT = False, True


async def start(accounts: Accounts, name: str = "ada") -> Tokens:
    return await login(accounts, name, PASSWORD, Origin("192.0.2.7", "curl/8"))


async def refreshed(accounts: Accounts, token: str, *, strict: bool) -> Tokens:
    return await sessions.refresh(accounts, token, strict=strict)


async def refused(accounts: Accounts, token: str, *, strict: bool) -> None:
    with pytest.raises(Unauthenticated, match="unknown, has expired or was revoked"):
        await sessions.refresh(accounts, token, strict=strict)


async def holds(accounts: Accounts, tokens: Tokens) -> bool:
    """Whether an access token is still good."""
    principals = Principals(accounts.postgres.connection, accounts.keys, 10, clock=accounts.clock)
    try:
        return await principals.bearer(f"Bearer {tokens.access_token}") is not None
    except Unauthenticated:
        return False


@pytest.fixture
async def ada(accounts: Accounts) -> User:
    return await person(accounts)


async def test_a_refresh_token_stays_the_same_until_its_own_end(
    accounts: Accounts, clock: Clock, ada: User
) -> None:
    first = await start(accounts)
    for _ in range(6):
        clock.forward(DAY)
        again = await refreshed(accounts, first.refresh_token, strict=COMPATIBLE)
        assert again.refresh_token == first.refresh_token
        assert again.access_token != first.access_token
    clock.forward(DAY)
    await refused(accounts, first.refresh_token, strict=COMPATIBLE)
    assert await sessions.lasting(accounts, ada.id) == []


@pytest.mark.usefixtures("ada")
async def test_a_new_access_token_belongs_to_the_same_login(
    accounts: Accounts, clock: Clock
) -> None:
    first = await start(accounts)
    clock.forward(60)
    again = await refreshed(accounts, first.refresh_token, strict=STRICT)
    old, new = (read(one.access_token, accounts.keys, clock()) for one in (first, again))
    assert (new.session_id, new.subject) == (old.session_id, old.subject)
    assert new.expires_at == int(clock.now + 900)


async def test_a_refreshed_token_may_do_what_its_user_may_do_now(
    accounts: Accounts, clock: Clock, ada: User
) -> None:
    first = await start(accounts)
    async with accounts.postgres.transaction() as connection:
        await connection.execute("UPDATE users SET is_superuser = true WHERE id = $1", ada.id)
    again = await refreshed(accounts, first.refresh_token, strict=COMPATIBLE)
    assert read(first.access_token, accounts.keys, clock()).scopes == {"calculations"}
    assert read(again.access_token, accounts.keys, clock()).scopes == {"calculations", "admin"}


async def test_a_strict_refresh_gives_a_new_token_of_the_same_login(
    accounts: Accounts, clock: Clock, ada: User
) -> None:
    first = await start(accounts)
    clock.forward(DAY)
    second = await refreshed(accounts, first.refresh_token, strict=STRICT)
    assert second.refresh_token != first.refresh_token
    clock.forward(DAY)
    third = await refreshed(accounts, second.refresh_token, strict=STRICT)
    assert third.refresh_token not in (first.refresh_token, second.refresh_token)
    (family,) = await sessions.lasting(accounts, ada.id)
    assert family.user_agent == "curl/8"
    assert (family.expires_at - family.created_at).days == 9
    assert family.last_used_at is not None


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("strict", [COMPATIBLE, STRICT])
async def test_within_the_grace_a_replaced_token_gives_another_one(
    accounts: Accounts, clock: Clock, *, strict: bool
) -> None:
    first = await start(accounts)
    second = await refreshed(accounts, first.refresh_token, strict=STRICT)
    clock.forward(accounts.settings.refresh_grace_seconds)
    sibling = await refreshed(accounts, first.refresh_token, strict=strict)
    assert sibling.refresh_token not in (first.refresh_token, second.refresh_token)
    for good in (second, sibling):
        assert (await refreshed(accounts, good.refresh_token, strict=STRICT)).access_token


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("strict", [COMPATIBLE, STRICT])
async def test_after_the_grace_a_replaced_token_ends_the_whole_login(
    accounts: Accounts,
    clock: Clock,
    *,
    strict: bool,
) -> None:
    first = await start(accounts)
    second = await refreshed(accounts, first.refresh_token, strict=STRICT)
    other = await start(accounts)
    clock.forward(accounts.settings.refresh_grace_seconds + 0.01)
    await refused(accounts, first.refresh_token, strict=strict)
    await refused(accounts, second.refresh_token, strict=STRICT)
    assert not await holds(accounts, second)
    assert await holds(accounts, other)
    assert (await refreshed(accounts, other.refresh_token, strict=STRICT)).access_token


@pytest.mark.usefixtures("ada")
async def test_misuse_is_told_in_one_line_without_the_token(
    accounts: Accounts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(
        sessions._log, "warning", lambda event, **more: lines.append({"event": event, **more})
    )
    first = await start(accounts)
    await refreshed(accounts, first.refresh_token, strict=STRICT)
    clock.forward(DAY)
    for _ in range(3):
        await refused(accounts, first.refresh_token, strict=STRICT)
    assert len(lines) == 1
    assert first.refresh_token not in str(lines)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("strict", [COMPATIBLE, STRICT])
@pytest.mark.parametrize("token", ["", "nonsense", NOBODY_HAS_IT, "a\0b", "' OR true --"])
async def test_an_unknown_token_is_refused(accounts: Accounts, token: str, *, strict: bool) -> None:
    await start(accounts)
    await refused(accounts, token, strict=strict)


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_signed_token_is_no_refresh_token(
    accounts: Accounts, clock: Clock, ada: User, kind: Kind
) -> None:
    claims = Claims(
        subject=str(ada.id),
        kind=kind,
        scopes=frozenset({"calculations"}),
        token_id=str(uuid4()),
        session_id=None,
        issued_at=clock(),
        expires_at=clock() + DAY,
    )
    await refused(accounts, issue(accounts.keys, claims), strict=COMPATIBLE)
    tokens = await start(accounts)
    await refused(accounts, tokens.access_token, strict=COMPATIBLE)


@pytest.mark.parametrize(
    "change", ["is_active = false", "is_approved = false"], ids=["disabled", "unapproved"]
)
@pytest.mark.parametrize("strict", [COMPATIBLE, STRICT])
async def test_an_account_that_may_not_be_used_is_not_refreshed(
    accounts: Accounts, ada: User, change: str, *, strict: bool
) -> None:
    tokens = await start(accounts)
    async with accounts.postgres.transaction() as connection:
        await connection.execute(f"UPDATE users SET {change} WHERE id = $1", ada.id)  # noqa: S608
    await refused(accounts, tokens.refresh_token, strict=strict)


async def test_the_token_of_an_erased_account_is_unknown(accounts: Accounts, ada: User) -> None:
    tokens = await start(accounts)
    async with accounts.postgres.transaction() as connection:
        await connection.execute("DELETE FROM users WHERE id = $1", ada.id)
    await refused(accounts, tokens.refresh_token, strict=COMPATIBLE)


async def test_twenty_refreshes_at_once_are_one_login(accounts: Accounts, ada: User) -> None:
    first = await start(accounts)
    results = await asyncio.gather(
        *(refreshed(accounts, first.refresh_token, strict=STRICT) for _ in range(20))
    )
    assert len({result.refresh_token for result in results}) == 20
    assert len(await sessions.lasting(accounts, ada.id)) == 1
    async with accounts.postgres.connection() as connection:
        replaced = "SELECT count(*) FROM sessions WHERE replaced_at IS NOT NULL"
        assert await connection.fetchval(replaced) == 1


async def test_without_grace_one_of_twenty_wins_and_the_others_end_the_login(
    accounts: Accounts, clock: Clock, ada: User
) -> None:
    first = await start(accounts)
    await refreshed(accounts, first.refresh_token, strict=STRICT)
    clock.forward(accounts.settings.refresh_grace_seconds + 1)
    results = await asyncio.gather(
        *(refreshed(accounts, first.refresh_token, strict=STRICT) for _ in range(20)),
        return_exceptions=True,
    )
    assert all(isinstance(result, Unauthenticated) for result in results)
    assert await sessions.lasting(accounts, ada.id) == []


@pytest.mark.usefixtures("ada")
async def test_no_refresh_outlives_a_login_that_ends_meanwhile(accounts: Accounts) -> None:
    for _ in range(5):
        first = await start(accounts)
        results = await asyncio.gather(
            *(refreshed(accounts, first.refresh_token, strict=STRICT) for _ in range(4)),
            sessions.end_by_token(accounts, first.refresh_token),
            *(refreshed(accounts, first.refresh_token, strict=STRICT) for _ in range(4)),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, Tokens):
                await refused(accounts, result.refresh_token, strict=STRICT)


async def test_a_login_is_ended_by_its_refresh_token(accounts: Accounts, ada: User) -> None:
    ended, other = await start(accounts), await start(accounts)
    second = await refreshed(accounts, ended.refresh_token, strict=STRICT)
    family_id = await sessions.end_by_token(accounts, ended.refresh_token)
    claims = read(ended.access_token, accounts.keys, accounts.clock())
    assert str(family_id) == claims.session_id
    assert not await holds(accounts, ended)
    await refused(accounts, second.refresh_token, strict=STRICT)
    assert await holds(accounts, other)
    assert len(await sessions.lasting(accounts, ada.id)) == 1


async def test_an_unknown_token_ends_nothing(accounts: Accounts, ada: User) -> None:
    await start(accounts)
    assert await sessions.end_by_token(accounts, "nonsense") is None
    assert len(await sessions.lasting(accounts, ada.id)) == 1


async def test_all_logins_end_at_once(accounts: Accounts, ada: User) -> None:
    bob = await person(accounts, "bob")
    tokens = [await start(accounts) for _ in range(3)]
    theirs = await start(accounts, "bob")
    assert await sessions.end_all(accounts, ada.id) == 3
    assert await sessions.end_all(accounts, ada.id) == 0
    assert [await holds(accounts, one) for one in tokens] == [False, False, False]
    assert await holds(accounts, theirs)
    assert len(await sessions.lasting(accounts, bob.id)) == 1


async def test_one_login_of_a_list_is_ended_by_its_owner_alone(
    accounts: Accounts, ada: User
) -> None:
    bob = await person(accounts, "bob")
    tokens = await start(accounts)
    (family,) = await sessions.lasting(accounts, ada.id)
    for user_id, family_id in ((bob.id, family.id), (ada.id, uuid4())):
        with pytest.raises(NotFound):
            await sessions.end(accounts, user_id, family_id)
    assert await holds(accounts, tokens)
    await sessions.end(accounts, ada.id, family.id)
    assert not await holds(accounts, tokens)
    with pytest.raises(NotFound):
        await sessions.end(accounts, ada.id, family.id)


async def test_a_list_of_logins_begins_with_the_newest(
    accounts: Accounts, clock: Clock, ada: User
) -> None:
    for agent in ("one", "two"):
        await login(accounts, "ada", PASSWORD, Origin("2001:db8::1", agent))
        clock.forward(1)
    found = await sessions.lasting(accounts, ada.id)
    assert [each.user_agent for each in found] == ["two", "one"]
    assert found[0].address == "2001:db8::1"
    assert found[0].last_used_at is None


async def test_the_life_of_tokens_is_a_setting(accounts: Accounts, clock: Clock, ada: User) -> None:
    short = changed(accounts, access_token_minutes=5, refresh_token_days=1)
    tokens = await start(short)
    assert tokens.expires_in == 300
    assert read(tokens.access_token, accounts.keys, clock()).expires_at == int(clock.now) + 300
    clock.forward(DAY)
    await refused(short, tokens.refresh_token, strict=COMPATIBLE)
    assert await sessions.lasting(short, ada.id) == []
