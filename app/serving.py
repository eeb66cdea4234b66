"""The life of the server process: start, listen, wait for a stop, drain."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

from aiohttp import web
from dotenv import dotenv_values

from actors.runtime import RestartsExhausted
from app.application import create_app
from app.errors import CannotStart
from app.keys import STATE, SUPERVISOR
from app.settings import Settings, unknown_names
from app.telemetry.logs import configure, log_setup, logger
from app.web.malformed import MalformedRequests

KEEP_ALIVE_SECONDS = 75.0
"""Longer than the 60 s of common reverse proxies, so that they close first."""

ONE_STOP_SECONDS = 1.0
"""Signals this close together are one wish to stop, passed on by a terminal and by its parents."""

BACKLOG = 1024
"""Connections that may wait to be accepted; beyond, a client tries again only after a second."""
TAKE_IN_SECONDS = 1.0
"""Longest time for accepting what waits when the server stops: about 1 ms a connection."""
READ_SECONDS = 0.05
"""Time for reading the requests of those that came last."""

_log = logger(__name__)


def serve(settings: Settings) -> int:
    """Serve until a stop signal; the exit status. Raises CannotStart."""
    configure(log_setup(settings.service_name, settings.log_level, settings.log_format))
    logging.getLogger("aiohttp.server").addFilter(MalformedRequests())
    for warning in unknown_names({**dotenv_values(".env"), **os.environ}):
        _log.warning(warning)
    _raise_descriptor_limit()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    app = create_app(settings)
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        shutdown_timeout=settings.drain_seconds,
    )
    signals = _stop_signals()
    stop = asyncio.create_task(signals.get())
    try:
        if not await _started(runner, stop):
            return 0
        _welcome(settings, await _listen(runner, settings))
        return await _until_stopped(app, stop)
    finally:
        stop.cancel()
        app[STATE].draining = True
        await _drain(runner, signals)


async def _drain(runner: web.AppRunner, signals: asyncio.Queue[int]) -> None:
    """Answer what was accepted and stop every part; a later signal ends that at once."""
    cleaning = asyncio.create_task(_end(runner))
    again = asyncio.create_task(_signal_after(ONE_STOP_SECONDS, signals))
    await asyncio.wait({cleaning, again}, return_when=asyncio.FIRST_COMPLETED)
    again.cancel()
    if not cleaning.done():
        _log.warning("stopping at once: a second signal came")
        cleaning.cancel()
    with suppress(asyncio.CancelledError):
        await cleaning


async def _end(runner: web.AppRunner) -> None:
    """Answer what was accepted, by us or for us by the kernel, and stop every part."""
    if runner.sites:
        await _take_in_the_rest(runner)
    await runner.cleanup()


async def _take_in_the_rest(runner: web.AppRunner) -> None:
    """Accept the connections that wait in the kernel: closing would reset them unread."""
    loop = asyncio.get_running_loop()
    by = loop.time() + TAKE_IN_SECONDS
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for listening in _listening(runner):
            stack.enter_context(listening).listen(0)  # from now on, hardly any more may wait
            selector.register(listening, selectors.EVENT_READ)
        while selector.select(0) and loop.time() < by:  # noqa: ASYNC110 - uvloop takes one a turn
            await asyncio.sleep(0)
    await asyncio.sleep(READ_SECONDS)


def _listening(runner: web.AppRunner) -> Iterator[socket.socket]:
    """Copies of the sockets that the server listens on: uvloop's own cannot be set."""
    for site in runner.sites:
        server = getattr(site, "_server", None)  # aiohttp gives no other way
        for shared in server.sockets if server is not None else ():
            yield socket.socket(fileno=os.dup(shared.fileno()))


async def _signal_after(seconds: float, signals: asyncio.Queue[int]) -> None:
    """Return at the first signal that comes after some seconds."""
    await asyncio.sleep(seconds)
    while not signals.empty():
        signals.get_nowait()
    await signals.get()


async def _started(runner: web.AppRunner, stop: asyncio.Task[int]) -> bool:
    """Whether every part runs; False when a stop signal came first. Raises CannotStart."""
    setup = asyncio.create_task(runner.setup())
    await asyncio.wait({setup, stop}, return_when=asyncio.FIRST_COMPLETED)
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


async def _until_stopped(app: web.Application, stop: asyncio.Task[int]) -> int:
    """Wait for a stop signal, or for an actor that cannot be kept alive; the exit status."""
    failure = app[SUPERVISOR].failure
    either: set[asyncio.Future[Any]] = {stop, failure}
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
