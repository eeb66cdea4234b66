"""The compatible operations that need no stored chart, by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from app.compat.legacy import Adapter
from app.compat.operations import ADAPTERS


@cache
def adapters() -> Mapping[str, Adapter]:
    """Each by the path after /api/."""
    return MappingProxyType({adapter.name: adapter for adapter in ADAPTERS})
