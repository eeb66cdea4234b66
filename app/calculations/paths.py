"""Where fields of a request stand, and which field a name at another place was meant for."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

LONGEST_SHOWN = 64
"""Characters of an unknown name that an answer repeats."""
_NEAR, _NEAR_ELSEWHERE = 0.75, 0.85

_SYNONYMS: tuple[frozenset[str], ...] = (
    frozenset({"latitude", "lat"}),
    frozenset({"longitude", "lon", "lng", "long"}),
    frozenset({"timezone", "tz", "tzid", "time_zone", "zone"}),
    frozenset({"date", "julian_day", "jd", "datetime", "birth_date", "birthdate", "day"}),
    frozenset({"time", "birth_time", "birthtime"}),
    frozenset({"altitude", "elevation"}),
    frozenset({"terms", "term_system", "bounds"}),
    frozenset({"house_system", "hsys"}),
    frozenset({"planets", "points", "bodies"}),
    frozenset({"natal_chart", "natal", "birth", "chart", "chart1"}),
    frozenset({"chart2", "partner"}),
)
"""Names for one thing. Of these the fields of a request are meant, whichever they are."""


def kinds(known: FieldInfo) -> tuple[Any, ...]:
    """The type of a field, or the members of its union, without what is annotated to them."""
    return _kinds(known.annotation)


def items(known: FieldInfo) -> tuple[Any, ...]:
    """The types of what a list in a field holds."""
    lists = typing.get_args(known.annotation)
    return tuple(kind for item in lists for kind in _kinds(item))


def _kinds(kind: Any) -> tuple[Any, ...]:
    union = typing.get_origin(kind) in {types.UnionType, typing.Union}
    members = typing.get_args(kind) if union else (kind,)
    return tuple(getattr(member, "__origin__", member) for member in members)


def is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


@cache
def paths_of(model: type[BaseModel]) -> Mapping[str, str]:
    """The dotted path of every field of a request, by its name, the outermost of each name."""
    paths: dict[str, str] = {}
    level: list[tuple[str, type[BaseModel]]] = [("", model)]
    while level:
        inner = []
        for path, owner in level:
            for name, known in owner.model_fields.items():
                paths.setdefault(name, f"{path}{name}")
                nested = (kind for kind in kinds(known) if is_model(kind))
                inner += [(f"{path}{name}.", kind) for kind in nested]
        level = inner
    return paths


def meant(name: str, path: str, owner: type[BaseModel], root: type[BaseModel]) -> str | None:
    """The path of the field that an unknown one was meant for; None where none is like it.

    `path` ends in a dot, or is empty, and is where the unknown field stands, inside an `owner`.
    """
    here, everywhere = owner.model_fields, paths_of(root)
    name = name[:LONGEST_SHOWN].strip().lower()
    if name in here:  # in another case
        return f"{path}{name}"
    if name in everywhere:
        return everywhere[name]
    for synonym in synonyms(name):
        if synonym in here:
            return f"{path}{synonym}"
    for synonym in synonyms(name):
        if synonym in everywhere:
            return everywhere[synonym]
    if (near := _nearest(name, here, _NEAR)) is not None:
        return f"{path}{near}"
    near = _nearest(name, everywhere, _NEAR_ELSEWHERE)
    return None if near is None else everywhere[near]


def ignored(name: str, path: str, owner: type[BaseModel], root: type[BaseModel]) -> str:
    """The warning of a field that nobody read, with the one that it was meant for."""
    near = meant(name, path, owner, root)
    hint = f"; did you mean '{near}'?" if near else ""
    return f"field '{path}{name[:LONGEST_SHOWN]}' was ignored{hint}"


def synonyms(name: str) -> Iterator[str]:
    """Other names of the same thing, in alphabetical order."""
    for group in _SYNONYMS:
        if name in group:
            yield from sorted(group - {name})


def _nearest(name: str, names: Iterable[str], cutoff: float) -> str | None:
    near = difflib.get_close_matches(name, names, n=1, cutoff=cutoff)
    return near[0] if near else None
