"""Rows of refresh tokens, and the logins that they belong to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.security.tokens import digest_of
from app.storage import sessions
from app.storage.errors import Conflict
from app.storage.postgres import Connection, Postgres
from app.storage.sessions import MOST_OF_FAMILY, Login
from app.storage.users import insert_user

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


async def user(connection: Connection, name: str = "ada") -> UUID:
    found = await insert_user(
        connection, email=f"{name}@example.com", username=name, password_hash=None
    )
    return found.id


async def add(
    connection: Connection,
    user_id: UUID,
    token: str,
    *,
    started: datetime = NOW,
    family: UUID | None = None,
    life: timedelta = DAY,
) -> Login:
    login = Login(family or uuid4(), user_id, "192.0.2.7", "curl/8", started)
    await sessions.insert_session(
        connection,
        login,
        token_digest=digest_of(token),
        created_at=started,
        expires_at=started + life,
    )
    return login


async def test_a_token_is_found_again_by_its_owner_alone(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        ada, bob = await user(connection), await user(connection, "bob")
        login = await add(connection, ada, "one")
        found = await sessions.find_session(connection, ada, digest_of("one"))
        assert found is not None
        assert found.login == login
        assert (found.replaced_at, found.revoked_at) == (None, None)
        assert await sessions.find_owner(connection, digest_of("one")) == ada
        assert await sessions.find_session(connection, bob, digest_of("one")) is None
        assert await sessions.find_owner(connection, digest_of("two")) is None


async def test_no_token_is_stored_twice(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        ada = await user(connection)
        await add(connection, ada, "one")
        with pytest.raises(Conflict) as conflict:
            await add(connection, ada, "one")
    assert conflict.value.constraint == "sessions_token_digest_key"


async def test_the_first_replacement_counts(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        ada = await user(connection)
        await add(connection, ada, "one")
        for later in (NOW + DAY / 4, NOW + DAY / 2):
            found = await sessions.find_session(connection, ada, digest_of("one"))
            assert found is not None
            await sessions.mark_replaced(connection, found, later)
        found = await sessions.find_session(connection, ada, digest_of("one"))
    assert found is not None
    assert found.replaced_at == NOW + DAY / 4


async def test_a_family_ends_with_all_of_its_tokens_and_once(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        ada = await user(connection)
        family = (await add(connection, ada, "one")).family_id
        await add(connection, ada, "two", family=family)
        await add(connection, ada, "other")
        assert await sessions.revoke_family(connection, ada, family, NOW)
        assert not await sessions.revoke_family(connection, ada, family, NOW)
        left = await sessions.list_families(connection, ada, NOW, 10)
    assert family not in [each.id for each in left]
    assert len(left) == 1


async def test_a_family_of_another_stays(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        ada, bob = await user(connection), await user(connection, "bob")
        family = (await add(connection, ada, "one")).family_id
        assert not await sessions.revoke_family(connection, bob, family, NOW)
        assert len(await sessions.list_families(connection, ada, NOW, 10)) == 1


async def test_all_logins_but_one_end_and_only_those_that_lasted_count(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        ada = await user(connection)
        kept = (await add(connection, ada, "kept")).family_id
        other = (await add(connection, ada, "other")).family_id
        await add(connection, ada, "same", family=other)
        await add(connection, ada, "over", started=NOW - 2 * DAY)
        assert await sessions.revoke_all(connection, ada, NOW, but=kept) == 1
        left = await sessions.list_families(connection, ada, NOW, 10)
        assert [each.id for each in left] == [kept]
        assert await sessions.revoke_all(connection, ada, NOW) == 1


async def test_the_oldest_logins_end_first(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        ada = await user(connection)
        families = [
            (await add(connection, ada, str(hour), started=NOW + hour * DAY / 24)).family_id
            for hour in range(4)
        ]
        assert await sessions.revoke_oldest(connection, ada, 2, NOW + DAY / 2) == 2
        left = await sessions.list_families(connection, ada, NOW + DAY / 2, 10)
    assert [each.id for each in left] == [families[3], families[2]]


async def test_a_login_is_listed_once_with_its_first_and_last_moments(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        ada = await user(connection)
        family = (await add(connection, ada, "one")).family_id
        found = await sessions.find_session(connection, ada, digest_of("one"))
        assert found is not None
        await sessions.mark_replaced(connection, found, NOW + DAY / 2)
        await sessions.insert_session(
            connection,
            found.login,
            token_digest=digest_of("two"),
            created_at=NOW + DAY / 2,
            expires_at=NOW + 2 * DAY,
        )
        (listed,) = await sessions.list_families(connection, ada, NOW + DAY / 2, 10)
    assert (listed.id, listed.created_at, listed.last_used_at) == (family, NOW, NOW + DAY / 2)
    assert (listed.expires_at, listed.address) == (NOW + 2 * DAY, "192.0.2.7")
    assert listed.user_agent == "curl/8"


async def test_a_list_of_logins_is_as_long_as_asked_for_at_most(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        ada = await user(connection)
        for number in range(3):
            await add(connection, ada, str(number))
        assert len(await sessions.list_families(connection, ada, NOW, 2)) == 2


async def test_a_family_keeps_its_newest_tokens(postgres: Postgres) -> None:
    family = uuid4()
    async with postgres.transaction() as connection:
        ada = await user(connection)
        for number in range(MOST_OF_FAMILY + 2):
            started = NOW + timedelta(seconds=number)
            await add(connection, ada, str(number), family=family, started=started)
        assert await sessions.delete_oldest_of_family(connection, ada, family) == 2
        assert await sessions.find_owner(connection, digest_of("1")) is None
        assert await sessions.find_owner(connection, digest_of("2")) == ada
