"""What a caller may still do, by a clock that is an argument."""

from __future__ import annotations

import pytest

from app.limits.windows import Limit, Verdict, Windows

TEN = Limit("free", 10, 60)
START = 1_800_000_000.0
"""A moment at which a window of 60 s begins."""


def taken(windows: Windows, times: int, now: float, key: str = "a") -> list[Verdict]:
    return [windows.take(key, TEN, now) for _ in range(times)]


def allowed(verdicts: list[Verdict]) -> int:
    return sum(verdict.allowed for verdict in verdicts)


def test_a_limit_lets_as_many_through_as_it_says() -> None:
    verdicts = taken(Windows(60, 100), 12, START)
    assert [verdict.remaining for verdict in verdicts] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]
    assert [verdict.allowed for verdict in verdicts] == [True] * 10 + [False] * 2


def test_a_verdict_tells_when_the_next_window_begins() -> None:
    verdict = Windows(60, 100).take("a", TEN, START + 17.5)
    assert (verdict.reset, verdict.reset_at, verdict.retry_after) == (43, START + 60, 0)


def test_callers_are_counted_apart() -> None:
    windows = Windows(60, 100)
    taken(windows, 10, START)
    assert windows.take("b", TEN, START).remaining == 9


def test_a_refused_request_does_not_count() -> None:
    windows = Windows(60, 100)
    taken(windows, 1000, START)
    assert allowed(taken(windows, 20, START + 90)) == 5


def test_several_are_counted_at_once_or_not_at_all() -> None:
    windows = Windows(60, 100)
    assert windows.take("a", TEN, START, 7).remaining == 3
    refused = windows.take("a", TEN, START, 4)
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert windows.take("a", TEN, START, 3).remaining == 0
    assert windows.take("a", TEN, START + refused.retry_after - 1, 4).allowed is False


@pytest.mark.parametrize(("used", "asked"), [(7, 4), (10, 10), (1, 10), (10, 1)])
def test_several_have_room_when_the_refusal_said(used: int, asked: int) -> None:
    windows = Windows(60, 100)
    windows.take("a", TEN, START, used)
    refused = windows.take("a", TEN, START + 30, asked)
    assert not windows.take("a", TEN, START + 30 + refused.retry_after - 1, asked).allowed
    assert windows.take("a", TEN, START + 30 + refused.retry_after, asked).allowed


@pytest.mark.parametrize("used", [0, 5])
def test_more_than_a_limit_ever_allows_is_refused_with_a_wait(used: int) -> None:
    windows = Windows(60, 100)
    taken(windows, used, START)
    assert windows.take("a", TEN, START, 11).retry_after == 120


def test_what_is_given_back_may_be_taken_again() -> None:
    windows = Windows(60, 100)
    taken(windows, 10, START)
    windows.give_back("a", START)
    assert allowed(taken(windows, 2, START)) == 1
    windows.give_back("b", START)
    windows.give_back("a", START + 60)
    assert allowed(taken(windows, 20, START + 60)) == 0


def test_nobody_makes_twice_the_number_around_the_end_of_a_window() -> None:
    windows = Windows(60, 100)
    assert allowed(taken(windows, 20, START + 59.9)) == 10
    assert allowed(taken(windows, 20, START + 60.1)) == 0


def test_room_comes_back_evenly_through_the_next_window() -> None:
    windows = Windows(60, 100)
    taken(windows, 10, START + 30)
    per_six_seconds = [allowed(taken(windows, 20, START + 60 + 6 * n)) for n in range(11)]
    assert per_six_seconds == [0, *[1] * 9, 1]


def test_after_a_quiet_window_all_is_there_again() -> None:
    windows = Windows(60, 100)
    taken(windows, 10, START)
    assert allowed(taken(windows, 20, START + 120)) == 10


def test_one_request_passes_after_the_wait_that_a_refusal_tells() -> None:
    for used_at in (0.0, 0.5, 31.0, 59.9):
        for asked_at in (used_at, 60.0, 75.25, 100.0, 119.0):
            windows = Windows(60, 100)
            taken(windows, 10, START + used_at)
            if asked_at >= 60.0:
                taken(windows, 20, START + asked_at)
            refusal = windows.take("a", TEN, START + asked_at)
            assert not refusal.allowed
            assert refusal.reset >= refusal.retry_after >= 1
            assert refusal.reset_at >= START + asked_at + refusal.retry_after - 1
            assert windows.take("a", TEN, START + asked_at + refusal.retry_after).allowed


def test_a_limit_of_one_is_one_in_any_window() -> None:
    one, windows = Limit("one", 1, 60), Windows(60, 100)
    assert windows.take("a", one, START + 30).allowed
    refusal = windows.take("a", one, START + 31)
    assert refusal.retry_after == 89
    assert windows.take("a", one, START + 31 + 89).allowed


