"""Tests of time run in virtual time, all others on the loop that the server runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import uvloop

from tests.actors.runtime.virtual_time import VirtualTimeLoop
from tests.storage.conftest import dsn, migrated, postgres, server_dsn  # noqa: F401


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The one kind of loop of a module, for pytest-asyncio 1.4 or later."""
    if item.path.name == "test_timing.py":
        return {"virtual": VirtualTimeLoop}
    return {"uvloop": uvloop.new_event_loop}
