"""What the pool remembers is bounded: answers in bytes, culprits in number and time."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from actors.calculation_pool.answers import AnswerCache, Condemned, Key
from app.wire import Outcome

CAPACITY = 100_000


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def _key(name: object, length: int = 0) -> Key:
    return "natal-chart", str(name).encode().ljust(length)


def _answer(length: int) -> Outcome:
    return Outcome(200, b"x" * length, lasting=True)


def _kept(cache: AnswerCache, *names: object) -> list[bool]:
    """Which of these are there; does not count as use."""
    return [_key(name) in cache._answers for name in names]


def test_an_answer_is_found_under_its_operation_and_body() -> None:
    cache = AnswerCache(CAPACITY)
    cache.keep(("houses", b"1"), _answer(10))
    assert cache.find(("houses", b"1")) == _answer(10)
    assert cache.find(("houses", b"2")) is None
    assert cache.find(("aspects", b"1")) is None


def test_the_least_recently_used_answer_goes_first() -> None:
    cache = AnswerCache(CAPACITY)
    for name in range(11):  # each about a twelfth of the cache
        cache.keep(_key(name), _answer(8000))
    assert _kept(cache, 0, 1, 2) == [True, True, True]
    assert cache.find(_key(0)) is not None
    cache.keep(_key("new"), _answer(8000))
    assert _kept(cache, 0, 1, 2, "new") == [True, False, True, True]


def test_an_answer_of_more_than_a_tenth_of_the_cache_is_not_kept() -> None:
    cache = AnswerCache(CAPACITY)
    cache.keep(_key("small"), _answer(100))
    cache.keep(_key("large"), _answer(CAPACITY // 10))
    assert _kept(cache, "small", "large") == [True, False]


def test_the_length_of_the_request_counts_too() -> None:
    cache = AnswerCache(CAPACITY)
    cache.keep(_key("long", CAPACITY // 10), _answer(1))
    assert len(cache) == 0


def test_keeping_an_answer_again_costs_nothing() -> None:
    cache = AnswerCache(CAPACITY)
    cache.keep(_key(1), _answer(100))
    once = cache.size
    cache.keep(_key(1), _answer(100))
    assert (len(cache), cache.size) == (1, once)


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    cache = AnswerCache(0)
    cache.keep(_key(1), _answer(0))
    assert cache.find(_key(1)) is None


@given(
    st.integers(0, 20_000),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3000)), max_size=60),
)
def test_the_cache_never_holds_more_than_its_bytes(
    capacity: int, answers: list[tuple[int, int]]
) -> None:
    cache = AnswerCache(capacity)
    for name, length in answers:
        cache.keep(_key(name), _answer(length))
        held = sum(
            len(key[1]) + len(outcome.fragment) + len(outcome.meta)
            for key, outcome in cache._answers.items()
        )
        assert held <= cache.size <= capacity


def test_a_condemned_request_is_free_again_when_its_time_is_over() -> None:
    clock = Clock()
    condemned = Condemned(600.0, most=10, clock=clock)
    condemned.add(_key("killer"))
    assert _key("killer") in condemned
    clock.now += 599.9
    assert _key("killer") in condemned
    clock.now += 0.1
    assert _key("killer") not in condemned


def test_an_expired_sentence_is_forgotten() -> None:
    clock = Clock()
    condemned = Condemned(600.0, most=10, clock=clock)
    condemned.add(_key("killer"))
    clock.now += 600.0
    assert _key("killer") not in condemned
    assert not condemned._until


def test_to_kill_again_starts_the_time_again() -> None:
    clock = Clock()
    condemned = Condemned(600.0, most=10, clock=clock)
    condemned.add(_key("killer"))
    clock.now += 500.0
    condemned.add(_key("killer"))
    clock.now += 500.0
    assert _key("killer") in condemned


def test_only_so_many_are_condemned_at_once_and_the_oldest_goes_first() -> None:
    condemned = Condemned(600.0, most=3, clock=Clock())
    for name in (1, 2, 3):
        condemned.add(_key(name))
    condemned.add(_key(1))
    condemned.add(_key(4))
    assert [_key(name) in condemned for name in (1, 2, 3, 4)] == [True, False, True, True]


def test_the_phases_of_long_work_are_condemned_apart() -> None:
    condemned = Condemned(600.0, most=10, clock=Clock())
    names = [f"text:rectification{phase}" for phase in ("", "#cut", "#part", "#merge")]
    condemned.add((names[0], b"{}"))
    assert [(name, b"{}") in condemned for name in names] == [True, False, False, False]


def test_another_request_is_not_condemned() -> None:
    condemned = Condemned(600.0, most=10, clock=Clock())
    condemned.add(_key("killer"))
    assert _key("innocent") not in condemned
    assert ("houses", _key("killer")[1]) not in condemned
