"""Lines of those who change one chart: in order, bounded, and gone when nobody stands there."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from app.charts.edit_turns import EditTurns
from app.errors import Conflicting
from tests.server import LONG_ENOUGH

CHART, OTHER = (UUID(int=1), UUID(int=2)), (UUID(int=3), UUID(int=2))


async def test_one_after_the_other_has_a_turn_as_they_came() -> None:
    turns, told = EditTurns(LONG_ENOUGH), list[str]()

    async def take(name: str) -> None:
        async with turns.turn(CHART):
            told.append(f"{name} begins")
            await asyncio.sleep(0)
            told.append(f"{name} ends")

    await asyncio.gather(*map(take, "abc"))
    assert told == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]
    assert len(turns) == 0


async def test_nobody_waits_for_the_chart_of_another() -> None:
    turns = EditTurns(LONG_ENOUGH)
    async with turns.turn(CHART), turns.turn(OTHER):
        assert len(turns) == 2
    assert len(turns) == 0


async def test_a_line_takes_no_more_than_it_holds() -> None:
    turns = EditTurns(LONG_ENOUGH, most=1)
    async with turns.turn(CHART):
        with pytest.raises(Conflicting, match="too many changes") as refusal:
            async with turns.turn(CHART):
                pass
    assert refusal.value.retry_after == 1
    async with turns.turn(CHART):
        assert len(turns) == 1


async def test_who_waits_too_long_is_told_so_and_leaves_the_line() -> None:
    turns = EditTurns(0.0)
    async with turns.turn(CHART):
        with pytest.raises(Conflicting, match="too many changes"):
            async with turns.turn(CHART):
                pass
    assert len(turns) == 0


async def test_a_turn_that_fails_or_is_given_up_ends() -> None:
    turns = EditTurns(LONG_ENOUGH)
    with pytest.raises(ValueError, match="no"):
        async with turns.turn(CHART):
            raise ValueError("no")

    async def wait() -> None:
        async with turns.turn(CHART):
            pass

    async with turns.turn(CHART):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert len(turns) == 0
