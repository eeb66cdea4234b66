"""What the embedded database says while it is down is told once, not to everybody who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.storage.embedded_process import CALM_SECONDS, EmbeddedServer
from app.storage.programs import Programs

STARTING = "FATAL:  the database system is starting up"
BROKEN = "PANIC:  could not locate a valid checkpoint record"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many seconds pass for the running loop."""
    passed = [0.0]
    monkeypatch.setattr("app.storage.embedded_process._seconds", lambda: passed[0])

    def let_pass(seconds: float) -> None:
        passed[0] += seconds

    return let_pass


@pytest.fixture
def server(tmp_path: Path) -> EmbeddedServer:
    return EmbeddedServer(tmp_path, Programs(tmp_path), 1)


def warned(server: EmbeddedServer, *lines: str) -> list[str]:
    with capture_logs() as events:
        for line in lines:
            server._say(line)
    return [event["line"] for event in events if event["log_level"] == "warning"]


def test_each_text_is_told_once_in_an_outage(
    server: EmbeddedServer, clock: Callable[[float], None]
) -> None:
    assert warned(server, *[STARTING] * 10, BROKEN, STARTING, BROKEN) == [STARTING, BROKEN]
    clock(CALM_SECONDS)
    assert warned(server, STARTING) == []
    clock(CALM_SECONDS)
    assert warned(server, STARTING) == []


def test_a_text_is_told_again_after_it_was_silent_for_long(
    server: EmbeddedServer, clock: Callable[[float], None]
) -> None:
    assert warned(server, STARTING) == [STARTING]
    clock(CALM_SECONDS + 1)
    assert warned(server, STARTING) == [STARTING]


async def test_a_new_outage_is_told_of_anew(server: EmbeddedServer) -> None:
    assert warned(server, STARTING) == [STARTING]
    server._process = await asyncio.create_subprocess_exec("true")
    watching = asyncio.create_task(server.watch())
    await server._process.wait()
    while server._told:  # noqa: ASYNC110 - until the watch has seen the end
        await asyncio.sleep(0)
    watching.cancel()
    assert warned(server, STARTING) == [STARTING]
