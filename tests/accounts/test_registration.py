"""People who register themselves."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.accounts.context import Accounts
from app.accounts.login import login
from app.accounts.registration import Registration, register
from app.accounts.sessions import Origin
from app.errors import (
    AppError,
    Conflicting,
    InvalidInput,
    PermissionDenied,
    RegistrationDisabled,
)
from app.storage.profiles import get_profile
from app.storage.users import User, count_people, insert_user
from tests.accounts.samples import PASSWORD, changed


def given(name: str = "ada", **fields: Any) -> Registration:
    return Registration(
        **{
            "email": f"{name}@example.com",
            "username": name,
            "password": PASSWORD,
            **fields,
        }
    )


async def users(accounts: Accounts) -> int:
    async with accounts.postgres.connection() as connection:
        return await count_people(connection)


async def test_a_new_user_has_the_plain_role_and_tier(accounts: Accounts) -> None:
    user = await register(accounts, given(first_name="Ada", last_name="Lovelace"))
    async with accounts.postgres.connection() as connection:
        assert (await get_profile(connection, user.id)).roles == ("user",)
    assert (user.email, user.username, user.first_name, user.last_name) == (
        *("ada@example.com", "ada"),
        *("Ada", "Lovelace"),
    )
    assert (user.is_active, user.is_approved, user.is_superuser, user.tier) == (
        *(True, True),
        *(False, "free"),
    )


async def test_the_password_is_stored_as_an_argon2id_hash_alone(accounts: Accounts) -> None:
    user = await register(accounts, given())
    async with accounts.postgres.connection() as connection:
        row = await connection.fetchval("SELECT users::text FROM users WHERE id = $1", user.id)
    assert "$argon2id$" in row
    assert PASSWORD not in row


def test_a_registration_shows_no_password() -> None:
    assert PASSWORD not in repr(given())


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@example.com", "ada@EXAMPLE.COM"])
async def test_an_address_registers_once_in_any_case(accounts: Accounts, email: str) -> None:
    await register(accounts, given())
    with pytest.raises(Conflicting, match="already registered"):
        await register(accounts, given("other", email=email))
    assert await users(accounts) == 1


@pytest.mark.parametrize("username", ["ada", "ADA"])
async def test_a_user_name_is_had_by_one_in_any_case(accounts: Accounts, username: str) -> None:
    await register(accounts, given())
    with pytest.raises(Conflicting, match="user name is taken"):
        await register(accounts, given("other", username=username))
    assert await users(accounts) == 1


async def test_of_many_at_once_one_gets_the_name(accounts: Accounts) -> None:
    tried = [register(accounts, given()) for _ in range(10)]
    results = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, Conflicting) for result in results) == 9


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ada"),
        ("username", "ada@example.com"),
        ("password", "short"),
        ("first_name", "x" * 101),
        ("last_name", "a\nb"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    accounts: Accounts, field: str, value: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await register(accounts, given(**{field: value}))
    assert refused.value.problems[0].field == field
    assert await users(accounts) == 0


SQL = "'); DROP TABLE users; --"


async def test_sql_in_any_field_is_text(accounts: Accounts) -> None:
    user = await register(
        accounts,
        given(username=SQL, password=f"{SQL} more", first_name=SQL, last_name=SQL),
    )
    assert (user.username, user.first_name, user.last_name) == (SQL, SQL, SQL)
    assert (await login(accounts, SQL, f"{SQL} more", Origin(user_agent=SQL))).access_token
    assert await users(accounts) == 1


async def test_nobody_registers_where_that_is_switched_off(accounts: Accounts) -> None:
    closed = changed(accounts, allow_user_registration=False)
    with pytest.raises(RegistrationDisabled, match="registration is currently disabled"):
        await register(closed, given())
    assert await users(accounts) == 0


async def test_whoever_has_to_be_approved_logs_in_only_then(accounts: Accounts) -> None:
    checked = changed(accounts, registration_requires_approval=True)
    user = await register(checked, given())
    assert not user.is_approved
    with pytest.raises(PermissionDenied, match="approval"):
        await login(checked, "ada", PASSWORD, Origin())
    async with accounts.postgres.transaction() as connection:
        await connection.execute("UPDATE users SET is_approved = true WHERE id = $1", user.id)
    assert (await login(checked, "ada", PASSWORD, Origin())).access_token


async def test_no_more_users_register_than_there_may_be(accounts: Accounts) -> None:
    bounded = changed(accounts, max_users_limit=2)
    async with accounts.postgres.transaction() as connection:
        await insert_user(
            connection, email="s@x.org", username="s", password_hash=None, role="service"
        )
    await register(bounded, given("ada"))
    await register(bounded, given("bob"))
    with pytest.raises(PermissionDenied, match="limit of 2 users"):
        await register(bounded, given("eve"))


async def test_many_at_once_do_not_pass_the_limit(accounts: Accounts) -> None:
    bounded = changed(accounts, max_users_limit=3)
    tried = [register(bounded, given(f"user{number}")) for number in range(12)]
    results = await asyncio.gather(*tried, return_exceptions=True)
    refused = [result for result in results if isinstance(result, AppError)]
    assert len(refused) == 9
    assert all(isinstance(error, PermissionDenied) for error in refused)
    assert await users(accounts) == 3
