"""Line ends in headers and queries, and browsers of other origins."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
import requests

from tests.security.attacks import ADMIN, LEGACY, ORIGIN, OURS, bearer
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.web.people import PASSWORD, person
from tests.web.raw import RawReply, exchange, request

MARK = "X-Injected-By-Attack"
LINE_ENDS = (
    b"x\r\n%b: 1",
    b"x\n%b: 1",
    b"x\r%b: 1",
    b"x\r\n\r\n%b: 1",
    b"x\r\n %b: 1",
    b"x%%0d%%0a%b: 1",
    b"x%%0D%%0A%%0D%%0A<b>%b</b>",
    b"x\\r\\n%b: 1",
    b"x\x00%b: 1",
    b"x\x0b%b: 1",
    b"x\x85%b: 1",
    b"x\xe2\x80\xa8%b: 1",
    b"\xe5\x98\x8a\xe5\x98\x8d%b: 1",
    b"\xff\xfe%b",
    b'x","level":"CRITICAL","message":"%b',
    b"x\x1b[31m%b",
    b"%b" * 300,
)
HEADERS = (
    b"X-Request-ID",
    b"Idempotency-Key",
    b"User-Agent",
    b"X-Forwarded-For",
    b"Origin",
    b"Accept-Encoding",
    b"Content-Type",
    b"If-None-Match",
    b"Authorization",
    b"Cookie",
)
CREATE = f"POST {OURS}/admin/service-tokens HTTP/1.1".encode()
LOG_IN = f"POST {OURS}/login HTTP/1.1".encode()
REFUSED = (
    "null",
    "",
    "*",
    "http://app.example.com",
    "https://app.example.com.evil.example",
    "https://evil-app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com/",
    "https://APP.example.com",
    "https://app.example.com@evil.example",
    "https://evil.example/https://app.example.com",
    "https://app.example.com, https://evil.example",
    "https://sub.app.example.com",
    "https://appxexample.com",
    "https://example.com",
    "file://",
    "http://localhost:3000",
)
SHOWS = "Access-Control-Allow-Origin"
CREDENTIALS = "Access-Control-Allow-Credentials"


def with_mark(text: bytes) -> bytes:
    return text.replace(b"%b", MARK.encode()).replace(b"%%", b"%")


def assert_whole(server: RunningServer, reply: RawReply) -> None:
    """One answer, no fault, with a request id of its own, and nothing that was sent as a header."""
    assert 200 <= reply.status < 500, reply
    assert MARK.lower() not in reply.headers
    assert not any(MARK.encode() in part for part in reply.body.split(b"\r\n\r\n")[1:])
    assert b"HTTP/1.1" not in reply.body
    if "x-request-id" in reply.headers:
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", reply.headers["x-request-id"])
    assert server.process.poll() is None


def assert_lines_whole(server: RunningServer) -> None:
    """Every line that the server wrote is one of its own."""
    for line in server.lines:
        assert set(line) == {"timestamp", "level", "service", "message", "context"}, line
        assert MARK not in str(line), line


@pytest.mark.parametrize("name", HEADERS, ids=lambda name: name.decode())
def test_no_header_splits_an_answer_or_a_log_line(attacked: RunningServer, name: bytes) -> None:
    headers = (b"Content-Type: application/json",)
    for text in LINE_ENDS:
        header = name + b": " + with_mark(text)
        body = b'{"days": 7}'
        sent = request(CREATE, *headers, header, body=body, scopes=ADMIN)
        assert_whole(attacked, exchange(attacked.url, sent))
        body = b'{"username": "nobody-%d", "password": "x"}' % LINE_ENDS.index(text)
        assert_whole(attacked, exchange(attacked.url, request(LOG_IN, *headers, header, body=body)))
    assert_lines_whole(attacked)


@pytest.mark.parametrize(
    "target",
    [
        f"POST {LEGACY}/refresh?refresh_token=%s",
        f"POST {OURS}/refresh?refresh_token=%s",
        f"POST {OURS}/logout?refresh_token=%s",
        f"GET {OURS}/admin/service-tokens?cursor=%s",
        f"GET {OURS}/admin/service-tokens?%s=1",
        "GET /api/v1/admin/users?search=%s",
        "GET /api/v1/admin/users?cursor=%s",
        "GET /api/v1/admin/users/%s",
        "GET /api/v1/admin/roles/%s",
        "POST /api/v1/admin/circuits/%s/reset",
        "GET /api/%s/",
        "GET /%s/?a=%s",
    ],
)
def test_no_query_splits_an_answer_or_a_log_line(attacked: RunningServer, target: str) -> None:
    for text in LINE_ENDS:
        marked = quote(with_mark(text).replace(b"%0d%0a", b"\r\n"))[:6000]
        line = f"{target.replace('%s', marked)} HTTP/1.1".encode()
        assert_whole(attacked, exchange(attacked.url, request(line, scopes=ADMIN)))
    assert_lines_whole(attacked)


def test_a_preflight_repeats_no_line_end(attacked: RunningServer) -> None:
    for text in LINE_ENDS:
        sent = request(
            f"OPTIONS {OURS}/login HTTP/1.1".encode(),
            b"Origin: " + ORIGIN.encode(),
            b"Access-Control-Request-Method: POST",
            b"Access-Control-Request-Headers: " + with_mark(text),
        )
        assert_whole(attacked, exchange(attacked.url, sent))
    assert_lines_whole(attacked)


def test_a_request_id_is_repeated_only_if_it_is_one(attacked: RunningServer) -> None:
    for given in ("x" * 65, "a b", "a;b", "\u00e9", "<script>", "a,b", '"'):
        headers = {"X-Request-ID": given.encode("latin-1")}
        reply = requests.get(f"{attacked.url}/health", headers=headers, timeout=LONG_ENOUGH)
        assert reply.headers["X-Request-ID"] != given
    reply = attacked.get("/health", headers={"X-Request-ID": "mine-1.2_3"}, scopes=())
    assert reply.headers["X-Request-ID"] == "mine-1.2_3"


# Browsers


def answers(server: RunningServer, origin: str) -> list[requests.Response]:
    """An answer of each kind, to a page of an origin."""
    mine = person(server)
    origins = {"Origin": origin}
    asked: list[tuple[str, str, dict[str, str], bytes]] = [
        ("GET", f"{OURS}/me", bearer(mine.access_token), b""),
        ("GET", f"{OURS}/me", {}, b""),
        ("GET", f"{OURS}/me", bearer("x.y.z"), b""),
        ("GET", f"{OURS}/admin/verify", bearer(mine.access_token), b""),
        ("GET", "/api/v1/nothing", {}, b""),
        ("DELETE", f"{OURS}/login", {}, b""),
        ("POST", f"{OURS}/login", {}, b"{"),
        ("POST", f"{LEGACY}/register", {}, b'{"email": 1}'),
        ("POST", f"{OURS}/register", {}, b"x" * 1_100_000),
        ("GET", f"{OURS}/me/", {}, b""),
        ("GET", "/health", {}, b""),
        ("OPTIONS", f"{OURS}/me", {}, b""),
    ]
    return [
        requests.request(
            method,
            server.url + path,
            headers={**headers, **origins},
            data=body,
            timeout=LONG_ENOUGH,
            allow_redirects=False,
        )
        for method, path, headers, body in asked
    ]


def preflight(server: RunningServer, origin: str) -> requests.Response:
    return requests.options(
        f"{server.url}{OURS}/login",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        },
        timeout=LONG_ENOUGH,
    )


def test_any_origin_means_no_credentials(narrow: RunningServer) -> None:
    found = answers(narrow, "https://evil.example")
    assert {reply.status_code for reply in found} >= {200, 401, 403, 404, 405, 413, 422, 307}
    for reply in (*found, preflight(narrow, "https://evil.example")):
        assert reply.headers[SHOWS] == "*"
        assert CREDENTIALS not in reply.headers


def test_the_listed_origin_gets_credentials_with_every_answer(attacked: RunningServer) -> None:
    found = answers(attacked, ORIGIN)
    assert {reply.status_code for reply in found} >= {200, 401, 403, 404, 405, 413, 422, 307}
    for reply in (*found, preflight(attacked, ORIGIN)):
        assert reply.headers[SHOWS] == ORIGIN
        assert reply.headers[CREDENTIALS] == "true"
        if reply.request.method == "GET":
            assert "Origin" in reply.headers["Vary"]


def test_no_other_origin_gets_any_answer(attacked: RunningServer) -> None:
    for reply in answers(attacked, "https://evil.example"):
        assert SHOWS not in reply.headers
        assert CREDENTIALS not in reply.headers


@pytest.mark.parametrize("origin", REFUSED)
def test_an_origin_that_only_looks_like_the_listed_one_is_refused(
    attacked: RunningServer, origin: str
) -> None:
    for reply in (
        preflight(attacked, origin),
        attacked.get(f"{OURS}/me", headers={"Origin": origin}),
    ):
        assert SHOWS not in reply.headers
        assert CREDENTIALS not in reply.headers
    assert preflight(attacked, origin).status_code == 400


def test_two_origins_are_not_the_listed_one(attacked: RunningServer) -> None:
    line = f"GET {OURS}/me HTTP/1.1".encode()
    for origins in ((b"https://evil.example", ORIGIN.encode()), (b"null", ORIGIN.encode())):
        headers = (b"Origin: " + origin for origin in origins)
        reply = exchange(attacked.url, request(line, *headers))
        assert reply.headers.get("access-control-allow-origin") is None


def test_no_cookie_is_set_or_read(attacked: RunningServer) -> None:
    mine = person(attacked)
    for prefix in (LEGACY, OURS):
        reply = requests.post(
            f"{attacked.url}{prefix}/login",
            data={"username": mine.username, "password": PASSWORD},
            timeout=LONG_ENOUGH,
        )
        assert "Set-Cookie" not in reply.headers
    cookie = {"Cookie": f"session={token()}; access_token={mine.access_token}"}
    assert attacked.get(f"{OURS}/me", headers=cookie, scopes=()).status_code == 401
