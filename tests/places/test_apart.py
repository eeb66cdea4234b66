"""Look-ups in a thread, and no more of them than the bound."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.errors import InvalidInput, Overloaded
from app.places import apart
from app.places.apart import MOST_LOOK_UPS, looked_up
from app.places.find import find
from tests.server import LONG_ENOUGH


async def test_a_look_up_is_made_beside_the_loop() -> None:
    assert await looked_up(threading.get_ident) != threading.get_ident()
    assert (await looked_up(find, "Paris", "France")).country_code == "FR"


async def test_what_is_wrong_with_a_look_up_is_told() -> None:
    with pytest.raises(InvalidInput, match="Atlantis"):
        await looked_up(find, "Paris", "Atlantis")


async def test_who_finds_too_many_waiting_is_refused_until_they_are_done() -> None:
    go = threading.Event()
    tasks = [asyncio.create_task(looked_up(go.wait, LONG_ENOUGH)) for _ in range(MOST_LOOK_UPS)]
    await asyncio.sleep(0)
    try:
        with pytest.raises(Overloaded, match="too many cities") as refusal:
            await looked_up(find, "Paris", "France")
        assert refusal.value.retry_after == 1
        for task in tasks[1:]:
            task.cancel()  # they leave before their turn, and their places are free
        await asyncio.wait(tasks[1:])
        assert apart._places._value == MOST_LOOK_UPS - 1
        last = asyncio.create_task(looked_up(find, "Paris", "France"))
    finally:
        go.set()
    assert await tasks[0]
    assert (await last).name == "Paris"
    assert apart._places._value == MOST_LOOK_UPS
