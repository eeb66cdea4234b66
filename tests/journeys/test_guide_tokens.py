"""Tokens of every kind in the clients of the public integration guide, which run as printed."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.calculations.asking import NEW_YORK
from tests.journeys.guide_code import Guide, PatientTime, executed
from tests.server import LONG_ENOUGH, ROOT, RunningServer, token
from tests.web.people import call, data

POSITIONS = "/api/v1/calculations/planetary-positions"
TOKENS = "/api/v1/auth/admin/service-tokens"
LONG_AGO = 1_700_000_000.0
EXPIRED = token(now=LONG_AGO)
RENEW = "Please renew with: make docker-token-renew"


@pytest.fixture
def guide() -> Guide:
    return executed()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that makes tokens without an end, and ends one as soon as it has a successor."""
    environment = {
        "NOCTURNA_ALLOW_ETERNAL_TOKENS": "true",
        "NOCTURNA_SERVICE_TOKEN_OVERLAP_HOURS": "0",
    }
    with RunningServer(tmp_path_factory.mktemp("lasting"), environment) as running:
        yield running


@pytest.fixture
def patient(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> PatientTime:
    """The time that the guide's code lives in."""
    time = PatientTime()
    monkeypatch.setitem(guide.namespace, "time", time)
    return time


def made(server: RunningServer, **wanted: Any) -> dict[str, Any]:
    """A new service token and its row."""
    told: dict[str, Any] = data(call(server, "POST", TOKENS, wanted))
    return told


def revoked(server: RunningServer) -> str:
    """A token that was good a moment ago."""
    issued = made(server)
    secret: str = issued["service_token"]
    assert call(server, "POST", POSITIONS, NEW_YORK, secret).status_code == 200
    data(call(server, "DELETE", f"{TOKENS}/{issued['token_id']}"))
    return secret


def refusal(guide: Guide, server: RunningServer, presented: str, **body: Any) -> Exception:
    """What the robust client raises."""
    client = guide.RobustNocturnaClient(server.url, presented)
    with pytest.raises(guide.NocturnaAPIError) as caught:
        client._make_request("POST", POSITIONS, json={**NEW_YORK, **body})
    error: Exception = caught.value
    return error


def test_an_expired_token_is_told_from_a_wrong_one(
    guide: Guide, server: RunningServer, patient: PatientTime
) -> None:
    error = refusal(guide, server, EXPIRED)
    assert type(error) is guide.TokenExpiredError
    assert str(error) == f"Service token has expired. {RENEW}"
    assert patient.pauses == []


def test_so_is_one_that_its_renewal_has_ended(guide: Guide, lasting: RunningServer) -> None:
    """What is signed into it says a later end."""
    old = made(lasting)
    data(call(lasting, "POST", f"{TOKENS}/{old['token_id']}/rotate"))
    assert type(refusal(guide, lasting, old["service_token"])) is guide.TokenExpiredError


def test_the_command_that_it_names_is_there() -> None:
    assert re.search(r"^docker-token-renew:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("presented", ["nonsense", "a.b.c", f"{token()}x"])
def test_a_wrong_token_fails_to_authenticate_at_once(
    guide: Guide, server: RunningServer, patient: PatientTime, presented: str
) -> None:
    error = refusal(guide, server, presented)
    assert type(error) is guide.NocturnaAPIError
    assert str(error).startswith("Authentication failed: the token is")
    assert patient.pauses == []


def test_so_does_a_revoked_one(guide: Guide, server: RunningServer) -> None:
    error = refusal(guide, server, revoked(server))
    assert type(error) is guide.NocturnaAPIError
    assert re.match("Authentication failed: the token .* revoked", str(error))


def test_a_token_without_the_scope_is_told_which_one_it_lacks(
    guide: Guide, server: RunningServer
) -> None:
    error = refusal(guide, server, token("admin"))
    assert type(error) is guide.NocturnaAPIError
    assert re.match("API error 403: .*scope calculations", str(error))


def test_a_wrong_birth_is_told_in_the_words_of_the_server(
    guide: Guide, server: RunningServer
) -> None:
    said = call(server, "POST", POSITIONS, {**NEW_YORK, "latitude": 97.2}, token()).json()
    error = refusal(guide, server, token(), latitude=97.2)
    assert str(error) == f"API error 422: {said['error']['message']}"
    assert "latitude" in str(error)


@pytest.mark.parametrize("presented", ["nonsense", EXPIRED])
def test_a_bad_token_is_not_healthy(guide: Guide, server: RunningServer, presented: str) -> None:
    assert guide.NocturnaServiceClient(server.url, presented).health_check() is False


def test_a_revoked_token_is_not_healthy(guide: Guide, server: RunningServer) -> None:
    assert guide.NocturnaServiceClient(server.url, revoked(server)).health_check() is False


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"days": 30}, {"status": "healthy", "days_left": 29}),
        ({"days": 8}, {"status": "expiring_soon", "days_left": 7}),
        ({"days": 5}, {"status": "expiring_soon", "days_left": 4}),
        ({"days": 1}, {"status": "expired", "days_left": 0}),
        ({"eternal": True}, {"status": "unknown", "error": "No expiration in token"}),
    ],
)
def test_the_health_checker_reads_the_end_of_a_token(
    guide: Guide, lasting: RunningServer, wanted: dict[str, Any], expected: dict[str, Any]
) -> None:
    client = guide.NocturnaServiceClient(lasting.url, made(lasting, **wanted)["service_token"])
    assert client.health_check() is True
    assert guide.HealthChecker(client).check_token_expiration() == expected


