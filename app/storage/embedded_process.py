"""The process of our own PostgreSQL server: made, started, watched, restarted and stopped.

The kernel asks it for a fast shutdown when this process dies in whatever way, and a server that is
killed itself is started again; PostgreSQL's log then brings every row back.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from asyncio.subprocess import Process
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.storage.embedded_home import PORT, USER, check_record, record
from app.storage.errors import CannotOpenStorage
from app.storage.postmaster import POLL_SECONDS, alive, answers, exists, recorded_pid, works_in
from app.storage.programs import Programs, end
from app.telemetry.logs import logger

SPARE_CONNECTIONS = 10
"""Beside the pool's: the listener, migrations, backups, commands, and three kept for the owner."""

INITDB_SECONDS = 300.0
START_SECONDS = 120.0
"""Longest time until a server answers: after a crash it first repeats what its log holds."""
PREDECESSOR_SECONDS = 60.0
"""Longest time for a server that lost its owner to shut down by itself; then it is pushed."""
FAST_SECONDS, IMMEDIATE_SECONDS = 30.0, 10.0
"""Longest time for a shutdown with, and for one without, a last checkpoint."""
FIRST_DELAY, LONGEST_DELAY, CALM_SECONDS = 0.1, 30.0, 60.0
"""Restarts: the first pause, the longest one, and the life after which the pauses start anew."""
LAST_WORDS_SECONDS = 1.0
_KEPT_LINES = 20
_LONGEST_LINE = 1 << 16
_STILL_IN_USE = "shared memory block"
"""What it says while processes of a killed server still end."""

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",  # in the data directory: /dev/shm is small in containers
    "huge_pages": "off",
    "io_method": "sync",  # one machine, few users: no processes for reading ahead
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    "log_min_messages": "log",  # not the errors of statements: their texts repeat values
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

_log = logger(__name__)


