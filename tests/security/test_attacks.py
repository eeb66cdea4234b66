"""The attacks on accounts, tokens and rights: a table of what was tried, and where it fails.

Every row names the tests that hold it, and every test of these modules belongs to a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import pytest

from tests.security import (
    test_attacks_headers,
    test_attacks_logins,
    test_attacks_rights,
    test_attacks_secrets,
    test_attacks_texts,
    test_attacks_tokens,
)

TABLE: Mapping[str, tuple[ModuleType, tuple[str, ...]]] = {
