"""What /health, admin and metrics know of every dependency."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.errors import NotFound
from app.resilience import registry as module
from app.resilience.breaker import State
from app.resilience.outbound import Outbound
from app.resilience.policy import OutboundPolicy
from app.resilience.registry import OutboundStatus, Registry
from app.settings import Settings
from app.telemetry.metrics import Metrics
from tests.resilience.samples import NOON, Dependency, registry


async def test_a_dependency_registers_itself() -> None:
    known = registry()
    postgres, redis = Outbound("postgres", known), Outbound("redis", known)
    assert [status.name for status in known.all_status()] == ["postgres", "redis"]
    assert known.get("redis") is redis
    redis.force_open()
    assert known.well() == {"postgres": True, "redis": False}
    postgres.force_open()
    assert not any(known.well().values())


async def test_a_name_is_taken_once() -> None:
    known = registry()
    Outbound("redis", known)
    with pytest.raises(ValueError, match="redis already"):
        Outbound("redis", known)


async def test_an_unknown_name_is_told_the_known_ones() -> None:
    known = registry()
    Outbound("redis", known)
    with pytest.raises(NotFound, match="there are: redis"):
        known.get("postgers")


async def test_there_are_not_more_than_metrics_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_DEPENDENCIES", 2)
    known = registry()
    Outbound("a", known)
    Outbound("b", known)
    with pytest.raises(ValueError, match="2 dependencies already"):
        Outbound("c", known)
    known.remove("a")
    Outbound("c", known)


async def test_one_that_is_removed_leaves_no_metrics(dependency: Dependency) -> None:
    other = Outbound("moon", dependency.registry)
    await other.call("GET /", dependency)
    await dependency.outbound.call("GET /", dependency)
    dependency.registry.remove("stars")
    assert [status.name for status in dependency.registry.all_status()] == ["moon"]
    assert list(dependency.registry.requests.values) == [("moon", "GET /", "success")]
    assert list(dependency.registry.durations.values) == [("moon", "GET /")]
    dependency.registry.remove("stars")


async def test_status_tells_all_of_an_outage(dependency: Dependency) -> None:
    await dependency.outbound.call("GET /", dependency)
    await dependency.fail(times=5)
    await asyncio.sleep(20)
    assert dependency.outbound.status() == OutboundStatus(
        name="stars",
        state=State.OPEN,
        forced=False,
        failures_in_window=5,
        opened_at=NOON - timedelta(seconds=20),
        retry_after=40.0,
        in_flight=0,
        waiting=0,
        succeeded=1,
        failed=5,
        ignored=0,
        rejected=0,
        throttled=0,
        retries=0,
        last_error="Fault",
    )


async def test_the_text_of_the_metrics_has_the_names_of_dashboards(
    dependency: Dependency,
) -> None:
    metrics = Metrics()
    known = Registry(metrics, dependency.registry.around)
    outbound = Outbound("moon", known)
    await outbound.call("GET /", dependency)
    outbound.force_open()
    text = metrics.exposition().decode()
    assert 'service_requests_total{endpoint="GET /",outcome="success",service="moon"} 1.0' in text
    assert 'service_request_duration_seconds_count{endpoint="GET /",service="moon"} 1.0' in text
    assert 'nocturna_circuit_state{service="moon"} 2.0' in text


def test_the_default_surroundings_are_real() -> None:
    known = Registry(Metrics())
    assert known.around.now().utcoffset() == timedelta(0)
    assert 0 <= known.around.random() < 1


def test_the_default_settings_are_the_default_policy() -> None:
    assert OutboundPolicy.of(Settings(_env_file=None)) == OutboundPolicy()
