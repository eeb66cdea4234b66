"""Which jobs travel together and which alone: suspects first, then instant ones, then long ones."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from actors.calculation_pool.jobs import FRAME_BYTES, Job, Lanes
from actors.calculation_pool.messages import Compute, Lane
from actors.runtime import Delivery
from actors.runtime.mailbox import Mailbox
from app.errors import WorkerLost
from app.wire import Outcome

MOST = 32
_numbers = count(1)


def _job(lane: Lane = Lane.INSTANT, *, lost: int = 0, since: float = 0.0, length: int = 8) -> Job:
    number = next(_numbers)
    key = ("echo", (b"%d" % number).ljust(length))
    return Job(number, key, lane, queued_at=0.0, since=since, lost=lost)


def _lanes(*jobs: Job) -> Lanes:
    lanes = Lanes()
    for job in jobs:
        lanes.add(job)
    return lanes


def _delivery(asker: asyncio.Future[Outcome]) -> Delivery[Compute]:
    mailbox = Mailbox("pool", capacity=1)
    return Delivery(mailbox, Compute("echo", b""), 0.0, asker=asker)


def _asker() -> asyncio.Future[Outcome]:
    return asyncio.get_running_loop().create_future()


def test_nothing_is_due_when_nothing_waits() -> None:
    assert _lanes().next_frame(2, MOST, long_allowed=True) == []


def test_instant_jobs_travel_together_in_the_order_they_came() -> None:
    jobs = [_job() for _ in range(5)]
    lanes = _lanes(*jobs)
    assert lanes.next_frame(1, MOST, long_allowed=True) == jobs
    assert len(lanes) == 0


def test_a_frame_has_its_limit() -> None:
    jobs = [_job() for _ in range(5)]
    lanes = _lanes(*jobs)
    assert lanes.next_frame(1, 3, long_allowed=True) == jobs[:3]
    assert lanes.next_frame(1, 3, long_allowed=True) == jobs[3:]


def test_a_frame_holds_no_more_bytes_than_it_may() -> None:
    half = FRAME_BYTES // 2
    jobs = [_job(length=length) for length in (half, half, 8)]
    lanes = _lanes(*jobs)
    assert lanes.next_frame(1, MOST, long_allowed=True) == jobs[:2]
    assert lanes.next_frame(1, MOST, long_allowed=True) == jobs[2:]


def test_a_body_that_is_longer_than_a_frame_travels_alone() -> None:
    jobs = [_job(), _job(length=FRAME_BYTES + 1), _job()]
    lanes = _lanes(*jobs)
    frames = [lanes.next_frame(1, MOST, long_allowed=True) for _ in jobs]
    assert frames == [[job] for job in jobs]


def test_idle_workers_share_what_waits() -> None:
    lanes = _lanes(*(_job() for _ in range(7)))
    shares = [len(lanes.next_frame(idle, MOST, long_allowed=True)) for idle in (3, 2, 1)]
    assert shares == [3, 2, 2]
    assert len(lanes) == 0


def test_one_job_goes_to_one_of_many_idle_workers() -> None:
    job = _job()
    lanes = _lanes(job)
    assert lanes.next_frame(8, MOST, long_allowed=True) == [job]
    assert lanes.next_frame(7, MOST, long_allowed=True) == []


def test_a_long_job_travels_alone_and_after_the_instant_ones() -> None:
    long, other, instant = _job(Lane.LONG), _job(Lane.LONG), _job()
    lanes = _lanes(long, other, instant)
    frames = [lanes.next_frame(1, MOST, long_allowed=True) for _ in range(4)]
    assert frames == [[instant], [long], [other], []]


def test_a_long_job_never_goes_where_long_work_is_not_allowed() -> None:
    lanes = _lanes(_job(Lane.LONG), _job(Lane.LONG, lost=1))
    assert lanes.next_frame(1, MOST, long_allowed=False) == []
    assert len(lanes) == 2


def test_a_suspect_travels_alone_before_all_others() -> None:
    instant, long = _job(), _job(Lane.LONG)
    suspect, accomplice = _job(lost=1), _job(lost=1)
    lanes = _lanes(instant, long, suspect, accomplice)
    frames = [lanes.next_frame(1, MOST, long_allowed=True) for _ in range(4)]
    assert frames == [[suspect], [accomplice], [instant], [long]]


def test_a_long_suspect_lets_instant_work_pass_where_it_must_not_go() -> None:
    instant, long_suspect, suspect = _job(), _job(Lane.LONG, lost=1), _job(lost=1)
    lanes = _lanes(instant, long_suspect, suspect)
    frames = [lanes.next_frame(1, MOST, long_allowed=False) for _ in range(3)]
    assert frames == [[suspect], [instant], []]
    assert lanes.next_frame(1, MOST, long_allowed=True) == [long_suspect]


def test_only_jobs_that_wait_count() -> None:
    lanes = _lanes(_job(Lane.LONG), _job(Lane.LONG), _job())
    assert len(lanes) == 3
    lanes.next_frame(1, MOST, long_allowed=True)
    lanes.next_frame(1, MOST, long_allowed=True)
    assert len(lanes) == 1


async def test_a_job_is_wanted_while_one_of_its_waiters_is_there() -> None:
    stays, leaves = _asker(), _asker()
    job = _job()
    job.waiters += [_delivery(stays), _delivery(leaves)]
    leaves.cancel()
    assert job.wanted
    stays.cancel()
    assert not job.wanted


async def test_jobs_that_nobody_waits_for_are_taken_out_of_every_lane() -> None:
    gone = _asker()
    gone.cancel()
    wanted = [_job(), _job(Lane.LONG), _job(lost=1)]
    unwanted = [_job(), _job(Lane.LONG), _job(lost=1)]
    for job in wanted:
        job.waiters.append(_delivery(_asker()))
    for job in unwanted:
        job.waiters.append(_delivery(gone))
    lanes = _lanes(*wanted, *unwanted)
    assert {job.number for job in lanes.take_unwanted()} == {job.number for job in unwanted}
    assert len(lanes) == len(wanted)


async def test_all_waiters_get_the_answer() -> None:
    askers = [_asker(), _asker()]
    job = _job()
    job.waiters += map(_delivery, askers)
    job.settle(Outcome(200, b"answer"))
    assert [await asker for asker in askers] == [Outcome(200, b"answer")] * 2


async def test_each_waiter_gets_an_error_of_its_own() -> None:
    askers = [_asker(), _asker()]
    job = _job()
    job.waiters += map(_delivery, askers)
    job.fail(lambda: WorkerLost("two workers died", retry_after=1))
    errors: list[WorkerLost] = []
    for asker in askers:
        with pytest.raises(WorkerLost) as caught:
            await asker
        errors.append(caught.value)
    assert errors[0] is not errors[1]


def test_parts_of_the_oldest_work_go_first_however_late_they_come() -> None:
    young, old, older = (_job(Lane.LONG, since=since) for since in (3.0, 1.0, 1.0))
    lanes = _lanes(young, old, older)
    frames = [lanes.next_frame(1, MOST, long_allowed=True) for _ in range(3)]
    assert frames == [[old], [older], [young]]
