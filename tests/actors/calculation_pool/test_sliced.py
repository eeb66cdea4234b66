"""Long work holds a place from its first part to its end, which no crowd takes from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

import pytest

from actors.calculation_pool import sliced
from actors.calculation_pool.admission import RETRY_AFTER, Admission
from actors.calculation_pool.messages import Compute
from actors.calculation_pool.sliced import PARTS_AT_ONCE, LongWork
from actors.runtime import AskTimeout, MailboxFull, Ref
from app.errors import InvalidInput, Overloaded
from app.wire import CUT, Outcome, encode, failed
from tests.server import LONG_ENOUGH

PARTS = 5


@dataclass(slots=True)
class _Pool:
    """Answers every part once its gate is open; full for as many long messages as it is told."""

    parts: int = PARTS
    full_for: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    async def ask(self, message: Compute, *, within: float) -> Outcome:
        assert within > 0
        phase = message.operation.partition("#")[2]
        if phase in {"cut", "rows"}:
            wrong = InvalidInput.of("end_date", "later", None)
            return Outcome(CUT, encode([*range(self.parts)])) if self.parts else failed(wrong)
        if self.full_for > 0:
            self.full_for -= 1
            raise MailboxFull("calculation_pool", 1)
        self.asked.append(phase)
        await self.gate.wait()
        return Outcome(200 if phase in {"", "merge"} else CUT, phase.encode())


def work(pool: _Pool, admission: Admission, within: float = LONG_ENOUGH) -> LongWork:
    now = asyncio.get_running_loop().time()
    asked = cast("Ref[Compute]", pool)
    return LongWork(asked, admission, "search", b"{}", now, within, lambda: True)


async def rows_of(given: LongWork) -> int:
    async with aclosing(given.lines()) as lines:
        return len([line async for line in lines])


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG_ENOUGH):
        while not is_so():  # noqa: ASYNC110 - an answer is some steps of the loop away
            await asyncio.sleep(0)


@pytest.mark.parametrize("parts", [1, PARTS])
async def test_more_than_is_taken_on_is_refused_before_a_part_of_it_is_computed(
    parts: int,
) -> None:
    pool, admission = _Pool(parts), Admission(2)
    first = asyncio.create_task(work(pool, admission).answer())
    second = asyncio.create_task(rows_of(work(pool, admission)))
    await until(lambda: len(pool.asked) == 2 * min(parts, PARTS_AT_ONCE))
    asked = list(pool.asked)
    for refused in (work(pool, admission).answer(), rows_of(work(pool, admission))):
        with pytest.raises(Overloaded, match="as it takes on at once: 2;") as caught:
            await refused
        assert caught.value.retry_after == RETRY_AFTER
    assert pool.asked == asked
    pool.gate.set()
    assert ((await first).status, await second) == (200, parts)
    assert (await work(pool, admission).answer()).status == 200
    assert admission.held == 0


async def test_a_wrong_request_needs_no_place() -> None:
    admission = Admission(1)
    with admission.place():
        assert (await work(_Pool(parts=0), admission).answer()).status == 422


async def test_a_place_is_given_back_whatever_ends_the_work() -> None:
    pool, admission = _Pool(), Admission(1)
    with pytest.raises(AskTimeout):
        await work(pool, admission, within=-1.0).answer()
    asking = asyncio.create_task(work(pool, admission).answer())
    await until(lambda: len(pool.asked) > 0)
    asking.cancel()
    await asyncio.wait([asking])
    pool.gate.set()
    lines = work(pool, admission).lines()
    await anext(lines)
    await lines.aclose()
    assert admission.held == 0


async def test_lines_hold_a_place_while_they_are_computed_and_none_while_they_are_read() -> None:
    pool, admission = _Pool(), Admission(1)
    lines = work(pool, admission).lines()
    first = asyncio.ensure_future(anext(lines))
    await until(lambda: len(pool.asked) > 0)
    assert admission.held == 1
    pool.gate.set()
    await first
    assert admission.held == 0
    with admission.place():  # which another has taken meanwhile: what has begun goes on
        assert (await anext(lines)).status == CUT
    await lines.aclose()
    assert admission.held == 0


async def test_a_slow_reader_gets_all_lines_though_they_take_longer_than_the_work_may() -> None:
    pool, within = _Pool(), 0.2
    pool.gate.set()
    given = work(pool, Admission(1), within)
    over = asyncio.get_running_loop().time() + 2 * within
    async with aclosing(given.lines()) as lines:
        await anext(lines)
        await asyncio.sleep(over - asyncio.get_running_loop().time())
        assert [part.status async for part in lines] == [CUT] * (PARTS - 1)


async def test_lines_that_are_not_computed_in_time_end() -> None:
    with pytest.raises(AskTimeout):
        await rows_of(work(_Pool(full_for=1_000_000), Admission(1), within=0.05))


async def test_work_that_has_begun_waits_while_the_pool_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sliced, "ROOM_SECONDS", 0.0)
    pool = _Pool(full_for=20)
    pool.gate.set()
    assert (await work(pool, Admission(1)).answer()).status == 200
    assert pool.asked == [*["part"] * PARTS, "merge"]


async def test_work_that_finds_no_room_until_its_deadline_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sliced, "ROOM_SECONDS", 0.0)
    with pytest.raises(AskTimeout):
        await work(_Pool(full_for=1_000_000), Admission(1), within=0.05).answer()
