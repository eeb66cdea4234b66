"""The clients of the public integration guide, as printed, at work against a server of ours."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import structlog
from prometheus_client import REGISTRY

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, ask
from tests.calculations.two_births import LONDON
from tests.journeys.guide_code import Guide, executed, logging_restored
from tests.redis_server import RedisServer, redis_server  # noqa: F401
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.web.people import person

POSITIONS = "/api/v1/calculations/planetary-positions"
ASPECTS = {
    "planets": ["SUN", "MOON", "MERCURY", "VENUS", "MARS"],
    "aspects": ["CONJUNCTION", "OPPOSITION", "TRINE", "SQUARE", "SEXTILE"],
}
A_DAY = 86_400


@pytest.fixture
def guide() -> Guide:
    return executed()


@pytest.fixture
def client(guide: Guide, server: RunningServer) -> Iterator[Any]:
    """The plain synchronous client."""
    made = guide.NocturnaClient(server.url, token())
    yield made
    made.session.close()


def positions(birth: dict[str, Any], ephemeris: SwissAlmanac) -> list[dict[str, Any]]:
    """Sun to Pluto as the calculation itself places them, without a server."""
    found: list[dict[str, Any]] = ask("planetary-positions", birth, ephemeris).data["positions"]
    return found


def births(number: int) -> list[dict[str, Any]]:
    """As many births, each on a day of its own."""
    return [{**LONDON, "date": f"1988-06-{day:02}"} for day in range(1, number + 1)]


def counted() -> list[float]:
    """Successes, errors and durations, as the metrics of the guide have counted them."""
    name = "nocturna_requests_total"
    where = {"method": "POST", "endpoint": POSITIONS}
    samples = [
        *(REGISTRY.get_sample_value(name, {**where, "status": s}) for s in ("success", "error")),
        REGISTRY.get_sample_value("nocturna_request_duration_seconds_count"),
    ]
    return [sample or 0.0 for sample in samples]


@pytest.mark.parametrize("end", ["", "/"])
def test_the_service_client_finds_the_server_healthy(
    guide: Guide, server: RunningServer, end: str
) -> None:
    assert guide.NocturnaServiceClient(server.url + end, token()).health_check() is True


def test_a_natal_chart_is_the_one_that_is_computed(client: Any, ephemeris: SwissAlmanac) -> None:
    assert client.calculate_natal_chart(NEW_YORK)["positions"] == positions(NEW_YORK, ephemeris)


def test_a_position_reads_as_the_guide_shows_it(client: Any) -> None:
    sun = client.calculate_natal_chart(NEW_YORK)["positions"][0]
    assert (sun["planet"], sun["sign"], sun["degree"]) == ("SUN", "CAPRICORN", 25)
    assert 295 <= sun["longitude"] < 296


def test_aspects_are_those_that_are_computed(client: Any, ephemeris: SwissAlmanac) -> None:
    expected = ask("aspects", {**NEW_YORK, **ASPECTS}, ephemeris).data["aspects"]
    assert expected
    assert client.calculate_aspects(NEW_YORK)["aspects"] == expected


def test_aspects_grow_fewer_as_their_orbs_shrink(client: Any) -> None:
    numbers = [
        len(client.calculate_aspects(NEW_YORK, factor)["aspects"]) for factor in (0.1, 1.0, 2.0)
    ]
    assert numbers == sorted(set(numbers))


async def test_charts_computed_at_once_come_in_their_order(
    guide: Guide, server: RunningServer, ephemeris: SwissAlmanac
) -> None:
    asked = births(10)
    charts = await guide.AsyncNocturnaClient(server.url, token()).calculate_multiple_charts(asked)
    expected = [positions(birth, ephemeris) for birth in asked]
    assert [chart["positions"] for chart in charts] == expected


async def test_a_wrong_birth_among_many_fails_alone(guide: Guide, server: RunningServer) -> None:
    asked = [NEW_YORK, {**NEW_YORK, "latitude": 97.2}, LONDON]
    charts = await guide.AsyncNocturnaClient(server.url, token()).calculate_multiple_charts(asked)
    assert str(charts[1]) == "API error: 422"
    assert [type(chart) for chart in charts] == [dict, Exception, dict]


async def test_batches_of_ten_pass_the_limits_as_they_are_set_at_first(
    guide: Guide, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guide prints this as a function for the asynchronous client, pauses and all."""
    batches, pauses = guide.calculate_charts_batch, []
    sleep = asyncio.sleep

    async def watched(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", watched)
    asked = births(30)
    charts = await batches(guide.AsyncNocturnaClient(server.url, token()), asked)
    assert len({chart["positions"][0]["longitude"] for chart in charts}) == len(asked)
    assert pauses == [0.1, 0.1, 0.1]


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")
def test_the_second_chart_comes_out_of_redis(
    guide: Guide,
    server: RunningServer,
    redis_server: RedisServer,  # noqa: F811
    ephemeris: SwissAlmanac,
) -> None:
    cached = guide.CachedNocturnaClient(server.url, token(), f"{redis_server.url}?db=1")
    with cached.redis, cached.nocturna.session:
        first = cached.calculate_natal_chart(NEW_YORK)
        (name,) = redis_server.names()
        assert name.startswith("nocturna:")
        assert A_DAY - 60 < int(redis_server.ask("TTL", name)[1:]) <= A_DAY
        cached.nocturna.api_url = "http://127.0.0.1:1"  # where nobody answers
        assert cached.calculate_natal_chart(NEW_YORK) == first
        with pytest.raises(requests.ConnectionError):
            cached.calculate_natal_chart(LONDON)
    assert first["positions"] == positions(NEW_YORK, ephemeris)


def test_the_robust_client_gets_what_it_asks_for(
    guide: Guide, server: RunningServer, ephemeris: SwissAlmanac
) -> None:
    robust = guide.RobustNocturnaClient(server.url, token())
    answer = robust._make_request("POST", POSITIONS, json=NEW_YORK)
    assert answer["success"] is True
    assert answer["data"]["positions"] == positions(NEW_YORK, ephemeris)


def test_the_optimized_client_stays_on_one_connection(
    guide: Guide, server: RunningServer, ephemeris: SwissAlmanac
) -> None:
    optimized = guide.OptimizedNocturnaClient(server.url, token())
    with optimized.session as session:
        for birth in (NEW_YORK, LONDON, NEW_YORK):
            answer = session.post(optimized.api_url + POSITIONS, json=birth, timeout=LONG_ENOUGH)
            assert answer.json()["data"]["positions"] == positions(birth, ephemeris)
        pools = session.get_adapter(server.url).poolmanager.pools
        (pool,) = (pools[key] for key in pools.keys())  # noqa: SIM118 - it refuses to be iterated
        assert (pool.num_connections, pool.num_requests) == (1, 3)


def test_the_monitored_client_counts_what_worked_and_what_did_not(
    guide: Guide, server: RunningServer
) -> None:
    monitored = guide.MonitoredNocturnaClient(server.url, token())
    before = counted()
    monitored._make_request("POST", POSITIONS, json=NEW_YORK)
    monitored._make_request("POST", POSITIONS, json=LONDON)
    with pytest.raises(guide.NocturnaAPIError):
        monitored._make_request("POST", POSITIONS, json={})
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [2, 1, 3]


def test_the_logging_client_tells_of_every_request(
    guide: Guide, server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "nocturna.client")
    with logging_restored():
        structlog.configure(**guide.logging_as_set)
        client = guide.LoggingNocturnaClient(server.url, token())
        client._make_request("POST", POSITIONS, json=NEW_YORK)
        with pytest.raises(guide.NocturnaAPIError, match="API error 422"):
            client._make_request("POST", POSITIONS, json={})
    mine = [line.getMessage() for line in caplog.records if line.name == "nocturna.client"]
    lines = [json.loads(line) for line in mine]
    assert [line["event"] for line in lines] == [
        *("nocturna_request_start", "nocturna_request_success"),
        *("nocturna_request_start", "nocturna_request_error"),
    ]
    assert lines[1]["status_code"] == 200
    assert lines[3]["error_type"] == "NocturnaAPIError"
    assert lines[3]["error"].startswith("API error 422: ")
    assert {line["endpoint"] for line in lines} == {POSITIONS}


def test_a_client_is_made_of_the_environment_that_the_guide_names(
    guide: Guide, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOCTURNA_API_URL", server.url)
    monkeypatch.setenv("NOCTURNA_SERVICE_TOKEN", token())
    config = guide.NocturnaConfig()
    config.validate()
    robust = guide.RobustNocturnaClient(config.api_url, config.service_token, config.max_retries)
    assert robust._make_request("POST", POSITIONS, json=NEW_YORK)["success"] is True


def test_a_service_reads_the_profile_of_the_person_whose_token_it_was_handed(
    server: RunningServer,
) -> None:
    """The request of another public guide, whose client is made of httpx, sent by requests."""
    ada = person(server, first_name="Ada")
    headers = {
        "Content-Type": "application/json",
        "X-Service-Name": "content-service",
        "X-Trace-ID": str(uuid.uuid4()),
        "Authorization": f"Bearer {ada.access_token}",
    }
    answers = [
        requests.request(
            "GET", f"{server.url}/api/v1/users/{number}/profile", headers=headers, timeout=30
        )
        for number in (ada.id, uuid.uuid4())
    ]
    assert [answer.status_code for answer in answers] == [200, 404]
    profile = answers[0].json()["data"]
    assert (profile["id"], profile["first_name"]) == (ada.id, "Ada")
