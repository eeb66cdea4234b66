"""Every calculation on a stored chart: as on its birth, of its owner, and of what it is now."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from app.calculations.catalogue import Cost, catalogue
from app.charts.merging import is_of_two
from tests.calculations.asking import NEW_YORK
from tests.calculations.untimed_births import ANSWERING, UNKNOWN, first_birth, untimed
from tests.charts.stored import CONFIG, LONDON, WITHOUT_BIRTH, rest_of, whole_of
from tests.server import RunningServer
from tests.web.charts import backend, edited, kept
from tests.web.people import Person, call, data, person, refusal

STREAMING = [
    name
    for name in catalogue()
    if (slicing := catalogue()[name].slicing) is not None and slicing.streams
]
NO_ID = str(uuid.UUID(int=7))
WITHOUT_TIME = {*ANSWERING, *WITHOUT_BIRTH, "eclipses", "ingresses"}
"""Calculations that answer, in part or as a whole, where nobody knows the time of the birth."""


@pytest.fixture(scope="module")
def ada(server: RunningServer) -> Person:
    return backend(server)


@pytest.fixture(scope="module")
def chart(ada: Person) -> str:
    return kept(ada)


def path(chart_id: str, name: str) -> str:
    return f"/api/v1/charts/{chart_id}/{name}"


@pytest.mark.parametrize("name", catalogue())
def test_a_stored_chart_has_the_answer_of_its_birth(ada: Person, chart: str, name: str) -> None:
    body = rest_of(name)
    if is_of_two(catalogue()[name]):
        body["chart2"] = LONDON
    answer = ada.call("POST", path(chart, name), body)
    assert data(answer) == data(ada.call("POST", f"/api/v1/calculations/{name}", whole_of(name)))
    meta = answer.json()["meta"]
    assert (meta["chart_id"], meta["chart_version"]) == (chart, 1)
    assert meta["calculation"] == name
    assert meta["warnings"] == []


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[]", b"{", b'{"orbs": {"TRINE": 1e999}}'])
def test_a_body_may_be_empty_but_not_nonsense(ada: Person, chart: str, body: bytes) -> None:
    answer = requests_with(ada, path(chart, "natal-chart"), body)
    assert answer.status_code == (200 if body in {b"", b"{}"} else 422)


def requests_with(somebody: Person, where: str, body: bytes, **headers: str) -> Any:
    presented = {"Authorization": f"Bearer {somebody.access_token}", **headers}
    return somebody.server.post(where, data=body, headers=presented, scopes=())


def test_houses_aspects_and_orbs_are_those_that_the_chart_prefers(ada: Person) -> None:
    mine = kept(ada, CONFIG)
    answer = ada.call("POST", path(mine, "natal-chart"), {"orbs": {"SQUARE": 2}})
    definitions = answer.json()["meta"]["computed_for"]["definitions"]
    assert definitions["house_system"] == "KOCH"
    assert definitions["orbs"] == {"TRINE": 3.0, "SQUARE": 2.0}


def test_a_field_in_the_query_is_ignored_with_a_warning(ada: Person, chart: str) -> None:
    in_query = f"{path(chart, 'natal-chart')}?house_system=koch"
    answer = ada.call("POST", in_query, {"colour": "red"})
    assert data(answer)["house_system"] == "PLACIDUS"
    assert answer.json()["meta"]["warnings"] == [
        "field 'colour' was ignored",
        "field 'query.house_system' was ignored; did you mean 'house_system' in the JSON request?",
    ]


def test_a_birth_in_the_body_is_ignored_with_a_warning(ada: Person, chart: str) -> None:
    answer = ada.call("POST", path(chart, "houses"), {"date": "2001-01-01", "colour": "red"})
    assert data(answer) == data(ada.call("POST", path(chart, "houses"), {}))
    assert answer.json()["meta"]["warnings"] == [
        "field 'colour' was ignored",
        "field 'date' was ignored: the stored chart tells it",
    ]


LEGACY_NAMES: list[tuple[str, dict[str, Any], str]] = [
    ("aspects", {"orb_tolerance": 8.0}, "did you mean 'orbs'?"),
    ("aspects", {"natal_chart": {}}, "the stored chart tells it"),
    ("arabic-parts", {"chart_data": {}}, "the stored chart tells it"),
    ("composite", {"composite_type": "midpoint"}, "did you mean the calculation davison?"),
    ("composite", {"options": {}}, "did you mean its members, outside of it?"),
    ("davison", {"composite_type": "davison"}, "did you mean the calculation composite?"),
    ("dignities", {"dignity_system": "modern"}, "did you mean 'system'?"),
    ("directions", {"direction_date": "2026-01-01"}, "did you mean 'target_date'?"),
    ("directions", {"direction_type": "symbolic"}, "did you mean the calculation solar-arc?"),
    ("directions", {"type": "SOLAR_ARC"}, "did you mean the calculation solar-arc?"),
    ("eclipses", {"eclipse_type": "solar"}, "did you mean 'types'?"),
    ("harmonics", {"harmonic": 5}, "did you mean 'harmonics'?"),
    ("ingresses", {"planet": "SUN"}, "did you mean 'planets'?"),
    ("progressions", {"target_date": "2026-01-01"}, "did you mean 'progression_date'?"),
    ("progressions", {"type": "MINOR"}, "did you mean 'progression_type'?"),
    ("progressions", {"include_returns": True}, "did you mean 'include_solar_return'?"),
    ("rectification", {"method": "EVENT_BASED"}, "did you mean 'techniques'?"),
    ("rectification", {"parameters": {}}, "did you mean 'aspects'?"),
    ("rectification", {"time_window": {}}, "did you mean 'time_range_minutes'?"),
    ("returns", {"start_date": "2026-01-01"}, "did you mean 'return_date'?"),
    ("returns", {"types": ["SOLAR"]}, "did you mean 'return_types'?"),
    ("returns", {"year": 2026}, "did you mean 'return_date' and 'end_date'?"),
    ("solar-arc", {"direction_date": "2026-01-01"}, "did you mean 'target_date'?"),
    ("solar-arc", {"key_rate": 1.0}, "did you mean 'user_rate'?"),
    ("solar-arc", {"method": "NAIBOD"}, "did you mean 'arc'?"),
    ("solar-arc", {"type": "PRIMARY"}, "did you mean the calculation directions?"),
    ("synastry", {"options": {}}, "did you mean its members, outside of it?"),
    ("transits", {"date": "2026-01-01"}, "the stored chart tells it"),
]


@pytest.mark.parametrize(("name", "more", "says"), LEGACY_NAMES)
def test_a_name_of_the_compatible_api_is_told_what_it_is_here(
    ada: Person, chart: str, name: str, more: dict[str, Any], says: str
) -> None:
    body = rest_of(name)
    if is_of_two(catalogue()[name]):
        body["chart2"] = LONDON
    (warning,) = ada.call("POST", path(chart, name), {**body, **more}).json()["meta"]["warnings"]
    assert warning.startswith(f"field '{next(iter(more))}' was ignored")
    assert warning.endswith(says)


@pytest.mark.parametrize(
    ("name", "body", "lacking"),
    [
        ("progressions", {"target_date": "2026-01-01"}, "progression_date"),
        ("returns", {"start_date": "2026-01-01", "end_date": "2027-01-01"}, "return_date"),
        ("returns", {"year": 2026}, "return_date"),
        ("solar-arc", {"direction_date": "2026-01-01"}, "target_date"),
    ],
)
def test_what_lacks_because_of_a_name_of_the_compatible_api_is_told_beside_it(
    ada: Person, chart: str, name: str, body: dict[str, Any], lacking: str
) -> None:
    said = refusal(ada.call("POST", path(chart, name), body), 422)
    assert said == f"{lacking} must be given; '{next(iter(body))}' is not a field of this request"


@pytest.mark.parametrize("name", ["synastry", "composite", "davison"])
@pytest.mark.parametrize("field", ["target_chart_id", "second_chart_id", "chart2_id"])
def test_two_stored_charts_are_compared(ada: Person, chart: str, name: str, field: str) -> None:
    other = kept(ada, {}, **LONDON)
    answer = ada.call("POST", path(chart, name), {field: other})
    inline = ada.call("POST", path(chart, name), {"chart2": LONDON})
    assert data(answer) == data(inline)
    meta = answer.json()["meta"]
    assert (meta["target_chart_id"], meta["target_chart_version"]) == (other, 1)
    assert meta["warnings"] == []


def test_a_second_chart_must_be_told_once_and_be_ones_own(
    server: RunningServer, ada: Person, chart: str
) -> None:
    where = path(chart, "synastry")
    assert "target_chart_id" in refusal(ada.call("POST", where, {}), 422)
    twice = {"chart2": NEW_YORK, "target_chart_id": chart}
    assert "left out" in refusal(ada.call("POST", where, twice), 422)
    assert "id of a stored chart" in refusal(ada.call("POST", where, {"chart2_id": 5}), 422)
    foreign = kept(person(server))
    for strange in (foreign, NO_ID, "nonsense"):
        said = refusal(ada.call("POST", where, {"target_chart_id": strange}), 404)
        assert said == f"no chart {strange}; list yours at /api/v1/charts"


def test_a_refusal_about_the_second_chart_names_what_was_sent(ada: Person, chart: str) -> None:
    timeless = kept(ada, {}, time="unknown")
    answer = ada.call("POST", path(chart, "davison"), {"second_chart_id": timeless})
    assert answer.status_code == 422
    (problem,) = answer.json()["error"]["details"]["errors"]
    assert (problem["field"], problem["got"]) == ("second_chart_id", timeless)
    assert "a chart with a known time (PATCH its time" in problem["expected"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("natal-charts", "natal-chart"),
        ("positions", "planetary-positions"),
        ("natal", "natal-chart"),
        ("secondary-progressions", "progressions"),
        ("eclipse", "eclipses"),
    ],
)
def test_an_unknown_calculation_is_told_the_one_that_was_meant(
    ada: Person, chart: str, name: str, meant: str
) -> None:
    for where in (path(chart, name), f"/api/v1/calculations/{name}"):
        said = refusal(ada.call("POST", where, {}), 404)
        assert said.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize("name", ["natal-chart", "eclipses"])
def test_it_comes_as_text_where_that_is_asked_for(ada: Person, chart: str, name: str) -> None:
    headers = {"Accept": "text/markdown"}
    mine = requests_with(ada, path(chart, name), json.dumps(rest_of(name)).encode(), **headers)
    direct = f"/api/v1/calculations/{name}"
    whole = requests_with(ada, direct, json.dumps(whole_of(name)).encode(), **headers)
    assert mine.status_code == 200
    assert mine.headers["Content-Type"].startswith("text/markdown")
    assert mine.text == whole.text


@pytest.mark.parametrize("name", STREAMING)
def test_it_comes_as_lines_where_it_has_rows(ada: Person, chart: str, name: str) -> None:
    headers = {"Accept": "application/x-ndjson"}
    mine = requests_with(ada, path(chart, name), json.dumps(rest_of(name)).encode(), **headers)
    assert mine.headers["Content-Type"] == "application/x-ndjson"
    *rows, end = [json.loads(line) for line in mine.text.splitlines()]
    assert end["end"]["rows"] == len(rows)


def test_long_work_counts_as_long(server: RunningServer) -> None:
    ada = person(server)
    chart = kept(ada)

    def limit(name: str) -> str:
        return ada.call("POST", path(chart, name), rest_of(name)).headers["RateLimit-Policy"]

    long = next(name for name in catalogue() if catalogue()[name].cost is Cost.LONG)
    direct = f"/api/v1/calculations/{long}"
    policy = ada.call("POST", direct, whole_of(long)).headers["RateLimit-Policy"]
    assert limit(long) == policy != limit("natal-chart")


@pytest.mark.parametrize(("name", "body"), [("natal-chart", {}), ("eclipses", rest_of("eclipses"))])
def test_an_equal_request_after_an_edit_has_the_new_answer(
    ada: Person, name: str, body: dict[str, Any]
) -> None:
    mine = kept(ada)
    before = ada.call("POST", path(mine, name), body)
    assert data(ada.call("POST", path(mine, name), body)) == data(before)
    edited(ada, mine, date="1991-02-16", latitude=-33.9)
    after = ada.call("POST", path(mine, name), body)
    assert data(after) != data(before)
    assert after.json()["meta"]["digest"] != before.json()["meta"]["digest"]
    assert after.json()["meta"]["chart_version"] == 2


def test_it_needs_a_token_of_scope_calculations(server: RunningServer, chart: str) -> None:
    where = path(chart, "natal-chart")
    assert call(server, "POST", where, {}, presented="").status_code == 401
    assert server.post(where, {}, scopes=("admin",)).status_code == 403
    assert call(server, "GET", where).status_code == 405


def test_a_body_that_is_no_json_is_415(ada: Person, chart: str) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = requests_with(ada, path(chart, "houses"), b"{}", **headers)
    assert answer.status_code == 415


def test_a_body_that_cannot_be_an_object_of_ours_is_refused_and_nothing_fails(
    ada: Person, chart: str
) -> None:
    for body in (
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 190 + b"1" + b"}" * 190,
        b'{"orb_multiplier": 123456789012345678901234567890}',
        b'{"own_aspects": "\xff"}',
        b'{"natal_chart": 5, "orbs": 5}',
    ):
        assert requests_with(ada, path(chart, "natal-chart"), body).status_code in {200, 422}


def test_a_chart_is_calculated_as_long_as_it_is_kept_and_as_it_is_now(ada: Person) -> None:
    made = data(ada.call("POST", "/api/v1/charts", NEW_YORK), 201)
    mine, where = f"/api/v1/charts/{made['id']}", path(made["id"], "natal-chart")
    first = data(ada.call("POST", where, {}))
    assert first == data(ada.call("POST", "/api/v1/calculations/natal-chart", NEW_YORK))
    data(ada.call("PATCH", mine, {"date": "1991-02-16"}))
    second = data(ada.call("POST", where, {}))
    changed = {**NEW_YORK, "date": "1991-02-16"}
    assert second == data(ada.call("POST", "/api/v1/calculations/natal-chart", changed))
    assert second != first
    ada.call("DELETE", mine)
    said = refusal(ada.call("POST", where, {}), 404)
    assert said == f"no chart {made['id']}; list yours at /api/v1/charts"


# Births of unknown time


@pytest.fixture(scope="module")
def timeless(ada: Person) -> str:
    return kept(ada, {}, **UNKNOWN)


@pytest.mark.parametrize("name", ANSWERING)
def test_a_stored_chart_of_unknown_time_has_the_answer_of_its_birth(
    ada: Person, timeless: str, name: str
) -> None:
    entry = catalogue()[name]
    pair = {"chart2": LONDON} if is_of_two(entry) else {}
    born = {} if first_birth(entry) else {**NEW_YORK, **UNKNOWN}
    whole = untimed(name, **born, **pair)
    body = {field: whole[field] for field in rest_of(name)}
    answer = ada.call("POST", path(timeless, name), {**body, **pair})
    assert data(answer) == data(ada.call("POST", f"/api/v1/calculations/{name}", whole))
    (warning,) = answer.json()["meta"]["warnings"]
    assert "time is unknown" in warning


@pytest.mark.parametrize("name", ["synastry", "composite"])
def test_two_stored_charts_of_unknown_time_are_compared(
    ada: Person, timeless: str, name: str
) -> None:
    answer = ada.call("POST", path(timeless, name), {"target_chart_id": timeless})
    assert "MOON" not in {row["planet1"] for row in data(answer)["aspects"]}
    assert len(answer.json()["meta"]["warnings"]) == 2


@pytest.mark.parametrize("name", sorted({*catalogue()} - WITHOUT_TIME))
def test_a_stored_chart_of_unknown_time_is_refused_where_a_time_is_needed(
    ada: Person, timeless: str, name: str
) -> None:
    body = rest_of(name)
    if is_of_two(catalogue()[name]):
        body["chart2"] = LONDON
    answer = ada.call("POST", path(timeless, name), body)
    said = refusal(answer, 422)
    assert said.startswith("path.id must be a chart with a known time (PATCH its time")
    assert "this calculation needs a known time" in said
    (problem,) = answer.json()["error"]["details"]["errors"]
    assert (problem["field"], problem["got"]) == ("path.id", timeless)
    (told,) = answer.json()["detail"]
    assert told["loc"][-1] == "id"


def test_houses_that_are_entered_need_the_time_of_the_stored_chart(
    ada: Person, timeless: str
) -> None:
    body = {**rest_of("ingresses"), "types": ["HOUSE"]}
    said = refusal(ada.call("POST", path(timeless, "ingresses"), body), 422)
    assert said.startswith("path.id must be a chart with a known time")


def test_eclipses_of_a_stored_chart_of_unknown_time_are_those_of_the_world(
    ada: Person, timeless: str
) -> None:
    body = {**rest_of("eclipses"), "natal_chart": {"house_system": "KOCH"}}
    answer = ada.call("POST", path(timeless, "eclipses"), body)
    direct = {"timezone": NEW_YORK["timezone"], **rest_of("eclipses")}
    whole = ada.call("POST", "/api/v1/calculations/eclipses", direct)
    assert data(answer) == data(whole)
    (warning,) = answer.json()["meta"]["warnings"]
    assert warning.startswith("the time of the stored chart is unknown")


@pytest.mark.parametrize("family", ["/api/charts", "/api/calculations/charts"])
def test_the_public_api_tells_the_chart_whose_time_nobody_knows(
    ada: Person, timeless: str, family: str
) -> None:
    answer = ada.call("POST", f"{family}/{timeless}/houses", {})
    (problem,) = answer.json()["error"]["details"]["errors"]
    assert (problem["field"], problem["got"]) == ("path.chart_id", timeless)


def test_a_chart_that_is_told_in_the_body_is_told_by_its_id(ada: Person, timeless: str) -> None:
    body = {"chart_id": timeless, "parameters": {}}
    answer = ada.call("POST", "/api/calculations/houses", body)
    (problem,) = answer.json()["error"]["details"]["errors"]
    assert (problem["field"], problem["got"]) == ("chart_id", timeless)


def test_a_time_that_is_left_out_may_be_unknown(ada: Person) -> None:
    birth = {name: value for name, value in NEW_YORK.items() if name != "time"}
    said = refusal(ada.call("POST", "/api/v1/calculations/natal-chart", birth), 422)
    assert said.endswith("or as unknown where nobody knows")
    inside = {**rest_of("transits"), "natal_chart": birth}
    said = refusal(ada.call("POST", "/api/v1/calculations/transits", inside), 422)
    assert said.startswith("natal_chart.time must be given")
    assert said.endswith("or as unknown where nobody knows")
    assert "unknown" not in refusal(ada.call("POST", "/api/v1/calculations/horary", birth), 422)


# The zone of a second birth


@pytest.mark.parametrize("name", ["synastry", "composite", "davison"])
@pytest.mark.parametrize("zone", [{}, {"timezone": None}])
def test_a_second_birth_without_a_zone_has_that_of_its_coordinates(
    ada: Person, chart: str, name: str, zone: dict[str, Any]
) -> None:
    born = {key: value for key, value in LONDON.items() if key != "timezone"}
    answer = ada.call("POST", path(chart, name), {"chart2": {**born, **zone}})
    assert data(answer) == data(ada.call("POST", path(chart, name), {"chart2": LONDON}))
    assert answer.json()["meta"]["warnings"] == []
    assert "Europe/London" in json.dumps(answer.json()["meta"]["computed_for"])


def test_a_second_birth_has_no_zone_at_sea(ada: Person, chart: str) -> None:
    sea = {"date": "1985-06-21", "time": "08:15", "latitude": 30.0, "longitude": -40.0}
    said = refusal(ada.call("POST", path(chart, "synastry"), {"chart2": sea}), 422)
    assert said.startswith("chart2.timezone must be given, because latitude 30")
    instant = {**sea, "date": "1985-06-21T08:15:00Z", "time": None}
    data(ada.call("POST", path(chart, "synastry"), {"chart2": instant}))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"latitude": 91}, "chart2.latitude"),
        ({"latitude": None}, "chart2.latitude"),
        ({"date": 5}, "chart2.date"),
        ({"time": "25:00"}, "chart2.time"),
        ({"date": "1985-03-31", "time": "01:30"}, "chart2.time"),
    ],
)
def test_a_second_birth_without_a_zone_is_refused_by_its_own_fields(
    ada: Person, chart: str, wrong: dict[str, Any], field: str
) -> None:
    born = {key: value for key, value in LONDON.items() if key != "timezone"}
    answer = ada.call("POST", path(chart, "synastry"), {"chart2": {**born, **wrong}})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == field
