"""Passwords are hashed away from the event loop, by a bounded crew."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from app.errors import Overloaded
from app.security.passwords import MEMORY_KIB, PARALLELISM, TIME_COST, Passwords
from tests.security.verifications import CountedPasswords, verifications

PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing


@pytest.fixture(scope="module")
def passwords() -> Iterator[Passwords]:
    with CountedPasswords(workers=2, waiting=100) as started:
        yield started


async def test_a_hash_is_argon2id_of_the_least_effort_that_is_advised(passwords: Passwords) -> None:
    made = extract_parameters(await passwords.hashed(PASSWORD))
    assert made.type is Type.ID
    assert (made.time_cost, made.memory_cost, made.parallelism) == (
        *(TIME_COST, MEMORY_KIB),
        PARALLELISM,
    )
    assert (TIME_COST, MEMORY_KIB) >= (2, 19_456)


async def test_two_hashes_of_one_password_differ_and_both_match(passwords: Passwords) -> None:
    first, second = await passwords.hashed(PASSWORD), await passwords.hashed(PASSWORD)
    assert first != second
    assert await passwords.matches(PASSWORD, first)
    assert await passwords.matches(PASSWORD, second)


@pytest.mark.parametrize(
    ("password", "tried"),
    [
        (PASSWORD, "Correct horse battery"),
        (PASSWORD, f"{PASSWORD} "),
        (PASSWORD, ""),
        ("x" * 73, "x" * 72),
        ("x" * 1024, "x" * 1023),
    ],
)
async def test_every_character_of_a_password_counts(
    passwords: Passwords, password: str, tried: str
) -> None:
    assert not await passwords.matches(tried, await passwords.hashed(password))


@pytest.mark.parametrize("hashed", [None, "", "no hash", "$argon2id$v=19$m=1,t=1,p=1$broken"])
@pytest.mark.parametrize("password", ["", PASSWORD])
async def test_no_hash_matches_nothing_and_counts_as_a_check(
    passwords: Passwords, hashed: str | None, password: str
) -> None:
    before = verifications(passwords)
    assert not await passwords.matches(password, hashed)
    assert verifications(passwords) == before + 1


@pytest.mark.parametrize(
    ("effort", "outdated"),
    [
        ((TIME_COST, MEMORY_KIB, PARALLELISM), False),
        ((TIME_COST - 1, MEMORY_KIB, PARALLELISM), True),
        ((TIME_COST, MEMORY_KIB // 2, PARALLELISM), True),
    ],
)
async def test_a_hash_of_less_effort_is_outdated_and_still_matches(
    passwords: Passwords, effort: tuple[int, int, int], *, outdated: bool
) -> None:
    hashed = PasswordHasher(*effort).hash(PASSWORD)
    assert passwords.is_outdated(hashed) is outdated
    assert await passwords.matches(PASSWORD, hashed)


async def test_more_than_may_wait_are_refused_at_once() -> None:
    with Passwords(workers=1, waiting=2) as few:
        results = await asyncio.gather(
            *(few.matches(PASSWORD, None) for _ in range(10)), return_exceptions=True
        )
        assert [isinstance(result, Overloaded) for result in results] == [False] * 3 + [True] * 7
        assert not await few.matches(PASSWORD, None)


async def test_whoever_gives_up_makes_room_for_others() -> None:
    with Passwords(workers=1, waiting=0) as one:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await one.matches(PASSWORD, None)
        assert not await one.matches(PASSWORD, None)


async def test_nothing_is_hashed_in_the_thread_of_the_event_loop(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()

    def note(*_: object) -> bool:
        threads.add(threading.get_ident())
        return True

    monkeypatch.setattr(passwords, "_matches", note)
    await passwords.matches(PASSWORD, None)
    assert threads
    assert threading.get_ident() not in threads
