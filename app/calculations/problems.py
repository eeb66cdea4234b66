"""Pydantic's findings, as field, expected and got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError

from app.errors import InvalidInput, Problem

MOST_PROBLEMS = 10
"""Problems that one answer lists; whoever sends more has a systematic mistake."""

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
    return InvalidInput([_problem(finding, model) for finding in findings])


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
        return _range(finding, model) or _TYPES.get(kind, str(finding["msg"]))
    if kind == "too_long":
        return f"at most {context['max_length']} items"
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters"
    return _TYPES.get(kind, str(finding["msg"]))


def _range(finding: Any, model: type[BaseModel]) -> str | None:
    """The whole range of a bounded field, so that one answer tells both ends."""
    field = model.model_fields.get(str(finding["loc"][0])) if finding["loc"] else None
    metadata = field.metadata if field is not None and len(finding["loc"]) == 1 else []
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


def _beginning(got: Any) -> Any:
    return got[:64].decode("utf-8", "replace") if isinstance(got, bytes) else got
