"""Load from another process: wrk with a body of its own for every request."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NATAL, LOGIN = (Path(__file__).with_name(name) for name in ("natal.lua", "login.lua"))


class NoLoadGenerator(Exception):
    """The machine has no wrk."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of load achieved; refused counts answers other than 2xx and 3xx."""

    requests: int
    per_second: float
    refused: int


def run(url: str, token: str, *, connections: int, seconds: int, stored: bool = False) -> Load:
    """Natal charts from `connections` sockets; `stored` sends the same birth every time."""
    told = {"TOKEN": token, "STORED": "1" if stored else ""}
    return _sent(NATAL, url, told, connections, seconds)


def log_in(url: str, form: str, *, connections: int, seconds: int) -> Load:
    """Logins with one form from `connections` sockets."""
    return _sent(LOGIN, url, {"FORM": form}, connections, seconds)


def _sent(script: Path, url: str, told: Mapping[str, str], connections: int, seconds: int) -> Load:
    wrk = shutil.which("wrk")
    if wrk is None:
        msg = "the benchmarks need wrk: apt-get install wrk"
        raise NoLoadGenerator(msg)
    command = (wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url)
    done = subprocess.run(
        command, env={**os.environ, **told}, capture_output=True, text=True, check=True
    )
    return _read(done.stdout)


def _read(report: str) -> Load:
    total = re.search(r"(\d+) requests in", report)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    if total is None or rate is None:
        msg = f"wrk said something unforeseen: {report}"
        raise ValueError(msg)
    return Load(int(total[1]), float(rate[1]), int(refused[1]) if refused else 0)