class _DidNotStart(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class EmbeddedStatus:
    """`pid` of the running server, None while there is none; `restarts` since the start."""

    pid: int | None
    restarts: int
    account: str


class EmbeddedServer:
    """The server in one directory; made by `embedded_server`."""

    def __init__(self, home: Path, programs: Programs, connections: int) -> None:
        self._home = home
        self._data = home / "data"
        self._programs = programs
        self._connections = connections
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._told: dict[str, float] = {}
        self._ready = False
        self._restarts = 0

    @property
    def status(self) -> EmbeddedStatus:
        pid = self._process.pid if self._ready and self._process is not None else None
        return EmbeddedStatus(pid, self._restarts, self._programs.account)

    async def start(self) -> None:
        """Make the data directory if there is none, and start; raises CannotOpenStorage."""
        check_record(self._home)
        if not self._data.exists():
            await self._create()
        record(self._home, self._programs.account)
        loop = asyncio.get_running_loop()
        by, delay = loop.time() + START_SECONDS, FIRST_DELAY
        while True:
            try:
                await self._launch()
            except _DidNotStart as failure:
                if _STILL_IN_USE not in failure.reason or loop.time() > by:
                    msg = f"the database in {self._data} does not start: {failure.reason}"
                    raise CannotOpenStorage(msg) from failure
                await asyncio.sleep(delay)
                delay = min(2 * delay, 1.0)
            else:
                return

    async def watch(self) -> None:
        """Start it again whenever it ends, for ever."""
        loop = asyncio.get_running_loop()
        delay, started = FIRST_DELAY, loop.time()
        while True:
            if self._process is not None:
                status = await self._process.wait()
                self._ready = False
                self._told.clear()
                _log.error("the database ended and is started again", status=status)
            if loop.time() - started > CALM_SECONDS:
                delay = FIRST_DELAY
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)
            started = loop.time()
            try:
                await self._launch()
            except (_DidNotStart, CannotOpenStorage, OSError) as failure:
                _log.error("the database does not start", reason=str(failure))
            else:
                self._restarts += 1
                _log.info("the database is back")

    async def stop(self) -> None:
        """Shut down fast; without a last checkpoint when that takes too long or is cancelled."""
        process = self._process
        if process is not None:
            try:
                await _ended(process, signal.SIGINT, FAST_SECONDS)
                await _ended(process, signal.SIGQUIT, IMMEDIATE_SECONDS)
                await end(process)
            finally:
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGQUIT)
        self._ready = False
        await self._stop_reading()

    async def _stop_reading(self) -> None:
        """Take its last words; processes of a killed server may hold the pipe a little longer."""
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=LAST_WORDS_SECONDS)
            self._reading.cancel()

    async def _create(self) -> None:
        """A new data directory, whole or not at all."""
        draft = self._home / "data.new"
        await asyncio.to_thread(shutil.rmtree, draft, ignore_errors=True)
        status, text = await self._programs.run(
            "initdb",
            f"--pgdata={draft}",
            f"--username={USER}",
            "--auth=trust",  # who reaches the socket, in a directory of mode 0700, is its owner
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",  # lower() knows every alphabet, the same on every machine
            "--no-instructions",
            within=INITDB_SECONDS,
        )
        if status != 0:
            msg = f"cannot make a database in {self._home}: {_last_line(text.splitlines())}"
            raise CannotOpenStorage(msg)
        draft.rename(self._data)

    async def _launch(self) -> None:
        """Start, and wait until it answers; raises _DidNotStart."""
        stranger = await self._predecessor_gone()
        run = self._home / "run"
        for leftover in run.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)
        # Relative to the data directory, so that no path is too long for a socket.
        options = {
            **_OPTIONS,
            "unix_socket_directories": "../run",
            "port": str(PORT),
            "max_connections": str(self._connections + SPARE_CONNECTIONS),
        }
        arguments = [part for item in options.items() for part in ("-c", "=".join(item))]
        # PostgreSQL's own way to say that the process in its pid file is none of its kind.
        environment = {"PG_GRANDPARENT_PID": str(stranger)} if stranger else {}
        await self._stop_reading()
        self._lines.clear()
        process = await self._programs.start(
            "postgres", "-D", str(self._data), *arguments, environment=environment, output=None
        )
        self._process = process
        self._reading = asyncio.create_task(self._read(process))
        try:
            async with asyncio.timeout(START_SECONDS):
                while not answers(self._data, process.pid):
                    if process.returncode is not None:
                        await self._stop_reading()
                        raise _DidNotStart(_last_line(list(self._lines)))
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as late:
            await self.stop()
            msg = f"not ready after {START_SECONDS:.0f} s: {_last_line(list(self._lines))}"
            raise _DidNotStart(msg) from late
        except asyncio.CancelledError:
            await self.stop()
            raise
        self._ready = True

    async def _read(self, process: Process) -> None:
        """Take what it says: nobody else empties the pipe."""
        assert process.stderr is not None  # noqa: S101 - asked for a pipe
        rest = b""
        while chunk := await process.stderr.read(_LONGEST_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-_LONGEST_LINE:]
            for line in lines:
                self._say(line.decode(errors="replace").strip())

    def _say(self, line: str) -> None:
        if not line:
            return
        self._lines.append(line)
        if line.startswith(("FATAL:", "PANIC:")) and self._is_news(line):
            _log.warning("the database says", line=line)
        else:
            _log.debug("the database says", line=line)

    def _is_news(self, line: str) -> bool:
        """Whether it has not said the same all along: everybody who asks in an outage is told."""
        now = _seconds()
        last = self._told.pop(line, None)
        self._told[line] = now
        if len(self._told) > _KEPT_LINES:
            del self._told[next(iter(self._told))]
        return last is None or now - last > CALM_SECONDS

    async def _predecessor_gone(self) -> int | None:
        """Wait for the server of a dead owner; the process, if any, that now has its number."""
        pid = recorded_pid(self._data)
        if pid is None or not alive(pid):
            return pid if pid is not None and exists(pid) else None
        if not works_in(pid, self._data):
            return pid
        _log.info("waiting for the database of a server that died", pid=pid)
        for number, within in (
            (signal.SIGINT, PREDECESSOR_SECONDS),
            (signal.SIGQUIT, IMMEDIATE_SECONDS),
        ):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    while alive(pid) and works_in(pid, self._data):  # noqa: ASYNC110 - no child
                        await asyncio.sleep(POLL_SECONDS)
                return pid if exists(pid) else None
        msg = f"process {pid} still serves {self._data} and does not end; end it and start again"
        raise CannotOpenStorage(msg)


async def _ended(process: Process, number: signal.Signals, within: float) -> None:
    """Signal a process that runs, and wait; it may still run afterwards."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(number)
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await process.wait()


def _seconds() -> float:
    """A clock that no change of the date moves."""
    return time.monotonic()


def _last_line(lines: list[str]) -> str:
    """What it died of, in its own words."""
    fatal = [line for line in lines if line.startswith(("FATAL:", "PANIC:", "initdb: error:"))]
    told = fatal or [line for line in lines if line.strip()]
    return told[-1] if told else "it said nothing"
