"""Thresholds before the ends of service tokens: each noted once, each told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.storage.postgres import Connection, Postgres
from app.storage.token_alerts import (
    FIRST,
    TokenAlert,
    find_next_unannounced,
    insert_due,
    list_watched,
)
from tests.storage.tokens import NOW, add_owner, add_token

THRESHOLDS = (7, 3, 1, 0)


async def note(connection: Connection, now: datetime = NOW, page: int = 100) -> None:
    """Note all that is due, page by page."""
    place = FIRST
    while True:
        until = now + timedelta(days=max(THRESHOLDS))
        following = await insert_due(connection, THRESHOLDS, now, until, place, page)
        if following is None:
            return
        place = following


async def noted(connection: Connection, token_id: UUID | None = None) -> list[int]:
    """The thresholds of all alerts, or those of one token, in the order they were raised."""
    query = (
        "SELECT threshold_days FROM token_alerts "
        "WHERE token_id = coalesce($1, token_id) ORDER BY id"
    )
    return [row["threshold_days"] for row in await connection.fetch(query, token_id)]


@pytest.mark.parametrize(
    ("days_left", "due"),
    [
        (7.1, []),
        (7.0, [7]),
        (3.5, [7]),
        (3.0, [7, 3]),
        (0.5, [7, 3, 1]),
        (0.0, [7, 3, 1, 0]),
        (-80.0, [7, 3, 1, 0]),
    ],
)
async def test_a_threshold_is_due_once_so_many_days_are_left(
    postgres: Postgres, days_left: float, due: list[int]
) -> None:
    async with postgres.connection() as connection:
        await add_token(connection, await add_owner(connection), ends_in=days_left, age=365)
        await note(connection)
        assert await noted(connection) == due


@pytest.mark.parametrize(("life", "due"), [(7.0, [3, 1]), (2.0, [1]), (0.5, []), (30.0, [7, 3, 1])])
async def test_a_threshold_before_the_life_of_a_token_does_not_count(
    postgres: Postgres, life: float, due: list[int]
) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        await add_token(connection, owner, ends_in=0.25, age=life - 0.25)
        await note(connection)
        assert await noted(connection) == due


async def test_a_threshold_is_noted_once_for_each_end(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        token = await add_token(connection, await add_owner(connection), ends_in=5, age=100)
        await note(connection)
        await note(connection)
        assert await noted(connection) == [7]
        await connection.execute(
            "UPDATE service_tokens SET expires_at = $2 WHERE id = $1", token, NOW + timedelta(6)
        )
        await note(connection)
        assert await noted(connection) == [7, 7]


async def test_nobody_needs_an_alert_for_what_is_over_or_never_ends(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        await add_token(connection, owner, ends_in=1, age=100, revoked=True)
        await add_token(connection, owner, ends_in=None, age=100)
        replaced = await add_token(connection, owner, ends_in=1, age=100)
        await add_token(connection, owner, ends_in=90, age=0, replaces=replaced)
        await note(connection)
        assert await noted(connection) == []


async def test_a_token_whose_successor_was_revoked_needs_alerts_again(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        replaced = await add_token(connection, owner, ends_in=5, age=100)
        await add_token(connection, owner, ends_in=90, age=0, replaces=replaced, revoked=True)
        await note(connection)
        assert await noted(connection, replaced) == [7]


@pytest.mark.parametrize("page", [1, 2, 3, 7, 8])
async def test_pages_leave_out_no_token_also_of_equal_ends(postgres: Postgres, page: int) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        tokens = [
            await add_token(connection, owner, ends_in=ends, age=100)
            for ends in (5, 5, 5, 6, 6, 6.5, 5)
        ]
        await note(connection, page=page)
        assert [await noted(connection, token) for token in tokens] == [[7]] * 7


async def test_an_end_beyond_all_dates_harms_nobody(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        for text in ("infinity", "-infinity", "4000-01-01 BC", "20000-01-01"):
            token = await add_token(connection, owner, ends_in=1, age=100)
            await connection.execute(
                f"UPDATE service_tokens SET expires_at = '{text}' WHERE id = $1",  # noqa: S608
                token,
            )
        await note(connection)
        assert await noted(connection) == []
        ends = [token.ends for token in await list_watched(connection, NOW, 10)]
        assert len(ends) == 4
        assert {float("inf"), float("-inf")} < set(ends)


async def taken(connection: Connection, now: datetime = NOW) -> Sequence[TokenAlert]:
    """All alerts that nobody has told of, the oldest first."""
    alerts: list[TokenAlert] = []
    while (alert := await find_next_unannounced(connection, now)) is not None:
        alerts.append(alert)
    return alerts


async def test_each_alert_is_taken_once_and_says_all_there_is_to_tell(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        token = await add_token(connection, owner, ends_in=2, age=100, name="bot")
        await note(connection)
        ends = (NOW + timedelta(2)).timestamp()
        assert await taken(connection) == [
            TokenAlert(token, "bot", days, ends, holds=True) for days in (7, 3)
        ]
        assert await taken(connection) == []


async def test_two_that_tell_at_once_do_not_tell_the_same(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        await add_token(connection, await add_owner(connection), ends_in=2, age=100)
        await note(connection)
    async with postgres.transaction() as one, postgres.transaction() as another:
        first = await find_next_unannounced(one, NOW)
        second = await find_next_unannounced(another, NOW)
        assert first is not None
        assert second is not None
        assert {first.threshold_days, second.threshold_days} == {7, 3}
        assert await find_next_unannounced(one, NOW) is None


async def test_what_was_not_told_after_all_is_taken_again(postgres: Postgres) -> None:
    async with postgres.connection() as connection:
        await add_token(connection, await add_owner(connection), ends_in=5, age=100)
        await note(connection)

    async def lose() -> None:
        async with postgres.transaction() as connection:
            await find_next_unannounced(connection, NOW)
            raise KeyError

    with pytest.raises(KeyError):
        await lose()
    async with postgres.connection() as connection:
        assert len(await taken(connection)) == 1


@pytest.mark.parametrize(
    "change", ["revoked_at = now()", "expires_at = now()", "expires_at = NULL"]
)
async def test_an_alert_no_longer_holds_for_a_token_that_was_revoked_or_renewed(
    postgres: Postgres, change: str
) -> None:
    async with postgres.connection() as connection:
        await add_token(connection, await add_owner(connection), ends_in=5, age=100)
        await note(connection)
        await connection.execute(f"UPDATE service_tokens SET {change}")  # noqa: S608
        assert [alert.holds for alert in await taken(connection)] == [False]


async def test_watched_are_those_that_end_next_then_those_that_ended_last_then_the_eternal(
    postgres: Postgres,
) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        by_end: dict[float | None, UUID] = {
            ends: await add_token(connection, owner, ends_in=ends, age=100)
            for ends in (None, 30, -2, 20, -1, 10, -3)
        }
        await add_token(connection, owner, ends_in=5, age=100, revoked=True)
        await add_token(connection, owner, ends_in=40, age=0, replaces=by_end[10])
        found = await list_watched(connection, NOW, 2)
    assert [token.id for token in found] == [by_end[ends] for ends in (10, 20, -1, -2, None)]
    assert [token.replaced for token in found] == [True, False, False, False, False]
