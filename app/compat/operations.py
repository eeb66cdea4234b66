"""All that a worker can be asked: every catalogue entry, and every legacy operation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from app.calculations import listing
from app.calculations.catalogue import Cost, catalogue
from app.calculations.execution import TEXT, Door, Run, executions, own_door, text_door
from app.compat import (
    chart_bodies,
    charts,
    direct,
    stateless,
    stateless_events,
    stateless_measures,
    stateless_pairs,
    stateless_points,
    stateless_stars,
    stateless_time,
)
from app.compat.legacy import Adapter, legacy_door

ADAPTERS: tuple[Adapter, ...] = (
    *direct.ADAPTERS,
    *stateless.ADAPTERS,
    *stateless_pairs.ADAPTERS,
    *stateless_time.ADAPTERS,
    *stateless_events.ADAPTERS,
    *stateless_stars.ADAPTERS,
    *stateless_points.ADAPTERS,
    *stateless_measures.ADAPTERS,
)
"""Those that need no stored chart, each by the name that is its path after /api/."""

EVERY: tuple[Adapter, ...] = (*ADAPTERS, *charts.CHART_ADAPTERS)
"""With those that are asked for stored charts."""


def operations() -> Mapping[str, Run]:
    """The function behind every operation, by name."""
    doors: list[Door[Any]] = [own_door(entry) for entry in catalogue().values()]
    doors += [text_door(entry) for entry in catalogue().values()]
    doors += [legacy_door(adapter) for adapter in EVERY]
    runs = {name: run for door in doors for name, run in executions(door).items()}
    return {**runs, **chart_bodies.operations(), **listing.operations()}


@cache
def long_operations() -> frozenset[str]:
    """Every operation that is cut into parts, in either shape."""
    names = [*catalogue(), *(adapter.name for adapter in EVERY)]
    return frozenset(name for name in names if cost_of(name) is Cost.LONG)


@cache
def cost_of(operation: str) -> Cost:
    """How long an operation takes; an adapter costs what its calculation costs."""
    adapter = next((one for one in EVERY if one.name == operation), None)
    name = adapter.calculation if adapter else operation.removeprefix(TEXT)
    return catalogue()[name].cost
