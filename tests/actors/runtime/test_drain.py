from __future__ import annotations

import asyncio
from functools import partial

import pytest

from actors.runtime import ActorStopped, AskTimeout, Broken, RestartPolicy, State, Supervisor
from tests.actors.runtime.samples import (
    Clerk,
    Cling,
    Hold,
    Journal,
    Keeper,
    Note,
    Say,
    Spoil,
    cling,
    status,
)
from tests.actors.runtime.virtual_time import START, quiet


async def test_drain_finishes_what_was_accepted() -> None:
    journal = Journal()
    async with Supervisor(drain_within=20.0) as supervisor:
        ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
        ref.tell(Note("accepted"))
        asker = asyncio.create_task(ref.ask(Say("accepted too"), within=5.0))
        await asyncio.sleep(0)
    assert await asker == "accepted too"
    assert journal.lines == ["start", "accepted", "stop"]
    assert status(supervisor).state == State.STOPPED


async def test_a_draining_actor_refuses_new_messages_and_says_so(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    gate = asyncio.Event()
    asker = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    await quiet()
    stopping = asyncio.create_task(supervisor.stop("clerk"))
    await quiet()
    assert status(supervisor).state == State.DRAINING
    with pytest.raises(ActorStopped):
        ref.tell(Note("refused"))
    gate.set()
    await stopping
    assert await asker == "released"
    assert status(supervisor).state == State.STOPPED


async def test_actors_stop_in_reverse_order_of_spawn() -> None:
    stopped: list[str] = []

    class Named(Clerk):
        def __init__(self, name: str) -> None:
            super().__init__(Journal())
            self.name = name

        async def on_stop(self) -> None:
            await asyncio.sleep(1)
            stopped.append(self.name)

    async with Supervisor(drain_within=20.0) as supervisor:
        for name in ("sink", "pool", "web"):
            supervisor.spawn(name, partial(Named, name), capacity=4)
            await supervisor.started(name)
    assert stopped == ["web", "pool", "sink"]


async def test_whoever_gives_up_a_drain_has_all_askers_answered_at_once() -> None:
    journal = Journal()
    async with Supervisor(drain_within=20.0) as supervisor:
        ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
        hanging = asyncio.create_task(ref.ask(Hold(asyncio.Event()), within=99.0))
        waiting = asyncio.create_task(ref.ask(Say("never handled"), within=99.0))
        await quiet()
        left_at = asyncio.get_running_loop().time()
        supervisor.give_up()
        for asker in (hanging, waiting):
            with pytest.raises(ActorStopped):
                await asker
        with pytest.raises(ActorStopped):
            ref.tell(Note("refused"))
        with pytest.raises(RuntimeError):
            supervisor.spawn("late", journal.clerk, capacity=4)
    assert asyncio.get_running_loop().time() == left_at
    assert journal.lines == ["start", "stop"]
    assert status(supervisor).state == State.STOPPED


async def test_drain_cuts_off_a_handler_that_hangs_and_answers_all_askers() -> None:
    journal = Journal()
    async with Supervisor(drain_within=20.0) as supervisor:
        ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
        hanging = asyncio.create_task(ref.ask(Hold(asyncio.Event()), within=99.0))
        waiting = asyncio.create_task(ref.ask(Say("never handled"), within=99.0))
        await quiet()
        left_at = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() == pytest.approx(left_at + 20.0)
    for asker in (hanging, waiting):
        with pytest.raises(ActorStopped):
            await asker
    assert journal.lines == ["start", "stop"]
    assert status(supervisor).state == State.STOPPED
    assert (status(supervisor).failed, status(supervisor).dropped) == (1, 1)


async def test_one_deadline_holds_for_all_actors() -> None:
    async with Supervisor(drain_within=20.0) as supervisor:
        asks = []
        for name in ("one", "two", "three"):
            ref = supervisor.spawn(name, Journal().clerk, capacity=4)
            asks.append(asyncio.create_task(ref.ask(Hold(asyncio.Event()), within=99.0)))
        await quiet()
    assert asyncio.get_running_loop().time() == pytest.approx(START + 20.0, abs=0.01)
    await asyncio.wait(asks)
    assert all(isinstance(ask.exception(), ActorStopped) for ask in asks)


async def test_a_handler_deaf_to_cancellation_cannot_hold_up_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate = asyncio.Event()
    async with Supervisor(drain_within=20.0, stop_within=2.0) as supervisor:
        ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
        asker = asyncio.create_task(ref.ask(Cling(gate), within=99.0))
        await quiet()
    with pytest.raises(ActorStopped):
        await asker
    assert "ignores cancellation" in caplog.text
    assert asyncio.get_running_loop().time() == pytest.approx(START + 22.0, abs=0.01)
    gate.set()
    await quiet()
    assert status(supervisor).state == State.STOPPED


async def test_an_on_stop_that_hangs_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    class Lingering(Clerk):
        async def on_stop(self) -> None:
            await asyncio.Event().wait()

    async with Supervisor(drain_within=20.0, stop_within=2.0) as supervisor:
        supervisor.spawn("clerk", lambda: Lingering(Journal()), capacity=4)
        await supervisor.started("clerk")
    assert "on_stop of actor clerk failed with TimeoutError" in caplog.text
    assert status(supervisor).state == State.STOPPED


async def test_an_on_stop_deaf_to_cancellation_is_left_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate = asyncio.Event()

    class Deaf(Clerk):
        async def on_stop(self) -> None:
            await cling(gate)

    async with Supervisor(drain_within=20.0, stop_within=2.0) as supervisor:
        supervisor.spawn("clerk", lambda: Deaf(Journal()), capacity=4)
        await supervisor.started("clerk")
    assert "actor clerk ignores cancellation and is left behind" in caplog.text
    assert status(supervisor).state == State.DRAINING
    gate.set()
    await quiet()
    assert status(supervisor).state == State.STOPPED


@pytest.mark.parametrize("error", [OSError("already gone"), asyncio.CancelledError()])
async def test_an_on_stop_that_fails_is_only_logged(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    class Clumsy(Clerk):
        async def on_stop(self) -> None:
            raise error

    ref = supervisor.spawn("clerk", lambda: Clumsy(Journal()), capacity=4)
    ref.tell(Spoil(Broken("restart me")))
    assert await ref.ask(Say("restarted"), within=5.0) == "restarted"
    assert f"on_stop of actor clerk failed with {type(error).__name__}" in caplog.text
    assert "already gone" not in caplog.text


async def test_drain_waits_for_deliveries_that_a_batch_actor_keeps() -> None:
    keeper = Keeper()
    async with Supervisor(drain_within=20.0) as supervisor:
        ref = supervisor.spawn("keeper", lambda: keeper, capacity=4)
        asker = asyncio.create_task(ref.ask(Say("kept"), within=99.0))
        await quiet()
        asyncio.get_running_loop().call_later(7.0, keeper.kept[0].reply, "at last")
    assert await asker == "at last"
    assert asyncio.get_running_loop().time() == pytest.approx(START + 7.0, abs=0.01)


async def test_timers_run_while_kept_deliveries_hold_up_the_drain() -> None:
    keeper = Keeper()
    async with Supervisor(drain_within=20.0) as supervisor:
        ref = supervisor.spawn("keeper", lambda: keeper, capacity=4)
        ref.tell(Note("kept"))
        await quiet()
        keeper.context.every(2.0, Note("tick"))
        asyncio.get_running_loop().call_later(7.0, keeper.kept[0].reply)
    assert [delivery.message for delivery in keeper.kept] == [Note("kept")] + 3 * [Note("tick")]


async def test_drain_ends_when_the_last_ask_that_waits_is_skipped(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    gate = asyncio.Event()
    held = asyncio.create_task(ref.ask(Hold(gate), within=9.0))
    waiting = asyncio.create_task(ref.ask(Say("expires before its turn"), within=1.0))
    await quiet()
    asyncio.get_running_loop().call_later(2.0, gate.set)
    await supervisor.drain()
    assert await held == "released"
    assert isinstance(waiting.exception(), AskTimeout)
    assert status(supervisor).skipped == 1
    assert asyncio.get_running_loop().time() < START + 3.0


async def test_an_actor_that_crashes_while_draining_comes_back_for_what_waits(
    supervisor: Supervisor,
) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    ref.tell(Spoil(ValueError("bad notice")))
    ref.tell(Note("accepted"))
    await supervisor.stop(ref)
    assert journal.lines == ["start", "stop", "start", "accepted", "stop"]


async def test_an_actor_that_crashes_on_its_last_message_stays_stopped(
    supervisor: Supervisor,
) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    ref.tell(Spoil(ValueError("bad notice")))
    await supervisor.stop(ref)
    assert journal.lines == ["start", "stop"]
    assert (status(supervisor).state, status(supervisor).restarts) == (State.STOPPED, 0)


async def test_stop_ends_a_backoff_when_nothing_waits() -> None:
    policy = RestartPolicy(initial=10.0, longest=10.0)
    journal = Journal(trouble=[OSError()])
    async with Supervisor(drain_within=20.0, restarts=policy, random=lambda: 1.0) as supervisor:
        supervisor.spawn("clerk", journal.clerk, capacity=4)
        await quiet()
        assert status(supervisor).state == State.BACKOFF
        await supervisor.stop("clerk")
        assert asyncio.get_running_loop().time() < START + 1.0
        with pytest.raises(ActorStopped):
            await supervisor.started("clerk")
    assert journal.lines == ["start", "stop"]


async def test_an_actor_stopped_before_it_ran_leaves_nobody_waiting() -> None:
    async with Supervisor(drain_within=0.0) as supervisor:
        ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
        asker = asyncio.create_task(ref.ask(Hold(asyncio.Event()), within=99.0))
        starting = asyncio.create_task(supervisor.started(ref))
    await asyncio.wait([asker, starting])
    assert isinstance(asker.exception(), ActorStopped)
    assert status(supervisor).state == State.STOPPED


async def test_stop_and_drain_may_be_repeated_and_overlap(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    await supervisor.started(ref)
    await asyncio.gather(supervisor.stop("clerk"), supervisor.stop(ref), supervisor.drain())
    await supervisor.stop("clerk")
    await supervisor.drain()
    assert journal.lines == ["start", "stop"]


async def test_a_cancelled_drain_gives_up_at_once(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    asker = asyncio.create_task(ref.ask(Hold(asyncio.Event()), within=99.0))
    await quiet()
    draining = asyncio.create_task(supervisor.drain())
    await quiet()
    draining.cancel()
    with pytest.raises(ActorStopped):
        await asker
    await quiet()
    assert journal.lines == ["start", "stop"]
    assert asyncio.get_running_loop().time() < START + 1.0


async def test_a_cancelled_drain_cuts_off_an_on_stop(supervisor: Supervisor) -> None:
    class Lingering(Clerk):
        async def on_stop(self) -> None:
            await asyncio.Event().wait()

    supervisor.spawn("clerk", lambda: Lingering(Journal()), capacity=4)
    await supervisor.started("clerk")
    draining = asyncio.create_task(supervisor.drain())
    await quiet()
    draining.cancel()
    await quiet()
    assert draining.cancelled()
    assert status(supervisor).state == State.STOPPED


async def test_an_actor_cancelled_from_outside_answers_its_askers(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    held = asyncio.create_task(ref.ask(Hold(asyncio.Event()), within=99.0))
    waiting = asyncio.create_task(ref.ask(Say("never handled"), within=99.0))
    await quiet()
    (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "actor clerk")
    task.cancel()
    await asyncio.wait([held, waiting])
    assert isinstance(held.exception(), ActorStopped)
    assert isinstance(waiting.exception(), ActorStopped)
    assert status(supervisor).state == State.STOPPED


async def test_errors_on_the_way_out_are_no_crash(supervisor: Supervisor) -> None:
    async def sour() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError from None

    class SourStart(Clerk):
        async def on_start(self) -> None:
            await sour()

    class SourReceive(Clerk):
        async def receive(self, message: object) -> None:
            del message
            await sour()

    supervisor.spawn("start", lambda: SourStart(Journal()), capacity=4)
    ref = supervisor.spawn("receive", lambda: SourReceive(Journal()), capacity=4)
    ref.tell(Note("hangs"))
    await quiet()
    await supervisor.drain()
    assert [status.state for status in supervisor.status()] == [State.STOPPED, State.STOPPED]
    assert [status.restarts for status in supervisor.status()] == [0, 0]
    assert not supervisor.failure.done()


async def test_a_start_that_hangs_is_cut_off_by_the_drain() -> None:
    stopped: list[str] = []

    class Stuck(Clerk):
        async def on_start(self) -> None:
            await asyncio.Event().wait()

        async def on_stop(self) -> None:
            stopped.append("stop")

    async with Supervisor(drain_within=20.0) as supervisor:
        supervisor.spawn("clerk", lambda: Stuck(Journal()), capacity=4)
        await quiet()
        assert status(supervisor).state == State.STARTING
    assert stopped == ["stop"]
    assert status(supervisor).state == State.STOPPED
