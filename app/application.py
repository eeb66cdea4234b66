"""The one place that builds the parts and joins them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from aiohttp import web

from actors.calculation_pool.actor import CalculationPool, PoolMessage, PoolSetup
from actors.calculation_pool.admission import Admission
from actors.calculation_pool.messages import Compute, bytes_held
from actors.calculation_pool.process import WorkerSetup
from actors.calculation_pool.report import PoolReport
from actors.runtime import ActorStatus, Ref, Supervisor, Weights
from actors.token_monitor.actor import MonitorMessage, MonitorSetup, TokenMonitor
from actors.token_monitor.messages import Changed, tell_change
from actors.token_monitor.report import MonitorReport
from app import __version__
from app.accounts.context import Accounts
from app.accounts.first import first_accounts
from app.accounts.key_changes import note_key
from app.accounts.last_uses import keep_writing
from app.accounts.principals import Principals
from app.astrology.zones import TZDATA_VERSION
from app.charts.edit_turns import EditTurns
from app.ephemeris import files
from app.keys import (
    ACCOUNTS,
    ADMISSION,
    CACHE,
    CLIENTS,
    EDIT_TURNS,
    LOGIN_OUTCOMES,
    LOGINS,
    METRICS,
    MONITOR,
    POOL,
    PRINCIPALS,
    REGISTRY,
    SETTINGS,
    STATE,
    STORAGE,
    SUPERVISOR,
    TOKENS,
    WINDOWS,
    ServerState,
)
from app.limits.policy import Policy
from app.limits.shared import share
from app.limits.windows import Windows
from app.resilience.registry import Registry
from app.security.clients import Clients
from app.security.passwords import Passwords
from app.security.secrets import SigningKeys, signing_keys
from app.services.identity_opening import open_identity
from app.settings import Settings
from app.storage.access import CHANNEL
from app.storage.cache import Cache
from app.storage.housekeeping import keep_house
from app.storage.postgres import Connection, Postgres
from app.storage.redis import open_redis
from app.storage.serving import serve_storage
from app.telemetry.logs import log_setup
from app.telemetry.metrics import Labels, Metrics
from app.telemetry.tasks import under_way
from app.web.cors import CORS, Cors
from app.web.in_force import in_force
from app.web.limits import LIMITS, Limits
from app.web.listing import LISTING, listing
from app.web.looplag import BOUNDS, watch
from app.web.made_once import MadeOnce
from app.web.meta import OPENAPI
from app.web.openapi import openapi
from app.web.routes import routes
from app.web.wrapper import RequestMetrics, Wrapper
from app.wire import Prepared, encode

OPERATIONS = "app.compat.operations:operations"
"""What a worker can be asked."""
POOL_NAME = "calculation_pool"
MOST_CHANGES = 100
"""Of service tokens that wait for the monitor; it looks at all of them once it is told of one."""
START_WITHIN = 120.0
"""Seconds for the workers to become ready; a cold disk takes some, a full machine many."""


def create_app(settings: Settings, *, operations: str = OPERATIONS) -> web.Application:
    """The server; raises UnusableDataDirectory, DamagedEphemeris and UnknownNetwork."""
    files.verify()
    directories = files.directories(settings.ephemeris_path)
    metrics = Metrics()
    app = web.Application(client_max_size=settings.max_body_bytes)
    app[SETTINGS] = settings
    app[METRICS] = metrics
    app[LOGINS] = metrics.counts("nocturna_logins_total", "Logins by how they ended", "outcome")
    for outcome in LOGIN_OUTCOMES:
        app[LOGINS].add((outcome,), 0)
    app[REGISTRY] = Registry(metrics)
    app[CLIENTS] = Clients(settings.trusted_proxies)
    keys = signing_keys(settings)

    def connect() -> AbstractAsyncContextManager[Connection]:
        return app[STORAGE].postgres.connection()

    app[PRINCIPALS] = Principals(connect, keys, settings.token_cache_size)
    app[OPENAPI] = MadeOnce(lambda: asyncio.to_thread(_document, settings))
    app[LISTING] = listing(app)
    app[EDIT_TURNS] = EditTurns(settings.request_deadline)
    app[WINDOWS] = Windows(settings.rate_limit_window, settings.rate_limit_keys)
    app[ADMISSION] = admission = Admission(settings.long_capacity)
    metrics.gauge(
        "nocturna_long_work", "Requests of long work under way", lambda: {(): admission.held}
    )
    app[STATE] = ServerState(0.0, directories, files.DE_NUMBER)
    _add_routes(app, settings, metrics)
    worker = WorkerSetup(
        operations,
        directories,
        log_setup(settings.service_name, settings.log_level, settings.log_format),
    )
    # Workers take a second to start; storage opens meanwhile.
    app.cleanup_ctx.extend([_actors(worker), _redis, _storage(keys), _ready, _loop_lag])
    return app


def _add_routes(app: web.Application, settings: Settings, metrics: Metrics) -> None:
    table = routes()
    app[CORS] = Cors(settings.cors_origins)
    app[LIMITS] = Limits(Policy.of(settings), app[WINDOWS])
    wrapper = Wrapper(
        app[PRINCIPALS],
        app[LIMITS],
        RequestMetrics.of(metrics),
        app[CORS],
        settings.slow_request_seconds,
    )
    for route in map(in_force, table):
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


Context = Callable[[web.Application], AsyncIterator[None]]


def _actors(worker: WorkerSetup) -> Context:
    async def actors(app: web.Application) -> AsyncIterator[None]:
        """The actors, started in order and drained in reverse."""
        settings, metrics = app[SETTINGS], app[METRICS]
        report = PoolReport.of(metrics)
        setup = PoolSetup(
            settings.worker_count,
            settings.answer_cache_bytes,
            settings.worker_patience,
            settings.long_patience,
            start_within=START_WITHIN,
        )
        async with Supervisor(drain_within=settings.drain_seconds) as supervisor:
            app[SUPERVISOR] = supervisor
            pool: Ref[PoolMessage] = supervisor.spawn(
                POOL_NAME,
                lambda: CalculationPool(setup, worker, report),
                capacity=settings.pool_capacity,
                weights=Weights(bytes_held, settings.pool_bytes),
            )
            askable: Ref[Compute] = pool
            app[POOL] = askable
            _expose_actors(metrics, supervisor)
            app[STATE].computes = lambda: report.ready > 0
            app[STATE].dependencies[POOL_NAME] = app[STATE].computes
            yield

    return actors


async def _redis(app: web.Application) -> AsyncIterator[None]:
    """What instances share without keeping it."""
    settings = app[SETTINGS]
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(open_redis(settings, app[REGISTRY]))
        app[CACHE] = Cache(redis, settings.cache_bytes, settings.cache_ttl, app[METRICS])
        if redis is not None:
            await stack.enter_async_context(under_way(share(app[WINDOWS], redis)))
        yield


def _storage(keys: SigningKeys) -> Context:
    async def storage(app: web.Application) -> AsyncIterator[None]:
        """The database, the accounts in it, and who looks after it."""
        settings, principals = app[SETTINGS], app[PRINCIPALS]

        def heard(change: str) -> None:
            principals.heard(change)
            if (monitor := app.get(MONITOR)) is not None:
                tell_change(monitor, change)

        def listening() -> None:
            principals.listening()
            if (monitor := app.get(MONITOR)) is not None:
                tell_change(monitor)

        async with AsyncExitStack() as stack:
            passwords = stack.enter_context(
                Passwords(settings.password_threads, settings.password_waiting)
            )
            served = await stack.enter_async_context(
                serve_storage(
                    settings,
                    app[REGISTRY],
                    {CHANNEL: heard},
                    listening,
                    principals.deaf,
                )
            )
            app[STORAGE] = served.storage
            principals.catch_up = served.listener.catch_up
            postgres = served.storage.postgres
            app[STATE].dependencies[served.outbound.name] = served.is_well
            app[STATE].dependencies["postgres_disk"] = lambda: postgres.room.is_there
            app[ACCOUNTS] = Accounts(postgres, keys, passwords, settings)
            await first_accounts(app[ACCOUNTS])
            await note_key(app[ACCOUNTS])
            principals.identity = await stack.enter_async_context(
                open_identity(settings, app[REGISTRY], keys, postgres, time.time)
            )
            writing = keep_writing(postgres, principals.take_used)
            await stack.enter_async_context(under_way(writing))
            await stack.enter_async_context(under_way(keep_house(postgres)))
            await stack.enter_async_context(_monitored(app, postgres))
            yield

    return storage


@asynccontextmanager
async def _monitored(app: web.Application, postgres: Postgres) -> AsyncIterator[None]:
    """The token monitor, which needs the database until its end."""
    setup, report = MonitorSetup.of(app[SETTINGS]), MonitorReport.of(app[METRICS])
    monitor: Ref[MonitorMessage] = app[SUPERVISOR].spawn(
        "token_monitor", lambda: TokenMonitor(postgres, setup, report), capacity=MOST_CHANGES
    )
    told: Ref[Changed] = monitor
    app[MONITOR] = told
    app[TOKENS] = report
    try:
        yield
    finally:
        await app[SUPERVISOR].stop(monitor)


async def _ready(app: web.Application) -> AsyncIterator[None]:
    """The last step of the start: workers that answer."""
    async with asyncio.timeout(START_WITHIN):
        await app[SUPERVISOR].started(POOL_NAME)
    app[STATE].started = asyncio.get_running_loop().time()
    yield


def _document(settings: Settings) -> Prepared:
    """A second of schemas, which nobody pays for who does not ask: not for the event loop."""
    return Prepared.of(encode(openapi(settings, routes())))


async def _loop_lag(app: web.Application) -> AsyncIterator[None]:
    lags = app[METRICS].distributions("nocturna_loop_lag_seconds", "How late the event loop comes")
    lags.bounds = BOUNDS
    async with under_way(watch(lags)):
        yield


def _expose_actors(metrics: Metrics, supervisor: Supervisor) -> None:
    def expose(name: str, text: str, read: Callable[[ActorStatus], float]) -> None:
        def values() -> dict[Labels, float]:
            return {(status.name,): read(status) for status in supervisor.status()}

        metrics.gauge(name, text, values, "actor")

    expose("nocturna_mailbox_depth", "Messages that wait", lambda status: status.depth)
    expose("nocturna_mailbox_bytes", "Bytes of what is held", lambda status: status.weight)
    expose("nocturna_mailbox_age_seconds", "Age of the oldest", lambda status: status.oldest_age_s)
    expose("nocturna_actor_in_flight", "Messages in the works", lambda status: status.in_flight)
    expose("nocturna_actor_restarts", "Restarts since start", lambda status: status.restarts)
    expose(
        "nocturna_ask_timeouts", "Asks that got no answer in time", lambda status: status.timeouts
    )
