"""A line in the log is told of what was committed, and of nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from structlog.testing import capture_logs

from app.accounts import administration, erasure, password_changes, sessions
from app.accounts.administration import NewUser
from app.accounts.context import Accounts
from app.accounts.login import login
from app.accounts.password_changes import Proof
from app.accounts.registration import Registration, register
from app.accounts.renewal import Renewal, renew_all
from app.accounts.service_tokens import Wanted, create_service_token, revoke_service_token
from app.accounts.sessions import Origin
from app.keys import ACCOUNTS, PRINCIPAL, SETTINGS
from app.security.tokens import Principal
from app.storage.administration import UserChange
from app.storage.errors import Contended
from app.web import admin_users, service_tokens
from app.web.answers import REQUEST_ID
from app.web.bodies import BODY
from app.web.idempotency import HEADER
from tests.accounts.conftest import accounts, clock, passwords  # noqa: F401 - fixtures
from tests.accounts.samples import PASSWORD, person
from tests.storage.conftest import dsn, migrated, postgres, server_dsn  # noqa: F401 - fixtures

NEW_PASSWORD = "another horse battery"  # noqa: S105 - opens nothing


@dataclass(frozen=True, slots=True)
class Scene:
    """Somebody, and what they hold."""

    accounts: Accounts
    user_id: UUID
    token_id: UUID
    reset: str

    def request(self, body: bytes, key: str | None, **named: str) -> web.Request:
        """A request by an administrator."""
        app = web.Application()
        app[ACCOUNTS], app[SETTINGS] = self.accounts, self.accounts.settings
        headers: dict[str, str] = {"Content-Type": "application/json"}
        if key is not None:
            headers[HEADER] = key
        request = make_mocked_request("POST", "/", headers, app=app, match_info=named)
        request[BODY] = body
        scopes = frozenset({"calculations", "admin"})
        request[PRINCIPAL] = Principal("x", self.user_id, "access", scopes, "free", None)
        request[REQUEST_ID] = "of the test"
        return request


@pytest.fixture
async def scene(accounts: Accounts) -> Scene:  # noqa: F811
    user = await person(accounts)
    async with accounts.postgres.transaction() as connection:
        wanted = Wanted(user.id, frozenset({"calculations"}))
        token = await create_service_token(accounts, connection, wanted)
    reset = await password_changes.make_reset(accounts, user.id)
    await login(accounts, "ada", PASSWORD, Origin())
    return Scene(accounts, user.id, token.row.id, reset.secret)


Deed = Callable[[Scene], Awaitable[object]]


def _create_token(key: str | None) -> Deed:
    return lambda scene: service_tokens.create(scene.request(b"{}", key))


def _rotate(key: str | None) -> Deed:
    return lambda scene: service_tokens.rotate(
        scene.request(b"", key, token_id=str(scene.token_id))
    )


def _create_user(key: str | None) -> Deed:
    body = b'{"email": "berta@example.com", "username": "berta"}'
    return lambda scene: admin_users.create_user(scene.request(body, key))


DEEDS: dict[str, tuple[str, Deed]] = {
    "service token created": ("service_tokens", _create_token(None)),
    "service token created, under a key": ("service_tokens", _create_token("a key")),
    "service token renewed": ("service_tokens", _rotate(None)),
    "service token renewed, under a key": ("service_tokens", _rotate("a key")),
    "service token renewed, by a command": (
        "service_tokens",
        lambda scene: anext(aiter(renew_all(scene.accounts, Renewal(scene.token_id, force=True)))),
    ),
    "service token revoked": (
        "service_tokens",
        lambda scene: revoke_service_token(scene.accounts, scene.token_id),
    ),
    "user made": ("users", _create_user(None)),
    "user made, under a key": ("users", _create_user("a key")),
    "user made, by a command": (
        "users",
        lambda scene: administration.create_user(
            scene.accounts, NewUser("berta@example.com", "berta")
        ),
    ),
    "user changed": (
        "users",
        lambda scene: administration.change_user(
            scene.accounts, scene.user_id, UserChange(tier="pro"), ["admin"]
        ),
    ),
    "user deleted": (
        "users",
        lambda scene: administration.delete_user(scene.accounts, scene.user_id),
    ),
    "user deleted, by themselves": (
        "users",
        lambda scene: erasure.erase(scene.accounts, scene.user_id, Proof(PASSWORD)),
    ),
    "user registered": (
        "users",
        lambda scene: register(
            scene.accounts, Registration("berta@example.com", "berta", PASSWORD)
        ),
    ),
    "role changed": (
        "roles",
        lambda scene: administration.put_role(scene.accounts, "reader", ["calculations"]),
    ),
    "logged in": ("sessions", lambda scene: login(scene.accounts, "ada", PASSWORD, Origin())),
    "logged out everywhere": (
        "sessions",
        lambda scene: sessions.end_all(scene.accounts, scene.user_id),
    ),
    "password changed": (
        "users",
        lambda scene: password_changes.change_password(
            scene.accounts, scene.user_id, Proof(PASSWORD), NEW_PASSWORD, keep=None
        ),
    ),
    "password reset": (
        "users",
        lambda scene: password_changes.reset_password(scene.accounts, scene.reset, NEW_PASSWORD),
    ),
    "password reset made": (
        "password_resets",
        lambda scene: password_changes.make_reset(scene.accounts, scene.user_id),
    ),
}
"""What is told, and what is done to be told of, by the table that it changes."""


@asynccontextmanager
async def no_commits(accounts: Accounts, table: str) -> AsyncIterator[None]:  # noqa: F811
    """A database that refuses every change of a table, at the commit."""
    async with accounts.postgres.connection() as connection:
        await connection.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '40001'; END $$"
        )
        await connection.execute(
            f"CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    yield
    async with accounts.postgres.connection() as connection:
        await connection.execute("DROP FUNCTION refuse() CASCADE")


async def told(deed: Deed, scene: Scene) -> list[str]:
    """The lines about accounts and tokens that something leaves, whether it succeeds or not."""
    with capture_logs() as lines:
        try:
            await deed(scene)
        except Contended:
            lines.append({"event": "refused", "log_level": "info"})
    return [line["event"] for line in lines if line["log_level"] == "info"]


@pytest.mark.parametrize("name", DEEDS)
async def test_what_was_not_committed_leaves_no_line(scene: Scene, name: str) -> None:
    table, deed = DEEDS[name]
    async with no_commits(scene.accounts, table):
        assert await told(deed, scene) == ["refused"]
    assert await told(deed, scene) == [name.partition(",")[0]]


async def test_an_answer_that_is_repeated_leaves_no_second_line(scene: Scene) -> None:
    for deed, line in (
        (_create_token("a key"), "service token created"),
        (_create_user("another key"), "user made"),
    ):
        assert await told(deed, scene) == [line]
        assert await told(deed, scene) == []
