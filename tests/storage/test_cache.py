"""Answers of long work: kept, found, forgotten, with a real Redis behind and without."""

from __future__ import annotations

import uuid

import pytest

from app.storage.cache import ENTRY_BYTES, LARGEST_SHARED, Cache, Memory, packed, unpacked
from app.storage.redis import Redis
from app.telemetry.metrics import Metrics
from app.wire import Outcome
from tests.redis_server import RedisServer, redis_at, redis_server, redis_url  # noqa: F401

LASTING = Outcome(200, b'"success":true,"data":{"n":1}', b'"engine":"x"', "digest", lasting=True)


class Watched:
    """A cache, its counters and its clock."""

    def __init__(self, redis: Redis | None = None, max_bytes: int = 1_000_000) -> None:
        self.now = 0.0
        self._metrics = Metrics()
        self.cache = Cache(redis, max_bytes, 60, self._metrics, clock=lambda: self.now)

    def count(self, place: str, outcome: str) -> float:
        line = f'nocturna_cache_requests_total{{cache="{place}",outcome="{outcome}"}} '
        found = [text for text in self._metrics.exposition().decode().splitlines() if line in text]
        return float(found[0].removeprefix(line)) if found else 0.0


def body() -> bytes:
    """A request that no other test has made, should Redis be shared."""
    return uuid.uuid4().hex.encode()


async def test_an_answer_is_found_for_the_same_request_and_no_other() -> None:
    watched = Watched()
    await watched.cache.keep("transits", b"{}", LASTING)
    assert await watched.cache.find("transits", b"{}") == LASTING
    assert await watched.cache.find("transits", b"{ }") is None
    assert await watched.cache.find("returns", b"{}") is None
    assert (watched.count("memory", "hit"), watched.count("memory", "miss")) == (1, 2)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(200, b"x", lasting=False),
        Outcome(422, b"x", lasting=True),
        Outcome(503, b"x", lasting=False),
    ],
)
async def test_only_a_success_that_lasts_is_kept(outcome: Outcome) -> None:
    watched = Watched()
    await watched.cache.keep("transits", b"{}", outcome)
    assert await watched.cache.find("transits", b"{}") is None


async def test_an_answer_is_forgotten_after_its_time() -> None:
    watched = Watched()
    await watched.cache.keep("transits", b"{}", LASTING)
    watched.now = 60.0
    assert await watched.cache.find("transits", b"{}") is None


async def test_another_instance_finds_it_in_redis_and_then_in_memory(redis_url: str) -> None:  # noqa: F811
    async with redis_at(redis_url) as redis:
        one, two, request = Watched(redis), Watched(redis), body()
        await one.cache.keep("transits", request, LASTING)
        assert await two.cache.find("transits", request) == LASTING
        assert await two.cache.find("transits", request) == LASTING
        assert (two.count("redis", "hit"), two.count("memory", "hit")) == (1, 1)


async def test_redis_holds_no_request_in_its_names(redis_server: RedisServer) -> None:  # noqa: F811
    async with redis_at(redis_server.url) as redis:
        await Watched(redis).cache.keep("transits", b"born 1990", LASTING)
    assert redis_server.ask("RANDOMKEY").startswith("$")
    names = redis_server.names()
    assert len(names) == 1
    assert names[0].startswith("nocturna:answer:")
    assert "1990" not in names[0]


async def test_without_redis_an_answer_is_a_miss_and_memory_goes_on(
    redis_server: RedisServer,  # noqa: F811
) -> None:
    async with redis_at(redis_server.url) as redis:
        watched = Watched(redis)
        redis_server.kill()
        for _ in range(8):
            assert await watched.cache.find("transits", b"{}") is None
        await watched.cache.keep("transits", b"{}", LASTING)
        assert await watched.cache.find("transits", b"{}") == LASTING
        assert watched.count("redis", "failed") == 9


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"x", b"9999\n[]", b"[]", b"2\n[]0\n", b'9\n[200,"d"]', b'9\n[200,"d"]0\n', b"-1\n\xff"],
)
async def test_nonsense_in_redis_is_a_miss(redis_url: str, nonsense: bytes) -> None:  # noqa: F811
    async with redis_at(redis_url) as redis:
        watched, request, names = Watched(redis), body(), []
        remember = redis.get

        async def get(name: str) -> bytes | None:
            names.append(name)
            return await remember(name)

        redis.get = get  # type: ignore[method-assign]  # to learn the name
        assert await watched.cache.find("transits", request) is None
        await redis.set(names[0], nonsense, 60)
        assert await watched.cache.find("transits", request) is None


async def test_an_answer_that_is_too_long_for_redis_stays_in_memory(redis_url: str) -> None:  # noqa: F811
    long = Outcome(200, b"x" * LARGEST_SHARED, lasting=True)
    async with redis_at(redis_url) as redis:
        one, two, request = Watched(redis, 2 * LARGEST_SHARED), Watched(redis), body()
        await one.cache.keep("transits", request, long)
        assert await one.cache.find("transits", request) == long
        assert await two.cache.find("transits", request) is None


def test_an_outcome_comes_back_as_it_was() -> None:
    assert unpacked(packed(LASTING)) == LASTING


async def test_memory_stays_within_its_bound_and_drops_who_was_not_asked_for() -> None:
    memory = Memory(10 * (100 + ENTRY_BYTES))
    for number in range(10):
        await memory.set(str(number), b"x" * 100, ttl=60)
    assert await memory.get("0") is not None
    await memory.set("more", b"x" * 100, ttl=60)
    assert (len(memory), memory.held) == (10, 10 * (100 + ENTRY_BYTES))
    assert await memory.get("0") is not None
    assert await memory.get("1") is None


async def test_memory_counts_what_is_replaced_and_deleted() -> None:
    memory = Memory(100_000)
    await memory.set("a", b"x" * 1000, ttl=60)
    await memory.set("a", b"x", ttl=60)
    assert memory.held == 1 + ENTRY_BYTES
    await memory.delete("a")
    assert (memory.held, len(memory)) == (0, 0)


async def test_what_is_larger_than_memory_is_not_kept_and_drops_nobody() -> None:
    memory = Memory(1000)
    await memory.set("a", b"x", ttl=60)
    await memory.set("b", b"x" * 1000, ttl=60)
    assert await memory.get("a") == b"x"
    assert await memory.get("b") is None


@pytest.mark.parametrize("ttl", [0, None, -1])
async def test_memory_keeps_nothing_for_ever(ttl: int | None) -> None:
    with pytest.raises(ValueError, match="ttl must be above 0"):
        await Memory(1000).set("a", b"x", ttl=ttl)


async def test_a_cache_of_no_bytes_is_none() -> None:
    watched = Watched(max_bytes=0)
    await watched.cache.keep("transits", b"{}", LASTING)
    assert await watched.cache.find("transits", b"{}") is None
