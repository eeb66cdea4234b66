from __future__ import annotations

import pytest

from actors.runtime.errors import ActorError, AskTimeout, RestartsExhausted, describe


def test_an_error_is_described_by_type_and_place_only() -> None:
    with pytest.raises(ValueError, match="personal") as caught:
        raise ValueError("personal data")
    line = caught.tb.tb_lineno
    assert describe(caught.value) == f"ValueError at runtime/test_errors.py:{line}"


def test_an_error_never_raised_is_described_by_its_type() -> None:
    assert describe(ValueError("personal data")) == "ValueError"


def test_ask_timeout_is_caught_as_a_timeout_and_as_an_actor_error() -> None:
    error = AskTimeout("pool", 2.0)
    assert isinstance(error, TimeoutError)
    assert isinstance(error, ActorError)
    assert (str(error), error.actor, error.within) == (
        "pool did not answer within 2 s",
        "pool",
        2.0,
    )


def test_restarts_exhausted_counts_in_words() -> None:
    assert "crashed once within" in str(RestartsExhausted("pool", 1, 60.0, "OSError"))
    assert "crashed 11 times within" in str(RestartsExhausted("pool", 11, 60.0, "OSError"))
