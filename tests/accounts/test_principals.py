"""Whose tokens are good: what is remembered, what makes it forgotten, what serves in need."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.accounts.context import Accounts
from app.accounts.principals import CHECK_AGAIN_SECONDS, LAST_SECONDS, Principals
from app.accounts.remembered import MOST_EACH
from app.errors import AppError, TokenExpired, Unauthenticated, Unavailable
from app.security.tokens import Claims, Kind, Principal, digest_of, issue, read
from app.storage.errors import DatabaseUnavailable
from app.storage.postgres import Connection
from app.storage.users import User
from tests.accounts.samples import Clock, person

_DAY = 86_400


class Database:
    """Lends connections of a real pool, counts them, and can be down."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self.asked = 0
        self.down = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        self.asked += 1
        if self.down:
            msg = "the database does not answer"
            raise DatabaseUnavailable(msg, retry_after=1)
        async with self._accounts.postgres.connection() as connection:
            yield connection

    async def execute(self, query: str, *arguments: object) -> None:
        async with self._accounts.postgres.connection() as connection:
            await connection.execute(query, *arguments)


@pytest.fixture
def database(accounts: Accounts) -> Database:
    return Database(accounts)


@pytest.fixture
def principals(accounts: Accounts, database: Database, clock: Clock) -> Principals:
    made = Principals(database.connection, accounts.keys, 100, clock)
    made.listening()
    return made


@pytest.fixture
async def ada(accounts: Accounts) -> User:
    return await person(accounts)


@dataclass
class Elsewhere:
    """An identity service that says of every token what it is told to, and counts."""

    says: Principal | AppError
    asked: int = 0

    async def principal(self, token: str) -> tuple[Principal, float]:
        return await self.confirmed(token), float("inf")

    async def confirmed(self, _: str) -> Principal:
        self.asked += 1
        if isinstance(self.says, AppError):
            raise self.says
        return self.says


ANN = Principal("identity:ann", uuid4(), "identity", frozenset({"calculations"}), "free", None)


async def test_a_confirmation_is_asked_for_whatever_is_remembered(principals: Principals) -> None:
    principals.identity = elsewhere = Elsewhere(ANN)
    assert await principals.bearer("Bearer x.y.z") == ANN
    assert await principals.confirmed("Bearer x.y.z") == ANN
    assert elsewhere.asked == 2


@pytest.mark.parametrize("refusal", [Unauthenticated("no"), TokenExpired("over")], ids=["no", "x"])
async def test_whoever_is_not_confirmed_is_forgotten(
    principals: Principals, refusal: AppError
) -> None:
    principals.identity = elsewhere = Elsewhere(ANN)
    await principals.bearer("Bearer x.y.z")
    elsewhere.says = refusal
    with pytest.raises(type(refusal)):
        await principals.confirmed("Bearer x.y.z")
    assert principals.known("Bearer x.y.z") is None
    with pytest.raises(type(refusal)):
        await principals.confirmed("Bearer never.seen.before")


async def test_while_nobody_confirms_what_is_remembered_stays(principals: Principals) -> None:
    principals.identity = elsewhere = Elsewhere(ANN)
    await principals.bearer("Bearer x.y.z")
    elsewhere.says = Unavailable("down")
    with pytest.raises(Unavailable):
        await principals.confirmed("Bearer x.y.z")
    assert principals.known("Bearer x.y.z") == ANN


@pytest.mark.parametrize("header", [None, "", "Basic x", "Bearer x.y.z"])
async def test_without_a_token_or_a_service_nobody_is_confirmed(
    principals: Principals, header: str | None
) -> None:
    if header is not None and "Bearer" not in header:
        principals.identity = Elsewhere(ANN)
    with pytest.raises(Unauthenticated):
        await principals.confirmed(header)


async def logged_in(accounts: Accounts, user: User, *scopes: str, minutes: int = 15) -> str:
    """The header of an access token that came from a login."""
    family = uuid4()
    async with accounts.postgres.connection() as connection:
        await connection.execute(
            "INSERT INTO sessions (family_id, user_id, token_digest, expires_at) "
            "VALUES ($1, $2, $3, now() + interval '7 days')",
            family,
            user.id,
            digest_of(str(family)),
        )
    now = accounts.clock()
    claims = Claims(
        str(user.id),
        Kind.ACCESS,
        frozenset(scopes or ("calculations",)),
        None,
        str(family),
        now,
        now + minutes * 60,
    )
    return f"Bearer {issue(accounts.keys, claims)}"


