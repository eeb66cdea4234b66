"""Accounts on a database of their own, under the default settings and a clock set by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.accounts.context import Accounts
from app.security.passwords import Passwords
from app.security.secrets import SigningKeys
from app.settings import Settings
from app.storage.postgres import Postgres
from tests.accounts.samples import Clock
from tests.security.verifications import CountedPasswords
from tests.server import SECRET
from tests.storage.conftest import dsn, migrated, postgres, server_dsn  # noqa: F401 - fixtures


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    with CountedPasswords(workers=2, waiting=1000) as started:
        yield started


@pytest.fixture
def accounts(postgres: Postgres, passwords: Passwords, clock: Clock) -> Accounts:  # noqa: F811
    keys = SigningKeys(SECRET, (SECRET,))
    return Accounts(postgres, keys, passwords, Settings(_env_file=None), clock)
