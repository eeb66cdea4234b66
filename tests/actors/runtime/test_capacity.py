from __future__ import annotations

import asyncio

import pytest

from actors.runtime import ActorStopped, MailboxFull, Supervisor, Weights
from tests.actors.runtime.samples import Hold, Journal, Keeper, Message, Note, Say, status
from tests.actors.runtime.virtual_time import quiet


def length(message: Message) -> int:
    return len(message.text) if isinstance(message, Note | Say) else 0


TEN = Weights(length, 10)
"""Room for ten characters."""


async def test_full_mailbox_refuses_tell_and_ask(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=2)
    ref.tell(Note("one"))
    ref.tell(Note("two"))
    with pytest.raises(MailboxFull, match="mailbox of clerk is full, its capacity is 2"):
        ref.tell(Note("three"))
    with pytest.raises(MailboxFull):
        await ref.ask(Say("four"), within=1.0)


async def test_a_message_in_flight_takes_its_place_until_it_is_handled(
    supervisor: Supervisor,
) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=1)
    gate = asyncio.Event()
    asker = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    await quiet()
    assert (status(supervisor).depth, status(supervisor).in_flight) == (0, 1)
    with pytest.raises(MailboxFull):
        ref.tell(Note("no room"))
    gate.set()
    await asker
    ref.tell(Note("room"))


async def test_deliveries_that_a_batch_actor_keeps_count_against_capacity(
    supervisor: Supervisor,
) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=2)
    ref.tell(Note("one"))
    ref.tell(Note("two"))
    await quiet()
    with pytest.raises(MailboxFull):
        ref.tell(Note("three"))
    keeper.kept[0].reply()
    ref.tell(Note("three"))
    assert (status(supervisor, "keeper").in_flight, status(supervisor, "keeper").depth) == (1, 1)
    keeper.kept[1].reply()
    await quiet()
    keeper.kept[2].reply()


async def test_an_abandoned_ask_keeps_its_place_until_the_actor_settles_it(
    supervisor: Supervisor,
) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=1)
    asker = asyncio.create_task(ref.ask(Say("never mind"), within=9.0))
    await quiet()
    (delivery,) = keeper.kept
    assert not delivery.abandoned
    asker.cancel()
    await quiet()
    assert delivery.abandoned
    assert status(supervisor, "keeper").in_flight == 1
    delivery.fail(RuntimeError("nobody hears this"))
    assert not delivery.abandoned
    assert status(supervisor, "keeper").in_flight == 0


async def test_drop_oldest_makes_room_for_the_newest(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=2, drop_oldest=True)
    for text in ("one", "two", "three", "four"):
        ref.tell(Note(text))
    await quiet()
    assert journal.lines == ["start", "three", "four"]
    assert status(supervisor).dropped == 2


async def test_drop_oldest_answers_a_dropped_ask(supervisor: Supervisor) -> None:
    gate = asyncio.Event()
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=2, drop_oldest=True)
    first = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    await quiet()
    second = asyncio.create_task(ref.ask(Say("dropped"), within=9.0))
    await quiet()
    ref.tell(Note("newest"))
    with pytest.raises(MailboxFull):
        await second
    gate.set()
    assert await first == "released"


async def test_drop_oldest_drops_the_newest_when_all_is_in_flight(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=1, drop_oldest=True)
    ref.tell(Note("kept"))
    await quiet()
    ref.tell(Note("dropped"))
    with pytest.raises(MailboxFull):
        await ref.ask(Say("an asker must know"), within=1.0)
    assert (status(supervisor, "keeper").dropped, status(supervisor, "keeper").depth) == (1, 0)
    keeper.kept[0].reply()


async def test_capacity_below_one_is_refused(supervisor: Supervisor) -> None:
    with pytest.raises(ValueError, match="capacity of clerk must be at least 1, got 0"):
        supervisor.spawn("clerk", Journal().clerk, capacity=0)


async def test_messages_that_weigh_too_much_together_are_refused(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=9, weights=TEN)
    ref.tell(Note("seven.."))
    with pytest.raises(MailboxFull, match="mailbox of clerk is full, its capacity is 10"):
        await ref.ask(Say("four"), within=1.0)
    ref.tell(Note("ten"))
    assert (status(supervisor).depth, status(supervisor).weight) == (2, 10)


async def test_a_message_weighs_until_it_is_settled(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=9, weights=TEN)
    ref.tell(Note("six..."))
    ref.tell(Note("four"))
    await quiet()
    with pytest.raises(MailboxFull):
        ref.tell(Note("x"))
    keeper.kept[0].reply()
    keeper.kept[0].reply()
    assert status(supervisor, "keeper").weight == 4
    keeper.kept[1].fail(RuntimeError("settled too"))
    assert status(supervisor, "keeper").weight == 0


async def test_a_message_that_is_alone_may_weigh_anything(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=9, weights=TEN)
    assert await ref.ask(Say("more than ten"), within=1.0) == "more than ten"
    ref.tell(Note("more than ten"))
    with pytest.raises(MailboxFull):
        ref.tell(Note("x"))


async def test_an_ask_that_is_skipped_weighs_nothing_any_more(supervisor: Supervisor) -> None:
    gate = asyncio.Event()
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=9, weights=TEN)
    first = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    await quiet()
    second = asyncio.create_task(ref.ask(Say("never mind"), within=9.0))
    await quiet()
    assert status(supervisor).weight == 10
    second.cancel()
    gate.set()
    await first
    await quiet()
    assert (status(supervisor).skipped, status(supervisor).weight) == (1, 0)


async def test_what_a_stopped_actor_never_came_to_weighs_nothing(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=9, weights=TEN)
    held = asyncio.create_task(ref.ask(Hold(asyncio.Event()), within=999.0))
    waiting = asyncio.create_task(ref.ask(Say("waits"), within=999.0))
    await quiet()
    supervisor.give_up()
    for asked in (held, waiting):
        with pytest.raises(ActorStopped):
            await asked
    assert status(supervisor).weight == 0


async def test_what_drops_its_oldest_messages_cannot_weigh_them(supervisor: Supervisor) -> None:
    with pytest.raises(ValueError, match="clerk cannot both drop its oldest messages and weigh"):
        supervisor.spawn("clerk", Journal().clerk, capacity=1, drop_oldest=True, weights=TEN)
