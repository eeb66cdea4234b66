"""Stored charts over HTTP."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from app.web.chart_shapes import ChartChange
from tests.server import LONG_ENOUGH, RunningServer
from tests.web.charts import backend
from tests.web.people import Person, data, person, refusal

CHARTS = "/api/v1/charts"
BIRTH = {
    "date": "1990-01-15",
    "time": "14:30",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}
MEMBERS = [
    *("id", "name", "notes", "date", "time", "time_known"),
    *("timezone", "timezone_source"),
    *("latitude", "longitude", "altitude", "fold", "calendar", "local_mean_time"),
    *("universal_time", "ephemeris", "config", "place", "utc", "julian_day", "version"),
    *("created_at", "updated_at"),
]
NESTED: Any = []
for _ in range(150):
    NESTED = [NESTED]


@pytest.fixture
def ada(server: RunningServer) -> Person:
    return person(server)


@pytest.fixture(scope="module")
def reader(server: RunningServer) -> Person:
    """Somebody whose charts nobody changes."""
    somebody = person(server)
    for name in ("Émile Zola", "Anna Karenina", "Zoë"):
        kept(somebody, name=name)
    return somebody


def kept(owner: Person, **members: Any) -> Any:
    return data(owner.call("POST", CHARTS, {**BIRTH, **members}), 201)


def send(
    owner: Person, method: str, path: str, headers: dict[str, str], body: Any = None
) -> requests.Response:
    told = {"Authorization": f"Bearer {owner.access_token}", **headers}
    url = owner.server.url + path
    return requests.request(method, url, json=body, headers=told, timeout=LONG_ENOUGH)


def test_a_chart_is_kept_and_comes_back(ada: Person) -> None:
    made = kept(ada, name="Ada", notes="a note")
    assert list(made) == MEMBERS
    assert made["config"]["house_system"] == "PLACIDUS"
    assert (made["time"], made["utc"]) == ("14:30:00", "1990-01-15T19:30:00Z")
    assert (made["version"], made["timezone_source"], made["place"]) == (1, "given", None)
    assert made["created_at"] == made["updated_at"]
    assert made["created_at"].endswith("Z")
    reply = ada.call("GET", f"{CHARTS}/{made['id']}")
    assert data(reply) == made
    assert reply.headers["ETag"] == 'W/"1"'


def test_city_and_country_take_the_place_of_coordinates(ada: Person) -> None:
    given = {"date": "1990-01-15", "time": "14:30", "city": "Zürich", "country": "Switzerland"}
    made = data(ada.call("POST", CHARTS, given), 201)
    assert (made["timezone"], made["timezone_source"]) == ("Europe/Zurich", "city")
    assert made["place"]["city"] == "Zürich"
    assert made["latitude"] == pytest.approx(47.37, abs=0.01)


def test_a_zone_is_found_at_the_coordinates(ada: Person) -> None:
    made = kept(ada, timezone=None)
    assert (made["timezone"], made["timezone_source"]) == ("America/New_York", "coordinates")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_what_is_not_given_stays(ada: Person, method: str) -> None:
    made = kept(ada, name="Ada", notes="a note")
    reply = ada.call(method, f"{CHARTS}/{made['id']}", {"date": "1991-02-03", "name": "Berta"})
    changed = data(reply)
    new = {"date": "1991-02-03", "name": "Berta", "version": 2, "utc": "1991-02-03T19:30:00Z"}
    new |= {name: changed[name] for name in ("julian_day", "updated_at")}
    assert changed == {**made, **new}
    assert changed["updated_at"] > made["updated_at"]
    assert reply.headers["ETag"] == 'W/"2"'
    assert data(ada.call("GET", f"{CHARTS}/{made['id']}")) == changed


def test_a_chart_sent_back_as_it_came_is_unchanged(ada: Person) -> None:
    given = {"date": "1990-01-15", "time": "14:30", "city": "Paris", "country": "FR"}
    made = data(ada.call("POST", CHARTS, given), 201)
    reply = ada.call("PUT", f"{CHARTS}/{made['id']}", made)
    assert data(reply) == made
    assert "warnings" not in reply.json()["meta"]


def test_a_chart_sent_back_with_another_date_is_changed_without_a_warning(ada: Person) -> None:
    made = kept(ada)
    reply = ada.call("PUT", f"{CHARTS}/{made['id']}", {**made, "date": "1991-02-03"})
    assert data(reply)["utc"] == "1991-02-03T19:30:00Z"
    assert "warnings" not in reply.json()["meta"]


UNREAD = {
    "nmae": "field 'nmae' was ignored; did you mean 'name'?",
    "lat": "field 'lat' was ignored; did you mean 'latitude'?",
    "colour": "field 'colour' was ignored",
    "id": "field 'id' was ignored: answers tell it, nobody sets it",
    "utc": "field 'utc' was ignored: answers tell it, nobody sets it; did you mean 'date'?",
    "place": "field 'place' was ignored: answers tell it, nobody sets it; did you mean 'city'?",
}


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_a_member_that_nobody_reads_leaves_a_warning(ada: Person, method: str) -> None:
    path = CHARTS if method == "POST" else f"{CHARTS}/{kept(ada)['id']}"
    config = {"house_sistem": "KOCH", "house_system": "EQUAL"}
    body = {**BIRTH, **dict.fromkeys(UNREAD, "x"), "house_system": "KOCH", "config": config}
    reply = ada.call(method, path, body)
    assert data(reply, 201 if method == "POST" else 200)["config"]["house_system"] == "EQUAL"
    assert reply.json()["meta"]["warnings"] == [
        *UNREAD.values(),
        "field 'config.house_sistem' was ignored; did you mean 'config.house_system'?",
    ]


def test_a_new_chart_has_no_version_to_be_told(ada: Person) -> None:
    reply = ada.call("POST", CHARTS, {**BIRTH, "version": 3})
    assert data(reply, 201)["version"] == 1
    (warning,) = reply.json()["meta"]["warnings"]
    assert warning.startswith("field 'version' was ignored")


def test_of_many_members_that_nobody_reads_a_few_are_told(ada: Person) -> None:
    reply = ada.call("POST", CHARTS, {**BIRTH, **{f"unknown {n}": n for n in range(2000)}})
    assert len(reply.json()["meta"]["warnings"]) == 10


def test_compatible_charts_stay_silent_of_what_nobody_reads(ada: Person) -> None:
    made = ada.call("POST", "/api/charts", {**BIRTH, "colour": "red"}).json()
    assert made["date"] == "1990-01-15T14:30:00"
    assert "colour" not in str(made)


NOWHERE_NEAR = "city: Paris is 4379 km from latitude and longitude, and these count; leave them "
USES_WARN: list[tuple[dict[str, Any], str]] = [
    (
        {"latitude": 48.86, "longitude": 2.35, "timezone": "Asia/Tokyo"},
        "timezone: the zone is 8.8 hours from the sun at this longitude; is longitude east",
    ),
    ({"date": "0900-01-15"}, "date: every calculation will be refused: "),
    ({"latitude": 10, "longitude": 10, "timezone": None, "city": "Paris"}, NOWHERE_NEAR),
    (
        {"latitude": 10, "longitude": 10, "timezone": None, "city": "Paris", "country": "FR"},
        NOWHERE_NEAR,
    ),
]
"""What each use of a chart would warn of or refuse."""


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
@pytest.mark.parametrize(("odd", "says"), USES_WARN)
def test_what_each_use_would_warn_of_is_told_when_a_chart_is_kept(
    ada: Person, method: str, odd: dict[str, Any], says: str
) -> None:
    path = CHARTS if method == "POST" else f"{CHARTS}/{kept(ada)['id']}"
    reply = ada.call(method, path, {**BIRTH, **odd} if method == "POST" else odd)
    made = data(reply, 201 if method == "POST" else 200)
    (warning,) = reply.json()["meta"]["warnings"]
    assert warning.startswith(says)
    again = ada.call("PATCH", f"{CHARTS}/{made['id']}", {"name": "Berta"})
    assert "warnings" not in again.json()["meta"]


def test_a_year_outside_the_files_is_told_with_what_to_add(ada: Person) -> None:
    reply = ada.call("POST", CHARTS, {**BIRTH, "date": "0900-01-15"})
    (warning,) = reply.json()["meta"]["warnings"]
    refused = ada.call("POST", f"{CHARTS}/{data(reply, 201)['id']}/natal-chart", {})
    assert warning.endswith(refusal(refused, 422))
    assert "sepl_06.se1" in warning
    moshier = {**BIRTH, "date": "0900-01-15", "ephemeris": "MOSHIER"}
    assert "warnings" not in ada.call("POST", CHARTS, moshier).json()["meta"]


@pytest.mark.parametrize(
    "near",
    [
        {"latitude": 48.8, "longitude": 2.1, "city": "Paris", "country": "FR"},
        {"latitude": 52.34, "longitude": 14.55, "city": "Frankfurt (Oder)", "country": "DE"},
        {"latitude": 42.1, "longitude": -72.59, "city": "Springfield"},
        {"latitude": 10, "longitude": 10, "city": "A village that is on no list"},
        {"latitude": 10, "longitude": 10, "city": "Paris", "country": "Nowhere"},
        {"city": "Paris", "country": "FR", "latitude": None, "longitude": None},
    ],
)
def test_coordinates_of_the_city_make_no_warning(ada: Person, near: dict[str, Any]) -> None:
    reply = ada.call("POST", CHARTS, {**BIRTH, "timezone": None, **near})
    assert data(reply, 201)["place"]["city"] == near["city"]
    assert "warnings" not in reply.json()["meta"]


def test_compatible_charts_stay_silent_of_what_each_use_will_tell(ada: Person) -> None:
    made = ada.call("POST", "/api/charts", {**BIRTH, "timezone": "Asia/Tokyo"})
    assert made.status_code == 200
    assert "warnings" not in made.text


def test_an_unknown_time_is_said_to_be_one(ada: Person) -> None:
    made = kept(ada, time="unknown")
    assert (made["time_known"], made["utc"]) == (False, "1990-01-15T17:00:00Z")
    path = f"{CHARTS}/{made['id']}"
    assert data(ada.call("GET", f"{path}?fields=time_known")) == {"time_known": False}
    assert data(ada.call("PATCH", path, {"time": "10:00"}))["time_known"] is True


TOLD: dict[str, Any] = {
    **BIRTH,
    "name": "Ada",
    "notes": "a note",
    "city": "Home",
    "altitude": 100.0,
    "calendar": "GREGORIAN",
    "local_mean_time": "ZONE",
    "universal_time": "UTC_TO_UT1",
    "ephemeris": "MOSHIER",
    "config": {"house_system": "KOCH"},
}
"""A birth of which all is told."""
TWICE = {"date": "2020-11-01", "time": "01:30", "fold": 0}
"""A local time that came twice."""
NULLS: dict[str, Any] = {
    "name": None,
    "notes": None,
    "city": None,
    "altitude": 0.0,
    "timezone": "America/New_York",
    "calendar": "AUTO",
    "local_mean_time": "BIRTHPLACE",
    "universal_time": "UTC_AS_UT1",
    "ephemeris": "SWISS",
    "config": {"house_system": "PLACIDUS"},
}
"""What null makes of it."""


@pytest.mark.parametrize("member", NULLS)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_null_stands_for_what_is_as_usual(ada: Person, method: str, member: str) -> None:
    if method == "POST":
        shown = kept(ada, **{**TOLD, member: None})
    else:
        made = kept(ada, **TOLD)
        shown = data(ada.call("PATCH", f"{CHARTS}/{made['id']}", {member: None}))
    if member == "city":
        assert shown["place"] is None
    elif member == "config":
        assert shown["config"]["house_system"] == "PLACIDUS"
    else:
        assert shown[member] == NULLS[member]


@pytest.mark.parametrize("member", ["date", "time", "latitude", "longitude", "fold"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_null_is_refused_by_the_member_that_cannot_be_without(
    ada: Person, method: str, member: str
) -> None:
    if method == "POST":
        reply = ada.call("POST", CHARTS, {**TOLD, **TWICE, member: None})
    else:
        made = kept(ada, **{**TOLD, **TWICE})
        reply = ada.call("PATCH", f"{CHARTS}/{made['id']}", {member: None})
    assert "of this request" not in refusal(reply, 422)
    (problem,) = reply.json()["error"]["details"]["errors"]
    assert problem["field"] == member


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"latitude": 10}, "longitude"),
        ({"longitude": 10}, "latitude"),
        ({"latitude": 10, "city": "Zürich", "country": "CH"}, "longitude"),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_place_is_changed_as_a_whole(
    ada: Person, method: str, given: dict[str, Any], missing: str
) -> None:
    city = {"date": "1990-01-15", "time": "14:30", "city": "Zürich", "country": "CH"}
    made = data(ada.call("POST", CHARTS, city), 201)
    path = f"{CHARTS}/{made['id']}"
    assert f"{missing} must be given, because" in refusal(ada.call(method, path, given), 422)
    assert data(ada.call("GET", path)) == made
    both = data(ada.call(method, path, {"latitude": 10, "longitude": 8}))
    assert (both["timezone"], both["place"]) == ("Africa/Lagos", None)


@pytest.mark.parametrize("member", ["country", "region", "house_system", "version"])
def test_null_is_as_good_as_left_out(ada: Person, member: str) -> None:
    given = {"date": "1990-01-15", "time": "14:30", "city": "Paris", "country": "FR"}
    made = data(ada.call("POST", CHARTS, given), 201)
    assert data(ada.call("PATCH", f"{CHARTS}/{made['id']}", {member: None})) == made


def test_every_member_has_a_meaning_of_null() -> None:
    refused = {"date", "time", "latitude", "longitude", "fold"}
    left_out = {"country", "region", "house_system", "version"}
    assert {*NULLS, *refused, *left_out} == set(ChartChange.model_fields)


def test_whoever_changes_a_chart_at_the_same_time_is_heard(server: RunningServer) -> None:
    owner = backend(server)
    before = kept(owner)
    path = f"{CHARTS}/{before['id']}"
    members = ("name", "notes", "altitude", "latitude")
    edits = [(members[number % 4], number) for number in range(50)]

    def edit(change: tuple[str, int]) -> Any:
        member, number = change
        value = f"edit {number}" if member in {"name", "notes"} else float(number + 1)
        beside = {"longitude": value} if member == "latitude" else {}
        method = "PUT" if number % 2 else "PATCH"
        return data(owner.call(method, path, {member: value, **beside}))

    with ThreadPoolExecutor(len(edits)) as clients:
        shown = list(clients.map(edit, edits))
    assert sorted(chart["version"] for chart in shown) == list(range(2, len(edits) + 2))
    last = data(owner.call("GET", path))
    assert last == max(shown, key=lambda chart: chart["version"])
    assert all(last[member] != before[member] for member in members)


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_a_cursor_behind_the_longest_name_is_accepted(ada: Person, sort: str) -> None:
    longest = "\U00010400" * 200
    numbers = {kept(ada, name=longest)["id"] for _ in range(2)}
    first = data(ada.call("GET", f"{CHARTS}?limit=1&sort={sort}&fields=id"))
    query = f"limit=1&sort={sort}&fields=id&search={longest}&cursor={first['next_cursor']}"
    second = data(ada.call("GET", f"{CHARTS}?{query}"))
    assert {chart["id"] for page in (first, second) for chart in page["charts"]} == numbers
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, {"version": 7}),
        ({"If-Match": 'W/"7"'}, {}),
        ({"If-Match": '"7"'}, {}),
        ({"If-Match": '"of something else"'}, {}),
        ({"If-Match": '"1", "2"'}, {}),
        ({"If-Match": 'W/"1"'}, {"version": 7}),
    ],
)
def test_a_change_of_another_version_is_refused(
    ada: Person, headers: dict[str, str], body: Any
) -> None:
    path = f"{CHARTS}/{kept(ada)['id']}"
    refusal(send(ada, "PATCH", path, headers, {"name": "Berta", **body}), 409)
    assert data(ada.call("GET", path))["name"] is None


@pytest.mark.parametrize("headers", [{"If-Match": 'W/"1"'}, {"If-Match": "*"}, {}])
def test_a_change_of_this_version_is_made(ada: Person, headers: dict[str, str]) -> None:
    path = f"{CHARTS}/{kept(ada)['id']}"
    assert data(send(ada, "PATCH", path, headers, {"name": "Berta"}))["version"] == 2


@pytest.mark.parametrize("tag", ['W/"1"', '"1"', 'W/"99999999999999999999"', '"of another"'])
def test_a_chart_that_was_changed_since_is_not_deleted(ada: Person, tag: str) -> None:
    path = f"{CHARTS}/{kept(ada)['id']}"
    data(ada.call("PATCH", path, {"name": "Berta"}))
    refusal(send(ada, "DELETE", path, {"If-Match": tag}), 409)
    assert data(ada.call("GET", path))["name"] == "Berta"


@pytest.mark.parametrize("tag", ['W/"1"', "*"])
def test_a_chart_of_the_version_that_is_named_is_deleted(ada: Person, tag: str) -> None:
    path = f"{CHARTS}/{kept(ada)['id']}"
    assert send(ada, "DELETE", path, {"If-Match": tag}).status_code == 204
    refusal(send(ada, "DELETE", path, {"If-Match": 'W/"1"'}), 404)


def test_a_version_is_a_number(ada: Person) -> None:
    path = f"{CHARTS}/{kept(ada)['id']}"
    assert "version must be" in refusal(ada.call("PATCH", path, {"version": "1"}), 422)


def test_a_chart_that_is_held_already_is_not_sent_again(ada: Person) -> None:
    path = f"{CHARTS}/{kept(ada)['id']}"
    held = send(ada, "GET", path, {"If-None-Match": 'W/"1"'})
    assert (held.status_code, held.content, held.headers["ETag"]) == (304, b"", 'W/"1"')
    ada.call("PATCH", path, {"name": "Berta"})
    assert send(ada, "GET", path, {"If-None-Match": 'W/"1"'}).status_code == 200


def test_a_deleted_chart_is_gone(ada: Person) -> None:
    path = f"{CHARTS}/{kept(ada)['id']}"
    reply = ada.call("DELETE", path)
    assert (reply.status_code, reply.content) == (204, b"")
    for method in ("GET", "DELETE"):
        refusal(ada.call(method, path), 404)
    assert data(ada.call("GET", CHARTS)) == {"charts": [], "next_cursor": None}


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_another_ones_chart_is_as_unknown_as_none(
    server: RunningServer, ada: Person, method: str
) -> None:
    berta, known = person(server), kept(ada, name="Ada")["id"]
    texts = set()
    for chart_id in (known, known.upper(), str(uuid4()), "none"):
        error = berta.call(method, f"{CHARTS}/{chart_id}", {"name": "Berta"})
        assert error.status_code == 404
        told = {name: member for name, member in error.json().items() if name != "meta"}
        texts.add(json.dumps(told).replace(chart_id, "ID").replace(known, "ID"))
    assert len(texts) == 1
    assert data(ada.call("GET", f"{CHARTS}/{known}"))["name"] == "Ada"


def test_a_repeated_request_keeps_one_chart(ada: Person) -> None:
    body, headers = {**BIRTH, "name": "Ada"}, {"Idempotency-Key": "the only one"}
    first, again = (send(ada, "POST", CHARTS, headers, body) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert data(first, 201) == data(again, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(data(ada.call("GET", CHARTS))["charts"]) == 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Zoë", "Anna Karenina", "Émile Zola"]),
        ("?sort=created_at", ["Émile Zola", "Anna Karenina", "Zoë"]),
        ("?sort=-updated_at", ["Zoë", "Anna Karenina", "Émile Zola"]),
        ("?sort=name", ["Anna Karenina", "Émile Zola", "Zoë"]),
        ("?sort=-name&limit=1", ["Zoë"]),
        ("?search=zo&sort=name", ["Émile Zola", "Zoë"]),
        ("?search=ZO+emi", ["Émile Zola"]),
        ("?search=karl", []),
    ],
)
def test_lists_are_sorted_and_searched(reader: Person, query: str, names: list[str]) -> None:
    page = data(reader.call("GET", CHARTS + query))
    assert [chart["name"] for chart in page["charts"]] == names


def test_a_list_goes_on_at_its_cursor(reader: Person) -> None:
    names, cursor = [], ""
    while cursor is not None:
        query = f"?limit=1&search=a&sort=name&fields=name{cursor and '&cursor='}{cursor}"
        page = data(reader.call("GET", CHARTS + query))
        names += page["charts"]
        cursor = page["next_cursor"]
    assert names == [{"name": "Anna Karenina"}]


def test_only_the_members_asked_for_are_told(reader: Person) -> None:
    (chart,) = data(reader.call("GET", f"{CHARTS}?limit=1&fields=version, id"))["charts"]
    assert list(chart) == ["id", "version"]
    one = data(reader.call("GET", f"{CHARTS}/{chart['id']}?fields=utc"))
    assert one == {"utc": "1990-01-15T19:30:00Z"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("limit=0", "query.limit must be a whole number within 1..100"),
        ("limit=101", "query.limit must be a whole number within 1..100"),
        ("limit=many", "query.limit must be"),
        ("sort=age", "query.sort must be one of 'created_at'"),
        ("fields=id,age", "query.fields must be some of id,name,notes"),
        ("fields=", "query.fields must be some of"),
        ("search=", "query.search must be some words"),
        ("search=" + "a" * 201, "query.search must be at most 200 characters"),
        ("search=a+b+c+d+e+f+g+h+i", "query.search must be at most 8 words"),
        ("cursor=none", "query.cursor must be the next_cursor of a page sorted by -created_at"),
        ("cursor=%C3%A9", "query.cursor must be"),
    ],
)
def test_a_query_that_asks_nothing_is_refused(reader: Person, query: str, says: str) -> None:
    assert says in refusal(reader.call("GET", f"{CHARTS}?{query}"), 422)


@pytest.mark.parametrize(
    "forged",
    [
        5,
        [],
        ["-created_at", 5, str(uuid4())],
        ["-created_at", None, str(uuid4())],
        ["-created_at", "2026-01-01T00:00:00+00:00", "none"],
        ["-created_at", "0001-01-01T00:00:00+14:00", str(uuid4())],
        ["name", "a\0b", str(uuid4())],
        ["birth", "far away", str(uuid4())],
        ["birth", {}, str(uuid4())],
    ],
)
def test_no_cursor_of_ones_own_making_is_a_fault(reader: Person, forged: Any) -> None:
    cursor = urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    sort = forged[0] if isinstance(forged, list) and forged else "-created_at"
    reply = reader.call("GET", f"{CHARTS}?sort={sort}&cursor={cursor}")
    assert "query.cursor must be" in refusal(reply, 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "date"),
        ([], "body"),
        ({**BIRTH, "latitude": 91}, "latitude"),
        ({**BIRTH, "config": {"aspects": ["no"]}}, "config.aspects.0"),
        ({**BIRTH, "timezone": "Mars/Olympus"}, "timezone"),
        ({**BIRTH, "altitude": 10**30}, "altitude"),
        ({**BIRTH, "name": NESTED}, "name"),
        ({**BIRTH, "other": NESTED, "date": NESTED}, "date"),
    ],
)
def test_a_wrong_body_is_told_by_its_field(ada: Person, body: Any, field: str) -> None:
    reply = ada.call("POST", CHARTS, body)
    assert reply.status_code == 422
    assert reply.json()["error"]["details"]["field"] == field


def test_what_is_no_json_is_refused(ada: Person) -> None:
    headers = {"Authorization": f"Bearer {ada.access_token}", "Content-Type": "text/plain"}
    url = ada.server.url + CHARTS
    reply = requests.post(url, data=b"{}", headers=headers, timeout=LONG_ENOUGH)
    assert reply.status_code == 415
    headers["Content-Type"] = "application/json"
    reply = requests.post(url, data=b"{", headers=headers, timeout=LONG_ENOUGH)
    assert reply.status_code == 422


def test_charts_need_a_token(server: RunningServer) -> None:
    assert server.get(CHARTS, scopes=()).status_code == 401
    assert server.post(CHARTS, BIRTH, scopes=()).status_code == 401


def test_charts_are_exported_with_their_words(ada: Person) -> None:
    made = kept(ada, name="Ada Lovelace")
    tables = data(ada.call("GET", "/api/v1/users/me/export"))["tables"]
    assert [row["id"] for row in tables["charts"]["rows"]] == [made["id"]]
    assert [row["word"] for row in tables["chart_words"]["rows"]] == ["ada", "lovelace"]
    assert [row["charts"] for row in tables["chart_counts"]["rows"]] == [1]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on which nobody has more than one chart."""
    directory: Path = tmp_path_factory.mktemp("small")
    with RunningServer(directory, {"NOCTURNA_CHARTS_PER_USER": "1"}) as server:
        yield server


