"""A real server in a process of its own, as its users meet it: over a socket, with real workers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self, TypeVar

import psutil
import requests

from app.security.secrets import SigningKeys
from app.security.tokens import Claims, Kind, digest_of, issue
from app.storage.embedded import attached_server
from app.storage.postgres import connect_options, dedicated

_T = TypeVar("_T")

ROOT = Path(__file__).parents[1]
SECRET = "a-key-for-tests-of-more-than-thirty-two-characters"  # noqa: S105 - opens nothing
LONG_ENOUGH = 60.0
"""Seconds a test waits for what takes one: machines are shared, and slow at times."""
PATIENT = dict.fromkeys(
    (
        "NOCTURNA_REQUEST_DEADLINE",
        "NOCTURNA_DRAIN_SECONDS",
        "NOCTURNA_WORKER_PATIENCE",
        "NOCTURNA_SLOW_REQUEST_SECONDS",
        "NOCTURNA_DATABASE_POOL_TIMEOUT",
        "NOCTURNA_DATABASE_CONNECT_TIMEOUT",
        "NOCTURNA_DATABASE_STATEMENT_TIMEOUT",
    ),
    str(LONG_ENOUGH),
) | {"NOCTURNA_LONG_REQUEST_DEADLINE": str(5 * LONG_ENOUGH)}
"""Settings of a server that takes nothing for broken because the machine is slow."""
ACCESS_SECONDS = 86_400
LASTING = {"NOCTURNA_ACCESS_TOKEN_MINUTES": str(ACCESS_SECONDS // 60)}
"""Settings of a server on which a login outlasts all tests, however slow the machine."""
BOUNDLESS = LASTING | dict.fromkeys(
    (
        *(f"NOCTURNA_RATE_LIMIT_{name}" for name in ("FREE", "BASIC", "PRO", "AUTH")),
        "NOCTURNA_LOGIN_FAILURES_PER_ADDRESS",
    ),
    "1000000",
)
"""The same, with limits of which it tells, but none that tests reach together."""


SERVICE_USER = "c0ffee00-0000-4000-8000-000000000000"
"""The account that owns the tokens of this module, in every server of this module."""
NOBODY_HAS_IT = "c0ffee00-0000-4000-8000-00000000dead"
"""An id of nothing."""
WORKER = "actors.calculation_pool.worker"
STANDARD = (("calculations",), ("admin",), ("calculations", "admin"))
_DAY = 86_400


def token(*scopes: str, days: int = 30, now: float | None = None) -> str:
    """A token that every server of this module accepts: the same one for the same scopes.

    With a moment of issue it is one that no server has a row of, for those that have expired.
    """
    held = scopes or ("calculations",)
    issued = _started if now is None else now
    return issue(
        SigningKeys(SECRET, (SECRET,)),
        Claims(
            subject=SERVICE_USER,
            kind=Kind.SERVICE,
            scopes=frozenset(held),
            token_id=token_id(held),
            session_id=None,
            issued_at=issued,
            expires_at=issued + days * _DAY,
        ),
    )


_started = time.time()
LASTING_WINDOW = next(
    seconds for seconds in range(_DAY, _DAY // 2, -1) if seconds - _started % seconds > _DAY // 2
)
"""Seconds of a window of requests that does not end while tests run: all begin in 1970."""


def token_id(scopes: tuple[str, ...]) -> str:
    """The row of a standard token."""
    return str(uuid.uuid5(uuid.UUID(SERVICE_USER), ",".join(sorted(scopes))))


async def add_tokens(dsn: str) -> None:
    """Give a database the rows of the tokens of this module; again is harmless."""
    async with dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw:
        await raw.execute(
            "INSERT INTO users (id, email, username) VALUES ($1, $2, $2) ON CONFLICT DO NOTHING",
            SERVICE_USER,
            "tests@nocturna.internal",
        )
        await raw.execute(
            "INSERT INTO user_roles (user_id, role) VALUES ($1, 'service') ON CONFLICT DO NOTHING",
            SERVICE_USER,
        )
        await raw.executemany(
            "INSERT INTO service_tokens (id, user_id, name, token_digest, scopes, expires_at) "
            "VALUES ($1, $2, 'of the tests', $3, $4, now() + interval '30 days') "
            "ON CONFLICT DO NOTHING",
            [
                (token_id(scopes), SERVICE_USER, digest_of(token(*scopes)), list(scopes))
                for scopes in STANDARD
            ],
        )


def in_a_thread(work: Coroutine[Any, Any, _T]) -> _T:
    """What some work returns, also where an event loop runs already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result(5 * LONG_ENOUGH)


