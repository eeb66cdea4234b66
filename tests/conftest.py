"""Fixtures that several packages of tests share."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings
from structlog._config import BoundLoggerLazyProxy
from structlog.stdlib import ProcessorFormatter

from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from tests.server import BOUNDLESS, RunningServer

settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all tests that leave it as it was: however many, no limit is reached."""
    with RunningServer(tmp_path_factory.mktemp("data"), BOUNDLESS) as running:
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
    if structlog.is_configured():
        structlog.reset_defaults()
        for module in [*sys.modules.values()]:
            if isinstance(log := vars(module).get("_log"), BoundLoggerLazyProxy):
                vars(log).pop("bind", None)  # by which it keeps the setup it was first used with
