"""Tokens of an identity service over HTTP, beside our own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests

from app.calculations.birth import EXAMPLE
from tests.server import SECRET, RunningServer, token
from tests.services.identity_double import IdentityDouble

CHART = "/api/v1/calculations/natal-chart"
STORED = "/api/v1/auth/me"
ADMIN = "/api/auth/admin/verify"
API_KEY = "the-key-of-the-identity-service"
USERS: dict[str, Any] = {
    "ann": {"user_id": "ann", "email": "tests@nocturna.internal", "roles": ["user"]},
    "bob": {"sub": "bob", "roles": "user,editor"},
    "eve": {"user_id": 7, "roles": ["admin"]},
    "nobody": {"user_id": "nobody", "roles": ["guest"]},
    "gone": {"user_id": "gone", "roles": ["admin"], "is_active": False},
}


@pytest.fixture(scope="module", params=["/auth/validate", "/verify"])
def endpoint(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def double() -> Iterator[IdentityDouble]:
    with IdentityDouble(dict(USERS)) as running:
        yield running


@pytest.fixture(scope="module")
def beside(
    double: IdentityDouble, endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server beside an identity service."""
    environment = {
        "NOCTURNA_IDENTITY_SERVICE_URL": double.url + "/",
        "NOCTURNA_IDENTITY_ENDPOINT": endpoint,
        "NOCTURNA_IDENTITY_API_KEY": API_KEY,
        "NOCTURNA_IDENTITY_CACHE_SECONDS": "600",
        "NOCTURNA_LOG_LEVEL": "DEBUG",
    }
    with RunningServer(tmp_path_factory.mktemp("beside"), environment) as running:
        yield running


def get(server: RunningServer, path: str, presented: str) -> requests.Response:
    return server.get(path, headers={"Authorization": f"Bearer {presented}"}, scopes=())


def chart(server: RunningServer, presented: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {presented}"}
    return server.post(CHART, EXAMPLE, headers=headers, scopes=())


def test_a_user_of_the_service_gets_calculations(beside: RunningServer) -> None:
    response = chart(beside, "ann")
    assert response.status_code == 200
    assert response.json() == {
        **chart(beside, token()).json(),
        "meta": response.json()["meta"],
    }


def test_a_user_of_the_service_owns_an_account(beside: RunningServer) -> None:
    ann, bob = (get(beside, STORED, name).json()["data"] for name in ("ann", "bob"))
    assert (ann["username"], ann["email"], ann["scopes"]) == (
        "identity:ann",
        None,
        ["calculations"],
    )
    assert bob["username"] == "identity:bob"
    assert ann["id"] != bob["id"]
    assert get(beside, STORED, "ann").json()["data"] == ann


def test_an_address_claimed_elsewhere_opens_no_account_of_ours(beside: RunningServer) -> None:
    ours = get(beside, STORED, token()).json()["data"]
    assert ours["email"] == USERS["ann"]["email"]
    assert get(beside, STORED, "ann").json()["data"]["id"] != ours["id"]


def test_roles_decide_what_is_open(beside: RunningServer) -> None:
    assert get(beside, ADMIN, "eve").status_code == 200
    refused = get(beside, ADMIN, "ann")
    assert refused.status_code == 403
    assert "Admin privileges required" in refused.json()["detail"]
    assert "actors" in get(beside, "/health?detail", "eve").json()
    assert "actors" not in get(beside, "/health?detail", "ann").json()


def test_a_user_without_a_role_that_counts_may_do_nothing(beside: RunningServer) -> None:
    assert chart(beside, "nobody").status_code == 403
    assert get(beside, STORED, "nobody").status_code == 403


@pytest.mark.parametrize("presented", ["an-unknown-one", "gone", "a.b.c"])
def test_what_the_service_refuses_is_401(beside: RunningServer, presented: str) -> None:
    for response in (chart(beside, presented), get(beside, STORED, presented)):
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "AUTHENTICATION_ERROR"
        assert "not valid" in response.json()["detail"]
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert presented not in response.text


def test_a_token_that_has_expired_is_401_and_not_asked_for(
    beside: RunningServer, double: IdentityDouble
) -> None:
    before = double.calls
    old = jwt.encode({"sub": "ann", "exp": int(time.time()) - 1}, "o" * 32, "HS256")
    response = chart(beside, old)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "TOKEN_EXPIRED")
    assert double.calls == before


def test_our_own_tokens_are_no_business_of_the_service(
    beside: RunningServer, double: IdentityDouble
) -> None:
    before = double.calls
    assert chart(beside, token()).status_code == 200
    assert get(beside, ADMIN, token("admin")).status_code == 200
    assert chart(beside, token(now=1.0)).status_code == 401
    assert double.calls == before


def test_our_own_key_opens_nothing_while_the_service_is_there(beside: RunningServer) -> None:
    """It would be the service's to say so."""
    claims = {"sub": "ann", "exp": int(time.time()) + 60, "roles": ["admin"]}
    assert get(beside, ADMIN, jwt.encode(claims, SECRET, "HS256")).status_code == 401


def test_many_requests_are_one_question(beside: RunningServer, double: IdentityDouble) -> None:
    double.users["often"] = {"user_id": "often", "roles": ["user"]}
    before = double.calls
    for _ in range(20):
        assert chart(beside, "often").status_code == 200
    assert double.calls - before <= 1
    assert double.asked[-1].headers["X-API-Key"] == API_KEY


def test_the_service_is_a_dependency_by_its_name(beside: RunningServer) -> None:
    told = beside.get("/health?detail", scopes=()).json()["dependencies"]
    assert told["identity-service"] == "healthy"


def test_without_a_service_its_tokens_are_401(server: RunningServer) -> None:
    assert chart(server, "ann").status_code == 401
    told = server.get("/health?detail", scopes=()).json()["dependencies"]
    assert "identity-service" not in told


def test_no_token_key_or_address_is_in_a_log_line(
    beside: RunningServer, double: IdentityDouble
) -> None:
    secret = "do-not-write-me-down"  # noqa: S105 - opens nothing
    assert chart(beside, secret).status_code == 401
    lines = json.dumps(beside.lines)
    for text in (secret, API_KEY, double.url, USERS["ann"]["email"]):
        assert text not in lines
