"""The last use of each service token, written once a minute for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import NoReturn
from uuid import UUID

from app.errors import AppError
from app.storage.errors import StatementRefused
from app.storage.postgres import Postgres
from app.storage.service_tokens import write_last_uses

EVERY_SECONDS = 60.0

Take = Callable[[], Mapping[UUID, float]]
"""Gives the uses since it was last asked, in seconds since 1970."""


async def keep_writing(postgres: Postgres, take: Take, every: float = EVERY_SECONDS) -> NoReturn:
    """Write them every so many seconds, and a last time when cancelled."""
    waiting: dict[UUID, float] = {}
    try:
        while True:
            await asyncio.sleep(every)
            waiting |= take()
            if await _written(postgres, waiting):
                waiting = {}
    finally:
        await _written(postgres, {**waiting, **take()})


async def _written(postgres: Postgres, used: Mapping[UUID, float]) -> bool:
    """Whether they are stored now; while the database is down they wait."""
    try:
        async with postgres.connection() as connection:
            await write_last_uses(connection, used)
    except (AppError, StatementRefused):
        return False
    return True
