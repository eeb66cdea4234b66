"""As much of JSON Schema 2020-12 as our own schemas use, to hold answers to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

REFERENCE = "#/$defs/{model}"

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
_ANNOTATIONS = {"title", "description", "default", "examples"}
_KEYWORDS = {
    *("type", "enum", "anyOf", "$ref", "$defs", "properties", "required", "items"),
    *("additionalProperties", "propertyNames", "minimum", "maximum"),
    *("minLength", "maxLength", "pattern", "maxItems", "maxProperties"),
}


def flaws(schema: Any, root: Mapping[str, Any], where: str = "#") -> Iterator[str]:
    """What makes a schema none that a reader could follow."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield f"{where} is no schema"
        return
    if unknown := set(schema) - _KEYWORDS - _ANNOTATIONS:
        yield f"{where} has {unknown}"
    if "type" in schema and schema["type"] not in _TYPES:
        yield f"{where} has type {schema['type']}"
    if not {"type", "enum", "anyOf", "$ref", "additionalProperties"} & set(schema):
        yield f"{where} says nothing"
    if "$ref" in schema and _definition(schema["$ref"], root) is None:
        yield f"{where} refers to nothing: {schema['$ref']}"
    if not set(schema.get("required", ())) <= set(schema.get("properties", {})):
        yield f"{where} requires what it does not describe"
    for name, inner in _inner(schema):
        yield from flaws(inner, root, f"{where}/{name}")


def violations(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], where: str = "$"
) -> Iterator[str]:
    """Where a value is not as its schema says, or holds a member that it does not describe."""
    if "$ref" in schema:
        schema = _definition(schema["$ref"], root) or {}
    if "anyOf" in schema:
        if all(any(violations(value, choice, root)) for choice in schema["anyOf"]):
            yield f"{where} is none of its choices: {value!r}"
        return
    kind = schema.get("type")
    if kind is not None and not _is_of(value, kind):
        yield f"{where} is no {kind}: {value!r}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is no name of the list: {value!r}"
    if isinstance(value, dict):
        yield from _members(value, schema, root, where)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from violations(item, schema["items"], root, f"{where}[{index}]")


def _members(
    value: Mapping[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], where: str
) -> Iterator[str]:
    described = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where} lacks {name}"
    for name, member in value.items():
        inner = described.get(name, schema.get("additionalProperties", False))
        if inner is False:
            yield f"{where} has {name}, which no schema describes"
        elif isinstance(inner, dict):
            yield from violations(member, inner, root, f"{where}.{name}")


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _definition(reference: str, root: Mapping[str, Any]) -> dict[str, Any] | None:
    prefix, _, name = reference.rpartition("/")
    found: dict[str, Any] | None = root.get("$defs", {}).get(name) if prefix == "#/$defs" else None
    return found


def _inner(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for group in ("properties", "$defs"):
        for name, inner in schema.get(group, {}).items():
            yield f"{group}/{name}", inner
    for index, inner in enumerate(schema.get("anyOf", ())):
        yield f"anyOf/{index}", inner
    for name in ("items", "additionalProperties"):
        if name in schema:
            yield name, schema[name]
