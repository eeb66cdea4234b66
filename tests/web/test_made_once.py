"""What is made when somebody first asks."""

from __future__ import annotations

import asyncio

import pytest

from app.web.made_once import MadeOnce


class Counted:
    """Makes its own number of calls, after the loop has turned; the first `failures` fail."""

    def __init__(self, failures: int = 0) -> None:
        self.calls = 0
        self._failures = failures

    async def __call__(self) -> int:
        self.calls += 1
        await asyncio.sleep(0)
        if self.calls <= self._failures:
            raise LookupError(self.calls)
        return self.calls


async def test_nothing_is_made_that_nobody_asks_for() -> None:
    make = Counted()
    MadeOnce(make)
    await asyncio.sleep(0)
    assert make.calls == 0


async def test_it_is_made_once_for_all_who_ask_at_the_same_time_and_later() -> None:
    make = Counted()
    value = MadeOnce(make)
    assert await asyncio.gather(*(value.get() for _ in range(5))) == [1] * 5
    assert await value.get() == 1
    assert make.calls == 1


async def test_a_failure_is_that_of_all_who_wait_for_it() -> None:
    make = Counted(failures=1)
    value = MadeOnce(make)
    asked = await asyncio.gather(*(value.get() for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in asked] == [LookupError] * 5
    assert make.calls == 1


async def test_who_leaves_does_not_take_it_from_those_who_stay() -> None:
    make = Counted()
    value = MadeOnce(make)
    first, second = (asyncio.create_task(value.get()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1
    assert first.cancelled()
    assert await value.get() == 1
    assert make.calls == 1


async def test_a_failure_that_nobody_waits_for_any_more_is_no_news() -> None:
    value = MadeOnce(Counted(failures=1))
    only = asyncio.create_task(value.get())
    await asyncio.sleep(0)
    only.cancel()
    await asyncio.wait({only})
    while value._making is not None:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)
    assert await value.get() == 2


async def test_who_asks_gets_the_failure_and_the_next_one_tries_again() -> None:
    value = MadeOnce(Counted(failures=1))
    with pytest.raises(LookupError):
        await value.get()
    assert await value.get() == 2
