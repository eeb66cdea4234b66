"""Rows of logins that were tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.security.tokens import digest_of
from app.storage import login_attempts
from app.storage.login_attempts import Attempt
from app.storage.postgres import Connection, Postgres

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ADA = digest_of("ada")


async def tried(connection: Connection, name: str, address: str | None, at: datetime) -> int:
    return await login_attempts.insert_attempt(
        connection, account_digest=digest_of(name), user_id=None, address=address, at=at
    )


async def test_an_attempt_is_open_until_it_is_settled(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        for second, succeeded in enumerate((True, False, None)):
            attempt = await tried(connection, "ada", None, NOW + second * SECOND)
            if succeeded is not None:
                await login_attempts.settle(connection, attempt, succeeded=succeeded)
        found = await login_attempts.list_of_account(connection, ADA, NOW - SECOND, 10)
    assert found == [
        Attempt(None, NOW + 2 * SECOND),
        Attempt(succeeded=False, attempted_at=NOW + SECOND),
        Attempt(succeeded=True, attempted_at=NOW),
    ]


async def test_attempts_of_an_account_are_its_own_after_the_moment_and_bounded(
    postgres: Postgres,
) -> None:
    async with postgres.transaction() as connection:
        for second in range(4):
            await tried(connection, "ada", None, NOW + second * SECOND)
            await tried(connection, "bob", None, NOW + second * SECOND)
        after = await login_attempts.list_of_account(connection, ADA, NOW, 10)
        bounded = await login_attempts.list_of_account(connection, ADA, NOW, 2)
    assert [each.attempted_at for each in after] == [NOW + n * SECOND for n in (3, 2, 1)]
    assert bounded == after[:2]


async def test_what_succeeded_does_not_count_against_an_address(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        good = await tried(connection, "ada", "192.0.2.7", NOW)
        await login_attempts.settle(connection, good, succeeded=True)
        await tried(connection, "bob", "192.0.2.7", NOW)
        await tried(connection, "eve", "192.0.2.8", NOW)
        found = await login_attempts.list_unsuccessful_from(
            connection, "192.0.2.7", NOW - SECOND, 10
        )
    assert found == [Attempt(None, NOW)]


async def test_a_forgotten_attempt_was_none(postgres: Postgres) -> None:
    async with postgres.transaction() as connection:
        attempt = await tried(connection, "ada", None, NOW)
        await login_attempts.delete_attempt(connection, attempt)
        assert await login_attempts.list_of_account(connection, ADA, NOW - SECOND, 10) == []
