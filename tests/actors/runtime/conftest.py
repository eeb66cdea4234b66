"""All async tests of this folder run in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest

from actors.runtime import Supervisor
from tests.actors.runtime.virtual_time import VirtualTimeLoop

if TYPE_CHECKING:
    import asyncio


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The one kind of loop, for pytest-asyncio 1.4 or later."""
    return {"virtual": VirtualTimeLoop}


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    """A supervisor with the longest jitter, so that each pause is known."""
    async with Supervisor(drain_within=20.0, random=lambda: 1.0) as supervisor:
        yield supervisor
