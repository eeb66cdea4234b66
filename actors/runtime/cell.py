"""The life of one actor: its loops, its crashes and restarts, its end."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from actors.runtime.actor import Actor, Ref
from actors.runtime.context import Context
from actors.runtime.errors import (
    ActorCrashed,
    ActorStopped,
    Broken,
    RestartsExhausted,
    describe,
)
from actors.runtime.status import ActorStatus, State
from actors.runtime.tasks import being_cancelled, first_failure, stuck_after_cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from actors.runtime.delivery import Delivery
    from actors.runtime.mailbox import Mailbox
    from actors.runtime.restarts import RestartBudget

logger = logging.getLogger(__name__)

M = TypeVar("M")

MESSAGES_PER_TURN = 32
"""Messages that a loop handles before others may run, should `receive` never wait for anything.

At some 30 us each that is 1 ms, the longest that anything may keep the event loop.
"""


class Cell(Generic[M]):
    """Outlives each incarnation of its actor: the mailbox, the counters and the Ref stay."""

    def __init__(
        self,
        factory: Callable[[], Actor[M]],
        mailbox: Mailbox,
        budget: RestartBudget,
        *,
        stop_within: float,
        on_exhausted: Callable[[RestartsExhausted], None],
    ) -> None:
        self.name = mailbox.name
        self.ref: Ref[M] = Ref(mailbox)
        self.exhausted: RestartsExhausted | None = None
        self._factory = factory
        self._mailbox = mailbox
        self._budget = budget
        self._stop_within = stop_within
        self._on_exhausted = on_exhausted
        self._phase = State.STARTING
        self._restarts = 0
        self._last_error: str | None = None
        self._has_started = False
        self._start_decided = asyncio.Event()  # started once, or never will
        self._served = asyncio.Event()  # the last message is behind it, `on_stop` perhaps not
        self._given_up = False
        self._task = asyncio.create_task(self._run(), name=f"actor {self.name}")
        self._task.add_done_callback(self._end)

    async def started(self) -> None:
        """Return once `on_start` has succeeded; raises RestartsExhausted or ActorStopped."""
        await self._start_decided.wait()
        if not self._has_started:
            raise self.exhausted or ActorStopped(self.name)

    async def stop(self, by: float) -> None:
        """Refuse new messages, finish the accepted ones until loop time `by`, answer the rest."""
        self._mailbox.close()
        try:
            async with asyncio.timeout_at(by):
                await self._served.wait()
        except TimeoutError:
            self.give_up()
        # The handlers may take that long to end, then `on_stop`; the third part is margin.
        _, stuck = await asyncio.wait({self._task}, timeout=3 * self._stop_within)
        if stuck:
            logger.error("actor %s ignores cancellation and is left behind", self.name)

    def give_up(self) -> None:
        """Answer what is left with ActorStopped, and cancel what still runs."""
        if self._given_up or self._task.done():
            return
        self._given_up = True
        self._answer_rest()
        self._task.cancel()

    def status(self) -> ActorStatus:
        """State and counters as of now."""
        mailbox, counters = self._mailbox, self._mailbox.counters
        ended = self._phase in {State.STOPPED, State.FAILED}
        return ActorStatus(
            name=self.name,
            state=State.DRAINING if mailbox.closed and not ended else self._phase,
            depth=mailbox.depth,
            capacity=mailbox.capacity,
            in_flight=mailbox.in_flight,
            weight=mailbox.weight,
            handled=counters.handled,
            failed=counters.failed,
            dropped=counters.dropped,
            skipped=counters.skipped,
            timeouts=counters.timeouts,
            restarts=self._restarts,
            last_error=self._last_error,
            oldest_age_s=mailbox.oldest_age,
            handling_count=counters.handled + counters.failed,
            handling_seconds_total=counters.handling_seconds_total,
            handling_seconds_max=counters.handling_seconds_max,
        )

    async def _run(self) -> None:
        """Live through one incarnation after the other, until drained or out of restarts."""
        while (crash := await self._incarnation()) is not None:
            if being_cancelled():
                return
            self._last_error = describe(crash)
            logger.warning("actor %s crashed with %s", self.name, self._last_error)
            pause = self._budget.pause_after_crash(self._mailbox.loop.time())
            if pause is None:
                self._exhaust(self._last_error)
                return
            self._phase = State.BACKOFF
            if await self._finishes_within(pause):
                return
            self._restarts += 1

    async def _incarnation(self) -> BaseException | None:
        """What crashed one incarnation, or None when it drained; its `on_stop` has run."""
        self._phase = State.STARTING
        context = Context(self.ref, self._mailbox)
        actor: Actor[M] | None = None
        loops: list[asyncio.Task[None]] = []
        crash: BaseException | None = None
        try:
            actor = self._factory()
            actor.context = context
            await actor.on_start()
            loops = self._start_loops(actor, context)
            self._note_start()
            crash = await first_failure(loops)
        except (Exception, asyncio.CancelledError) as error:
            crash = error
            if isinstance(error, asyncio.CancelledError) and being_cancelled():
                raise
        finally:
            context.close()
            self._mailbox.fail_open(lambda: self._loss(crash))
            if self._mailbox.finished.is_set():
                self._served.set()
            if actor is not None:
                await self._retire(actor, loops)
        return crash

    def _start_loops(self, actor: Actor[M], context: Context[M]) -> list[asyncio.Task[None]]:
        if actor.concurrency < 1 or actor.batch < 1:
            raise ValueError("concurrency and batch must be at least 1")
        return [
            asyncio.create_task(self._work(actor, context), name=f"{self.name} loop {number}")
            for number in range(actor.concurrency)
        ]

    async def _work(self, actor: Actor[M], context: Context[M]) -> None:
        """One loop of an actor: take, handle, wait, until there is nothing left to come."""
        mailbox = self._mailbox
        turn = MESSAGES_PER_TURN if actor.batch == 1 else 1
        handle = _handle_one if actor.batch == 1 else _handle_batch
        handled = 0
        while not (mailbox.finished.is_set() or context.closed):
            deliveries = mailbox.take(actor.batch)
            if not deliveries:
                await mailbox.arrival()
                continue
            try:
                await handle(actor, deliveries)
            except BaseException as error:
                context.close()  # so that no other loop takes one more
                if isinstance(error, asyncio.CancelledError) and not being_cancelled():
                    # Left alone, this would end the loop quietly as if it had been told to end.
                    raise Broken("cancelled from within") from error
                raise
            handled += 1
            if handled % turn == 0:
                await asyncio.sleep(0)

    def _note_start(self) -> None:
        self._phase = State.RUNNING
        self._has_started = True
        self._start_decided.set()
        if self._restarts:
            logger.info("actor %s recovered, restart %d", self.name, self._restarts)

    async def _retire(self, actor: Actor[M], loops: list[asyncio.Task[None]]) -> None:
        """End what still runs and let the actor release what it holds; failures are only logged."""
        if await stuck_after_cancel(loops, self._stop_within):
            logger.error("a loop of actor %s ignores cancellation and is left behind", self.name)
        try:
            async with asyncio.timeout(self._stop_within):
                await actor.on_stop()
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and being_cancelled():
                raise
            logger.warning("on_stop of actor %s failed with %s", self.name, describe(error))

    async def _finishes_within(self, seconds: float) -> bool:
        """Whether a drain leaves nothing to come back for, within that time."""
        try:
            async with asyncio.timeout(seconds):
                return await self._mailbox.finished.wait()
        except TimeoutError:
            return False

    def _loss(self, crash: BaseException | None) -> BaseException:
        """The answer to a message in flight whose actor is gone."""
        if crash is None or being_cancelled():
            return ActorStopped(self.name)
        loss = ActorCrashed(self.name)
        loss.__cause__ = crash
        return loss

    def _answer_rest(self) -> None:
        self._mailbox.close()
        self._mailbox.refuse_waiting()
        self._mailbox.fail_open(lambda: ActorStopped(self.name))

    def _exhaust(self, last_error: str) -> None:
        self.exhausted = RestartsExhausted(
            self.name, max(1, self._budget.crashes), self._budget.policy.window, last_error
        )

    def _end(self, task: asyncio.Task[None]) -> None:
        """Leave nothing hanging; a callback, as it must run for a task cancelled unborn too."""
        error = None if task.cancelled() else task.exception()
        if error is not None:  # not an Exception, or a fault of the runtime: never go quietly
            self._exhaust(describe(error))
        self._phase = State.STOPPED if self.exhausted is None else State.FAILED
        self._answer_rest()
        self._served.set()
        self._start_decided.set()
        if self.exhausted is not None:
            self._on_exhausted(self.exhausted)


async def _handle_one(actor: Actor[Any], deliveries: list[Delivery[Any]]) -> None:
    """Let `receive` answer an ask; what it raises on a notice, and Broken, goes up and crashes."""
    for delivery in deliveries:
        try:
            answer = await actor.receive(delivery.message)
        except Broken:
            raise
        except Exception as error:
            if not delivery.asked:
                raise
            delivery.fail(error)
        else:
            delivery.reply(answer)


async def _handle_batch(actor: Actor[Any], deliveries: list[Delivery[Any]]) -> None:
    """Hand all over at once; only those of timers, which come first, are settled by returning."""
    await actor.receive_batch(deliveries)
    for delivery in deliveries:
        if not delivery.timed:
            return
        delivery.reply()
