"""How long one waits after failed logins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.accounts.throttle import Limit, network_of, pause, refuse_beyond
from app.accounts.turns import UnderWay
from app.errors import RateLimited
from app.storage.login_attempts import Attempt

LIMIT = Limit(failures=5, window=900.0)
NOW = 1_800_000_000.0


def attempt(at: float, *, succeeded: bool | None = False) -> Attempt:
    return Attempt(succeeded, datetime.fromtimestamp(at, UTC))


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        ([], 0),
        ([NOW] * 4, 0),
        ([NOW] * 5, 30),
        ([NOW - 10] * 5, 20),
        ([NOW - 30] * 5, 0),
        ([NOW] * 6, 60),
        ([NOW] * 7, 120),
        ([NOW] * 8, 240),
        ([NOW] * 9, 480),
        ([NOW] * 10, 900),
        ([NOW] * 40, 900),
        ([NOW] * 400, 900),
    ],
)
def test_the_pause_doubles_with_each_failure_up_to_the_window(
    failures: list[float], seconds: float
) -> None:
    assert pause(LIMIT, failures, NOW) == seconds


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        ([NOW - 900, *[NOW] * 4], 0),
        ([NOW - 899, *[NOW] * 4], 1),
        ([NOW - 890, *[NOW] * 5], 30),
        ([NOW - 895, NOW - 894, *[NOW] * 4], 6),
    ],
)
def test_a_failure_that_is_forgotten_shortens_the_pause(
    failures: list[float], seconds: float
) -> None:
    assert pause(LIMIT, failures, NOW) == seconds


def test_after_the_pause_the_next_attempt_is_allowed_and_not_before() -> None:
    failures = [NOW - 800, NOW - 790, NOW - 3, NOW - 2, NOW - 1, NOW]
    wait = pause(LIMIT, failures, NOW)
    assert pause(LIMIT, failures, NOW + wait) == 0
    assert pause(LIMIT, failures, NOW + wait - 0.001) > 0


def test_what_is_under_way_takes_a_place_for_a_moment() -> None:
    tried = [attempt(NOW, succeeded=None) for _ in range(5)]
    with pytest.raises(UnderWay, match="too many logins of this account") as refused:
        refuse_beyond(LIMIT, tried, NOW, "account")
    assert refused.value.retry_after == 1
    refuse_beyond(LIMIT, tried[:4], NOW, "account")


def test_a_lock_goes_before_what_is_under_way() -> None:
    tried = [attempt(NOW)] * 5 + [attempt(NOW, succeeded=None)] * 5
    with pytest.raises(RateLimited, match="too many failed logins") as refused:
        refuse_beyond(LIMIT, tried, NOW, "account")
    assert not isinstance(refused.value, UnderWay)


def test_after_a_pause_one_at_a_time_may_try() -> None:
    failures = [attempt(NOW - 30) for _ in range(5)]
    refuse_beyond(LIMIT, failures, NOW, "account")
    with pytest.raises(UnderWay) as refused:
        refuse_beyond(LIMIT, [*failures, attempt(NOW, succeeded=None)], NOW, "account")
    assert refused.value.retry_after == 1


def test_an_attempt_that_never_ended_has_failed() -> None:
    with pytest.raises(RateLimited) as refused:
        refuse_beyond(LIMIT, [attempt(NOW - 10, succeeded=None)] * 5, NOW, "account")
    assert refused.value.retry_after == 20


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", None),
        (None, None),
        ("unix", None),
    ],
)
def test_an_address_counts_as_the_network_of_one_customer(
    address: str | None, network: str | None
) -> None:
    assert network_of(address) == network
