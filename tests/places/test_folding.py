"""Names as they are compared."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.folding import _LETTERS, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Île-de-France", "ile de france"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Ærøskøbing", "aeroskobing"),
        ("N'Djamena", "ndjamena"),
        ("Halle (Saale)", "halle saale"),
        ("  New\tYork ", "new york"),
        ("St. Louis", "saint louis"),
        ("St", "st"),
        ("Mt Isa", "mount isa"),
        ("İstanbul", "istanbul"),
        ("Đà Nẵng", "da nang"),
        ("Ὀδησσός", "οδησσοσ"),
        ("Орёл", "орел"),
        ("ガ", "ガ"),
        ("दिल्ली", "दिल्ली"),
        ("서울", "서울"),
        ("㎒", "mhz"),
        ("\ud800", ""),
    ],
)
def test_name_folds(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folded_text_can_be_written_and_has_no_line_in_it(text: str) -> None:
    assert b"\n" not in fold(text).encode()


def test_no_text_fills_the_memory() -> None:
    before = len(_LETTERS)
    fold("".join(map(chr, range(128, min(sys.maxunicode, 0x3000)))))
    assert len(_LETTERS) == before
