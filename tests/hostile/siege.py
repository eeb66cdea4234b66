"""A server under attack, and what it looks like afterwards."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

import psutil
import requests

from tests.hostile.mutations import Attacker
from tests.server import LONG_ENOUGH, RunningServer, token

THREADS = 4


@dataclass(slots=True)
class Siege:
    """How a number of hostile requests were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def lay(self, server: RunningServer, count: int, seed: int) -> None:
        """Send `count` requests from several threads; notes every answer of 500 or more."""
        threads = [
            threading.Thread(
                target=self._attack, args=(server.url, count // THREADS, seed + number)
            )
            for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _attack(self, url: str, count: int, seed: int) -> None:
        attacker = Attacker(seed)
        with requests.Session() as session:
            bearer = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
            for _ in range(count):
                shot = attacker.next()
                response = session.post(
                    url + shot.path,
                    data=shot.body,
                    headers={**bearer, **shot.headers},
                    timeout=LONG_ENOUGH,
                )
                self.statuses[response.status_code] += 1
                if response.status_code >= 500:
                    self.faults.append(f"{response.status_code} {shot.path} {shot.body[:300]!r}")


def memory_mb(server: RunningServer) -> float:
    """Resident memory of a server and its workers."""
    processes = [psutil.Process(server.process.pid), *server.workers]
    return float(sum(process.memory_info().rss for process in processes)) / 1e6
