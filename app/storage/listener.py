"""What the database tells by itself: notifications of changes, heard on a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from random import random
from typing import Any

from app.storage.errors import DatabaseUnavailable
from app.storage.postgres import FAILURES, RawConnection, connect_options, dedicated, translated
from app.telemetry.logs import logger

HEARTBEAT_SECONDS = 10.0
"""Between two questions to the server: a dead network says nothing."""
FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0
"""Pauses before the connection is made again: from the first after one that was up."""

_log = logger(__name__)


async def jittered(seconds: float) -> None:
    """Wait for that long at most, and for half of it at least."""
    await asyncio.sleep(seconds * (0.5 + random() / 2))  # noqa: S311 - it keeps no secret


class Listener:
    """One connection outside the pool that hears notifications, and is made again when it ends.

    `on_up` is called once every channel is heard, each time: what was told before is lost, so
    whoever keeps copies drops them there. `on_down` is called when the connection is gone.
    """

    def __init__(
        self,
        dsn: str,
        channels: Mapping[str, Callable[[str], None]],
        on_up: Callable[[], None],
        on_down: Callable[[], None],
        *,
        connect_within: float = 5.0,
        pause: Callable[[float], Awaitable[None]] = jittered,
    ) -> None:
        self._dsn = dsn
        self._channels = channels
        self._on_up = on_up
        self._on_down = on_down
        self._connect_within = connect_within
        self._pause = pause
        self._delay = FIRST_DELAY
        self._up = False
        self._raw: RawConnection | None = None
        self._asking = asyncio.Lock()

    @property
    def up(self) -> bool:
        return self._up

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except DatabaseUnavailable as failure:
                _log.debug("not listening", reason=failure.message)
            except Exception:  # noqa: BLE001 - what nobody foresaw may pass as well
                _log.exception("not listening")
            delay, self._delay = self._delay, min(2 * self._delay, LONGEST_DELAY)
            await self._pause(delay)

    async def catch_up(self) -> None:
        """Hear all that was told by transactions that are over; nothing while nobody listens.

        The server sends it before its answer to whatever it is asked afterwards. A connection
        that gives none is ended, so that nobody relies on it.
        """
        raw = self._raw
        if raw is None:
            return
        try:
            await self._ask(raw)
        except FAILURES:
            raw.terminate()
            self._down()

    async def _ask(self, raw: RawConnection) -> None:
        """One question at a time."""
        async with self._asking:
            await raw.execute("SELECT 1", timeout=self._connect_within)

    async def _listen(self) -> None:
        """Listen while the connection lasts."""
        gone = asyncio.Event()
        options = connect_options(self._connect_within, self._connect_within)
        async with dedicated(self._dsn, options) as raw:
            raw.add_termination_listener(lambda _: gone.set())
            with translated():
                for channel, heard in self._channels.items():
                    await raw.add_listener(channel, _payload_only(heard))
            self._up, self._raw, self._delay = True, raw, FIRST_DELAY
            try:
                self._on_up()
                while not gone.is_set():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(HEARTBEAT_SECONDS):
                            await gone.wait()
                            return
                    with translated():
                        await self._ask(raw)
            finally:
                self._down()

    def _down(self) -> None:
        """Say once that nothing is heard."""
        was_up, self._up, self._raw = self._up, False, None
        if was_up:
            self._on_down()


def _payload_only(heard: Callable[[str], None]) -> Callable[[Any, int, str, object], None]:
    def callback(_: Any, __: int, ___: str, payload: object) -> None:
        heard(str(payload))

    return callback
