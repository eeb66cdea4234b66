"""From request bytes to answer bytes: what a worker does with one catalogue entry."""

from __future__ import annotations

import difflib
import hashlib
import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from app.astrology.sky import Ephemeris
from app.astrology.zone_history import HISTORY_VERSION
from app.astrology.zones import TZDATA_VERSION
from app.calculations.catalogue import Answer, Calculation
from app.calculations.problems import invalid
from app.calculations.provenance import ENGINE
from app.calculations.request import CalculationRequest
from app.errors import AppError, InternalError
from app.wire import Outcome, canonical, encode, failed, failure, inside, success

MOST_WARNINGS = 10
"""Warnings in one answer."""

_log = logging.getLogger(__name__)


Run = Callable[[bytes, Ephemeris], Outcome]
"""Answers one request body; never raises."""


def guarded(run: Run) -> Run:
    """The same with every failure turned into an outcome; our faults are logged, without values."""

    def answer(body: bytes, ephemeris: Ephemeris) -> Outcome:
        try:
            return run(body, ephemeris)
        except AppError as error:
            return failed(error)
        except Exception as error:  # noqa: BLE001 - the worker outlives any request
            where = traceback.extract_tb(error.__traceback__)[-1]
            # Neither the message nor the body: both may hold birth data.
            _log.error(
                "calculation failed: %s at %s:%s",
                type(error).__name__,
                where.filename,
                where.lineno,
            )
            msg = "the calculation failed by a fault of this server; report the request_id"
            return Outcome(500, failure(InternalError(msg)))

    return answer


def execution(entry: Calculation) -> Run:
    """The function that answers requests for a catalogue entry."""

    def run(body: bytes, ephemeris: Ephemeris) -> Outcome:
        request = read(entry, body)
        answer = entry.compute(request, ephemeris)
        fragment = success(encode(answer.reply))
        return computed(entry.name, entry, request, answer, fragment, unknown_fields(request))

    return guarded(run)


def read(entry: Calculation, body: bytes) -> CalculationRequest:
    """The validated request; raises InvalidInput."""
    try:
        return entry.request.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise invalid(error, entry.request) from error


def accept(entry: Calculation, payload: Mapping[str, Any]) -> CalculationRequest:
    """The validated request of values that JSON held; raises InvalidInput."""
    try:
        # By way of JSON, whose rules for lists and nested objects the models are written for.
        return entry.request.model_validate_json(to_json(payload))
    except ValidationError as error:
        raise invalid(error, entry.request) from error


def computed(
    representation: str,
    entry: Calculation,
    request: CalculationRequest,
    answer: Answer[Any],
    fragment: bytes,
    warnings: list[str],
) -> Outcome:
    """The outcome around a ready fragment; `representation` names its shape."""
    digest = digest_of(representation, request)
    meta = {
        "calculation": entry.name,
        "digest": digest,
        "computed_for": answer.computed_for,
        "warnings": warnings,
    }
    return Outcome(200, fragment, inside(meta), digest, lasting=answer.lasting)


def digest_of(representation: str, request: CalculationRequest) -> str:
    """Names the content: equal requests, however they were written, have equal digests."""
    content = [ENGINE, TZDATA_VERSION, HISTORY_VERSION, representation, request.__dict__]
    return hashlib.blake2b(canonical(content), digest_size=16).hexdigest()


def unknown_fields(request: CalculationRequest) -> list[str]:
    """A warning for each field that no calculation of this name reads."""
    known = list(type(request).model_fields)
    return [_ignored(name, known) for name in list(request.model_extra or ())[:MOST_WARNINGS]]


def _ignored(name: str, known: list[str]) -> str:
    shown = name[:64]
    near = difflib.get_close_matches(shown, known, n=1, cutoff=0.75)
    return f"field '{shown}' was ignored" + (f"; did you mean '{near[0]}'?" if near else "")
