"""Commands on a database of their own."""

from __future__ import annotations

from tests.storage.conftest import dsn, server_dsn  # noqa: F401 - fixtures
