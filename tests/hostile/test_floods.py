"""A body full of wrong items is refused at the first, before it costs a worker its life."""

from __future__ import annotations

import difflib
import json
from typing import Any

import pytest

from app.calculations.catalogue import catalogue
from app.calculations.execution import execution
from app.ephemeris.almanac import SwissAlmanac

ITEMS = 20_000
MOST_COMPARISONS = 20
"""Names that one answer looks up the nearest of: it lists at most ten problems."""


def floods() -> list[tuple[str, str, Any]]:
    """Every list and object of every request, full of names that nobody knows.

    A field that several requests inherit is flooded in one of them.
    """
    names = [f"SUNN{number}" for number in range(ITEMS)]
    fields = {
        (field, repr(known.annotation), repr(known.metadata)): (name, field)
        for name, entry in catalogue().items()
        for field, known in entry.request.model_fields.items()
    }
    return [
        (name, field, flood)
        for name, field in fields.values()
        for flood in (names, dict.fromkeys(names, 1.0), [{"points": names}] * 2)
    ]


@pytest.mark.parametrize(("name", "field", "flood"), floods(), ids=lambda value: str(value)[:40])
def test_few_names_are_compared(
    name: str,
    field: str,
    flood: Any,
    ephemeris: SwissAlmanac,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[object] = []
    nearest = difflib.get_close_matches

    def counted(*arguments: Any, **options: Any) -> list[Any]:
        compared.append(arguments)
        return nearest(*arguments, **options)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    body = json.dumps({**catalogue()[name].example, field: flood}).encode()
    assert execution(catalogue()[name])(body, ephemeris).status == 422
    assert len(compared) <= MOST_COMPARISONS
