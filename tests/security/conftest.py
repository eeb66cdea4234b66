"""The servers that are attacked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.attacks import ORIGIN, UNLIMITED
from tests.server import LASTING_WINDOW, RunningServer


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that takes any number of attacks: what limits them has servers of its own."""
    environment = {
        **UNLIMITED,
        "NOCTURNA_CORS_ORIGINS": ORIGIN,
        "NOCTURNA_REFRESH_GRACE_SECONDS": "0",
        "NOCTURNA_LOG_LEVEL": "DEBUG",
    }
    with RunningServer(tmp_path_factory.mktemp("attacked"), environment) as running:
        yield running


@pytest.fixture(scope="session")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One that trusts no proxy, counts every address, and lets any browser call."""
    environment = {
        "NOCTURNA_RATE_LIMIT_AUTH": "1000",
        "NOCTURNA_RATE_LIMIT_WINDOW": str(LASTING_WINDOW),
        "NOCTURNA_LOGIN_FAILURES_PER_ADDRESS": "3",
        "NOCTURNA_CORS_ORIGINS": "*",
    }
    with RunningServer(tmp_path_factory.mktemp("narrow"), environment) as running:
        yield running


@pytest.fixture(scope="session")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The same behind proxies that it trusts."""
    environment = {
        "NOCTURNA_LOGIN_FAILURES_PER_ADDRESS": "3",
        "NOCTURNA_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
    }
    with RunningServer(tmp_path_factory.mktemp("proxied"), environment) as running:
        yield running
