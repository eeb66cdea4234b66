"""What callers are told of their limits, and what happens beyond them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from multidict import CIMultiDict

from app.calculations.birth import EXAMPLE
from app.errors import RateLimited
from app.limits.policy import Policy
from app.limits.windows import Windows
from app.security.tokens import Principal
from app.settings import Settings
from app.web.cors import EXPOSED
from app.web.limits import Limits, mark, too_many
from app.web.routing import RouteClass
from tests.server import LASTING_WINDOW, LONG_ENOUGH, RunningServer
from tests.web.people import Person, person

START = 1_800_000_000.0
USER = uuid.UUID(int=1)
FREE = Principal(str(USER), USER, "access", frozenset(), "free", None)
FAMILIES = {
    *("RateLimit-Policy", "RateLimit"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
}
CHART, LONG = "/api/v1/calculations/natal-chart", "/api/v1/calculations/transit-search"
BUNDLE = "/api/v1/calculations"
NOTHING: dict[str, Any] = {}


def limits(**settings: Any) -> Limits:
    names = {f"NOCTURNA_RATE_LIMIT_{name.upper()}": value for name, value in settings.items()}
    policy = Policy.of(Settings(_env_file=None, **names))
    return Limits(policy, Windows(60, 100), lambda: START + 18.0)


def test_both_families_tell_what_is_left() -> None:
    counting, headers = limits(), CIMultiDict[str]()
    verdict = counting.take(FREE, "", RouteClass.CALCULATION)
    assert verdict is not None
    mark(headers, verdict)
    assert dict(headers) == {
        "RateLimit-Policy": '"free";q=100;w=60',
        "RateLimit": '"free";r=99;t=42',
        "X-RateLimit-Limit": "100",
        "X-RateLimit-Remaining": "99",
        "X-RateLimit-Reset": str(int(START) + 60),
    }


def test_a_refusal_says_the_limit_the_window_and_when_to_come_back() -> None:
    counting = limits(free=1)
    counting.take(FREE, "", RouteClass.ACCOUNT)
    verdict = counting.take(FREE, "", RouteClass.ACCOUNT)
    assert verdict is not None
    assert not verdict.allowed
    refusal = too_many(verdict)
    assert (refusal.status, refusal.code, refusal.retry_after) == (429, "RATE_LIMITED", 102)
    assert "'free-account' allows 1 requests in 60 s" in refusal.message
    assert "try again in 102 s" in refusal.message
    assert refusal.details == {"limit": 1, "window": 60, "retry_after": 102}


def test_pages_and_callers_without_a_token_are_not_counted_by_user() -> None:
    counting = limits()
    assert counting.take(FREE, "", RouteClass.OPEN) is None
    assert counting.take(None, "", RouteClass.CALCULATION) is None


def test_logging_in_counts_by_address() -> None:
    counting = limits(auth=1)
    verdicts = [
        counting.take(None, address, RouteClass.AUTH)
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]
    assert [verdict and verdict.allowed for verdict in verdicts] == [True, False, True]


def test_refused_tokens_count_by_address_and_apart_from_attempts_to_log_in() -> None:
    counting = limits(auth=2)
    for _ in range(2):
        counting.require_trust("192.0.2.1")
        counting.count_refused("192.0.2.1")
    with pytest.raises(RateLimited, match="'auth' allows 2 requests") as refused:
        counting.require_trust("192.0.2.1")
    assert refused.value.retry_after
    counting.require_trust("192.0.2.2")
    entering = counting.take(None, "192.0.2.1", RouteClass.AUTH)
    assert entering is not None
    assert entering.remaining == 1


def test_without_a_limit_refused_tokens_are_not_counted() -> None:
    counting = limits(auth=0)
    for _ in range(1000):
        counting.count_refused("192.0.2.1")
    counting.require_trust("192.0.2.1")


def test_classes_are_counted_apart() -> None:
    counting = limits(free=1)
    asked = [
        (RouteClass.CALCULATION, False),
        (RouteClass.CALCULATION, True),
        (RouteClass.ACCOUNT, False),
    ]
    verdicts = [counting.take(FREE, "", *one) for one in asked]
    assert all(verdict is not None and verdict.allowed for verdict in verdicts)


def test_browsers_may_read_every_header() -> None:
    assert set(EXPOSED.split(", ")) >= FAMILIES | {"Idempotency-Replayed"}


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One that allows little, in a window that lasts."""
    environment = {
        "NOCTURNA_RATE_LIMIT_FREE": "8",
        "NOCTURNA_RATE_LIMIT_LONG_SHARE": "4",
        "NOCTURNA_RATE_LIMIT_AUTH": "12",
        "NOCTURNA_RATE_LIMIT_WINDOW": str(LASTING_WINDOW),
        "NOCTURNA_TRUSTED_PROXIES": "127.0.0.1",
    }
    with RunningServer(tmp_path_factory.mktemp("strict"), environment) as running:
        yield running


