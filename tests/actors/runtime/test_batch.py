from __future__ import annotations

import asyncio

import pytest

from actors.runtime import ActorCrashed, Supervisor
from tests.actors.runtime.samples import Keeper, Note, Say, Spoil, status
from tests.actors.runtime.virtual_time import quiet


async def test_a_batch_actor_gets_all_that_wait_up_to_its_batch(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=9)
    for number in range(6):
        ref.tell(Note(str(number)))
    await quiet()
    assert [[delivery.message for delivery in batch] for batch in keeper.batches] == [
        [Note("0"), Note("1"), Note("2"), Note("3")],
        [Note("4"), Note("5")],
    ]
    for delivery in keeper.kept:
        delivery.reply()


async def test_a_delivery_may_be_settled_long_after_its_batch(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=9)
    asks = [asyncio.create_task(ref.ask(Say(text), within=9.0)) for text in ("a", "b")]
    await asyncio.sleep(3)
    first, second = keeper.kept
    second.reply("B")
    first.fail(ValueError("A"))
    assert await asks[1] == "B"
    with pytest.raises(ValueError, match="A"):
        await asks[0]
    assert (status(supervisor, "keeper").handled, status(supervisor, "keeper").failed) == (1, 1)


async def test_a_delivery_is_settled_once(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=9)
    asker = asyncio.create_task(ref.ask(Say("once"), within=9.0))
    await quiet()
    (delivery,) = keeper.kept
    delivery.reply("first")
    delivery.reply("second")
    delivery.fail(ValueError("third"))
    assert await asker == "first"
    assert (status(supervisor, "keeper").handled, status(supervisor, "keeper").failed) == (1, 0)


async def test_settling_a_notice_only_counts_it(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=9)
    ref.tell(Note("well"))
    ref.tell(Note("badly"))
    await quiet()
    well, badly = keeper.kept
    assert (well.deadline, well.abandoned, well.asked) == (None, False, False)
    well.reply("nobody asked")
    badly.fail(ValueError("nobody hears"))
    status_now = status(supervisor, "keeper")
    assert (status_now.handled, status_now.failed, status_now.in_flight) == (1, 1, 0)
    assert status_now.state == "running"


async def test_a_delivery_past_its_deadline_is_abandoned(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=9)
    asker = asyncio.create_task(ref.ask(Say("soon"), within=1.0))
    await quiet()
    (delivery,) = keeper.kept
    assert delivery.deadline is not None
    assert not delivery.abandoned
    await asyncio.wait([asker])
    assert delivery.abandoned
    assert isinstance(asker.exception(), TimeoutError)
    delivery.reply("too late")


async def test_a_crash_answers_every_delivery_of_the_incarnation(supervisor: Supervisor) -> None:
    keepers: list[Keeper] = []

    def keeper() -> Keeper:
        keepers.append(Keeper())
        return keepers[-1]

    ref = supervisor.spawn("keeper", keeper, capacity=9)
    kept = asyncio.create_task(ref.ask(Say("from an earlier batch"), within=9.0))
    await quiet()
    peer = asyncio.create_task(ref.ask(Say("in the same batch"), within=9.0))
    spoiler = asyncio.create_task(ref.ask(Spoil(ValueError("bad")), within=9.0))
    await asyncio.wait([kept, peer, spoiler])
    for asker in (kept, peer, spoiler):
        error = asker.exception()
        assert isinstance(error, ActorCrashed)
        assert isinstance(error.__cause__, ValueError)
    assert (status(supervisor, "keeper").failed, status(supervisor, "keeper").in_flight) == (3, 0)
    keepers[0].kept[0].reply("from the dead")
    assert status(supervisor, "keeper").handled == 0


async def test_a_timer_in_a_batch_settles_itself(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=9)
    await supervisor.started(ref)
    keeper.context.after(1.0, Note("tick"))
    await asyncio.sleep(2)
    assert [delivery.message for delivery in keeper.kept] == [Note("tick")]
    assert (status(supervisor, "keeper").in_flight, status(supervisor, "keeper").handled) == (0, 1)