def test_no_more_charts_than_an_account_may_have(small: RunningServer) -> None:
    ada = person(small)
    chart = kept(ada)
    assert "at most 1 charts" in refusal(ada.call("POST", CHARTS, BIRTH), 409)
    ada.call("DELETE", f"{CHARTS}/{chart['id']}")
    kept(ada)


def test_no_birth_is_in_the_log(small: RunningServer) -> None:
    ada = person(small)
    given = {"date": "1961-07-01", "time": "19:45:33", "latitude": 52.8283, "longitude": 0.5137}
    chart = data(ada.call("POST", CHARTS, {**given, "name": "Nobodywithachart"}), 201)
    ada.call("PATCH", f"{CHARTS}/{chart['id']}", {"time": "19:45:99", "latitude": 152.8283})
    ada.call("GET", f"{CHARTS}?search=Nobodywithachart")
    log = json.dumps([{**line, "timestamp": None} for line in small.lines])  # a time has digits too
    secrets = ("1961-07", "19:45:", "52.8283", "0.5137", "Nobodywith")
    assert not [value for value in secrets if value in log]


@pytest.mark.parametrize("field", ["altitude", "latitude", "fold", "timezone", "config"])
def test_a_number_beyond_all_bounds_is_refused_and_changes_nothing(ada: Person, field: str) -> None:
    place = {"latitude": 10, "longitude": 1, "altitude": 100.0, "timezone": "UTC"}
    body = {"date": "1990-05-17", "time": "12:00", **place}
    made = ada.call("POST", "/api/v1/charts", body).json()["data"]
    answer = requests.patch(
        f"{ada.server.url}/api/v1/charts/{made['id']}",
        data=f'{{"{field}": 1e400}}',
        headers={"Authorization": f"Bearer {ada.access_token}"},
        timeout=LONG_ENOUGH,
    )
    assert answer.status_code == 422
    assert ada.call("GET", f"/api/v1/charts/{made['id']}").json()["data"] == made
