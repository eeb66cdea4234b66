"""One real PostgreSQL for all tests, and an empty database of it for each."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from app.storage.migrate import MIGRATIONS, migrate, migrations_in
from app.storage.postgres import PoolLimits, Postgres, connect_options, dedicated
from tests.storage.servers import AS_ROOT, Owner, reached_by_all

collect_ignore = [
    *([] if AS_ROOT else ["test_embedded_as_root.py"]),
    *([] if AS_ROOT and reached_by_all() else ["test_embedded_ordinary_users.py"]),
]
LIMITS = PoolLimits(2, 1, slot_within=60.0, connect_within=60.0, statement_within=60.0)
_numbers = count()


def in_use(postgres: Postgres) -> int:
    """How many of its connections are lent, or about to be."""
    return postgres._bound - postgres._slots._value


@pytest.fixture(scope="session")
def server_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server: the one of NOCTURNA_TEST_DATABASE_URL, else one of our own."""
    given = os.environ.get("NOCTURNA_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with Owner(tmp_path_factory.mktemp("database")) as owner:
        yield owner.dsn


@pytest.fixture
async def dsn(server_dsn: str) -> AsyncIterator[str]:
    """The address of an empty database."""
    name = f"nocturna_test_{os.getpid()}_{next(_numbers)}"
    async with dedicated(server_dsn, connect_options(60.0, None)) as raw:
        await raw.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))
        finally:
            await raw.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def migrated(dsn: str) -> str:
    """The address of a database with our schema."""
    await migrate(dsn, migrations_in(MIGRATIONS))
    return dsn


@pytest.fixture
async def postgres(migrated: str) -> AsyncIterator[Postgres]:
    async with Postgres(migrated, LIMITS) as pool:
        yield pool


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A directory that everybody can reach, unlike those of pytest."""
    directory = Path(tempfile.mkdtemp(prefix="nocturna-test-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)
