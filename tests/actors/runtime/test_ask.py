from __future__ import annotations

import asyncio
from dataclasses import FrozenInstanceError

import pytest

from actors.runtime import ActorCrashed, ActorStopped, AskTimeout, Broken, Supervisor
from tests.actors.runtime.samples import Hold, Journal, Keeper, Note, Say, Spoil, status
from tests.actors.runtime.virtual_time import START, quiet


async def test_ask_returns_what_receive_returns(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    assert await ref.ask(Say("Venus"), within=1.0) == "Venus"


async def test_messages_arrive_in_the_order_they_were_sent(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    for text in ("one", "two", "three"):
        ref.tell(Note(text))
    await quiet()
    assert journal.lines == ["start", "one", "two", "three"]


def test_requests_are_frozen_slotted_dataclasses() -> None:
    say = Say("Venus")
    assert not hasattr(say, "__dict__")
    with pytest.raises(FrozenInstanceError):
        say.text = "Mars"  # type: ignore[misc]


async def test_an_error_goes_to_the_asker_and_the_actor_lives_on(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    with pytest.raises(ValueError, match="no such house"):
        await ref.ask(Spoil(ValueError("no such house")), within=1.0)
    assert await ref.ask(Say("still here"), within=1.0) == "still here"
    assert journal.lines == ["start"]
    assert (status(supervisor).failed, status(supervisor).handled) == (1, 1)


async def test_broken_answers_the_asker_with_its_cause_and_restarts(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    with pytest.raises(ActorCrashed) as caught:
        await ref.ask(Spoil(Broken("worker gone")), within=1.0)
    assert isinstance(caught.value.__cause__, Broken)
    assert await ref.ask(Say("again"), within=1.0) == "again"
    assert journal.lines == ["start", "stop", "start"]


async def test_ask_and_tell_are_refused_after_stop(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    await supervisor.stop(ref)
    with pytest.raises(ActorStopped, match="clerk has stopped"):
        await ref.ask(Say("too late"), within=1.0)
    with pytest.raises(ActorStopped):
        ref.tell(Note("too late"))


async def test_ask_times_out_while_in_flight(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    gate = asyncio.Event()
    with pytest.raises(AskTimeout, match=r"clerk did not answer within 2\.5 s") as caught:
        await ref.ask(Hold(gate), within=2.5)
    assert isinstance(caught.value, TimeoutError)
    assert asyncio.get_running_loop().time() == START + 2.5
    gate.set()
    await quiet()
    assert (status(supervisor).timeouts, status(supervisor).skipped) == (1, 0)


async def test_ask_whose_deadline_passed_while_it_waited_is_skipped(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    gate = asyncio.Event()
    first = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    await quiet()
    with pytest.raises(AskTimeout):
        await ref.ask(Spoil(Broken("must never be handled")), within=1.0)
    gate.set()
    assert await first == "released"
    assert (status(supervisor).timeouts, status(supervisor).skipped) == (1, 1)
    assert status(supervisor).restarts == 0


async def test_ask_is_skipped_when_its_deadline_passes_before_its_timer_ran(
    supervisor: Supervisor,
) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    await supervisor.started(ref)
    with pytest.raises(AskTimeout):
        await ref.ask(Spoil(Broken("must never be handled")), within=0.0)
    assert (status(supervisor).skipped, status(supervisor).restarts) == (1, 0)


async def test_ask_of_a_cancelled_asker_is_skipped(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    gate = asyncio.Event()
    first = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    second = asyncio.create_task(ref.ask(Spoil(Broken("must never be handled")), within=9.0))
    await quiet()
    second.cancel()
    gate.set()
    assert await first == "released"
    assert (status(supervisor).skipped, status(supervisor).timeouts) == (1, 0)
    assert second.cancelled()


async def test_asker_cancelled_while_in_flight_does_not_disturb_the_actor(
    supervisor: Supervisor,
) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    gate = asyncio.Event()
    asker = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    await quiet()
    asker.cancel()
    gate.set()
    assert await ref.ask(Say("next"), within=1.0) == "next"
    assert (status(supervisor).handled, status(supervisor).skipped) == (2, 0)


async def test_reply_just_before_the_timeout_wins(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=4)
    asker = asyncio.create_task(ref.ask(Say("close"), within=1.0))
    await quiet()
    (delivery,) = keeper.kept
    assert delivery.deadline is not None
    # Within the resolution of the clock, so that both timers run in one turn of the loop.
    asyncio.get_running_loop().call_at(delivery.deadline - 1e-10, delivery.reply, "in time")
    assert await asker == "in time"
    assert (status(supervisor, "keeper").timeouts, status(supervisor, "keeper").handled) == (0, 1)


async def test_reply_just_after_the_timeout_is_ignored(supervisor: Supervisor) -> None:
    keeper = Keeper()
    ref = supervisor.spawn("keeper", lambda: keeper, capacity=4)
    asker = asyncio.create_task(ref.ask(Say("close"), within=1.0))
    await quiet()
    (delivery,) = keeper.kept
    assert delivery.deadline is not None
    asyncio.get_running_loop().call_at(delivery.deadline + 1e-10, delivery.reply, "too late")
    with pytest.raises(AskTimeout):
        await asker
    assert (status(supervisor, "keeper").timeouts, status(supervisor, "keeper").handled) == (1, 1)


async def test_three_loops_handle_three_messages_at_a_time(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().trio, capacity=9)
    gates = [asyncio.Event() for _ in range(4)]
    asks = [asyncio.create_task(ref.ask(Hold(gate), within=9.0)) for gate in gates]
    await quiet()
    assert (status(supervisor).in_flight, status(supervisor).depth) == (3, 1)
    gates[1].set()
    assert await asks[1] == "released"
    await quiet()
    assert (status(supervisor).in_flight, status(supervisor).depth) == (3, 0)
    for gate in gates:
        gate.set()
    assert await asyncio.gather(*asks) == ["released"] * 4


async def test_an_actor_that_never_waits_lets_others_run(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=200)
    await supervisor.started(ref)
    await quiet()
    for number in range(100):
        ref.tell(Note(str(number)))
    await asyncio.sleep(0)  # the loop wakes up in this turn, and has had one in the next
    await asyncio.sleep(0)
    assert 0 < status(supervisor).depth < 100
