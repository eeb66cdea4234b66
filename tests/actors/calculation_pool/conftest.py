"""All async tests of this folder run on the loop that the server runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import uvloop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The one kind of loop, for pytest-asyncio 1.4 or later."""
    return {"uvloop": uvloop.new_event_loop}
