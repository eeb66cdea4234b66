"""What an end means, and its words."""

from __future__ import annotations

import pytest

from actors.token_monitor.schedule import DAY, is_due, last_time, pause, time_of_day
from actors.token_monitor.states import alert_text
from app.accounts.token_states import state_at

MIDNIGHT = 20_000 * DAY
NINE = MIDNIGHT + 9 * 3600.0
AT_NINE = time_of_day("09:00")


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (7.001, "healthy"),
        (7.0, "expiring_soon"),
        (0.001, "expiring_soon"),
        (0.0, "expired"),
        (-3.0, "expired"),
        (float("inf"), "error"),
        (float("-inf"), "error"),
        (float("nan"), "error"),
    ],
)
def test_the_state_follows_from_the_days_left(days: float, state: str) -> None:
    assert state_at(MIDNIGHT + days * DAY, MIDNIGHT) == state


def test_an_eternal_token_is_unknown() -> None:
    assert state_at(None, MIDNIGHT) == "unknown"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (6.9, "expires in 6 days;"),
        (1.5, "expires in 1 day;"),
        (0.2, "expires in less than a day;"),
        (-0.2, "has expired less than a day ago;"),
        (-1.2, "has expired 1 day ago;"),
        (-9.0, "has expired 9 days ago;"),
    ],
)
def test_an_alert_names_the_days_and_the_cure(days: float, words: str) -> None:
    text = alert_text(MIDNIGHT + days * DAY, MIDNIGHT)
    assert words in text
    assert "make docker-token-renew" in text
    assert "run.py token renew" in text


@pytest.mark.parametrize(
    ("hours", "last"), [(9.0, 9.0), (8.99, -15.0), (23.0, 9.0), (-14.0, -15.0), (33.0, 33.0)]
)
def test_the_last_time_is_that_of_today_or_yesterday(hours: float, last: float) -> None:
    assert last_time(MIDNIGHT + hours * 3600, AT_NINE) == MIDNIGHT + last * 3600


@pytest.mark.parametrize(
    ("looked", "now", "due"),
    [
        (None, NINE, True),
        (NINE - 1, NINE, True),
        (NINE - 1, NINE - 0.5, False),
        (NINE, NINE + 3600, False),
        (NINE, NINE + DAY - 1, False),
        (NINE, NINE + DAY, True),
        (NINE, NINE + 40 * DAY, True),  # the machine slept
        (NINE, NINE - 5 * DAY, True),  # the clock was set back
    ],
)
def test_a_look_is_due_once_the_time_has_come_since_the_last(
    looked: float | None,
    now: float,
    due: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert is_due(looked, now, AT_NINE) is due


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(NINE, 3600.0), (NINE - 60, 60.0), (NINE - 0.01, 1.0), (NINE - 7200, 3600.0)],
)
def test_the_question_is_asked_again_within_the_hour(now: float, seconds: float) -> None:
    assert pause(now, AT_NINE, 3600.0) == pytest.approx(seconds)
