"""What the database tells every instance by itself, whoever makes the change."""

from __future__ import annotations

import asyncio

import pytest

from app.storage.access import CHANNEL
from app.storage.listener import Listener
from app.storage.postgres import Postgres
from app.storage.users import insert_user
from app.telemetry.tasks import under_way
from tests.server import LONG_ENOUGH


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO user_roles (user_id, role) VALUES ($1, 'admin')",
        "UPDATE user_roles SET role = 'admin' WHERE user_id = $1",
        "DELETE FROM user_roles WHERE user_id = $1",
        "UPDATE users SET is_superuser = true WHERE id = $1",
        "DELETE FROM users WHERE id = $1",
    ],
    ids=["a role given", "a role changed", "a role taken", "a superuser", "the end"],
)
async def test_whose_rights_change_is_told(migrated: str, postgres: Postgres, change: str) -> None:
    async with postgres.transaction() as connection:
        ada = await insert_user(
            connection, email="ada@example.com", username="ada", password_hash=None
        )
    heard, up = set[str](), asyncio.Event()
    listener = Listener(migrated, {CHANNEL: heard.add}, up.set, lambda: None)
    async with under_way(listener.run()):
        async with asyncio.timeout(LONG_ENOUGH):
            await up.wait()
        async with postgres.connection() as connection:
            await connection.execute(change, ada.id)
        await listener.catch_up()
        assert heard == {f"user:{ada.id}"}
