"""What a refusal repeats of a rejected value: in its message, and as JSON in its details."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from app.errors import LONGEST_ECHO, NOT_TOLD, InvalidInput
from app.wire import decode, failure


class Side(StrEnum):
    LEFT = "left"


def refused(value: Any) -> tuple[str, Any]:
    """The message of a refusal, and what it tells twice of the value."""
    told = decode(b"{%b}" % failure(InvalidInput.of("field", "right", value)))
    got = told["error"]["details"]["errors"][0]["got"]
    assert told["detail"][0]["input"] == got
    return told["error"]["message"].removeprefix("field must be right, got "), got


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (0.30000000000000004, "0.30000000000000004"),
        (-1.7976931348623157e308, "-1.7976931348623157e+308"),
        ("Zürich", "'Zürich'"),
        ("", "''"),
        (Side.LEFT, "'left'"),
        ([], "[]"),
        ({}, "{}"),
        (["nope"], '["nope"]'),
        ([None, True, {"a": "Zürich"}], '[null, true, {"a": "Zürich"}]'),
    ],
)
def test_a_short_value_is_told_as_json_has_it(value: Any, words: str) -> None:
    assert refused(value) == (words, value)


def test_a_long_text_is_cut_and_has_no_quotes() -> None:
    words, got = refused("long " * 100)
    assert got == f"{('long ' * 100)[:61]}..."
    assert (words[0], words[-4:], len(words)) == ("'", "...'", LONGEST_ECHO)


@pytest.mark.parametrize("value", [["nope"] * 100, {"a": ["nope"] * 100}])
def test_of_a_large_list_or_object_the_beginning_is_told_as_text(value: Any) -> None:
    words, got = refused(value)
    assert got == words
    assert (words[-3:], len(words)) == ("...", LONGEST_ECHO)


@pytest.mark.parametrize(
    ("value", "words", "told"),
    [
        ("half \ud83c", "'half \\ud83c'", "half \\ud83c"),
        (["half \ud83c"], '["half \\ud83c"]', '["half \\ud83c"]'),
        (10**30, str(10**30), str(10**30)),
        ([10**30], str([10**30]), str([10**30])),
        (float("inf"), "inf", "inf"),
    ],
)
def test_what_an_answer_cannot_hold_is_told_as_text(value: Any, words: str, told: str) -> None:
    assert refused(value) == (words, told)


def test_a_secret_is_not_told() -> None:
    assert refused(NOT_TOLD) == ("field must be right", None)
