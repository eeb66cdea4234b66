"""What calculations of the catalogue take where a stored chart stands for the birth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.calculations.catalogue import Calculation
from app.charts.merging import BIRTH_FIELDS, FLAT, SECOND, SECOND_IDS, births_of
from app.web.openapi.schemas import Schema

_HOUSES = "house_system"
_DEFAULT = "Left out: that of the stored chart"


def own_body(entry: Calculation, schema: Schema, definitions: Schema) -> Schema:
    """The schema of what callers send about a stored chart, from that of the whole request."""
    whole = _known(schema, definitions)
    field, *others = births_of(entry.request)
    dropped = BIRTH_FIELDS if field == FLAT else (field,)
    fields = {name: known for name, known in whole["properties"].items() if name not in dropped}
    body: Schema = {"type": "object", "properties": fields}
    if field != FLAT:
        fields[field] = _houses(_known(definitions["ChartData"], definitions))
    required = [name for name in whole.get("required", ()) if name not in {*dropped, *others}]
    if required:
        body["required"] = required
    if others:
        fields |= dict.fromkeys(SECOND_IDS, _ID)
        body["oneOf"] = [{"required": [name]} for name in (SECOND, *SECOND_IDS)]
    return body


def own_example(entry: Calculation) -> Mapping[str, Any]:
    """The example of a calculation without the birth that is stored."""
    field = births_of(entry.request)[0]
    dropped = BIRTH_FIELDS if field == FLAT else (field,)
    return {name: value for name, value in entry.example.items() if name not in dropped}


def _known(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref")
    known: Schema = definitions[reference.rpartition("/")[2]] if reference else schema
    return known


def _houses(chart: Schema) -> Schema:
    system = {**chart["properties"][_HOUSES], "description": _DEFAULT}
    system.pop("default", None)
    return {"type": "object", "properties": {_HOUSES: system}}


_ID: Schema = {"type": "string", "format": "uuid", "description": "Of another stored chart"}