def test_a_clock_that_steps_back_locks_nobody_out() -> None:
    windows = Windows(60, 100)
    taken(windows, 10, START + 3600)
    assert windows.take("a", TEN, START).allowed


def test_no_more_callers_are_remembered_than_the_bound() -> None:
    windows = Windows(60, 100)
    for number in range(1000):
        windows.take(str(number), TEN, START)
    assert len(windows) == 100
    assert len(windows.take_changed(windows.number(START), 1000)) == 100


def test_who_was_quiet_the_longest_is_forgotten_first() -> None:
    windows = Windows(60, 2)
    taken(windows, 10, START, "busy")
    windows.take("quiet", TEN, START)
    taken(windows, 10, START + 60, "busy")
    windows.take("new", TEN, START + 60)
    assert not windows.take("busy", TEN, START + 60).allowed


def test_what_others_have_counted_uses_up_the_limit_too() -> None:
    windows = Windows(60, 100)
    number = windows.number(START)
    windows.take("a", TEN, START)
    windows.learn(number, {"a": 7, "unknown": 7})
    assert allowed(taken(windows, 20, START)) == 2
    assert len(windows) == 1


def test_what_others_have_counted_reaches_into_the_next_window() -> None:
    windows = Windows(60, 100)
    windows.take("a", TEN, START)
    windows.learn(windows.number(START), {"a": 9})
    assert allowed(taken(windows, 20, START + 90)) == 5


def test_counts_are_taken_once_and_again_when_put_back() -> None:
    windows = Windows(60, 100)
    number = windows.number(START)
    taken(windows, 3, START, "a")
    taken(windows, 2, START, "b")
    assert windows.take_changed(number, 1) == {"a": 3}
    assert windows.take_changed(number, 10) == {"b": 2}
    assert windows.take_changed(number, 10) == {}
    windows.put_back(number, ["a", "gone"])
    assert windows.take_changed(number, 10) == {"a": 3}


def test_all_counts_of_a_window_can_be_put_back_and_no_older_ones() -> None:
    windows = Windows(60, 100)
    windows.take("old", TEN, START)
    windows.take("a", TEN, START + 60)
    windows.take("b", TEN, START + 60)
    number = windows.number(START + 60)
    windows.take_changed(number, 10)
    windows.put_all_back(number)
    assert windows.take_changed(number, 10) == {"b": 1, "a": 1}


def test_what_is_put_back_waits_behind_what_has_changed_since() -> None:
    windows = Windows(60, 100)
    number = windows.number(START)
    for key in "abc":
        windows.take(key, TEN, START)
    windows.take_changed(number, 10)
    windows.put_all_back(number)
    taken(windows, 2, START, "d")
    assert windows.take_changed(number, 1) == {"d": 2}
    assert windows.take_changed(number, 2).keys() <= set("abc")
    windows.put_all_back(number)
    assert windows.take_changed(number, 10) == {"a": 1, "b": 1, "c": 1, "d": 2}
    assert windows.take_changed(number, 10) == {}


def test_what_is_put_back_is_told_as_it_is_by_then_and_no_longer_when_forgotten() -> None:
    windows = Windows(60, 2)
    number = windows.number(START)
    windows.take("a", TEN, START)
    windows.take("b", TEN, START)
    windows.take_changed(number, 10)
    windows.put_all_back(number)
    taken(windows, 3, START, "b")
    windows.take("c", TEN, START)
    assert windows.take_changed(number, 10) == {"b": 4, "c": 1}


def test_many_callers_of_a_window_that_is_over_are_left_out_bit_by_bit() -> None:
    windows = Windows(60, 1000)
    for number in range(100):
        windows.take(str(number), TEN, START)
    windows.take("now", TEN, START + 60)
    rounds = [windows.take_changed(windows.number(START + 60), 3) for _ in range(4)]
    assert rounds == [{}, {}, {}, {"now": 1}]


def test_a_look_tells_what_would_be_refused_and_counts_nothing() -> None:
    windows = Windows(60, 100)
    assert windows.refusal("a", TEN, START) is None
    assert len(windows) == 0
    taken(windows, 9, START)
    assert [windows.refusal("a", TEN, START) for _ in range(5)] == [None] * 5
    taken(windows, 1, START)
    assert windows.refusal("a", TEN, START) == windows.take("a", TEN, START)
    assert windows.refusal("b", TEN, START) is None
    assert windows.refusal("a", TEN, START + 61) == windows.take("a", TEN, START + 61)
    assert windows.refusal("a", TEN, START + 180) is None
