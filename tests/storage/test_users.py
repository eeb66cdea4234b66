"""Rows of accounts."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.errors import NotFound
from app.storage.errors import Conflict
from app.storage.external_users import user_of_subject
from app.storage.postgres import Postgres
from app.storage.users import count_people, find_by_name, get_user, insert_user

HASH = "a hash"


async def test_an_account_comes_back_as_it_was_written(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        user = await insert_user(
            connection,
            email="Ada@example.com",
            username="Ada",
            password_hash=HASH,
            first_name="Ada",
            last_name=None,
            is_approved=False,
            is_superuser=True,
            tier="pro",
        )
        again = await get_user(connection, user.id)
        role = await connection.fetchval("SELECT role FROM user_roles WHERE user_id = $1", user.id)
    assert again == user
    assert (user.email, user.username, user.first_name, user.last_name) == (
        *("Ada@example.com", "Ada"),
        *("Ada", None),
    )
    assert (user.is_active, user.is_approved, user.is_superuser, user.tier) == (
        *(True, False),
        *(True, "pro"),
    )
    assert role == "user"


@pytest.mark.parametrize("name", ["ada@example.com", "ADA@EXAMPLE.COM", "lovelace", "LoveLace"])
async def test_an_account_is_found_by_address_or_name_in_any_case(
    postgres: Postgres, name: str
) -> None:
    async with postgres.transaction() as connection:
        user = await insert_user(
            connection, email="Ada@Example.com", username="Lovelace", password_hash=HASH
        )
        assert await find_by_name(connection, name) == (user, HASH)


async def test_a_name_that_looks_like_a_stored_one_finds_it_unless_it_is_stored_itself(
    postgres: Postgres,
) -> None:
    async with postgres.transaction() as connection:
        ada = await insert_user(connection, email="a@x.org", username="Ada", password_hash=None)
        assert await find_by_name(connection, "\uff21\uff24\uff21") == (ada, None)
        assert await find_by_name(connection, "\uff41@x.org") == (ada, None)
        older = await insert_user(
            connection, email="b@x.org", username="\uff41\uff44\uff41", password_hash=None
        )
        assert await find_by_name(connection, "\uff21\uff24\uff21") == (older, None)
        assert await find_by_name(connection, "ADA") == (ada, None)


async def test_an_address_goes_before_a_name_that_looks_like_it(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        await insert_user(
            connection, email="b@example.com", username="a@example.com", password_hash=None
        )
        ada = await insert_user(
            connection, email="a@example.com", username="ada", password_hash=None
        )
        assert await find_by_name(connection, "a@example.com") == (ada, None)


async def test_a_name_that_nobody_has_is_not_found(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        assert await find_by_name(connection, "nobody") is None
        with pytest.raises(NotFound):
            await get_user(connection, uuid4())


@pytest.mark.parametrize(
    ("email", "username", "constraint"),
    [
        ("ADA@example.com", "other", "users_email_key"),
        ("other@example.com", "ADA", "users_username_key"),
    ],
)
async def test_no_two_accounts_share_an_address_or_a_name_in_any_case(
    postgres: Postgres, email: str, username: str, constraint: str
) -> None:
    async with postgres.transaction() as connection:
        await insert_user(connection, email="ada@example.com", username="ada", password_hash=None)
    with pytest.raises(Conflict) as conflict:
        async with postgres.transaction() as connection:
            await insert_user(connection, email=email, username=username, password_hash=None)
    assert conflict.value.constraint == constraint


async def test_the_owner_of_service_tokens_is_an_account_but_no_person(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        for name, role in (("ada", "user"), ("root", "admin"), ("service", "service")):
            await insert_user(
                connection,
                email=f"{name}@example.com",
                username=name,
                password_hash=None,
                role=role,
            )
        assert await count_people(connection) == 2


async def test_whom_an_identity_service_knows_does_not_count(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        assert await user_of_subject(connection, "ann") is not None
        assert await count_people(connection) == 0


async def test_the_count_follows_whoever_comes_and_goes(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        await connection.execute(
            "INSERT INTO users (email, username) "
            "SELECT n || '@example.com', n FROM generate_series(1, 10) n"
        )
        await user_of_subject(connection, "ann")
        assert await count_people(connection) == 10
        await connection.execute("INSERT INTO user_roles SELECT id, 'service' FROM users LIMIT 2")
        counted = await connection.fetchval(
            "SELECT count(*) FROM users u WHERE external_subject IS NULL AND NOT EXISTS "
            "(SELECT FROM user_roles g WHERE g.user_id = u.id AND g.role = 'service')"
        )
        assert await count_people(connection) == counted
        await connection.execute("DELETE FROM users WHERE email LIKE '1%' OR email IS NULL")
        await connection.execute("DELETE FROM user_roles")
        assert await count_people(connection) == 8


async def test_an_account_that_is_not_made_is_not_found(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        with pytest.raises(NotFound, match="no account"):
            await user_of_subject(connection, "ann", makes=False)
        made = await user_of_subject(connection, "ann")
        assert await user_of_subject(connection, "ann", makes=False) == made
