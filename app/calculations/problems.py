"""Pydantic's findings, as field, expected and got."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
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
    "bool_parsing": "true or false",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "extra_forbidden": "left out",
}


_OF_NUMBERS = frozenset(
    {
        *("greater_than_equal", "less_than_equal", "greater_than", "less_than"),
        *("float_type", "finite_number", "float_parsing"),
    }
)
_OF_WHOLE_NUMBERS = frozenset({"int_parsing", "int_parsing_size", "int_from_float"})
_RAW = "Input should be "
"""How pydantic begins what we have no words for."""


def invalid(
    error: ValidationError, model: type[BaseModel], *, textual: bool = False
) -> InvalidInput:
    """The same failure in our own words, the first `MOST_PROBLEMS` findings.

    `textual` values have come as text, as those of a query do.
    """
    findings = error.errors(include_url=False)[:MOST_PROBLEMS]
    problems = [problem_of(finding, model, textual=textual) for finding in findings]
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


def problem_of(finding: Any, model: type[BaseModel], *, textual: bool = False) -> Problem:
    """One finding in our own words."""
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
    expected = _expected(finding, model, textual=textual)
    return Problem(".".join(location) or "body", expected, got, kind)


def _expected(finding: Any, model: type[BaseModel], *, textual: bool) -> str:
    kind: str = finding["type"]
    context: Mapping[str, Any] = finding.get("ctx", {})
    if (text := context.get("expected")) is not None:
        return str(text) if kind == "unknown_name" else f"one of {text}"
    if kind in _OF_NUMBERS or kind in _OF_WHOLE_NUMBERS:
        number = _range(finding, model, textual=textual) or _TYPES.get(kind, "a number")
        mistyped = isinstance(finding["input"], str) and not textual
        return f"{number}, not text" if mistyped else number
    if kind == "int_type" and isinstance(finding["input"], str):
        return "a whole number, not text"
    length = _length(kind, context)
    return length or _TYPES.get(kind, str(finding["msg"]).removeprefix(_RAW))


def _length(kind: str, context: Mapping[str, Any]) -> str | None:
    """The bound that a list or a text has passed, None for what is wrong in another way."""
    if kind == "too_long":
        return f"at most {context['max_length']} items"
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters"
    if kind == "string_too_short":
        least = context["min_length"]
        return f"at least {least} character{'s' if least > 1 else ''}"
    return None


def _range(finding: Any, model: type[BaseModel], *, textual: bool) -> str | None:
    """The whole range of a bounded field, so that one answer tells both ends.

    A text is told which kind of number it should have been.
    """
    known = _field(finding["loc"], model)
    metadata = [] if known is None else [*known.metadata, *_inner_metadata(known)]
    low = next((m.ge for m in metadata if isinstance(m, Ge)), None)
    high = next((m.le for m in metadata if isinstance(m, Le)), None)
    whole = textual and known is not None and int in kinds(known)
    number = "a whole number" if whole else "a number"
    if low is not None and high is not None:
        return f"{number} within {low}..{high}"
    bounds = [bound for m in metadata for bound in _bounds(m)]
    if bounds and (textual or any(isinstance(m, Gt | Lt) for m in metadata)):
        return f"{number} {' and '.join(bounds)}"
    context: Mapping[str, Any] = finding.get("ctx", {})
    if "ge" in context:
        return f"at least {context['ge']}"
    if "le" in context:
        return f"at most {context['le']}"
    return None


def _bounds(piece: Any) -> Iterator[str]:
    """One end of a range in words, nothing for what is no end."""
    match piece:
        case Ge():
            yield f"of at least {piece.ge:g}"
        case Gt():
            yield f"above {piece.gt:g}"
        case Le():
            yield f"of at most {piece.le:g}"
        case Lt():
            yield f"below {piece.lt:g}"
        case _:
            return


def _field(location: Sequence[str | int], model: type[BaseModel]) -> FieldInfo | None:
    """The field at a location, None for what is no field."""
    known: FieldInfo | None = None
    fields: Mapping[str, FieldInfo] = model.model_fields
    for name in location:
        known = fields.get(str(name))
        if known is None:
            return None
        fields = next((kind.model_fields for kind in kinds(known) if is_model(kind)), {})
    return known


def _inner_metadata(known: FieldInfo) -> Iterator[Any]:
    for kind in typing.get_args(known.annotation):
        for piece in getattr(kind, "__metadata__", ()):
            yield from getattr(piece, "metadata", ())


def _beginning(got: Any) -> Any:
    return got[:64].decode("utf-8", "replace") if isinstance(got, bytes) else got
