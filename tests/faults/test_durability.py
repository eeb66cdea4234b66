"""What was acknowledged is kept, whoever is killed, under two hundred writes a second.

The server and its PostgreSQL are killed in turn, each with `kill -9` in the middle of the writes.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import requests

from app.storage.embedded import attached_server
from app.storage.postgres import connect_options, dedicated
from tests.faults.processes import eventually, gone
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.storage.servers import none_left_in, servers_in

ROUNDS = 20
WRITES_A_SECOND = 200
WRITERS = 8
WRITE = "/api/v1/auth/admin/service-tokens"


@dataclass
class Writers:
    """Threads that write at a steady pace to whatever server runs, and note what it confirms."""

    url: str = ""
    kept: set[str] = field(default_factory=set)
    tried: int = 0
    answers: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(LONG_ENOUGH)

    def _write(self) -> None:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {token('admin')}"
        pause = WRITERS / WRITES_A_SECOND
        due = time.monotonic()
        while not self._stop.is_set():
            due = max(due + pause, time.monotonic() - 1)
            self._stop.wait(max(0.0, due - time.monotonic()))
            self._write_one(session)

    def _write_one(self, session: requests.Session) -> None:
        try:
            answer = session.post(self.url + WRITE, json={"scope": "admin"}, timeout=LONG_ENOUGH)
        except requests.RequestException:
            return  # nothing was acknowledged
        with self._lock:
            self.tried += 1
            self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
            if answer.status_code == 200:
                self.kept.add(answer.json()["data"]["token_id"])

    def confirmed(self) -> int:
        with self._lock:
            return len(self.kept)


def stored(directory: Path) -> set[str]:
    async def read() -> set[str]:
        async with attached_server(directory) as dsn:
            assert dsn is not None
            async with dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw:
                rows = await raw.fetch("SELECT id FROM nocturna.service_tokens")
                return {str(row["id"]) for row in rows}

    return asyncio.run(read())


def more_than(writers: Writers, count: int) -> bool:
    return eventually(lambda: writers.confirmed() > count)


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    chance = random.Random(20)  # noqa: S311 - moments, not secrets
    writers = Writers()
    server = RunningServer(tmp_path).__enter__()
    writers.url = server.url
    logs = [server.lines]
    with writers:
        for number in range(ROUNDS):
            assert more_than(writers, writers.confirmed() + chance.randrange(20, 80))
            database = servers_in(tmp_path)
            if number % 2:
                os.kill(min(database), signal.SIGKILL)
            else:
                workers = [worker.pid for worker in server.workers]
                server.process.kill()
                server.wait()
                assert eventually(lambda gone_too=workers: gone(gone_too))  # type: ignore[misc]
                server = RunningServer(tmp_path).__enter__()
                writers.url = server.url
                logs.append(server.lines)
        assert more_than(writers, writers.confirmed() + 20)
    kept = stored(tmp_path)
    server.__exit__(None, None, None)
    assert none_left_in(tmp_path)
    assert writers.kept <= kept, f"{len(writers.kept - kept)} of {len(writers.kept)} are lost"
    assert set(writers.answers) <= {200, 503}, (
        writers.answers,
        str([line["context"] for log in logs for line in log if line.get("level") == "ERROR"]),
    )
    assert len(writers.kept) > ROUNDS * 20
