"""What all adapters of the public API share.

An adapter turns a legacy request into one for a catalogue entry, and the entry's reply back into
the legacy shape. It computes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from app.astrology.sky import Ephemeris
from app.calculations.catalogue import Calculation, catalogue
from app.calculations.execution import Run, accept, computed, guarded
from app.errors import InvalidInput
from app.wire import Outcome, encode, success

Payload = dict[str, Any]

_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?\s*\Z").match

NUMERIC_FIELDS = ("latitude", "longitude", "orb_multiplier", "orb_tolerance", "fold")
"""Fields where a number written as text is taken for the number, as the public API always did."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One legacy operation: which catalogue entry serves it, and the way there and back.

    `reply` is the shape of what `reply_of` returns. `flat` repeats the members of `data` at the
    top level, for clients that never looked inside.
    """

    name: str
    calculation: str
    request_of: Callable[[Payload], Payload]
    reply_of: Callable[[Any, Payload], Any]
    reply: Any
    flat: bool = False

    def entry(self) -> Calculation:
        return catalogue()[self.calculation]


def legacy_execution(adapter: Adapter) -> Run:
    """The function that answers requests for a legacy operation."""
    entry = adapter.entry()

    def run(body: bytes, ephemeris: Ephemeris) -> Outcome:
        payload = with_numbers(read_object(body))
        asked_fold = payload.get("fold")
        payload["fold"] = 0 if asked_fold is None else asked_fold
        request = accept(entry, adapter.request_of(payload))
        answer = entry.compute(request, ephemeris)
        data = encode(adapter.reply_of(answer.reply, payload))
        fragment = success(data)
        if adapter.flat:
            fragment += b"," + data[1:-1]
        warnings = _fold_warning(answer.computed_for["fold"], asked_fold)
        return computed(adapter.name, entry, request, answer, fragment, warnings)

    return guarded(run)


def read_object(body: bytes) -> Payload:
    """The JSON object of a body; raises InvalidInput."""
    try:
        payload = from_json(body or b"{}", allow_inf_nan=False)  # and no deeper than 200 levels
    except ValueError as error:
        got = body[:64].decode("utf-8", "replace")
        raise InvalidInput.of("body", f"valid JSON ({error})", got) from error
    if not isinstance(payload, dict):
        raise InvalidInput.of("body", "a JSON object", payload)
    return payload


def with_numbers(payload: Payload) -> Payload:
    """The payload with numbers where the public API takes numbers written as text."""
    for field in NUMERIC_FIELDS:
        value = payload.get(field)
        if isinstance(value, str):
            payload[field] = _number(field, value)
    return payload


def _number(field: str, text: str) -> float | int:
    if not _NUMBER(text):
        raise InvalidInput.of(field, "a number", text)
    return int(text) if field == "fold" and text.isdigit() else float(text)


def picked(payload: Payload, *names: str) -> Payload:
    """The members of these names that are present and not null."""
    return {name: payload[name] for name in names if payload.get(name) is not None}


BIRTH_FIELDS = ("date", "time", "latitude", "longitude", "timezone", "fold", "calendar")


def house_system(payload: Payload) -> Payload:
    """The house system where one is named; null and empty mean the default."""
    named = payload.get("house_system")
    return {} if named is None or named == "" else {"house_system": named}


def _fold_warning(used: int | None, asked: Any) -> list[str]:
    if used is None or asked is not None:
        return []
    return ["this local time occurred twice; the first occurrence was taken (fold=0)"]
