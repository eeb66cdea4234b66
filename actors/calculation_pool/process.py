"""One worker process as the pool holds it: started, fed frames, watched, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from actors.calculation_pool.frames import READY, FrameBuffer, WorkerReply, reply_in
from app.telemetry.logs import LogSetup

ROOT = Path(__file__).resolve().parents[2]
"""Where `python -m actors…` finds this very code."""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What every worker of a pool is started with.

    `operations` names a function, `module:function`, that returns what a worker can be asked.
    """

    operations: str
    directories: tuple[Path, ...]
    logs: LogSetup


class WorkerProcess(asyncio.Protocol):
    """A worker and the wire to it; calls back on readiness, replies and death."""

    def __init__(
        self,
        setup: WorkerSetup,
        on_ready: Callable[[], None],
        on_reply: Callable[[WorkerReply], None],
        on_death: Callable[[], None],
    ) -> None:
        self._setup = setup
        self._on_ready = on_ready
        self._on_reply = on_reply
        self._on_death = on_death
        self._frames = FrameBuffer()
        self._process: subprocess.Popen[bytes] | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._reaping: asyncio.Future[int] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start the process; readiness is reported by `on_ready` later. Raises OSError."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - a vfork, and our own interpreter
                    self._command(theirs.fileno()),
                    cwd=ROOT,
                    pass_fds=(theirs.fileno(),),
                    process_group=0,
                    stdin=subprocess.DEVNULL,
                )
            ours.settimeout(0.0)
            await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=ours)
        except BaseException:
            ours.close()  # which also ends a worker that did start
            raise

    def send(self, frame: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frame)

    def kill(self) -> None:
        """End the process at once; `on_death` follows."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)

    async def stop(self, within: float) -> None:
        """Close the wire, which ends an idle worker, and wait; kill it after `within` seconds."""
        self._stopping = True
        if self._transport is not None:
            self._transport.close()
        if self._process is not None:
            process = self._process
            await asyncio.to_thread(_reap, process, within)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not say that they are asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        for frame in self._frames.feed(data):
            reply = reply_in(frame)
            if reply.id == READY:
                self._on_ready()
            else:
                self._on_reply(reply)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._transport = None
        if self._stopping:
            return
        self.kill()
        if self._process is not None:
            loop = asyncio.get_running_loop()
            self._reaping = loop.run_in_executor(None, self._process.wait)
        self._on_death()

    def _command(self, descriptor: int) -> Sequence[str]:
        return (
            sys.executable,
            "-m",
            "actors.calculation_pool.worker",
            str(descriptor),
            str(os.getpid()),
            self._setup.operations,
            self._setup.logs.service,
            self._setup.logs.level,
            "json" if self._setup.logs.as_json else "console",
            *map(str, self._setup.directories),
        )


def _reap(process: subprocess.Popen[bytes], within: float) -> None:
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