async def service(
    accounts: Accounts, user: User, *scopes: str, days: float | None = 30
) -> tuple[str, UUID]:
    """The header of a service token, and its row."""
    number, now = uuid4(), accounts.clock()
    ends = None if days is None else now + days * _DAY
    held = scopes or ("calculations",)
    claims = Claims(str(user.id), Kind.SERVICE, frozenset(held), str(number), None, now, ends)
    token = issue(accounts.keys, claims)
    async with accounts.postgres.connection() as connection:
        await connection.execute(
            "INSERT INTO service_tokens (id, user_id, token_digest, scopes, expires_at) "
            "VALUES ($1, $2, $3, $4, $5)",
            number,
            user.id,
            digest_of(token),
            list(held),
            None if ends is None else datetime.fromtimestamp(ends, UTC),
        )
    return f"Bearer {token}", number


async def test_who_was_verified_is_remembered(
    accounts: Accounts, principals: Principals, database: Database, ada: User
) -> None:
    header = await logged_in(accounts, ada)
    assert principals.known(header) is None
    first = await principals.bearer(header)
    assert first is not None
    assert (first.user_id, first.tier) == (ada.id, "free")
    assert first.scopes == {"calculations"}
    assert first.session_id is not None
    assert principals.known(header) is first
    assert await principals.bearer(header) is first
    assert database.asked == 1


@pytest.mark.parametrize("header", [None, "", "Basic abc", "bearer", "Token x"])
async def test_no_token_is_nobody(principals: Principals, header: str | None) -> None:
    assert await principals.bearer(header) is None


async def test_a_remembered_token_still_expires(
    accounts: Accounts, principals: Principals, clock: Clock, ada: User
) -> None:
    header = await logged_in(accounts, ada, minutes=2)
    await principals.bearer(header)
    clock.forward(121)
    assert principals.known(header) is None
    with pytest.raises(TokenExpired):
        await principals.bearer(header)


async def test_even_an_unchanged_token_is_asked_for_again(
    accounts: Accounts, principals: Principals, database: Database, clock: Clock, ada: User
) -> None:
    header = await logged_in(accounts, ada)
    await principals.bearer(header)
    clock.forward(CHECK_AGAIN_SECONDS + 1)
    await principals.bearer(header)
    assert database.asked == 2


async def test_nobody_may_do_more_than_the_account(
    accounts: Accounts, principals: Principals, ada: User
) -> None:
    header = await logged_in(accounts, ada, "calculations", "admin")
    found = await principals.bearer(header)
    assert found is not None
    assert found.scopes == {"calculations"}


async def test_nobody_may_do_more_than_the_token(
    accounts: Accounts, principals: Principals
) -> None:
    eve = await person(accounts, "eve", is_superuser=True)
    header, _ = await service(accounts, eve, "calculations")
    found = await principals.bearer(header)
    assert found is not None
    assert found.scopes == {"calculations"}


