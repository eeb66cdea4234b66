"""A worker process by itself: it serves one wire, and ends with it or with its server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from actors.calculation_pool.frames import (
    READY,
    FrameBuffer,
    WorkerReply,
    WorkerRequest,
    reply_in,
    request_frame,
)
from app.ephemeris.files import DATA
from tests.actors.calculation_pool.running import OPERATIONS
from tests.server import LONG_ENOUGH, ROOT


class _Worker:
    """A worker and the other end of its wire."""

    def __init__(self, process: subprocess.Popen[str], wire: socket.socket) -> None:
        self.process = process
        self.wire = wire
        self._frames = FrameBuffer()

    def reply(self) -> WorkerReply | None:
        """Its only reply to what was sent last; None once it has closed the wire."""
        while data := self.wire.recv(1 << 16):
            for frame in list(self._frames.feed(data)):
                return reply_in(frame)
        return None

    def ask(self, operation: str, body: bytes) -> WorkerReply | None:
        self.wire.sendall(request_frame([WorkerRequest(1, operation, body)]))
        return self.reply()

    def end(self) -> tuple[int, str]:
        """Its exit status and what it said, once it has ended."""
        _, said = self.process.communicate(timeout=300)
        return self.process.returncode, said


@contextmanager
def _worker(parent: int) -> Iterator[_Worker]:
    ours, theirs = socket.socketpair()
    descriptor = theirs.fileno()
    module = "actors.calculation_pool.worker"
    last = (str(parent), OPERATIONS, "tests", "WARNING", "json", str(DATA))
    with theirs:
        process = subprocess.Popen(
            (sys.executable, "-m", module, str(descriptor), *last),
            cwd=ROOT,
            pass_fds=(descriptor,),
            stderr=subprocess.PIPE,
            text=True,
        )
    ours.settimeout(LONG_ENOUGH)
    with ours, process:
        try:
            yield _Worker(process, ours)
        finally:
            process.kill()


@pytest.fixture
def worker() -> Iterator[_Worker]:
    """A worker of this process that can compute."""
    with _worker(os.getpid()) as started:
        ready = started.reply()
        assert ready is not None
        assert ready.id == READY
        yield started


def test_a_worker_answers_what_it_is_asked(worker: _Worker) -> None:
    reply = worker.ask("echo", b"hello")
    assert reply is not None
    assert (reply.id, reply.outcome.fragment, reply.outcome.lasting) == (1, b"hello", True)


def test_a_worker_ends_quietly_when_the_other_end_of_its_wire_closes(worker: _Worker) -> None:
    worker.wire.close()
    assert worker.end() == (0, "")


def test_a_worker_ends_quietly_when_nobody_is_left_to_take_its_answer(worker: _Worker) -> None:
    worker.wire.sendall(request_frame([WorkerRequest(1, "echo", b"x" * 1_000_000)]))
    worker.wire.close()
    assert worker.end() == (0, "")


def test_a_worker_computes_on_through_stop_signals(worker: _Worker) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        worker.process.send_signal(number)
    reply = worker.ask("echo", b"still here")
    assert reply is not None
    assert reply.outcome.fragment == b"still here"


def test_a_worker_whose_parent_is_another_ends_before_it_serves() -> None:
    with _worker(parent=1) as orphan:
        assert orphan.reply() is None
        status, said = orphan.end()
    assert status == 1
    assert said == "the server that started this worker is gone\n"
