"""Long work over HTTP: cut into parts, streamed, refused, and given up when its caller leaves."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.calculations.catalogue import Cost, catalogue
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask
from tests.server import LONG_ENOUGH, RunningServer, token

BASE = "/api/v1/calculations"
LONG = [name for name, entry in catalogue().items() if entry.cost is Cost.LONG]
LINES = {"Accept": "application/x-ndjson"}
NATAL = {"date": "2000-01-01", "time": "18:00", "latitude": 32.716667, "longitude": -117.15}
SEARCH: dict[str, Any] = {
    "natal_chart": NATAL,
    "start_date": "2020-01-01",
    "end_date": "2029-12-31",
    "planets": ["SUN", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN"],
    "include_windows": True,
}
TABLE = {"start_date": "2000-01-01", "end_date": "2029-12-31", "planets": ["SUN", "MOON", "MARS"]}


def parts_of(name: str, request: dict[str, Any], ephemeris: SwissAlmanac) -> int:
    outcome = ask(f"{name}#cut", request, ephemeris).outcome
    assert outcome.status == 202
    return len(json.loads(outcome.fragment))


def test_work_in_parts_answers_what_it_answers_as_a_whole(
    server: RunningServer, ephemeris: SwissAlmanac
) -> None:
    assert parts_of("transit-search", SEARCH, ephemeris) > 1
    answer = server.post(f"{BASE}/transit-search", SEARCH)
    assert answer.status_code == 200
    whole = ask("transit-search", SEARCH, ephemeris)
    assert answer.json()["data"] == whole.data
    assert answer.json()["meta"]["computed_for"] == whole.computed_for
    assert answer.json()["meta"]["digest"] == whole.outcome.digest


@pytest.mark.parametrize("name", LONG)
def test_its_examples_are_the_same_cut_or_whole(name: str, ephemeris: SwissAlmanac) -> None:
    entry = catalogue()[name]
    assert entry.slicing is not None
    request = entry.request.model_validate_json(json.dumps(dict(entry.example)))
    parts = [
        json.loads(json.dumps(entry.slicing.part(request, part, ephemeris)))
        for part in entry.slicing.split(request, ephemeris)
    ]
    merged = entry.slicing.merge(request, parts, ephemeris)
    assert merged.reply == entry.compute(request, ephemeris).reply


def test_a_wrong_request_is_refused_before_any_part(server: RunningServer) -> None:
    answer = server.post(f"{BASE}/transit-search", {**SEARCH, "end_date": "2019-01-01"})
    assert answer.status_code == 422
    (problem,) = answer.json()["error"]["details"]["errors"]
    assert problem["field"] == "end_date"


def test_a_table_comes_as_lines_as_it_is_computed(
    server: RunningServer, ephemeris: SwissAlmanac
) -> None:
    assert parts_of("ephemeris", TABLE, ephemeris) > 1
    headers = {"Accept": "application/x-ndjson", "Origin": "http://localhost:3000"}
    answer = server.post(f"{BASE}/ephemeris", TABLE, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    *rows, end = [json.loads(line) for line in answer.text.splitlines()]
    assert rows == ask("ephemeris", TABLE, ephemeris).data["rows"]
    assert end == {"end": {"rows": len(rows), "request_id": answer.headers["X-Request-ID"]}}


def test_a_table_that_cannot_begin_is_refused_with_its_status(server: RunningServer) -> None:
    headers = {"Accept": "application/x-ndjson"}
    answer = server.post(f"{BASE}/ephemeris", {**TABLE, "step_minutes": 0}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_a_table_that_leaves_the_files_ends_with_the_failure(server: RunningServer) -> None:
    request = {**TABLE, "start_date": "2380-01-01", "end_date": "2410-12-31"}
    answer = server.post(f"{BASE}/ephemeris", request, headers={"Accept": "application/x-ndjson"})
    assert answer.status_code == 200
    *_, end = [json.loads(line) for line in answer.text.splitlines()]
    assert end["success"] is False
    assert "sepl_24.se1" in end["error"]["message"]


def test_an_answer_comes_as_text(server: RunningServer) -> None:
    answer = server.post(
        f"{BASE}/natal-chart", NATAL, headers={"Accept": "text/markdown, application/json;q=0.5"}
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# natal-chart\n")
    assert "[positions.SUN] 10°37′25″ CAPRICORN" in answer.text  # noqa: RUF001


def test_a_refused_text_is_json(server: RunningServer) -> None:
    bad = {**NATAL, "latitude": 91}
    answer = server.post(f"{BASE}/natal-chart", bad, headers={"Accept": "text/markdown"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_work_whose_caller_has_left_stops(server: RunningServer, ephemeris: SwissAlmanac) -> None:
    """The connection is cut in the middle; no part is computed beyond those on their way."""
    long = {**SEARCH, "start_date": "1950-01-01", "end_date": "2049-12-31", "planets": ["SUN"]}
    long["natal_points"] = ["SUN"]
    long = {**long, "planets": ["MOON", "TRUE_NODE", "LILITH_TRUE"], "include_windows": False}
    total = parts_of("transit-search", long, ephemeris)
    assert total > 20
    before = _parts_computed(server)
    with _under_way(server, long):
        pass
    settled = -1.0
    while settled != (now := _parts_computed(server)):
        settled = now
        time.sleep(1.0)
    assert settled - before < total


def test_work_past_its_deadline_is_given_up(tmp_path: Path) -> None:
    environment = {"NOCTURNA_LONG_REQUEST_DEADLINE": "0.4"}
    with RunningServer(tmp_path, environment) as server:
        long = {**SEARCH, "planets": ["MOON", "TRUE_NODE"], "natal_points": ["SUN"]}
        long = {**long, "start_date": "1950-01-01", "end_date": "2049-12-31"}
        answer = server.post(f"{BASE}/transit-search", long)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "DEADLINE_EXCEEDED"
        assert server.post(f"{BASE}/natal-chart", NATAL).status_code == 200


def test_charts_are_answered_beside_long_work(server: RunningServer) -> None:
    """One worker never takes long work."""
    long = {**SEARCH, "start_date": "1990-01-01", "end_date": "2039-12-31"}
    with _under_way(server, long):
        unknown = {**NATAL, "latitude": 32.5}
        assert server.post(f"{BASE}/natal-chart", unknown).status_code == 200


@contextmanager
def _under_way(server: RunningServer, long: dict[str, Any]) -> Iterator[None]:
    """A search whose first parts have been computed; its connection is cut in the end."""
    before, address = _parts_computed(server), urlsplit(server.url)
    body = json.dumps(long).encode()
    head = (
        f"POST {BASE}/transit-search HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {token('calculations')}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port or 0)) as caller:
        caller.sendall(head.encode() + body)
        _until(lambda: _parts_computed(server) > before + 1)
        yield


def _parts_computed(server: RunningServer) -> float:
    text = server.get("/metrics", scopes=()).text
    name = 'nocturna_calculation_compute_seconds_count{operation="transit-search#part"}'
    return sum(
        float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name)
    )


def _until(happened: Any) -> None:
    give_up = time.monotonic() + LONG_ENOUGH
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_table_too_big_for_one_answer_is_told_to_come_as_lines(
    server: RunningServer, ephemeris: SwissAlmanac
) -> None:
    big = {**TABLE, "step_minutes": 450}
    assert ask("ephemeris#cut", big, ephemeris).status == 422
    answer = server.post(f"{BASE}/ephemeris", big)
    assert answer.status_code == 422
    (problem,) = answer.json()["error"]["details"]["errors"]
    assert problem["field"] == "step_minutes"
    assert "at most 100000 cells" in problem["expected"]
    assert "Accept: application/x-ndjson" in problem["expected"]
    lines = server.post(f"{BASE}/ephemeris", big, headers=LINES)
    assert lines.status_code == 200
    assert json.loads(lines.text.splitlines()[-1])["end"]["rows"] * 3 > 100_000
    refused = server.post(f"{BASE}/ephemeris", {**big, "step_minutes": 10}, headers=LINES)
    assert refused.status_code == 422
    assert "at most 1000000 cells" in refused.json()["error"]["message"]


def test_the_phases_of_a_star_are_searched_in_parts(
    server: RunningServer, ephemeris: SwissAlmanac
) -> None:
    request = {**NATAL, "stars": ["VEGA"], "heliacal_stars": ["SIRIUS"]}
    assert parts_of("fixed-stars", request, ephemeris) == 2
    answer = server.post(f"{BASE}/fixed-stars", request)
    assert answer.status_code == 200
    assert answer.json()["data"] == ask("fixed-stars", request, ephemeris).data
    plain = {**NATAL, "stars": ["VEGA"]}
    assert server.post(f"{BASE}/fixed-stars", plain).json()["data"]["heliacal"] is None


@pytest.mark.parametrize("accepted", ["Text/Markdown", "TEXT/MARKDOWN; charset=utf-8"])
def test_text_is_asked_for_in_letters_of_any_size(server: RunningServer, accepted: str) -> None:
    answer = server.post(f"{BASE}/natal-chart", NATAL, headers={"Accept": accepted})
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"


@pytest.mark.parametrize("refused", ["text/markdown", "application/x-ndjson"])
def test_what_is_refused_by_its_weight_is_not_sent(server: RunningServer, refused: str) -> None:
    few = {**TABLE, "end_date": "2000-01-03"}
    headers = {"Accept": f"application/json, {refused};q=0"}
    answer = server.post(f"{BASE}/ephemeris", few, headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


def test_long_work_beyond_its_places_is_refused_at_the_door(tmp_path: Path) -> None:
    long = {**SEARCH, "planets": ["MOON", "TRUE_NODE"], "natal_points": ["SUN"]}
    long = {**long, "start_date": "1950-01-01", "end_date": "2049-12-31"}
    with RunningServer(tmp_path, {"NOCTURNA_LONG_CAPACITY": "1"}) as server:
        with _under_way(server, long):
            assert server.metric("nocturna_long_work") == 1
            for refused in (
                server.post(f"{BASE}/transit-search", SEARCH),
                server.post(f"{BASE}/ephemeris", TABLE, headers=LINES),
            ):
                assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
                error = refused.json()["error"]
                assert error["code"] == "OVERLOADED"
                assert "as it takes on at once: 1;" in error["message"]
            wrong = server.post(f"{BASE}/transit-search", {**SEARCH, "end_date": "2019-01-01"})
            assert wrong.status_code == 422
            assert server.post(f"{BASE}/natal-chart", NATAL).status_code == 200
        _until(lambda: server.metric("nocturna_long_work") == 0)  # its caller has left
        assert server.post(f"{BASE}/ephemeris", TABLE, headers=LINES).status_code == 200
