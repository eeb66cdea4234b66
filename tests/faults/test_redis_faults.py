"""Redis that stops, hangs, restarts and forgets, under two servers and fifty clients."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest
import requests

from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import catalogue
from tests.faults.processes import eventually
from tests.redis_server import RedisServer
from tests.server import LASTING_WINDOW, LONG_ENOUGH, RunningServer, token
from tests.storage.servers import Owner
from tests.web.people import Person, person

CLIENTS = 50
CHART, LONG = "/api/v1/calculations/natal-chart", "/api/v1/calculations/transit-search"
SEARCH: dict[str, Any] = json.loads(json.dumps(dict(catalogue()["transit-search"].example)))
CALLS: tuple[tuple[str, str, Any], ...] = (
    ("POST", CHART, EXAMPLE),
    ("POST", LONG, SEARCH),
    ("GET", "/api/v1/auth/me", None),
)
QUOTA = 30


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """The Redis of both servers; every test leaves it well."""
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, redis: RedisServer
) -> Iterator[tuple[RunningServer, RunningServer]]:
    """Two instances that share PostgreSQL and Redis, with little allowed to users."""
    tmp_path = tmp_path_factory.mktemp("shared")
    with Owner(tmp_path / "database") as owner:
        environment = {
            "NOCTURNA_DATABASE_URL": owner.dsn,
            "NOCTURNA_REDIS_URL": redis.url,
            # Both must find room in one small database, and wait for it on a slow machine.
            "NOCTURNA_DATABASE_POOL_SIZE": "2",
            "NOCTURNA_DATABASE_MAX_OVERFLOW": "1",
            "NOCTURNA_DATABASE_POOL_TIMEOUT": str(LONG_ENOUGH),
            "NOCTURNA_RATE_LIMIT_FREE": str(QUOTA),
            "NOCTURNA_RATE_LIMIT_WINDOW": str(LASTING_WINDOW),
        }
        with (
            RunningServer(tmp_path / "first", environment) as first,
            RunningServer(tmp_path / "second", environment) as second,
        ):
            yield first, second


class Crowd:
    """Fifty clients that ask all the time, as long as the block lasts."""

    def __init__(self, servers: tuple[RunningServer, ...]) -> None:
        self._urls = [server.url for server in servers]
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(CLIENTS)
        self._numbers = count()
        self.statuses: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._clients = [self._pool.submit(self._ask, number) for number in range(CLIENTS)]
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._pool.shutdown()
        for client in self._clients:
            client.result()

    def more(self, answers: int = 200) -> None:
        """Wait until so many more have been answered."""
        wanted = self.statuses.total() + answers
        assert eventually(lambda: self.statuses.total() >= wanted)

    def _ask(self, number: int) -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token()}"
            while not self._stopped.is_set():
                turn = next(self._numbers)
                method, path, body = CALLS[turn % len(CALLS)]
                if path == LONG:
                    body = {**SEARCH, "natal_chart": {**EXAMPLE, "latitude": turn % 40}}
                url = self._urls[number % len(self._urls)] + path
                answer = session.request(method, url, json=body, timeout=LONG_ENOUGH)
                self.statuses[answer.status_code] += 1
                if answer.status_code != 200:
                    self.refusals[f"{path}: {answer.text}"] += 1


def health_of_redis(server: RunningServer) -> str:
    report: dict[str, Any] = server.get("/health?detail", scopes=()).json()
    told: str = report["dependencies"]["redis"]
    return told


def becomes(servers: tuple[RunningServer, ...], wanted: str) -> bool:
    return all(
        eventually(lambda server=server: health_of_redis(server) == wanted)  # type: ignore[misc]
        for server in servers
    )


def test_no_client_notices_what_becomes_of_redis(
    servers: tuple[RunningServer, RunningServer],
    redis: RedisServer,
) -> None:
    assert becomes(servers, "healthy")
    with Crowd(servers) as crowd:
        crowd.more()
        redis.flush()
        crowd.more()
        redis.stop()
        assert becomes(servers, "unhealthy")
        crowd.more()
        redis.start()
        assert becomes(servers, "healthy")
        crowd.more()
        redis.restart()
        crowd.more()
        redis.freeze()
        assert becomes(servers, "unhealthy")
        crowd.more()
        redis.thaw()
        assert becomes(servers, "healthy")
        crowd.more()
    assert set(crowd.statuses) == {200}, crowd.refusals


def test_a_server_starts_and_ends_while_redis_is_away(tmp_path: Path) -> None:
    with RunningServer(tmp_path, {"NOCTURNA_REDIS_URL": "unix:///nonexistent"}) as server:
        assert server.post(LONG, SEARCH).status_code == 200
        assert becomes((server,), "unhealthy")
        assert server.get("/health", scopes=()).json() == {"status": "degraded"}
    assert server.process.returncode == 0


def allowed(caller: Person, server: RunningServer, times: int) -> int:
    """How many requests of a caller are let through."""
    answers = [
        requests.get(
            f"{server.url}/api/v1/auth/me",
            headers={"Authorization": f"Bearer {caller.access_token}"},
            timeout=LONG_ENOUGH,
        )
        for _ in range(times)
    ]
    return sum(answer.status_code == 200 for answer in answers)


def count_of(server: RunningServer, metric: str) -> float:
    """The present number behind a name with its labels."""
    lines = server.get("/metrics", scopes=()).text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(metric))


def exchanges(server: RunningServer) -> float:
    """How often a server has shared its counts."""
    labels = 'endpoint="exchange",outcome="success",service="redis"'
    return count_of(server, f"service_requests_total{{{labels}}} ")


def shared(server: RunningServer, rounds: int = 2) -> bool:
    """Whether a server shares what it has counted by now."""
    wanted = exchanges(server) + rounds
    return eventually(lambda: exchanges(server) >= wanted)


def test_a_limit_holds_over_two_servers(servers: tuple[RunningServer, RunningServer]) -> None:
    first, second = servers
    caller = person(first)
    assert allowed(caller, first, QUOTA) == QUOTA
    assert shared(first)
    allowed(caller, second, 1)  # nobody is asked after who does not come
    assert shared(second)
    assert allowed(caller, second, 5) == 0


def test_a_flushed_redis_gives_nobody_a_fresh_window(
    servers: tuple[RunningServer, RunningServer],
    redis: RedisServer,
) -> None:
    first, second = servers
    caller = person(first)
    assert allowed(caller, first, QUOTA) == QUOTA
    assert shared(first)
    redis.flush()
    assert shared(first, 3)
    allowed(caller, second, 1)
    assert shared(second)
    assert allowed(caller, second, 5) == 0
    assert allowed(caller, first, 5) == 0


def test_an_answer_of_long_work_is_shared_by_both_servers(
    servers: tuple[RunningServer, RunningServer],
) -> None:
    """Once Redis is not too slow for it: none waits for that."""
    first, second = servers
    numbers = count()
    hits = 'nocturna_cache_requests_total{cache="redis",outcome="hit"} '

    def is_shared() -> bool:
        latitude = 51.25 + next(numbers) / 100
        request = {**SEARCH, "natal_chart": {**EXAMPLE, "latitude": latitude}}
        before = count_of(second, hits)
        one, other = first.post(LONG, request), second.post(LONG, request)
        assert (one.status_code, other.status_code) == (200, 200)
        assert one.json()["data"] == other.json()["data"]
        return count_of(second, hits) == before + 1

    assert eventually(is_shared)
