"""Closed sets of names, and how names are spelled."""

from __future__ import annotations

from enum import StrEnum


class Name(StrEnum):
    """A name of a closed set, hashed as the text that it is.

    An enum's own hash is a Python call, and a chart looks up hundreds of names.
    """

    __hash__ = str.__hash__


def spelled(name: str) -> str:
    """A name that somebody has written, as ours are: in capitals, with `_` between words."""
    return name.strip().upper().replace("-", "_").replace(" ", "_")
