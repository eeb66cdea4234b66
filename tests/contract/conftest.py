"""The servers of the table: one for nearly all, and one where nobody registers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.contract.world import CLOSED, OPEN, World
from tests.server import RunningServer


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with people, tokens and charts."""
    path = tmp_path_factory.mktemp("open")
    with RunningServer(path, OPEN) as running, closing(World(running)) as there:
        yield there


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One that registers nobody, and whose service tokens may be eternal."""
    path = tmp_path_factory.mktemp("closed")
    with RunningServer(path, CLOSED) as running, closing(World(running)) as there:
        yield there
