"""The catalogue over HTTP: by POST, by GET, as a list, and who may ask."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from app.calculations.catalogue import catalogue
from tests.server import RunningServer, token
from tests.web.raw import OWN, exchange, request

BASE = "/api/v1/calculations"
NAMES = list(catalogue())
EXAMPLES: dict[str, dict[str, Any]] = {
    name: dict(entry.example) for name, entry in catalogue().items()
}

CLOSED: tuple[tuple[str, str], ...] = (
    ("GET", BASE),
    *(("POST", f"{BASE}/{name}") for name in NAMES),
    *(("GET", f"{BASE}/{name}?request=e30") for name in NAMES),
    ("POST", "/api/calculations/planetary-positions"),
    ("POST", "/api/calculations/aspects"),
    ("POST", "/api/calculations/houses"),
    ("POST", "/api/stateless/natal-chart"),
    ("POST", "/api/v1/stateless/natal-chart"),
)
"""Method and path of everything that needs scope `calculations`."""


def query(body: Any, *, padded: bool = False) -> str:
    """The body as the GET form takes it."""
    text = base64.urlsafe_b64encode(json.dumps(body).encode()).decode()
    return f"?request={text if padded else text.rstrip('=')}"


@pytest.mark.parametrize("name", NAMES)
def test_a_calculation_answers_its_own_example(server: RunningServer, name: str) -> None:
    response = server.post(f"{BASE}/{name}", EXAMPLES[name])
    assert response.status_code == 200
    answer = response.json()
    assert set(answer) == {"success", "data", "error", "meta"}
    assert (answer["success"], answer["error"]) == (True, None)
    assert answer["data"]
    meta = answer["meta"]
    assert meta["calculation"] == name
    assert meta["computed_for"]["engine"].startswith("nocturna ")
    assert meta["warnings"] == []


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_get_gives_the_data_and_digest_of_post(
    server: RunningServer, name: str, *, padded: bool
) -> None:
    posted = server.post(f"{BASE}/{name}", EXAMPLES[name]).json()
    got = server.get(f"{BASE}/{name}{query(EXAMPLES[name], padded=padded)}")
    assert got.status_code == 200
    assert got.json()["data"] == posted["data"]
    digest = posted["meta"]["digest"]
    assert got.json()["meta"]["digest"] == digest
    assert got.headers["ETag"] == f'W/"{digest}"'
    assert got.headers["Cache-Control"] == "private, max-age=86400"


WITHOUT_ZODIAC = {"planetary-hours", "rise-set", "gauquelin-sectors"}


def moved(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same request a hundredth of a degree farther north, or ended a day later."""
    if "latitude" in body:
        return {**body, "latitude": 40.7228}
    chart = next((name for name in ("natal_chart", "chart1") if name in body), None)
    if chart is not None:
        return {**body, chart: moved(body[chart])}
    return {**body, "end_date": "2026-12-30"}


@pytest.mark.parametrize("name", NAMES)
def test_the_digest_does_not_depend_on_how_a_request_is_written(
    server: RunningServer, name: str
) -> None:
    body = EXAMPLES[name]
    backwards = dict(reversed(body.items()))
    spelled = {**body, "zodiac": "tropical"} if name not in WITHOUT_ZODIAC else body
    with_more = {**body, "unknown_field": 1}
    digests = {
        server.post(f"{BASE}/{name}", written).json()["meta"]["digest"]
        for written in (body, backwards, spelled, with_more)
    }
    assert len(digests) == 1
    other = server.post(f"{BASE}/{name}", moved(body)).json()["meta"]["digest"]
    assert other not in digests


def test_two_calculations_of_one_birth_have_two_digests(server: RunningServer) -> None:
    body = EXAMPLES["natal-chart"]
    names = ["natal-chart", "houses", "aspects", "balance", "patterns", "antiscia"]
    digests = [server.post(f"{BASE}/{n}", body).json()["meta"]["digest"] for n in names]
    assert len(set(digests)) == len(names)


