"""Ids in paths and bodies."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from app.errors import NotFound

LONGEST_ID = 64
"""Characters of what is no id that an answer repeats: an id has 36."""


def id_of(text: str, missing: Callable[[str], NotFound]) -> UUID:
    """An id; of what is none there is nothing either, and it raises what `missing` says of that."""
    try:
        return UUID(text)
    except ValueError as error:
        raise missing(text[:LONGEST_ID]) from error
