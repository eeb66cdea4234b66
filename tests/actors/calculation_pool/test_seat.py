"""A seat is filled again after every death, later and later while nothing comes of it."""

from __future__ import annotations

from actors.calculation_pool.seat import FIRST_DELAY, LONGEST_DELAY, Seat, SeatEvents
from tests.actors.calculation_pool.running import worker_setup


def _delays(deaths: int) -> list[float]:
    """Seconds until the seat is filled again, after each of so many deaths in a row."""
    delays: list[float] = []
    events = SeatEvents(
        answered=lambda _, __: None,
        died=lambda _, __: None,
        idle=lambda: None,
        later=lambda delay, _: delays.append(delay),
    )
    seat = Seat(0, worker_setup(), events)
    for _ in range(deaths):
        seat._on_death()
    return delays


def test_each_death_without_an_answer_doubles_the_wait() -> None:
    assert _delays(4) == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY, 8 * FIRST_DELAY]


def test_the_wait_has_its_limit_however_many_have_died() -> None:
    assert _delays(2000)[7:] == [LONGEST_DELAY] * 1993


def test_only_the_first_seat_takes_no_long_work() -> None:
    events = SeatEvents(lambda _, __: None, lambda _, __: None, lambda: None, lambda _, __: None)
    seats = [Seat(number, worker_setup(), events) for number in range(3)]
    assert [seat.takes_long_work for seat in seats] == [False, True, True]