@pytest.mark.parametrize("held", ['W/"{0}"', '"{0}"', '"other", W/"{0}"', "*"])
def test_who_holds_the_answer_gets_304(server: RunningServer, held: str) -> None:
    path = OWN + query(EXAMPLES["natal-chart"])
    first = server.get(path)
    tag = first.headers["ETag"]
    sent = held.format(first.json()["meta"]["digest"])
    again = server.get(path, headers={"If-None-Match": sent})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == "private, max-age=86400"
    assert "X-Request-ID" in again.headers


@pytest.mark.parametrize("held", ['W/"other"', "", '"', "{0}", 'W/"{0}'])
def test_who_holds_another_answer_gets_this_one(server: RunningServer, held: str) -> None:
    path = OWN + query(EXAMPLES["natal-chart"])
    digest = server.get(path).json()["meta"]["digest"]
    again = server.get(path, headers={"If-None-Match": held.format(digest)})
    assert again.status_code == 200
    assert again.json()["meta"]["digest"] == digest


def test_holding_an_answer_does_not_turn_an_error_into_304(server: RunningServer) -> None:
    response = server.get(f"{OWN}?request=e30", headers={"If-None-Match": "*"})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{OWN}?request=e30", 422),
        (f"{OWN}?request=!", 422),
        (f"{BASE}/nothing?request=e30", 404),
        (OWN + query({**EXAMPLES["natal-chart"], "date": "0900-01-01"}), 422),
    ],
)
def test_errors_are_not_cached(server: RunningServer, path: str, status: int) -> None:
    response = server.get(path)
    assert response.status_code == status
    assert "max-age" not in response.headers.get("Cache-Control", "")
    assert "ETag" not in response.headers


def test_a_post_is_not_cached(server: RunningServer) -> None:
    response = server.post(OWN, EXAMPLES["natal-chart"])
    assert "Cache-Control" not in response.headers
    assert "ETag" not in response.headers


def test_the_list_describes_every_calculation(server: RunningServer) -> None:
    response = server.get(BASE)
    assert response.status_code == 200
    answer = response.json()
    assert (answer["success"], answer["error"]) == (True, None)
    listed = {entry["name"]: entry for entry in answer["data"]["calculations"]}
    assert set(listed) == set(NAMES)
    for name, entry in listed.items():
        assert entry["description"].startswith(entry["summary"])
        assert set(EXAMPLES[name]) <= set(entry["request_schema"]["properties"])
        assert entry["request_schema"]["required"]
        assert isinstance(entry["sources"], list)
        assert entry["reply_schema"]["properties"]
        assert entry["example"] == EXAMPLES[name]


def test_schemas_of_the_list_refer_only_to_what_they_hold(server: RunningServer) -> None:
    for entry in server.get(BASE).json()["data"]["calculations"]:
        for schema in (entry["request_schema"], entry["reply_schema"]):
            text = json.dumps(schema)
            for reference in text.split('"$ref": "')[1:]:
                path = reference.split('"')[0]
                assert path.startswith("#/$defs/")
                assert path.removeprefix("#/$defs/") in schema["$defs"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_name_is_404_with_the_nearest_one(server: RunningServer, method: str) -> None:
    path = f"{BASE}/natal-chrat"
    response = server.get(path) if method == "GET" else server.post(path, {})
    assert response.status_code == 404
    error = response.json()["error"]
    assert error["code"] == "NOT_FOUND"
    assert "did you mean natal-chart?" in error["message"]
    assert response.json()["detail"] == error["message"]


def test_a_name_like_no_other_is_404_with_the_way_to_the_list(server: RunningServer) -> None:
    response = server.post(f"{BASE}/xyz", {})
    assert response.status_code == 404
    assert f"GET {BASE} lists them all" in response.json()["error"]["message"]


def call(
    server: RunningServer, method: str, path: str, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], dict[str, Any]]:
    response = (
        server.get(path, headers=headers, scopes=())
        if method == "GET"
        else server.post(path, data=b"{", headers=headers, scopes=())
    )
    return response.status_code, response.headers, response.json()


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_a_token_even_a_bad_body_is_401(
    server: RunningServer, method: str, path: str
) -> None:
    status, headers, answer = call(server, method, path, {})
    assert status == 401
    assert headers["WWW-Authenticate"] == "Bearer"
    assert answer["error"]["code"] == "AUTHENTICATION_ERROR"
    assert isinstance(answer["detail"], str)


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_the_scope_even_a_bad_body_is_403(
    server: RunningServer, method: str, path: str
) -> None:
    status, headers, answer = call(
        server, method, path, {"Authorization": f"Bearer {token('admin')}"}
    )
    assert status == 403
    assert "WWW-Authenticate" not in headers
    assert answer["error"]["code"] == "PERMISSION_DENIED"
    assert answer["error"]["details"] == {"required_scope": "calculations"}
    assert "admin" in answer["error"]["message"]


