"""A worker's operation without a worker, and a database."""

from __future__ import annotations

import pytest

from app.ephemeris.almanac import SwissAlmanac
from tests.charts.asking import Asked
from tests.storage.conftest import dsn, migrated, postgres, server_dsn  # noqa: F401 - fixtures


@pytest.fixture
def asked(ephemeris: SwissAlmanac) -> Asked:
    return Asked(ephemeris)
