"""What a request has beside its body: parameters of path and query, and headers."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from app.web.idempotency import HEADER, LONGEST_KEY
from app.web.openapi.schemas import Schema
from app.web.routing import Route

_IN_PATH = re.compile(r"{(\w+)}")
_DEFINITIONS = "#/$defs/"
_TOLD_BESIDE = {"title", "description"}
REQUEST_ID = "X-Request-ID"
LONGEST_IN_QUERY = 500
"""Characters: a whole address has at most 8190 bytes, and one of these takes up to twelve."""

_REQUEST = "request"
_IDS = ("id", "chart_id")
_ON_ETAG = {
    "GET": "If-None-Match",
    **dict.fromkeys(("PATCH", "PUT", "DELETE"), "If-Match"),
}
"""The header that sends an ETag back."""
_ID = {"type": "string", "format": "uuid"}

PARAMETERS: Schema = {
    REQUEST_ID: {
        "name": REQUEST_ID,
        "in": "header",
        "description": "Names this request in the answer, and in those lines of the log that are "
        "about it; any other text than this is replaced by a new id",
        "schema": {"type": "string", "pattern": r"^[A-Za-z0-9._-]{1,64}$"},
    },
    str(HEADER): {
        "name": str(HEADER),
        "in": "header",
        "description": "Any text of your own: the same request under the same key has its effect "
        "once, and is answered as it was the first time, for a day. Secrets are not told again.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_KEY,
            "pattern": r"^[\x20-\x7e]+$",
        },
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of an answer that you have; 304 if it still holds",
        "schema": {"type": "string"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that you have: only this version is changed or ended, else 409",
        "schema": {"type": "string"},
    },
    _REQUEST: {
        "name": _REQUEST,
        "in": "query",
        "required": True,
        "description": "The JSON request of the POST form as base64url, padding optional",
        "schema": {"type": "string", "contentEncoding": "base64url"},
    },
    **{name: {"name": name, "in": "path", "required": True, "schema": _ID} for name in _IDS},
}


def to_parameter(name: str) -> Schema:
    """A reference to a parameter of the document."""
    return {"$ref": f"#/components/parameters/{name}"}


def parameters(route: Route, path: str) -> list[Schema]:
    """All parameters of an operation.

    The id of the request is none of its path: /docs shows no references there.
    """
    found = [_path_parameter(name) for name in names_in(path)]
    if route.query is not None:
        found += query_parameters(route.query)
    if route.per_entry and route.method == "GET":
        found.append(to_parameter(_REQUEST))
    if route.once:
        found.append(to_parameter(HEADER))
    if route.etag and route.method in _ON_ETAG:
        found.append(to_parameter(_ON_ETAG[route.method]))
    return [*found, to_parameter(REQUEST_ID)]


def names_in(path: str) -> list[str]:
    """The parameters of a path, in their order."""
    return _IN_PATH.findall(path)


def query_parameters(model: type[BaseModel]) -> list[Schema]:
    """One parameter for each field of a query model."""
    schema = model.model_json_schema()
    definitions, required = schema.get("$defs", {}), schema.get("required", ())
    return [
        _query_parameter(name, _inlined(field, definitions), required=name in required)
        for name, field in schema.get("properties", {}).items()
    ]


def _path_parameter(name: str) -> Schema:
    if name in _IDS:
        return to_parameter(name)
    schema = _ID if name.endswith("_id") else {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameter(name: str, field: Schema, *, required: bool) -> Schema:
    """Nobody can send null in a query, so it is no choice there."""
    schema = {key: value for key, value in field.items() if key not in _TOLD_BESIDE}
    if schema.get("default", ...) is None:
        del schema["default"]
    choices = [choice for choice in schema.pop("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        schema |= {key: value for key, value in choices[0].items() if key not in _TOLD_BESIDE}
    elif choices:
        schema["anyOf"] = choices
    if schema.get("type") == "string" and not {"enum", "const", "format"} & set(schema):
        schema["maxLength"] = min(schema.get("maxLength", LONGEST_IN_QUERY), LONGEST_IN_QUERY)
    parameter = {"name": name, "in": "query", "required": required, "schema": schema}
    if description := field.get("description"):
        parameter["description"] = description
    return parameter


def _inlined(value: Any, definitions: Schema) -> Any:
    """The same with definitions in the places that refer to them; they are flat in queries."""
    if isinstance(value, list):
        return [_inlined(each, definitions) for each in value]
    if not isinstance(value, dict):
        return value
    if (reference := value.get("$ref")) is not None:
        rest = {key: each for key, each in value.items() if key != "$ref"}
        return {**_inlined(definitions[reference.removeprefix(_DEFINITIONS)], definitions), **rest}
    return {key: _inlined(each, definitions) for key, each in value.items()}