def test_the_health_checker_knows_an_expired_token(guide: Guide, server: RunningServer) -> None:
    client = guide.NocturnaServiceClient(server.url, EXPIRED)
    found = guide.HealthChecker(client).check_token_expiration()
    assert found["status"] == "expired"
    assert found["days_left"] < 0


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow")
@pytest.mark.parametrize(("days", "status"), [(30, "healthy"), (5, "degraded")])
async def test_the_health_page_of_the_guide_tells_how_this_server_fares(
    guide: Guide, server: RunningServer, monkeypatch: pytest.MonkeyPatch, days: int, status: str
) -> None:
    """It needs a client and a stopwatch, which the guide leaves to its reader."""
    client = guide.NocturnaServiceClient(server.url, made(server, days=days)["service_token"])
    monkeypatch.setitem(guide.namespace, "nocturna_client", client)
    monkeypatch.setattr(
        guide.HealthChecker, "_measure_response_time", lambda _: 0.01, raising=False
    )
    page = await guide.health_check()
    assert page["status"] == status
    assert page["services"]["nocturna_api"]["status"] == "healthy"


def alerts(guide: Guide, server: RunningServer, presented: str) -> list[str]:
    """What the token monitor tells whoever looks after a token."""
    told: list[str] = []
    client = guide.NocturnaServiceClient(server.url, presented)
    guide.TokenMonitor(client, told.append).check_token_expiry()
    return told


def test_the_monitor_is_quiet_about_a_token_that_lasts(guide: Guide, server: RunningServer) -> None:
    assert alerts(guide, server, made(server)["service_token"]) == []


def test_the_monitor_asks_for_a_renewal_in_time(guide: Guide, server: RunningServer) -> None:
    told = alerts(guide, server, made(server, days=5)["service_token"])
    assert told == [f"Nocturna service token expires in 4 days. {RENEW}"]


def test_the_monitor_looks_every_day(
    guide: Guide, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread sleeps an hour between looks at the clock; here the day comes in the first."""
    told: list[str] = []
    client = guide.NocturnaServiceClient(server.url, made(server, days=5)["service_token"])
    monitor = guide.TokenMonitor(client, told.append)
    hours: list[float] = []
    asleep, awake = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        hours.append(seconds)
        if len(hours) == 1:
            awake.wait(LONG_ENOUGH)
            return
        monitor.stop_monitoring()
        asleep.set()

    monkeypatch.setitem(guide.namespace, "time", SimpleNamespace(sleep=sleep))
    try:
        monitor.start_monitoring()
        (job,) = guide.schedule.get_jobs()
        assert (job.unit, str(job.at_time)) == ("days", "09:00:00")
        job.next_run = guide.datetime(2000, 1, 1)
        awake.set()
        assert asleep.wait(LONG_ENOUGH)
    finally:
        guide.schedule.clear()
    assert len(told) == 1
    assert hours == [3600, 3600]


class Configuration(dict[str, str]):
    """The reader's configuration, as the guide uses one."""

    set = dict[str, str].__setitem__


def test_a_renewed_token_takes_the_place_of_the_old_one(
    guide: Guide, server: RunningServer
) -> None:
    """The guide leaves it to its reader how the new token is fetched."""
    first = made(server, days=5)

    def fetched(_: Any) -> str:
        path = f"{TOKENS}/{first['token_id']}/rotate"
        secret: str = data(call(server, "POST", path))["service_token"]
        return secret

    config = Configuration(
        NOCTURNA_API_URL=server.url, NOCTURNA_SERVICE_TOKEN=first["service_token"]
    )
    renewing = type(
        "Renewing", (guide.ConfigurableNocturnaClient,), {"_fetch_new_token_from_nocturna": fetched}
    )
    configurable: Any = renewing(config)
    before = configurable.client
    assert configurable.client is before
    configurable.refresh_token()
    after = configurable.client
    assert after.service_token == config["NOCTURNA_SERVICE_TOKEN"] != before.service_token
    for client in (before, after):  # the old one goes on for a while
        assert client._make_request("POST", POSITIONS, json=NEW_YORK)["success"] is True
