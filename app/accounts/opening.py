"""Accounts for a command: the database that the server uses, running or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from app.accounts.context import Accounts
from app.accounts.first import first_accounts
from app.security.passwords import Passwords
from app.security.secrets import signing_keys
from app.settings import Settings
from app.storage.opening import open_storage

_T = TypeVar("_T")


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Accounts]:
    """Accounts with the schema up to date; raises CannotOpenStorage, UnusableDataDirectory."""
    keys = signing_keys(settings)
    async with open_storage(settings, attach=True) as storage:
        with Passwords(settings.password_threads, settings.password_waiting) as passwords:
            accounts = Accounts(storage.postgres, keys, passwords, settings)
            await first_accounts(accounts)
            yield accounts


def with_accounts(settings: Settings, work: Callable[[Accounts], Awaitable[_T]]) -> _T:
    """What some work on the accounts returns; for the main thread of a command."""

    async def opened() -> _T:
        async with open_accounts(settings) as accounts:
            return await work(accounts)

    return asyncio.run(opened())
