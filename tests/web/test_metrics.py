"""/metrics: every promised name, bounded labels, open on this machine and guarded elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from unittest.mock import Mock

import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from app.astrology.zones import TZDATA_VERSION
from app.calculations.birth import EXAMPLE
from app.errors import AppError, PermissionDenied, TokenExpired, Unauthenticated
from app.keys import CLIENTS, METRICS, PRINCIPALS, SETTINGS
from app.limits.policy import Policy
from app.limits.windows import Windows
from app.security.clients import Clients
from app.settings import Settings
from app.telemetry.metrics import Metrics
from app.web.access import is_loopback
from app.web.limits import LIMITS, Limits
from app.web.meta import metrics
from app.web.routes import routes
from tests.principals import known
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.web.raw import OWN

METRICS_TOKEN = "metrics-token-of-these-tests"  # noqa: S105 - of these tests
REQUEST_COUNTERS = ("nocturna_requests_total", "http_requests_total")
REQUEST_TIMES = ("nocturna_request_duration_seconds", "http_request_duration_seconds")


def samples(server: RunningServer) -> list[Sample]:
    """Every sample, read by the parser of the Prometheus client library."""
    response = server.get("/metrics", scopes=())
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    families = list(text_string_to_metric_families(response.text))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    assert all(family.documentation for family in families)
    return [sample for family in families for sample in family.samples]


def named(found: list[Sample], name: str) -> dict[tuple[tuple[str, str], ...], float]:
    return {
        tuple(sorted(sample.labels.items())): sample.value
        for sample in found
        if sample.name == name
    }


def test_every_promised_metric_is_there_with_its_labels(server: RunningServer) -> None:
    server.post(OWN, {**EXAMPLE, "latitude": 1.25})
    labels: dict[str, set[str]] = {}
    for sample in samples(server):
        labels.setdefault(sample.name, set()).update(sample.labels)
    promised = {
        **{name: {"method", "endpoint", "status"} for name in REQUEST_COUNTERS},
        **{f"{name}_count": {"method", "endpoint"} for name in REQUEST_TIMES},
        **{f"{name}_bucket": {"method", "endpoint", "le"} for name in REQUEST_TIMES},
        "nocturna_loop_lag_seconds_count": set(),
        "nocturna_mailbox_depth": {"actor"},
        "nocturna_mailbox_age_seconds": {"actor"},
        "nocturna_mailbox_bytes": {"actor"},
        "nocturna_ask_timeouts": {"actor"},
        "nocturna_calculation_queue_seconds_count": {"lane"},
        "nocturna_calculation_compute_seconds_count": {"operation"},
        "nocturna_single_flight_hits_total": set(),
        "nocturna_worker_restarts_total": set(),
        "nocturna_logins_total": {"outcome"},
        "nocturna_build_info": {"version", "ephemeris", "tzdata"},
    }
    assert {name: labels.get(name) for name in promised} == promised


def test_the_build_is_named(server: RunningServer) -> None:
    (build,) = named(samples(server), "nocturna_build_info")
    assert dict(build) == {"version": "1.0.0", "ephemeris": "431", "tzdata": TZDATA_VERSION}


def test_the_endpoint_is_the_template_of_the_route(server: RunningServer) -> None:
    series = (
        ("endpoint", "/api/v1/calculations/{name}"),
        ("method", "POST"),
        ("status", "200"),
    )
    before = named(samples(server), REQUEST_COUNTERS[0]).get(series, 0.0)
    server.post(OWN, {**EXAMPLE, "latitude": 2.25})
    server.post("/api/v1/calculations/houses", EXAMPLE)
    assert named(samples(server), REQUEST_COUNTERS[0])[series] == before + 2


@pytest.mark.parametrize(("ours", "theirs"), [REQUEST_COUNTERS, REQUEST_TIMES])
def test_both_families_of_names_tell_the_same(
    server: RunningServer, ours: str, theirs: str
) -> None:
    server.get("/health", scopes=())
    found = samples(server)
    for suffix in ("", "_bucket", "_sum", "_count"):
        assert named(found, ours + suffix) == named(found, theirs + suffix)
    assert any(sample.name.startswith(ours) for sample in found)


def test_buckets_rise_to_the_count_of_requests(server: RunningServer) -> None:
    found = samples(server)
    counts = named(found, "nocturna_request_duration_seconds_count")
    buckets: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for sample in found:
        if sample.name == "nocturna_request_duration_seconds_bucket":
            key = (sample.labels["endpoint"], sample.labels["method"])
            buckets.setdefault(key, []).append((float(sample.labels["le"]), sample.value))
    assert len(buckets) == len(counts)
    for (endpoint, method), steps in buckets.items():
        values = [value for _, value in sorted(steps)]
        assert values == sorted(values)
        assert values[-1] == counts[(("endpoint", endpoint), ("method", method))]


def test_labels_stay_bounded_under_random_paths_and_methods(server: RunningServer) -> None:
    for number in range(30):
        requests.get(f"{server.url}/random/{number}", timeout=LONG_ENOUGH)
        requests.get(f"{server.url}/random{number}/", timeout=LONG_ENOUGH)
        requests.post(f"{server.url}/api/v1/calculations/x{number}", timeout=LONG_ENOUGH)
        requests.get(f"{server.url}/docs/x{number}", timeout=LONG_ENOUGH)
    odd = ("PROPFIND", "MKCOL", "PURGE", "LINK", "SEARCH", "TRACE", "LOCK", "REPORT")
    for method in odd:
        requests.request(method, f"{server.url}/health", timeout=LONG_ENOUGH)
    found = samples(server)
    templates = {route.path for route in routes()}
    for name in REQUEST_COUNTERS:
        for sample in (sample for sample in found if sample.name == name):
            assert sample.labels["endpoint"] in templates
            assert sample.labels["method"] not in odd
            assert 200 <= int(sample.labels["status"]) < 600
    assert any(sample.labels.get("method") == "OTHER" for sample in found)


def test_neither_a_name_nor_a_value_of_a_caller_is_in_the_text(server: RunningServer) -> None:
    server.get("/secret-path-7731?date=1977-07-31")
    server.post(OWN, {**EXAMPLE, "latitude": 33.7731})
    lines = server.get("/metrics", scopes=()).text.splitlines()
    labels = [line.rpartition(" ")[0] for line in lines]  # a time may have any digits
    assert not [label for label in labels if "7731" in label or "1977" in label]


def test_metrics_are_open_on_this_machine(server: RunningServer) -> None:
    assert server.get("/metrics", scopes=()).status_code == 200
    assert server.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 200


def from_peer(
    peer: str | None, headers: Mapping[str, str] | None = None, **settings: Any
) -> web.Request:
    """A request for /metrics whose connection comes from an address; no server runs."""
    app = web.Application()
    app[METRICS] = Metrics()
    app[SETTINGS] = Settings(**settings)
    app[PRINCIPALS] = known()
    app[CLIENTS] = Clients(())
    app[LIMITS] = Limits(Policy.of(app[SETTINGS]), Windows(60, 100))
    transport = Mock()
    facts = {"peername": None if peer is None else (peer, 40_000)}
    transport.get_extra_info.side_effect = lambda key, default=None: facts.get(key, default)
    return make_mocked_request("GET", "/metrics", headers, app=app, transport=transport)


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("8.8.8.8", False),
        ("0.0.0.0", False),  # noqa: S104 - as a peer, not to listen on
        ("2001:db8::1", False),
        ("localhost", False),
        ("", False),
        (None, False),
    ],
)
def test_only_this_machine_is_loopback(peer: str | None, *, expected: bool) -> None:
    assert is_loopback(from_peer(peer)) is expected


def test_no_header_makes_another_machine_this_one() -> None:
    claims = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-IP": "127.0.0.1",
        "Forwarded": "for=127.0.0.1",
        "Host": "localhost",
    }
    assert not is_loopback(from_peer("10.0.0.1", claims))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_this_machine_needs_no_token(headers: dict[str, str]) -> None:
    assert (await metrics(from_peer("127.0.0.1", headers))).status == 200


@pytest.mark.parametrize(
    "presented",
    [METRICS_TOKEN, token("admin"), token("calculations", "admin")],
    ids=["the setting", "an admin", "an admin who calculates"],
)
async def test_another_machine_with_the_right_token_is_answered(presented: str) -> None:
    headers = {"Authorization": f"Bearer {presented}"}
    request = from_peer("10.0.0.1", headers, NOCTURNA_METRICS_TOKEN=METRICS_TOKEN)
    assert (await metrics(request)).status == 200


REFUSED = {
    "nothing": (None, Unauthenticated),
    "an empty token": ("Bearer ", Unauthenticated),
    "a wrong token": ("Bearer wrong", Unauthenticated),
    "a longer token": (f"Bearer {METRICS_TOKEN}x", Unauthenticated),
    "a shorter token": (f"Bearer {METRICS_TOKEN[:-1]}", Unauthenticated),
    "another scheme": (f"Basic {METRICS_TOKEN}", Unauthenticated),
    "another scope": (f"Bearer {token('calculations')}", PermissionDenied),
    "an old admin": (f"Bearer {token('admin', days=1, now=time.time() - 90_000)}", TokenExpired),
}


@pytest.mark.parametrize("setting", [None, METRICS_TOKEN], ids=["without setting", "with setting"])
@pytest.mark.parametrize(("header", "refusal"), REFUSED.values(), ids=REFUSED)
async def test_another_machine_without_it_is_refused(
    setting: str | None, header: str | None, refusal: type[AppError]
) -> None:
    headers = {} if header is None else {"Authorization": header}
    request = from_peer("10.0.0.1", headers, NOCTURNA_METRICS_TOKEN=setting)
    with pytest.raises(refusal):
        await metrics(request)


async def test_bytes_that_are_no_text_are_a_wrong_token() -> None:
    settings = from_peer("10.0.0.1", NOCTURNA_METRICS_TOKEN=METRICS_TOKEN)
    headers = CIMultiDict({"Authorization": "Bearer \udcff\udcfe"})  # as aiohttp reads \xff\xfe
    request = Mock(spec=web.Request, app=settings.app, remote="10.0.0.1", headers=headers)
    with pytest.raises(Unauthenticated):
        await metrics(request)


async def test_without_the_setting_an_empty_token_opens_nothing() -> None:
    request = from_peer("10.0.0.1", {"Authorization": "Bearer "}, NOCTURNA_METRICS_TOKEN="")
    with pytest.raises(Unauthenticated):
        await metrics(request)
