"""Tasks that live as long as a block of code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from app.telemetry.logs import logger

_log = logger(__name__)


@asynccontextmanager
async def under_way(work: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    """Work without an end, for as long as the block lasts; it is cancelled and waited for then.

    Work that ends by a fault of ours is logged at once.
    """
    task = asyncio.create_task(work)
    task.add_done_callback(_log_fault)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


def _log_fault(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("work in the background ended", exc_info=error)
