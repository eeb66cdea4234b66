"""Published values that the code is held to; each case names its source and its tolerance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """What went in, what a source published, and how far an answer may be from it."""

    id: str
    source: str
    kind: str
    input: Mapping[str, Any]
    expect: Mapping[str, Any]
    tolerance: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.id}<{self.source}>"


def case(name: str) -> Case:
    """The case of that id; raises KeyError when there is none."""
    return _cases()[name]


def cases(kind: str) -> list[Case]:
    """All cases of a kind, in the order of the file."""
    return [found for found in _cases().values() if found.kind == kind]


@lru_cache(maxsize=1)
def _cases() -> dict[str, Case]:
    path = Path(__file__).with_name("cases.json")
    rows = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return {row["id"]: _case(row) for row in rows}


def _case(row: Mapping[str, Any]) -> Case:
    return Case(
        row["id"],
        row["source"],
        row["kind"],
        row["input"],
        row.get("expect", {}),
        row.get("tolerance", {}),
    )
