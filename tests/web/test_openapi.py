"""/openapi.json: 3.1, complete, and whole in itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from app.calculations.catalogue import catalogue
from app.compat.operations import ADAPTERS
from app.settings import Settings
from app.web.openapi import openapi
from app.web.routes import routes
from app.web.routing import Route
from tests.server import RunningServer

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
DESCRIBED = [route for route in routes() if not route.hidden and route.method != "*"]
Node = dict[str, Any]


@cache
def document() -> Node:
    made: Node = json.loads(json.dumps(openapi(Settings(), routes()), default=str))
    return made


def paths_of(route: Route) -> list[str]:
    if not route.per_entry:
        return [route.path]
    return [route.path.replace("{name}", name) for name in catalogue()]


def operations() -> Iterator[tuple[str, str, Node]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from nodes(child)


def resolved(reference: str) -> Any:
    """What a reference points at; raises KeyError for one that leads nowhere."""
    assert reference.startswith("#/")
    target: Any = document()
    for part in reference[2:].split("/"):
        target = target[part.replace("~1", "/").replace("~0", "~")]
    return target


def test_the_server_serves_this_document(server: RunningServer) -> None:
    response = server.get("/openapi.json", scopes=())
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == document()


def test_it_is_openapi_3_1_with_title_version_and_license() -> None:
    root = document()
    assert root["openapi"] == "3.1.0"
    assert set(root) <= {"openapi", "info", "paths", "components", "servers", "tags", "security"}
    info = root["info"]
    assert info["title"] == "Nocturna"
    assert info["version"] == "1.0.0"
    assert info["license"]["identifier"] == "AGPL-3.0-or-later"
    assert "url" not in info["license"]  # 3.1 allows one of the two only


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_is_described(route: Route) -> None:
    for path in paths_of(route):
        operation = document()["paths"][path][route.method.lower()]
        assert operation["summary"]
        assert ("security" in operation) == (route.scope is not None)


def test_nothing_is_described_that_is_no_route() -> None:
    known = {(path, route.method.lower()) for route in DESCRIBED for path in paths_of(route)}
    assert {(path, method) for path, method, _ in operations()} == known


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_calculation_has_both_forms(name: str) -> None:
    item = document()["paths"][f"/api/v1/calculations/{name}"]
    entry = catalogue()[name]
    post, get = item["post"], item["get"]
    assert post["description"] == entry.explanation
    content = post["requestBody"]["content"]["application/json"]
    assert content["example"] == dict(entry.example)
    schema = resolved(content["schema"]["$ref"])
    assert set(entry.example) <= set(schema["properties"])
    (parameter,) = get["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("request", "query", True)
    assert "304" in get["responses"]
    assert post["responses"]["200"] == get["responses"]["200"]


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_every_compatible_operation_is_described(adapter: Any) -> None:
    operation = document()["paths"][f"/api/{adapter.name}"]["post"]
    assert operation["requestBody"]["required"] is True
    content = operation["requestBody"]["content"]["application/json"]
    assert content["example"] == json.loads(json.dumps(adapter.example))
    schema = resolved(content["schema"]["$ref"])
    assert set(adapter.example) <= set(schema["properties"])
    assert f"/api/v1/calculations/{adapter.calculation}" in operation["description"]


def test_no_path_of_a_websocket_is_described() -> None:
    assert "/api/calculations/ws" not in document()["paths"]


def test_every_reference_leads_somewhere() -> None:
    references = [node["$ref"] for node in nodes(document()) if "$ref" in node]
    assert references
    for reference in references:
        assert isinstance(resolved(reference), dict)


def test_names_of_components_are_allowed_by_the_specification() -> None:
    for group in document()["components"].values():
        assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for name in group)


def test_paths_begin_with_a_slash_and_declare_their_parameters() -> None:
    for path, _, operation in operations():
        assert path.startswith("/")
        declared = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert set(re.findall(r"\{(\w+)\}", path)) == declared


def test_every_operation_has_what_the_specification_asks_for() -> None:
    identifiers: list[str] = []
    for path, method, operation in operations():
        assert method in METHODS, path
        identifiers.append(operation["operationId"])
        assert operation["responses"]
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5](?:[0-9]{2}|XX)|default", status)
            assert response["description"]
            for content in response.get("content", {}).values():
                assert "schema" in content
        for requirement in operation.get("security", ()):
            assert set(requirement) <= set(document()["components"]["securitySchemes"])
    assert len(identifiers) == len(set(identifiers))


def test_every_protected_operation_tells_of_401_and_403() -> None:
    for path, method, operation in operations():
        if "security" in operation:
            assert {"401", "403"} <= set(operation["responses"]), (path, method)


def test_schemas_use_the_keywords_of_3_1_only() -> None:
    for node in nodes(document()["components"]["schemas"]):
        assert "nullable" not in node
        assert not isinstance(node.get("exclusiveMinimum"), bool)
        kinds = node.get("type")
        if isinstance(kinds, str):
            assert kinds in {
                *("object", "array", "string", "number", "integer", "boolean", "null"),
            }


def test_where_the_source_is_told_when_it_is_set() -> None:
    told = openapi(Settings(NOCTURNA_SOURCE_URL="https://source.example/nocturna"), routes())
    assert "https://source.example/nocturna" in told["info"]["description"]
    assert "AGPL" in document()["info"]["description"]
