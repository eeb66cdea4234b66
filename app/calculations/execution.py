"""From request bytes to answer bytes: what a worker does with one catalogue entry."""

from __future__ import annotations

import hashlib
import logging
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import to_json

from app.astrology.almanac import Almanac
from app.astrology.zone_history import HISTORY_VERSION
from app.astrology.zones import TZDATA_VERSION
from app.calculations.advice import warnings_of
from app.calculations.birth import present
from app.calculations.catalogue import Answer, Calculation, Slicing
from app.calculations.placed import placed
from app.calculations.problems import invalid
from app.calculations.provenance import ENGINE
from app.calculations.request import CalculationRequest
from app.calculations.text import text_of
from app.errors import AppError, CalculationFailed, InternalError, InvalidInput
from app.wire import (
    CUT,
    Outcome,
    canonical,
    decode,
    encode,
    failed,
    failure,
    inside,
    success,
    unpaired,
)

_log = logging.getLogger(__name__)


Context = TypeVar("Context")

_SCALARS = frozenset({str, int, float, bool, type(None)})

TEXT = "text:"
"""Before the name of an operation: its answer as text."""

Run = Callable[[bytes, Almanac], Outcome]
"""Answers one request body; never raises."""

_SAME: Mapping[str, str] = MappingProxyType({})


def guarded(run: Run, names: Mapping[str, str] = _SAME) -> Run:
    """The same with every failure turned into an outcome; our faults are logged, without values.

    `names` are what the caller calls fields that have another name here.
    """

    def answer(body: bytes, ephemeris: Almanac) -> Outcome:
        try:
            return run(body, ephemeris)
        except (InvalidInput, CalculationFailed) as error:
            return failed(error.renamed(names) if names else error)
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


@dataclass(frozen=True, slots=True)
class Door(Generic[Context]):
    """How one operation reads a request and shows its answer; what is between is the entry's.

    `read` gives the request, and what `show` needs to know of how it was written. `names` are
    what callers at this door call fields that have another name in the entry.
    """

    name: str
    entry: Calculation
    read: Callable[[bytes], tuple[CalculationRequest, Context]]
    show: Callable[[CalculationRequest, Context, Answer[Any]], Outcome]
    names: Mapping[str, str] = field(default_factory=dict)


def executions(door: Door[Any]) -> Mapping[str, Run]:
    """The functions that answer requests at a door, by operation.

    Beside the whole answer there are, for work that is cut into parts: `#cut` tells the parts, or
    answers where there are none, `#part` computes one, and `#merge` joins them. Of a stream `#rows`
    tells the parts, and `#lines` gives one. The bodies of `#part`, `#merge` and `#lines` are the
    request paired with the part, or with all parts.
    """
    runs: dict[str, Run] = {door.name: guarded(_whole(door), door.names)}
    slicing = door.entry.slicing
    if slicing is not None:
        runs[f"{door.name}#cut"] = guarded(_cut(door, slicing), door.names)
        runs[f"{door.name}#part"] = guarded(_part(door, slicing, _value), door.names)
        runs[f"{door.name}#merge"] = guarded(_merge(door, slicing), door.names)
        if slicing.streams:
            streamed = replace(slicing, check_whole=None)
            runs[f"{door.name}#rows"] = guarded(_cut(door, streamed), door.names)
            runs[f"{door.name}#lines"] = guarded(_part(door, slicing, _lines), door.names)
    return runs


def own_door(entry: Calculation) -> Door[None]:
    """The door of a catalogue entry itself: its own shapes, in JSON."""

    def show(request: CalculationRequest, _: None, answer: Answer[Any]) -> Outcome:
        fragment = success(encode(answer.reply))
        warnings = warnings_of(request, answer.computed_for["definitions"], answer.warnings)
        return computed(entry.name, entry, request, answer, fragment, warnings)

    return Door(entry.name, _placing(entry), lambda body: (read(entry, body), None), show)


