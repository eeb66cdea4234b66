"""No statement of ours reads a large table whole: every one of them is tried on many rows."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest

from app.storage import (
    access,
    administration,
    chart_words,
    charts,
    erasure,
    external_users,
    housekeeping,
    idempotency,
    locks,
    login_attempts,
    password_resets,
    profiles,
    roles,
    service_tokens,
    sessions,
    signing_keys,
    token_alerts,
    users,
)
from app.storage.administration import UserChange, UserFilter
from app.storage.charts import ChartContent, ChartOrder, ChartPlace, Listing
from app.storage.idempotency import IdempotentRequest
from app.storage.migrate import MIGRATIONS, migrate, migrations_in
from app.storage.pages import Place
from app.storage.postgres import Connection, Postgres, connect_options, dedicated
from app.storage.service_tokens import ServiceToken
from app.storage.sessions import Login, Session
from tests.server import in_a_thread
from tests.storage.conftest import LIMITS
from tests.storage.plans import ROWS, SMALL, Explaining, digest, fill, number, storage_functions
from tests.storage.plans import tables as counted_tables

Call = Callable[[Connection], Awaitable[object]]

NOW = datetime.now(UTC)
AGO = NOW - timedelta(days=60)
USER, FAMILY, TOKEN = number("user7"), number("family7"), number("token7")
REQUEST = IdempotentRequest("user:7", "key7", USER, b"digest")
LOGIN = Login(FAMILY, USER, "10.0.0.1", "curl", NOW)
SESSION = Session(number("session7"), LOGIN, NOW, None, None)
SERVICE_TOKEN = ServiceToken(uuid4(), USER, "bot", ("calculations",), TOKEN, NOW, NOW)
CHART = number("chart7")
CONTENT = ChartContent({"date": "1990-01-15"}, {"aspects": []}, 2440007.0, "an instant", "Ada")
AFTER_CHART: dict[str, ChartPlace] = {
    "created_at": ChartPlace(NOW - timedelta(minutes=50), CHART),
    "updated_at": ChartPlace(NOW - timedelta(minutes=50), CHART),
    "name": ChartPlace("person 7", CHART),
    "birth": ChartPlace(2440007.0, CHART),
}
SEARCHES = ((), ("77",), ("person",), ("person", "7"), ("person", "pers"))
AFTER_USER = Place(NOW - timedelta(minutes=50), USER)
AFTER_TOKEN = Place(NOW - timedelta(days=1), TOKEN)
DUE = ((7, 3, 1, 0), NOW, NOW + timedelta(days=7))


async def extract_all(connection: Connection) -> None:
    """What every table holds of somebody."""
    for table in await erasure.list_owned_tables(connection):
        await erasure.extract(connection, table, USER, 0, 1000)


async def change_chart(connection: Connection) -> None:
    chart = await charts.get_chart(connection, USER, CHART)
    assert await charts.update_chart(connection, chart, CONTENT) is not None


def listing_charts(listing: Listing) -> Call:
    return lambda c: charts.list_charts(c, USER, listing)


def listing_users(wanted: UserFilter, after: Place | None) -> Call:
    return lambda c: administration.list_users(c, wanted, after, 50)


def listing_tokens(after: Place | None, *, revoked: bool) -> Call:
    return lambda c: service_tokens.list_service_tokens(c, 50, after=after, revoked=revoked)


def purging(ended: housekeeping.Ended) -> Call:
    return lambda c: housekeeping.delete_ended(c, ended, AGO, 1000)


CALLS: dict[str, tuple[Call, ...]] = {
    "access.find_user": (lambda c: access.find_user(c, USER),),
    "access.find_login": (lambda c: access.find_login(c, USER, FAMILY),),
    "access.find_service": (lambda c: access.find_service(c, TOKEN),),
    "administration.find_first": (lambda c: administration.find_first(c, "someone7@example.org"),),
    "administration.has_superuser": (administration.has_superuser,),
    "administration.has_other_superuser": (lambda c: administration.has_other_superuser(c, USER),),
    "administration.list_users": tuple(
        listing_users(wanted, after)
        for after in (None, AFTER_USER)
        for wanted in (
            UserFilter(),
            UserFilter(search="someone77"),
            UserFilter(is_active=True),
            UserFilter(is_approved=False),
            UserFilter(is_approved=True),
            UserFilter(tier="free"),
        )
    ),
    "administration.update_user": (
        lambda c: administration.update_user(c, USER, UserChange(tier="pro")),
    ),
    "chart_words.insert_words": (
        lambda c: chart_words.insert_words(c, USER, CHART, frozenset({"ada", "berta"})),
    ),
    "chart_words.replace_words": (
        lambda c: chart_words.replace_words(c, USER, CHART, frozenset({"ada", "person"})),
    ),
    "chart_words.count_found": (lambda c: chart_words.count_found(c, USER, ["person", "7"], 1001),),
    "charts.get_chart": (lambda c: charts.get_chart(c, USER, CHART),),
    "charts.insert_chart": (lambda c: charts.insert_chart(c, USER, CONTENT, 100_000),),
    "charts.list_charts": tuple(
        listing_charts(Listing(order, 20, after, words, skip))
        for order in ChartOrder
        for after, skip in ((None, 0), (AFTER_CHART[order.key], 0), (None, 200))
        for words in SEARCHES
    ),
    "charts.update_chart": (change_chart,),
    "charts.delete_chart": (lambda c: charts.delete_chart(c, USER, CHART),),
    "charts.delete_some_charts": (lambda c: charts.delete_some_charts(c, USER, 1000),),
    "charts.count_charts": (lambda c: charts.count_charts(c, USER),),
    "erasure.list_owned_tables": (erasure.list_owned_tables,),
    "erasure.extract": (extract_all,),
    "erasure.read_at_one_instant": (erasure.read_at_one_instant,),
    "erasure.delete_user": (lambda c: erasure.delete_user(c, USER),),
    "external_users.user_of_subject": (lambda c: external_users.user_of_subject(c, "a-subject"),),
    "housekeeping.delete_ended": tuple(map(purging, housekeeping.PURGED.values())),
    "idempotency.find_claim": (lambda c: idempotency.find_claim(c, REQUEST),),
    "idempotency.find_earlier": (lambda c: idempotency.find_earlier(c, REQUEST),),
    "idempotency.settle": (lambda c: idempotency.settle(c, REQUEST, NOW, 200, b"{}"),),
    "idempotency.delete_claim": (lambda c: idempotency.delete_claim(c, REQUEST, NOW),),
    "locks.hold": (lambda c: locks.hold(c, locks.ADMINISTRATION),),
    "login_attempts.folded": (lambda c: login_attempts.folded(c, "Someone"),),
    "login_attempts.list_of_account": (
        lambda c: login_attempts.list_of_account(c, digest("name7"), AGO, 5),
    ),
    "login_attempts.list_unsuccessful_from": (
        lambda c: login_attempts.list_unsuccessful_from(c, "10.0.7.1", AGO, 50),
    ),
    "login_attempts.insert_attempt": (
        lambda c: login_attempts.insert_attempt(
            c, account_digest=b"digest", user_id=USER, address="10.0.0.1", at=NOW
        ),
    ),
    "login_attempts.settle": (lambda c: login_attempts.settle(c, 7, succeeded=True),),
    "login_attempts.delete_attempt": (lambda c: login_attempts.delete_attempt(c, 7),),
    "password_resets.insert_reset": (
        lambda c: password_resets.insert_reset(c, USER, b"digest", NOW),
    ),
    "password_resets.find_owner": (lambda c: password_resets.find_owner(c, digest("reset7"), NOW),),
    "password_resets.use_reset": (
        lambda c: password_resets.use_reset(c, USER, digest("reset7"), NOW),
    ),
    "password_resets.delete_resets": (lambda c: password_resets.delete_resets(c, USER),),
    "profiles.get_profile": (lambda c: profiles.get_profile(c, USER),),
    "profiles.update_profile": (
        lambda c: profiles.update_profile(c, USER, {"first_name": "Ada", "username": "ada"}),
    ),
    "profiles.set_password": (lambda c: profiles.set_password(c, USER, "a hash"),),
    "profiles.get_preferences": (lambda c: profiles.get_preferences(c, USER),),
    "profiles.lock_preferences": (lambda c: profiles.lock_preferences(c, USER),),
    "profiles.set_preferences": (lambda c: profiles.set_preferences(c, USER, {"orb": 5}),),
    "roles.list_roles": (roles.list_roles,),
    "roles.get_role": (lambda c: roles.get_role(c, "user"),),
    "roles.count_roles": (roles.count_roles,),
    "roles.put_role": (lambda c: roles.put_role(c, "reader", ["calculations"]),),
    "roles.delete_role": (lambda c: roles.delete_role(c, "reader"),),
    "roles.set_roles": (lambda c: roles.set_roles(c, USER, ["admin"]),),
    "service_tokens.insert_service_token": (
        lambda c: service_tokens.insert_service_token(c, SERVICE_TOKEN, b"digest"),
    ),
    "service_tokens.find_service_token": (lambda c: service_tokens.find_service_token(c, TOKEN),),
    "service_tokens.lock_service_token": (lambda c: service_tokens.lock_service_token(c, TOKEN),),
    "service_tokens.find_successor": (lambda c: service_tokens.find_successor(c, TOKEN),),
    "service_tokens.list_service_tokens": tuple(
        listing_tokens(after, revoked=revoked)
        for after in (None, AFTER_TOKEN)
        for revoked in (False, True)
    ),
    "service_tokens.list_ending": (
        lambda c: service_tokens.list_ending(c, NOW, NOW + timedelta(days=7), 50),
        lambda c: service_tokens.list_ending(
            c, NOW, NOW + timedelta(days=7), 50, after=SERVICE_TOKEN
        ),
    ),
    "service_tokens.list_unreplaced": (lambda c: service_tokens.list_unreplaced(c, 50),),
    "service_tokens.end_service_token": (
        lambda c: service_tokens.end_service_token(c, TOKEN, NOW),
    ),
    "service_tokens.revoke_service_token": (
        lambda c: service_tokens.revoke_service_token(c, TOKEN, NOW),
    ),
    "service_tokens.use_service_token": (
        lambda c: service_tokens.use_service_token(c, TOKEN, NOW),
    ),
    "service_tokens.write_last_uses": (
        lambda c: service_tokens.write_last_uses(
            c, {number(f"token{n}"): NOW.timestamp() for n in range(20)}
        ),
    ),
    "sessions.insert_session": (
        lambda c: sessions.insert_session(
            c, LOGIN, token_digest=b"digest", created_at=NOW, expires_at=NOW
        ),
    ),
    "sessions.find_owner": (lambda c: sessions.find_owner(c, digest("session7")),),
    "sessions.find_session": (lambda c: sessions.find_session(c, USER, digest("session7")),),
    "sessions.mark_used": (lambda c: sessions.mark_used(c, SESSION, NOW),),
    "sessions.mark_replaced": (lambda c: sessions.mark_replaced(c, SESSION, NOW),),
    "sessions.delete_oldest_of_family": (
        lambda c: sessions.delete_oldest_of_family(c, USER, FAMILY),
    ),
    "sessions.revoke_family": (lambda c: sessions.revoke_family(c, USER, FAMILY, NOW),),
    "sessions.revoke_all": (
        lambda c: sessions.revoke_all(c, USER, NOW),
        lambda c: sessions.revoke_all(c, USER, NOW, but=FAMILY),
    ),
    "sessions.revoke_oldest": (lambda c: sessions.revoke_oldest(c, USER, 50, NOW),),
    "sessions.list_families": (lambda c: sessions.list_families(c, USER, NOW, 50),),
    "signing_keys.find_strange": (lambda c: signing_keys.find_strange(c, [b"a", b"b"]),),
    "signing_keys.insert_fingerprint": (lambda c: signing_keys.insert_fingerprint(c, b"a"),),
    "token_alerts.list_watched": (lambda c: token_alerts.list_watched(c, NOW, 1000),),
    "token_alerts.insert_due": (
        lambda c: token_alerts.insert_due(c, *DUE, token_alerts.FIRST, 1000),
        lambda c: token_alerts.insert_due(c, *DUE, token_alerts.Place(NOW, TOKEN), 1000),
    ),
    "token_alerts.find_next_unannounced": (lambda c: token_alerts.find_next_unannounced(c, NOW),),
    "users.insert_user": (
        lambda c: users.insert_user(c, email="a@x.org", username="ada", password_hash=None),
    ),
    "users.get_user": (lambda c: users.get_user(c, USER),),
    "users.find_by_name": (lambda c: users.find_by_name(c, "Someone7@example.org"),),
    "users.lock_user": (lambda c: users.lock_user(c, USER),),
    "users.renew_hash": (lambda c: users.renew_hash(c, USER, "a hash", "another"),),
    "users.count_people": (users.count_people,),
}
"""How each function is tried; one that writes is undone."""


@pytest.fixture(scope="module")
def full(server_dsn: str) -> Iterator[str]:
    """The address of a database with our schema and many rows, which nobody changes."""
    name = f"nocturna_plans_{os.getpid()}"
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))

    async def administer(statement: str) -> None:
        async with dedicated(server_dsn, connect_options(60.0, None)) as raw:
            await raw.execute(statement)

    async def make() -> None:
        await administer(f"CREATE DATABASE {name}")
        await migrate(dsn, migrations_in(MIGRATIONS))
        async with Postgres(dsn, LIMITS) as postgres, postgres.connection() as connection:
            await fill(connection)

    in_a_thread(make())
    yield dsn
    in_a_thread(administer(f"DROP DATABASE {name} WITH (FORCE)"))


@asynccontextmanager
async def explaining(dsn: str) -> AsyncIterator[Explaining]:
    """A connection whose changes are undone."""
    async with Postgres(dsn, LIMITS) as postgres, postgres.connection() as connection:
        await connection.execute("BEGIN")
        yield Explaining(connection)
        await connection.execute("ROLLBACK")


def test_every_function_that_is_given_a_connection_is_tried() -> None:
    assert sorted(CALLS) == sorted(storage_functions())


async def test_every_table_is_large_or_said_to_be_small(full: str) -> None:
    async with Postgres(full, LIMITS) as postgres, postgres.connection() as connection:
        counts = await counted_tables(connection)
    assert {name for name, count in counts.items() if count < ROWS} == set(SMALL)


async def test_a_statement_without_an_index_is_noticed(full: str) -> None:
    async with explaining(full) as connection:
        await connection.fetch("SELECT id FROM users WHERE first_name = $1", "Ada")
        assert {found.table for found in connection.wholes} == {"users"}


@pytest.mark.parametrize("function", CALLS)
async def test_no_large_table_is_read_whole_by(full: str, function: str) -> None:
    for call in CALLS[function]:
        async with explaining(full) as connection:
            await call(connection)
            assert connection.asked
            assert connection.wholes == []
