"""A server told to stop answers all that it has accepted, refuses the rest, and leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from actors.calculation_pool.sliced import PARTS_AT_ONCE
from app.stopping import ONE_STOP_SECONDS
from tests.faults.charts import PATH, chart
from tests.faults.connections import connect, send, status
from tests.faults.processes import eventually, gone, worker_pids
from tests.server import RunningServer, token

CALLERS = 120
"""Fewer than the 128 connections that may wait to be accepted."""
LONG_PATH, LONG_CALLERS = "/api/v1/calculations/transit-search", 4
REFUSED = (503, "UNAVAILABLE", "1")


def _to_the_group(*numbers: int) -> Callable[[RunningServer], None]:
    """Signals to the server's process group, as a terminal sends them."""

    def stop(server: RunningServer) -> None:
        for number in numbers:
            server.signal_group(number)

    return stop


def _to_every_process(server: RunningServer) -> None:
    """SIGTERM to the server and each worker, as systemd sends it; the workers first."""
    for pid in (*(worker.pid for worker in server.workers), server.process.pid):
        os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize(
    "stop",
    [
        _to_the_group(signal.SIGTERM),
        _to_the_group(signal.SIGINT),
        _to_the_group(signal.SIGINT, signal.SIGINT),
        _to_every_process,
    ],
    ids=["SIGTERM", "SIGINT", "SIGINT twice", "SIGTERM to every process"],
)
def test_a_stop_signal_under_load_costs_no_accepted_request(
    tmp_path: Path, stop: Callable[[RunningServer], None]
) -> None:
    with RunningServer(tmp_path) as server:
        pids = worker_pids(server)
        assert server.post(PATH, data=chart(CALLERS)).status_code == 200  # the database stops too
        callers = [connect(server) for _ in range(CALLERS)]
        assert eventually(lambda: _connections(server) > CALLERS)
        for number, caller in enumerate(callers):
            send(caller, chart(number))
        stop(server)
        assert [status(caller) for caller in callers] == [200] * CALLERS
        assert server.wait() == 0
        assert eventually(lambda: gone(pids))
    assert set(_troubles(server)) <= {"the database says"}  # that it stops


def test_requests_still_unread_when_the_signal_comes_are_answered(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        callers = [connect(server) for _ in range(CALLERS)]
        assert eventually(lambda: _connections(server) > CALLERS)
        server.process.send_signal(signal.SIGSTOP)
        for number, caller in enumerate(callers):
            send(caller, chart(number))
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGCONT)
        assert [status(caller) for caller in callers] == [200] * CALLERS
        assert server.wait() == 0


def test_connections_still_unaccepted_when_the_signal_comes_are_answered(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        server.process.send_signal(signal.SIGSTOP)
        callers = [connect(server) for _ in range(CALLERS)]
        for number, caller in enumerate(callers):
            send(caller, chart(number))
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGCONT)
        assert [status(caller) for caller in callers] == [200] * CALLERS
        assert server.wait() == 0


def test_whoever_comes_after_a_stop_signal_is_refused(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        early = [connect(server) for _ in range(CALLERS)]
        idle = connect(server)
        assert eventually(lambda: _connections(server) > CALLERS + 1)
        for number, caller in enumerate(early):
            send(caller, chart(number))
        server.process.send_signal(signal.SIGTERM)
        late: list[int | None] = []
        assert eventually(lambda: _is_refused(server, late))
        assert set(late) <= {200, 503, None}  # before the server had seen the signal, or after
        assert _late_status(idle) is None
        assert [status(caller) for caller in early] == [200] * CALLERS
        assert server.wait() == 0


def _troubles(server: RunningServer) -> list[str]:
    """What it complained of, but for slow requests: the machine may be busy with others."""
    told = [line["message"] for line in server.lines if line.get("level") != "INFO"]
    return [message for message in told if message != "slow request"]


def _connections(server: RunningServer) -> int:
    """Connections that the server has accepted, the one of this question among them."""
    report = server.get("/health?detail", scopes=()).json()
    return int(report["metrics"]["active_connections"])


def _is_refused(server: RunningServer, late: list[int | None]) -> bool:
    """Whether a new connection is refused; what became of it otherwise goes into `late`."""
    try:
        caller = connect(server)
    except ConnectionRefusedError:
        return True
    late.append(_late_status(caller))
    return False


def _late_status(caller: HTTPConnection) -> int | None:
    """As `status`, of a request that is sent only now."""
    try:
        send(caller, chart(CALLERS))
    except ConnectionError:
        caller.close()
        return None
    return status(caller)


def test_what_is_not_ready_in_time_is_refused_and_never_cut(tmp_path: Path) -> None:
    """Long work that outlasts the drain, and a body that never ends."""
    with RunningServer(tmp_path, {"NOCTURNA_DRAIN_SECONDS": "8"}) as server:
        pids = worker_pids(server)
        callers = [_hold(server), *(connect(server) for _ in range(LONG_CALLERS))]
        for number, caller in enumerate(callers[1:]):
            send(caller, _long_search(number), LONG_PATH)
        parts = PARTS_AT_ONCE * LONG_CALLERS
        assert eventually(lambda: server.metric("nocturna_actor_in_flight") == parts)
        server.process.send_signal(signal.SIGTERM)
        assert [_refusal(caller) for caller in callers] == [REFUSED] * len(callers)
        assert server.wait() == 0
        assert eventually(lambda: gone(pids))
    assert _troubles(server) == ["requests that are not ready in time are refused"]
    assert server.lines[-1]["message"] == "stopped"


def _long_search(number: int) -> bytes:
    """A century of transits to a chart that no other number has: a minute of work."""
    place = {"latitude": 32.7 + number, "longitude": -117.15}
    request = {
        "natal_chart": {"date": "2000-01-01", "time": "18:00", **place},
        "start_date": "1950-01-01",
        "end_date": "2049-12-31",
        "planets": ["MOON", "TRUE_NODE", "LILITH_TRUE", "SUN", "MERCURY"],
        "include_windows": True,
    }
    return json.dumps(request).encode()


def _refusal(caller: HTTPConnection) -> tuple[int, str, str | None]:
    """Status, code and Retry-After of a whole answer."""
    response = caller.getresponse()
    code = json.loads(response.read())["error"]["code"]
    caller.close()
    return response.status, code, response.headers["Retry-After"]


def _hold(server: RunningServer) -> HTTPConnection:
    """A request whose body does not come."""
    held = connect(server)
    held.putrequest("POST", "/api/v1/calculations/houses")
    held.putheader("Authorization", f"Bearer {token()}")
    held.putheader("Content-Length", "500")
    held.endheaders(b"{")
    return held


def test_a_later_second_signal_ends_the_drain_at_once(tmp_path: Path) -> None:
    """A body that never ends holds up the first stop, but not the second."""
    with RunningServer(tmp_path) as server:
        pids = worker_pids(server)
        held = _hold(server)
        assert eventually(lambda: server.metric("nocturna_mailbox_depth") == 0.0)
        server.process.send_signal(signal.SIGTERM)
        first = time.monotonic()
        assert eventually(lambda: time.monotonic() - first > ONE_STOP_SECONDS + 0.5)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGTERM)
        status_of_end = server.wait()
        held.close()
        assert status_of_end == 0
        assert eventually(lambda: gone(pids))
    assert [line["message"] for line in server.lines][-2:] == [
        "stopping: accepted requests are answered, new ones refused",
        "stopping at once: a second signal came",
    ]
