"""What administrators do with accounts and roles."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from app.accounts import administration
from app.accounts.administration import NewUser
from app.accounts.context import Accounts
from app.accounts.login import login
from app.accounts.principals import Principals
from app.accounts.sessions import Origin
from app.errors import Conflicting, InvalidInput, NotFound, Unauthenticated
from app.storage.administration import UserChange, UserFilter
from app.storage.roles import MOST_ROLES
from tests.accounts.samples import PASSWORD, person

ANY = UserFilter()


async def test_pages_follow_each_other_by_their_cursors(accounts: Accounts) -> None:
    for number in range(5):
        await person(accounts, f"person{number}", password_hash=None)
    found: list[str] = []
    cursor = None
    for _ in range(3):
        page = await administration.page_of_users(accounts, ANY, cursor, 2)
        found += [user.username for user in page.users]
        cursor = page.next_cursor
    assert cursor is None
    assert found == [f"person{number}" for number in reversed(range(5))]


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "....", "MjAyNi0wMS0wMQ", "bm9uc2Vuc2UgdGV4dA", "\0", "=" * 200]
)
async def test_a_cursor_that_is_none_is_refused(accounts: Accounts, cursor: str) -> None:
    with pytest.raises(InvalidInput, match=r"query\.cursor"):
        await administration.page_of_users(accounts, ANY, cursor, 2)


async def test_an_account_is_made_with_its_roles(accounts: Accounts) -> None:
    new = NewUser("ada@example.com", "ada", PASSWORD, tier="pro", roles=("user", "admin"))
    made = await administration.create_user(accounts, new)
    assert (made.roles, made.tier) == (("admin", "user"), "pro")
    await login(accounts, "ada", PASSWORD, Origin())
    assert PASSWORD not in repr(new)


async def test_without_a_password_nobody_logs_in(accounts: Accounts) -> None:
    await administration.create_user(accounts, NewUser("ada@example.com", "ada"))
    with pytest.raises(Unauthenticated):
        await login(accounts, "ada", "", Origin())


async def test_a_name_that_is_taken_and_an_unknown_role_make_nothing(accounts: Accounts) -> None:
    await person(accounts)
    with pytest.raises(Conflicting, match="e-mail address is already registered"):
        await administration.create_user(accounts, NewUser("ADA@example.com", "berta"))
    with pytest.raises(InvalidInput, match="roles must be some of admin, service, user"):
        await administration.create_user(
            accounts, NewUser("berta@example.com", "berta", roles=("nobody",))
        )
    page = await administration.page_of_users(accounts, ANY, None, 9)
    assert [user.username for user in page.users] == ["ada"]


@pytest.mark.parametrize(
    ("ended", "restored"),
    [
        (UserChange(is_active=False), UserChange(is_active=True)),
        (UserChange(is_approved=False), UserChange(is_approved=True)),
    ],
    ids=["disabled", "approved no more"],
)
async def test_whoever_is_disabled_is_logged_out_for_good(
    accounts: Accounts, ended: UserChange, restored: UserChange
) -> None:
    ada = await person(accounts)
    tokens = await login(accounts, "ada", PASSWORD, Origin())
    principals = Principals(accounts.postgres.connection, accounts.keys, 10, clock=accounts.clock)
    for change in (ended, restored):
        await administration.change_user(accounts, ada.id, change)
        with pytest.raises(Unauthenticated):
            await principals.bearer(f"Bearer {tokens.access_token}")
    await login(accounts, "ada", PASSWORD, Origin())


@pytest.mark.parametrize(
    "change",
    [
        UserChange(is_active=False),
        UserChange(is_approved=False),
        UserChange(is_superuser=False),
    ],
)
async def test_the_last_superuser_stays_one(accounts: Accounts, change: UserChange) -> None:
    ada = await person(accounts, is_superuser=True)
    with pytest.raises(Conflicting, match="last superuser"):
        await administration.change_user(accounts, ada.id, change)
    with pytest.raises(Conflicting, match="last superuser"):
        await administration.delete_user(accounts, ada.id)
    await person(accounts, "berta", is_superuser=True)
    await administration.change_user(accounts, ada.id, change)


async def test_two_superusers_who_leave_at_once_do_not_leave_none(accounts: Accounts) -> None:
    users = [await person(accounts, name, is_superuser=True) for name in ("ada", "berta")]
    works = [administration.delete_user(accounts, user.id) for user in users]
    done = await asyncio.gather(*works, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Conflicting", "NoneType"]


@pytest.mark.parametrize("names", [(), ("admin",), ("admin", "user")])
async def test_roles_are_those_that_were_given(accounts: Accounts, names: Sequence[str]) -> None:
    ada = await person(accounts)
    changed = await administration.change_user(accounts, ada.id, UserChange(), names)
    assert changed.roles == tuple(names)


async def test_an_account_that_is_not_there_is_not_found(accounts: Accounts) -> None:
    ada = await person(accounts)
    await administration.delete_user(accounts, ada.id)
    for change in (UserChange(tier="pro"), UserChange(is_active=False)):
        with pytest.raises(NotFound):
            await administration.change_user(accounts, ada.id, change)
    with pytest.raises(NotFound):
        await administration.delete_user(accounts, ada.id)
    with pytest.raises(NotFound, match="user list"):
        await administration.user_of_name(accounts, "ada")


async def test_roles_are_made_changed_and_deleted(accounts: Accounts) -> None:
    role, is_new = await administration.put_role(accounts, "reader", ["calculations"])
    assert (role.scopes, is_new) == (("calculations",), True)
    _, is_new = await administration.put_role(accounts, "reader", [])
    assert not is_new
    assert (await administration.role_of(accounts, "reader")).scopes == ()
    await administration.delete_role(accounts, "reader")
    assert [role.name for role in await administration.all_roles(accounts)] == [
        "admin",
        "service",
        "user",
    ]


async def test_built_in_roles_stay_as_they_are(accounts: Accounts) -> None:
    with pytest.raises(Conflicting, match="built in"):
        await administration.put_role(accounts, "user", ["admin"])
    with pytest.raises(Conflicting, match="built in"):
        await administration.delete_role(accounts, "user")
    with pytest.raises(NotFound):
        await administration.delete_role(accounts, "nobody")


async def test_there_are_no_more_roles_than_may_be(accounts: Accounts) -> None:
    async with accounts.postgres.connection() as connection:
        await connection.execute(
            "INSERT INTO roles (name, scopes) SELECT 'r' || n, '{}' FROM generate_series(4, $1) n",
            MOST_ROLES,
        )
    with pytest.raises(Conflicting, match=f"{MOST_ROLES} roles"):
        await administration.put_role(accounts, "one-more", [])
    _, is_new = await administration.put_role(accounts, "r9", ["calculations"])
    assert not is_new


async def test_every_change_leaves_a_line_with_ids_alone(accounts: Accounts) -> None:
    ada = await person(accounts)
    await person(accounts, "root", is_superuser=True)
    with capture_logs() as lines:
        await administration.change_user(accounts, ada.id, UserChange(is_superuser=True))
        await administration.change_user(accounts, ada.id, UserChange(is_active=False))
        await administration.change_user(accounts, ada.id, UserChange(), ["user"])
        await administration.put_role(accounts, "reader", ["calculations"])
        await administration.delete_role(accounts, "reader")
        await administration.delete_user(accounts, ada.id)
    assert [line["event"] for line in lines] == [
        *["user changed"] * 3,
        "role changed",
        "role deleted",
        "user deleted",
    ]
    assert lines[0]["is_superuser"] is True
    assert lines[1]["is_active"] is False
    assert "ada" not in str(lines)
