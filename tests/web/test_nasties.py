"""Hostile requests: each gets a 4xx that says what is wrong, and the server does not notice.

The rows of `NASTIES` are bodies, sent to our own door, to two compatible ones, and as a query.
Those of `RAW` are whole requests that no client library would send.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from app.calculations.catalogue import catalogue
from tests.server import RunningServer
from tests.web.raw import OWN, exchange, request

DIRECT = "/api/calculations/planetary-positions"
STATELESS = "/api/stateless/natal-chart"
LIMIT = 1_048_576
LONGEST_QUERY = 7000
"""Characters that surely fit the request line, which may have 8190 bytes."""
LONGEST_REFUSAL = 8000
"""Bytes: a refusal never repeats a long body."""

BIRTH: dict[str, Any] = {
    "date": "1990-01-15",
    "time": "14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}

POSTED = (OWN, DIRECT, STATELESS)
BY_QUERY = "GET"
"""The door that takes the body as a query."""


@dataclass(frozen=True, slots=True)
class Nasty:
    """A body, the field that its refusal names, and some of what it says.

    Compatible doors read JSON with another parser, and may find the whole body wrong instead.
    """

    name: str
    body: bytes
    field: str
    says: str = ""
    own_only: bool = False


def birth(**changes: Any) -> bytes:
    """The usual birth with some fields changed."""
    return json.dumps({**BIRTH, **changes}).encode()


def written(field: str, text: str | bytes) -> bytes:
    """The usual birth with one field written just so."""
    rest = json.dumps({name: value for name, value in BIRTH.items() if name != field})
    value = text if isinstance(text, bytes) else text.encode()
    return rest[:-1].encode() + b', "%b": %b}' % (field.encode(), value)


LATITUDE_RANGE = "-90.0..90.0"

NUMBERS = (
    Nasty("NaN", written("latitude", "NaN"), "latitude"),
    Nasty("Infinity", written("latitude", "Infinity"), "latitude"),
    Nasty("minus Infinity", written("longitude", "-Infinity"), "longitude"),
    Nasty("1e400", written("latitude", "1e400"), "latitude"),
    Nasty("minus 1e400", written("longitude", "-1e400"), "longitude"),
    Nasty("true as a number", birth(latitude=True), "latitude", LATITUDE_RANGE),
    Nasty("false as a number", birth(longitude=False), "longitude", "-180.0..180.0"),
    Nasty("a number as text", birth(latitude="40.7"), "latitude", LATITUDE_RANGE, own_only=True),
    Nasty("no number as text", birth(latitude="north"), "latitude"),
    Nasty("NaN as text", birth(latitude="nan"), "latitude"),
    Nasty("1e400 as text", birth(latitude="1e400"), "latitude"),
    Nasty("latitude 90.0001", birth(latitude=90.0001), "latitude", LATITUDE_RANGE),
    Nasty("latitude -90.0001", birth(latitude=-90.0001), "latitude", LATITUDE_RANGE),
    Nasty("longitude 180.0001", birth(longitude=180.0001), "longitude", "-180.0..180.0"),
    Nasty("longitude 1e308", birth(longitude=1e308), "longitude", "-180.0..180.0"),
    Nasty("400 digits", written("latitude", "1" + "0" * 400), "latitude"),
    Nasty("5000 digits", written("latitude", "1" * 5000), "body"),
    Nasty("leading zeros", written("latitude", "007"), "body"),
    Nasty("hexadecimal", written("latitude", "0x10"), "body"),
    Nasty("latitude null", birth(latitude=None), "latitude"),
    Nasty("latitude a list", birth(latitude=[40.7]), "latitude"),
    Nasty("latitude an object", birth(latitude={"degrees": 40}), "latitude"),
    Nasty("fold 2", birth(fold=2), "fold", "0"),
    Nasty("fold true", birth(fold=True), "fold"),
    Nasty("fold false", birth(fold=False), "fold"),
    Nasty("fold 0.5", birth(fold=0.5), "fold"),
    Nasty("fold of 30 digits", birth(fold=10**30), "fold"),
)

TIMES = (
    Nasty("year -5000", birth(date="-5000-01-15"), "date"),
    Nasty("year 99999", birth(date="+99999-01-15"), "date"),
    Nasty("31 February", birth(date="1990-02-31"), "date", "February 1990 (1 to 28)"),
    Nasty("29 February of no leap year", birth(date="1900-02-29"), "date", "JULIAN"),
    Nasty("a day that was left out", birth(date="1582-10-10"), "date", "15 October"),
    Nasty("month 13", birth(date="1990-13-01"), "date", "01 to 12"),
    Nasty("day 0", birth(date="1990-01-00"), "date"),
    Nasty("unpadded date", birth(date="1990-1-5"), "date", "YYYY-MM-DD"),
    Nasty("American date", birth(date="01/15/1990"), "date", "YYYY-MM-DD"),
    Nasty("date a number", birth(date=19900115), "date"),
    Nasty("date of 400 digits", written("date", "9" * 400), "date"),
    Nasty("date empty", birth(date=""), "date"),
    Nasty("date in other digits", birth(date="\u0661\u0669\u0669\u0660-01-15"), "date"),
    Nasty("date with a NUL", birth(date="1990-01-15\x00"), "date"),
    Nasty("date with a line break", birth(date="1990-01-15\n"), "date"),
    Nasty("date of half a million characters", birth(date="1" * 500_000), "date"),
    Nasty("time 24:00", birth(time="24:00"), "time", "00 to 23"),
    Nasty("time 14:60", birth(time="14:60"), "time", "00 to 59"),
    Nasty("a leap second", birth(time="23:59:60"), "time", "00 to 59"),
    Nasty("time a number", birth(time=14.5), "time"),
    Nasty("time twice", birth(date="1990-01-15T10:00:00"), "time"),
    Nasty("nonexistent local time", birth(date="1990-04-01", time="02:30"), "time", "exists"),
    Nasty(
        "ambiguous local time",
        birth(date="1990-10-28", time="01:30"),
        "fold",
        "second",
        own_only=True,
    ),
    Nasty("unknown zone", birth(timezone="Europe/Atlantis"), "timezone"),
    Nasty("misspelt zone", birth(timezone="Europe/Pariss"), "timezone", "Europe/Paris"),
    Nasty("zone out of the tree", birth(timezone="../../../../etc/passwd"), "timezone"),
    Nasty("zone as a path", birth(timezone="/etc/localtime"), "timezone"),
    Nasty("zone as a module", birth(timezone="__init__.py"), "timezone"),
    Nasty("zone empty", birth(timezone=""), "timezone"),
    Nasty("zone a number", birth(timezone=5), "timezone"),
    Nasty("zone with a NUL", birth(timezone="UTC\x00"), "timezone"),
    Nasty("zone of half a million characters", birth(timezone="A" * 500_000), "timezone"),
    Nasty("calendar unknown", birth(calendar="MAYAN"), "calendar", "GREGORIAN"),
)

NAMES = (
    Nasty("20,000 planets", birth(planets=["SUN"] * 20_000), "planets", "at most 64"),
    Nasty("unknown planet", birth(planets=["SUN", "PLUTOO"]), "planets.1", "nearest: PLUTO"),
    Nasty("planet null", birth(planets=[None]), "planets.0"),
    Nasty("planet a number", birth(planets=[7]), "planets.0"),
    Nasty("planet a list", birth(planets=[["SUN"]]), "planets.0"),
    Nasty("planets a text", birth(planets="SUN"), "planets"),
    Nasty("planets an object", birth(planets={"SUN": True}), "planets"),
    Nasty("planet of half a million characters", birth(planets=["S" * 500_000]), "planets.0"),
    Nasty("unknown houses", birth(house_system="PLACIDUSS"), "house_system", "PLACIDUS"),
    Nasty("houses a number", birth(house_system=7), "house_system"),
)

OWN_NAMES = (
    Nasty("unknown aspect", birth(aspects=["TRIN"]), "aspects.0", "TRINE", own_only=True),
    Nasty("a thousand aspects", birth(aspects=["TRINE"] * 1000), "aspects", own_only=True),
    Nasty("orb 31", birth(orbs={"TRINE": 31}), "orbs.TRINE", own_only=True),
    Nasty("orb -1", birth(orbs={"TRINE": -1}), "orbs.TRINE", own_only=True),
    Nasty("orbs a list", birth(orbs=[8]), "orbs", own_only=True),
    Nasty("multiplier 0", birth(orb_multiplier=0), "orb_multiplier", "0.1..3.0", own_only=True),
    Nasty("multiplier 1e9", birth(orb_multiplier=1e9), "orb_multiplier", own_only=True),
    Nasty("planets null", birth(planets=None), "planets", own_only=True),
)

SHAPES = (
    Nasty("empty object", b"{}", "date", "given"),
    Nasty("all fields null", json.dumps(dict.fromkeys(BIRTH)).encode(), "date"),
    Nasty("array", b"[]", "body", "JSON object"),
    Nasty("array of births", b"[%b]" % birth(), "body", "JSON object"),
    Nasty("string", b'"1990-01-15"', "body", "JSON object"),
    Nasty("null", b"null", "body", "JSON object"),
    Nasty("number", b"1", "body", "JSON object"),
    Nasty("true", b"true", "body", "JSON object"),
    Nasty("blanks", b"   \n", "body", "valid JSON"),
    Nasty("a bracket", b"{", "body", "valid JSON"),
    Nasty("single quotes", b"{'date': '1990-01-15'}", "body", "valid JSON"),
    Nasty("trailing comma", birth()[:-1] + b",}", "body", "valid JSON"),
    Nasty("a comment", b"/* birth */" + birth(), "body", "valid JSON"),
    Nasty("two objects", birth() + birth(), "body", "valid JSON"),
    Nasty("a form", b"date=1990-01-15&latitude=40", "body", "valid JSON"),
    Nasty("100,000 open brackets", b"[" * 100_000, "body", "valid JSON"),
    Nasty("100,000 open objects", b'{"a":' * 100_000, "body", "valid JSON"),
    Nasty("100,000 nested lists", b"[" * 100_000 + b"]" * 100_000, "body", "valid JSON"),
    Nasty("100,000 lists in a field", written("date", b"[" * 100_000 + b"]" * 100_000), "body"),
    Nasty("300 lists in a field", written("planets", b"[" * 300 + b"]" * 300), "body"),
    Nasty("190 lists in a field", written("planets", b"[" * 190 + b"]" * 190), "planets.0"),
    Nasty("300 lists in no field", written("nothing", b"[" * 300), "body"),
    Nasty("latin-1 bytes", written("timezone", '"Europe/Zürich"'.encode("latin-1")), "body"),
    Nasty("bytes that are no text", b"\xff\xfe\x00", "body", "valid JSON"),
    Nasty("UTF-16", birth().decode().encode("utf-16"), "body", "valid JSON"),
    Nasty("byte order mark", b"\xef\xbb\xbf" + birth(), "body", "valid JSON"),
    Nasty("overlong slash", written("timezone", b'"\xc0\xaf"'), "body", "valid JSON"),
    Nasty("surrogate bytes", written("timezone", b'"\xed\xa0\x80"'), "body", "valid JSON"),
    Nasty("surrogate escape", written("timezone", r'"\ud800"'), "body", "valid JSON"),
    Nasty("surrogate escape as planet", written("planets", r'["\udfff"]'), "body", "valid JSON"),
    Nasty("raw control character", written("timezone", b'"UTC\x01"'), "body", "valid JSON"),
    Nasty("gzip without saying so", gzip.compress(birth()), "body", "valid JSON"),
    Nasty("duplicate key, the last one wrong", birth()[:-1] + b',"latitude":95}', "latitude"),
)

NASTIES = (*NUMBERS, *TIMES, *NAMES, *OWN_NAMES, *SHAPES)


def cases() -> Iterator[Any]:
    """Every body at every door that refuses it."""
    for nasty in NASTIES:
        doors = (OWN,) if nasty.own_only else POSTED
        for door in doors:
            yield pytest.param(nasty, door, id=f"{nasty.name} to {door}")
        if len(nasty.body) < LONGEST_QUERY / 4 * 3:
            yield pytest.param(nasty, BY_QUERY, id=f"{nasty.name} by GET")


def faults(server: RunningServer) -> float:
    """How many requests were answered 5xx."""
    samples = server.get("/metrics", scopes=()).text.splitlines()
    ours = [sample for sample in samples if sample.startswith("nocturna_requests_total{")]
    return sum(float(sample.rsplit(" ", 1)[1]) for sample in ours if 'status="5' in sample)


@pytest.fixture(scope="module", autouse=True)
def faults_before(server: RunningServer) -> float:
    """How many there were before the first of these tests."""
    return faults(server)


@pytest.fixture(autouse=True)
def unharmed(server: RunningServer) -> Iterator[None]:
    """Fails a test after which the server is not what it was: same workers, and healthy."""
    before = {worker.pid for worker in server.workers}
    yield
    assert {worker.pid for worker in server.workers} == before
    assert server.get("/health", scopes=()).json() == {"status": "healthy"}


def send(server: RunningServer, door: str, body: bytes) -> requests.Response:
    if door == BY_QUERY:
        return server.get(f"{OWN}?request={base64.urlsafe_b64encode(body).decode()}")
    return server.post(door, data=body)


def assert_is_refusal(response: requests.Response, code: str) -> dict[str, Any]:
    """Our envelope around a failure, without a trace of the inside; its error."""
    assert len(response.content) < LONGEST_REFUSAL
    for betrayal in ("Traceback", 'File "', "site-packages", ".py"):
        assert betrayal not in response.text.replace("__init__.py", "")
    answer = response.json()
    assert set(answer) == {"success", "data", "error", "detail", "meta"}
    assert (answer["success"], answer["data"]) == (False, None)
    assert answer["meta"]["request_id"] == response.headers["X-Request-ID"]
    assert answer["error"]["code"] == code
    error: dict[str, Any] = answer["error"]
    return error


@pytest.mark.parametrize(("nasty", "door"), tuple(cases()))
def test_a_hostile_body_is_refused_with_field_expected_and_got(
    server: RunningServer, nasty: Nasty, door: str
) -> None:
    response = send(server, door, nasty.body)
    assert response.status_code == 422
    error = assert_is_refusal(response, "VALIDATION_ERROR")
    problems = error["details"]["errors"]
    assert problems
    for problem in problems:
        assert set(problem) == {"field", "expected", "got"}
        assert problem["field"]
        assert problem["expected"]
    fields = {problem["field"] for problem in problems}
    own = door in {OWN, BY_QUERY}
    in_query = fields == {"query.request"} and door == BY_QUERY
    assert nasty.field in fields or in_query or (not own and "body" in fields)
    assert error["details"]["field"] == problems[0]["field"]
    if nasty.field in fields:
        assert nasty.says in response.json()["error"]["message"]
    details = response.json()["detail"]
    assert [set(detail) for detail in details] == [{"type", "loc", "msg", "input"}] * len(problems)
    assert all(detail["loc"][0] in {"body", "query"} for detail in details)


@pytest.mark.parametrize("door", [*POSTED, BY_QUERY])
def test_an_empty_body_is_refused_by_its_missing_fields(server: RunningServer, door: str) -> None:
    response = send(server, door, b"")
    assert response.status_code == 422
    error = assert_is_refusal(response, "VALIDATION_ERROR")
    missing = {problem["field"] for problem in error["details"]["errors"]}
    assert missing >= {"date", "latitude", "longitude"}


@pytest.mark.parametrize("door", [*POSTED, BY_QUERY])
@pytest.mark.parametrize("date", ["0000-01-15", "-0043-03-15", "1199-06-01", "2500-01-01"])
def test_a_year_that_no_ephemeris_file_reaches_is_refused(
    server: RunningServer, door: str, date: str
) -> None:
    response = send(server, door, birth(date=date))
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["details"]["field"] == "date"
    assert "1200 to 2399" in error["message"]


def test_thirty_problems_are_told_ten_at_a_time(server: RunningServer) -> None:
    fields = list(catalogue()["natal-chart"].request.model_fields)[:30]
    response = server.post(OWN, {field: {"no": "such value"} for field in fields})
    assert response.status_code == 422
    assert len(response.json()["error"]["details"]["errors"]) == 10


def test_a_list_is_refused_at_its_first_wrong_item(server: RunningServer) -> None:
    response = server.post(OWN, {**BIRTH, "planets": [f"X{number}" for number in range(30)]})
    (problem,) = response.json()["error"]["details"]["errors"]
    assert problem["field"] == "planets.0"


def test_sixty_unknown_fields_are_ignored_with_ten_warnings(server: RunningServer) -> None:
    response = server.post(OWN, {**BIRTH, **{f"field{n}": n for n in range(60)}})
    assert response.status_code == 200
    assert len(response.json()["meta"]["warnings"]) == 10


def test_twenty_thousand_unknown_fields_are_refused(server: RunningServer) -> None:
    response = server.post(OWN, {**BIRTH, **{f"field{n}": n for n in range(20_000)}})
    assert response.status_code == 422
    (problem,) = response.json()["error"]["details"]["errors"]
    assert problem["got"] == "20000 items"


def test_fields_named_like_parts_of_the_program_are_unknown_fields(server: RunningServer) -> None:
    names = ("birth", "allowed_orbs", "model_fields", "model_extra", "__class__", "__dict__")
    response = server.post(OWN, {**BIRTH, **dict.fromkeys(names, 1)})
    assert response.status_code == 200
    usual = server.post(OWN, BIRTH).json()
    assert response.json()["data"] == usual["data"]
    assert response.json()["meta"]["digest"] == usual["meta"]["digest"]


@pytest.mark.parametrize("door", POSTED)
def test_ten_announced_megabytes_are_refused_before_they_are_sent(
    server: RunningServer, door: str
) -> None:
    announced = request(b"POST %b HTTP/1.1" % door.encode(), b"Content-Length: 10485760")
    reply = exchange(server.url, announced)
    assert reply.status == 413
    error = json.loads(reply.body)["error"]
    assert error["code"] == "PAYLOAD_TOO_LARGE"
    assert error["details"] == {"field": "body", "limit": LIMIT}


@pytest.mark.parametrize("door", POSTED)
def test_ten_chunked_megabytes_are_refused(server: RunningServer, door: str) -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    head = request(b"POST %b HTTP/1.1" % door.encode(), b"Transfer-Encoding: chunked")
    reply = exchange(server.url, [head, *[chunk] * 160, b"0\r\n\r\n"])
    assert reply.status == 413
    assert json.loads(reply.body)["error"]["code"] == "PAYLOAD_TOO_LARGE"


def test_a_compressed_body_that_grows_too_large_is_refused(server: RunningServer) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    response = server.post(OWN, data=bomb, headers={"Content-Encoding": "gzip"})
    assert response.status_code == 413
    assert_is_refusal(response, "PAYLOAD_TOO_LARGE")


def test_a_body_of_exactly_the_limit_is_read(server: RunningServer) -> None:
    at_limit = birth().ljust(LIMIT)
    assert server.post(OWN, data=at_limit).status_code == 200
    assert server.post(OWN, data=at_limit + b" ").status_code == 413


def test_a_body_that_is_not_compressed_as_it_says_is_refused(server: RunningServer) -> None:
    response = server.post(OWN, data=birth(), headers={"Content-Encoding": "gzip"})
    assert response.status_code == 400
    assert_is_refusal(response, "BAD_REQUEST")


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json"],
)
def test_another_content_type_is_415_on_our_own_api(server: RunningServer, kind: str) -> None:
    response = server.post(OWN, BIRTH, headers={"Content-Type": kind})
    assert response.status_code == 415
    error = assert_is_refusal(response, "UNSUPPORTED_MEDIA_TYPE")
    assert error["details"]["field"] == "header.Content-Type"


@pytest.mark.parametrize("door", [DIRECT, STATELESS])
def test_another_content_type_is_taken_for_json_by_the_compatible_api(
    server: RunningServer, door: str
) -> None:
    assert server.post(door, BIRTH, headers={"Content-Type": "text/plain"}).status_code == 200


@pytest.mark.parametrize(
    "kind", ["application/json; charset=latin-1", "application/problem+json", "APPLICATION/JSON"]
)
def test_json_by_any_of_its_names_is_taken(server: RunningServer, kind: str) -> None:
    assert server.post(OWN, BIRTH, headers={"Content-Type": kind}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?request",
        "?Request=e30",
        "?request=!!!!",
        "?request=A",
        "?request=%C3%A9",
        "?request=%ff",
        "?request=%00",
        "?request=e30%3D%3D%3D",
        "?request=e30&request=e30",
        "?request=" + "A" * 4001,
    ],
)
def test_a_query_that_is_no_request_is_refused(server: RunningServer, query: str) -> None:
    response = server.get(OWN + query)
    assert response.status_code == 422
    problems = assert_is_refusal(response, "VALIDATION_ERROR")["details"]["errors"]
    assert problems[0]["field"] in {"query.request", "body", "date"}
    assert "Cache-Control" not in response.headers
    assert "ETag" not in response.headers


def line(path: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1".encode("latin-1")


RAW: tuple[tuple[str, bytes, set[int]], ...] = (
    *(
        (f"path {path}", request(line(path)), {400, 404})
        for path in (
            "/docs/../run.py",
            "/docs/%2e%2e/run.py",
            "/docs/..%2f..%2frun.py",
            "/docs/%2e%2e%2f%2e%2e%2f%2e%2e%2frun.py",
            "/docs/..%5c..%5crun.py",
            "/docs//etc/passwd",
            "/docs/%2fetc%2fpasswd",
            "/docs/docs.js%00.html",
            "/docs/docs.html",
            "/docs/swagger-ui/LICENSE",
            "/../../../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/.env",
            "/.git/config",
            "/var/secret_key",
            "/%00",
            "/%0d%0aX-Evil:1",
            "/a%0ab",
            "/%",
            "/%zz",
            "/%ff",
            "/%C0%AF",
            "/%ED%A0%80",
            "/\xff",
            "/" + "a" * 8000,
            "/" + "%41" * 2500,
            "/{name}",
            "/{rest:.*}",
            "//health",
            "/HEALTH",
            "/health;x=1",
            "/health%2Flive",
            "/health%3Fdetail",
            "/api/v1/calculations/%00",
            "/api/v1/calculations/%0a",
            "/api/v1/calculations/%ff",
            "/api/v1/calculations/natal-chart%2f",
            "/api/v1/calculations/natal-chart%20",
            "/api/v1/calculations/NATAL-CHART",
            "/api/v1/calculations/" + "n" * 7000,
            "/api/v1/calculations/natal-chart/houses",
            "http://elsewhere.example/nothing",
            "http://h:99999/",
            "nothing",
            "*",
        )
    ),
    ("a line of 9000 bytes", request(line(f"{OWN}?request=" + "A" * 9000)), {400, 414}),
    ("a header of 50,000 bytes", request(line("/"), b"X-Long: " + b"a" * 50_000), {400, 431}),
    ("2000 headers", request(line("/nothing"), *[b"X-A: b"] * 2000), {400, 404, 431}),
    ("a NUL in a header", request(line("/health"), b"X-A: a\x00b"), {400}),
    ("a line break in a header", request(line("/health"), b"X-Request-ID: a\rX-Evil: 1"), {400}),
    ("a folded header", request(line("/health"), b"X-Request-ID: a", b" X-Evil: 1"), {400}),
    ("a space before the colon", request(line("/health"), b"X-A : b"), {400}),
    ("two lengths", request(line(OWN, "POST"), b"Content-Length: 1", body=birth()), {400}),
    ("a negative length", request(line(OWN, "POST"), b"Content-Length: -1"), {400}),
    ("a length of 30 digits", request(line(OWN, "POST"), b"Content-Length: " + b"9" * 30), {400}),
    (
        "length and chunks",
        request(line(OWN, "POST"), b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        {400},
    ),
    (
        "a chunk size that is none",
        request(line(OWN, "POST"), b"Transfer-Encoding: chunked") + b"ZZ\r\n{}\r\n0\r\n\r\n",
        {400},
    ),
    (
        "an unknown transfer encoding",
        request(line(OWN, "POST"), b"Transfer-Encoding: identity"),
        {400, 422},
    ),
    (
        "an unknown content encoding",
        request(line(OWN, "POST"), b"Content-Encoding: br", body=birth()),
        {400, 415},
    ),
    ("an unknown expectation", request(line(OWN, "POST"), b"Expect: tea", body=birth()), {417}),
    *(
        (f"method {method}", request(line("/health", method)), {405})
        for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "PURGE")
    ),
    *(
        (f"method {method}", request(line("/health", method)), {400})
        for method in ("get", "BREW", "G" * 1000, "GET,POST", "")
    ),
    ("method CONNECT", request(line("elsewhere.example:443", "CONNECT")), {404, 405}),
    ("the whole server", request(line("*", "OPTIONS")), {404, 405}),
    ("HTTP/3.0", b"GET / HTTP/3.0\r\nHost: x\r\n\r\n", {400}),
    ("an HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32, {400}),
    ("noise", b"\x00\x01\x02\x03\r\n\r\n", {400}),
)


@pytest.mark.parametrize(
    ("sent", "expected"), [pytest.param(*row[1:], id=row[0][:60]) for row in RAW]
)
def test_a_hostile_request_is_refused(
    server: RunningServer, sent: bytes, expected: set[int]
) -> None:
    reply = exchange(server.url, sent)
    assert reply.status in expected
    assert "x-evil" not in reply.headers
    assert b"Traceback" not in reply.body
    assert b"root:" not in reply.body


def test_a_body_that_ends_too_early_gets_no_answer_and_is_no_fault(server: RunningServer) -> None:
    told = len(server.lines)
    head = request(line(OWN, "POST"), b"X-Request-ID: cut-short", b"Content-Length: 500")
    truncated = head + b'{"date": "1990'
    assert exchange(server.url, truncated, half_close=True).status in {0, 400}
    assert server.get("/health").status_code == 200
    mine = [
        line
        for line in server.lines[told:]
        if line["level"] == "ERROR" or line["context"]["request_id"] == "cut-short"
    ]
    assert mine == []


def test_no_hostile_request_was_answered_5xx(server: RunningServer, faults_before: float) -> None:
    assert faults(server) == faults_before
