"""Two instances, one real Redis, and what becomes of their limits."""

from __future__ import annotations

import asyncio
import time
import uuid

from app.limits.shared import Sharing, share
from app.limits.windows import Limit, Windows
from app.storage.redis import Redis
from tests.redis_server import RedisServer, redis_at, redis_server, redis_url  # noqa: F401
from tests.storage.test_redis import redis_well

TEN = Limit("free", 10, 60)
START = 1_800_000_000.0


class Instance:
    """A server as far as its limits go, by a clock that stands still."""

    def __init__(self, redis: Redis) -> None:
        self.windows = Windows(60, 10_000)
        self.now = START
        self._name = uuid.uuid4().hex
        self.share_by(redis)

    def take(self, key: str, times: int = 1) -> int:
        """How many of these requests are let through."""
        return sum(self.windows.take(key, TEN, self.now).allowed for _ in range(times))

    def share_by(self, redis: Redis) -> None:
        """Go on with another client of the same Redis."""
        self._sharing = Sharing(self.windows, redis, self._name, lambda: self.now)

    async def share(self) -> None:
        await self._sharing.round()


def caller() -> str:
    """A key that no other test has used, should Redis be shared."""
    return uuid.uuid4().hex


async def test_a_limit_holds_over_two_instances(redis_url: str) -> None:  # noqa: F811
    async with redis_at(redis_url) as redis:
        one, two, key = Instance(redis), Instance(redis), caller()
        assert (one.take(key, 6), two.take(key, 3)) == (6, 3)
        await one.share()
        await two.share()
        assert two.take(key, 5) == 1
        await two.share()
        one.take(key)
        await one.share()
        assert one.take(key, 5) == 0


async def test_only_a_bounded_number_is_shared_at_once_and_none_is_forgotten(
    redis_url: str,  # noqa: F811
) -> None:
    async with redis_at(redis_url) as redis:
        one, two = Instance(redis), Instance(redis)
        keys = [caller() for _ in range(600)]
        for key in keys:
            one.take(key, 10)
            two.take(key, 1)
        for _ in range(3):
            await one.share()
        for _ in range(3):
            await two.share()
        assert sum(two.take(key) for key in keys) == 0


async def test_a_flushed_redis_gives_nobody_a_fresh_window(redis_server: RedisServer) -> None:  # noqa: F811
    async with redis_at(redis_server.url) as redis:
        one, two, key = Instance(redis), Instance(redis), caller()
        one.take(key, 10)
        await one.share()
        redis_server.flush()
        await one.share()  # quiet, and yet it finds out
        await one.share()
        two.take(key)
        await two.share()
        assert two.take(key, 5) == 0


async def test_without_redis_each_instance_counts_by_itself(redis_server: RedisServer) -> None:  # noqa: F811
    async with redis_at(redis_server.url) as redis:
        one, key = Instance(redis), caller()
        one.take(key, 4)
        await one.share()
        redis_server.kill()
        for _ in range(8):
            await one.share()
        assert one.take(key, 10) == 6


async def test_counts_made_without_redis_are_told_when_it_is_back(
    redis_server: RedisServer,  # noqa: F811
) -> None:
    async with redis_at(redis_server.url) as redis:
        one, key = Instance(redis), caller()
        redis_server.stop()
        one.take(key, 10)
        await one.share()
        redis_server.start()
        await one.share()
        two = Instance(redis)
        two.take(key)
        await two.share()
        assert two.take(key, 5) == 0


async def test_what_a_redis_that_hung_carries_out_late_is_not_counted_twice(
    redis_server: RedisServer,  # noqa: F811
) -> None:
    async with (
        redis_at(redis_server.url) as patient,
        redis_at(redis_server.url, redis_timeout=0.2) as hasty,
    ):
        one, key = Instance(patient), caller()
        await one.share()
        await redis_well(hasty, "nothing")  # so that it is connected
        one.share_by(hasty)
        redis_server.freeze()
        one.take(key, 4)
        for _ in range(3):  # fewer than open the circuit
            await one.share()
        redis_server.thaw()
    async with redis_at(redis_server.url) as redis:
        three = Instance(redis)
        three.take(key)
        await three.share()
        assert three.take(key, 20) == 5  # 4 by the first, 1 of its own, and 10 in all


async def test_the_task_shares_until_it_is_cancelled(redis_url: str) -> None:  # noqa: F811
    async with redis_at(redis_url) as redis:
        windows, key = Windows(86_400, 100), caller()
        windows.take(key, TEN, time.time())
        task = asyncio.create_task(share(windows, redis, every=0.001))
        while windows._changed:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
