"""What the machine says about processes, and waiting until it says something else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import psutil

from tests.server import LONG_ENOUGH, RunningServer

_POLL_SECONDS = 0.02


def eventually(is_so: Callable[[], bool]) -> bool:
    """Whether something comes true in the end."""
    by = time.monotonic() + LONG_ENOUGH
    while not is_so():
        if time.monotonic() > by:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def gone(pids: Iterable[int]) -> bool:
    """Whether none of these runs; one that nobody has asked after yet no longer runs either."""
    return not any(map(_runs, pids))


def worker_pids(server: RunningServer) -> list[int]:
    """The workers of a server once it is whole."""
    assert eventually(lambda: server.metric("nocturna_workers_ready") == 2)
    return [worker.pid for worker in server.workers]


def workers_started_by(server: int) -> list[int]:
    """The workers that run now and were started by the process of this number."""
    found: list[int] = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "actors.calculation_pool.worker" in words and str(server) in words:
            found.append(process.pid)
    return found


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
