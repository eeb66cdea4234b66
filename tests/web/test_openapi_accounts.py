"""What the description tells beside bodies: queries, headers, tokens, statuses, forms."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

import app.web
from app.errors import STATUS_OF
from app.web.openapi.parameters import LONGEST_IN_QUERY, query_parameters
from app.web.openapi.responses import LIMITS
from app.web.routes import routes
from app.web.routing import Bearer, Route, RouteClass
from tests.server import RunningServer
from tests.web.people import person
from tests.web.test_openapi import (
    DESCRIBED,
    Node,
    document,
    nodes,
    operation_at,
    operations,
    paths_of,
    resolved,
    whole,
)

READERS = {"query_of": "query", "json_body": "takes", "form_body": "takes"}
"""What reads a model in a handler, and where the route tells of it."""
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


def operation_of(route: Route) -> Node:
    return described(paths_of(route)[0], route.method.lower())


def described(path: str, method: str) -> Node:
    return operation_at(path, method)


def parameters_of(operation: Node, place: str) -> dict[str, Node]:
    given = map(whole, operation.get("parameters", ()))
    return {each["name"]: each for each in given if each["in"] == place}


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


@cache
def functions_of(module: str) -> dict[str, ast.AST]:
    """The functions of a module by name, those inside others too."""
    source = Path(str(sys.modules[module].__file__)).read_text()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)}


def calls_in(node: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
            yield each.func.id, each.args


def calls_of(route: Route) -> list[tuple[str, list[ast.expr]]]:
    """What a handler calls, itself or through functions of its module."""
    handler = route.handler
    functions = functions_of(handler.__module__)
    found, seen, ahead = [], set(), [getattr(handler, "__name__", "")]
    while ahead:
        name = ahead.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for called, arguments in calls_in(functions[name]):
            found.append((called, arguments))
            ahead.append(called)
    return found


def read_by(route: Route) -> set[tuple[str, Any]]:
    """What a handler reads, as ('query' or 'takes', model)."""
    module = sys.modules[route.handler.__module__]
    return {
        (READERS[name], getattr(module, arguments[1].id))
        for name, arguments in calls_of(route)
        if name in READERS and isinstance(arguments[1], ast.Name)
    }


@pytest.mark.parametrize("route", DESCRIBED, ids=name_of)
def test_what_a_handler_reads_is_what_its_route_tells(route: Route) -> None:
    for field, model in read_by(route):
        assert getattr(route, field) is model, model


@pytest.mark.parametrize("route", DESCRIBED, ids=name_of)
def test_a_handler_that_works_once_says_that_it_takes_a_key(route: Route) -> None:
    assert route.once == any(name == "once" for name, _ in calls_of(route))


def test_no_query_model_of_any_module_is_untold() -> None:
    told = {route.query.__name__ for route in routes() if route.query is not None}
    read = set()
    for path in Path(app.web.__path__[0]).rglob("*.py"):
        for name, arguments in calls_in(ast.parse(path.read_text())):
            if name == "query_of" and isinstance(arguments[1], ast.Name):
                read.add(arguments[1].id)
    assert {"UsersQuery", "PlacesQuery", "Refresh"} <= read <= told | {"model"}


@pytest.mark.parametrize(
    "route", [each for each in DESCRIBED if each.query is not None], ids=name_of
)
def test_every_field_of_a_query_is_a_parameter(route: Route) -> None:
    told = parameters_of(operation_of(route), "query")
    assert set(told) == set(route.query.model_json_schema()["properties"])
    assert "422" in operation_of(route)["responses"]
    for parameter in told.values():
        assert "null" not in str(parameter["schema"])
        assert "$ref" not in str(parameter["schema"])


def test_a_parameter_tells_type_bounds_and_default() -> None:
    told = parameters_of(described("/api/v1/admin/users", "get"), "query")
    assert told["limit"]["schema"] == {
        "type": "integer",
        "default": 50,
        "minimum": 1,
        "maximum": told["limit"]["schema"]["maximum"],
    }
    assert told["is_active"]["schema"] == {"type": "boolean"}
    assert told["tier"]["schema"] == {"enum": ["free", "basic", "pro"], "type": "string"}
    assert not any(parameter["required"] for parameter in told.values())
    assert parameters_of(described("/api/v1/places", "get"), "query")["q"]["description"]


def test_a_query_is_told_as_it_is_sent() -> None:
    class Kind(StrEnum):
        ONE = "one"

    class Asked(BaseModel):
        needed: str = Field(description="Why")
        order: Literal["up", "down"] | int | None = None
        kind: Kind | None = Field(None, alias="of")

    assert query_parameters(Asked) == [
        {
            "name": "needed",
            "in": "query",
            "required": True,
            "description": "Why",
            "schema": {"type": "string", "maxLength": LONGEST_IN_QUERY},
        },
        {
            "name": "order",
            "in": "query",
            "required": False,
            "schema": {"anyOf": [{"enum": ["up", "down"], "type": "string"}, {"type": "integer"}]},
        },
        {
            "name": "of",
            "in": "query",
            "required": False,
            "schema": {"type": "string", "enum": ["one"]},
        },
    ]


@pytest.mark.parametrize(
    "route", [each for each in DESCRIBED if each.takes is not None], ids=name_of
)
def test_every_body_is_described(route: Route) -> None:
    body = operation_of(route)["requestBody"]
    assert body["required"] is not route.optional
    assert {"400", "413", "422"} <= set(operation_of(route)["responses"])
    kinds = {*(["application/json"] if route.json else []), *(FORMS if route.form else ())}
    assert set(body["content"]) == kinds


def test_a_login_is_a_form_and_under_v1_json_too() -> None:
    legacy = described("/api/auth/login", "post")["requestBody"]["content"]
    own = described("/api/v1/auth/login", "post")["requestBody"]["content"]
    assert set(legacy) == FORMS
    assert set(own) == {*FORMS, "application/json"}
    schema = legacy["multipart/form-data"]["schema"]
    assert all(content["schema"] == schema for content in own.values())


@pytest.mark.parametrize("route", DESCRIBED, ids=name_of)
def test_counted_routes_tell_of_their_limits_and_others_do_not(route: Route) -> None:
    responses = operation_of(route)["responses"]
    is_counted = route.counted is not RouteClass.OPEN
    assert ("429" in responses) == is_counted
    success = responses[str(route.answers)]
    assert set(LIMITS) <= set(success["headers"]) or not is_counted
    assert set(LIMITS).isdisjoint(success["headers"]) or is_counted


def test_refusals_tell_how_to_come_again() -> None:
    told = document()["components"]["responses"]
    assert {*LIMITS, "Retry-After"} <= set(told["429"]["headers"])
    assert "Retry-After" in told["503"]["headers"]
    assert "WWW-Authenticate" in told["401"]["headers"]
    assert "WWW-Authenticate" not in told["403"]["headers"]


@pytest.mark.parametrize("status", sorted(set(STATUS_OF.values())))
def test_every_status_of_a_refusal_tells_its_codes(status: int) -> None:
    told = document()["components"]["responses"][str(status)]
    codes = {code for code, number in STATUS_OF.items() if number == status}
    codes |= {"VALIDATION_ERROR", "CONFLICT"} if status == 400 else set()
    schema = told["content"]["application/json"]["schema"]
    (listed,) = (set(node["enum"]) for node in nodes(schema) if "enum" in node)
    assert listed == codes
    assert all(f"`{code}`" in told["description"] for code in codes)


@pytest.mark.parametrize("route", DESCRIBED, ids=name_of)
def test_security_names_the_scope(route: Route) -> None:
    operation = operation_of(route)
    expected: list[Node] | None = None
    if route.scope is not None:
        expected = [{"token": [route.scope.value]}]
    elif route.bearer is Bearer.NEEDED:
        expected = [{"token": []}]
    elif route.bearer is Bearer.WELCOME:
        expected = [{}, {"token": []}]
    assert operation.get("security") == expected
    if route.in_person:
        assert "logged in" in operation["description"]


@pytest.mark.parametrize("prefix", ["/api/auth", "/api/v1/auth"])
def test_a_service_token_is_refreshed_with_a_bearer_token_of_any_scope(prefix: str) -> None:
    operation = described(f"{prefix}/service-token/refresh", "post")
    assert operation["security"] == [{"token": []}]
    assert "requestBody" not in operation
    assert "401" in operation["responses"]


def test_keys_of_repeated_requests_are_told_where_they_are_read() -> None:
    for route in DESCRIBED:
        operation = operation_of(route)
        keys = parameters_of(operation, "header")
        assert ("Idempotency-Key" in keys) == route.once
        if route.once:
            assert {"409", "422"} <= set(operation["responses"])
            assert "Idempotency-Replayed" in operation["responses"][str(route.answers)]["headers"]
    assert parameters_of(described("/api/v1/auth/admin/service-tokens", "post"), "header")


def test_ids_in_paths_are_uuids() -> None:
    for path, method, operation in operations():
        for name, parameter in parameters_of(operation, "path").items():
            assert parameter["required"] is True
            is_id = name == "id" or name.endswith("_id")
            assert (parameter["schema"].get("format") == "uuid") == is_id, (path, method)
            assert "404" in operation["responses"]


def test_answers_of_204_have_no_content() -> None:
    emptied = [operation["responses"].get("204") for _, _, operation in operations()]
    assert [each for each in emptied if each is not None]
    assert not any("content" in each for each in emptied if each is not None)


def test_every_other_success_has_content() -> None:
    for path, method, operation in operations():
        for status, answer in operation["responses"].items():
            if status.startswith("2") and status != "204":
                assert answer.get("content"), (path, method, status)


def test_registration_tells_of_those_who_wait() -> None:
    responses = described("/api/v1/auth/register", "post")["responses"]
    assert {"200", "202", "400", "403"} <= set(responses)
    data = responses["202"]["content"]["application/json"]["schema"]["allOf"][1]["properties"][
        "data"
    ]
    assert "message" in resolved(data["$ref"])["required"]


def test_a_role_is_changed_with_200_and_made_with_201() -> None:
    assert {"200", "201", "409"} <= set(described("/api/v1/admin/roles/{name}", "put")["responses"])


def test_headers_that_are_told_are_sent(server: RunningServer) -> None:
    token = person(server).access_token
    headers = {"X-Request-ID": "mine-1", "Authorization": f"Bearer {token}"}
    answer = server.get("/api/v1/places?q=Pari", scopes=(), headers=headers)
    told = described("/api/v1/places", "get")["responses"]["200"]["headers"]
    assert answer.status_code == 200
    assert set(told) <= set(answer.headers)
    assert answer.headers["X-Request-ID"] == "mine-1"
