"""The rows of service tokens: pages of them, ends that only come nearer, last uses in one go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.errors import NotFound
from app.storage import service_tokens
from app.storage.errors import Conflict
from app.storage.pages import Place
from app.storage.postgres import Connection, Postgres
from app.storage.service_tokens import ServiceToken
from tests.storage.tokens import NOW, add_owner, add_token

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def connection(postgres: Postgres) -> AsyncIterator[Connection]:
    async with postgres.connection() as borrowed:
        yield borrowed


@pytest.fixture
async def owner(connection: Connection) -> UUID:
    return await add_owner(connection)


async def find(connection: Connection, token_id: UUID) -> ServiceToken:
    found = await service_tokens.find_service_token(connection, token_id)
    assert found is not None
    return found[0]


def row(owner: UUID, **columns: object) -> ServiceToken:
    values: dict[str, object] = {
        "id": uuid4(),
        "user_id": owner,
        "name": "backend",
        "scopes": ("admin", "calculations"),
        "replaces": None,
        "created_at": NOW,
        "expires_at": NOW + timedelta(30),
        **columns,
    }
    return ServiceToken(**values)  # type: ignore[arg-type]  # as the table has them


async def test_a_token_comes_back_as_it_was_inserted(connection: Connection, owner: UUID) -> None:
    token = row(owner)
    await service_tokens.insert_service_token(connection, token, b"digest")
    assert await service_tokens.find_service_token(connection, token.id) == (token, b"digest")


async def test_an_unknown_token_is_not_found(connection: Connection) -> None:
    assert await service_tokens.find_service_token(connection, uuid4()) is None
    with pytest.raises(NotFound, match="not found"):
        await service_tokens.lock_service_token(connection, uuid4())
    with pytest.raises(NotFound, match="not found"):
        await service_tokens.revoke_service_token(connection, uuid4(), NOW)


async def test_a_token_of_an_owner_who_is_gone_is_refused(connection: Connection) -> None:
    with pytest.raises(Conflict) as refused:
        await service_tokens.insert_service_token(connection, row(uuid4()), b"digest")
    assert refused.value.constraint == "service_tokens_user_id_fkey"


async def test_a_token_is_revoked_once(connection: Connection, owner: UUID) -> None:
    token = await add_token(connection, owner, ends_in=30, age=0)
    await service_tokens.revoke_service_token(connection, token, NOW)
    assert (await find(connection, token)).revoked_at == NOW
    with pytest.raises(NotFound):
        await service_tokens.revoke_service_token(connection, token, NOW + MINUTE)
    with pytest.raises(NotFound):
        await service_tokens.lock_service_token(connection, token)
    assert (await find(connection, token)).revoked_at == NOW


async def test_pages_hold_every_token_once_newest_first(
    connection: Connection, owner: UUID
) -> None:
    tokens = [await add_token(connection, owner, ends_in=30, age=age // 2) for age in range(7)]
    seen: list[ServiceToken] = []
    after: Place | None = None
    while page := await service_tokens.list_service_tokens(connection, 2, after=after):
        seen += page
        after = Place(page[-1].created_at, page[-1].id)
    assert {token.id for token in seen} == set(tokens)
    assert len(seen) == len(tokens)
    assert [token.created_at for token in seen] == sorted(
        (token.created_at for token in seen), reverse=True
    )


async def test_revoked_tokens_are_listed_on_demand_only(
    connection: Connection, owner: UUID
) -> None:
    standing = await add_token(connection, owner, ends_in=30, age=1)
    revoked = await add_token(connection, owner, ends_in=30, age=0, revoked=True)
    listed = await service_tokens.list_service_tokens(connection, 10)
    assert [token.id for token in listed] == [standing]
    listed = await service_tokens.list_service_tokens(connection, 10, revoked=True)
    assert [token.id for token in listed] == [revoked, standing]


async def test_what_ends_between_two_times_is_listed_unless_it_has_a_successor(
    connection: Connection, owner: UUID
) -> None:
    soon = await add_token(connection, owner, ends_in=3, age=27)
    lapsed = await add_token(connection, owner, ends_in=-2, age=27)
    replaced = await add_token(connection, owner, ends_in=1, age=27)
    orphan = await add_token(connection, owner, ends_in=2, age=27)
    successor = await add_token(connection, owner, ends_in=30, age=0, replaces=replaced)
    await add_token(connection, owner, ends_in=30, age=0, replaces=orphan, revoked=True)
    await add_token(connection, owner, ends_in=1, age=0, revoked=True)
    await add_token(connection, owner, ends_in=None, age=0)
    await add_token(connection, owner, ends_in=-40, age=90)
    listed = await service_tokens.list_ending(
        connection, NOW - timedelta(30), NOW + timedelta(7), 10
    )
    assert [token.id for token in listed] == [lapsed, orphan, soon]
    behind = await service_tokens.list_ending(
        connection, NOW - timedelta(30), NOW + timedelta(7), 10, after=listed[0]
    )
    assert [token.id for token in behind] == [orphan, soon]
    assert await service_tokens.find_successor(connection, replaced) == successor
    assert await service_tokens.find_successor(connection, orphan) is None


async def test_tokens_without_a_successor_are_listed(connection: Connection, owner: UUID) -> None:
    replaced = await add_token(connection, owner, ends_in=1, age=27)
    successor = await add_token(connection, owner, ends_in=30, age=0, replaces=replaced)
    await add_token(connection, owner, ends_in=30, age=0, revoked=True)
    eternal = await add_token(connection, owner, ends_in=None, age=3)
    listed = await service_tokens.list_unreplaced(connection, 10)
    assert [token.id for token in listed] == [successor, eternal]


@pytest.mark.parametrize(
    ("ends_in", "asked", "expected"), [(30, 1, 1), (1, 30, 1), (None, 1, 1), (-3, 1, -3)]
)
async def test_an_end_only_comes_nearer(
    connection: Connection, owner: UUID, ends_in: float | None, asked: float, expected: float
) -> None:
    token = await add_token(connection, owner, ends_in=ends_in, age=10)
    await service_tokens.end_service_token(connection, token, NOW + timedelta(asked))
    assert (await find(connection, token)).expires_at == NOW + timedelta(expected)


@pytest.mark.parametrize(
    ("ends_in", "revoked", "usable"),
    [
        (1, False, True),
        (None, False, True),
        (0, False, False),
        (-1, False, False),
        (1, True, False),
    ],
)
async def test_a_use_is_written_while_the_token_stands(
    connection: Connection,
    owner: UUID,
    ends_in: float | None,
    revoked: bool,  # noqa: FBT001 - parameters of a table
    usable: bool,  # noqa: FBT001 - the same
) -> None:
    token = await add_token(connection, owner, ends_in=ends_in, age=10, revoked=revoked)
    assert await service_tokens.use_service_token(connection, token, NOW) is usable
    assert (await find(connection, token)).last_used_at == (NOW if usable else None)


async def test_a_use_never_goes_back_in_time(connection: Connection, owner: UUID) -> None:
    token = await add_token(connection, owner, ends_in=30, age=0)
    for moment in (NOW, NOW - MINUTE):
        assert await service_tokens.use_service_token(connection, token, moment)
    assert (await find(connection, token)).last_used_at == NOW


async def test_last_uses_of_many_tokens_are_written_at_once(
    connection: Connection, owner: UUID
) -> None:
    tokens = [await add_token(connection, owner, ends_in=30, age=0) for _ in range(5)]
    used = {token: NOW.timestamp() + index for index, token in enumerate(tokens)}
    await service_tokens.write_last_uses(connection, {**used, uuid4(): NOW.timestamp()})
    for token, moment in used.items():
        assert (await find(connection, token)).last_used_at == datetime.fromtimestamp(moment, UTC)


async def test_without_uses_nothing_is_asked(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def execute(_: Connection, query: str, *__: object) -> int:
        asked.append(query)
        return 0

    monkeypatch.setattr(Connection, "execute", execute)
    await service_tokens.write_last_uses(connection, {})
    assert asked == []
    await service_tokens.write_last_uses(connection, {uuid4(): NOW.timestamp()})
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("seconds", "written"), [(-3600, False), (0, False), (59.9, False), (60, True), (3600, True)]
)
async def test_a_row_is_written_at_most_once_a_minute_and_only_forward(
    connection: Connection,
    owner: UUID,
    seconds: float,
    written: bool,  # noqa: FBT001 - parameters of a table
) -> None:
    token = await add_token(connection, owner, ends_in=30, age=0)
    await service_tokens.write_last_uses(connection, {token: NOW.timestamp()})
    version = await connection.fetchval(
        "SELECT xmin::text FROM service_tokens WHERE id = $1", token
    )
    await service_tokens.write_last_uses(connection, {token: NOW.timestamp() + seconds})
    later = await connection.fetchval("SELECT xmin::text FROM service_tokens WHERE id = $1", token)
    assert (later != version) is written
    expected = NOW + timedelta(seconds=seconds) if written else NOW
    assert (await find(connection, token)).last_used_at == expected


async def test_last_uses_do_not_wait_for_a_row_that_is_being_changed(
    postgres: Postgres, connection: Connection, owner: UUID
) -> None:
    locked = await add_token(connection, owner, ends_in=30, age=0)
    free = await add_token(connection, owner, ends_in=30, age=0)
    async with postgres.transaction() as other:
        await service_tokens.lock_service_token(other, locked)
        used = dict.fromkeys((locked, free), NOW.timestamp())
        await service_tokens.write_last_uses(connection, used)
    assert (await find(connection, locked)).last_used_at is None
    assert (await find(connection, free)).last_used_at == NOW
