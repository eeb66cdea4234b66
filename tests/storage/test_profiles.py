"""What people see and change of their own accounts, in the tables."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import NotFound
from app.storage import profiles
from app.storage.errors import Conflict
from app.storage.postgres import Postgres
from app.storage.users import insert_user


async def made(postgres: Postgres, name: str = "ada", **columns: Any) -> UUID:
    async with postgres.transaction() as connection:
        user = await insert_user(
            connection,
            email=f"{name}@example.com",
            username=name,
            password_hash=None,
            **columns,
        )
    return user.id


@pytest.mark.parametrize(
    ("is_superuser", "roles", "scopes"),
    [
        (False, ("user",), ("calculations",)),
        (True, ("admin", "user"), ("admin", "calculations")),
    ],
)
async def test_a_profile_tells_the_roles_and_what_they_add_up_to(
    postgres: Postgres,
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    *,
    is_superuser: bool,
) -> None:
    user_id = await made(postgres, is_superuser=is_superuser)
    async with postgres.connection() as connection:
        profile = await profiles.get_profile(connection, user_id)
    assert (profile.roles, profile.scopes) == (roles, scopes)


async def test_only_what_is_given_changes(postgres: Postgres) -> None:
    user_id = await made(postgres, first_name="Ada", last_name="Lovelace")
    async with postgres.connection() as connection:
        await profiles.update_profile(connection, user_id, {"last_name": None, "username": "al"})
        profile = await profiles.get_profile(connection, user_id)
    assert (profile.first_name, profile.last_name) == ("Ada", None)
    assert (profile.email, profile.username) == ("ada@example.com", "al")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"email": "BERTA@example.com"}, "users_email_key"),
        ({"username": "Berta"}, "users_username_key"),
    ],
)
async def test_what_another_account_has_is_a_conflict(
    postgres: Postgres, changes: dict[str, str | None], constraint: str
) -> None:
    user_id = await made(postgres)
    await made(postgres, "berta")
    async with postgres.connection() as connection:
        with pytest.raises(Conflict) as conflict:
            await profiles.update_profile(connection, user_id, changes)
    assert conflict.value.constraint == constraint


async def test_preferences_are_kept_as_values(postgres: Postgres) -> None:
    user_id = await made(postgres)
    wanted = {"theme": "dark", "houses": ["KOCH", {"orb": 1.5, "ü": None}], "on": True}
    async with postgres.connection() as connection:
        assert await profiles.get_preferences(connection, user_id) == {}
        assert await profiles.set_preferences(connection, user_id, wanted) == wanted
        assert await profiles.lock_preferences(connection, user_id) == wanted


async def test_an_account_that_is_not_there_is_not_found(postgres: Postgres) -> None:
    nobody = uuid4()
    async with postgres.connection() as connection:
        for work in (
            profiles.get_profile(connection, nobody),
            profiles.update_profile(connection, nobody, {}),
            profiles.set_password(connection, nobody, "x"),
            profiles.get_preferences(connection, nobody),
            profiles.lock_preferences(connection, nobody),
            profiles.set_preferences(connection, nobody, {}),
        ):
            with pytest.raises(NotFound, match=str(nobody)):
                await work
