"""What calculations of the catalogue take where a stored chart stands for the birth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.calculations.catalogue import Calculation
from app.charts.merging import BIRTH_FIELDS, FLAT, PLACE, SECOND, SECOND_IDS, ZONE, births_of
from app.web.openapi.schemas import Schema

_HOUSES = "house_system"
_SECOND_ZONE = "The other birth; its timezone, left out, is that of its coordinates"
_DEFAULT = "Left out: that of the stored chart"


def own_body(entry: Calculation, schema: Schema, definitions: Schema) -> Schema:
    """The schema of what callers send about a stored chart, from that of the whole request."""
    whole = _known(schema, definitions)
    births, dropped = births_of(entry.request), _told_by_chart(entry)
    fields = {name: known for name, known in whole["properties"].items() if name not in dropped}
    body: Schema = {"type": "object", "properties": fields}
    if births[:1] != (FLAT,):
        fields |= {name: _of_chart(fields[name]) for name in _beside(births) if name in fields}
    if births and births[0] != FLAT:
        fields[births[0]] = _houses(_known(definitions["ChartData"], definitions))
    others = births[1:]
    required = [name for name in whole.get("required", ()) if name not in {*dropped, *others}]
    if required:
        body["required"] = required
    if others:
        fields |= dict.fromkeys(SECOND_IDS, _ID)
        fields[SECOND] = {**fields[SECOND], "description": _SECOND_ZONE}
        body["oneOf"] = [{"required": [name]} for name in (SECOND, *SECOND_IDS)]
    return body


def own_example(entry: Calculation) -> Mapping[str, Any]:
    """The example of a calculation without the birth that is stored."""
    dropped = _told_by_chart(entry)
    return {name: value for name, value in entry.example.items() if name not in dropped}


def _told_by_chart(entry: Calculation) -> tuple[str, ...]:
    """The fields of a request that the stored chart takes the place of."""
    births = births_of(entry.request)
    return BIRTH_FIELDS if births[:1] == (FLAT,) else births[:1]


def _beside(births: tuple[str, ...]) -> tuple[str, ...]:
    """What the stored chart tells beside a birth, or without one."""
    return (ZONE,) if births else (ZONE, PLACE)


def _known(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref")
    known: Schema = definitions[reference.rpartition("/")[2]] if reference else schema
    return known


def _houses(chart: Schema) -> Schema:
    return {"type": "object", "properties": {_HOUSES: _of_chart(chart["properties"][_HOUSES])}}


def _of_chart(field: Schema) -> Schema:
    told = {**field, "description": _DEFAULT}
    told.pop("default", None)
    return told


_ID: Schema = {"type": "string", "format": "uuid", "description": "Of another stored chart"}
