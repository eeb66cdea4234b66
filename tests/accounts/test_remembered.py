"""What is remembered of verified tokens: little of each, and nothing that a change has ended."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.accounts.remembered import MOST_EACH, Known, Remembered, normal
from app.security.tokens import Principal


def known(user: int = 1, *, token: int | None = None, at: float = 0.0) -> Known:
    number, token_id = UUID(int=user), None if token is None else UUID(int=token)
    scopes = frozenset({"calculations"})
    principal = Principal(
        str(number), number, "access", scopes, "free", None, token_id, UUID(int=99)
    )
    return Known(principal, 1000.0, at)


def filled(capacity: int, *kept: Known) -> Remembered:
    """Headers `0`, `1` and so on."""
    remembered = Remembered(capacity)
    for number, one in enumerate(kept):
        remembered.keep(str(number), one)
    return remembered


def test_beyond_the_capacity_the_oldest_leaves() -> None:
    assert list(filled(2, *(known(user) for user in (1, 2, 3))).headers) == ["1", "2"]


def test_beyond_the_share_of_an_account_its_own_oldest_leaves() -> None:
    remembered = filled(1000, known(7), *[known(8)] * (MOST_EACH + 1))
    assert "0" in remembered.headers
    assert "1" not in remembered.headers
    assert len(remembered.headers) == MOST_EACH + 1


def test_service_tokens_of_one_owner_have_a_share_each() -> None:
    remembered = filled(1000, *(known(7, token=number) for number in range(MOST_EACH + 5)))
    assert len(remembered.headers) == MOST_EACH + 5


def test_whoever_is_kept_again_is_the_youngest() -> None:
    remembered = filled(2, known(1), known(2))
    remembered.keep("0", known(1))
    remembered.keep("2", known(3))
    assert list(remembered.headers) == ["0", "2"]


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (f"user:{UUID(int=1)}", ["1"]),
        (f"token:{UUID(int=5)}", ["1"]),
        (f"session:{UUID(int=99)}", []),
        (f"user:{UUID(int=3)}", ["0", "1"]),
    ],
    ids=["user", "token", "session", "another"],
)
def test_a_change_takes_whom_it_concerns(change: str, left: list[str]) -> None:
    remembered = filled(9, known(1, token=5), known(2))
    remembered.forget_changed(change)
    assert list(remembered.headers) == left


def test_what_was_verified_long_ago_leaves() -> None:
    remembered = filled(9, *(known(user, at=float(user)) for user in (1, 2, 3)))
    remembered.forget_verified_until(2.0)
    assert list(remembered.headers) == ["2"]
    remembered.forget_verified_until(9.0)
    assert remembered.headers == {}


def test_nothing_is_left_of_whoever_was_forgotten() -> None:
    remembered = filled(2, *(known(user, token=user + 9) for user in range(5)))
    for header in tuple(remembered.headers):
        remembered.forget(header)
    remembered.forget("never seen")
    assert remembered._by_key == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ("Basic x", None),
        ("Bearer x", "Bearer x"),
        ("bEARER   x ", "Bearer x"),
        ("Bearer ", "Bearer "),
    ],
)
def test_one_header_stands_for_all_of_a_token(given: str | None, expected: str | None) -> None:
    assert normal(given) == expected
