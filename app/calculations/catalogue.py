"""The catalogue: one entry per public calculation, from which every door is made."""

from __future__ import annotations

import importlib
import pkgutil
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from app.astrology.almanac import Almanac
from app.calculations.provenance import ComputedFor
from app.calculations.request import CalculationRequest
from app.calculations.utc import told

Reply = TypeVar("Reply")


Asked = TypeVar("Asked", bound=CalculationRequest)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Reply]):
    """What a calculation found, and for exactly what; not `lasting` if it was for the present.

    `warnings` tell what only the result shows, beside what the request shows by itself.
    """

    reply: Reply
    computed_for: ComputedFor
    lasting: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a definition was published: author, work, chapter or page.

    `verified` only if the text itself was read for this project, or the values printed there are
    reproduced by a test.
    """

    citation: str
    verified: bool = False

    def __str__(self) -> str:
        return self.citation if self.verified else f"{self.citation} (not verified here)"


class Cost(StrEnum):
    """How long a calculation takes: INSTANT a few milliseconds, LONG may be cut into parts.

    VARIES is INSTANT but for requests that fall into parts.
    """

    INSTANT = "instant"
    LONG = "long"
    VARIES = "varies"


Split = Callable[[Any, Almanac], Sequence[Any]]
"""What a request falls into: JSON values, one a part, each at most about 200 ms of work.

A request that falls into none is answered at once.
"""
CheckWhole = Callable[[Any, Almanac], None]
"""Raises InvalidInput for a request whose answer only a stream may hold."""
ComputePart = Callable[[Any, Any, Almanac], Any]
"""One part of a request, from the value that `Split` gave it, as JSON values."""
Merge = Callable[[Any, Sequence[Any], Almanac], Answer[Any]]
"""The answer from all parts in their order."""


@dataclass(frozen=True, slots=True)
class Slicing:
    """How long work is cut: what deadlines, cancellation, progress and streams rest on.

    `streams` where a part is a list of rows that make sense as they come; then `check_whole` may
    refuse what is too long for one answer.
    """

    split: Split
    part: ComputePart
    merge: Merge
    streams: bool = False
    check_whole: CheckWhole | None = None

    def whole(self, request: Any, ephemeris: Almanac) -> Answer[Any]:
        """The answer at once, every part in its turn."""
        if self.check_whole is not None:
            self.check_whole(request, ephemeris)
        parts = [self.part(request, part, ephemeris) for part in self.split(request, ephemeris)]
        return self.merge(request, parts, ephemeris)


@dataclass(frozen=True, slots=True)
class Calculation:
    """One public calculation: its name at every door, its shapes, and what computes it."""

    name: str
    summary: str
    description: str
    cost: Cost
    request: type[CalculationRequest]
    reply: Any
    compute: Callable[[Any, Almanac], Answer[Any]]
    example: Mapping[str, Any]
    sources: tuple[Source, ...] = ()
    slicing: Slicing | None = None

    @property
    def explanation(self) -> str:
        """Markdown for people: what it is, and where its definitions were published."""
        if not self.sources:
            return self.description
        named = "\n".join(f"- {source}" for source in self.sources)
        return f"{self.description}\n\n**Sources**\n\n{named}"

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
    sources: Sequence[Source] = (),
) -> Callable[[Callable[[Asked, Almanac], Answer[Reply]]], Calculation]:
    """Make a catalogue entry of a function: annotations give the shapes, the docstring the text."""

    def entry(compute: Callable[[Asked, Almanac], Answer[Reply]]) -> Calculation:
        return _described(compute, name, Cost.INSTANT, told(compute), example, sources)

    return entry


def long_calculation(  # noqa: PLR0913 - what it is called, costs and falls into
    name: str,
    *,
    example: Mapping[str, Any],
    split: Split,
    part: ComputePart,
    streams: bool = False,
    check_whole: CheckWhole | None = None,
    cost: Cost = Cost.LONG,
    sources: Sequence[Source] = (),
) -> Callable[[Callable[[Asked, Sequence[Any], Almanac], Answer[Reply]]], Calculation]:
    """Make an entry for long work: the decorated function merges what the parts found."""

    def entry(merge: Callable[[Asked, Sequence[Any], Almanac], Answer[Reply]]) -> Calculation:
        slicing = Slicing(told(split), told(part), told(merge), streams, check_whole)
        described = _described(merge, name, cost, slicing.whole, example, sources)
        return replace(described, slicing=slicing)

    return entry


def _described(
    function: Callable[..., Answer[Any]],
    name: str,
    cost: Cost,
    compute: Callable[[Any, Almanac], Answer[Any]],
    example: Mapping[str, Any],
    sources: Sequence[Source],
) -> Calculation:
    hints = typing.get_type_hints(function)
    (reply,) = typing.get_args(hints["return"])
    text = " ".join((function.__doc__ or "").split())
    return Calculation(
        name=name,
        summary=text.split(". ")[0].removesuffix("."),
        description=text,
        cost=cost,
        request=hints["request"],
        reply=reply,
        compute=compute,
        example=MappingProxyType(dict(example)),
        sources=tuple(sources),
    )


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