CHANGES = {
    "the session is revoked": "UPDATE sessions SET revoked_at = now() WHERE user_id = $1",
    "the session is deleted": "DELETE FROM sessions WHERE user_id = $1",
    "the account is disabled": "UPDATE users SET is_active = false WHERE id = $1",
    "the approval is taken back": "UPDATE users SET is_approved = false WHERE id = $1",
    "the account is deleted": "DELETE FROM users WHERE id = $1",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_in_the_database_is_told_and_ends_a_login(
    accounts: Accounts, principals: Principals, database: Database, ada: User, change: str
) -> None:
    header = await logged_in(accounts, ada)
    await principals.bearer(header)
    await database.execute(CHANGES[change], ada.id)
    principals.heard(f"user:{ada.id}")
    with pytest.raises(Unauthenticated, match="not valid any more"):
        await principals.bearer(header)


async def test_a_revoked_service_token_is_refused(
    accounts: Accounts, principals: Principals, database: Database, ada: User
) -> None:
    header, number = await service(accounts, ada)
    await principals.bearer(header)
    await database.execute("UPDATE service_tokens SET revoked_at = now() WHERE id = $1", number)
    principals.heard(f"token:{number}")
    with pytest.raises(Unauthenticated, match="revoked"):
        await principals.bearer(header)


async def test_a_service_token_whose_row_ends_earlier_ends_with_it(
    accounts: Accounts, principals: Principals, database: Database, clock: Clock, ada: User
) -> None:
    header, number = await service(accounts, ada)
    soon = datetime.fromtimestamp(clock.now, UTC) + timedelta(hours=1)
    await database.execute("UPDATE service_tokens SET expires_at = $2 WHERE id = $1", number, soon)
    found = await principals.bearer(header)
    assert found is not None
    assert found.expires_at == pytest.approx(soon.timestamp())
    clock.forward(3601)
    with pytest.raises(TokenExpired, match="expired"):
        await principals.bearer(header)


async def test_a_service_token_whose_row_is_over_has_expired(
    accounts: Accounts, principals: Principals, database: Database, clock: Clock, ada: User
) -> None:
    header, number = await service(accounts, ada)
    ended = datetime.fromtimestamp(clock.now, UTC) - timedelta(seconds=1)
    await database.execute("UPDATE service_tokens SET expires_at = $2 WHERE id = $1", number, ended)
    with pytest.raises(TokenExpired):
        await principals.bearer(header)


async def test_a_signed_token_without_a_row_is_refused(
    accounts: Accounts, principals: Principals, ada: User
) -> None:
    """Nor is one that was signed by the right key for the row of another."""
    header, number = await service(accounts, ada)
    now = accounts.clock()
    for token_id in (str(uuid4()), str(number)):
        scopes = frozenset({"calculations", "admin"})
        forged = Claims(str(ada.id), Kind.SERVICE, scopes, token_id, None, now, now + _DAY)
        with pytest.raises(Unauthenticated):
            await principals.bearer(f"Bearer {issue(accounts.keys, forged)}")
    assert await principals.bearer(header) is not None


@pytest.mark.parametrize("subject", ["service", "", "not-a-uuid", "ada@example.com"])
async def test_a_subject_that_is_no_account_is_refused(
    accounts: Accounts, principals: Principals, subject: str
) -> None:
    now = accounts.clock()
    claims = Claims(subject, Kind.ACCESS, frozenset(), None, None, now, now + 60)
    with pytest.raises(Unauthenticated):
        await principals.bearer(f"Bearer {issue(accounts.keys, claims)}")


async def test_a_login_of_one_account_does_not_serve_another(
    accounts: Accounts, principals: Principals, ada: User
) -> None:
    eve = await person(accounts, "eve")
    header, _ = await service(accounts, eve)
    assert await principals.bearer(header) is not None
    mixed = await logged_in(accounts, ada)
    token = mixed.removeprefix("Bearer ")
    claims = read(token, accounts.keys, accounts.clock())
    other = Claims(
        str(eve.id),
        Kind.ACCESS,
        claims.scopes,
        None,
        claims.session_id,
        claims.issued_at,
        claims.expires_at,
    )
    with pytest.raises(Unauthenticated):
        await principals.bearer(f"Bearer {issue(accounts.keys, other)}")


async def test_what_changes_while_it_is_asked_for_is_not_remembered(
    accounts: Accounts, database: Database, clock: Clock, ada: User
) -> None:
    header = await logged_in(accounts, ada)

    @asynccontextmanager
    async def connection() -> AsyncIterator[Connection]:
        async with database.connection() as lent:
            yield lent
            changing.heard(f"user:{uuid4()}")

    changing = Principals(connection, accounts.keys, 100, clock)
    changing.listening()
    assert await changing.bearer(header) is not None
    assert changing.known(header) is None


async def test_a_change_of_roles_concerns_everybody(
    accounts: Accounts, principals: Principals, ada: User
) -> None:
    header = await logged_in(accounts, ada)
    await principals.bearer(header)
    principals.heard("roles")
    assert principals.known(header) is None


async def test_while_nobody_listens_every_request_asks(
    accounts: Accounts, principals: Principals, database: Database, ada: User
) -> None:
    header = await logged_in(accounts, ada)
    await principals.bearer(header)
    principals.deaf()
    for _ in range(3):
        assert principals.known(header) is None
        assert await principals.bearer(header) is not None
    assert database.asked == 4
    await database.execute("UPDATE users SET is_active = false WHERE id = $1", ada.id)
    with pytest.raises(Unauthenticated):
        await principals.bearer(header)
    database.down = True
    with pytest.raises(DatabaseUnavailable):  # whoever was refused is not served in need either
        await principals.bearer(header)


async def test_while_the_database_is_down_a_verified_token_serves_a_minute(
    accounts: Accounts, principals: Principals, database: Database, clock: Clock, ada: User
) -> None:
    header = await logged_in(accounts, ada)
    await principals.bearer(header)
    clock.forward(200)
    database.down = True
    principals.deaf()
    clock.forward(LAST_SECONDS - 1)
    assert await principals.bearer(header) is not None
    clock.forward(2)
    with pytest.raises(DatabaseUnavailable):
        await principals.bearer(header)


async def test_in_need_a_token_still_expires_and_a_new_one_is_not_believed(
    accounts: Accounts, principals: Principals, database: Database, clock: Clock, ada: User
) -> None:
    header, other = await logged_in(accounts, ada, minutes=1), await logged_in(accounts, ada)
    await principals.bearer(header)
    database.down = True
    principals.deaf()
    with pytest.raises(DatabaseUnavailable):
        await principals.bearer(other)
    clock.forward(58)
    assert await principals.bearer(header) is not None
    clock.forward(2.1)
    with pytest.raises(TokenExpired):
        await principals.bearer(header)


async def test_who_was_verified_while_nobody_listens_is_forgotten_by_a_change(
    accounts: Accounts, principals: Principals, database: Database, ada: User
) -> None:
    principals.deaf()
    header = await logged_in(accounts, ada)
    await principals.bearer(header)
    principals.heard(f"user:{ada.id}")
    database.down = True
    with pytest.raises(DatabaseUnavailable):
        await principals.bearer(header)


async def test_while_nobody_listens_a_change_made_here_is_in_force_at_once(
    accounts: Accounts, principals: Principals, database: Database, ada: User
) -> None:
    """Whoever it concerns; what changed nothing takes no service away."""
    principals.deaf()
    header = await logged_in(accounts, ada)
    await principals.bearer(header)
    await principals.settle(changed=False)
    database.down = True
    assert await principals.bearer(header) is not None
    await principals.settle(changed=True)
    with pytest.raises(DatabaseUnavailable):
        await principals.bearer(header)


async def test_while_somebody_listens_a_change_made_here_is_waited_for(
    accounts: Accounts, principals: Principals, ada: User
) -> None:
    header = await logged_in(accounts, ada)
    await principals.bearer(header)

    async def hear() -> None:
        principals.heard(f"user:{ada.id}")

    other = await logged_in(accounts, await person(accounts, "eve"))
    await principals.bearer(other)
    principals.catch_up = hear
    await principals.settle(changed=True)
    assert principals.known(header) is None
    assert principals.known(other) is not None


async def test_one_token_in_many_spellings_is_asked_for_once(
    accounts: Accounts, principals: Principals, database: Database, ada: User
) -> None:
    token = (await logged_in(accounts, ada)).removeprefix("Bearer ")
    for scheme in ("bearer", "BEARER", "BeArEr", "Bearer"):
        for spaces in range(1, 50):
            assert await principals.bearer(scheme + " " * spaces + token + " ") is not None
    assert database.asked == 1
    assert principals.known(f"Bearer {token}") is not None


async def test_many_tokens_of_one_account_drive_out_nobody_else(
    accounts: Accounts, database: Database, clock: Clock, ada: User
) -> None:
    principals = Principals(database.connection, accounts.keys, MOST_EACH + 2, clock)
    principals.listening()
    eve = await logged_in(accounts, await person(accounts, "eve"))
    await principals.bearer(eve)
    headers = [await logged_in(accounts, ada) for _ in range(MOST_EACH + 3)]
    for header in headers:
        await principals.bearer(header)
    assert principals.known(eve) is not None
    assert [principals.known(header) is not None for header in headers] == (
        [False] * 3 + [True] * MOST_EACH
    )


async def test_once_somebody_listens_again_nothing_old_is_believed(
    accounts: Accounts, principals: Principals, database: Database, ada: User
) -> None:
    header = await logged_in(accounts, ada)
    await principals.bearer(header)
    principals.deaf()
    principals.listening()
    database.down = True
    with pytest.raises(DatabaseUnavailable):
        await principals.bearer(header)


async def test_no_more_is_remembered_than_there_is_room_for(
    accounts: Accounts, database: Database, clock: Clock, ada: User
) -> None:
    principals = Principals(database.connection, accounts.keys, 2, clock)
    principals.listening()
    headers = [await logged_in(accounts, ada) for _ in range(3)]
    for header in headers:
        await principals.bearer(header)
    assert [principals.known(header) is not None for header in headers] == [False, True, True]
    principals.heard(f"user:{ada.id}")
    assert all(principals.known(header) is None for header in headers)


async def test_the_last_use_of_service_tokens_is_collected(
    accounts: Accounts, principals: Principals, clock: Clock, ada: User
) -> None:
    header, number = await service(accounts, ada, days=None)
    await principals.bearer(header)
    clock.forward(10)
    principals.known(header)
    assert principals.take_used() == {number: clock.now}
    assert principals.take_used() == {}
