"""The list of all calculations, made by a worker: half a second of schemas.

The operation `calculations/#list` has no route of its own, takes no body, and gives the JSON of the
list, without an envelope.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.calculations.catalogue import Calculation, Cost, catalogue
from app.calculations.execution import Run, guarded
from app.wire import Outcome, encode

LIST = "calculations/#list"
_SCHEMA_REFERENCE = "#/$defs/{model}"


class Described(TypedDict):
    """A calculation as the list of them tells it."""

    name: str
    summary: str
    description: str
    cost: Cost
    request_schema: Mapping[str, Any]
    reply_schema: Mapping[str, Any]
    example: Mapping[str, Any]
    sources: list[dict[str, Any]]


class Listing(TypedDict):
    """All calculations."""

    calculations: list[Described]


def operations() -> Mapping[str, Run]:
    """What a worker can be asked here."""
    return {LIST: guarded(_listed)}


def _listed(_: bytes, __: Almanac) -> Outcome:
    listing: Listing = {"calculations": [_described(entry) for entry in catalogue().values()]}
    return Outcome(200, encode(listing))


def _described(entry: Calculation) -> Described:
    return {
        "name": entry.name,
        "summary": entry.summary,
        "description": entry.description,
        "cost": entry.cost,
        "request_schema": entry.request_schema(_SCHEMA_REFERENCE),
        "reply_schema": entry.reply_schema(_SCHEMA_REFERENCE),
        "example": dict(entry.example),
        "sources": [
            {"citation": source.citation, "verified": source.verified} for source in entry.sources
        ],
    }
