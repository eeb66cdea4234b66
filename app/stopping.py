"""The end of the server process: answer what was accepted in time, stop every part.

One deadline holds for all requests. Shortly before it, what the actors have not done is refused;
then whatever else a request still waits for is. The parts that remain only have to end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import selectors
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NoReturn

from aiohttp import web

from app.keys import SUPERVISOR
from app.telemetry.logs import logger

ONE_STOP_SECONDS = 0.3
"""Signals this close together are one wish to stop: a terminal and the parents of this process pass
on the same one within milliseconds, while somebody who presses Ctrl-C twice takes longer."""

TAKE_IN = 0.25
"""Longest part of the time to stop for accepting what waits in the kernel: about 1 ms a connection,
and many times that on a full machine."""
READ_SECONDS, READ_TURNS = 0.05, 10
"""Time for reading the requests of those that came last, and turns of the loop after it: a full
machine may have let all that time pass without one."""

GIVE_UP, CUT_OFF = 0.9, 0.95
"""Parts of the time to stop after which actors, and then all else, are waited for no longer; the
rest is for sending the refusals."""

_log = logger(__name__)


async def stop(
    runner: web.AppRunner, signals: asyncio.Queue[int], within: float, status: int
) -> None:
    """Answer what was accepted, within some seconds, and stop every part.

    A later signal ends the process at once, with this exit status.
    """
    ending = asyncio.create_task(_end(runner, within))
    again = asyncio.create_task(_signal_after(ONE_STOP_SECONDS, signals))
    await asyncio.wait({ending, again}, return_when=asyncio.FIRST_COMPLETED)
    if not ending.done():
        _log.warning("stopping at once: a second signal came")
        _leave(status)
    again.cancel()
    await ending


def _leave(status: int) -> NoReturn:
    """End the process as it stands: the kernel ends its children and frees what it holds."""
    sys.stdout.flush()
    logging.shutdown()
    os._exit(status)


async def _end(runner: web.AppRunner, within: float) -> None:
    """Answer what was accepted, by us or for us by the kernel, and stop every part."""
    loop = asyncio.get_running_loop()
    now = loop.time()
    timers = (
        loop.call_at(now + GIVE_UP * within, _give_up, runner),
        loop.call_at(now + CUT_OFF * within, _cut_off, runner),
    )
    try:
        if runner.sites:
            await _take_in_the_rest(runner, TAKE_IN * within)
        await runner.cleanup()
    finally:
        for timer in timers:
            timer.cancel()


def _give_up(runner: web.AppRunner) -> None:
    """Let the actors refuse what they have not done."""
    if waiting := len(list(_handlers(runner))):
        _log.warning("requests that are not ready in time are refused", requests=waiting)
    if (supervisor := runner.app.get(SUPERVISOR)) is not None:
        supervisor.give_up()


def _cut_off(runner: web.AppRunner) -> None:
    """End the waits of requests for anything else, which refuses them."""
    for handler in list(_handlers(runner)):
        handler.cancel()


def _handlers(runner: web.AppRunner) -> Iterator[asyncio.Task[None]]:
    """The tasks of the connections whose requests are not answered yet."""
    for connection in runner.server.connections if runner.server is not None else ():
        handler = getattr(connection, "_task_handler", None)  # aiohttp gives no other way
        if handler is not None and getattr(connection, "_request_in_progress", False):
            yield handler


async def _take_in_the_rest(runner: web.AppRunner, within: float) -> None:
    """Accept the connections that wait in the kernel: closing would reset them unread."""
    loop = asyncio.get_running_loop()
    by = loop.time() + within
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for listening in _listening(runner):
            stack.enter_context(listening).listen(0)  # from now on, hardly any more may wait
            selector.register(listening, selectors.EVENT_READ)
        while selector.select(0) and loop.time() < by:  # noqa: ASYNC110 - uvloop takes one a turn
            await asyncio.sleep(0)
    await asyncio.sleep(READ_SECONDS)
    for _ in range(READ_TURNS):
        await asyncio.sleep(0)


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
