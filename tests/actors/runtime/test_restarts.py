from __future__ import annotations

import asyncio
import logging
import re

import pytest

from actors.runtime import (
    ActorCrashed,
    ActorStopped,
    Broken,
    RestartPolicy,
    RestartsExhausted,
    State,
    Supervisor,
)
from actors.runtime.restarts import RestartBudget
from tests.actors.runtime.samples import Clerk, Cling, Hold, Journal, Note, Say, Spoil, status
from tests.actors.runtime.virtual_time import START, quiet


async def test_an_error_on_a_notice_crashes_the_actor(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    ref.tell(Spoil(ValueError("bad notice")))
    await quiet()
    assert status(supervisor).state == State.BACKOFF
    await asyncio.sleep(1)
    assert status(supervisor).state == State.RUNNING
    assert journal.lines == ["start", "stop", "start"]
    assert (status(supervisor).restarts, status(supervisor).failed) == (1, 1)


async def test_messages_that_wait_survive_a_crash(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    ref.tell(Spoil(ValueError("bad notice")))
    ref.tell(Note("waits"))
    asker = asyncio.create_task(ref.ask(Say("asked before the crash"), within=5.0))
    assert await asker == "asked before the crash"
    assert journal.lines == ["start", "stop", "start", "waits"]


async def test_a_restart_is_a_fresh_actor_behind_the_same_ref(supervisor: Supervisor) -> None:
    journal = Journal()
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    ref.tell(Spoil(Broken("restart me")))
    assert await ref.ask(Say("same ref"), within=5.0) == "same ref"
    first, second = journal.clerks
    assert first is not second
    assert second.context.self_ref is ref


async def test_a_crash_ends_the_other_loops_and_answers_their_askers(
    supervisor: Supervisor,
) -> None:
    ref = supervisor.spawn("clerk", Journal().trio, capacity=9)
    held = asyncio.create_task(ref.ask(Hold(asyncio.Event()), within=9.0))
    await quiet()
    ref.tell(Spoil(ValueError("bad notice")))
    with pytest.raises(ActorCrashed):
        await held
    assert await ref.ask(Say("next"), within=5.0) == "next"


async def test_a_loop_deaf_to_cancellation_does_not_prevent_the_restart(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    ref = supervisor.spawn("clerk", Journal().trio, capacity=9)
    gate = asyncio.Event()
    held = asyncio.create_task(ref.ask(Cling(gate), within=99.0))
    await quiet()
    ref.tell(Spoil(ValueError("bad notice")))
    with pytest.raises(ActorCrashed):
        await held
    assert await ref.ask(Say("next"), within=9.0) == "next"
    assert "a loop of actor clerk ignores cancellation" in caplog.text
    gate.set()
    await quiet()
    assert status(supervisor).handled == 1


async def test_a_cancellation_from_within_is_a_crash(supervisor: Supervisor) -> None:
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    with pytest.raises(ActorCrashed):
        await ref.ask(Spoil(asyncio.CancelledError()), within=1.0)
    assert await ref.ask(Say("next"), within=5.0) == "next"
    assert status(supervisor).restarts == 1


async def test_on_start_that_fails_counts_as_a_crash_and_is_tried_again(
    supervisor: Supervisor,
) -> None:
    journal = Journal(trouble=[OSError("not yet"), OSError("not yet")])
    ref = supervisor.spawn("clerk", journal.clerk, capacity=4)
    ref.tell(Note("waits for the start"))
    await supervisor.started(ref)
    await quiet()
    assert journal.lines == ["start", "stop", "start", "stop", "start", "waits for the start"]
    assert status(supervisor).restarts == 2


async def test_a_factory_that_fails_counts_as_a_crash(supervisor: Supervisor) -> None:
    journal = Journal()
    failures = [OSError("no file")]

    def factory() -> Clerk:
        if failures:
            raise failures.pop()
        return journal.clerk()

    supervisor.spawn("clerk", factory, capacity=4)
    await supervisor.started("clerk")
    assert status(supervisor).restarts == 1


@pytest.mark.parametrize("attribute", ["concurrency", "batch"])
async def test_an_actor_without_loops_or_batch_crashes(
    supervisor: Supervisor, attribute: str
) -> None:
    journal = Journal(setup=lambda clerk: setattr(clerk, attribute, 0))
    supervisor.spawn("clerk", journal.clerk, capacity=4)
    with pytest.raises(RestartsExhausted, match="ValueError"):
        await supervisor.started("clerk")


async def test_pauses_double_up_to_the_longest_and_are_scaled_by_chance() -> None:
    chances = iter([1.0, 0.5, 1.0, 0.25, 1.0])
    policy = RestartPolicy(initial=1.0, factor=2.0, longest=5.0, max_restarts=5, window=60.0)
    budget = RestartBudget(policy, lambda: next(chances))
    assert [budget.pause_after_crash(float(now)) for now in range(6)] == [
        1.0,
        0.5 * 2.0,
        4.0,
        0.25 * 5.0,
        5.0,
        None,
    ]


async def test_crashes_older_than_the_window_are_forgiven() -> None:
    budget = RestartBudget(RestartPolicy(initial=1.0, max_restarts=2, window=60.0), lambda: 1.0)
    assert budget.pause_after_crash(0.0) == 1.0
    assert budget.pause_after_crash(30.0) == 2.0
    assert budget.pause_after_crash(61.0) == 2.0
    assert budget.pause_after_crash(62.0) is None


async def test_restarts_wait_as_the_injected_chance_says() -> None:
    loop = asyncio.get_running_loop()
    starts: list[float] = []
    chances = iter([0.5, 1.0])
    journal = Journal(trouble=[OSError(), OSError()])

    def factory() -> Clerk:
        starts.append(loop.time() - START)
        return journal.clerk()

    async with Supervisor(
        drain_within=1.0, restarts=RestartPolicy(initial=1.0), random=lambda: next(chances)
    ) as supervisor:
        supervisor.spawn("clerk", factory, capacity=4)
        await supervisor.started("clerk")
    assert starts == pytest.approx([0.0, 0.5, 2.5])


async def test_too_many_crashes_end_in_a_failure_that_names_them() -> None:
    policy = RestartPolicy(max_restarts=2, window=60.0)
    async with Supervisor(drain_within=1.0, restarts=policy) as supervisor:
        ref = supervisor.spawn("clerk", Journal(trouble=[]).clerk, capacity=9)
        await supervisor.started(ref)
        for _ in range(3):
            ref.tell(Spoil(ValueError("born in 1984")))
        waiting = asyncio.create_task(ref.ask(Say("never handled"), within=99.0))
        failure = await supervisor.failure
        with pytest.raises(ActorStopped):
            await waiting
        with pytest.raises(ActorStopped):
            ref.tell(Note("refused"))
        assert status(supervisor).state == State.FAILED
    assert (failure.actor, failure.crashes, failure.window) == ("clerk", 3, 60.0)
    assert re.fullmatch(
        r"clerk crashed 3 times within 60 s, last with ValueError at runtime/samples\.py:\d+",
        str(failure),
    )
    assert status(supervisor).state == State.FAILED


async def test_started_raises_when_the_first_start_never_succeeds() -> None:
    async with Supervisor(drain_within=1.0, restarts=RestartPolicy(max_restarts=0)) as supervisor:
        supervisor.spawn("clerk", Journal(trouble=[OSError()]).clerk, capacity=4)
        with pytest.raises(RestartsExhausted, match="clerk crashed once within 60 s, last with"):
            await supervisor.started("clerk")


async def test_only_the_first_failure_is_kept() -> None:
    async with Supervisor(drain_within=1.0, restarts=RestartPolicy(max_restarts=0)) as supervisor:
        for name in ("first", "second"):
            supervisor.spawn(name, Journal(trouble=[OSError()]).clerk, capacity=4)
        await quiet()
        assert supervisor.failure.result().actor == "first"
        assert [status.state for status in supervisor.status()] == ["failed", "failed"]


async def test_an_error_that_is_no_exception_fails_the_actor_for_good(
    supervisor: Supervisor,
) -> None:
    class Rude(Clerk):
        async def on_start(self) -> None:
            raise GeneratorExit

    supervisor.spawn("clerk", lambda: Rude(Journal()), capacity=4)
    assert "GeneratorExit" in str(await supervisor.failure)
    assert status(supervisor).state == State.FAILED


async def test_a_crash_and_a_recovery_are_one_log_line_each_without_contents(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ref = supervisor.spawn("clerk", Journal().clerk, capacity=4)
    ref.tell(Spoil(ValueError("born in 1984")))
    assert await ref.ask(Say("1984"), within=5.0) == "1984"
    crash, recovery = caplog.messages
    assert re.fullmatch(r"actor clerk crashed with ValueError at runtime/samples\.py:\d+", crash)
    assert recovery == "actor clerk recovered, restart 1"
    assert "born" not in caplog.text
    assert status(supervisor).last_error == crash.removeprefix("actor clerk crashed with ")
