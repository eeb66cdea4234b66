"""Whose requests count against which limit."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from app.limits.policy import Policy, address_key
from app.security.tokens import Principal
from app.settings import Settings
from app.tiers import Tier

USER = uuid.UUID(int=1)
TOKEN = uuid.UUID(int=2)


def caller(tier: str = "free", token_id: uuid.UUID | None = None) -> Principal:
    return Principal(str(USER), USER, "access", frozenset(), tier, None, token_id)


def policy(**settings: Any) -> Policy:
    names = {f"NOCTURNA_RATE_LIMIT_{name.upper()}": value for name, value in settings.items()}
    return Policy.of(Settings(_env_file=None, **names))


@pytest.mark.parametrize(
    ("tier", "instant", "long"),
    [("free", 100, 10), ("basic", 1000, 100), ("pro", 10_000, 1000), ("unheard-of", 100, 10)],
)
def test_each_tier_has_its_limits(tier: str, instant: int, long: int) -> None:
    limits = policy()
    found = [
        scale.limit_of(caller(tier)) for scale in (limits.calculation, limits.account, limits.long)
    ]
    assert [limit and limit.quota for limit in found] == [instant, instant, long]


def test_no_tier_is_without_limits_of_its_own() -> None:
    limits = policy()
    for scale in (limits.calculation, limits.account, limits.long):
        assert set(scale.tiers) == set(Tier)


def test_a_limit_of_zero_is_none() -> None:
    limits = policy(free=0, auth=0)
    assert limits.calculation.limit_of(caller()) is None
    assert limits.long.limit_of(caller()) is None
    assert limits.address is None


def test_long_work_has_one_request_at_least() -> None:
    limit = policy(free=5).long.limit_of(caller())
    assert limit is not None
    assert limit.quota == 1


def test_service_tokens_have_no_limit_unless_one_is_set() -> None:
    service = caller("free", TOKEN)
    assert policy().calculation.limit_of(service) is None
    limit = policy(service=7).calculation.limit_of(service)
    assert limit is not None
    assert (limit.name, limit.quota) == ("service", 7)


def test_all_tokens_of_a_user_share_and_each_service_token_stands_for_itself() -> None:
    scale = policy().calculation
    assert scale.key_of(caller("free")) == scale.key_of(caller("pro"))
    assert scale.key_of(caller("free", TOKEN)) != scale.key_of(caller("free"))


def test_classes_are_counted_apart() -> None:
    limits = policy()
    keys = {scale.key_of(caller()) for scale in (limits.calculation, limits.account, limits.long)}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::1", True),
        ("", "nonsense", True),
    ],
)
def test_addresses_of_one_customer_share(one: str, other: str, is_same: bool) -> None:  # noqa: FBT001
    assert (address_key(one) == address_key(other)) is is_same
