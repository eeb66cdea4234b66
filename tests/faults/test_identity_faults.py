"""An identity service that fails, under a server that asks it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from app.calculations.birth import EXAMPLE
from app.storage.postgres import connect_options, dedicated
from tests.faults.processes import eventually
from tests.server import LONG_ENOUGH, SECRET, RunningServer, token
from tests.services.identity_double import Fault, IdentityDouble, hang, huge, reset, status, text
from tests.storage.servers import Owner

CHART = "/api/v1/calculations/natal-chart"
STORED = "/api/v1/auth/me"
NAME = "identity-service"
IMPATIENT = {
    "NOCTURNA_OUTBOUND_RETRIES": "0",
    "NOCTURNA_CIRCUIT_RECOVERY_TIMEOUT": "1",
    "NOCTURNA_IDENTITY_CACHE_SECONDS": "600",
}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def double() -> Iterator[IdentityDouble]:
    with IdentityDouble() as running:
        yield running


def serving(
    double: IdentityDouble, directory: Path, environment: dict[str, str] | None = None
) -> RunningServer:
    """A server that asks it once, and soon again after an outage."""
    address = {"NOCTURNA_IDENTITY_SERVICE_URL": double.url}
    return RunningServer(directory, {**address, **IMPATIENT, **(environment or {})})


@pytest.fixture(scope="module")
def running(
    double: IdentityDouble, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    with serving(double, tmp_path_factory.mktemp("beside")) as started:
        yield started


@pytest.fixture
def server(running: RunningServer, double: IdentityDouble) -> Iterator[RunningServer]:
    """A server whose identity service is well and has never failed, before the test."""
    double.fault = None
    forgotten = running.post(f"/api/v1/admin/circuits/{NAME}/reset", {}, scopes=("admin",))
    assert forgotten.status_code == 200
    yield running
    double.fault = None


def new_user(double: IdentityDouble) -> str:
    """The token of somebody whom the server has not met."""
    name = f"user-{next(_numbers)}"
    double.users[name] = {"user_id": name, "roles": ["user"]}
    return name


def get(server: RunningServer, presented: str, path: str = STORED) -> requests.Response:
    return server.get(path, headers={"Authorization": f"Bearer {presented}"}, scopes=())


def chart(server: RunningServer, presented: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {presented}"}
    return server.post(CHART, EXAMPLE, headers=headers, scopes=())


def calls(server: RunningServer, outcome: str) -> float:
    """The calls of the identity service that ended so."""
    names = ("service_requests_total{", f'service="{NAME}"', f'outcome="{outcome}"')
    lines = server.get("/metrics", scopes=()).text.splitlines()
    found = [line for line in lines if all(name in line for name in names)]
    return sum(float(line.rpartition(" ")[2]) for line in found)


def health(server: RunningServer) -> str:
    """What /health tells of the identity service."""
    told = server.get("/health?detail", scopes=()).json()["dependencies"]
    return str(told[NAME])


@pytest.mark.parametrize(
    "fault",
    [status(500), status(503), reset, huge, text("<p>Hello</p>")],
    ids=["500", "503", "reset", "huge", "garbage"],
)
def test_while_it_fails_its_tokens_are_503_and_ours_go_on(
    double: IdentityDouble, server: RunningServer, fault: Fault
) -> None:
    double.fault = fault
    _assert_ours_go_on_alone(double, server)


def test_while_it_hangs_its_tokens_are_503_and_ours_go_on(tmp_path: Path) -> None:
    """At a server of its own: one that waits as short as this finds every slow machine hanging."""
    impatient = {"NOCTURNA_OUTBOUND_READ_TIMEOUT": "0.3"}
    with (
        IdentityDouble(fault=hang) as double,
        serving(double, tmp_path, impatient) as server,
    ):
        _assert_ours_go_on_alone(double, server)


def _assert_ours_go_on_alone(double: IdentityDouble, server: RunningServer) -> None:
    for response in (get(server, new_user(double)), chart(server, new_user(double))):
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "UNAVAILABLE"
        assert "Identity service unavailable; try again in" in response.json()["detail"]
        assert int(response.headers["Retry-After"]) >= 1
    assert chart(server, token()).status_code == 200
    assert get(server, token()).status_code == 200


def test_its_circuit_opens_and_closes_by_itself(
    double: IdentityDouble, server: RunningServer
) -> None:
    failed = calls(server, "failure")
    double.fault = status(500)
    for _ in range(5):
        assert get(server, new_user(double)).status_code == 503
    assert calls(server, "failure") == failed + 5
    assert health(server) == "unhealthy"
    assert eventually(
        lambda: get(server, new_user(double)).status_code == 503 and calls(server, "rejected") >= 1
    )
    assert chart(server, token()).status_code == 200
    double.fault = None
    assert eventually(lambda: get(server, new_user(double)).status_code == 200)
    assert health(server) == "healthy"
    assert calls(server, "success") >= 1


def test_who_was_verified_is_served_while_it_is_down(
    double: IdentityDouble, server: RunningServer
) -> None:
    user = new_user(double)
    assert get(server, user).status_code == 200
    double.fault = status(500)
    assert get(server, user).status_code == 200
    assert chart(server, user).status_code == 200


def test_our_own_key_stands_in_where_that_is_set(double: IdentityDouble, tmp_path: Path) -> None:
    claims: dict[str, Any] = {"sub": "ann", "exp": int(time.time()) + 600, "roles": ["user"]}
    good = jwt.encode(claims, SECRET, "HS256")
    foreign = jwt.encode(claims, "o" * 32, "HS256")
    double.fault = status(500)
    with serving(double, tmp_path, {"NOCTURNA_IDENTITY_FALLBACK": "local"}) as server:
        assert get(server, good).json()["data"]["username"] == "identity:ann"
        assert chart(server, good).status_code == 200
        assert get(server, foreign).status_code == 503
        told = [line for line in server.lines if "our own keys" in line["message"]]
        double.fault = None
    assert len(told) == 1


def test_who_is_closed_here_is_refused_at_once(
    double: IdentityDouble, server: RunningServer
) -> None:
    user, before = new_user(double), double.calls
    assert get(server, user).status_code == 200
    asyncio.run(_close_account(server, user))
    assert eventually(lambda: get(server, user).status_code == 401)
    assert chart(server, user).status_code == 401
    assert double.calls == before + 1


def test_without_a_database_its_users_still_get_calculations(
    double: IdentityDouble, tmp_path: Path
) -> None:
    with Owner(tmp_path / "database") as owner:
        environment = {"NOCTURNA_DATABASE_URL": owner.dsn}
        with serving(double, tmp_path / "server", environment) as server:
            owner.stop()
            newcomer = new_user(double)
            assert eventually(lambda: chart(server, newcomer).status_code == 200)
            refused = get(server, newcomer)
            assert refused.status_code == 503
            assert int(refused.headers["Retry-After"]) >= 1


def test_an_address_that_cannot_be_used_ends_the_start(
    double: IdentityDouble, tmp_path: Path
) -> None:
    name = "NOCTURNA_IDENTITY_SERVICE_URL"
    server = serving(double, tmp_path, {name: "http://user:password@identity:8001"})
    with pytest.raises(RuntimeError, match=name) as caught, server:
        pass
    assert server.wait() == 1
    assert "password@" not in str(caught.value)


async def _close_account(server: RunningServer, subject: str) -> None:
    async with (
        server.database() as dsn,
        dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw,
    ):
        await raw.execute("UPDATE users SET is_active = false WHERE external_subject = $1", subject)
