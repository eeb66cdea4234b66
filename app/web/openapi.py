"""The OpenAPI 3.1 description, made from the route table and the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from app.calculations.catalogue import Calculation, catalogue
from app.calculations.provenance import ComputedFor
from app.compat.operations import ADAPTERS, adapters
from app.errors import STATUS_OF
from app.settings import Settings
from app.web.answers import OWN_API
from app.web.routing import Route, RouteClass

_REFERENCE = "#/components/schemas/{model}"
_DESCRIPTION = (
    "Exact astrological calculations. Every answer tells what it was computed for in "
    "`meta.computed_for`: the instant in UTC, the ephemeris, and each disputed definition that "
    "was applied. Register and log in, or create a service token with "
    "`python run.py token create`, and send it as a bearer token."
)

FORM = "application/x-www-form-urlencoded"
_PARAMETER = re.compile(r"{(\w+)}")

Schema = dict[str, Any]


def openapi(settings: Settings, routes: tuple[Route, ...]) -> Schema:
    """The whole document."""
    shapes, schemas = _shapes(routes)
    paths: dict[str, Schema] = {}
    for route in routes:
        if route.hidden or route.method == "*":
            continue
        for path, operation in _operations(route, shapes):
            paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nocturna",
            "version": settings.service_version,
            "description": f"{_DESCRIPTION}\n\n{source_text(settings)}",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Failure": _FAILURE, "Meta": _META},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def source_text(settings: Settings) -> str:
    """Where the source of this server is, in Markdown."""
    if settings.source_url is None:
        return "This is AGPL software: its operator gives the source to every user who asks."
    return f"Source of this server: <{settings.source_url}>"


Shapes = Mapping[tuple[str, str], Schema]
"""Schema of a request or reply by (operation, 'validation' or 'serialization')."""


def _shapes(routes: tuple[Route, ...]) -> tuple[Shapes, Schema]:
    """The shapes of all operations, and the definitions that they refer to."""
    wanted: list[tuple[str, Any, TypeAdapter[Any]]] = [
        ("computed_for", "serialization", TypeAdapter(ComputedFor)),
    ]
    for entry in catalogue().values():
        wanted.append((entry.name, "validation", TypeAdapter(entry.request)))
        wanted.append((entry.name, "serialization", TypeAdapter(entry.reply)))
    for adapter in ADAPTERS:
        wanted.append((adapter.name, "validation", TypeAdapter(adapter.request)))
        wanted.append((adapter.name, "serialization", TypeAdapter(adapter.reply)))
    for route in routes:
        if route.takes is not None:
            wanted.append((_name(route), "validation", TypeAdapter(route.takes)))
        if route.gives is not None:
            wanted.append((_name(route), "serialization", TypeAdapter(route.gives)))
    shapes, definitions = TypeAdapter.json_schemas(wanted, ref_template=_REFERENCE)
    return shapes, definitions["$defs"]  # type: ignore[return-value]  # keys are our own pairs


def _operations(route: Route, shapes: Shapes) -> Iterator[tuple[str, Schema]]:
    """The path or paths of a route, each with its operation."""
    if route.per_entry:
        for entry in catalogue().values():
            path = route.path.replace("{name}", entry.name)
            yield path, _calculation(route, path, entry, shapes)
    elif route.operation is not None:
        yield route.path, _legacy(route, shapes)
    else:
        yield route.path, _plain(route, shapes)


def _calculation(route: Route, path: str, entry: Calculation, shapes: Shapes) -> Schema:
    operation = {
        **_base(route, path, "calculations", entry.summary, entry.explanation),
        "responses": _responses(shapes[entry.name, "serialization"]),
    }
    if route.method == "POST":
        return {**operation, "requestBody": _body(entry.example, shapes[entry.name, "validation"])}
    parameter = {
        "name": "request",
        "in": "query",
        "required": True,
        "description": "The JSON request of the POST form as base64url, padding optional",
        "schema": {"type": "string", "contentEncoding": "base64url"},
    }
    operation["responses"]["304"] = {"description": "The answer with the ETag you sent still holds"}
    return {**operation, "parameters": [parameter]}


def _legacy(route: Route, shapes: Shapes) -> Schema:
    assert route.operation is not None  # noqa: S101 - the caller looked
    adapter = adapters()[route.operation]
    entry = adapter.entry()
    description = (
        f"{entry.description} In the shape of the public Nocturna API; new clients use "
        f"/api/v1/calculations/{entry.name}."
    )
    return {
        **_base(route, route.path, "compatible", route.summary, description),
        "requestBody": _body(adapter.example, shapes[adapter.name, "validation"]),
        "responses": _responses(shapes[adapter.name, "serialization"]),
    }


def _plain(route: Route, shapes: Shapes) -> Schema:
    tag = "server" if route.counted is RouteClass.OPEN else "accounts"
    operation = _base(route, route.path, tag, route.summary, "")
    if names := _PARAMETER.findall(route.path):
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ]
    if route.takes is not None:
        kind = FORM if route.form else "application/json"
        schema = shapes[_name(route), "validation"]
        operation["requestBody"] = {"required": True, "content": {kind: {"schema": schema}}}
    success: Schema = {"description": "As the summary says"}
    if route.gives is not None:
        data = shapes[_name(route), "serialization"]
        schema = _envelope(data) if route.path.startswith(OWN_API) else data
        success["content"] = {"application/json": {"schema": schema}}
    responses = {str(route.answers): success}
    refusals = ("401", "403") if route.scope is not None else ()
    refusals = (*refusals, "422") if route.takes is not None else refusals
    responses |= {status: _refusal(status) for status in refusals}
    return {**operation, "responses": {**responses, "default": _refusal("default")}}


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _base(route: Route, path: str, tag: str, summary: str, description: str) -> Schema:
    name = re.sub(r"\W+", "_", f"{route.method.lower()}{path}").strip("_")
    operation: Schema = {"operationId": name, "tags": [tag], "summary": summary}
    if description:
        operation["description"] = description
    if route.scope is not None:
        operation["security"] = [{"token": []}]
    return operation


def _body(example: Mapping[str, Any], schema: Schema) -> Schema:
    content = {"schema": schema, "example": dict(example)}
    return {"required": True, "content": {"application/json": content}}


def _responses(data: Schema) -> Schema:
    success = {
        "description": "Computed",
        "content": {"application/json": {"schema": _envelope(data)}},
    }
    refusals = ("400", "401", "403", "404", "413", "415", "422", "429", "503")
    return {"200": success, **{status: _refusal(status) for status in refusals}}


def _envelope(data: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["success", "data", "error", "meta"],
        "properties": {
            "success": {"const": True},
            "data": data,
            "error": {"type": "null"},
            "meta": {"$ref": _REFERENCE.format(model="Meta")},
        },
    }


def _refusal(status: str) -> Schema:
    codes = sorted(code for code, number in STATUS_OF.items() if str(number) == status)
    schema = {"$ref": _REFERENCE.format(model="Failure")}
    return {
        "description": ", ".join(codes) or "Refused",
        "content": {"application/json": {"schema": schema}},
    }


_META: Schema = {
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
        "computed_for": {"$ref": _REFERENCE.format(model="ComputedFor")},
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
}

_FAILURE: Schema = {
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
        "meta": {"$ref": _REFERENCE.format(model="Meta")},
    },
}
