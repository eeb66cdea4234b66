"""The shapes of bodies and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from app.calculations.catalogue import Calculation, catalogue
from app.calculations.provenance import ComputedFor
from app.compat.legacy import Adapter
from app.compat.operations import EVERY
from app.errors import STATUS_OF
from app.web.routing import Route

Schema = dict[str, Any]
Shapes = Mapping[tuple[str, str], Schema]
"""Schema of a request or reply by (operation, 'validation' or 'serialization')."""

_REFERENCE = "#/components/schemas/{model}"


def to_schema(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": _REFERENCE.format(model=name)}


def shapes(routes: tuple[Route, ...]) -> tuple[Shapes, Schema]:
    """The shapes of all operations, and the definitions that they refer to."""
    wanted: list[tuple[str, Any, TypeAdapter[Any]]] = [
        ("computed_for", "serialization", TypeAdapter(ComputedFor)),
    ]
    computed: list[Calculation | Adapter] = [*catalogue().values(), *adapters_of(routes).values()]
    for entry in computed:
        wanted.append((entry.name, "validation", TypeAdapter(entry.request)))
        wanted.append((entry.name, "serialization", TypeAdapter(entry.reply)))
    for route in routes:
        if route.takes is not None:
            wanted.append((name_of(route), "validation", TypeAdapter(route.takes)))
        for status, given in answers_of(route):
            if given is not None:
                name = f"{name_of(route)} {status}"
                wanted.append((name, "serialization", TypeAdapter(given)))
    found, definitions = TypeAdapter.json_schemas(
        wanted, ref_template=_REFERENCE, schema_generator=_Untitled
    )
    return found, definitions["$defs"]  # type: ignore[return-value]  # keys are our own pairs


class _Untitled(GenerateJsonSchema):
    """Titles of fields only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def adapters_of(routes: tuple[Route, ...]) -> Mapping[str, Adapter]:
    """The compatible operations that some routes lead to."""
    led_to = {route.operation for route in routes}
    return {adapter.name: adapter for adapter in EVERY if adapter.name in led_to}


def answers_of(route: Route) -> tuple[tuple[int, Any], ...]:
    """Every status that a route itself gives, with the type of its data."""
    return ((route.answers, route.gives), *route.also)


def name_of(route: Route) -> str:
    """What the shapes of a route are known by."""
    return f"{route.method} {route.path}"


def envelope(data: Schema) -> Schema:
    """The shape of a success under /api/v1."""
    return {"allOf": [to_schema("Enveloped"), {"properties": {"data": data}}]}


def failure(codes: list[str]) -> Schema:
    """The shape of a refusal that has one of some codes."""
    code = {"properties": {"code": {"enum": codes}}}
    return {"allOf": [to_schema("Failure"), {"properties": {"error": code}}]}


META: Schema = {
    "type": "object",
    "required": ["request_id", "timestamp"],
    "properties": {
        "request_id": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
        "calculation": {"type": "string"},
        "digest": {
            "type": "string",
            "description": "Names the content; equal requests have equal digests",
        },
        "computed_for": to_schema("ComputedFor"),
        "warnings": {"type": "array", "items": {"type": "string"}},
        "chart_id": {"type": "string", "format": "uuid", "description": "Of a stored chart"},
        "chart_version": {"type": "integer"},
        "target_chart_id": {
            "type": "string",
            "format": "uuid",
            "description": "Of the stored chart that it was compared with",
        },
        "target_chart_version": {"type": "integer"},
    },
}

SUCCESS: Schema = {
    "type": "object",
    "required": ["success", "data", "error", "meta"],
    "properties": {
        "success": {"const": True},
        "data": {},
        "error": {"type": "null"},
        "meta": to_schema("Meta"),
    },
}

FAILURE: Schema = {
    "type": "object",
    "required": ["success", "data", "error", "detail", "meta"],
    "properties": {
        "success": {"const": False},
        "data": {"type": "null"},
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string", "enum": list(STATUS_OF)},
                "message": {"type": "string"},
                "details": {"type": ["object", "null"]},
            },
        },
        "detail": {"description": "The message; for 422 a list of the rejected fields"},
        "meta": to_schema("Meta"),
    },
}
