"""Stored charts over HTTP."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.server import LONG_ENOUGH, RunningServer
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
    *("id", "name", "notes", "date", "time", "timezone", "timezone_source"),
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
    assert data(ada.call("PUT", f"{CHARTS}/{made['id']}", made)) == made


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
    log = json.dumps(small.lines)
    assert not [value for value in ("1961", "19:45", "52.82", "Nobodywith") if value in log]


@pytest.mark.parametrize("field", ["altitude", "latitude", "fold", "timezone", "config"])
def test_a_number_beyond_all_bounds_is_refused_and_changes_nothing(
    reader: Person, field: str
) -> None:
    place = {"latitude": 10, "longitude": 1, "altitude": 100.0, "timezone": "UTC"}
    body = {"date": "1990-05-17", "time": "12:00", **place}
    made = reader.call("POST", "/api/v1/charts", body).json()["data"]
    answer = requests.patch(
        f"{reader.server.url}/api/v1/charts/{made['id']}",
        data=f'{{"{field}": 1e400}}',
        headers={"Authorization": f"Bearer {reader.access_token}"},
        timeout=LONG_ENOUGH,
    )
    assert answer.status_code == 422
    assert reader.call("GET", f"/api/v1/charts/{made['id']}").json()["data"] == made
