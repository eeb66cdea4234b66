"""What stands in many places of the description, told once.

Our request models have many fields in common, and pydantic writes a field out wherever it stands:
hundreds of points, seventy ayanamsas, again for every calculation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.web.openapi.schemas import Schema, to_schema
from app.wire import canonical

_LONG = 60
"""Bytes of a reference; what it saves in all must be more than as many again."""
_BESIDE = frozenset({"default", "description"})
"""What may stand beside a reference: it differs where the values are the same."""
_NAMED = ("properties", "patternProperties")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "propertyNames")


class Fields:
    """Fields that several models have in common, and values that several fields have."""

    def __init__(self, models: Mapping[str, Schema], bodies: list[Schema]) -> None:
        self._fields, self._values = _Found(), _Found()
        for model in (*models.values(), *bodies):
            for name, schema in _inside(model):
                self._fields.add(name, schema)
                self._values.add(name, _values(schema))
        self._names: dict[bytes, str] = {}
        taken = set(models)
        for found, kind in ((self._values, ""), (self._fields, "Field")):
            for key, name in found.shared():
                if key not in self._names:
                    self._names[key] = _free(_camel(name) + kind, taken)

    def definitions(self) -> dict[str, Schema]:
        """The schemas that others refer to, by their names."""
        known = {**self._values.schemas, **self._fields.schemas}
        return {name: self._with_values(known[key]) for key, name in self._names.items()}

    def referring(self, model: Schema) -> Schema:
        """A model whose fields are references, where others have them too."""
        return _changed(model, self._field)

    def _field(self, schema: Schema) -> Schema:
        name = self._names.get(canonical(schema))
        return to_schema(name) if name is not None else self._with_values(schema)

    def _with_values(self, schema: Schema) -> Schema:
        values = _values(schema)
        name = self._names.get(canonical(values)) if values != schema else None
        if name is None:
            return self.referring(schema)
        return {**to_schema(name), **{key: schema[key] for key in _BESIDE & set(schema)}}


class _Found:
    """Schemas as they are met, and how often."""

    def __init__(self) -> None:
        self.schemas: dict[bytes, Schema] = {}
        self._names: dict[bytes, str] = {}
        self._times: Counter[bytes] = Counter()

    def add(self, name: str, schema: Schema) -> None:
        key = canonical(schema)
        self._times[key] += 1
        self._names.setdefault(key, name)
        self.schemas.setdefault(key, schema)

    def shared(self) -> Iterator[tuple[bytes, str]]:
        """Those that are worth a name, with the field where each was met first."""
        for key, times in self._times.items():
            if (times - 1) * len(key) - times * _LONG > _LONG and "$ref" not in self.schemas[key]:
                yield key, self._names[key]


def told_once(parts: Iterator[tuple[str, Schema]], to: str, taken: set[str]) -> dict[str, Schema]:
    """The parts of operations that are there more than once, by a name of the first place.

    Each part becomes a reference to it, in place; `to` is where these lead.
    """
    places: dict[bytes, list[tuple[str, Schema]]] = {}
    for place, part in parts:
        if "$ref" not in part:
            places.setdefault(canonical(part), []).append((place, part))
    named = {}
    for found in places.values():
        if len(found) > 1:
            name = _free(found[0][0], taken)
            named[name] = dict(found[0][1])
            for _, part in found:
                part.clear()
                part["$ref"] = f"#/components/{to}/{name}"
    return named


def _values(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in _BESIDE}


def _inside(schema: Schema, field: str = "") -> Iterator[tuple[str, Schema]]:
    """Every schema inside another one, with the field that it is, or is part of."""
    for key in _NAMED:
        for name, each in schema.get(key, {}).items():
            yield name, each
            yield from _inside(each, name)
    for each in _parts(schema):
        yield field, each
        yield from _inside(each, field)


def _parts(schema: Schema) -> Iterator[Schema]:
    for key in _LISTED:
        yield from schema.get(key, ())
    for key in _SINGLE:
        if isinstance(schema.get(key), dict):
            yield schema[key]


def _changed(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The same schema with those directly inside it changed."""
    new: dict[str, Any] = dict(schema)
    for key in set(_NAMED) & set(schema):
        new[key] = {name: change(each) for name, each in schema[key].items()}
    for key in set(_LISTED) & set(schema):
        new[key] = [change(each) for each in schema[key]]
    for key in set(_SINGLE) & set(schema):
        if isinstance(schema[key], dict):
            new[key] = change(schema[key])
    return new


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_") if part) or "Value"


def _free(name: str, taken: set[str]) -> str:
    """The name, or with the first number that makes it new; it is taken then."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}{number}", number + 1
    taken.add(free)
    return free
