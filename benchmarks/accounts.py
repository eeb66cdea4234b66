"""What accounts cost those who do not use them: a token in hand, and the logins of others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlencode

import requests

from benchmarks.load import log_in
from benchmarks.loop_lag import SLEEPER_AT_MOST, lateness
from benchmarks.measure import ROUNDS, Measured, median, paired
from benchmarks.table import Row

CONNECTIONS = 32
AT_LEAST = 0.9
"""CPU of an anonymous request over CPU of one with a token that is remembered, stored bytes."""

LOGIN_SECONDS = 4
LOGIN_CLIENTS = 2
RESOLUTION = 0.001
"""Seconds between the bounds of the server's own measurements of its loop."""
_NAME, _PASSWORD = "bench", "a password of the benchmark"


def rows() -> Iterator[Row]:
    with Measured("anonymous") as anonymous, Measured("pipeline") as ours:
        found = [paired(anonymous, ours, CONNECTIONS) for _ in range(ROUNDS)]
    ratio = median([without / with_token for without, with_token in found])
    yield Row.at_least("a remembered token: CPU, anonymous / with it", ratio, AT_LEAST)
    with Measured("nocturna", {"NOCTURNA_RATE_LIMIT_AUTH": "0"}) as server:
        _register(server.url)
        pairs = [_logins(server.url) for _ in range(ROUNDS)]
    sleepers, quiet, busy, logins = (median(column) for column in zip(*pairs, strict=True))
    yield Row.at_most("sleeper of 1 ms: p99 ms late", sleepers * 1e3, SLEEPER_AT_MOST * 1e3)
    yield Row("logins a second", f"{logins:.0f}")
    most = sleepers + RESOLUTION
    yield Row.at_most("loop p99 with logins less without: ms", (busy - quiet) * 1e3, most * 1e3)


def _logins(url: str) -> tuple[float, float, float, float]:
    """p99 of a sleeper during logins; of the loop without and with them; logins a second."""
    _, quiet = lateness(url, lambda: time.sleep(LOGIN_SECONDS))
    made: list[int] = []
    sleeper, busy = lateness(url, lambda: made.append(_log_in(url)))
    return sleeper, quiet, busy, made[0] / LOGIN_SECONDS


def _register(url: str) -> None:
    account = {"email": f"{_NAME}@example.com", "username": _NAME, "password": _PASSWORD}
    requests.post(f"{url}/api/auth/register", json=account, timeout=30).raise_for_status()


def _log_in(url: str) -> int:
    """Log in over and over from some clients; how often that was."""
    form = urlencode({"username": _NAME, "password": _PASSWORD})
    load = log_in(url, form, connections=LOGIN_CLIENTS, seconds=LOGIN_SECONDS)
    if load.refused:
        msg = f"{load.refused} of {load.requests} logins were refused"
        raise RuntimeError(msg)
    return load.requests
