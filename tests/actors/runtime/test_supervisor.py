from __future__ import annotations

import asyncio

import pytest

from actors.runtime import Actor, ActorStatus, State, Supervisor
from tests.actors.runtime.samples import Hold, Journal, Note, Say, Spoil, status


async def test_a_ref_takes_messages_before_its_actor_has_started(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    assert status(supervisor).state == State.STARTING
    ref.tell(Note("early"))
    assert status(supervisor).depth == 1
    await supervisor.started("clerk")
    assert status(supervisor).state == State.RUNNING


async def test_a_name_is_given_once(supervisor: Supervisor) -> None:
    supervisor.spawn("clerk", Journal().clerk, capacity=4)
    with pytest.raises(ValueError, match="actor names are unique, 'clerk' is taken"):
        supervisor.spawn("clerk", Journal().clerk, capacity=4)


async def test_actors_are_spawned_only_inside_the_block(supervisor: Supervisor) -> None:
    with pytest.raises(RuntimeError, match="cannot spawn clerk outside"):
        Supervisor(drain_within=1.0).spawn("clerk", Journal().clerk, capacity=4)
    await supervisor.drain()
    with pytest.raises(RuntimeError, match="cannot spawn clerk outside"):
        supervisor.spawn("clerk", Journal().clerk, capacity=4)


async def test_status_tells_all_of_an_actor_at_this_moment(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=9)
    gate = asyncio.Event()
    asking = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    await asyncio.sleep(2)
    ref.tell(Note("waits"))
    ref.tell(Note("waits too"))
    await asyncio.sleep(3)
    assert supervisor.status() == (
        ActorStatus(
            name="clerk",
            state=State.RUNNING,
            depth=2,
            capacity=9,
            in_flight=1,
            weight=0,
            handled=0,
            failed=0,
            dropped=0,
            skipped=0,
            timeouts=0,
            restarts=0,
            last_error=None,
            oldest_age_s=3.0,
            handling_count=0,
            handling_seconds_total=0.0,
            handling_seconds_max=0.0,
        ),
    )
    gate.set()
    await asking


async def test_status_sums_up_how_long_messages_were_handled(supervisor: Supervisor) -> None:
    loop = asyncio.get_running_loop()
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=9)
    await supervisor.started(ref)
    for seconds in (1.0, 4.0):
        gate = asyncio.Event()
        loop.call_later(seconds, gate.set)
        await ref.ask(Hold(gate), within=9.0)
    with pytest.raises(ValueError, match="bad"):
        await ref.ask(Spoil(ValueError("bad")), within=1.0)
    now = status(supervisor)
    assert (now.handled, now.failed, now.handling_count) == (2, 1, 3)
    assert (now.handling_seconds_total, now.handling_seconds_max) == (5.0, 4.0)
    assert now.oldest_age_s == 0.0


async def test_status_lists_actors_in_order_of_spawn(supervisor: Supervisor) -> None:
    for name in ("sink", "pool", "web"):
        supervisor.spawn(name, Journal().clerk, capacity=4)
    assert [status.name for status in supervisor.status()] == ["sink", "pool", "web"]


async def test_an_actor_may_ask_another_until_it_has_drained() -> None:
    async with Supervisor(drain_within=20.0) as supervisor:
        pool = supervisor.spawn("pool", Journal().clerk, capacity=4)

        class Door(Actor[Say]):
            async def receive(self, message: Say) -> str:
                return await pool.ask(Say(message.text.upper()), within=1.0)

        door = supervisor.spawn("door", Door, capacity=4)
        asks = [asyncio.create_task(door.ask(Say(text), within=1.0)) for text in ("a", "b")]
        await asyncio.sleep(0)
    assert await asyncio.gather(*asks) == ["A", "B"]
