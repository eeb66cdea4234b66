"""A PostgreSQL server of our own, for as long as this process lives; or the one of another process.

It listens on a socket inside the data directory and nowhere else. Nothing outside that directory
changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

from app.storage.embedded_home import (
    AlreadyServed,
    address_in,
    home_of,
    make_room,
    only_server,
    prepared,
    unusable,
)
from app.storage.embedded_process import START_SECONDS, EmbeddedServer
from app.storage.postmaster import POLL_SECONDS, answers, recorded_pid
from app.storage.programs import Programs, chosen

OWN_SECONDS = 3.0
"""Longest time for whoever owns the directory to leave it; then this server is refused."""


@asynccontextmanager
async def embedded_server(
    data_dir: Path, connections: int, *, namespaces: bool = True
) -> AsyncIterator[tuple[str, EmbeddedServer]]:
    """The address of a running server of our own, and the server; raises CannotOpenStorage.

    `namespaces` allows root to use a user namespace. Enter it on the main thread: the server ends
    with the thread that started it.
    """
    home = home_of(data_dir)
    with prepared(home), ExitStack() as stack:
        await _own(home, stack)
        server = EmbeddedServer(home, await _account(home, namespaces=namespaces), connections)
        await server.start()
        watching = asyncio.create_task(server.watch())
        try:
            with address_in(home) as dsn:
                yield dsn, server
        finally:
            watching.cancel()
            await asyncio.wait({watching})
            await server.stop()


@asynccontextmanager
async def attached_server(data_dir: Path) -> AsyncIterator[str | None]:
    """The address of the server that another process runs here, None when none does."""
    home = home_of(data_dir)
    try:
        with only_server(home):
            pass
    except FileNotFoundError:
        yield None
        return
    except AlreadyServed:
        with suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while not answers(home / "data", recorded_pid(home / "data")):  # noqa: ASYNC110 - a file
                    await asyncio.sleep(POLL_SECONDS)
        with address_in(home) as dsn:
            yield dsn
        return
    yield None


async def _own(home: Path, stack: ExitStack) -> None:
    """Own the directory; a predecessor may still drain, or a command just look. AlreadyServed."""
    loop = asyncio.get_running_loop()
    by = loop.time() + OWN_SECONDS
    while True:
        try:
            stack.enter_context(only_server(home))
        except AlreadyServed:
            if loop.time() > by:
                raise
            await asyncio.sleep(POLL_SECONDS)
        else:
            return


async def _account(home: Path, *, namespaces: bool) -> Programs:
    """The programs under their account, which owns all of `home`."""
    try:
        programs = await chosen(home, namespaces=namespaces)
        make_room(home)
    except OSError as error:
        raise unusable(home, error) from error
    return programs
