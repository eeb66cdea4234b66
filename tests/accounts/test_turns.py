"""Lines of those who log in: bounded in length and in time, first come, first served."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.accounts.turns import Turns, UnderWay
from app.errors import PermissionDenied
from tests.server import LONG_ENOUGH


def refusing(times: int, value: str = "in") -> Callable[[], Awaitable[str]]:
    """What is let in after so many refusals."""
    left = [times]

    async def take() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise UnderWay.of("account")
        return value

    return take


async def test_whoever_finds_a_place_does_not_wait() -> None:
    assert await Turns(longest=0.0, most=0).taken("ada", refusing(0)) == "in"


async def test_whoever_finds_none_comes_again() -> None:
    assert await Turns(longest=LONG_ENOUGH).taken("ada", refusing(3)) == "in"


async def test_the_wait_ends() -> None:
    with pytest.raises(UnderWay) as refused:
        await Turns(longest=0.06).taken("ada", refusing(1_000_000))
    assert (refused.value.status, refused.value.retry_after) == (429, 1)


async def test_a_wait_in_the_middle_of_a_line_ends() -> None:
    turns, stuck = Turns(longest=0.06), asyncio.Event()

    async def never() -> str:
        if not stuck.is_set():
            stuck.set()
            raise UnderWay.of("account")
        await asyncio.Event().wait()
        return "in"

    first = asyncio.create_task(turns.taken("ada", never))
    await stuck.wait()
    with pytest.raises(UnderWay):
        await turns.taken("ada", refusing(0))
    first.cancel()


async def test_a_full_house_refuses_at_once_and_has_room_again_later() -> None:
    turns, gate = Turns(longest=LONG_ENOUGH, most=2), asyncio.Event()

    async def behind_the_gate() -> str:
        if not gate.is_set():
            raise UnderWay.of("account")
        return "in"

    waiting = [asyncio.create_task(turns.taken(name, behind_the_gate)) for name in ("ada", "bob")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for name in ("ada", "eve"):
        with pytest.raises(UnderWay):
            await turns.taken(name, behind_the_gate)
    gate.set()
    assert await asyncio.gather(*waiting) == ["in", "in"]
    assert await turns.taken("eve", refusing(1)) == "in"


async def test_they_are_let_in_as_they_came_and_nobody_overtakes() -> None:
    turns, gate, order = Turns(longest=LONG_ENOUGH), asyncio.Event(), list[int]()

    def numbered(number: int) -> Callable[[], Awaitable[None]]:
        async def take() -> None:
            if not gate.is_set():
                raise UnderWay.of("account")
            order.append(number)

        return take

    waiting = [asyncio.create_task(turns.taken("ada", numbered(each))) for each in range(5)]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*waiting, turns.taken("ada", numbered(5)))
    assert order == list(range(6))


async def test_one_name_does_not_wait_for_another() -> None:
    turns = Turns(longest=LONG_ENOUGH)
    waiting = asyncio.create_task(turns.taken("ada", refusing(1_000_000)))
    await asyncio.sleep(0)
    assert await turns.taken("bob", refusing(1)) == "in"
    waiting.cancel()


async def test_any_other_refusal_is_told_at_once() -> None:
    refusals = iter([UnderWay.of("account"), PermissionDenied("no")])

    async def take() -> str:
        raise next(refusals)

    with pytest.raises(PermissionDenied):
        await Turns(longest=LONG_ENOUGH).taken("ada", take)


async def test_whoever_leaves_the_line_leaves_nothing_behind() -> None:
    turns = Turns(longest=LONG_ENOUGH, most=1)
    waiting = asyncio.create_task(turns.taken("ada", refusing(1_000_000)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await turns.taken("ada", refusing(1)) == "in"
