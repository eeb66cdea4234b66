"""The catalogue: one entry per public calculation, from which every door is made."""

from __future__ import annotations

import importlib
import pkgutil
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from app.astrology.sky import Ephemeris
from app.calculations.provenance import ComputedFor
from app.calculations.request import CalculationRequest

Reply = TypeVar("Reply")


Asked = TypeVar("Asked", bound=CalculationRequest)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Reply]):
    """What a calculation found, and for exactly what; not `lasting` if it was for the present."""

    reply: Reply
    computed_for: ComputedFor
    lasting: bool = True


class Cost(StrEnum):
    """How long a calculation takes: INSTANT is at most a few milliseconds, LONG may be seconds."""

    INSTANT = "instant"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Calculation:
    """One public calculation: its name at every door, its shapes, and what computes it."""

    name: str
    summary: str
    description: str
    cost: Cost
    request: type[CalculationRequest]
    reply: Any
    compute: Callable[[Any, Ephemeris], Answer[Any]]
    example: Mapping[str, Any]

    def request_schema(self, ref_template: str) -> dict[str, Any]:
        """JSON Schema of the request, its definitions under `$defs`."""
        return self.request.model_json_schema(ref_template=ref_template)

    def reply_schema(self, ref_template: str) -> dict[str, Any]:
        """JSON Schema of the reply, its definitions under `$defs`."""
        return TypeAdapter(self.reply).json_schema(ref_template=ref_template, mode="serialization")


def calculation(
    name: str,
    *,
    example: Mapping[str, Any],
    cost: Cost = Cost.INSTANT,
) -> Callable[[Callable[[Asked, Ephemeris], Answer[Reply]]], Calculation]:
    """Make a catalogue entry of a function: annotations give the shapes, the docstring the text."""

    def entry(compute: Callable[[Asked, Ephemeris], Answer[Reply]]) -> Calculation:
        hints = typing.get_type_hints(compute)
        (reply,) = typing.get_args(hints["return"])
        text = " ".join((compute.__doc__ or "").split())
        return Calculation(
            name=name,
            summary=text.split(". ")[0].removesuffix("."),
            description=text,
            cost=cost,
            request=hints["request"],
            reply=reply,
            compute=compute,
            example=MappingProxyType(dict(example)),
        )

    return entry


@cache
def catalogue() -> Mapping[str, Calculation]:
    """Every calculation by name, found by looking through the modules of this package."""
    package = importlib.import_module(__package__)
    found = [
        value
        for module in pkgutil.iter_modules(package.__path__)
        for value in vars(importlib.import_module(f"{__package__}.{module.name}")).values()
        if isinstance(value, Calculation)
    ]
    return MappingProxyType({entry.name: entry for entry in sorted(found, key=lambda e: e.name)})
