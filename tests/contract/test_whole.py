"""The table is whole: all operations, each with what it answers and refuses, and with a route."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

import pytest

from app.security.tokens import Scope
from app.web.routes import routes
from tests.contract.rows import Auth, Row
from tests.contract.shapes import (
    FLAG,
    NUMBER,
    SMALL,
    WHOLE,
    Exactly,
    Maybe,
    Names,
    Rows,
    Shape,
    departures,
)
from tests.contract.table import ROWS

GROUPS = {
    "auth": range(1, 6),
    "users": range(6, 8),
    "service tokens": range(8, 12),
    "direct": range(12, 24),
    "stored": range(24, 32),
    "of charts": range(32, 48),
    "stateless": range(48, 65),
    "meta": range(65, 69),
}
NEVER_REFUSE = {65, 66, 67, 68}
"""Pages for everybody."""
ONLY_401 = {5}
"""What is refused to strangers alone, whom one test sends everywhere."""
DOCUMENTED = {
    **{number: {400, 403, 422} for number in (1,)},
    **{number: {401, 422} for number in (2, 3)},
    4: {422},
    6: {403},
    7: {403},
    8: {403, 422},
    9: {403},
    10: {403, 404},
    11: {401},
    **{number: {422} for number in range(12, 15)},
    **{number: {404, 422} for number in range(15, 24)},
    24: {422},
    25: {422},
    26: {422},
    27: {404},
    28: {404, 422},
    29: {404},
    30: {404, 422},
    31: {404, 422},
    **{number: {404, 422} for number in range(32, 48)},
    42: {400, 404, 422},
    **{number: {422} for number in range(48, 65)},
}
"""Statuses of refusals by operation, besides 401 for strangers."""
by_number = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_there_are_sixty_eight_operations() -> None:
    assert [row.number for row in ROWS] == list(range(1, 69))
    assert sum(len(numbers) for numbers in GROUPS.values()) == 68
    assert {number for numbers in GROUPS.values() for number in numbers} == set(range(1, 69))


def test_no_two_operations_share_a_method_and_a_path() -> None:
    found = Counter((row.method, path) for row in ROWS for path in row.paths)
    assert [one for one, times in found.items() if times > 1] == []


@by_number
def test_every_operation_has_an_answer_and_its_refusals(row: Row) -> None:
    assert row.successes
    expected = DOCUMENTED.get(row.number, set())
    assert {failure.status for failure in row.failures} == expected
    assert bool(expected) == (row.number not in NEVER_REFUSE | ONLY_401)


@by_number
def test_no_two_cases_of_an_operation_have_one_name(row: Row) -> None:
    for cases in (row.successes, row.failures):
        assert [
            what for what, times in Counter(one.what for one in cases).items() if times > 1
        ] == []


@by_number
def test_every_operation_has_a_route_that_asks_for_its_scope(row: Row) -> None:
    for path in row.paths:
        scope = _scopes()[row.method, _unnamed(path)]
        wanted = {Auth.BEARER: "calculations", Auth.ADMIN: "admin"}.get(row.auth)
        assert (scope.value if scope else None) == wanted


def test_both_families_of_chart_paths_are_there() -> None:
    for row in ROWS:
        if 32 <= row.number <= 47:
            assert len(row.paths) == (1 if row.number == 42 else 2)


@pytest.mark.parametrize(
    ("value", "shape", "found"),
    [
        ({"a": 1.5}, {"a": NUMBER}, []),
        ({"a": 1.5, "b": 0}, {"a": NUMBER}, []),
        ({"a": 1.5, "b": 0}, Exactly({"a": NUMBER}), [" has b"]),
        ({}, {"a": NUMBER}, [" lacks a"]),
        ({"a": True}, {"a": NUMBER}, [".a is True, not a number"]),
        ({"a": 1.5}, {"a": WHOLE}, [".a is 1.5, not a whole number"]),
        ({"a": 1}, {"a": FLAG}, [".a is 1, not true or false"]),
        ({"a": None}, {"a": Maybe(NUMBER)}, []),
        ({"a": None}, {"a": NUMBER}, [".a is None, not a number"]),
        ([{"a": "x"}, {}], Rows({"a": SMALL}), [".1 lacks a"]),
        ([{"a": "X"}], Rows({"a": SMALL}), [".0.a is 'X', not a name in small letters"]),
        ([], Rows(NUMBER, least=1), [". has 0 rows"]),
        ([1], Rows(NUMBER, length=12), [". has 1 rows"]),
        ({}, Rows(NUMBER), [". is {}, not a list"]),
        ({"SUN": 1}, Names(NUMBER), []),
        ({"sun": 1}, Names(NUMBER), [" has the name sun"]),
        ({}, Names(NUMBER), [". is {}, not an object with members"]),
        ({"SUN": 1}, Names(NUMBER, ("MOON",)), [" has the names ['SUN'], not ['MOON']"]),
        ([], {}, [". is [], not an object"]),
    ],
)
def test_the_check_finds_what_departs(value: object, shape: Shape, found: list[str]) -> None:
    assert list(departures(value, shape)) == found


@cache
def _scopes() -> Mapping[tuple[str, str], Scope | None]:
    return {(route.method, _unnamed(route.path)): route.scope for route in routes()}


def _unnamed(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)
