"""A server under measurement, and medians of paired rounds."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self

import psutil

from benchmarks.load import Load, run
from benchmarks.servers import SECRET, TOKEN

ROOT = Path(__file__).parents[1]
ROUNDS = 5
TURNS = 5
"""Seconds that each of two servers has in a round, in turn: a machine that gets slower meanwhile
is slower for both."""
START_WITHIN = 60.0


class Measured:
    """A server process on a free port: `kind` names one of benchmarks.servers, or "nocturna"."""

    def __init__(self, kind: str, settings: Mapping[str, str] | None = None) -> None:
        self.kind = kind
        self._settings = settings or {}
        self._directory = tempfile.TemporaryDirectory()
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = TOKEN

    def __enter__(self) -> Self:
        command = [sys.executable, "run.py"]
        if self.kind != "nocturna":
            command = [sys.executable, "-m", "benchmarks.servers", self.kind, str(self.port)]
        started = time.monotonic()
        self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment())
        while not _answers(self.port):
            if self.process.poll() is not None or time.monotonic() - started > START_WITHIN:
                msg = f"{self.kind} did not start"
                raise RuntimeError(msg)
            time.sleep(0.005)
        self.start_seconds = time.monotonic() - started
        if self.kind == "nocturna":
            self.token = self._created_token()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(START_WITHIN)
        self._directory.cleanup()

    def load(self, connections: int, seconds: int, *, stored: bool = False) -> tuple[Load, float]:
        """A run of load, and the CPU microseconds of all processes of the server per request."""
        before = self.cpu_seconds()
        done = run(self.url, self.token, connections=connections, seconds=seconds, stored=stored)
        return done, (self.cpu_seconds() - before) / done.requests * 1e6

    def cpu_seconds(self) -> float:
        """CPU time of the server and its workers until now."""
        times = [process.cpu_times() for process in self._processes()]
        return float(sum(spent.user + spent.system for spent in times))

    def memory_mb(self) -> float:
        """Resident memory of the server and its workers."""
        return sum(process.memory_info().rss for process in self._processes()) / 1e6

    def _processes(self) -> list[psutil.Process]:
        server = psutil.Process(self.process.pid)
        return [server, *server.children()]

    def _created_token(self) -> str:
        command = [sys.executable, "run.py", "token", "create"]
        created = subprocess.run(
            command, cwd=ROOT, env=self._environment(), check=True, capture_output=True, text=True
        )
        return created.stdout.strip()

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "NOCTURNA_PORT": str(self.port),
            "NOCTURNA_SECRET_KEY": SECRET,
            "NOCTURNA_DATA_DIR": self._directory.name,
            "NOCTURNA_LOG_LEVEL": "WARNING",
            **self._settings,
        }


def paired(one: Measured, other: Measured, connections: int) -> tuple[float, float]:
    """One round: CPU microseconds per request of two servers that send stored bytes in turn."""
    spent, requests = [0.0, 0.0], [0, 0]
    for _ in range(TURNS):
        for side, server in enumerate((one, other)):
            load, microseconds = server.load(connections, 1, stored=True)
            spent[side] += microseconds * load.requests
            requests[side] += load.requests
    return spent[0] / requests[0], spent[1] / requests[1]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def rounds(measure: Callable[[], float]) -> float:
    """The median of `ROUNDS` measurements."""
    return median([measure() for _ in range(ROUNDS)])


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True
