from __future__ import annotations

import asyncio

import pytest

from actors.runtime import ActorStopped, Broken, MailboxFull, Supervisor
from tests.actors.runtime.samples import Clerk, Hold, Journal, Note, Spoil, status
from tests.actors.runtime.virtual_time import START, quiet


async def test_after_sends_once(supervisor: Supervisor) -> None:
    journal = Journal(setup=lambda clerk: _keep(clerk.context.after(2.0, Note("due"))))
    supervisor.spawn("clerk", journal.clerk, capacity=4)
    await asyncio.sleep(1.9)
    assert journal.lines == ["start"]
    await asyncio.sleep(60)
    assert journal.lines == ["start", "due"]


async def test_every_sends_at_each_period(supervisor: Supervisor) -> None:
    journal = Journal(setup=lambda clerk: _keep(clerk.context.every(10.0, Note("tick"))))
    supervisor.spawn("clerk", journal.clerk, capacity=4)
    await asyncio.sleep(35)
    assert journal.lines == ["start", "tick", "tick", "tick"]


async def test_every_leaves_no_backlog_behind_a_busy_actor(supervisor: Supervisor) -> None:
    journal = Journal(setup=lambda clerk: _keep(clerk.context.every(10.0, Note("tick"))))
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    gate = asyncio.Event()
    asker = asyncio.create_task(ref.ask(Hold(gate), within=99.0))
    await asyncio.sleep(55)
    gate.set()
    await asker
    await quiet()
    assert journal.lines == ["start", "tick"]
    await asyncio.sleep(10)
    assert journal.lines == ["start", "tick", "tick"]


async def test_every_keeps_its_grid_when_the_loop_was_late() -> None:
    loop = asyncio.get_running_loop()
    fired: list[float] = []

    class Watch(Clerk):
        async def receive(self, message: object) -> None:
            del message
            fired.append(loop.time())

    async with Supervisor(drain_within=1.0) as supervisor:
        journal = Journal(setup=lambda clerk: _keep(clerk.context.every(10.0, Note("tick"))))
        supervisor.spawn("clerk", lambda: Watch(journal), capacity=4)
        await quiet()
        loop.call_at(START + 9, loop._leap, 25.0)  # type: ignore[attr-defined]
        await asyncio.sleep(45)
    assert fired == [START + 34, START + 40]


async def test_a_cancelled_timer_sends_nothing(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    await supervisor.started(ref)
    (clerk,) = journal.clerks
    clerk.context.after(1.0, Note("never")).cancel()
    ticking = clerk.context.every(1.0, Note("tick"))
    await asyncio.sleep(1.5)
    ticking.cancel()
    ticking.cancel()
    await asyncio.sleep(5)
    assert journal.lines == ["start", "tick"]


async def test_cancel_takes_back_what_was_sent_and_still_waits(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    await supervisor.started(ref)
    gate = asyncio.Event()
    asker = asyncio.create_task(ref.ask(Hold(gate), within=99.0))
    timer = journal.clerks[0].context.after(1.0, Note("never"))
    await asyncio.sleep(2)
    timer.cancel()
    gate.set()
    await asker
    await quiet()
    assert journal.lines == ["start"]


async def test_timers_arrive_while_the_mailbox_is_full_and_go_first(supervisor: Supervisor) -> None:
    journal = Journal(setup=lambda clerk: _keep(clerk.context.after(1.0, Note("tick"))))
    ref = supervisor.spawn("clerk", journal.clerk, capacity=2)
    gate = asyncio.Event()
    asker = asyncio.create_task(ref.ask(Hold(gate), within=99.0))
    await quiet()
    ref.tell(Note("waits"))
    await asyncio.sleep(2)
    with pytest.raises(MailboxFull):
        ref.tell(Note("refused"))
    assert (status(supervisor).depth, status(supervisor).in_flight) == (1, 1)
    gate.set()
    await asker
    await quiet()
    assert journal.lines == ["start", "tick", "waits"]


async def test_dropping_the_oldest_never_drops_a_timer(supervisor: Supervisor) -> None:
    journal = Journal(setup=lambda clerk: _keep(clerk.context.after(1.0, Note("tick"))))
    ref = supervisor.spawn("clerk", journal.clerk, capacity=2, drop_oldest=True)
    gate = asyncio.Event()
    asker = asyncio.create_task(ref.ask(Hold(gate), within=99.0))
    await asyncio.sleep(2)
    for text in ("one", "two", "three"):
        ref.tell(Note(text))
    gate.set()
    await asker
    await quiet()
    assert journal.lines == ["start", "tick", "three"]


async def test_timers_die_with_their_incarnation(supervisor: Supervisor) -> None:
    journal = Journal(setup=lambda clerk: _keep(clerk.context.every(10.0, Note("tick"))))
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    await asyncio.sleep(5)
    ref.tell(Spoil(Broken("restart me")))
    await asyncio.sleep(6)
    assert journal.lines == ["start", "stop", "start"]
    await asyncio.sleep(5)
    assert journal.lines == ["start", "stop", "start", "tick"]
    with pytest.raises(ActorStopped):
        journal.clerks[0].context.after(1.0, Note("from the dead"))


async def test_what_a_timer_sent_before_the_crash_is_forgotten(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    await supervisor.started(ref)
    gate = asyncio.Event()
    asker = asyncio.create_task(ref.ask(Hold(gate), within=99.0))
    journal.clerks[0].context.after(1.0, Spoil(Broken("restart me")))
    journal.clerks[0].context.after(1.5, Note("sent before the crash"))
    await asyncio.sleep(2)
    gate.set()
    await asker
    await asyncio.sleep(1)
    assert journal.lines == ["start", "stop", "start"]


async def test_an_error_on_a_timer_crashes_the_actor(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    await supervisor.started(ref)
    journal.clerks[0].context.after(1.0, Spoil(ValueError("bad tick")))
    await asyncio.sleep(2)
    assert (status(supervisor).restarts, status(supervisor).failed) == (1, 1)
    assert await ref.ask(Hold(_open_gate()), within=1.0) == "released"


async def test_a_period_must_be_positive(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    await supervisor.started(ref)
    with pytest.raises(ValueError, match="period must be positive seconds, got 0"):
        journal.clerks[0].context.every(0, Note("storm"))


async def test_an_actor_may_tell_itself(supervisor: Supervisor) -> None:
    journal = Journal(setup=lambda clerk: clerk.context.self_ref.tell(Note("to myself")))
    supervisor.spawn("clerk", journal.clerk, capacity=4)
    await quiet()
    assert journal.lines == ["start", "to myself"]


def _keep(_timer: object) -> None:
    """Turn a call with a result into a setup."""


def _open_gate() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate
