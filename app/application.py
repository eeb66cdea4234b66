"""The one place that builds the parts and joins them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from actors.calculation_pool.actor import CalculationPool, PoolMessage, PoolSetup
from actors.calculation_pool.messages import Compute
from actors.calculation_pool.process import WorkerSetup
from actors.calculation_pool.report import PoolReport
from actors.runtime import ActorStatus, Ref, Supervisor
from app import __version__
from app.astrology.zones import TZDATA_VERSION
from app.ephemeris import files
from app.keys import (
    METRICS,
    OPENAPI,
    POOL,
    SETTINGS,
    STATE,
    SUPERVISOR,
    VERIFIER,
    ServerState,
)
from app.security.secrets import signing_keys
from app.security.tokens import TokenVerifier
from app.settings import Settings
from app.telemetry.logs import log_setup
from app.telemetry.metrics import Labels, Metrics
from app.web.cors import CORS, Cors
from app.web.looplag import BOUNDS, watch
from app.web.openapi import openapi
from app.web.routes import routes
from app.web.wrapper import RequestMetrics, Wrapper
from app.wire import encode

OPERATIONS = "app.compat.operations:operations"
"""What a worker can be asked."""


def create_app(settings: Settings, *, operations: str = OPERATIONS) -> web.Application:
    """The server; raises UnusableDataDirectory and DamagedEphemeris."""
    files.verify()
    directories = files.directories(settings.ephemeris_path)
    metrics = Metrics()
    app = web.Application(client_max_size=settings.max_body_bytes)
    app[SETTINGS] = settings
    app[METRICS] = metrics
    app[VERIFIER] = TokenVerifier(signing_keys(settings), settings.token_cache_size)
    app[STATE] = ServerState(0.0, directories, files.DE_NUMBER)
    _add_routes(app, settings, metrics)
    worker = WorkerSetup(
        operations,
        directories,
        log_setup(settings.service_name, settings.log_level, settings.log_format),
    )
    app.cleanup_ctx.append(_supervised(worker))
    app.cleanup_ctx.append(_loop_lag)
    return app


def _add_routes(app: web.Application, settings: Settings, metrics: Metrics) -> None:
    table = routes()
    app[CORS] = Cors(settings.cors_origins)
    wrapper = Wrapper(
        app[VERIFIER],
        RequestMetrics.of(metrics),
        app[CORS],
        settings.slow_request_seconds,
    )
    for route in table:
        if route.method == "GET":
            app.router.add_get(route.path, wrapper.around(route))
        else:
            app.router.add_route(route.method, route.path, wrapper.around(route))
    metrics.gauge(
        "nocturna_build_info",
        "What runs here",
        lambda: {(__version__, str(files.DE_NUMBER), TZDATA_VERSION): 1.0},
        "version",
        "ephemeris",
        "tzdata",
    )


def _supervised(worker: WorkerSetup) -> Callable[[web.Application], AsyncIterator[None]]:
    async def actors(app: web.Application) -> AsyncIterator[None]:
        """The actors, started in order and drained in reverse."""
        settings, metrics, state = app[SETTINGS], app[METRICS], app[STATE]
        report = PoolReport.of(metrics)
        setup = PoolSetup(
            settings.worker_count, settings.answer_cache_bytes, settings.worker_patience
        )
        async with Supervisor(drain_within=settings.drain_seconds) as supervisor:
            app[SUPERVISOR] = supervisor
            pool: Ref[PoolMessage] = supervisor.spawn(
                "calculation_pool",
                lambda: CalculationPool(setup, worker, report),
                capacity=settings.pool_capacity,
            )
            askable: Ref[Compute] = pool
            app[POOL] = askable
            _expose_actors(metrics, supervisor)
            async with asyncio.timeout(setup.start_within):
                await supervisor.started(pool)
            # A second of schemas, which nobody who starts a server waits for.
            app[OPENAPI] = asyncio.create_task(asyncio.to_thread(_document, settings))
            state.started = asyncio.get_running_loop().time()
            state.dependencies["calculation_pool"] = lambda: report.ready > 0
            yield

    return actors


def _document(settings: Settings) -> bytes:
    return encode(openapi(settings, routes()))


async def _loop_lag(app: web.Application) -> AsyncIterator[None]:
    lags = app[METRICS].distributions("nocturna_loop_lag_seconds", "How late the event loop comes")
    lags.bounds = BOUNDS
    watching = asyncio.create_task(watch(lags))
    yield
    watching.cancel()


def _expose_actors(metrics: Metrics, supervisor: Supervisor) -> None:
    def expose(name: str, text: str, read: Callable[[ActorStatus], float]) -> None:
        def values() -> dict[Labels, float]:
            return {(status.name,): read(status) for status in supervisor.status()}

        metrics.gauge(name, text, values, "actor")

    expose("nocturna_mailbox_depth", "Messages that wait", lambda status: status.depth)
    expose("nocturna_mailbox_age_seconds", "Age of the oldest", lambda status: status.oldest_age_s)
    expose("nocturna_actor_in_flight", "Messages in the works", lambda status: status.in_flight)
    expose("nocturna_actor_restarts", "Restarts since start", lambda status: status.restarts)
    expose(
        "nocturna_ask_timeouts", "Asks that got no answer in time", lambda status: status.timeouts
    )