@pytest.mark.parametrize(
    "header",
    [
        "Basic dXNlcjpwYXNzd29yZA==",
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer a.b.c",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Token {0}",
        "{0}",
        "Bearer {0}x",
        "Bearer {0} {0}",
        "Bearer Bearer {0}",
    ],
)
def test_what_is_no_token_of_ours_is_401(server: RunningServer, header: str) -> None:
    sent = {"Authorization": header.format(token())}
    status, headers, _ = call(server, "POST", OWN, sent)
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_taken_in_any_case(server: RunningServer, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {token()}"}
    response = server.post(OWN, EXAMPLES["natal-chart"], headers=headers, scopes=())
    assert response.status_code == 200


def test_an_expired_token_is_401_and_says_expired(server: RunningServer) -> None:
    old = token(days=1, now=time.time() - 86_401)
    status, headers, answer = call(server, "POST", OWN, {"Authorization": f"Bearer {old}"})
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["error"]["code"] == "TOKEN_EXPIRED"
    assert "expired" in answer["error"]["message"]
    assert "expired" in answer["detail"]


def test_a_token_with_both_scopes_may_calculate(server: RunningServer) -> None:
    response = server.post(OWN, EXAMPLES["natal-chart"], scopes=("calculations", "admin"))
    assert response.status_code == 200


def test_without_a_token_ten_announced_megabytes_are_401_not_413(server: RunningServer) -> None:
    line = f"POST {OWN} HTTP/1.1".encode()
    reply = exchange(server.url, request(line, b"Content-Length: 10485760", scopes=()))
    assert reply.status == 401


NATAL = f"{BASE}/natal-chart"
IN_QUERY = [
    "field 'query.house_sistem' was ignored; did you mean 'house_system' in the JSON request?",
    "field 'query.nope' was ignored",
]


def test_a_field_in_the_query_of_post_is_ignored_with_a_warning(server: RunningServer) -> None:
    body = {**EXAMPLES["natal-chart"], "colour": "red"}
    response = server.post(f"{NATAL}?house_sistem=koch&nope=1&nope=2", body)
    assert response.json()["data"]["house_system"] == "PLACIDUS"
    warnings = response.json()["meta"]["warnings"]
    assert warnings == ["field 'colour' was ignored", *IN_QUERY]


def test_a_field_beside_the_request_of_get_is_ignored_with_a_warning(
    server: RunningServer,
) -> None:
    path = f"{NATAL}{query(EXAMPLES['natal-chart'])}"
    answer = server.get(f"{path}&house_sistem=koch&nope=1")
    assert answer.json()["meta"]["warnings"] == IN_QUERY
    assert server.get(path).json()["meta"]["warnings"] == []


@pytest.mark.parametrize(
    "text", ["!!!!", "A", query([]).partition("=")[2], query("no object").partition("=")[2], "e2E"]
)
def test_what_is_no_object_in_the_query_is_told_by_the_name_of_the_parameter(
    server: RunningServer, text: str
) -> None:
    error = server.get(f"{NATAL}?request={text}").json()["error"]
    (problem,) = error["details"]["errors"]
    expected = "base64url of a JSON object"
    assert problem == {"field": "query.request", "expected": expected, "got": text}
