"""Values that a JSON Schema allows, as far as the schemas of our request models go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

LONGEST_LIST, LONGEST_TEXT = 4, 20

Schema = Mapping[str, Any]


def values(  # noqa: C901, PLR0911 - a table
    schema: Schema, definitions: Schema
) -> st.SearchStrategy[Any]:
    """Values of a schema whose references stand in `definitions`."""
    if "$ref" in schema:
        return values(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return st.one_of([values(option, definitions) for option in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    match schema.get("type"):
        case "object":
            return _objects(schema, definitions)
        case "array":
            longest = min(LONGEST_LIST, schema.get("maxItems", LONGEST_LIST))
            return st.lists(values(schema["items"], definitions), max_size=longest)
        case "number":
            low, high = schema.get("minimum"), schema.get("maximum")
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case _:
            return _texts(schema)


def _objects(schema: Schema, definitions: Schema) -> st.SearchStrategy[Any]:
    fields = {
        name: values(field, definitions) for name, field in schema.get("properties", {}).items()
    }
    required = {name: fields.pop(name) for name in schema.get("required", ())}
    if not required and not fields:
        return st.dictionaries(_texts({}), st.none(), max_size=2)
    return st.fixed_dictionaries(required, optional=fields)


def _texts(schema: Schema) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        pattern: str = schema["pattern"]
        return st.from_regex(pattern, fullmatch=True)
    texts = st.text(max_size=min(LONGEST_TEXT, schema.get("maxLength", LONGEST_TEXT)))
    return st.sampled_from(schema["examples"]) | texts if "examples" in schema else texts
