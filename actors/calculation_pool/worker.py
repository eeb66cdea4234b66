"""The worker process: reads frames of requests from a socket, computes, writes each reply.

Started by the pool as `python -m actors.calculation_pool.worker FD PARENT OPERATIONS
SERVICE LEVEL FORMAT DIRECTORY…`.
It lives exactly as long as its server: it dies with it, ignores the terminal, and computes on
through a stop signal, because the server stops it last.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from actors.calculation_pool.frames import (
    READY,
    FrameBuffer,
    WorkerReply,
    WorkerRequest,
    reply_frame,
    requests_in,
)
from app.calculations.execution import Run
from app.ephemeris.almanac import SwissAlmanac
from app.telemetry.logs import configure, log_setup
from app.wire import Outcome

READ_SIZE = 1 << 18
QUICK, MOST_UNSENT = 0.001, 4
"""Seconds below which a request is quick if the last one of its kind was, and replies that may
wait for quick ones."""
POLITENESS = 10
"""Added to the niceness: the event loop answers for everyone and goes first on a full machine."""
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    descriptor, parent, operations, service, level, log_format, *directories = arguments
    live_with(int(parent))
    configure(log_setup(service, level, log_format))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ephemeris = SwissAlmanac([Path(directory) for directory in directories])
    runs = _load(operations)()
    os.nice(POLITENESS)  # only now: everyone waits for a start, which on a full machine never ended
    with suppress(ConnectionError), socket.socket(fileno=int(descriptor)) as wire:
        wire.sendall(reply_frame(WorkerReply(READY, Outcome(200, b""), 0.0)))
        serve(wire, runs, ephemeris)


def serve(wire: socket.socket, runs: Mapping[str, Run], ephemeris: SwissAlmanac) -> None:
    """Answer frames until the other end closes.

    A few quick replies go together, for to send one costs both ends a tenth of a chart; none
    waits for a request that may take long.
    """
    frames, usual = FrameBuffer(), dict[str, float]()
    while data := wire.recv(READ_SIZE):
        for frame in frames.feed(data):
            unsent: list[bytes] = []
            for request in requests_in(frame):
                may_take_long = usual.get(request.operation, QUICK) >= QUICK
                if unsent and (may_take_long or len(unsent) == MOST_UNSENT):
                    wire.sendall(b"".join(unsent))
                    unsent.clear()
                reply = answer(request, runs, ephemeris)
                usual[request.operation] = reply.seconds
                unsent.append(reply_frame(reply))
            wire.sendall(b"".join(unsent))


def answer(request: WorkerRequest, runs: Mapping[str, Run], ephemeris: SwissAlmanac) -> WorkerReply:
    started = time.perf_counter()
    outcome = runs[request.operation](request.body, ephemeris)
    return WorkerReply(request.id, outcome, time.perf_counter() - started)


def live_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, or end now if it is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the server that started this worker is gone")


def _load(path: str) -> Callable[[], Mapping[str, Run]]:
    module, _, name = path.partition(":")
    function: Callable[[], Mapping[str, Run]] = getattr(import_module(module), name)
    return function


if __name__ == "__main__":
    main(sys.argv[1:])
