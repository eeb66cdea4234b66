"""A service that was out: in use again without a caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from app.errors import ExternalServiceError, Unavailable
from app.resilience.breaker import State
from app.resilience.registry import Registry
from app.services.http import HEALTH, ServiceClient, open_service
from app.services.probes import keep_probing
from app.telemetry.tasks import under_way
from tests.server import LONG_ENOUGH
from tests.services.conftest import outcomes, settings
from tests.services.identity_double import Fault, IdentityDouble, hang, reset, status

PATH = "/auth/validate"
OFTEN = 0.01


@asynccontextmanager
async def probed(
    double: IdentityDouble, registry: Registry, recovery: float = 0.02
) -> AsyncIterator[ServiceClient]:
    """A client whose service is looked after, and which has a circuit that recovers soon."""
    values = settings(circuit_recovery_timeout=recovery, circuit_half_open_timeout=0.05)
    async with (
        open_service("teller", double.url, None, values, registry) as client,
        under_way(keep_probing(client, OFTEN)),
    ):
        yield client


async def trip(client: ServiceClient) -> None:
    """Ask until the circuit is open, or is being tried."""
    async with asyncio.timeout(LONG_ENOUGH):
        while client.outbound.state is State.CLOSED:
            with pytest.raises(ExternalServiceError):
                await client.post(PATH)


async def closed(client: ServiceClient) -> None:
    await until(lambda: client.outbound.state is State.CLOSED)


async def asked(double: IdentityDouble, times: int) -> None:
    """Return once the health was asked for so many times."""
    await until(lambda: sum(each.path == HEALTH for each in double.asked) >= times)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG_ENOUGH):
        while not is_so():  # noqa: ASYNC110 - it comes true in another thread
            await asyncio.sleep(OFTEN)


def only(path: str, fault: Fault) -> Fault:
    """A fault of one path; all else is well."""

    async def answer(request: web.Request, double: IdentityDouble) -> web.StreamResponse:
        return await fault(request, double) if request.path == path else web.json_response({})

    return answer


@pytest.mark.parametrize("fault", [status(503), reset], ids=["503", "reset"])
async def test_a_circuit_closes_once_the_service_is_well(
    double: IdentityDouble, registry: Registry, fault: Fault
) -> None:
    double.fault = fault
    async with probed(double, registry) as client:
        await trip(client)
        await asked(double, 2)
        assert registry.well() == {"teller": False}
        double.fault = None
        await closed(client)
        assert registry.well() == {"teller": True}
    probes = [each for each in double.asked if each.path == HEALTH]
    assert {each.token for each in probes} == {None}
    assert all(each.headers["X-Trace-ID"] for each in probes)


async def test_a_healthy_service_is_left_alone(double: IdentityDouble, registry: Registry) -> None:
    double.fault = only(PATH, status(401))
    async with probed(double, registry) as client:
        for _ in range(5):
            await client.post(PATH)
            await asyncio.sleep(OFTEN)
    assert {each.path for each in double.asked} == {PATH}


async def test_an_open_circuit_is_left_alone_until_its_pause_is_over(
    double: IdentityDouble, registry: Registry
) -> None:
    double.fault = status(503)
    async with probed(double, registry, recovery=LONG_ENOUGH) as client:
        await trip(client)
        double.fault = None
        for _ in range(5):
            await asyncio.sleep(OFTEN)
        client.outbound.force_open()
        await asyncio.sleep(OFTEN * 2)
    assert {each.path for each in double.asked} == {PATH}
    assert "rejected" not in outcomes(registry)


@pytest.mark.parametrize("number", [204, 307, 401, 404, 429, 500, 503])
async def test_a_service_that_does_not_call_itself_well_is_left_to_its_callers(
    double: IdentityDouble, registry: Registry, number: int
) -> None:
    double.fault = only(HEALTH, status(number))
    async with probed(double, registry) as client:
        client.outbound.force_open(OFTEN)
        await asked(double, 3)
        assert registry.well() == {"teller": False}
        async with asyncio.timeout(LONG_ENOUGH):
            while not registry.well()["teller"]:
                try:
                    await client.post(PATH)
                except Unavailable:  # the probe is under way
                    await asyncio.sleep(OFTEN)


async def test_a_probe_without_an_answer_ends(double: IdentityDouble, registry: Registry) -> None:
    double.fault = hang
    async with probed(double, registry) as client:
        client.outbound.force_open(OFTEN)
        await asked(double, 3)
        double.fault = None
        await closed(client)
