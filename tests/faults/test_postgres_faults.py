"""PostgreSQL that stops, comes back and cuts connections, under servers that use it."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.calculations.birth import EXAMPLE
from app.security.secrets import SigningKeys
from app.security.tokens import Claims, Kind, digest_of, issue
from app.storage.postgres import connect_options, dedicated
from tests.faults.processes import eventually
from tests.server import LONG_ENOUGH, SECRET, SERVICE_USER, RunningServer, token
from tests.storage.servers import FULL_DISK, Owner
from tests.web.raw import OWN

CHARTS = "/api/v1/charts"
STORED = "/api/v1/auth/me"
"""Reads what is stored, not only the token."""


@pytest.fixture
def owner() -> Iterator[Owner]:
    """A PostgreSQL server that the servers under test do not own.

    Its directory has a short name, so that it has the same address after a restart.
    """
    with (
        tempfile.TemporaryDirectory(prefix="nocturna-") as directory,
        Owner(Path(directory)) as one,
    ):
        yield one


@pytest.fixture
def first(owner: Owner, tmp_path: Path) -> Iterator[RunningServer]:
    with RunningServer(tmp_path / "first", {"NOCTURNA_DATABASE_URL": owner.dsn}) as running:
        yield running


@pytest.fixture
def second(owner: Owner, tmp_path: Path) -> Iterator[RunningServer]:
    """Another instance on the same database."""
    with RunningServer(tmp_path / "second", {"NOCTURNA_DATABASE_URL": owner.dsn}) as running:
        yield running


def execute(dsn: str, query: str, *arguments: object) -> None:
    async def done() -> None:
        async with dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw:
            await raw.execute("SET search_path = nocturna")
            await raw.execute(query, *arguments)

    asyncio.run(done())


def new_token(dsn: str) -> tuple[str, uuid.UUID]:
    """A service token of the standard account, and its row."""
    number = uuid.uuid4()
    claims = Claims(
        SERVICE_USER, Kind.SERVICE, frozenset({"calculations"}), str(number), None, 0.0, None
    )
    made = issue(SigningKeys(SECRET, (SECRET,)), claims)
    execute(
        dsn,
        "INSERT INTO service_tokens (id, user_id, token_digest, scopes) VALUES ($1, $2, $3, $4)",
        *(number, uuid.UUID(SERVICE_USER), digest_of(made), ["calculations"]),
    )
    return made, number


def asked(server: RunningServer, bearer: str, path: str = STORED) -> requests.Response:
    return server.get(path, scopes=(), headers={"Authorization": f"Bearer {bearer}"})


def charted(server: RunningServer, number: int) -> requests.Response:
    return server.post(OWN, {**EXAMPLE, "latitude": number / 1000})


def circuit(server: RunningServer) -> float:
    return server.metric("nocturna_circuit_state")


def test_a_revocation_reaches_every_instance(
    owner: Owner, first: RunningServer, second: RunningServer
) -> None:
    """Without Redis, by hand, and to servers that remember the token."""
    made, number = new_token(owner.dsn)
    for server in (first, second):
        for _ in range(3):
            assert asked(server, made).status_code == 200
    execute(owner.dsn, "UPDATE service_tokens SET revoked_at = now() WHERE id = $1", number)
    for server in (first, second):
        assert eventually(lambda server=server: asked(server, made).status_code == 401)  # type: ignore[misc]
        assert "revoked" in asked(server, made).json()["error"]["message"]


def test_nothing_remembered_outlives_a_cut_of_the_listening_connection(
    owner: Owner, first: RunningServer
) -> None:
    """The change is made in the very moment in which nobody hears it."""
    for _ in range(5):
        made, number = new_token(owner.dsn)
        assert asked(first, made).status_code == 200
        execute(
            owner.dsn,
            f"""
            DO $$ BEGIN
                PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'nocturna' AND pid <> pg_backend_pid();
                UPDATE nocturna.service_tokens SET revoked_at = now() WHERE id = '{number}';
            END $$
            """,  # noqa: S608 - a number of our own
        )
        assert eventually(lambda made=made: asked(first, made).status_code == 401)  # type: ignore[misc]
        assert eventually(lambda: asked(first, token()).status_code == 200)


def test_without_postgresql_calculations_go_on_and_the_rest_says_so(
    owner: Owner, first: RunningServer
) -> None:
    """And it heals by itself."""
    assert charted(first, 1).status_code == 200
    assert asked(first, token()).status_code == 200
    owner.stop()
    assert eventually(lambda: asked(first, token()).status_code == 503)
    answers = [asked(first, token()) for _ in range(12)]
    for refused in answers:
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.json()["error"]["code"] == "UNAVAILABLE"
    assert {charted(first, number).status_code for number in range(2, 12)} == {200}
    assert eventually(lambda: circuit(first) == 2)
    assert first.get("/health", scopes=()).json() == {"status": "degraded"}
    report = first.get("/health?detail", scopes=()).json()
    assert report["dependencies"]["postgres"] == "unhealthy"

    started = owner.start()
    assert not started.startswith("refused"), started
    assert eventually(lambda: circuit(first) == 0)
    assert eventually(lambda: asked(first, token()).status_code == 200)
    assert eventually(lambda: first.get("/health", scopes=()).json() == {"status": "healthy"})
    outages = [line for line in first.lines if line["message"] == "dependency is out"]
    assert len(outages) <= 3, "one line an outage, not one a request"


def test_a_full_disk_refuses_what_would_be_stored_and_nothing_else(
    owner: Owner, first: RunningServer
) -> None:
    """And the log says why, in one line for all of it."""
    execute(owner.dsn, FULL_DISK.format("charts"))
    for _ in range(12):
        refused = first.post(CHARTS, EXAMPLE)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "60"
        assert refused.json()["error"]["code"] == "UNAVAILABLE"
        assert "no room" in refused.json()["error"]["message"]
        assert first.get(CHARTS).status_code == 200
    assert circuit(first) == 0
    report = first.get("/health?detail", scopes=()).json()
    assert report["status"] == "degraded"
    assert report["dependencies"]["postgres"] == "healthy"
    assert report["dependencies"]["postgres_disk"] == "unhealthy"
    assert first.get("/health/ready", scopes=()).status_code == 200
    told = [line for line in first.lines if line["level"] == "ERROR"]
    assert [line["message"] for line in told] == ["the disk of the database is full"]

    execute(owner.dsn, "DROP TRIGGER full_disk ON charts")
    assert first.post(CHARTS, EXAMPLE).status_code == 201
