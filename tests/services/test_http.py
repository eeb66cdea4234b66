"""The HTTP client of services, against a service that fails in every way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from app.errors import DeadlineExceeded, ExternalServiceError, ExternalServiceTimeout
from app.resilience.breaker import CircuitOpen, State
from app.resilience.policy import Timeouts
from app.resilience.registry import Registry
from app.services.http import (
    LONGEST_ANSWER,
    MisconfiguredService,
    ServiceClient,
    checked_address,
    checked_header,
    open_service,
)
from app.telemetry.traces import in_trace
from tests.services.conftest import outcomes, settings
from tests.services.identity_double import (
    Fault,
    IdentityDouble,
    cookies,
    first,
    half,
    hang,
    huge,
    redirect,
    reset,
    status,
    text,
    trickle,
)

PATH = "/auth/validate"
TOKEN = "a-token-of-somebody"  # noqa: S105 - opens nothing


@asynccontextmanager
async def opened(
    address: str, registry: Registry, api_key: str | None = None, **changes: Any
) -> AsyncIterator[ServiceClient]:
    values = settings(service_name="stars", **changes)
    async with open_service("teller", address, api_key, values, registry) as client:
        yield client


async def test_an_answer_has_status_json_and_text(
    double: IdentityDouble, registry: Registry
) -> None:
    double.users = {TOKEN: {"user_id": 7}}
    async with opened(double.url, registry) as client:
        answer = await client.post(PATH, token=TOKEN)
    assert (answer.status, answer.body) == (200, {"user_id": 7})
    assert json.loads(answer.text) == {"user_id": 7}


async def test_a_body_travels_as_json(double: IdentityDouble, registry: Registry) -> None:
    async with opened(double.url, registry) as client:
        await client.post("/verify", {"token": TOKEN})
    (asked,) = double.asked
    assert asked.token == TOKEN
    assert asked.headers["Content-Type"] == "application/json"
    assert "Authorization" not in asked.headers


async def test_every_request_says_who_asks(double: IdentityDouble, registry: Registry) -> None:
    async with opened(double.url, registry, "a-key") as client:
        with in_trace("trace-1"):
            await client.post(PATH, token=TOKEN)
        await client.post(PATH, token=TOKEN)
        await client.post(PATH, token=TOKEN)
    named, second, third = (asked.headers for asked in double.asked)
    assert named["X-Service-Name"] == "stars"
    assert named["X-API-Key"] == "a-key"
    assert named["Authorization"] == f"Bearer {TOKEN}"
    assert named["X-Trace-ID"] == "trace-1"
    assert second["X-Trace-ID"] != third["X-Trace-ID"]


async def test_nothing_secret_is_in_a_description(
    double: IdentityDouble, registry: Registry
) -> None:
    double.users = {TOKEN: {"email": "ann@example.org"}}
    async with opened(double.url, registry, "a-key") as client:
        described = f"{client!r} {await client.post(PATH, token=TOKEN)!r}"
    assert not any(secret in described for secret in ("a-key", TOKEN, "ann@example.org"))


async def test_without_a_key_none_is_sent(double: IdentityDouble, registry: Registry) -> None:
    async with opened(double.url, registry) as client:
        await client.post(PATH)
    assert "X-API-Key" not in double.asked[0].headers


@pytest.mark.parametrize("number", [201, 302, 400, 401, 403, 404, 409, 422])
async def test_other_statuses_are_answers(
    double: IdentityDouble, registry: Registry, number: int
) -> None:
    double.fault = status(number)
    async with opened(double.url, registry) as client:
        for _ in range(9):
            answer = await client.post(PATH)
            assert (answer.status, answer.body) == (number, {"detail": "told to"})
        assert client.outbound.state == State.CLOSED
    assert double.calls == 9


async def test_a_refusal_need_not_be_json(double: IdentityDouble, registry: Registry) -> None:
    double.fault = text("<p>Go away</p>", 403, "text/html")
    async with opened(double.url, registry) as client:
        answer = await client.post(PATH)
    assert (answer.status, answer.body, answer.text) == (403, None, "<p>Go away</p>")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (status(500), "status 500"),
        (status(502), "status 502"),
        (status(503), "status 503"),
        (status(429), "status 429"),
        (text("<p>Hello</p>"), "no JSON"),
        (text('{"user_id": 1'), "no JSON"),
        (text("[" * 100_000), "no JSON"),
        (text('{"user_id": "\\ud800"}'), "no JSON"),
        (huge, f"more than {LONGEST_ANSWER} bytes"),
        (reset, "cannot be reached"),
        (half, "cannot be reached"),
    ],
)
async def test_faults_are_errors_that_open_the_circuit(
    double: IdentityDouble, registry: Registry, fault: Fault, expected: str
) -> None:
    double.fault = fault
    async with opened(double.url, registry) as client:
        for _ in range(5):
            with pytest.raises(ExternalServiceError, match=expected) as caught:
                await client.post(PATH, token=TOKEN)
            assert "127.0.0.1" not in str(caught.value)
            assert TOKEN not in str(caught.value)
        with pytest.raises(CircuitOpen):
            await client.post(PATH, token=TOKEN)
        assert outcomes(registry) == {"failure": 5, "rejected": 1}
    assert double.calls == 5


async def test_nobody_at_the_address_is_a_fault(registry: Registry) -> None:
    async with opened("http://127.0.0.1:1", registry) as client:
        with pytest.raises(ExternalServiceError, match="teller cannot be reached") as caught:
            await client.post(PATH)
        assert outcomes(registry) == {"failure": 1}
    assert caught.value.upstream_status is None


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ("7", 7),
        ("3600", 3600),
        ("3601", None),
        ("9" * 5000, None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Fri, 31 Dec 2027 23:59:59 GMT", None),
    ],
)
async def test_a_pause_is_believed_where_it_is_sane(
    double: IdentityDouble, registry: Registry, told: str, believed: int | None
) -> None:
    double.fault = status(503, Retry_After=told)
    async with opened(double.url, registry) as client:
        with pytest.raises(ExternalServiceError) as caught:
            await client.post(PATH)
    assert (caught.value.upstream_status, caught.value.retry_after) == (503, believed)


@pytest.mark.parametrize("fault", [status(503), status(429), status(504), reset])
async def test_what_may_be_asked_twice_is(
    double: IdentityDouble, registry: Registry, fault: Fault
) -> None:
    double.users = {TOKEN: {"user_id": 7}}
    double.fault = first(2, fault)
    async with opened(double.url, registry) as client:
        answer = await client.post(PATH, token=TOKEN, idempotent=True)
    assert (answer.status, double.calls) == (200, 3)


@pytest.mark.parametrize("fault", [status(500), text("nonsense"), huge])
async def test_what_would_fail_again_is_asked_once(
    double: IdentityDouble, registry: Registry, fault: Fault
) -> None:
    double.fault = first(1, fault)
    async with opened(double.url, registry) as client:
        with pytest.raises(ExternalServiceError):
            await client.post(PATH, idempotent=True)
    assert double.calls == 1


async def test_nothing_is_asked_twice_unasked(double: IdentityDouble, registry: Registry) -> None:
    double.fault = first(1, status(503))
    async with opened(double.url, registry) as client:
        with pytest.raises(ExternalServiceError):
            await client.post(PATH)
    assert double.calls == 1


async def test_silence_ends_with_the_time_to_read(
    double: IdentityDouble, registry: Registry
) -> None:
    double.fault = hang
    async with opened(double.url, registry, outbound_read_timeout=0.05) as client:
        with pytest.raises(ExternalServiceTimeout, match="teller gave no answer in time"):
            await client.post(PATH)
        assert outcomes(registry) == {"failure": 1}


class Brief(Timeouts):
    """Bears any silence on a slow machine, but no long answer."""

    @property
    def answer(self) -> float:
        return 0.3


async def test_a_trickle_ends_with_the_attempt(double: IdentityDouble, registry: Registry) -> None:
    double.fault = trickle
    async with opened(double.url, registry) as client:
        client.outbound.policy = replace(client.outbound.policy, timeouts=Brief())
        with pytest.raises(ExternalServiceTimeout, match=r"teller gave no answer in 0\.3 s"):
            await client.post(PATH)
        assert outcomes(registry) == {"failure": 1}


async def test_the_callers_deadline_holds(double: IdentityDouble, registry: Registry) -> None:
    double.fault = trickle
    async with opened(double.url, registry) as client:
        with pytest.raises(DeadlineExceeded):
            await client.post(PATH, within=0.1)


async def test_a_token_does_not_follow_a_redirect(
    double: IdentityDouble, registry: Registry
) -> None:
    double.fault = redirect
    async with opened(double.url, registry) as client:
        answer = await client.post(PATH, token=TOKEN)
    assert answer.status == 307
    assert [asked.path for asked in double.asked] == [PATH]


async def test_cookies_are_not_kept(double: IdentityDouble, registry: Registry) -> None:
    double.fault = cookies
    async with opened(double.url, registry) as client:
        await client.post(PATH)
        await client.post(PATH)
    assert not any("Cookie" in asked.headers for asked in double.asked)


async def test_proxies_of_the_environment_are_not_used(
    double: IdentityDouble, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with opened(double.url, registry) as client:
        assert (await client.post(PATH)).status == 401


async def test_compressed_answers_are_not_unpacked(
    double: IdentityDouble, registry: Registry
) -> None:
    async def bomb(_: web.Request, __: IdentityDouble) -> web.StreamResponse:
        return web.Response(body=b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"})

    double.fault = bomb
    async with opened(double.url, registry) as client:
        with pytest.raises(ExternalServiceError, match="no JSON"):
            await client.post(PATH)
    assert double.asked[0].headers["Accept-Encoding"] == "identity"


async def test_a_service_that_is_closed_can_be_opened_again(
    double: IdentityDouble, registry: Registry
) -> None:
    for _ in range(2):
        async with opened(double.url, registry) as client:
            assert registry.well() == {"teller": True}
            await client.post(PATH)
    assert registry.well() == {}


async def test_many_may_ask_at_once(double: IdentityDouble, registry: Registry) -> None:
    async with opened(double.url, registry) as client:
        answers = await asyncio.gather(*(client.post(PATH) for _ in range(100)))
    assert {answer.status for answer in answers} == {401}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://identity-service:8001", "http://identity-service:8001"),
        ("https://example.org/", "https://example.org"),
        ("https://example.org/identity/", "https://example.org/identity"),
        ("http://[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_an_address_loses_its_last_slash(url: str, address: str) -> None:
    assert checked_address("NOCTURNA_X_URL", url) == address


@pytest.mark.parametrize(
    "url",
    [
        "identity-service:8001",
        "ftp://example.org",
        "http://",
        "http://:8001",
        "http://example.org:port",
        "http://example.org:99999",
        "http://example.org:0",
        "http://example.org/?a=1",
        "http://example.org/#a",
        "http://exa mple.org",
        "http://example.org\n",
        "http://[::1",
        "http://user:secret@example.org",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(MisconfiguredService, match="NOCTURNA_X_URL must") as caught:
        checked_address("NOCTURNA_X_URL", url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "schlüssel", "\x00"])
def test_a_header_that_cannot_be_sent_is_refused(value: str) -> None:
    with pytest.raises(MisconfiguredService, match="NOCTURNA_X must") as caught:
        checked_header("NOCTURNA_X", value)
    assert value not in str(caught.value)
