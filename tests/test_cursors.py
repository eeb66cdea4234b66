"""Cursors: read as they were given, with padding and without."""

from __future__ import annotations

import pytest

from app.cursors import cursor_of, place_in
from app.errors import InvalidInput


@pytest.mark.parametrize("place", [b"", b"1", b"12", b"123", b"\xff\xfe?>"])
def test_a_cursor_is_read_with_its_padding_and_without(place: bytes) -> None:
    cursor = cursor_of(place)
    assert not set(cursor) & set("=+/&")
    padded = cursor + "=" * (-len(cursor) % 4)
    assert place_in(cursor, bytes) == place_in(padded, bytes) == place


@pytest.mark.parametrize("cursor", ["A", "é", "_w"])
def test_what_is_no_cursor_is_refused_by_the_name_of_the_field(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        place_in(cursor, bytes.decode, "a page of two")
    assert refused.value.problems[0].field == "query.cursor"
    assert "the next_cursor of a page of two" in refused.value.message


@pytest.mark.parametrize("failure", [ValueError, TypeError, AttributeError, OverflowError])
def test_a_place_that_cannot_be_read_is_refused(failure: type[Exception]) -> None:
    def read(_: bytes) -> None:
        raise failure

    with pytest.raises(InvalidInput):
        place_in(cursor_of(b"here"), read)
