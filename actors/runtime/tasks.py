"""What asyncio leaves to us: whose cancellation it is, and who failed first."""

from __future__ import annotations

import asyncio


def being_cancelled() -> bool:
    """Whether somebody ends this task; otherwise a CancelledError came out of the work itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def first_failure(tasks: list[asyncio.Task[None]]) -> BaseException | None:
    """The error that ended one of the tasks, at once; None when all have come to their end.

    No TaskGroup: it would wait without limit for the others before anybody gets an answer, and
    on 3.11 it leaves its own task marked as cancelled.
    """
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    return next((error for task in done if (error := task.exception()) is not None), None)


async def stuck_after_cancel(tasks: list[asyncio.Task[None]], within: float) -> bool:
    """Whether one of the tasks still runs `within` seconds after all were cancelled."""
    for task in tasks:
        task.cancel()
    if not tasks:
        return False
    done, stuck = await asyncio.wait(tasks, timeout=within)
    for task in done:
        if not task.cancelled():
            task.exception()  # retrieved: an error on the way out is no second crash
    return bool(stuck)
