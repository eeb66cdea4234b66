"""Closed sets of names."""

from __future__ import annotations

from enum import StrEnum


class Name(StrEnum):
    """A name of a closed set, hashed as the text that it is.

    An enum's own hash is a Python call, and a chart looks up hundreds of names.
    """

    __hash__ = str.__hash__
