"""An identity service that can fail, and a client of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from app.resilience.registry import Registry
from app.security.secrets import SigningKeys
from app.settings import Settings
from app.storage.migrate import MIGRATIONS, migrate, migrations_in
from app.storage.postgres import Postgres, connect_options, dedicated
from app.telemetry.metrics import Metrics
from tests.server import in_a_thread
from tests.services.identity_double import IdentityDouble
from tests.storage.conftest import LIMITS, server_dsn  # noqa: F401

KEYS = SigningKeys("k" * 32, ("k" * 32, "previous" * 4))
IMPATIENT = {
    "outbound_retry_delay": 0.01,
    "outbound_retry_max_delay": 0.02,
    "circuit_recovery_timeout": 60.0,
}
"""Pauses that a test can wait for."""


@pytest.fixture
def double() -> Iterator[IdentityDouble]:
    with IdentityDouble() as running:
        yield running


@pytest.fixture
def registry() -> Registry:
    return Registry(Metrics())


@pytest.fixture(scope="session")
def shared_dsn(server_dsn: str) -> Iterator[str]:  # noqa: F811 - the fixture
    """The address of a database with our schema, which is left empty."""
    name = f"nocturna_services_{os.getpid()}"
    address = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))

    async def create() -> None:
        async with dedicated(server_dsn, connect_options(60.0, None)) as raw:
            await raw.execute(f"CREATE DATABASE {name}")
        await migrate(address, migrations_in(MIGRATIONS))

    async def drop() -> None:
        async with dedicated(server_dsn, connect_options(60.0, None)) as raw:
            await raw.execute(f"DROP DATABASE {name} WITH (FORCE)")

    in_a_thread(create())
    yield address
    in_a_thread(drop())


@pytest.fixture
async def postgres(shared_dsn: str) -> AsyncIterator[Postgres]:
    async with Postgres(shared_dsn, LIMITS) as pool:
        yield pool
        async with pool.connection() as connection:
            await connection.execute("DELETE FROM users")


def settings(url: str | None = None, **changes: Any) -> Settings:
    """Settings with a service at an address, and no patience."""
    values = {"identity_service_url": url, **IMPATIENT, **changes}
    return Settings().model_copy(update=values)


def outcomes(registry: Registry) -> dict[str, int]:
    """Calls of the service by outcome."""
    found: dict[str, int] = {}
    for (_, _, outcome), count in registry.requests.values.items():
        found[outcome] = found.get(outcome, 0) + count.value
    return found
