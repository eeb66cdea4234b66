"""All that a worker can be asked: every catalogue entry, and every legacy operation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from app.calculations.catalogue import Cost, catalogue
from app.calculations.execution import Run, execution
from app.compat import direct, stateless
from app.compat.legacy import Adapter, legacy_execution

ADAPTERS: tuple[Adapter, ...] = (*direct.ADAPTERS, *stateless.ADAPTERS)


@cache
def adapters() -> Mapping[str, Adapter]:
    """Legacy operations by name: the path after /api/."""
    return MappingProxyType({adapter.name: adapter for adapter in ADAPTERS})


def operations() -> Mapping[str, Run]:
    """The function behind every operation, by name."""
    own = {entry.name: execution(entry) for entry in catalogue().values()}
    return {**own, **{adapter.name: legacy_execution(adapter) for adapter in ADAPTERS}}


@cache
def cost_of(operation: str) -> Cost:
    """How long an operation takes; an adapter costs what its calculation costs."""
    adapter = adapters().get(operation)
    return catalogue()[adapter.calculation if adapter else operation].cost
