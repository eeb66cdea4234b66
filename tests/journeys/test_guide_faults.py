"""Limits, outages and a server that is gone, in the printed clients of the public guide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3

from tests.calculations.asking import NEW_YORK
from tests.calculations.two_births import LONDON
from tests.faults.processes import eventually
from tests.journeys.guide_code import Guide, PatientTime, executed
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.storage.servers import Owner
from tests.web.people import call, data

POSITIONS = "/api/v1/calculations/planetary-positions"
CATALOGUE = "/api/v1/calculations"
QUOTA = 3
LIMITS = {"NOCTURNA_RATE_LIMIT_SERVICE": str(QUOTA), "NOCTURNA_RATE_LIMIT_WINDOW": "86400"}


@pytest.fixture
def guide() -> Guide:
    return executed()


@pytest.fixture
def patient(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> PatientTime:
    """The time that the guide's code lives in."""
    time = PatientTime()
    monkeypatch.setitem(guide.namespace, "time", time)
    return time


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """A PostgreSQL server that the server under test does not own."""
    with Owner(tmp_path_factory.mktemp("database")) as started:
        yield started


@pytest.fixture(scope="module")
def strict(owner: Owner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that takes few requests of a token."""
    environment = {**LIMITS, "NOCTURNA_DATABASE_URL": owner.dsn}
    with RunningServer(tmp_path_factory.mktemp("strict"), environment) as running:
        yield running


def new_token(server: RunningServer) -> str:
    """One that has not been seen yet; the three tests here make as many as the limit allows."""
    made: str = data(call(server, "POST", "/api/v1/auth/admin/service-tokens", {}))["service_token"]
    return made


def chart(client: Any) -> Any:
    return client._make_request("POST", POSITIONS, json=NEW_YORK)["data"]["positions"]


def test_a_limit_is_told_after_the_retries(
    guide: Guide, strict: RunningServer, patient: PatientTime
) -> None:
    client = guide.RobustNocturnaClient(strict.url, new_token(strict))
    assert [len(chart(client)) for _ in range(QUOTA)] == [10] * QUOTA
    assert patient.pauses == []
    with pytest.raises(guide.RateLimitError, match=r"^Rate limit exceeded after retries$"):
        chart(client)
    assert patient.pauses == [1, 2, 4]


def test_the_optimized_client_waits_as_long_as_the_limit_says(
    guide: Guide, strict: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its retries are those of urllib3, which heed Retry-After and send no POST twice."""
    clock = PatientTime()
    monkeypatch.setattr(urllib3.util.retry, "time", clock)
    client = guide.OptimizedNocturnaClient(strict.url, new_token(strict))
    with client.session as session:
        for _ in range(QUOTA):
            reply = session.get(client.api_url + CATALOGUE, timeout=LONG_ENOUGH)
            assert reply.status_code == 200
        with pytest.raises(requests.exceptions.RetryError, match="429"):
            session.get(client.api_url + CATALOGUE, timeout=LONG_ENOUGH)
    assert len(clock.pauses) == 3
    assert min(clock.pauses) > 3600


def test_an_outage_is_told_after_the_retries_and_ends_by_itself(
    guide: Guide, owner: Owner, strict: RunningServer, patient: PatientTime
) -> None:
    """Whether a token that it has never seen is good, the server cannot tell for now."""
    client = guide.RobustNocturnaClient(strict.url, new_token(strict))
    owner.stop()
    with pytest.raises(guide.ServiceUnavailableError, match=r"^Nocturna service unavailable: 503$"):
        chart(client)
    assert patient.pauses == [1, 2, 4]
    started = owner.start()
    assert not started.startswith("refused"), started
    assert eventually(lambda: _answers(guide, client))


def _answers(guide: Guide, client: Any) -> bool:
    try:
        return len(chart(client)) == 10
    except guide.ServiceUnavailableError:
        return False


class WithCharts:
    """What the protected client counts on, and the robust one that it derives from lacks."""

    def calculate_natal_chart(self, birth_data: dict[str, Any]) -> Any:
        client: Any = self
        return client._make_request("POST", POSITIONS, json=birth_data)["data"]


def test_a_server_that_is_gone_opens_the_circuit_until_it_is_back(
    guide: Guide, server: RunningServer, tmp_path: Path, patient: PatientTime
) -> None:
    protected = type("Protected", (guide.ProtectedNocturnaClient, WithCharts), {})
    with RunningServer(tmp_path) as leaving:
        client: Any = protected(leaving.url, token())
        healthy = guide.NocturnaServiceClient(leaving.url, token())
        assert len(client.calculate_natal_chart(NEW_YORK)["positions"]) == 10
        assert healthy.health_check() is True
    assert healthy.health_check() is False
    for _ in range(3):
        with pytest.raises(guide.ServiceUnavailableError, match=r"^Cannot connect to Nocturna"):
            client.calculate_natal_chart(NEW_YORK)
    assert patient.pauses == [1, 2, 4] * 3
    client.api_url = server.url
    with pytest.raises(guide.ServiceUnavailableError, match=r"^Circuit breaker is OPEN$"):
        client.calculate_natal_chart(LONDON)
    patient.now += 31
    assert len(client.calculate_natal_chart(LONDON)["positions"]) == 10
