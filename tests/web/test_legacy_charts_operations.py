"""Operations of the public API on stored charts, in both families of paths."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from app.compat.charts import CHART_ADAPTERS
from app.compat.direct import OPERATIONS
from app.compat.legacy import Adapter
from app.ephemeris.almanac import SwissAlmanac
from app.web.routes import routes
from app.web.routing import Route
from tests.calculations.asking import NEW_YORK, ask
from tests.charts.stored import CONFIG, LONDON
from tests.server import RunningServer
from tests.web.charts import backend, kept
from tests.web.people import Person, call, data, person, refusal

FAMILIES = ("/api/calculations/charts", "/api/charts")
ADAPTERS = {adapter.name.removeprefix("charts/"): adapter for adapter in CHART_ADAPTERS}
ALIASES = ("target_chart_id", "second_chart_id", "chart2_id")
NO_ID = str(uuid.UUID(int=7))
TIMELESS = {"time": "unknown"}


@pytest.fixture(scope="module")
def ada(server: RunningServer) -> Person:
    return backend(server)


@pytest.fixture(scope="module")
def chart(ada: Person) -> str:
    return kept(ada, CONFIG)


@pytest.fixture(scope="module")
def target(ada: Person) -> str:
    return kept(ada, {}, **LONDON)


def options_of(adapter: Adapter) -> dict[str, Any]:
    """What callers may say beside the chart."""
    births = {"chart", "target_chart"}
    return {name: value for name, value in adapter.example.items() if name not in births}


def fields_of(answer: Any) -> list[str]:
    return [problem["field"] for problem in answer.json()["error"]["details"]["errors"]]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ADAPTERS)
def test_a_stored_chart_has_the_answer_of_its_birth(
    ada: Person, chart: str, target: str, family: str, name: str, ephemeris: SwissAlmanac
) -> None:
    adapter, body = ADAPTERS[name], options_of(ADAPTERS[name])
    whole = {**body, "chart": {**NEW_YORK, "config": CONFIG}}
    if name == "synastry":
        whole["target_chart"], body["target_chart_id"] = LONDON, target
    answer = ada.call("POST", f"{family}/{chart}/{name}", body)
    expected = ask(adapter.name, whole, ephemeris)
    assert data(answer) == expected.data
    told = answer.json()
    for member in expected.data if adapter.flat else ():
        assert told[member] == expected.data[member]
    assert told["error"] is None
    assert (told["meta"]["chart_id"], told["meta"]["chart_version"]) == (chart, 1)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"5", b"{", b'"x"'])
def test_a_body_must_be_an_object(ada: Person, chart: str, family: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {ada.access_token}"}
    for name in ("positions", "synastry"):
        where = f"{family}/{chart}/{name}"
        answer = ada.server.post(where, data=body, headers=headers, scopes=())
        assert answer.status_code == 422
        assert fields_of(answer) == ["body"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_body_may_be_empty_and_its_numbers_text(ada: Person, chart: str, family: str) -> None:
    assert len(data(ada.call("POST", f"{family}/{chart}/positions", {}))["positions"]) == 10
    one, two = (
        data(ada.call("POST", f"{family}/{chart}/harmonics", {"harmonic": harmonic}))
        for harmonic in (5, "5")
    )
    assert one == two


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("alias", ALIASES)
def test_the_second_chart_has_three_names(
    ada: Person, chart: str, target: str, family: str, alias: str
) -> None:
    answer = ada.call("POST", f"{family}/{chart}/synastry", {alias: target})
    assert data(answer)["aspects"]
    assert answer.json()["meta"]["target_chart_id"] == target


@pytest.mark.parametrize("family", FAMILIES)
def test_a_synastry_makes_composite_and_davison_charts_when_asked(
    ada: Person, chart: str, target: str, family: str
) -> None:
    more = {"include_composite": True, "include_davison": True}
    body = {"target_chart_id": target, **more}
    told = data(ada.call("POST", f"{family}/{chart}/synastry", body))
    assert told["composite"]["positions"]
    assert told["davison"]["positions"]


def test_a_synastry_without_a_second_chart_is_400_or_422_by_its_path(
    ada: Person, chart: str
) -> None:
    for body in ({}, {"target_chart_id": None}):
        strict = ada.call("POST", f"/api/calculations/charts/{chart}/synastry", body)
        assert refusal(strict, 400).startswith("target_chart_id must be given")
        assert strict.json()["error"]["code"] == "VALIDATION_ERROR"
        assert isinstance(strict.json()["detail"], str)
        usual = ada.call("POST", f"/api/charts/{chart}/synastry", body)
        assert refusal(usual, 422).startswith("target_chart_id must be given")
        assert usual.json()["detail"][0]["loc"] == ["body", "target_chart_id"]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_second_chart_must_be_there_and_ones_own(
    server: RunningServer, ada: Person, chart: str, family: str
) -> None:
    where = f"{family}/{chart}/synastry"
    for strange in (kept(person(server)), NO_ID, "nonsense"):
        said = refusal(ada.call("POST", where, {"second_chart_id": strange}), 404)
        assert said == f"no chart {strange}; list yours at /api/charts"
    answer = ada.call("POST", where, {"second_chart_id": [chart]})
    assert answer.status_code == 422
    assert fields_of(answer) == ["second_chart_id"]


# refusals


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("positions", {"planets": ["SUN", "SUNN"]}, "planets.1"),
        ("positions", {"house_system": "nonsense"}, "house_system"),
        ("aspects", {"orbs": {"TRINE": 99}}, "orbs.TRINE"),
        ("harmonics", {"harmonic": 0}, "harmonic"),
        ("transits", {}, "transit_date"),
        ("transits", {"transit_date": "2026-13-01", "transit_time": "12:00"}, "transit_date"),
        ("returns", {}, "start_date"),
        ("eclipses", {"start_date": "2026-01-01"}, "end_date"),
    ],
)
def test_a_wrong_option_is_refused_by_its_name(
    ada: Person, chart: str, family: str, name: str, body: dict[str, Any], field: str
) -> None:
    answer = ada.call("POST", f"{family}/{chart}/{name}", body)
    assert answer.status_code == 422
    assert field in fields_of(answer)


@pytest.mark.parametrize("name", ADAPTERS)
def test_what_the_chart_lacks_is_never_told_as_a_field_of_a_chart(
    ada: Person, target: str, name: str
) -> None:
    for birth in (TIMELESS, {"latitude": 89.0}):
        mine = kept(ada, {}, **birth)
        body = options_of(ADAPTERS[name])
        if name == "synastry":
            body["target_chart_id"] = target
        answer = ada.call("POST", f"/api/charts/{mine}/{name}", body)
        assert answer.status_code in {200, 422}
        assert "chart." not in json.dumps(answer.json().get("detail"))
        if birth is TIMELESS and answer.status_code == 422:
            assert fields_of(answer) == ["path.chart_id"]


def test_what_the_second_chart_lacks_is_told_of_its_id(ada: Person, chart: str) -> None:
    other = kept(ada, {}, ephemeris="MOSHIER")
    for alias in ALIASES:
        answer = ada.call("POST", f"/api/charts/{chart}/synastry", {alias: other})
        assert answer.status_code == 422
        assert fields_of(answer) == [f"{alias}.ephemeris"]
        assert answer.json()["detail"][0]["loc"] == ["body", alias, "ephemeris"]
        assert refusal(answer, 422).startswith(f"{alias}.ephemeris must be")


def test_a_second_chart_of_unknown_time_is_compared_without_its_moon(
    ada: Person, chart: str
) -> None:
    timeless = kept(ada, {}, **TIMELESS)
    body = {"target_chart_id": timeless, "include_composite": True}
    answer = ada.call("POST", f"/api/charts/{chart}/synastry", body)
    found = data(answer)
    assert "MOON" in {row["planet1"] for row in found["aspects"]}
    assert "MOON" not in {row["planet2"] for row in found["aspects"]}
    assert "MOON" in found["composite"]["positions"]
    (warning,) = answer.json()["meta"]["warnings"]
    assert warning.startswith("target_chart.time is unknown: ")
    refused = ada.call("POST", f"/api/charts/{chart}/synastry", {**body, "include_davison": True})
    assert fields_of(refused) == ["include_davison"]


# operations for birth data, asked of a stored chart


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_direct_operation_takes_a_stored_chart(ada: Person, chart: str, operation: Any) -> None:
    where = f"/api/calculations/{operation.name}"
    options = dict(operation.example)
    own = f"/api/charts/{chart}/{operation.chart_name}"
    expected = ada.call("POST", own, options).json()
    for body in ({"chart_id": chart, "parameters": options}, {"chart_id": chart, **options}):
        answer = ada.call("POST", where, body)
        assert data(answer) == expected["data"]
        assert answer.json()["meta"]["chart_id"] == chart
    birth = {**NEW_YORK, **options}
    assert ada.call("POST", where, {**birth, "chart_id": None}).json()["data"] == data(
        ada.call("POST", where, birth)
    )


def test_wrong_parameters_are_refused_where_they_stood(ada: Person, chart: str) -> None:
    where = "/api/calculations/fixed-stars"
    for body, field in (
        ({"parameters": {"orb": 99}}, "parameters.orb"),
        ({"orb": 99}, "orb"),
        ({"orb": 99, "parameters": {}}, "orb"),
        ({"parameters": [1]}, "parameters"),
        ({"chart_id": 5}, "chart_id"),
    ):
        answer = ada.call("POST", where, {"chart_id": chart, **body})
        assert answer.status_code == 422
        assert fields_of(answer) == [field]
    missing = ada.call(
        "POST", "/api/calculations/rectification", {"chart_id": chart, "parameters": {}}
    )
    assert fields_of(missing) == ["parameters.events"]


def test_a_direct_operation_finds_no_chart_of_others(server: RunningServer, ada: Person) -> None:
    for strange in (kept(person(server)), NO_ID, "nonsense"):
        for where in ("fixed-stars", "secondary-progressions"):
            body = {"chart_id": strange, "parameters": {}}
            said = refusal(ada.call("POST", f"/api/calculations/{where}", body), 404)
            assert said == f"no chart {strange}; list yours at /api/charts"


# whose chart it is

OF_A_CHART = [
    route for route in routes() if "/charts/{id}" in route.path or "{chart_id}" in route.path
]


def told(route: Route, somebody: Person, chart_id: str) -> tuple[int, str]:
    """The answer of a route about a chart, without what differs between any two requests."""
    name = "synastry" if route.operation == "charts/synastry" else "natal-chart"
    path = route.path.replace("{id}", chart_id).replace("{chart_id}", chart_id)
    body = {"target_chart_id": chart_id} if name == "synastry" else {}
    answer = somebody.call(route.method, path.replace("{calculation}", name), body)
    content = answer.json()
    content.pop("meta", None)
    return answer.status_code, json.dumps(content).replace(chart_id, "<id>")


@pytest.mark.parametrize("route", OF_A_CHART, ids=lambda route: f"{route.method} {route.path}")
def test_a_chart_of_others_is_as_unknown_as_one_that_is_not_there(
    ada: Person, foreign: str, route: Route
) -> None:
    status, answer = told(route, ada, foreign)
    assert (status, answer) == told(route, ada, NO_ID)
    assert status == 404
    family = "/api/v1/charts" if "/v1/" in route.path else "/api/charts"
    assert f'"no chart <id>; list yours at {family}"' in answer


@pytest.fixture(scope="module")
def foreign(server: RunningServer) -> str:
    return kept(person(server))


def test_operations_on_charts_need_a_token_of_scope_calculations(
    server: RunningServer, chart: str
) -> None:
    for family in FAMILIES:
        where = f"{family}/{chart}/positions"
        assert call(server, "POST", where, {}, presented="").status_code == 401
        assert server.post(where, {}, scopes=("admin",)).status_code == 403
        assert call(server, "GET", where).status_code == 405
