"""No published case is left unused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))["cases"]
TESTS = "".join(path.read_text() for path in HERE.parent.rglob("test_*.py"))
VEDIC = {"vimshottari_balance", "vedic_conventions"}
"""Kinds of techniques that are not built yet."""


@pytest.mark.parametrize("row", CASES, ids=lambda row: row["id"])
def test_a_case_is_used_by_its_kind_or_by_its_name(row: dict[str, str]) -> None:
    used = f'cases("{row["kind"]}")' in TESTS or f'"{row["id"]}"' in TESTS
    assert used or row["kind"] in VEDIC
