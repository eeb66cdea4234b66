"""Requests about births whose time nobody knows, for every calculation that is about a birth."""

from __future__ import annotations

from typing import Any

from app.calculations.birth import BirthRequest
from app.calculations.catalogue import Calculation, catalogue

TIMED_POINTS = frozenset({"ASC", "MC", "FORTUNE"})
UNKNOWN = {"time": "unknown"}


def first_birth(entry: Calculation) -> str | None:
    """The field that holds the first birth: empty where it is the request, None without a birth."""
    if issubclass(entry.request, BirthRequest):
        return ""
    return next((name for name in ("natal_chart", "chart1") if name in entry.example), None)


def untimed(name: str, **changes: Any) -> dict[str, Any]:
    """The example of a calculation with a first birth of unknown time, without angles and lots."""
    entry = catalogue()[name]
    example = {field: _bodies(value) for field, value in entry.example.items()}
    field = first_birth(entry)
    assert field is not None
    born = {**example[field], **UNKNOWN} if field else UNKNOWN
    return {**example, **({field: born} if field else born), **changes}


def _bodies(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [one for one in value if not (isinstance(one, str) and one in TIMED_POINTS)]


ANSWERING = tuple(name for name, one in catalogue().items() if one.request.works_without_time)
"""The calculations that answer a birth of unknown time."""
