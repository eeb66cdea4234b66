"""A real server in a process of its own, as its users meet it: over a socket, with real workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

import psutil
import requests

from app.security.secrets import SigningKeys
from app.security.tokens import create_service_token

ROOT = Path(__file__).parents[1]
SECRET = "a-key-for-tests-of-more-than-thirty-two-characters"  # noqa: S105 - opens nothing
LONG_ENOUGH = 60.0
"""Seconds a test waits for what takes one: machines are shared, and slow at times."""


def token(*scopes: str, days: int = 30, now: float | None = None) -> str:
    """A token that every server of this module accepts."""
    import time  # noqa: PLC0415 - only here

    keys = SigningKeys(SECRET, (SECRET,))
    return create_service_token(
        keys, days=days, scopes=scopes or ("calculations",), now=time.time() if now is None else now
    )


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
            **(environment or {}),
        }
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
            address = self._serving.get(timeout=LONG_ENOUGH)
        except Empty:
            address = None
        if address is None:
            self.process.kill()
            message = f"the server did not start: {self.lines}"
            raise RuntimeError(message)
        self.url = address
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.wait()

    @property
    def workers(self) -> list[psutil.Process]:
        """Worker processes that live now."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if child.status() != psutil.STATUS_ZOMBIE]

    def wait(self) -> int:
        """The exit status, once the server has ended; kills one that does not end."""
        try:
            status = self.process.wait(LONG_ENOUGH)
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
            timeout=LONG_ENOUGH,
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
            timeout=LONG_ENOUGH,
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
