"""Look-ups beside the event loop, in a thread of their own.

The first one reads all cities, and names that are spelt alike take milliseconds.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from app.errors import Overloaded

MOST_LOOK_UPS = 100
"""That are made or wait: about a second of the longest ones, once the cities are read."""
RETRY_SOON = 1
_T = TypeVar("_T")
_P = ParamSpec("_P")

_thread = ThreadPoolExecutor(1, thread_name_prefix="places")
_places = threading.BoundedSemaphore(MOST_LOOK_UPS)


async def looked_up(look: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
    """What a look-up returns; raises what it does, or Overloaded where too many wait."""
    if not _places.acquire(blocking=False):
        msg = "too many cities are being looked up; try again in a second"
        raise Overloaded(msg, retry_after=RETRY_SOON)
    looking = _thread.submit(look, *given, **named)
    looking.add_done_callback(_left)  # also of one that nobody waits for any more
    return await asyncio.wrap_future(looking)


def _left(_: Future[_T]) -> None:
    _places.release()
