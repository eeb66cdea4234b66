"""A real Redis, well and unwell, and what its callers meet."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio.connection import ConnectionPool

from app.errors import Overloaded
from app.resilience.breaker import CircuitOpen, State
from app.resilience.registry import Registry, Surroundings
from app.storage.errors import CannotOpenStorage, RedisUnavailable
from app.storage.redis import Redis, key, open_redis
from app.telemetry.metrics import Metrics
from tests.faults.processes import eventually
from tests.redis_server import (
    RedisServer,
    redis_at,
    redis_server,  # noqa: F401
    redis_url,  # noqa: F401
    settings,
)
from tests.server import LONG_ENOUGH

NOWHERE = "unix:///nonexistent/socket"


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:  # noqa: F811
    async with redis_at(redis_url) as client:
        yield client


def name() -> str:
    """A name that no other test has used, should Redis be shared."""
    return key("test", uuid.uuid4().hex)


async def refused(redis: Redis, times: int) -> list[str]:
    """What so many questions raise, by name."""
    seen: list[str] = []
    for _ in range(times):
        try:
            await redis.ping()
        except (RedisUnavailable, CircuitOpen) as error:
            seen.append(type(error).__name__)
    return seen


async def test_bytes_go_in_and_come_out_and_leave(redis: Redis) -> None:
    mine = name()
    assert await redis.get(mine) is None
    await redis.set(mine, b"\x00\xff bytes", 60)
    assert await redis.get(mine) == b"\x00\xff bytes"
    await redis.delete(mine)
    assert await redis.get(mine) is None


async def test_everything_expires(redis_server: RedisServer) -> None:  # noqa: F811
    async with redis_at(redis_server.url) as redis:
        await redis.set("a", b"b", 60)
        await redis.exchange("group", "me", {"x": 1}, 60)
    for held in ("a", "group", "group:me"):
        assert 0 < int(redis_server.ask("TTL", held)[1:]) <= 60


@pytest.mark.parametrize("ttl", [0, -1])
async def test_nothing_is_kept_for_no_time_or_for_ever(redis: Redis, ttl: int) -> None:
    with pytest.raises(ValueError, match="ttl must be 1 s or more"):
        await redis.set(name(), b"x", ttl)


async def test_members_of_a_group_read_each_others_counts(redis: Redis) -> None:
    group = name()
    first = await redis.exchange(group, "one", {"a": 3, "b": 1}, 60)
    assert (first.is_new, first.others) == (True, {})
    second = await redis.exchange(group, "two", {"a": 5}, 60)
    assert (second.is_new, second.others) == (True, {"a": 3})
    again = await redis.exchange(group, "one", {"a": 4, "c": 1}, 60)
    assert (again.is_new, again.others) == (False, {"a": 5, "c": 0})


async def test_what_is_told_twice_counts_once(redis: Redis) -> None:
    group = name()
    for _ in range(3):
        await redis.exchange(group, "one", {"a": 3}, 60)
    assert (await redis.exchange(group, "two", {"a": 0}, 60)).others == {"a": 3}


@pytest.mark.parametrize(
    ("environment", "address", "database"),
    [
        ("development", "", 1),
        ("test", "", 1),
        ("production", "", 2),
        ("production", "?db=7", 7),
    ],
)
async def test_a_database_of_its_own_is_used_unless_one_is_named(
    redis_server: RedisServer,  # noqa: F811
    environment: str,
    address: str,
    database: int,
) -> None:
    url, secret = redis_server.url + address, "k" * 32
    async with redis_at(url, environment=environment, secret_key=secret) as redis:
        await redis.set("a", b"b", 60)
    assert redis_server.ask("EXISTS", "a", database=database) == ":1"


@pytest.mark.parametrize(
    "address", ["postgresql://x", "nonsense", "redis://h/?unheard=1", "redis://h:port/1"]
)
def test_an_address_that_is_none_is_refused_with_the_cure_and_without_secrets(address: str) -> None:
    with pytest.raises(CannotOpenStorage, match="NOCTURNA_REDIS_URL must look like") as refusal:
        redis_at(address)
    assert address not in str(refusal.value)


@pytest.mark.parametrize(("environment", "database"), [("development", 1), ("production", 2)])
def test_a_host_without_a_database_has_the_one_that_is_used_by_default(
    environment: str, database: int
) -> None:
    there = settings("", redis_host="cache", environment=environment, secret_key="k" * 32)
    redis = Redis(there, Registry(Metrics()))
    assert redis._client.connection_pool.connection_kwargs["db"] == database


def test_a_client_that_does_not_know_our_options_is_not_blamed_on_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: object) -> None:
        raise TypeError("unexpected keyword argument 'driver_info'")

    monkeypatch.setattr(ConnectionPool, "make_connection", refuse)
    with pytest.raises(TypeError, match="driver_info"):
        redis_at("redis://127.0.0.1:6379")


def has_room(server: RedisServer) -> bool:
    """Whether one more may connect; those of others end soon after they were closed."""
    try:
        return server.ask("PING") == "+PONG"
    except (AssertionError, OSError):
        return False


async def test_no_more_connections_than_the_bound(redis_server: RedisServer) -> None:  # noqa: F811
    async with redis_at(redis_server.url, redis_max_connections=3) as redis:
        async with asyncio.TaskGroup() as group:
            for _ in range(100):
                group.create_task(redis.ping())
        redis_server.ask("CONFIG", "SET", "maxclients", "4")
        assert await asyncio.to_thread(eventually, lambda: has_room(redis_server))  # for a fourth


async def test_who_finds_too_many_waiting_is_refused(redis_server: RedisServer) -> None:  # noqa: F811
    redis_server.freeze()
    client = redis_at(
        redis_server.url, redis_max_connections=1, outbound_waiting=1, redis_timeout=0.1
    )
    async with client as redis:
        results = await asyncio.gather(*[redis.ping() for _ in range(5)], return_exceptions=True)
    assert sum(isinstance(result, Overloaded) for result in results) == 4


async def test_a_start_without_redis_goes_on() -> None:
    registry = Registry(Metrics())
    async with open_redis(settings(NOWHERE), registry) as redis:
        assert redis is not None
        with pytest.raises(RedisUnavailable):
            await redis.get("a")


async def test_no_address_no_redis_and_no_dependency() -> None:
    registry = Registry(Metrics())
    without = settings("")
    async with open_redis(without, registry) as redis:
        assert redis is None
    assert registry.well() == {}


async def test_the_circuit_opens_and_closes_again(redis_server: RedisServer) -> None:  # noqa: F811
    now = 0.0
    async with redis_at(redis_server.url, Surroundings(clock=lambda: now)) as redis:
        redis_server.stop()
        assert await refused(redis, 6) == ["RedisUnavailable"] * 5 + ["CircuitOpen"]
        redis_server.start()
        now += 1.0
        assert await refused(redis, 3) == []


async def test_a_restart_between_two_questions_goes_unnoticed(
    redis_server: RedisServer,  # noqa: F811
) -> None:
    async with redis_at(redis_server.url) as redis:
        await redis.ping()
        await asyncio.to_thread(redis_server.restart)
        await redis.ping()


async def test_a_redis_that_hangs_is_given_up_and_its_late_answers_reach_nobody(
    redis_server: RedisServer,  # noqa: F811
) -> None:
    async with redis_at(redis_server.url) as patient:
        await patient.set("a", b"of a", 60)
        await patient.set("b", b"of b", 60)
    async with redis_at(redis_server.url, redis_timeout=0.2, redis_max_connections=1) as redis:
        assert await redis_well(redis, "a") == b"of a"
        redis_server.freeze()
        with pytest.raises(RedisUnavailable, match="TimeoutError"):
            await redis.get("a")
        redis_server.thaw()
        assert await redis_well(redis, "b") == b"of b"


async def redis_well(redis: Redis, held: str) -> bytes | None:
    """What is held, once Redis has caught up."""
    async with asyncio.timeout(LONG_ENOUGH):
        while True:
            try:
                return await redis.get(held)
            except (RedisUnavailable, CircuitOpen):
                await asyncio.sleep(0.01)


async def test_an_error_of_redis_itself_is_an_outage_and_shows_no_value(
    redis_server: RedisServer,  # noqa: F811
) -> None:
    redis_server.ask("SADD", "a-set", "x")
    async with redis_at(redis_server.url) as redis:
        with pytest.raises(RedisUnavailable, match=r"^redis gave no answer: ResponseError$"):
            await redis.get("a-set")
        await redis.ping()


async def test_an_admin_reconnects_past_an_open_circuit(redis_server: RedisServer) -> None:  # noqa: F811
    registry = Registry(Metrics())
    async with Redis(settings(redis_server.url), registry) as redis:
        redis_server.stop()
        await refused(redis, 5)
        assert registry.get("redis").state is State.OPEN
        with pytest.raises(RedisUnavailable):
            await registry.get("redis").reconnect()
        redis_server.start()
        await registry.get("redis").reconnect()
        await redis.ping()


@pytest.mark.parametrize("turns", range(1, 6))
@pytest.mark.parametrize(
    "work",
    [
        lambda redis: redis.get("a"),
        lambda redis: redis.exchange("group", "me", {"a": 1}, 60),
    ],
)
async def test_a_cancellation_is_never_lost(
    redis: Redis, work: Callable[[Redis], Awaitable[object]], turns: int
) -> None:
    """Also where it comes together with an answer."""
    await redis.ping()

    async def run() -> None:
        await work(redis)

    task = asyncio.create_task(run())
    for _ in range(turns):
        await asyncio.sleep(0)
    was_in_time = task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() is was_in_time
    await redis.ping()
