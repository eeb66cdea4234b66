"""What is the same for every request: id, CORS, compression, slashes, errors, envelope."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from unittest.mock import Mock
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from actors.runtime import ActorCrashed, ActorStopped, AskTimeout, MailboxFull
from app.calculations.birth import EXAMPLE
from app.limits.policy import Policy
from app.limits.windows import Windows
from app.settings import Settings
from app.telemetry.metrics import Metrics
from app.web.answers import COMPRESS_FROM
from app.web.cors import Cors
from app.web.limits import Limits
from app.web.routing import Route
from app.web.wrapper import RequestMetrics, Wrapper
from tests.principals import known
from tests.server import LONG_ENOUGH, RunningServer
from tests.web.raw import OWN, exchange, request

ALLOWED = "http://localhost:3000"
FOREIGN = "https://evil.example"
ASKING = {"Access-Control-Request-Method": "POST"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that holds one request at a time, and that any origin may call."""
    settings = {"NOCTURNA_POOL_CAPACITY": "1", "NOCTURNA_CORS_ORIGINS": "*"}
    with RunningServer(tmp_path_factory.mktemp("small"), settings) as running:
        yield running


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that holds one byte of bodies at a time, or one body alone."""
    with RunningServer(tmp_path_factory.mktemp("narrow"), {"NOCTURNA_POOL_BYTES": "1"}) as running:
        yield running


def options(server: RunningServer, path: str, headers: dict[str, str]) -> requests.Response:
    return requests.options(server.url + path, headers=headers, timeout=LONG_ENOUGH)


@pytest.mark.parametrize(
    "given", ["a", "0", "trace-1.2_3", "A" * 64, "e58ed763-928c-4155-bee9-fdbaaadc15f3"]
)
def test_a_valid_request_id_is_echoed(server: RunningServer, given: str) -> None:
    for response in (
        server.get("/api/v1/calculations", headers={"X-Request-ID": given}),
        server.get("/nothing", headers={"X-Request-ID": given}),
    ):
        assert response.headers["X-Request-ID"] == given
        assert response.json()["meta"]["request_id"] == given


@pytest.mark.parametrize(
    "given",
    ["", "a b", "A" * 65, "a,b", "a/b", '"}', "a%0d%0aX-Evil: 1", "<script>", "\u00e9", "a;b", "$"],
)
def test_an_invalid_request_id_is_replaced(server: RunningServer, given: str) -> None:
    response = server.get("/nothing", headers={"X-Request-ID": given.encode().decode("latin-1")})
    made = response.headers["X-Request-ID"]
    assert made != given
    assert str(uuid.UUID(made)) == made
    assert response.json()["meta"]["request_id"] == made
    assert "X-Evil" not in response.headers


def test_every_request_without_an_id_gets_another_one(server: RunningServer) -> None:
    made = {server.get("/health").headers["X-Request-ID"] for _ in range(20)}
    assert len(made) == 20


@pytest.mark.parametrize(
    "path", ["/", "/api", "/docs", "/docs/docs.js", "/metrics", "/openapi.json", "/redoc", "/docs/"]
)
def test_every_answer_has_an_id(server: RunningServer, path: str) -> None:
    assert server.get(path).headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/health", "/nothing", OWN])
def test_an_allowed_origin_sees_answers_and_errors(server: RunningServer, path: str) -> None:
    response = server.get(path, headers={"Origin": ALLOWED}, scopes=())
    assert response.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"X-Request-ID", "ETag", "Retry-After"} <= set(exposed)
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    [
        FOREIGN,
        "null",
        f"{ALLOWED}.evil.example",
        "http://localhost:30000",
        "https://localhost:3000",
    ],
)
def test_another_origin_sees_nothing(server: RunningServer, origin: str) -> None:
    for path in ("/health", "/nothing"):
        response = server.get(path, headers={"Origin": origin})
        assert not any(name.startswith("Access-Control") for name in response.headers)
        assert "Origin" in response.headers["Vary"]


def test_caches_learn_what_an_answer_depends_on(server: RunningServer) -> None:
    for path in ("/health", "/openapi.json"):
        response = server.get(path)
        assert not any(name.startswith("Access-Control") for name in response.headers)
        assert response.headers["Vary"] == "Accept, Origin, Accept-Encoding"


@pytest.mark.parametrize("path", [OWN, "/api/stateless/natal-chart", "/health", "/nothing"])
def test_a_preflight_of_an_allowed_origin_needs_no_token(server: RunningServer, path: str) -> None:
    asked = {"Access-Control-Request-Headers": "authorization, content-type, x-own"}
    response = options(server, path, {"Origin": ALLOWED, **ASKING, **asked})
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    methods = response.headers["Access-Control-Allow-Methods"].split(", ")
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(methods)
    assert (
        response.headers["Access-Control-Allow-Headers"] == asked["Access-Control-Request-Headers"]
    )
    assert int(response.headers["Access-Control-Max-Age"]) > 0


def test_a_preflight_of_another_origin_is_400(server: RunningServer) -> None:
    response = options(server, OWN, {"Origin": FOREIGN, **ASKING})
    assert response.status_code == 400
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "CORS" in response.text


@pytest.mark.parametrize("headers", [{}, {"Origin": ALLOWED}, ASKING])
def test_options_without_both_headers_of_a_preflight_is_405(
    server: RunningServer, headers: dict[str, str]
) -> None:
    assert options(server, OWN, headers).status_code == 405


def test_a_star_allows_any_origin_without_credentials(small: RunningServer) -> None:
    for response in (
        small.get("/health", headers={"Origin": FOREIGN}),
        options(small, OWN, {"Origin": FOREIGN, **ASKING}),
    ):
        assert response.status_code in {200, 204}
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "accepted",
    ["gzip", "GZIP", "gzip, br", "br, gzip", "br;q=1.0, gzip;q=0.5", "gzip;q=0.001", "gzip ; q=1"],
)
def test_a_long_body_is_compressed_for_who_takes_gzip(server: RunningServer, accepted: str) -> None:
    plain = server.post(OWN, EXAMPLE, headers={"Accept-Encoding": "identity"})
    packed = server.post(OWN, EXAMPLE, headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(plain.content)
    assert packed.json()["data"] == plain.json()["data"]


@pytest.mark.parametrize(
    "accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000", "gzip;q=0, br", "notgzip", "gz"]
)
def test_a_long_body_is_plain_for_who_does_not(server: RunningServer, accepted: str) -> None:
    response = server.post(OWN, EXAMPLE, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in response.headers
    assert int(response.headers["Content-Length"]) > COMPRESS_FROM
    assert response.json()["success"] is True


def test_the_compressed_bytes_are_one_whole_gzip_member(server: RunningServer) -> None:
    sent = request(b"GET /openapi.json HTTP/1.1", b"Accept-Encoding: gzip", scopes=())
    reply = exchange(server.url, sent)
    assert json.loads(gzip.decompress(reply.body))["openapi"] == "3.1.0"


def test_a_short_body_is_never_compressed(server: RunningServer) -> None:
    for path in ("/health", "/nothing"):
        response = server.get(path, headers={"Accept-Encoding": "gzip"})
        assert len(response.content) < COMPRESS_FROM
        assert "Content-Encoding" not in response.headers


def test_an_unknown_path_is_404_in_the_envelope(server: RunningServer) -> None:
    response = server.get("/api/v1/nothing", scopes=())
    assert response.status_code == 404
    assert_failure(response, "NOT_FOUND")
    assert "/api/v1/nothing" in response.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", OWN, ["GET", "HEAD", "POST"]),
        ("GET", "/api/stateless/natal-chart", ["POST"]),
        ("POST", "/health", ["GET", "HEAD"]),
        ("DELETE", "/", ["GET", "HEAD"]),
        ("PATCH", "/metrics", ["GET", "HEAD"]),
        ("OPTIONS", "/openapi.json", ["GET", "HEAD"]),
        ("PUT", "/api/v1/calculations", ["GET", "HEAD", "POST"]),
    ],
)
def test_another_method_is_405_and_tells_which_are_allowed(
    server: RunningServer, method: str, path: str, allowed: list[str]
) -> None:
    response = requests.request(method, server.url + path, timeout=LONG_ENOUGH)
    assert response.status_code == 405
    assert response.headers["Allow"] == ", ".join(allowed)
    error = assert_failure(response, "METHOD_NOT_ALLOWED")
    assert error["details"] == {"allowed": allowed}


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/health/", "/health"),
        ("/health/?detail", "/health?detail"),
        ("/health///", "/health"),
        (f"{OWN}/?request=e30&a=%26b%3D%20c+d", f"{OWN}?request=e30&a=%26b%3D%20c+d"),
        ("/a%20b/?q=%0d%0aX-Evil:1", "/a%20b?q=%0d%0aX-Evil:1"),
        ("/%0d%0aX-Evil:%201/", "/%0d%0aX-Evil:%201"),
        ("/%C3%A9/", "/%C3%A9"),
        ("/a%2Fb/", "/a%2Fb"),
        ("/a%3Fb/", "/a%3Fb"),
        ("/a%23b/", "/a%23b"),
        ("/a//b/", "/a//b"),
        ("//evil.com/", "/evil.com"),
        ("///evil.com/", "/evil.com"),
        ("//evil.com/a/?b", "/evil.com/a?b"),
        ("/\\evil.com/", "/%5Cevil.com"),
        ("/%5Cevil.com/", "/%5Cevil.com"),
        ("\\\\evil.com/", None),
        ("/\\/evil.com/", "/%5C/evil.com"),
        ("/%09/evil.com/", "/%09/evil.com"),
        ("/%2Fevil.com/", "/%2Fevil.com"),
        ("http://evil.com//other.com/", "/other.com"),
        ("/http://evil.com/", "/http://evil.com"),
        ("/@evil.com/", "/@evil.com"),
    ],
)
def test_a_slash_at_the_end_leads_to_this_server_without_it(
    server: RunningServer, path: str, location: str | None
) -> None:
    reply = exchange(server.url, request(f"GET {path} HTTP/1.1".encode()))
    if location is None:
        assert reply.status == 400
        return
    assert reply.status == 307
    assert reply.headers["location"] == location
    assert "x-evil" not in reply.headers
    # A browser takes a backslash for a slash, and drops tabs and line breaks.
    as_browsers_read = location.replace("\\", "/").translate({9: None, 10: None, 13: None})
    target = urlsplit(urljoin(server.url + "/", as_browsers_read))
    assert target.netloc == urlsplit(server.url).netloc


def test_a_post_with_a_slash_at_the_end_arrives_after_the_redirect(server: RunningServer) -> None:
    response = server.post(f"{OWN}/", EXAMPLE)
    assert [step.status_code for step in response.history] == [307]
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/api", "/health", "/health/live", "/docs", "/docs/docs.js", "/openapi.json"]
)
def test_head_is_get_without_the_body(server: RunningServer, path: str) -> None:
    got = requests.get(server.url + path, timeout=LONG_ENOUGH)
    head = requests.head(server.url + path, timeout=LONG_ENOUGH)
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    for name in ("Content-Type", "Content-Length", "Content-Encoding"):
        assert head.headers.get(name) == got.headers.get(name)


def test_head_of_a_calculation_has_its_tag(server: RunningServer) -> None:
    path = f"{OWN}?request={base64.urlsafe_b64encode(json.dumps(EXAMPLE).encode()).decode()}"
    sent = request(f"HEAD {path} HTTP/1.1".encode())
    reply = exchange(server.url, sent)
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["etag"] == server.get(path).headers["ETag"]


def assert_failure(response: requests.Response, code: str) -> dict[str, Any]:
    answer = response.json()
    assert list(answer) == ["success", "data", "error", "detail", "meta"]
    assert (answer["success"], answer["data"]) == (False, None)
    error: dict[str, Any] = answer["error"]
    assert list(error) == ["code", "message", "details"]
    assert error["code"] == code
    assert_meta(response)
    return error


def assert_meta(response: requests.Response) -> None:
    meta = response.json()["meta"]
    assert meta["request_id"] == response.headers["X-Request-ID"]
    assert meta["timestamp"].endswith("Z")
    assert datetime.fromisoformat(meta["timestamp"]).utcoffset() is not None
    assert response.headers["Content-Type"] == "application/json"


def test_a_success_has_data_no_error_and_meta(server: RunningServer) -> None:
    response = server.post(OWN, EXAMPLE)
    answer = response.json()
    assert list(answer) == ["success", "data", "error", "meta"]
    assert (answer["success"], answer["error"]) == (True, None)
    assert_meta(response)


def test_a_failure_tells_the_same_to_each_kind_of_client(server: RunningServer) -> None:
    response = server.post(OWN, {**EXAMPLE, "latitude": 97.2})
    error = assert_failure(response, "VALIDATION_ERROR")
    message = "latitude must be a number within -90.0..90.0, got 97.2"
    assert error["message"] == message
    assert error["details"]["field"] == "latitude"
    assert error["details"]["errors"] == [
        {"field": "latitude", "expected": "a number within -90.0..90.0", "got": 97.2}
    ]
    (detail,) = response.json()["detail"]
    assert (detail["loc"], detail["msg"], detail["input"]) == (["body", "latitude"], message, 97.2)


@pytest.mark.parametrize("bound", ["small", "narrow"])
def test_what_is_too_much_is_503_with_retry_after_and_the_rest_is_answered(
    bound: str, request: pytest.FixtureRequest
) -> None:
    server: RunningServer = request.getfixturevalue(bound)

    def ask(number: int) -> requests.Response:
        return server.post(OWN, {**EXAMPLE, "latitude": number / 1000})

    refused: list[requests.Response] = []
    number = 0
    while not refused:
        assert number < 2000, "a pool for one request held them all"
        with ThreadPoolExecutor(16) as executor:
            responses = list(executor.map(ask, range(number, number + 64)))
        number += 64
        assert {response.status_code for response in responses} <= {200, 503}
        refused = [response for response in responses if response.status_code == 503]
    for response in refused:
        assert response.headers["Retry-After"] == "1"
        assert_failure(response, "OVERLOADED")
    assert ask(number).status_code == 200


def unanswered(headers: dict[str, str] | None = None) -> web.Request:
    """A request of which nothing is answered yet."""
    return make_mocked_request("GET", "/x", headers, writer=Mock(output_size=0))


def wrapped(route: Route) -> Any:
    limits = Limits(Policy.of(Settings()), Windows(60, 100))
    return Wrapper(known(), limits, RequestMetrics.of(Metrics()), Cors(()), 1.0).around(route)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MailboxFull("calculation_pool", 1), "OVERLOADED"),
        (AskTimeout("calculation_pool", 10.0), "DEADLINE_EXCEEDED"),
        (ActorStopped("calculation_pool"), "UNAVAILABLE"),
        (ActorCrashed("calculation_pool"), "UNAVAILABLE"),
    ],
)
async def test_what_passes_soon_is_503_with_retry_after(error: Exception, code: str) -> None:
    async def fail(_: web.Request) -> web.StreamResponse:
        raise error

    response = await wrapped(Route("GET", "/x", fail))(unanswered())
    assert response.status == 503
    assert response.headers["Retry-After"] == "1"
    assert json.loads(response.body)["error"]["code"] == code


async def test_an_unforeseen_error_is_500_and_tells_no_more_than_the_request_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fail(_: web.Request) -> web.StreamResponse:
        message = "born on 1990-01-15"
        raise ValueError(message)

    headers = {"X-Request-ID": "mine"}
    response = await wrapped(Route("GET", "/x", fail))(unanswered(headers))
    assert response.status == 500
    answer = json.loads(response.body)
    assert answer["error"]["code"] == "INTERNAL_ERROR"
    assert answer["meta"]["request_id"] == response.headers["X-Request-ID"] == "mine"
    captured = capsys.readouterr()
    assert "1990" not in response.body.decode() + captured.out + captured.err