def _command(process: psutil.Process) -> list[str]:
    """The words that started a process; none for one that has ended."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


class RunningServer:
    """`run.py` on a free port; leave the `with` block and it is gone, workers and all."""

    def __init__(self, data_dir: Path, environment: Mapping[str, str] | None = None) -> None:
        self._environment = {
            "PATH": "/nonexistent",
            "NOCTURNA_PORT": "0",
            "NOCTURNA_WORKERS": "2",
            "NOCTURNA_SECRET_KEY": SECRET,
            "NOCTURNA_DATA_DIR": str(data_dir),
            "NOCTURNA_LOG_FORMAT": "json",
            **PATIENT,
            **(environment or {}),
        }
        self.data_dir = data_dir
        self.lines: list[dict[str, Any]] = []
        self._serving: Queue[str | None] = Queue()

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "run.py")],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            address = self._serving.get(timeout=3 * LONG_ENOUGH)  # a database, workers, a repair
        except Empty:
            address = None
        if address is None:
            self.process.kill()
            message = f"the server did not start: {self.lines}"
            raise RuntimeError(message)
        self.url = address
        in_a_thread(self._add_tokens())
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.wait()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The address of its database."""
        given = self._environment.get("NOCTURNA_DATABASE_URL")
        if given:
            yield given
            return
        async with attached_server(Path(self._environment["NOCTURNA_DATA_DIR"])) as dsn:
            assert dsn is not None, "no embedded server runs"
            yield dsn

    async def _add_tokens(self) -> None:
        async with self.database() as dsn:
            await add_tokens(dsn)

    @property
    def workers(self) -> list[psutil.Process]:
        """Worker processes that live now."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if WORKER in _command(child)]

    def wait(self) -> int:
        """The exit status, once the server has ended; kills one that does not end."""
        try:
            status = self.process.wait(2 * LONG_ENOUGH)  # the drain, and then the end
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self._reader.join(LONG_ENOUGH)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status

    def signal_group(self, number: int) -> None:
        """Signal the server and all that is in its process group, as a terminal does."""
        os.killpg(self.process.pid, number)

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        scopes: tuple[str, ...] = ("calculations",),
    ) -> requests.Response:
        """POST JSON, or `data` as it is, with a token of these scopes; no scopes, no token."""
        content = json.dumps(body).encode() if data is None else data
        return requests.post(
            self.url + path,
            data=content,
            headers=self._headers(scopes, {"Content-Type": "application/json", **(headers or {})}),
            timeout=5 * LONG_ENOUGH,
        )

    def get(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        scopes: tuple[str, ...] = ("calculations",),
    ) -> requests.Response:
        """GET with a token of these scopes; no scopes, no token."""
        return requests.get(
            self.url + path,
            headers=self._headers(scopes, headers or {}),
            timeout=5 * LONG_ENOUGH,
            allow_redirects=False,
        )

    def metric(self, name: str) -> float:
        """The sum of a metric over all its labels."""
        text = self.get("/metrics", scopes=()).text
        lines = [line for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def _headers(self, scopes: tuple[str, ...], more: Mapping[str, str]) -> dict[str, str]:
        mine = {"Authorization": f"Bearer {token(*scopes)}"} if scopes else {}
        return {**mine, **more}

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            try:
                event = json.loads(line)
            except ValueError:
                event = {"message": line.rstrip()}
            self.lines.append(event)
            if event.get("message") == "serving":
                self._serving.put(event["context"]["address"])
        self._serving.put(None)
