"""What all adapters of the public API share.

An adapter turns a legacy request into one for a catalogue entry, and the entry's reply back into
the legacy shape. It computes nothing.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import from_json, to_json

from app.astrology.almanac import Almanac
from app.astrology.bodies import Asteroid
from app.calculations.advice import time_warnings
from app.calculations.catalogue import Answer, Calculation, catalogue
from app.calculations.execution import Door, accept, computed
from app.calculations.fields import LONGEST_NAME
from app.calculations.pairs import differing
from app.calculations.paths import is_model, kinds
from app.calculations.problems import invalid
from app.calculations.provenance import ComputedFor
from app.calculations.request import CalculationRequest
from app.compat.requests import LegacyRequest
from app.errors import InvalidInput
from app.wire import Outcome, canonical, encode, success

Payload = dict[str, Any]
Calls = Sequence[tuple[str, Payload]]

_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?\s*\Z").match
_KEY_AND_VALUE = 2
"""Parts of the type of an object."""
_FIRST_OF_TWO = "this local time occurred twice; the first occurrence was taken (fold=0)"


@dataclass(frozen=True, slots=True)
class Adapter:
    """One legacy operation: which catalogue entry serves it, and the way there and back.

    `request` is what callers may send, `example` such a request, and `request_of` makes of its
    members the entry's. `reply` is the shape of what `reply_of` returns. `names` are what the
    caller calls fields that have another name in the entry. Where other entries than one take
    part, `several` takes the place of `request_of`: entries by name with their requests, and
    `reply_of` gets the list of their replies.
    `flat` repeats the members of `data` at the top level, for clients that never looked inside.
    """

    name: str
    calculation: str
    request: type[LegacyRequest]
    example: Mapping[str, Any]
    request_of: Callable[[Payload], Payload] | None
    reply_of: Callable[[Any, Payload], Any]
    reply: Any
    names: Mapping[str, str] = field(default_factory=dict)
    several: Callable[[Payload], Calls] | None = None
    flat: bool = False

    def entry(self) -> Calculation:
        return catalogue()[self.calculation]

    def calls(self, payload: Payload) -> Calls:
        """What is asked of the catalogue: entries by name, with their requests."""
        if self.several is not None:
            return self.several(payload)
        return [(self.calculation, self.request_of(payload) if self.request_of else payload)]


def legacy_door(adapter: Adapter) -> Door[Payload]:
    """How a legacy operation reads requests and shows answers."""
    own = adapter.entry()

    def read(body: bytes) -> tuple[CalculationRequest, Payload]:
        payload = understood(adapter.request, read_object(body))
        asked = [(name, accept(catalogue()[name], call)) for name, call in adapter.calls(payload)]
        return asked[0][1] if adapter.several is None else _Several(asked=tuple(asked)), payload

    def show(request: CalculationRequest, payload: Payload, answer: Answer[Any]) -> Outcome:
        data = encode(adapter.reply_of(answer.reply, payload))
        fragment = success(data)
        if adapter.flat:
            fragment += b"," + data[1:-1]
        # What the reply leaves out depends on the legacy request too.
        representation = f"{adapter.name} {canonical(payload).decode()}"
        warnings = [
            *answer.warnings,
            *_time_warnings(request, adapter.names),
            *_fold_warnings(answer.computed_for, payload, adapter.names),
        ]
        entry = catalogue()[request.asked[0][0]] if isinstance(request, _Several) else own
        return computed(representation, entry, request, answer, fragment, warnings)

    entry = own if adapter.several is None else replace(own, compute=_all_of, slicing=None)
    return Door(adapter.name, entry, read, show, adapter.names)


class _Several(CalculationRequest):
    """Requests to several entries of the catalogue, each with its name."""

    asked: tuple[tuple[str, CalculationRequest], ...]


def _all_of(several: _Several, ephemeris: Almanac) -> Answer[list[Any]]:
    """The answers of several entries as one; each tells its own definitions."""
    answers = [catalogue()[name].compute(asked, ephemeris) for name, asked in several.asked]
    computed_for: ComputedFor = {**answers[0].computed_for}
    for (name, _), answer in zip(several.asked[1:], answers[1:], strict=True):
        own = answer.computed_for
        definitions = differing(computed_for["definitions"], own["definitions"], name)
        computed_for["definitions"] = definitions
        if others := {**own.get("others", {}), **computed_for.get("others", {})}:
            computed_for["others"] = others
    lasting = all(answer.lasting for answer in answers)
    return Answer([answer.reply for answer in answers], computed_for, lasting)


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


def understood(model: type[LegacyRequest], payload: Payload) -> Payload:
    """The members of a legacy request, its defaults filled in, names as the catalogue has them.

    Null counts as left out, and a number written as text for the number, at every depth, as the
    public API always had it. Raises InvalidInput.
    """
    try:
        # By way of JSON, whose rules for lists and nested objects the models are written for.
        asked = model.model_validate_json(to_json(_meant(model, payload, "")))
    except ValidationError as error:
        raise invalid(error, model) from error
    return _members(asked)


def _members(asked: LegacyRequest) -> Payload:
    return {name: _plain(value) for name, value in asked.__dict__.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, LegacyRequest):
        return _members(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Asteroid) else value


def _meant(model: type[LegacyRequest], payload: Payload, path: str) -> Payload:
    """The known members but for nulls, with numbers where numbers are written as text."""
    return {
        name: _as_kind(known, payload[name], f"{path}{name}")
        for name, known in model.model_fields.items()
        if payload.get(name) is not None and not (name == "house_system" and payload[name] == "")
    }


def _as_kind(known: FieldInfo, value: Any, path: str) -> Any:
    found = kinds(known)
    if isinstance(value, str) and (float in found or int in found):
        return _number(path, value, whole=float not in found)
    if isinstance(value, dict):
        nested = next((kind for kind in found if is_model(kind)), None)
        return (
            _each_number(known, value, path)
            if nested is None
            else _meant(nested, value, f"{path}.")
        )
    if isinstance(value, list):
        return _each_meant(known, value, path)
    return value


def _each_meant(known: FieldInfo, items: list[Any], path: str) -> list[Any]:
    nested = next((kind for kind in typing.get_args(known.annotation) if is_model(kind)), None)
    if nested is None:
        return items
    return [
        _meant(nested, item, f"{path}.{index}.") if isinstance(item, dict) else item
        for index, item in enumerate(items)
    ]


def _each_number(known: FieldInfo, members: Payload, path: str) -> Payload:
    """The members of an object; of an object of numbers, as numbers."""
    parts = typing.get_args(known.annotation)
    if len(parts) != _KEY_AND_VALUE or float not in typing.get_args(parts[1]):
        return members
    return {
        name: _number(f"{path}.{name[:LONGEST_NAME]}", value, whole=False)
        if isinstance(value, str)
        else value
        for name, value in members.items()
    }


def _number(path: str, text: str, *, whole: bool) -> float | int:
    if not _NUMBER(text):
        raise InvalidInput.of(path, "a number", text)
    return int(text) if whole and text.isdigit() else float(text)


def _time_warnings(request: CalculationRequest, names: Mapping[str, str]) -> list[str]:
    """A warning for each birth of unknown time, told once whatever number of entries take part."""
    asked = [one for _, one in request.asked] if isinstance(request, _Several) else [request]
    return list(dict.fromkeys(told for one in asked for told in time_warnings(one, names)))


def _fold_warnings(
    computed_for: Mapping[str, Any], payload: Payload, names: Mapping[str, str]
) -> Iterator[str]:
    """A warning for each local time that came twice where the caller did not tell which."""
    for known, instant in {"": computed_for, **computed_for.get("others", {})}.items():
        name = names.get(known, known)
        chart = payload.get(name) if name else _first_chart(payload)
        told = isinstance(chart, Mapping) and chart["fold"] is not None
        if instant["fold"] is not None and not told:
            yield f"{name}: {_FIRST_OF_TWO}" if name else _FIRST_OF_TWO


def _first_chart(payload: Payload) -> Payload:
    nested = (payload.get(name) for name in ("chart", "chart1", "natal_chart", "chart_data"))
    return next((chart for chart in nested if chart is not None), payload)


def picked(payload: Payload, *names: str) -> Payload:
    """The members of these names that are given: neither None nor an empty list."""
    return {name: payload[name] for name in names if payload.get(name) not in (None, [])}


LEGACY_BIRTH_FIELDS = ("date", "time", "latitude", "longitude", "timezone", "fold", "calendar")
STORED_FIELDS = ("altitude", "local_mean_time", "universal_time", "ephemeris")
"""What only a stored birth tells beside them, kept through our own API."""
_CHART_FIELDS = (*LEGACY_BIRTH_FIELDS, "house_system")


def chart(payload: Payload) -> Payload:
    """The birth and house system of a legacy request or of a chart in it, for the catalogue."""
    asked = picked(payload, *_CHART_FIELDS, *STORED_FIELDS)
    asked.setdefault("fold", 0)
    return asked


def inside(parent: str, *names: str) -> dict[str, str]:
    """Names of fields for `Adapter.names` that stand inside another one at the caller's."""
    return {name: f"{parent}.{name}" for name in names}


IN_CHART_DATA = inside("chart_data", *_CHART_FIELDS)
"""A birth that the catalogue has at top level and the caller in `chart_data`."""
