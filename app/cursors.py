"""Where the next page of a list begins, as a text that callers bring back as they got it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import TypeVar

from app.errors import InvalidInput

_Place = TypeVar("_Place")


def cursor_of(place: bytes) -> str:
    """A place as it stands in a query: base64url, without the padding that would be escaped."""
    return urlsafe_b64encode(place).decode().rstrip("=")


def place_in(cursor: str, read: Callable[[bytes], _Place], whose: str = "another page") -> _Place:
    """What `read` makes of the place in a cursor, with its padding or without.

    Raises InvalidInput for what is none: where the text is not base64url, or `read` fails with
    ValueError, TypeError, AttributeError or OverflowError.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return read(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidInput.of("query.cursor", f"the next_cursor of {whose}", cursor) from error
