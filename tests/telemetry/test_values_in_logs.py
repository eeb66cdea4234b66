"""No birth data and no token in any log line, whatever happens, at the level that tells most.

One server is asked well, badly, and so that it crashes; then all that it wrote is searched.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from app.compat.operations import ADAPTERS
from app.web.routes import CALCULATION
from tests.server import RunningServer, token
from tests.telemetry import crashing
from tests.web.raw import OWN, exchange, request

BIRTH = {
    "date": "1977-07-31",
    "time": "03:17:43",
    "latitude": 33.77311,
    "longitude": 44.36613,
    "timezone": "Asia/Baghdad",
}
QUERY = base64.urlsafe_b64encode(json.dumps(BIRTH).encode()).decode().rstrip("=")
TOKEN = token()
SLOW_ID = "the-slow-one"
CRASH_ID = "the-crash"
BASE = "/api/v1/calculations"

SECRETS = {
    "date": "1977-07",
    "time": "03:17",
    "latitude": "33.773",
    "longitude": "44.366",
    "zone": "Baghdad",
    "query": QUERY[:24],
    "token": TOKEN,
    "signature": TOKEN.rsplit(".", 1)[1][:16],
    "wrong token": "wrong-token-7731",
    "metrics token": "metrics-token-7731",
    "signing key": "a-key-for-tests",
}

Line = dict[str, Any]


def ask_well(server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Request-ID": SLOW_ID}
    assert server.post(OWN, BIRTH, headers=headers).status_code == 200
    assert server.get(f"{OWN}?request={QUERY}").status_code == 200
    for adapter in ADAPTERS:
        server.post(f"/api/{adapter.name}", BIRTH)


def ask_badly(server: RunningServer) -> None:
    for door in (OWN, "/api/stateless/natal-chart"):
        server.post(door, {**BIRTH, "latitude": "33.77311N"})
        server.post(door, {**BIRTH, "timezone": "Asia/Baghdadd"})
        server.post(door, {**BIRTH, "date": "1977-07-32"})
        server.post(door, data=json.dumps(BIRTH).encode()[:-1])
        server.post(door, data=b"\xff" + json.dumps(BIRTH).encode())
    server.get(f"{OWN}?request={QUERY}!")
    server.get(f"/1977-07-31/03:17:43?latitude=33.77311&token={TOKEN}")
    server.get(f"/1977-07-31/?token={TOKEN}")
    for header in ("Bearer wrong-token-7731", f"Bearer {TOKEN}x", f"Basic {TOKEN}"):
        server.post(OWN, BIRTH, headers={"Authorization": header}, scopes=())
    server.get("/metrics", headers={"Authorization": "Bearer metrics-token-7731"})


def ask_what_is_not_http(server: RunningServer) -> None:
    post = f"POST {OWN} HTTP/1.1".encode()
    secret = f"Authorization: Bearer {TOKEN}".encode()
    for sent in (
        request(f"GET {OWN}?request={QUERY}{'A' * 9000} HTTP/1.1".encode()),
        request(f"GET {OWN}?request={QUERY}\xff HTTP/1.1".encode("latin-1")),
        request(f"GET {OWN}?date=1977-07-31 33.77311 HTTP/1.1".encode()),
        request(b"GET /health HTTP/1.1", secret + b"\x00", scopes=()),
        request(b"GET /health HTTP/1.1", secret + b"a" * 9000, scopes=()),
        request(b"GET /health HTTP/1.1", secret.replace(b": ", b" : "), scopes=()),
        request(post, b"Transfer-Encoding: chunked") + json.dumps(BIRTH).encode() + b"\r\n\r\n",
        request(post, b"Content-Encoding: gzip", body=json.dumps(BIRTH).encode()),
        request(post, b"Content-Encoding: br", body=json.dumps(BIRTH).encode()),
    ):
        assert exchange(server.url, sent).status in {400, 414, 415, 431}
    truncated = request(post, b"Content-Length: 900") + json.dumps(BIRTH).encode()
    exchange(server.url, truncated, half_close=True)


def make_it_crash(server: RunningServer) -> None:
    headers = {"X-Request-ID": CRASH_ID}
    answers = [
        server.post(f"{BASE}/crash-1977-07-31", BIRTH, headers=headers),
        server.post(f"{BASE}/houses", BIRTH),
        server.post(f"{BASE}/aspects", BIRTH),
        server.post(f"{BASE}/aspects", BIRTH),
    ]
    assert [answer.status_code for answer in answers] == [500, 500, 503, 422]
    assert all("1977-07" not in answer.text for answer in answers)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    """All that a server wrote from its start to its end."""
    directory: Path = tmp_path_factory.mktemp("crashing")
    crashing.write_script(directory)
    settings = {
        "NOCTURNA_LOG_LEVEL": "DEBUG",
        "NOCTURNA_SLOW_REQUEST_SECONDS": "0.0001",
        "NOCTURNA_METRICS_TOKEN": "metrics-token-7731",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.server.ROOT", directory)
        with RunningServer(directory / "data", settings) as server:
            ask_well(server)
            ask_badly(server)
            ask_what_is_not_http(server)
            make_it_crash(server)
            assert server.post(OWN, BIRTH).status_code == 200
    return server.lines


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_line_holds_it(lines: list[Line], secret: str) -> None:
    told = [{**line, "timestamp": None} for line in lines]  # a time may have any digits
    assert [line for line in told if secret in json.dumps(line)] == []


def test_every_line_has_the_one_shape(lines: list[Line]) -> None:
    assert len(lines) > 10
    for line in lines:
        assert set(line) == {"timestamp", "level", "service", "message", "context"}, line
        assert line["service"] == "nocturna"
        assert line["level"] in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
        assert {"request_id", "user_id"} <= set(line["context"])


def test_a_slow_request_leaves_one_line_with_the_template_of_its_route(lines: list[Line]) -> None:
    slow = [line for line in lines if line["message"] == "slow request"]
    (mine,) = (line for line in slow if line["context"]["request_id"] == SLOW_ID)
    assert mine["level"] == "WARNING"
    context = mine["context"]
    assert (context["method"], context["endpoint"]) == ("POST", CALCULATION)
    assert context["status"] == 200
    assert context["seconds"] > 0


def test_a_fault_on_the_loop_is_told_by_type_and_place(lines: list[Line]) -> None:
    (fault,) = (line for line in lines if line["message"] == "unforeseen error")
    assert fault["level"] == "ERROR"
    assert fault["context"]["request_id"] == CRASH_ID
    assert fault["context"]["endpoint"] == CALCULATION
    assert fault["context"]["error"] == "ValueError"
    assert "crashing.py:" in fault["context"]["where"][-1]


def test_a_fault_in_a_worker_is_told_by_type_and_place(lines: list[Line]) -> None:
    (fault,) = (line for line in lines if line["message"].startswith("calculation failed"))
    assert fault["level"] == "ERROR"
    assert "ValueError at " in fault["message"]
    assert "crashing.py:" in fault["message"]


def test_the_last_words_of_a_worker_are_told_by_type_and_place(lines: list[Line]) -> None:
    # The server kills a worker that hangs up, so that not all of them come to their last words.
    for line in (line for line in lines if line["message"] == "uncaught error"):
        assert line["level"] == "CRITICAL"
        described = line["context"]["exception"]
        assert described.startswith("ValueError at ")
        assert "crashing.py:" in described
    deaths = [line for line in lines if line["message"] == "worker died"]
    assert [line["context"]["unanswered"] for line in deaths] == [1, 1]  # it was tried twice


def test_malformed_requests_leave_no_line(lines: list[Line]) -> None:
    assert not [line for line in lines if line["message"].startswith("Error handling request")]


def test_start_and_stop_are_told(lines: list[Line]) -> None:
    messages = [line["message"] for line in lines]
    assert messages.count("serving") == 1
    assert any(message.startswith("stopping") for message in messages)
