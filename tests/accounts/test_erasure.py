"""The export and the end of one's own account."""

from __future__ import annotations

import pytest

from app.accounts import administration, erasure
from app.accounts.context import Accounts
from app.accounts.erasure import holdings
from app.accounts.login import login
from app.accounts.password_changes import Proof
from app.accounts.principals import Principals
from app.accounts.sessions import Origin
from app.errors import Conflicting, InvalidInput, NotFound, Unauthenticated
from app.storage import erasure as storage
from app.storage.administration import UserChange
from app.storage.errors import DatabaseUnavailable
from app.storage.users import User
from tests.accounts.samples import PASSWORD, person
from tests.storage.owned_rows import count_owned, insert_made_up, list_owned, rows_of


async def test_the_export_tells_what_there_is_of_the_caller(accounts: Accounts) -> None:
    ada = await person(accounts)
    await person(accounts, "berta")
    await login(accounts, "ada", PASSWORD, Origin("192.0.2.1", "a browser"))
    held = {each.table.name: rows_of(each.rows) for each in await holdings(accounts, ada.id)}
    assert [row["username"] for row in held["users"]] == ["ada"]
    assert [row["user_agent"] for row in held["sessions"]] == ["a browser"]
    assert [row["role"] for row in held["user_roles"]] == ["user"]
    assert "berta" not in str(held)
    assert "argon2" not in str(held)


async def test_a_long_table_is_cut_and_its_rest_told(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await person(accounts)
    monkeypatch.setattr(erasure, "MOST_ROWS", 2)
    async with accounts.postgres.connection() as connection:
        await connection.execute(
            "INSERT INTO login_attempts (account_digest, user_id, succeeded) "
            "SELECT '\\x01', $1, true FROM generate_series(1, 3)",
            ada.id,
        )
    held = {each.table.name: each.rows for each in await holdings(accounts, ada.id)}
    assert held["login_attempts"].more
    assert not held["users"].more
    (rest,) = await holdings(accounts, ada.id, "login_attempts", 2)
    assert (rest.rows.count, rest.rows.more) == (1, False)


@pytest.mark.parametrize("table", ["roles", "pg_authid", "users; DROP TABLE users", ""])
async def test_a_table_without_owners_is_refused(accounts: Accounts, table: str) -> None:
    ada = await person(accounts)
    with pytest.raises(InvalidInput, match=r"query\.table must be one of users, "):
        await holdings(accounts, ada.id, table)


async def test_erasure_takes_everything_and_ends_all_tokens(accounts: Accounts) -> None:
    ada = await person(accounts)
    tokens = await login(accounts, "ada", PASSWORD, Origin())
    async with accounts.postgres.connection() as connection:
        tables = await list_owned(connection)
        for table in tables:
            if not await count_owned(connection, table, ada.id):
                await insert_made_up(connection, table, ada.id)
    exported = {each.table.name for each in await holdings(accounts, ada.id) if each.rows.count}
    assert exported == {"users", *tables}
    await erasure.erase(accounts, ada.id, Proof(PASSWORD))
    async with accounts.postgres.connection() as connection:
        for table in tables:
            assert await count_owned(connection, table, ada.id) == 0, table
    principals = Principals(accounts.postgres.connection, accounts.keys, 10, clock=accounts.clock)
    with pytest.raises(Unauthenticated):
        await principals.bearer(f"Bearer {tokens.access_token}")
    with pytest.raises(NotFound):
        await holdings(accounts, ada.id)


async def test_erasure_needs_the_password(accounts: Accounts) -> None:
    ada = await person(accounts)
    with pytest.raises(InvalidInput, match="password must be"):
        await erasure.erase(accounts, ada.id, Proof("a wrong password"))
    assert await holdings(accounts, ada.id)


async def test_the_last_superuser_stays(accounts: Accounts) -> None:
    ada = await person(accounts, is_superuser=True)
    with pytest.raises(Conflicting, match="last superuser"):
        await erasure.erase(accounts, ada.id, Proof(PASSWORD))
    await person(accounts, "berta", is_superuser=True)
    await erasure.erase(accounts, ada.id, Proof(PASSWORD))


MANY = 2500


@pytest.fixture
async def with_many_charts(accounts: Accounts) -> User:
    """Somebody with many charts, on a database that notes how many each statement deletes."""
    ada = await person(accounts)
    async with accounts.postgres.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO charts (user_id, birth, config, julian_day, utc)
            SELECT $1, '{}', '{}', n, '' FROM generate_series(1, $2::integer) n
            """,
            *(ada.id, MANY),
        )
        await connection.execute(
            """
            INSERT INTO chart_words (user_id, word, chart_id)
            SELECT user_id, word, id FROM charts, unnest(ARRAY['ada', 'berta']) word
            """
        )
        await connection.execute("CREATE TABLE noted (id serial, charts bigint)")
        await connection.execute(
            """
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO noted (charts) SELECT count(*) FROM gone;
                RETURN NULL;
            END $$
            """
        )
        await connection.execute(
            "CREATE TRIGGER note AFTER DELETE ON charts REFERENCING OLD TABLE AS gone "
            "FOR EACH STATEMENT EXECUTE FUNCTION note()"
        )
    return ada


async def noted(accounts: Accounts) -> list[int]:
    """How many charts each statement has deleted that deleted any."""
    async with accounts.postgres.connection() as connection:
        rows = await connection.fetch("SELECT charts FROM noted WHERE charts > 0 ORDER BY id")
    return [row["charts"] for row in rows]


@pytest.mark.parametrize("by", ["the owner", "an administrator"])
async def test_many_charts_are_deleted_some_at_a_time(
    accounts: Accounts, with_many_charts: User, by: str
) -> None:
    if by == "the owner":
        await erasure.erase(accounts, with_many_charts.id, Proof(PASSWORD))
    else:
        await administration.delete_user(accounts, with_many_charts.id)
    assert await noted(accounts) == [1000, 1000, 500]
    with pytest.raises(NotFound):
        await holdings(accounts, with_many_charts.id)


async def test_an_erasure_that_was_interrupted_goes_on_when_it_is_asked_for_again(
    accounts: Accounts, with_many_charts: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> bool:
        raise DatabaseUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete_user", gone)
        with pytest.raises(DatabaseUnavailable):
            await erasure.erase(accounts, with_many_charts.id, Proof(PASSWORD))
    await login(accounts, "ada", PASSWORD, Origin())
    await erasure.erase(accounts, with_many_charts.id, Proof(PASSWORD))
    with pytest.raises(NotFound):
        await holdings(accounts, with_many_charts.id)


async def test_the_charts_of_the_last_superuser_stay_too(
    accounts: Accounts, with_many_charts: User
) -> None:
    await administration.change_user(accounts, with_many_charts.id, UserChange(is_superuser=True))
    with pytest.raises(Conflicting, match="last superuser"):
        await erasure.erase(accounts, with_many_charts.id, Proof(PASSWORD))
    assert await noted(accounts) == []
