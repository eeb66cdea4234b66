"""Running what a command does; its log lines look as the server's, on standard error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from app.accounts.context import Accounts
from app.accounts.opening import open_accounts
from app.settings import Settings
from app.telemetry.logs import configure, log_setup

_T = TypeVar("_T")


def run(settings: Settings, work: Coroutine[Any, Any, _T]) -> _T:
    """What some work returns; for the main thread."""
    configure(log_setup(settings.service_name, settings.log_level, settings.log_format))
    return asyncio.run(work)


def run_on_accounts(settings: Settings, work: Callable[[Accounts], Awaitable[_T]]) -> _T:
    """What some work on the accounts returns: the database that the server uses, running or not."""

    async def opened() -> _T:
        async with open_accounts(settings) as accounts:
            return await work(accounts)

    return run(settings, opened())
