"""Stored charts as callers meet them: two servers over two databases, asked in turn by one client.

The same promise as that of `benchmarks.charts`, with all that a request costs beside statements.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from uuid import UUID

import requests

from app.security.tokens import Scope, digest_of
from app.storage.charts import ChartOrder
from app.storage.postgres import Connection
from benchmarks.measure import ROUNDS, Measured, median
from benchmarks.servers import OWNER, TOKEN, TOKEN_ID
from benchmarks.table import Row

CALLS = 150
"""Of each kind, to each server and in each round."""
PERCENTILES = (0.5, 0.99)
AT_MOST = 1.5
WITHIN = 60.0
"""Seconds for one answer."""
PATH = "/api/v1/charts"
_SETTINGS = {
    "NOCTURNA_WORKERS": "2",
    "NOCTURNA_DATABASE_POOL_SIZE": "1",
    "NOCTURNA_DATABASE_MAX_OVERFLOW": "0",
    "NOCTURNA_CHARTS_PER_USER": "10000000",
    "NOCTURNA_RATE_LIMIT_FREE": "0",
    "NOCTURNA_RATE_LIMIT_SERVICE": "0",
}
_BIRTH = {"date": "1990-01-15", "time": "14:30:00", "latitude": 40.7128, "longitude": -74.006}
_numbers = count()
_chance = random.Random(1)  # noqa: S311 - the same calls in every run


@dataclass(frozen=True, slots=True)
class Served:
    """A server over a database with charts, some of which have these ids."""

    url: str
    session: requests.Session
    ids: tuple[UUID, ...]

    def seconds(self, method: str, path: str, body: bytes | None = None) -> float:
        """How long an answer took; raises HTTPError for a refusal."""
        began = time.perf_counter()
        answer = self.session.request(method, self.url + path, data=body, timeout=WITHIN)
        spent = time.perf_counter() - began
        answer.raise_for_status()
        return spent


async def let_in(connection: Connection) -> None:
    """Give a database the row of the token that this client sends."""
    role = "INSERT INTO user_roles (user_id, role) VALUES ($1, 'service')"
    await connection.execute(role, UUID(OWNER))
    await connection.execute(
        """
        INSERT INTO service_tokens (id, user_id, name, token_digest, scopes)
        VALUES ($1, $2, 'of the benchmarks', $3, $4)
        """,
        UUID(TOKEN_ID),
        UUID(OWNER),
        digest_of(TOKEN),
        [Scope.CALCULATIONS],
    )


def compared(whose: str, *databases: tuple[str, tuple[UUID, ...]]) -> list[Row]:
    """The rows about a small and a large database, each an address with ids of charts in it."""
    with ExitStack() as stack:
        small, large = (
            _served(stack, stack.enter_context(_server(address)), ids) for address, ids in databases
        )
        for call in _KINDS.values():
            _ratios(small, large, call)  # warm
        return [row for name, call in _KINDS.items() for row in _rows(name, whose, small, large)]


def _server(address: str) -> Measured:
    return Measured("nocturna", {**_SETTINGS, "NOCTURNA_DATABASE_URL": address})


def _served(stack: ExitStack, server: Measured, ids: tuple[UUID, ...]) -> Served:
    session = stack.enter_context(requests.Session())
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    session.headers["Content-Type"] = "application/json"
    return Served(server.url, session, ids)


def _rows(name: str, whose: str, small: Served, large: Served) -> list[Row]:
    found = [_ratios(small, large, _KINDS[name]) for _ in range(ROUNDS)]
    return [
        Row.at_most(f"HTTP: {name}, {whose}: p{share * 100:.0f} / few", ratio, AT_MOST)
        for share, ratio in zip(PERCENTILES, map(median, zip(*found, strict=True)), strict=True)
    ]


Call = Callable[[Served], float]


def _ratios(small: Served, large: Served, call: Call) -> tuple[float, ...]:
    """Each percentile of calls to the large database over that of calls to the small one."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(CALLS):
        for served, seconds in zip((small, large), spent, strict=True):
            seconds.append(call(served))
    few, many = (sorted(seconds) for seconds in spent)
    return tuple(many[int(CALLS * share)] / few[int(CALLS * share)] for share in PERCENTILES)


def _create(served: Served) -> float:
    body = {**_BIRTH, "name": f"Given{next(_numbers) % 97} Another"}
    return served.seconds("POST", PATH, json.dumps(body).encode())


def _get(served: Served) -> float:
    return served.seconds("GET", f"{PATH}/{_chance.choice(served.ids)}")


def _first_page(served: Served) -> float:
    return served.seconds("GET", f"{PATH}?sort={_chance.choice(list(ChartOrder))}")


def _search_for_all(served: Served) -> float:
    return served.seconds("GET", f"{PATH}?search=family")


def _search(served: Served) -> float:
    return served.seconds("GET", f"{PATH}?search=no000012+giv")


_KINDS: Mapping[str, Call] = {
    "create": _create,
    "get": _get,
    "first page": _first_page,
    "search": _search,
    "search for all": _search_for_all,
}
