"""/openapi.json: 3.1, complete, and whole in itself."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from pydantic import TypeAdapter
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from app.calculations.catalogue import catalogue
from app.compat.charts import CHART_ADAPTERS
from app.compat.operations import ADAPTERS
from app.settings import Settings
from app.web.openapi import openapi
from app.web.openapi.operations import OF_CHART
from app.web.openapi.responses import JSON
from app.web.openapi.schemas import shapes
from app.web.openapi.tags import tag_of
from app.web.routes import routes
from app.web.routing import Bearer, Route
from app.wire import encode
from tests.server import RunningServer
from tests.web.people import person

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
DESCRIBED = [route for route in routes() if not route.hidden and route.method != "*"]
LONG_LIST, MOST_TIMES = 200, 3
"""Bytes of a list of values, and places where one such list may stand."""
Node = dict[str, Any]


@cache
def document() -> Node:
    made: Node = json.loads(json.dumps(openapi(Settings(), routes()), default=str))
    return made


def paths_of(route: Route) -> list[str]:
    if OF_CHART in route.path:
        return [route.path.replace(OF_CHART, name) for name in catalogue()]
    if not route.per_entry:
        return [route.path]
    return [route.path.replace("{name}", name) for name in catalogue()]


def operation_at(path: str, method: str) -> Node:
    """An operation with its body and its answers in their places."""
    found: Node = dict(document()["paths"][path][method])
    found["responses"] = {status: whole(answer) for status, answer in found["responses"].items()}
    if "requestBody" in found:
        found["requestBody"] = whole(found["requestBody"])
    return found


def operations() -> Iterator[tuple[str, str, Node]]:
    for path, item in document()["paths"].items():
        for method in METHODS & set(item):
            yield path, method, operation_at(path, method)


def whole(node: Node) -> Node:
    """A node, or what it refers to."""
    return resolved(node["$ref"]) if "$ref" in node else node


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
    OPENAPI_31_VALIDATOR.validate(root)
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
        read = route.scope is not None or route.bearer is not Bearer.UNREAD
        assert ("security" in operation) == read


def test_nothing_is_described_that_is_no_route() -> None:
    known = {(path, route.method.lower()) for route in DESCRIBED for path in paths_of(route)}
    assert {(path, method) for path, method, _ in operations()} == known


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_calculation_has_both_forms(name: str) -> None:
    path, entry = f"/api/v1/calculations/{name}", catalogue()[name]
    post, get = operation_at(path, "post"), operation_at(path, "get")
    assert post["description"] == entry.explanation
    content = post["requestBody"]["content"]["application/json"]
    assert content["example"] == dict(entry.example)
    schema = resolved(content["schema"]["$ref"])
    assert set(entry.example) <= set(schema["properties"])
    parameter, held, _ = map(whole, get["parameters"])
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("request", "query", True)
    assert (held["name"], held["in"]) == ("If-None-Match", "header")
    assert "ETag" in get["responses"]["200"]["headers"]
    assert "ETag" in get["responses"]["304"]["headers"]
    told = get["responses"]["200"]["content"]
    assert set(told) == {"application/json", "text/markdown"}
    lines = {"application/x-ndjson"} if entry.slicing and entry.slicing.streams else set()
    assert set(post["responses"]["200"]["content"]) == {*told, *lines}
    assert post["responses"]["200"]["content"]["application/json"] == told["application/json"]


def test_long_tables_come_as_lines_too() -> None:
    answer = operation_at("/api/v1/calculations/ephemeris", "post")["responses"]["200"]
    assert "application/x-ndjson" in answer["content"]


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_every_compatible_operation_is_described(adapter: Any) -> None:
    told = operation_at(f"/api/{adapter.name}", "post")
    assert told["requestBody"]["required"] is True
    content = told["requestBody"]["content"]["application/json"]
    assert content["example"] == json.loads(json.dumps(adapter.example))
    schema = whole(content["schema"].get("anyOf", [content["schema"]])[0])
    assert set(adapter.example) <= set(schema["properties"])
    assert f"/api/v1/calculations/{adapter.calculation}" in told["description"]


@pytest.mark.parametrize("adapter", CHART_ADAPTERS, ids=lambda adapter: adapter.name)
def test_operations_on_stored_charts_ask_for_no_birth(adapter: Any) -> None:
    told = [
        each
        for path, _, each in operations()
        if path.endswith(f"{{chart_id}}/{adapter.name.removeprefix('charts/')}")
    ]
    assert len(told) == 2
    for each in told:
        schema = each["requestBody"]["content"]["application/json"]["schema"]
        assert not {"chart", "target_chart", "date"} & set(schema["properties"])
        wants_another = "target_chart" in adapter.request.model_fields
        assert ("target_chart_id" in schema["required"]) == wants_another


def test_a_direct_calculation_takes_the_id_of_a_chart_for_a_birth() -> None:
    told = operation_at("/api/calculations/fixed-stars", "post")
    by_birth, by_id = told["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert "latitude" in whole(by_birth)["properties"]
    assert whole(by_id)["required"] == ["chart_id"]


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
        given = map(whole, operation.get("parameters", ()))
        declared = {p["name"] for p in given if p["in"] == "path"}
        assert set(re.findall(r"\{(\w+)\}", path)) == declared


def test_every_operation_has_what_the_specification_asks_for() -> None:
    identifiers: list[str] = []
    for path, method, operation in operations():
        assert method in METHODS, path
        identifiers.append(operation["operationId"])
        assert operation["responses"]
        for status, referred in operation["responses"].items():
            response = whole(referred)
            assert re.fullmatch(r"[1-5](?:[0-9]{2}|XX)|default", status)
            assert response["description"]
            for content in response.get("content", {}).values():
                assert "schema" in content
        for requirement in operation.get("security", ()):
            assert set(requirement) <= set(document()["components"]["securitySchemes"])
    assert len(identifiers) == len(set(identifiers))


def test_every_protected_operation_tells_of_401_and_403() -> None:
    for path, method, operation in operations():
        told = set(operation["responses"])
        for requirement in operation.get("security", ()):
            assert "401" in told or not requirement, (path, method)
            assert "403" in told or not requirement.get("token"), (path, method)


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


def test_every_json_body_has_an_example_that_is_what_its_schema_asks_for() -> None:
    seen = 0
    for path, method, operation in operations():
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            assert ("example" in content) == (kind == JSON), (path, method)
            if kind != JSON:
                continue
            schema = {**content["schema"], "components": document()["components"]}
            jsonschema_rs.validate(schema, content["example"])
            seen += 1
    assert seen > len(catalogue())


@pytest.mark.parametrize("route", [route for route in DESCRIBED if route.takes and route.json])
def test_the_example_of_a_body_is_read_by_its_model(route: Route) -> None:
    content = operation_at(route.path, route.method.lower())["requestBody"]["content"][JSON]
    TypeAdapter(route.takes).validate_json(json.dumps(content["example"]))


def test_the_example_of_a_chart_is_kept(server: RunningServer) -> None:
    content = operation_at("/api/v1/charts", "post")["requestBody"]["content"][JSON]
    made = person(server).call("POST", "/api/v1/charts", content["example"])
    assert made.status_code == 201


def test_every_operation_takes_and_every_answer_gives_the_id_of_the_request() -> None:
    for path, _, operation in operations():
        assert "X-Request-ID" in [whole(each)["name"] for each in operation["parameters"]], path
        for status, answer in operation["responses"].items():
            assert "X-Request-ID" in whole(answer)["headers"], (path, status)


def test_chapters_are_told_and_every_operation_is_in_one() -> None:
    known = [tag["name"] for tag in document()["tags"]]
    assert known == ["calculations", "compatible", "charts", "accounts", "administration", "server"]
    for path, _, operation in operations():
        assert set(operation["tags"]) <= set(known), path


@pytest.mark.parametrize(
    ("path", "chapter"),
    [
        ("/", "server"),
        ("/health", "server"),
        ("/openapi.json", "server"),
        ("/api", "server"),
        ("/api/v1/calculations", "calculations"),
        ("/api/v1/calculations/houses", "calculations"),
        ("/api/v1/calculationsandmore", "server"),
        ("/api/calculations/houses", "compatible"),
        ("/api/stateless/synastry", "compatible"),
        ("/api/v1/stateless/synastry", "compatible"),
        ("/api/charts/{chart_id}", "charts"),
        ("/api/calculations/charts/{chart_id}/positions", "charts"),
        ("/api/v1/charts", "charts"),
        ("/api/v1/places", "charts"),
        ("/api/auth/login", "accounts"),
        ("/api/v1/users/me", "accounts"),
        ("/api/auth/admin/verify", "administration"),
        ("/api/v1/auth/admin/service-tokens", "administration"),
        ("/api/v1/admin/users", "administration"),
    ],
)
def test_the_longest_beginning_of_a_path_names_its_chapter(path: str, chapter: str) -> None:
    assert tag_of(path) == chapter


def test_the_document_is_no_book() -> None:
    assert len(encode(document())) < 1_000_000


def test_what_stands_in_many_places_is_told_once() -> None:
    lists = Counter(
        json.dumps(node[kind])
        for node in nodes([document()["paths"], document()["components"]["schemas"]])
        for kind in ("enum", "examples")
        if len(json.dumps(node.get(kind))) > LONG_LIST
    )
    assert lists
    assert max(lists.values()) <= MOST_TIMES, lists.most_common(3)


def test_a_shared_field_keeps_what_it_has_of_its_own() -> None:
    systems = resolved("#/components/schemas/NatalChartRequest")["properties"]["house_system"]
    field = whole(systems)
    assert (field["default"], bool(field["description"])) == ("PLACIDUS", True)
    assert "WHOLE_SIGN" in whole(field)["enum"]


def test_fields_have_no_title_that_repeats_their_name() -> None:
    for model in document()["components"]["schemas"].values():
        assert all("title" not in field for field in model.get("properties", {}).values())


def test_a_description_that_one_has_is_not_sent_again(server: RunningServer) -> None:
    first = server.get("/openapi.json", scopes=())
    tag = first.headers["ETag"]
    again = server.get("/openapi.json", scopes=(), headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    other = server.get("/openapi.json", scopes=(), headers={"If-None-Match": 'W/"another"'})
    assert (other.status_code, other.headers["ETag"]) == (200, tag)
    assert other.headers["Cache-Control"] == "no-cache"


def test_shapes_of_the_envelope_take_no_name_of_a_model() -> None:
    models = shapes(tuple(DESCRIBED))[1]
    assert {"Enveloped", "Failure", "Meta"}.isdisjoint(models)
    answer = operation_at("/api/v1/auth/logout", "post")["responses"]["200"]
    schema = {
        **answer["content"]["application/json"]["schema"],
        "components": document()["components"],
    }
    meta = {"request_id": "one", "timestamp": "2026-01-01T00:00:00Z"}
    told = {"success": True, "data": {"success": True}, "error": None, "meta": meta}
    jsonschema_rs.validate(schema, told)
