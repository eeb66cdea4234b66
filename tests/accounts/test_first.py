"""What a fresh database begins with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from app.accounts import administration, erasure, password_changes, profiles
from app.accounts.context import Accounts
from app.accounts.first import first_accounts, service_account
from app.accounts.password_changes import Proof
from app.errors import CannotStart, Conflicting, Unavailable
from app.storage.administration import UserChange
from app.storage.postgres import Postgres
from app.storage.users import find_by_name
from tests.accounts.samples import PASSWORD, changed, person

OTHER = "another good password"


async def names(accounts: Accounts) -> list[str]:
    async with accounts.postgres.connection() as connection:
        rows = await connection.fetch("SELECT username FROM users ORDER BY username")
    return [row["username"] for row in rows]


async def roles(accounts: Accounts, name: str) -> list[str]:
    query = "SELECT g.role FROM user_roles g JOIN users u ON u.id = g.user_id WHERE u.username = $1"
    async with accounts.postgres.connection() as connection:
        return [row["role"] for row in await connection.fetch(query, name)]


async def test_a_fresh_database_gets_the_service_user_alone(accounts: Accounts) -> None:
    await first_accounts(accounts)
    assert await names(accounts) == ["service_user"]
    assert await roles(accounts, "service_user") == ["service"]


async def test_with_a_password_for_it_there_is_an_admin_too(accounts: Accounts) -> None:
    await first_accounts(changed(accounts, admin_password=PASSWORD))
    assert await names(accounts) == ["admin", "service_user"]
    async with accounts.postgres.connection() as connection:
        found = await find_by_name(connection, "admin@nocturna.service")
    assert found is not None
    admin, password_hash = found
    assert admin.is_superuser
    assert admin.tier == "pro"
    assert await accounts.passwords.matches(PASSWORD, password_hash)


async def test_a_second_start_changes_nothing(accounts: Accounts) -> None:
    await first_accounts(changed(accounts, admin_password=PASSWORD))
    await first_accounts(changed(accounts, admin_password=OTHER))
    async with accounts.postgres.connection() as connection:
        found = await find_by_name(connection, "admin")
    assert found is not None
    assert await accounts.passwords.matches(PASSWORD, found[1])
    assert await names(accounts) == ["admin", "service_user"]


async def test_several_starts_at_once_make_each_account_once(accounts: Accounts) -> None:
    given = changed(accounts, admin_password=PASSWORD)
    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(first_accounts(given))
    assert await names(accounts) == ["admin", "service_user"]


async def test_a_superuser_of_any_name_is_admin_enough(accounts: Accounts) -> None:
    await person(accounts, "root", is_superuser=True)
    await first_accounts(changed(accounts, admin_password=PASSWORD))
    assert await names(accounts) == ["root", "service_user"]


async def test_an_account_with_the_name_of_the_admin_is_not_promoted(accounts: Accounts) -> None:
    await person(accounts, "admin")
    await first_accounts(changed(accounts, admin_password=PASSWORD))
    async with accounts.postgres.connection() as connection:
        found = await find_by_name(connection, "admin")
    assert found is not None
    assert not found[0].is_superuser
    assert await names(accounts) == ["admin", "service_user"]


async def test_a_password_that_nobody_may_set_starts_nothing(accounts: Accounts) -> None:
    with pytest.raises(CannotStart, match="NOCTURNA_ADMIN_PASSWORD must be 8 to") as refusal:
        await first_accounts(changed(accounts, admin_password="hunter2"))  # noqa: S106
    assert "hunter2" not in str(refusal.value)
    assert await names(accounts) == ["service_user"]


async def test_every_later_start_costs_one_query(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await first_accounts(changed(accounts, admin_password=PASSWORD))

    def fail(*_: object) -> None:
        pytest.fail("a transaction was opened")

    monkeypatch.setattr(Postgres, "transaction", fail)
    await first_accounts(changed(accounts, admin_password=PASSWORD))


async def test_a_deleted_service_user_is_made_anew(accounts: Accounts) -> None:
    await first_accounts(accounts)
    first = await service_account(accounts)
    async with accounts.postgres.connection() as connection:
        await connection.execute("DELETE FROM users WHERE id = $1", first)
    async with asyncio.TaskGroup() as group:
        again = [group.create_task(service_account(accounts)) for _ in range(4)]
    assert len({task.result() for task in again}) == 1
    assert await names(accounts) == ["service_user"]


@pytest.mark.parametrize(
    "columns", [{"email": "SERVICE@nocturna.internal"}, {"username": "Service_User"}]
)
async def test_whoever_took_its_name_owns_no_service_tokens(
    accounts: Accounts, columns: dict[str, str]
) -> None:
    await person(accounts, **columns)
    await first_accounts(accounts)
    with pytest.raises(Unavailable, match="NOCTURNA_SERVICE_USER_EMAIL"):
        await service_account(accounts)


async def test_the_account_of_service_tokens_stays_as_it_is(accounts: Accounts) -> None:
    service = await service_account(accounts)
    await profiles.profile_of(accounts, service)
    works: list[Awaitable[object]] = [
        administration.delete_user(accounts, service),
        administration.change_user(accounts, service, UserChange(is_active=False)),
        administration.change_user(accounts, service, UserChange(is_approved=False)),
        administration.change_user(accounts, service, UserChange(), ["user"]),
        profiles.change_profile(accounts, service, {"username": "another"}, None),
    ]
    for work in works:
        with pytest.raises(Conflicting, match="owns the service tokens of the command line"):
            await work
    await administration.change_user(accounts, service, UserChange(tier="pro"))
    assert await names(accounts) == ["service_user"]


async def test_the_account_of_service_tokens_does_not_erase_itself(accounts: Accounts) -> None:
    service = await service_account(accounts)
    reset = await password_changes.make_reset(accounts, service)
    await password_changes.reset_password(accounts, reset.secret, PASSWORD)
    with pytest.raises(Conflicting, match="owns the service tokens"):
        await erasure.erase(accounts, service, Proof(PASSWORD))
