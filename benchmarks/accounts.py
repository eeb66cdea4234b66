"""What accounts cost those who do not use them: a token in hand, and the logins of others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import requests

from benchmarks.loop_lag import SLEEPER_AT_MOST, lateness
from benchmarks.measure import ROUNDS, Measured, median
from benchmarks.table import Row

SECONDS = 3
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
        found = [_round(anonymous, ours) for _ in range(ROUNDS)]
    yield Row.at_least("a remembered token: CPU, anonymous / with it", median(found), AT_LEAST)
    with Measured("nocturna", {"NOCTURNA_RATE_LIMIT_AUTH": "0"}) as server:
        _register(server.url)
        pairs = [_logins(server.url) for _ in range(ROUNDS)]
    sleepers, quiet, busy, logins = (median(column) for column in zip(*pairs, strict=True))
    yield Row.at_most("sleeper of 1 ms: p99 ms late", sleepers * 1e3, SLEEPER_AT_MOST * 1e3)
    yield Row("logins a second", f"{logins:.0f}")
    most = sleepers + RESOLUTION
    yield Row.at_most("loop p99 with logins less without: ms", (busy - quiet) * 1e3, most * 1e3)


def _round(anonymous: Measured, ours: Measured) -> float:
    _, plain = anonymous.load(CONNECTIONS, SECONDS, stored=True)
    _, with_token = ours.load(CONNECTIONS, SECONDS, stored=True)
    return plain / with_token


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
    until = time.monotonic() + LOGIN_SECONDS
    counts = [0] * LOGIN_CLIENTS

    def repeat(number: int) -> None:
        form = {"username": _NAME, "password": _PASSWORD}
        while time.monotonic() < until:
            requests.post(f"{url}/api/auth/login", data=form, timeout=30).raise_for_status()
            counts[number] += 1

    threads = [threading.Thread(target=repeat, args=(n,)) for n in range(LOGIN_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)
