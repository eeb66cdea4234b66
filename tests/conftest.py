"""Fixtures that several packages of tests share."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest
from structlog.stdlib import ProcessorFormatter

from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from tests.server import RunningServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all tests that leave it as it was."""
    with RunningServer(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="session")
def ephemeris() -> SwissAlmanac:
    """Swiss Ephemeris with the shipped files, for the thread of the tests."""
    return SwissAlmanac([DATA])


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """No test leaves the log of a command behind, which would write where nobody reads."""
    hook = sys.excepthook
    yield
    sys.excepthook = hook
    for handler in logging.root.handlers[:]:
        if isinstance(handler.formatter, ProcessorFormatter):
            logging.root.removeHandler(handler)
