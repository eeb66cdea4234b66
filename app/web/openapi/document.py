"""The whole description."""

from __future__ import annotations

from collections.abc import Iterator

from app.errors import RUN
from app.settings import Settings
from app.web.openapi.operations import operations
from app.web.openapi.parameters import PARAMETERS
from app.web.openapi.responses import HEADERS, refusals
from app.web.openapi.schemas import FAILURE, META, SUCCESS, Schema, Shapes, adapters_of, shapes
from app.web.openapi.sharing import Fields, told_once
from app.web.openapi.tags import tags
from app.web.routing import Route

_DESCRIPTION = (
    "Exact astrological calculations. Every answer tells what it was computed for in "
    "`meta.computed_for`: the instant in UTC, the ephemeris, and each disputed definition that "
    "was applied. Register and log in, or create a service token with "
    f"`{RUN} token create`, and send it as a bearer token."
)
_HOW_TO_COME = (
    "The access token of a login, or a service token. What it must hold stands beside each "
    "operation: `calculations`, or `admin`."
)


def openapi(settings: Settings, routes: tuple[Route, ...]) -> Schema:
    """The whole document."""
    described = tuple(route for route in routes if not route.hidden and route.method != "*")
    found, models = shapes(described)
    paths = _paths(described, found, models)
    schemas = _shared_fields(
        paths, {**models, "Enveloped": SUCCESS, "Failure": FAILURE, "Meta": META}
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nocturna",
            "version": settings.service_version,
            "description": f"{_DESCRIPTION}\n\n{source_text(settings)}",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {**refusals(), **_shared_answers(paths)},
            "requestBodies": _shared_bodies(paths),
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": _HOW_TO_COME,
                },
            },
        },
    }


def _shared_fields(paths: dict[str, Schema], models: Schema) -> Schema:
    """All models, with what several have in common apart; bodies of operations refer to it too."""
    contents = [
        content
        for operation in _operations(paths)
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
        for content in part.get("content", {}).values()
    ]
    fields = Fields(models, [content["schema"] for content in contents])
    for content in contents:
        content["schema"] = fields.referring(content["schema"])
    referring = {name: fields.referring(model) for name, model in models.items()}
    return {**referring, **fields.definitions()}


def _shared_answers(paths: dict[str, Schema]) -> Schema:
    answers = (
        (f"{operation['operationId']}_{status}", answer)
        for operation in _operations(paths)
        for status, answer in operation["responses"].items()
    )
    return told_once(answers, "responses", set())


def _shared_bodies(paths: dict[str, Schema]) -> Schema:
    bodies = (
        (operation["operationId"], operation["requestBody"])
        for operation in _operations(paths)
        if "requestBody" in operation
    )
    return told_once(bodies, "requestBodies", set())


def _operations(paths: dict[str, Schema]) -> Iterator[Schema]:
    return (operation for item in paths.values() for operation in item.values())


def source_text(settings: Settings) -> str:
    """Where the source of this server is, in Markdown."""
    if settings.source_url is None:
        return "This is AGPL software: its operator gives the source to every user who asks."
    return f"Source of this server: <{settings.source_url}>"


def _paths(routes: tuple[Route, ...], shapes: Shapes, definitions: Schema) -> dict[str, Schema]:
    paths: dict[str, Schema] = {}
    adapters = adapters_of(routes)
    for route in routes:
        for path, operation in operations(route, adapters, shapes, definitions):
            paths.setdefault(path, {})[route.method.lower()] = operation
    return paths
