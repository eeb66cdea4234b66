"""Stored charts as existing clients keep them, CONTRACT.md 1.5 (24 to 29) and 0.3."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.server import LONG_ENOUGH, RunningServer
from tests.web.people import Person, call, person
from tests.web.raw import RawReply, exchange

BASE, NATAL = "/api/charts", "/api/charts/natal"
NEW_YORK = {
    "date": "1990-01-15",
    "time": "14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}
USUAL: dict[str, Any] = {
    "house_system": "PLACIDUS",
    "aspects": ["CONJUNCTION", "OPPOSITION", "TRINE", "SQUARE", "SEXTILE"],
    "orbs": {
        "conjunction": 10.0,
        "opposition": 10.0,
        "trine": 8.0,
        "square": 8.0,
        "sextile": 6.0,
    },
}
BOT = {
    "date": "1990-01-15T14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
    "config": {
        "house_system": "koch",
        "aspects": ["conjunction", "trine"],
        "orbs": {"conjunction": 8, "trine": 6},
    },
}
"""What a bot in production sends."""
CHART = {
    "id": str,
    "date": str,
    "latitude": float,
    "longitude": float,
    "timezone": str,
    "config": dict,
    "created_at": str,
    "updated_at": str,
}
"""CONTRACT.md 1.5, shape Chart: names and JSON types."""
TWELVE = [
    *("SUN", "MOON", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN", "URANUS", "NEPTUNE"),
    *("PLUTO", "NORTH_NODE", "LILITH"),
]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\Z").match
UNKNOWN = "00000000-0000-4000-8000-000000000000"
STRANGE_IDS = (UNKNOWN, "1", "chr_123", UNKNOWN.upper(), "%00", "null", "a" * 300)


@pytest.fixture(scope="module")
def someone(server: RunningServer) -> Person:
    return person(server, tier="pro")


@pytest.fixture(scope="module")
def other(server: RunningServer) -> Person:
    return person(server, tier="pro")


@pytest.fixture
def fresh(server: RunningServer) -> Person:
    """Somebody without charts."""
    return person(server, tier="pro")


def told(reply: requests.Response) -> Any:
    assert reply.status_code == 200, reply.text
    return reply.json()


def store(someone: Person, body: Mapping[str, Any] = BOT, **changes: Any) -> dict[str, Any]:
    """A new chart."""
    return dict(told(someone.call("POST", BASE, {**body, **changes})))


def put(someone: Person, chart: Mapping[str, Any], body: Any) -> requests.Response:
    return someone.call("PUT", f"{BASE}/{chart['id']}", body)


def is_refused(reply: requests.Response, status: int, code: str) -> Any:
    """The detail of a refusal, which has all that any client reads."""
    body = reply.json()
    assert (reply.status_code, body["error"]["code"]) == (status, code), reply.text
    assert set(body) == {"success", "data", "error", "detail", "meta"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert (body["success"], body["data"]) == (False, None)
    assert {"request_id", "timestamp"} <= set(body["meta"])
    return body["detail"]


def sent(someone: Person, line: bytes, body: bytes = b"", *headers: bytes) -> RawReply:
    """What comes back for a request of somebody that is sent as bytes."""
    mine = [
        b"Host: test",
        b"Connection: close",
        *([b"Authorization: Bearer " + someone.access_token.encode()] if someone.id else []),
        *([b"Content-Length: %d" % len(body)] if body else []),
    ]
    return exchange(someone.server.url, b"\r\n".join((line, *mine, *headers, b"", body)))


# 24: a natal chart, computed and stored


def test_a_natal_chart_is_computed_in_the_documented_shape(someone: Person) -> None:
    answer = told(someone.call("POST", NATAL, NEW_YORK))
    assert list(answer) == ["chart_id", "planets", "houses", "aspects"]
    assert list(answer["planets"]) == TWELVE
    point = {"longitude", "latitude", "distance", "speed", "is_retrograde"}
    assert all(set(planet) == point for planet in answer["planets"].values())
    houses = answer["houses"]
    assert set(houses) == {"cusps", "angles", "system"}
    assert (len(houses["cusps"]), houses["system"]) == (12, "PLACIDUS")
    assert set(houses["angles"]) == {"ASC", "MC", "DESC", "IC"}
    kinds = {aspect["aspect_type"] for aspect in answer["aspects"]["aspects"]}
    assert kinds
    assert kinds <= set(USUAL["orbs"])
    assert set(answer["aspects"]["aspects"][0]) == {
        *("planet1", "planet2", "angle", "orb", "aspect_type", "applying"),
        *("strength", "is_partile", "is_exact"),
    }


def test_a_natal_chart_is_that_of_the_birth_data(server: RunningServer, someone: Person) -> None:
    answer = told(someone.call("POST", NATAL, NEW_YORK))
    del answer["chart_id"]
    stateless = told(server.post("/api/stateless/natal-chart", NEW_YORK))["data"]
    assert answer["planets"] == stateless["planets"]
    assert answer["houses"] == stateless["houses"]


def test_a_natal_chart_is_stored_with_the_usual_preferences(someone: Person) -> None:
    answer = told(someone.call("POST", NATAL, {**NEW_YORK, "name": "Somebody"}))
    chart = told(someone.call("GET", f"{BASE}/{answer['chart_id']}"))
    assert (chart["id"], chart["date"]) == (answer["chart_id"], "1990-01-15T14:30:00")
    assert chart["config"] == USUAL


def test_aspects_of_a_natal_chart_have_the_orbs_it_is_stored_with(someone: Person) -> None:
    for aspect in told(someone.call("POST", NATAL, NEW_YORK))["aspects"]["aspects"]:
        assert aspect["orb"] <= USUAL["orbs"][aspect["aspect_type"]]


def test_a_natal_chart_keeps_its_name(someone: Person) -> None:
    body = {**NEW_YORK, "name": " Some\nbody \u202eelse "}
    chart_id = told(someone.call("POST", NATAL, body))["chart_id"]
    own = told(someone.call("GET", f"/api/v1/charts/{chart_id}"))["data"]
    assert own["name"] == "Somebody else"


@pytest.mark.parametrize("name", [5, None, "", ["x"], "\0", "n" * 5000, "\u202e"])
def test_what_is_no_name_is_ignored(someone: Person, name: Any) -> None:
    assert told(someone.call("POST", NATAL, {**NEW_YORK, "name": name}))["chart_id"]
    assert store(someone, name=name, city=name, region=name)


def test_a_natal_chart_without_a_zone_is_in_utc(someone: Person) -> None:
    body = {name: value for name, value in NEW_YORK.items() if name != "timezone"}
    chart_id = told(someone.call("POST", NATAL, body))["chart_id"]
    assert told(someone.call("GET", f"{BASE}/{chart_id}"))["timezone"] == "UTC"


def test_a_natal_chart_may_have_other_houses(someone: Person) -> None:
    body = {**NEW_YORK, "latitude": 80.0, "house_system": "whole-sign"}
    answer = told(someone.call("POST", NATAL, body))
    assert answer["houses"]["system"] == "WHOLE_SIGN"
    chart = told(someone.call("GET", f"{BASE}/{answer['chart_id']}"))
    assert chart["config"] == {**USUAL, "house_system": "WHOLE_SIGN"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "15/01/1990"),
        ("date", "1990-02-30"),
        ("time", "25:00"),
        ("time", "late"),
        ("latitude", 91),
        ("latitude", "north"),
        ("latitude", True),
        ("longitude", -181),
        ("timezone", "Nowhere/None"),
        ("house_system", "astral"),
    ],
)
def test_a_wrong_value_of_a_natal_chart_is_told_as_text(
    fresh: Person, field: str, value: Any
) -> None:
    reply = fresh.call("POST", NATAL, {**NEW_YORK, field: value})
    detail = is_refused(reply, 422, "VALIDATION_ERROR")
    assert isinstance(detail, str)
    assert field in detail
    assert field in reply.json()["error"]["details"]["field"]
    assert told(fresh.call("GET", BASE)) == []


@pytest.mark.parametrize("field", ["date", "time", "latitude", "longitude"])
def test_a_missing_field_of_a_natal_chart_is_told_in_a_list(someone: Person, field: str) -> None:
    body = {name: value for name, value in NEW_YORK.items() if name != field}
    detail = is_refused(someone.call("POST", NATAL, body), 422, "VALIDATION_ERROR")
    assert field in str(detail)
    if field != "time":  # which may be part of the date
        assert [problem["loc"] for problem in detail] == [["body", field]]


def test_a_natal_chart_whose_houses_are_undefined_is_not_stored(fresh: Person) -> None:
    reply = fresh.call("POST", NATAL, {**NEW_YORK, "latitude": 80.0})
    assert isinstance(is_refused(reply, 422, "CALCULATION_ERROR"), str)
    assert told(fresh.call("GET", BASE)) == []


# 25: a chart is stored


def test_a_stored_chart_has_the_documented_shape(someone: Person) -> None:
    chart = store(someone)
    assert {name: type(value) for name, value in chart.items()} == CHART
    assert chart["date"] == "1990-01-15T14:30:00"
    assert chart["config"] == {
        "house_system": "KOCH",
        "aspects": ["CONJUNCTION", "TRINE"],
        "orbs": {"conjunction": 8.0, "trine": 6.0},
    }
    assert MOMENT(chart["created_at"])
    assert chart["updated_at"] == chart["created_at"]


@pytest.mark.parametrize(
    "body",
    [
        NEW_YORK,
        {**NEW_YORK, "time": "14:30"},
        {**NEW_YORK, "date": "1990-01-15T00:00:00"},
        {**NEW_YORK, "date": "1990-01-15T14:30:00"},
        {**BOT, "date": "1990-01-15T14:30"},
        {**BOT, "date": "1990-01-15 14:30:00"},
        {**BOT, "date": "1990-01-15T19:30:00Z"},
        {**BOT, "date": "1990-01-15T22:30:00+03:00"},
        {**BOT, "latitude": "40.7128", "longitude": "-74.006"},
        {**BOT, "time": None, "config": None},
        {**BOT, "config": {}, "nonsense": {"a": [1]}},
        {**BOT, "chart_id": 5, "user_id": UNKNOWN, "id": UNKNOWN},
    ],
)
def test_every_form_of_one_birth_is_one_chart(someone: Person, body: dict[str, Any]) -> None:
    chart = store(someone, body)
    assert (chart["date"], chart["timezone"]) == ("1990-01-15T14:30:00", "America/New_York")
    assert (chart["latitude"], chart["longitude"]) == (40.7128, -74.006)
    assert chart["id"] != UNKNOWN


def test_a_date_alone_needs_a_time(someone: Person) -> None:
    reply = someone.call("POST", BASE, {**BOT, "date": "1990-01-15"})
    assert "time" in str(is_refused(reply, 422, "VALIDATION_ERROR"))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (None, USUAL),
        ({}, USUAL),
        ({"house_system": "W"}, {**USUAL, "house_system": "WHOLE_SIGN"}),
        ({"house_system": None, "aspects": None, "orbs": None}, USUAL),
        ({"aspects": ["semisquare"]}, {**USUAL, "aspects": ["SEMISQUARE"]}),
        ({"orbs": {"TRINE": "5.5"}}, {**USUAL, "orbs": {"trine": 5.5}}),
        ({"theme": "dark"}, USUAL),
    ],
)
def test_preferences_may_be_given_in_parts(
    someone: Person, config: Any, expected: dict[str, Any]
) -> None:
    assert store(someone, config=config)["config"] == expected


def test_coordinates_tell_the_zone_that_is_left_out(someone: Person) -> None:
    assert store(someone, timezone=None)["timezone"] == "America/New_York"


def test_a_city_stands_for_coordinates(someone: Person) -> None:
    chart = store(someone, {"date": BOT["date"], "city": "Paris", "country": "France"})
    assert (round(chart["latitude"]), chart["timezone"]) == (49, "Europe/Paris")


def test_of_two_equal_local_times_the_first_is_taken(someone: Person) -> None:
    chart = store(someone, date="2005-10-30T01:30:00")
    own = told(someone.call("GET", f"/api/v1/charts/{chart['id']}"))["data"]
    assert chart["date"] == "2005-10-30T01:30:00"
    assert own["utc"].startswith("2005-10-30T05:30:00")


@pytest.mark.parametrize(
    ("changes", "location"),
    [
        ({"date": "soon", "time": "10:00"}, ["body", "date"]),
        ({"date": "1990-13-15T14:30:00"}, ["body", "date"]),
        ({"date": None}, ["body", "date"]),
        ({"date": 5}, ["body", "date"]),
        ({"date": "2005-04-03T02:30:00"}, ["body", "time"]),
        ({"time": "25:00", "date": "1990-01-15"}, ["body", "time"]),
        ({"latitude": 500}, ["body", "latitude"]),
        ({"latitude": True}, ["body", "latitude"]),
        ({"latitude": None}, ["body", "latitude"]),
        ({"longitude": "west"}, ["body", "longitude"]),
        ({"longitude": 10**30}, ["body", "longitude"]),
        ({"date": 10**30}, ["body", "date"]),
        ({"fold": 10**30}, ["body", "fold"]),
        ({"timezone": "Mars/Olympus"}, ["body", "timezone"]),
        ({"config": "koch"}, ["body", "config"]),
        ({"config": {"house_system": "astral"}}, ["body", "config", "house_system"]),
        ({"config": {"aspects": ["friendship"]}}, ["body", "config", "aspects", 0]),
        ({"config": {"orbs": {"trine": -1}}}, ["body", "config", "orbs"]),
        ({"config": {"orbs": {"trine": "wide"}}}, ["body", "config", "orbs", "trine"]),
        ({"config": {"orbs": {"trine": True}}}, ["body", "config", "orbs"]),
    ],
)
def test_a_chart_that_cannot_be_is_refused_with_its_place_in_the_body(
    someone: Person, changes: dict[str, Any], location: list[str | int]
) -> None:
    for method, path in (("POST", BASE), ("PUT", f"{BASE}/{store(someone)['id']}")):
        if method == "PUT" and None in changes.values():
            continue  # it stays as it is
        body = {**BOT, **changes} if method == "POST" else changes
        detail = is_refused(someone.call(method, path, body), 422, "VALIDATION_ERROR")
        assert detail[0]["loc"][: len(location)] == location
        assert {"type", "loc", "msg", "input"} <= set(detail[0])


def test_a_chart_is_made_once_for_a_key(fresh: Person) -> None:
    for path, body in ((BASE, BOT), (NATAL, NEW_YORK)):
        headers = {
            "Authorization": f"Bearer {fresh.access_token}",
            "Idempotency-Key": str(uuid4()),
        }
        url, text = fresh.server.url + path, json.dumps(body)
        replies = [
            requests.post(url, data=text, headers=headers, timeout=LONG_ENOUGH) for _ in range(2)
        ]
        assert told(replies[0]) == told(replies[1])
    assert len(told(fresh.call("GET", BASE))) == 2


# 26: charts are listed


def test_who_has_no_charts_sees_an_empty_list(fresh: Person) -> None:
    assert told(fresh.call("GET", BASE)) == []


def test_charts_are_listed_in_the_order_in_which_they_were_made(fresh: Person) -> None:
    made = [store(fresh, latitude=float(number)) for number in range(23)]
    assert told(fresh.call("GET", BASE)) == made[:20]
    assert told(fresh.call("GET", f"{BASE}?skip=20")) == made[20:]
    assert told(fresh.call("GET", f"{BASE}?skip=5&limit=3")) == made[5:8]
    assert told(fresh.call("GET", f"{BASE}?limit=1000")) == made
    assert told(fresh.call("GET", f"{BASE}?limit=0")) == []
    assert told(fresh.call("GET", f"{BASE}?skip=99")) == []
    pages = [told(fresh.call("GET", f"{BASE}?skip={skip}&limit=6")) for skip in range(0, 24, 6)]
    assert sum(map(len, pages)) == 23
    moments = [chart["created_at"] for page in pages for chart in page]
    assert all(one <= two for one, two in pairwise(moments))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("skip=-1", "skip"),
        ("limit=-1", "limit"),
        ("limit=1001", "limit"),
        ("skip=100001", "skip"),
        ("limit=many", "limit"),
        ("limit=1.5", "limit"),
        ("skip=", "skip"),
        ("skip=99999999999999999999999", "skip"),
    ],
)
def test_a_page_that_cannot_be_is_422(someone: Person, query: str, field: str) -> None:
    detail = is_refused(someone.call("GET", f"{BASE}?{query}"), 422, "VALIDATION_ERROR")
    assert detail[0]["loc"] == ["query", field]


# 27: one chart


def test_a_chart_is_read_as_it_was_stored(someone: Person) -> None:
    chart = store(someone)
    assert told(someone.call("GET", f"{BASE}/{chart['id']}")) == chart
    assert told(someone.call("GET", f"{BASE}/{chart['id'].upper()}")) == chart


# 28: a chart is changed


def test_preferences_are_changed_in_parts(someone: Person) -> None:
    chart = store(someone)
    changed = told(put(someone, chart, {"config": {"house_system": "equal"}}))
    assert changed["config"] == {**chart["config"], "house_system": "EQUAL"}
    changed = told(put(someone, chart, {"config": {"orbs": {"trine": 3}, "aspects": None}}))
    assert changed["config"] == {
        **chart["config"],
        "house_system": "EQUAL",
        "orbs": {"trine": 3.0},
    }
    assert told(someone.call("GET", f"{BASE}/{chart['id']}")) == changed
    assert changed["created_at"] == chart["created_at"] < changed["updated_at"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"date": "1991-02-16T03:15:00"}, {"date": "1991-02-16T03:15:00"}),
        ({"date": "1991-02-16"}, {"date": "1991-02-16T14:30:00"}),
        ({"date": "1991-02-16", "time": "03:15"}, {"date": "1991-02-16T03:15:00"}),
        ({"time": "03:15"}, {"date": "1990-01-15T03:15:00"}),
        ({"date": "1990-01-15T12:00:00Z"}, {"date": "1990-01-15T07:00:00"}),
        ({"latitude": "-33.5"}, {"latitude": -33.5}),
        (
            {"latitude": 48.85, "longitude": 2.35},
            {"latitude": 48.85, "longitude": 2.35, "timezone": "America/New_York"},
        ),
        ({"timezone": "Asia/Tokyo"}, {"timezone": "Asia/Tokyo", "date": "1990-01-15T14:30:00"}),
        ({"config": {"house_system": "C"}, "latitude": 1.5}, {"latitude": 1.5}),
    ],
)
def test_date_and_place_are_changed(
    someone: Person, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    chart = store(someone)
    changed = told(put(someone, chart, body))
    own = {"config", "updated_at"} if "config" in body else {"updated_at"}
    assert {name: changed[name] for name in expected} == expected
    same = chart.keys() - expected.keys() - own
    assert {name: changed[name] for name in same} == {name: chart[name] for name in same}


def test_a_zone_that_was_looked_up_follows_the_coordinates(someone: Person) -> None:
    chart = store(someone, timezone=None)
    changed = told(put(someone, chart, {"latitude": 48.85, "longitude": 2.35}))
    assert changed["timezone"] == "Europe/Paris"
    assert changed["date"] == chart["date"]


@pytest.mark.parametrize("body", [{}, {"nonsense": 1}, {"date": None, "config": None}])
def test_a_change_of_nothing_leaves_the_chart(someone: Person, body: dict[str, Any]) -> None:
    chart = store(someone)
    assert told(put(someone, chart, body)) == chart


def test_changes_at_the_same_time_are_all_made(someone: Person) -> None:
    chart = store(someone)
    bodies = [{"latitude": 1.0}, {"longitude": 2.0}, {"time": "10:00"}]
    with ThreadPoolExecutor(len(bodies)) as threads:
        replies = list(threads.map(lambda body: put(someone, chart, body), bodies))
    assert [reply.status_code for reply in replies] == [200, 200, 200]
    changed = told(someone.call("GET", f"{BASE}/{chart['id']}"))
    assert (changed["latitude"], changed["longitude"]) == (1.0, 2.0)
    assert changed["date"] == "1990-01-15T10:00:00"


# 29: a chart is ended


def test_an_ended_chart_is_gone(someone: Person) -> None:
    path = f"{BASE}/{store(someone)['id']}"
    reply = sent(someone, b"DELETE %b HTTP/1.1" % path.encode())
    assert (reply.status, reply.body) == (204, b"")
    assert "content-type" not in reply.headers
    assert "x-request-id" in reply.headers
    for method in ("GET", "PUT", "DELETE"):
        body: dict[str, Any] | None = {} if method == "PUT" else None
        is_refused(someone.call(method, path, body), 404, "NOT_FOUND")


# who may


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_chart_of_another_is_as_unknown_as_none(
    someone: Person, other: Person, method: str
) -> None:
    chart = store(other)
    body = {"latitude": 0.0} if method == "PUT" else None

    def refused(chart_id: str) -> dict[str, Any]:
        reply = someone.call(method, f"{BASE}/{chart_id}", body)
        is_refused(reply, 404, "NOT_FOUND")
        answer = reply.json()
        del answer["meta"]
        return dict(json.loads(json.dumps(answer).replace(chart_id, "…")))

    assert refused(chart["id"]) == refused(UNKNOWN)
    assert told(other.call("GET", f"{BASE}/{chart['id']}")) == chart
    assert chart not in told(someone.call("GET", f"{BASE}?limit=1000"))


@pytest.mark.parametrize("chart_id", STRANGE_IDS)
def test_what_is_no_id_is_404(someone: Person, chart_id: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        body: dict[str, Any] | None = {} if method == "PUT" else None
        is_refused(someone.call(method, f"{BASE}/{chart_id}", body), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", BASE),
        ("POST", NATAL),
        ("GET", BASE),
        ("GET", f"{BASE}/{UNKNOWN}"),
        ("PUT", f"{BASE}/{UNKNOWN}"),
        ("DELETE", f"{BASE}/{UNKNOWN}"),
    ],
)
def test_who_is_asked_before_what(server: RunningServer, method: str, path: str) -> None:
    nobody = Person(server, "", "", "", "")
    body = b"{" if method in {"POST", "PUT"} else b""
    reply = sent(nobody, f"{method} {path} HTTP/1.1".encode(), body)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert isinstance(json.loads(reply.body)["detail"], str)
    is_refused(call(server, method, path, None, "a.b.c"), 401, "AUTHENTICATION_ERROR")


def test_a_service_token_keeps_charts_of_its_own(server: RunningServer, someone: Person) -> None:
    made = told(server.post(BASE, BOT))
    assert server.get(f"{BASE}/{made['id']}").status_code == 200
    is_refused(someone.call("GET", f"{BASE}/{made['id']}"), 404, "NOT_FOUND")


# how it travels


@pytest.mark.parametrize("path", [BASE, NATAL])
@pytest.mark.parametrize("headers", [(), (b"Content-Type: text/plain",)])
def test_a_body_that_does_not_say_what_it_is_is_json(
    someone: Person, path: str, headers: tuple[bytes, ...]
) -> None:
    body = json.dumps(NEW_YORK).encode()
    reply = sent(someone, f"POST {path} HTTP/1.1".encode(), body, *headers)
    assert reply.status == 200, reply.body
    assert "x-request-id" in reply.headers


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"[]", b"5", b'"x"', b"null", b'{"date":NaN}', b"\xff", b"[" * 5000),
        b'{"config":' * 300 + b"1" + b"}" * 300,
        b'{"latitude":1' + b"0" * 400 + b"}",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", BASE), ("POST", NATAL), ("PUT", "")])
def test_what_is_no_json_object_is_422(
    someone: Person, method: str, path: str, body: bytes
) -> None:
    where = path or f"{BASE}/{store(someone)['id']}"
    reply = sent(someone, f"{method} {where} HTTP/1.1".encode(), body)
    assert reply.status == 422
    assert json.loads(reply.body)["error"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", f"{BASE}/"), ("POST", f"{BASE}/natal/"), ("DELETE", f"{BASE}/x/")]
)
def test_a_slash_at_the_end_leads_to_the_path_without_it(
    someone: Person, method: str, path: str
) -> None:
    reply = sent(someone, f"{method} {path}?skip=1 HTTP/1.1".encode())
    assert reply.status == 307
    assert reply.headers["location"] == f"{path.rstrip('/')}?skip=1"


def test_another_method_is_405(someone: Person) -> None:
    for method, path, allowed in (("PATCH", BASE, "GET, HEAD, POST"), ("PATCH", f"{BASE}/x", "")):
        reply = someone.call(method, path, {})
        assert isinstance(is_refused(reply, 405, "METHOD_NOT_ALLOWED"), str)
        assert allowed in reply.headers["Allow"]


def test_pages_of_an_allowed_origin_may_do_all_of_it(someone: Person) -> None:
    origin = b"Origin: http://localhost:3000"
    path = f"{BASE}/{UNKNOWN}".encode()
    for method in (b"GET", b"PUT", b"DELETE"):
        asked = b"Access-Control-Request-Method: " + method
        preflight = sent(someone, b"OPTIONS %b HTTP/1.1" % path, b"", origin, asked)
        assert preflight.status == 204
        assert method.decode() in preflight.headers["access-control-allow-methods"]
    reply = sent(someone, b"GET %b HTTP/1.1" % path, b"", origin)
    assert reply.status == 404
    assert reply.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert reply.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    "known",
    [
        {"date": "1942-11-02", "time": "02:30", "fold": 1},
        {"date": "1942-11-02", "time": "02:30", "fold": 0},
        {"date": "1950-05-05", "time": "unknown"},
    ],
)
def test_what_is_read_and_sent_back_moves_no_birth(someone: Person, known: dict[str, Any]) -> None:
    place = {"latitude": 52.52, "longitude": 13.405, "timezone": "Europe/Berlin"}
    made = someone.call("POST", "/api/v1/charts", {**known, **place}).json()["data"]
    shown = someone.call("GET", f"{BASE}/{made['id']}").json()
    assert someone.call("PUT", f"{BASE}/{made['id']}", shown).json()["date"] == shown["date"]
    again = someone.call("GET", f"/api/v1/charts/{made['id']}").json()["data"]
    assert {**again, "updated_at": None} == {**made, "updated_at": None}


def test_another_time_of_day_is_taken(someone: Person) -> None:
    place = {"latitude": 52.52, "longitude": 13.405, "timezone": "Europe/Berlin"}
    body = {"date": "1950-05-05", "time": "unknown", **place}
    made = someone.call("POST", "/api/v1/charts", body).json()["data"]
    someone.call("PUT", f"{BASE}/{made['id']}", {"date": "1950-05-05T13:00:00"})
    again = someone.call("GET", f"/api/v1/charts/{made['id']}").json()["data"]
    assert again["time"] == "13:00:00"
