"""The life of the server process: start, listen, wait for a stop."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiohttp import web
from dotenv import dotenv_values

from actors.runtime import RestartsExhausted
from app.application import create_app
from app.errors import CannotStart
from app.keys import STATE, SUPERVISOR
from app.settings import Settings, unknown_names
from app.stopping import stop
from app.telemetry.logs import configure, log_setup, logger
from app.telemetry.writing import written_apart
from app.web.connections import Bounds, Runner

KEEP_ALIVE_SECONDS = 75.0
"""Longer than the 60 s of common reverse proxies, so that they close first."""

BACKLOG = 1024
"""Connections that may wait to be accepted; beyond, a client tries again only after a second."""

DESCRIPTORS_KEPT = 256
"""Open files for what is no connection of a client: the database, workers, files."""

SWITCH_SECONDS = 0.0005
"""How long a thread that computes may keep the event loop waiting, a tenth of what is usual."""

_log = logger(__name__)


def serve(settings: Settings) -> int:
    """Serve until a stop signal; the exit status. Raises CannotStart."""
    configure(log_setup(settings.service_name, settings.log_level, settings.log_format))
    with written_apart():
        return _served(settings)


def _served(settings: Settings) -> int:
    for warning in unknown_names({**dotenv_values(".env"), **os.environ}):
        _log.warning(warning)
    _raise_descriptor_limit()
    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        status = runner.run(_serve(settings))
    _log.info("stopped", status=status)
    return status


async def _serve(settings: Settings) -> int:
    app = create_app(settings)
    runner = Runner(
        app,
        _bounds(settings),
        access_log=None,
        handle_signals=False,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        shutdown_timeout=settings.drain_seconds,
    )
    signals = _stop_signals()
    asked = asyncio.create_task(signals.get())
    status = 1
    try:
        if await _started(runner, asked):
            _set_aside()
            _welcome(settings, await _listen(runner, settings))
            status = await _until_stopped(app, asked)
        else:
            status = 0
        return status
    finally:
        asked.cancel()
        app[STATE].draining = True
        await stop(runner, signals, settings.drain_seconds, status)


def _bounds(settings: Settings) -> Bounds:
    """What clients may take; behind proxies many of them share an address."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        most = sys.maxsize
    return Bounds(
        send_seconds=settings.send_timeout,
        connections=min(settings.max_connections, max(1, most - DESCRIPTORS_KEPT)),
        of_address=0 if settings.trusted_proxies else settings.max_connections_per_address,
    )


async def _started(runner: web.AppRunner, asked: asyncio.Task[int]) -> bool:
    """Whether every part runs; False when a stop signal came first. Raises CannotStart."""
    setup = asyncio.create_task(runner.setup())
    await asyncio.wait({setup, asked}, return_when=asyncio.FIRST_COMPLETED)
    if not setup.done():
        setup.cancel()
        await asyncio.wait({setup})
        return False
    try:
        await setup
    except (TimeoutError, RestartsExhausted) as error:
        msg = "no calculation worker became ready; the log lines above tell why"
        raise CannotStart(msg) from error
    return True


async def _listen(runner: web.AppRunner, settings: Settings) -> int:
    """The port that the server listens on; raises CannotStart."""
    site = web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG)
    try:
        await site.start()
    except OSError as error:
        msg = (
            f"cannot listen on {settings.host}:{settings.port}: {_reason(error)}; "
            "set NOCTURNA_PORT or NOCTURNA_HOST to another one"
        )
        raise CannotStart(msg) from error
    server = runner.server
    if server is not None:
        runner.app[STATE].connections = lambda: len(server.connections)
    port: int = runner.addresses[0][1]
    runner.app[STATE].port = port
    return port


def _reason(error: OSError) -> str:
    """What the system says; asyncio's own text repeats the address."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


async def _until_stopped(app: web.Application, asked: asyncio.Task[int]) -> int:
    """Wait for a stop signal, or for an actor that cannot be kept alive; the exit status."""
    failure = app[SUPERVISOR].failure
    either: set[asyncio.Future[Any]] = {asked, failure}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if failure.done():
        _log.critical("giving up", reason=str(failure.result()))
        return 1
    _log.info("stopping: accepted requests are answered, new ones refused")
    return 0


def _stop_signals() -> asyncio.Queue[int]:
    """Where every request to stop arrives."""
    signals: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.put_nowait, number)
    return signals


def _raise_descriptor_limit() -> None:
    """Allow as many open connections as the system lets this process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster uvloop where it exists, else the standard loop."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return uvloop.new_event_loop


def _set_aside() -> None:
    """Spare the garbage collector what stays until the end: it takes 0.1 s to look through."""
    gc.collect()
    gc.freeze()


def _welcome(settings: Settings, port: int) -> None:
    address = f"http://{settings.host}:{port}"
    directory = settings.data_dir.resolve()
    if not sys.stdout.isatty():
        _log.info("serving", address=address, data_dir=str(directory))
        return
    lines = (
        f"Nocturna serves {address}, documentation at {address}/docs",
        f"Data is kept in {directory}",
        f"First token:    {os.path.relpath(sys.executable)} run.py token create",
    )
    sys.stdout.write("\n".join((*lines, "")))
