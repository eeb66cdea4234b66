"""Roles, and who has which."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.errors import NotFound
from app.storage import roles
from app.storage.errors import Conflict
from app.storage.postgres import Connection, Postgres
from app.storage.profiles import get_profile
from app.storage.users import insert_user


async def ada(postgres: Postgres) -> UUID:
    async with postgres.transaction() as connection:
        user = await insert_user(
            connection, email="ada@example.com", username="ada", password_hash=None
        )
    return user.id


async def held(connection: Connection, user_id: UUID) -> list[str]:
    return [*(await get_profile(connection, user_id)).roles]


async def test_the_built_in_roles_are_there(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        found = await roles.list_roles(connection)
    assert [(role.name, role.built_in) for role in found] == [
        ("admin", True),
        ("service", True),
        ("user", True),
    ]


async def test_a_role_is_made_once_and_changed_afterwards(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        assert await roles.put_role(connection, "reader", ["calculations"]) is True
        assert await roles.put_role(connection, "reader", []) is False
        assert (await roles.get_role(connection, "reader")).scopes == ()
        assert await roles.count_roles(connection) == 4


async def test_a_built_in_role_is_neither_changed_nor_deleted(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        assert await roles.put_role(connection, "user", ["admin"]) is None
        assert await roles.delete_role(connection, "user") is False
        assert (await roles.get_role(connection, "user")).scopes == ("calculations",)


async def test_a_deleted_role_is_gone_from_all_who_had_it(postgres: Postgres) -> None:
    user_id = await ada(postgres)
    async with postgres.transaction() as connection:
        await roles.put_role(connection, "reader", ["calculations"])
        await roles.set_roles(connection, user_id, ["reader"])
        assert await roles.delete_role(connection, "reader") is True
        assert await held(connection, user_id) == []
        with pytest.raises(NotFound):
            await roles.get_role(connection, "reader")


async def test_an_account_has_the_roles_that_were_set_last(postgres: Postgres) -> None:
    user_id = await ada(postgres)
    async with postgres.transaction() as connection:
        await roles.set_roles(connection, user_id, ["user", "admin"])
        assert await held(connection, user_id) == ["admin", "user"]
        await roles.set_roles(connection, user_id, ["admin"])
        assert await held(connection, user_id) == ["admin"]


async def test_an_unknown_role_is_a_conflict(postgres: Postgres) -> None:
    user_id = await ada(postgres)
    async with postgres.connection() as connection:
        with pytest.raises(Conflict) as conflict:
            await roles.set_roles(connection, user_id, ["nobody"])
    assert conflict.value.constraint == roles.UNKNOWN_ROLE
