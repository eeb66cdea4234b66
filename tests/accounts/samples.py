"""Accounts for tests: a clock that is set by hand, other settings, people."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

from app.accounts.context import Accounts
from app.storage.users import User, insert_user

PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing


@dataclass(slots=True)
class Clock:
    """Seconds since 1970: the real ones at first, then only as told.

    Whole ones: the database keeps microseconds, and sums of others are off by less.
    """

    now: float = field(default_factory=lambda: float(int(time.time())))

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


def changed(accounts: Accounts, **settings: Any) -> Accounts:
    """The same accounts under other settings, by the names of their fields."""
    return replace(accounts, settings=accounts.settings.model_copy(update=settings))


async def person(accounts: Accounts, name: str = "ada", **columns: Any) -> User:
    """Somebody with a user name, an address `<name>@example.com` and the password `PASSWORD`."""
    given = {
        "email": f"{name}@example.com",
        "username": name,
        "password_hash": await accounts.passwords.hashed(PASSWORD),
        **columns,
    }
    async with accounts.postgres.transaction() as connection:
        return await insert_user(connection, **given)