def text_door(entry: Calculation) -> Door[None]:
    """The door of a catalogue entry that shows its answers as text."""
    name = TEXT + entry.name

    def show(request: CalculationRequest, _: None, answer: Answer[Any]) -> Outcome:
        warnings = warnings_of(request, answer.computed_for["definitions"], answer.warnings)
        text = text_of(entry.name, entry.summary, answer.reply, answer.computed_for, warnings)
        digest = digest_of(name, request)
        return Outcome(200, text.encode(), b"", digest, lasting=answer.lasting)

    return Door(name, _placing(entry), lambda body: (read(entry, body), None), show)


def _placing(entry: Calculation) -> Calculation:
    """The same entry, whose refusals name fields where the request has them."""

    def by_request(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(request: CalculationRequest, *more: Any) -> Any:
            try:
                return work(request, *more)
            except (InvalidInput, CalculationFailed) as error:
                raise placed(error, request) from error

        return run

    slicing = entry.slicing
    if slicing is not None:
        slicing = replace(
            slicing,
            split=by_request(slicing.split),
            part=by_request(slicing.part),
            merge=by_request(slicing.merge),
            check_whole=slicing.check_whole and by_request(slicing.check_whole),
        )
    return replace(entry, compute=by_request(entry.compute), slicing=slicing)


def execution(entry: Calculation) -> Run:
    """The function that answers whole requests for a catalogue entry."""
    return executions(own_door(entry))[entry.name]


def _whole(door: Door[Any]) -> Run:
    def run(body: bytes, ephemeris: Almanac) -> Outcome:
        request, context = door.read(body)
        return door.show(request, context, door.entry.compute(request, ephemeris))

    def run_at_once(body: bytes, ephemeris: Almanac) -> Outcome:
        with present(time.time()):
            return run(body, ephemeris)

    return run if door.entry.slicing is None else run_at_once


def _cut(door: Door[Any], slicing: Slicing) -> Run:
    def run(body: bytes, ephemeris: Almanac) -> Outcome:
        now = time.time()
        with present(now):
            request, context = door.read(body)
            if slicing.check_whole is not None:
                slicing.check_whole(request, ephemeris)
            parts = slicing.split(request, ephemeris)
            if not parts:
                return door.show(request, context, slicing.merge(request, (), ephemeris))
        return Outcome(CUT, encode([{"now": now, "part": part} for part in parts]))

    return run


def _part(door: Door[Any], slicing: Slicing, write: Callable[[Any, float], bytes]) -> Run:
    def run(body: bytes, ephemeris: Almanac) -> Outcome:
        asked, text = unpaired(body)
        cut = decode(text)
        with present(cut["now"]):
            request, _ = door.read(asked)
            value = slicing.part(request, cut["part"], ephemeris)
        return Outcome(CUT, write(value, cut["now"]))

    return run


def _merge(door: Door[Any], slicing: Slicing) -> Run:
    def run(body: bytes, ephemeris: Almanac) -> Outcome:
        asked, text = unpaired(body)
        parts = decode(text)
        with present(parts[0]["now"]):
            request, context = door.read(asked)
            values = [part["value"] for part in parts]
            return door.show(request, context, slicing.merge(request, values, ephemeris))

    return run


def _value(value: Any, now: float) -> bytes:
    return encode({"now": now, "value": value})


def _lines(rows: Any, _: float) -> bytes:
    return b"".join(encode(row) + b"\n" for row in rows)


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
    content = [ENGINE, TZDATA_VERSION, HISTORY_VERSION, representation, _known(request)]
    return hashlib.blake2b(canonical(content), digest_size=16).hexdigest()


def _known(request: CalculationRequest) -> dict[str, Any]:
    """A request, and those inside it, without the fields that nobody reads."""
    return {
        # Most members are texts and numbers, which are told by their type at once.
        name: member if type(member) in _SCALARS else _content(member)
        for name, member in request.__dict__.items()
    }


def _content(member: Any) -> Any:
    if isinstance(member, StrEnum):
        return member
    if isinstance(member, tuple):
        return [
            _known(value) if isinstance(value, CalculationRequest) else value for value in member
        ]
    if isinstance(member, CalculationRequest):
        return _known(member)
    if isinstance(member, Mapping):  # keyed by points, of which numbered asteroids are no strings
        return {str(name): value for name, value in member.items()}
    return member
