"""Pydantic's findings, as field, expected and got."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from app.calculations.paths import LONGEST_SHOWN, is_model, items, kinds, meant
from app.errors import InvalidInput, Problem

MOST_PROBLEMS = 10
"""Problems that one answer lists; whoever sends more has a systematic mistake."""
_MOST_COMPARED, _MOST_NAMED = 8, 4
"""Unknown fields beside a missing one that are compared with the known ones, and that are told."""

_TYPES: Mapping[str, str] = {
    "missing": "given",
    "string_type": "a string",
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "extra_forbidden": "left out",
}


def invalid(error: ValidationError, model: type[BaseModel]) -> InvalidInput:
    """The same failure in our own words, the first `MOST_PROBLEMS` findings."""
    findings = error.errors(include_url=False)[:MOST_PROBLEMS]
    problems = [_problem(finding, model) for finding in findings]
    hints = _hints([finding for finding in findings if finding["type"] == "missing"], model)
    return InvalidInput(
        [
            replace(problem, expected=f"given; {hints[problem.field]}")
            if problem.kind == "missing" and problem.field in hints
            else problem
            for problem in problems
        ]
    )


def _hints(missing: Sequence[Any], model: type[BaseModel]) -> dict[str, str]:
    """What the fields that nobody reads have to do with the missing ones, by the path of these.

    What looks like no field is told at the first one that is missing beside it.
    """
    lacking: dict[tuple[str, ...], list[str]] = {}
    beside: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for finding in missing:
        *parent, name = map(str, finding["loc"])
        if isinstance(finding["input"], Mapping):
            lacking.setdefault(tuple(parent), []).append(name)
            beside[tuple(parent)] = finding["input"]
    hints: dict[str, str] = {}
    for location, names in lacking.items():
        owner = _owner(location, model)
        if owner is None:
            continue
        path = "".join(f"{part}." for part in location)
        unread = [name for name in beside[location] if name not in owner.model_fields]
        for field, hint in _told(unread[:_MOST_COMPARED], names, path, owner, model):
            hints.setdefault(field, hint)
    return hints


def _told(
    unread: Sequence[str], lacking: Sequence[str], path: str, owner: type[BaseModel], model: Any
) -> Iterator[tuple[str, str]]:
    """Each missing field with what is told of the unread ones that are meant for it."""
    fields = [f"{path}{name}" for name in lacking]
    alike: dict[tuple[str, bool], list[str]] = {}
    for name in unread:
        near = f"{meant(name, path, owner, model)}."
        field = next((field for field in fields if near.startswith(f"{field}.")), fields[0])
        inside = near.startswith(f"{field}.") and near != f"{field}."
        alike.setdefault((field, inside), []).append(f"'{path}{name[:LONGEST_SHOWN]}'")
    for (field, inside), names in alike.items():
        several = len(names) > 1
        if inside:
            what = f"{'belong' if several else 'belongs'} inside {field}"
        else:
            what = f"{'are no fields' if several else 'is not a field'} of this request"
        yield field, f"{', '.join(names[:_MOST_NAMED])} {what}"


def _owner(location: Sequence[str], model: type[BaseModel]) -> type[BaseModel] | None:
    """The model of the object at a location."""
    owner: type[BaseModel] | None = model
    for name in location:
        if owner is None:
            return None
        if name.isdigit():
            continue
        known = owner.model_fields.get(name)
        owner = (
            None if known is None else next(filter(is_model, (*kinds(known), *items(known))), None)
        )
    return owner


def _problem(finding: Any, model: type[BaseModel]) -> Problem:
    kind: str = finding["type"]
    location = [str(part) for part in finding["loc"] if part != "[key]"]
    got = finding["input"]
    if kind == "missing":
        got = None
    if kind.startswith("json_"):
        return Problem("body", f"valid JSON ({finding['ctx']['error']})", _beginning(got), kind)
    if kind == "model_type" and not location:
        return Problem("body", "a JSON object", _beginning(got), kind)
    if kind == "too_long":
        got = f"{finding['ctx']['actual_length']} items"
    return Problem(".".join(location) or "body", _expected(finding, model), got, kind)


def _expected(finding: Any, model: type[BaseModel]) -> str:
    kind: str = finding["type"]
    context: Mapping[str, Any] = finding.get("ctx", {})
    if (text := context.get("expected")) is not None:
        return str(text) if kind == "unknown_name" else f"one of {text}"
    if kind in {"greater_than_equal", "less_than_equal", "float_type", "finite_number"}:
        number = _range(finding, model) or _TYPES.get(kind, str(finding["msg"]))
        untyped = kind == "float_type" and isinstance(finding["input"], str)
        return f"{number}, not text" if untyped else number
    if kind == "int_type" and isinstance(finding["input"], str):
        return "a whole number, not text"
    if kind == "too_long":
        return f"at most {context['max_length']} items"
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters"
    return _TYPES.get(kind, str(finding["msg"]))


def _range(finding: Any, model: type[BaseModel]) -> str | None:
    """The whole range of a bounded field, so that one answer tells both ends."""
    metadata = _metadata(finding["loc"], model)
    low = next((m.ge for m in metadata if isinstance(m, Ge)), None)
    high = next((m.le for m in metadata if isinstance(m, Le)), None)
    if low is not None and high is not None:
        return f"a number within {low}..{high}"
    context: Mapping[str, Any] = finding.get("ctx", {})
    if "ge" in context:
        return f"at least {context['ge']}"
    if "le" in context:
        return f"at most {context['le']}"
    return None


def _metadata(location: Sequence[str | int], model: type[BaseModel]) -> list[Any]:
    """What is annotated to the field at a location, nothing for what is no field."""
    known: FieldInfo | None = None
    fields: Mapping[str, FieldInfo] = model.model_fields
    for name in location:
        known = fields.get(str(name))
        if known is None:
            return []
        fields = next((kind.model_fields for kind in kinds(known) if is_model(kind)), {})
    return [] if known is None else [*known.metadata, *_inner_metadata(known)]


def _inner_metadata(known: FieldInfo) -> Iterator[Any]:
    for kind in typing.get_args(known.annotation):
        for piece in getattr(kind, "__metadata__", ()):
            yield from getattr(piece, "metadata", ())


def _beginning(got: Any) -> Any:
    return got[:64].decode("utf-8", "replace") if isinstance(got, bytes) else got
