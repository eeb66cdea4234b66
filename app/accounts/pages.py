"""Pages of accounts and of service tokens: where the next one begins, as a cursor."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from app.cursors import cursor_of, place_in
from app.storage.pages import Place
from app.storage.service_tokens import ServiceToken
from app.storage.users import User

LONGEST_CURSOR = 200


def cursor_after(last: User | ServiceToken) -> str:
    """The cursor of the page behind a row."""
    return cursor_of(f"{last.created_at.isoformat()} {last.id}".encode())


def place_of(cursor: str) -> Place:
    """Where the page of a cursor begins; raises InvalidInput."""
    return place_in(cursor, _place)


def _place(text: bytes) -> Place:
    instant, _, number = text.decode().partition(" ")
    return Place(datetime.fromisoformat(instant).astimezone(UTC), UUID(number))