def statuses(caller: Person, path: str, times: int) -> list[int]:
    return [caller.call("POST", path, EXAMPLE).status_code for _ in range(times)]


def test_beyond_the_limit_is_429_in_the_envelope_with_all_headers(
    strict_server: RunningServer,
) -> None:
    caller = person(strict_server)
    assert statuses(caller, CHART, 8) == [200] * 8
    refused = caller.call("POST", CHART, EXAMPLE)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "RATE_LIMITED"
    assert refused.headers.keys() >= FAMILIES
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert int(refused.headers["Retry-After"]) >= 1
    assert int(refused.headers["X-RateLimit-Reset"]) > time.time()


def test_a_bundle_counts_as_often_as_it_computes_or_not_at_all(
    strict_server: RunningServer,
) -> None:
    caller = person(strict_server)

    def bundled(*parts: str) -> requests.Response:
        return caller.call("POST", BUNDLE, {**EXAMPLE, "calculations": list(parts)})

    answers = [
        bundled("positions", "aspects", "houses"),
        bundled("positions", "positions", "POSITIONS"),
        bundled("aspects", "houses"),
        bundled("positions", "aspects", "houses"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    left = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert left == ["5", "4", "2", "0"]
    assert answers[-1].json()["error"]["code"] == "RATE_LIMITED"
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert statuses(caller, CHART, 3) == [200, 200, 429]


def test_long_work_and_the_account_have_limits_of_their_own(strict_server: RunningServer) -> None:
    caller = person(strict_server)
    assert statuses(caller, CHART, 9)[-1] == 429
    answers = [caller.call("POST", LONG, NOTHING) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert answers[0].headers["RateLimit-Policy"] == f'"free-long";q=2;w={LASTING_WINDOW}'
    mine = caller.call("GET", "/api/v1/auth/me")
    assert mine.status_code == 200
    assert mine.headers["RateLimit-Policy"] == f'"free-account";q=8;w={LASTING_WINDOW}'


def test_a_service_token_has_no_limit_and_no_headers(strict_server: RunningServer) -> None:
    answers = [strict_server.post(CHART, EXAMPLE) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    assert FAMILIES.isdisjoint(answers[-1].headers)


def test_attempts_to_log_in_count_by_the_address_that_a_trusted_proxy_tells(
    strict_server: RunningServer,
) -> None:
    def refresh(address: str) -> int:
        return requests.post(
            f"{strict_server.url}/api/v1/auth/refresh",
            json={"refresh_token": "nonsense"},
            headers={"X-Forwarded-For": address},
            timeout=LONG_ENOUGH,
        ).status_code

    assert [refresh("192.0.2.7") for _ in range(13)][-1] == 429
    assert refresh("192.0.2.8") != 429


def test_beyond_the_limit_of_refused_tokens_an_address_is_served_for_known_ones_alone(
    strict_server: RunningServer,
) -> None:
    caller, other = person(strict_server), person(strict_server)

    def asked(address: str, presented: str | None) -> requests.Response:
        bearer = {} if presented is None else {"Authorization": f"Bearer {presented}"}
        return requests.get(
            f"{strict_server.url}/api/v1/auth/me",
            headers={"X-Forwarded-For": address, **bearer},
            timeout=LONG_ENOUGH,
        )

    bad, good = "192.0.2.66", caller.access_token
    assert asked(bad, good).status_code == 200
    answers = [asked(bad, f"not.a.token{number}") for number in range(13)]
    assert [answer.status_code for answer in answers] == [401] * 12 + [429]
    assert answers[-1].json()["error"]["code"] == "RATE_LIMITED"
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert asked(bad, good).status_code == 200
    assert asked(bad, None).status_code == 401
    assert asked(bad, other.access_token).status_code == 429
    assert asked("192.0.2.67", other.access_token).status_code == 200
    assert asked("192.0.2.67", "not.a.token").status_code == 401


def test_45_people_register_and_log_in_from_one_address_at_once(tmp_path: Path) -> None:
    """With the defaults, as a club's members do on its first evening."""
    with RunningServer(tmp_path) as server:
        for number in range(45):
            name = f"member-{number}"
            made = requests.post(
                f"{server.url}/api/auth/register",
                json={"email": f"{name}@example.com", "username": name, "password": "club-evening"},
                timeout=LONG_ENOUGH,
            )
            assert made.status_code == 200, made.text
            entered = requests.post(
                f"{server.url}/api/auth/login",
                data={"username": f"{name}@example.com", "password": "club-evening"},
                timeout=LONG_ENOUGH,
            )
            assert entered.status_code == 200, entered.text
