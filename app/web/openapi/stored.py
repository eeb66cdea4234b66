"""What the compatible operations take where a stored chart stands for the birth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.charts.merging import SECOND_IDS
from app.compat.charts import CHART_ADAPTERS
from app.compat.direct import OPERATIONS
from app.compat.legacy import Adapter
from app.web.openapi.schemas import Schema

_OF_CHARTS = frozenset(adapter.name for adapter in CHART_ADAPTERS)
_EITHER = frozenset(f"calculations/{operation.name}" for operation in OPERATIONS)
_CHART, _TARGET, _TARGET_ID = "chart", "target_chart", SECOND_IDS[0]
_EXAMPLE_ID = "6f1f7c2e-3b0a-4f0e-9f3c-2d9d5a7c1b11"

_ID: Schema = {"type": "string", "format": "uuid", "description": "Of a stored chart"}
_BY_ID: Schema = {
    "type": "object",
    "required": ["chart_id"],
    "properties": {
        "chart_id": _ID,
        "parameters": {
            "type": ["object", "null"],
            "description": "The fields of the request but for those of the birth",
        },
    },
}
"""What may come in place of a birth."""


def body_of(adapter: Adapter, schema: Schema, definitions: Schema) -> Schema:
    """The schema of what callers send, from that of what the operation reads."""
    if adapter.name in _EITHER:
        return {"anyOf": [schema, _BY_ID]}
    if adapter.name not in _OF_CHARTS:
        return schema
    known = definitions[schema["$ref"].rpartition("/")[2]]
    fields = {name: field for name, field in known["properties"].items() if name != _CHART}
    required = [name for name in known.get("required", ()) if name != _CHART]
    if fields.pop(_TARGET, None) is not None:
        fields[_TARGET_ID] = _ID
        required = [_TARGET_ID if name == _TARGET else name for name in required]
    return {"type": "object", "properties": fields, "required": required}


def example_of(adapter: Adapter) -> Mapping[str, Any]:
    """The example of an operation as callers send it."""
    if adapter.name not in _OF_CHARTS:
        return adapter.example
    kept = {k: v for k, v in adapter.example.items() if k not in {_CHART, _TARGET}}
    return {**kept, _TARGET_ID: _EXAMPLE_ID} if _TARGET in adapter.example else kept
