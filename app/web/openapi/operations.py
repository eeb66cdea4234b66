"""The operations of a route."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.calculations.catalogue import Calculation, catalogue
from app.compat.legacy import Adapter
from app.web.openapi.examples import EXAMPLES
from app.web.openapi.of_charts import own_body, own_example
from app.web.openapi.parameters import parameters
from app.web.openapi.responses import JSON, compatible, computed, plain
from app.web.openapi.schemas import Schema, Shapes, name_of
from app.web.openapi.stored import body_of, example_of
from app.web.openapi.tags import tag_of
from app.web.routing import Bearer, Route, RouteClass

OF_CHART = "{calculation}"
"""In a path, any calculation that is asked for a stored chart."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def operations(
    route: Route, adapters: Mapping[str, Adapter], shapes: Shapes, definitions: Schema
) -> Iterator[tuple[str, Schema]]:
    """The path or paths of a route, each with its operation."""
    if route.per_entry:
        for entry in catalogue().values():
            path = route.path.replace("{name}", entry.name)
            yield path, _calculation(route, path, entry, shapes)
    elif OF_CHART in route.path:
        for entry in catalogue().values():
            path = route.path.replace(OF_CHART, entry.name)
            yield path, _of_chart(route, path, entry, shapes, definitions)
    elif route.operation is not None:
        adapter = adapters[route.operation]
        body = body_of(adapter, shapes[adapter.name, "validation"], definitions)
        yield route.path, _legacy(route, adapter, body, shapes)
    else:
        yield route.path, _plain(route, shapes)


def _calculation(route: Route, path: str, entry: Calculation, shapes: Shapes) -> Schema:
    told = entry.explanation if route.method == "POST" else f"As `POST {path}`, by its query."
    operation = _base(route, path, entry.summary, told)
    if route.method == "POST":
        operation["requestBody"] = _body(entry.example, shapes[entry.name, "validation"])
    data = shapes[entry.name, "serialization"]
    return {**operation, "responses": computed(route, entry, data)}


def _of_chart(
    route: Route, path: str, entry: Calculation, shapes: Shapes, definitions: Schema
) -> Schema:
    body = own_body(entry, shapes[entry.name, "validation"], definitions)
    summary = f"{entry.summary}, for a stored chart"
    needed = bool({"required", "oneOf"} & set(body))
    return {
        **_calculation(route, path, entry, shapes),
        "summary": summary,
        "description": f"As `POST /api/v1/calculations/{entry.name}`, for the birth of the chart.",
        "requestBody": {**_body(own_example(entry), body), "required": needed},
    }


def _legacy(route: Route, adapter: Adapter, body: Schema, shapes: Shapes) -> Schema:
    entry = adapter.entry()
    description = (
        f"{entry.description} In the shape of the public Nocturna API; new clients use "
        f"/api/v1/calculations/{entry.name}."
    )
    return {
        **_base(route, route.path, route.summary, description),
        "requestBody": _body(example_of(adapter), body),
        "responses": compatible(route, shapes[adapter.name, "serialization"]),
    }


def _plain(route: Route, shapes: Shapes) -> Schema:
    operation = _base(route, route.path, route.summary, " ".join(_conditions(route)))
    if route.takes is not None:
        schema = shapes[name_of(route), "validation"]
        content: Schema = {kind: {"schema": schema} for kind in (FORMS if route.form else ())}
        if route.json:
            content = {JSON: _content(EXAMPLES[route.takes], schema), **content}
        operation["requestBody"] = {"required": not route.optional, "content": content}
    return {**operation, "responses": plain(route, shapes)}


def _conditions(route: Route) -> Iterator[str]:
    """Sentences about who may come, and how often."""
    if route.scope is not None:
        yield f"Needs a token with scope `{route.scope}`."
    if route.in_person:
        yield "For people who have logged in: service tokens are refused."
    if route.bearer is Bearer.NEEDED:
        yield "Needs a bearer token, whatever its scopes."
    if route.bearer is Bearer.WELCOME:
        yield "A bearer token may be sent."
    if route.counted is RouteClass.AUTH:
        yield "Counted by the address of the caller."


def _base(route: Route, path: str, summary: str, description: str) -> Schema:
    name = re.sub(r"\W+", "_", f"{route.method.lower()}{path}").strip("_")
    operation: Schema = {"operationId": name, "tags": [tag_of(path)], "summary": summary}
    if description:
        operation["description"] = description
    if security := _security(route):
        operation["security"] = security
    operation["parameters"] = parameters(route, path)
    return operation


def _security(route: Route) -> list[Schema]:
    """What a token must hold; an empty choice says that none is needed."""
    if route.scope is not None:
        return [{"token": [str(route.scope)]}]
    if route.bearer is Bearer.UNREAD:
        return []
    anybody: list[Schema] = [{}] if route.bearer is Bearer.WELCOME else []
    return [*anybody, {"token": []}]


def _body(example: Mapping[str, Any], schema: Schema) -> Schema:
    return {"required": True, "content": {JSON: _content(example, schema)}}


def _content(example: Mapping[str, Any], schema: Schema) -> Schema:
    return {"schema": schema, "example": dict(example)}
