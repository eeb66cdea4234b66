"""The description of calculations on stored charts: once for each, without the birth."""

from __future__ import annotations

from typing import Any

import pytest

from app.calculations.catalogue import catalogue
from app.charts.merging import BIRTH_FIELDS, SECOND_IDS, births_of, is_of_two
from app.web.openapi.schemas import META
from tests.server import RunningServer
from tests.web.charts import backend, kept
from tests.web.people import data
from tests.web.test_openapi import operation_at, resolved, whole


def described(name: str) -> dict[str, Any]:
    return operation_at(f"/api/v1/charts/{{id}}/{name}", "post")


def body_of(name: str) -> dict[str, Any]:
    content: dict[str, Any] = described(name)["requestBody"]["content"]["application/json"]
    return content


@pytest.mark.parametrize("name", catalogue())
def test_a_body_has_all_but_the_birth(name: str) -> None:
    direct = operation_at(f"/api/v1/calculations/{name}", "post")
    all_of_it = resolved(direct["requestBody"]["content"]["application/json"]["schema"]["$ref"])
    schema, births = body_of(name)["schema"], births_of(catalogue()[name].request)
    dropped = set(BIRTH_FIELDS) if births == ("",) else set()
    added = set(SECOND_IDS) if is_of_two(catalogue()[name]) else set()
    assert set(schema["properties"]) == set(all_of_it["properties"]) - dropped | added
    required = set(all_of_it.get("required", ())) - set(BIRTH_FIELDS) - set(births)
    assert set(schema.get("required", ())) == required
    if births and births != ("",):
        assert set(whole(schema["properties"][births[0]])["properties"]) == {"house_system"}
    assert described(name)["requestBody"]["required"] == bool(required or added)


def test_the_answer_is_that_of_the_calculation() -> None:
    direct = operation_at("/api/v1/calculations/natal-chart", "post")
    assert described("natal-chart")["responses"]["200"] == direct["responses"]["200"]


def test_every_example_is_answered(server: RunningServer) -> None:
    somebody = backend(server)
    chart = kept(somebody)
    for name in catalogue():
        answer = somebody.call("POST", f"/api/v1/charts/{chart}/{name}", body_of(name)["example"])
        assert data(answer)
        assert answer.json()["meta"]["warnings"] == []


def test_meta_has_the_members_that_are_described_and_no_others(server: RunningServer) -> None:
    somebody = backend(server)
    chart, body = kept(somebody), {"target_chart_id": kept(somebody)}
    answer = somebody.call("POST", f"/api/v1/charts/{chart}/synastry", body)
    assert set(answer.json()["meta"]) == set(META["properties"])


@pytest.mark.parametrize("method", ["patch", "put", "delete"])
def test_a_change_may_name_the_version_it_means(method: str) -> None:
    parameters = operation_at("/api/v1/charts/{id}", method)["parameters"]
    assert {"$ref": "#/components/parameters/If-Match"} in parameters
