"""All async tests of this folder run in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.actors.runtime.virtual_time import VirtualTimeLoop
from tests.resilience.samples import Dependency


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The one kind of loop, for pytest-asyncio 1.4 or later."""
    return {"virtual": VirtualTimeLoop}


@pytest.fixture
async def dependency() -> Dependency:
    """A dependency behind an outbound with the default policy."""
    return Dependency()
