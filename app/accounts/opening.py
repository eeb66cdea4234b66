"""Accounts for a command: the database that the server uses, running or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.accounts.context import Accounts
from app.accounts.first import first_accounts
from app.security.passwords import Passwords
from app.security.secrets import signing_keys
from app.settings import Settings
from app.storage.opening import open_storage


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Accounts]:
    """Accounts with the schema up to date; raises CannotOpenStorage, UnusableDataDirectory."""
    keys = signing_keys(settings)
    async with open_storage(settings, attach=True) as storage:
        with Passwords(settings.password_threads, settings.password_waiting) as passwords:
            accounts = Accounts(storage.postgres, keys, passwords, settings)
            await first_accounts(accounts)
            yield accounts
