"""Requests that no friend would send: valid ones, broken in one or several places."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from app.calculations.catalogue import Cost, catalogue
from app.compat.operations import cost_of
from tests.compat.adapters import adapters

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1e308,
    -0.0,
    2**63,
    -(10**40),
    90.0001,
    "",
    " ",
    "now",
    "unknown",
    "NaN",
    "\x00",
    "\u202e",
    "٣",
    "9" * 5000,
    "../../etc/passwd",
    "'; DROP TABLE charts; --",
    "{{7*7}}",
    "2023-02-31",
    "0000-01-01",
    "-4713-01-01",
    "99999-01-01",
    "24:00",
    "23:59:60",
    "Europe/../../x",
    "+99:99",
    [],
    {},
    [[]],
    [None] * 1000,
    ["SUN"] * 65,
    {"SUN": {}},
    {"": None},
)
"""What a field is replaced with."""

RAW = (
    b"",
    b"{",
    b"[",
    b"null",
    b"\xff\xfe",
    b'{"date": NaN}',
    b'{"latitude": 1e400}',
    b"[" * 20_000,
    b'{"a":' * 5_000,
    b'{"date": "\\ud800"}',
    "{'date': '2000-01-01'}".encode("utf-16"),
    b"\x00" * 100,
)
"""Bodies that are no requests at all."""

INSTANT_PER_LONG = 6
"""Times that each instant operation is asked for one time of each long one, whose answers take a
hundred times as long: as many of each would keep a worker for
ten minutes more and tell nothing new."""

HEADERS: tuple[Mapping[str, str], ...] = (
    {},
    {},
    {},
    {"Content-Type": "text/xml"},
    {"Content-Type": "application/json; charset=latin-1"},
    {"X-Request-ID": "x" * 65},
    {"Accept-Encoding": "gzip;q=bad"},
    {"Origin": "null"},
    {"If-None-Match": '*, W/"'},
    {"Authorization": "Bearer x.y.z"},
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """One request to send."""

    path: str
    body: bytes
    headers: Mapping[str, str]


class Attacker:
    """An endless stream of hostile requests, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - not a secret
        own = {f"/api/v1/calculations/{e.name}": dict(e.example) for e in catalogue().values()}
        legacy = {f"/api/{a.name}": dict(a.example) for a in adapters().values()}
        self._examples = list({**own, **legacy}.items())
        names = [*catalogue(), *adapters()]
        self._weights = [1 if cost_of(name) is Cost.LONG else INSTANT_PER_LONG for name in names]
        requests = [one.request for one in catalogue().values()]
        requests += [one.request for one in adapters().values()]
        self._fields = sorted({name for model in requests for name in model.model_fields})

    def next(self) -> Hostile:
        choose = self._random
        ((path, example),) = choose.choices(self._examples, self._weights)
        headers = choose.choice(HEADERS)
        if choose.random() < 0.1:
            return Hostile(path, choose.choice(RAW), headers)
        return Hostile(path, json.dumps(self._broken(example)).encode(), headers)

    def _broken(self, example: Mapping[str, Any]) -> dict[str, Any]:
        choose, body = self._random, deepcopy(dict(example))
        parts = [body, *(value for value in body.values() if isinstance(value, dict))]
        for _ in range(choose.randint(1, 3)):
            part = choose.choice(parts)
            match choose.randint(0, 4):
                case 0 if part:
                    del part[choose.choice(list(part))]
                case 1:
                    part[choose.choice(self._fields)] = choose.choice(VALUES)
                case 2:
                    part[choose.choice(self._fields)] = [choose.choice(VALUES)]
                case 3:
                    part["latitude"] = choose.uniform(-95.0, 95.0)
                    part["longitude"] = choose.uniform(-185.0, 185.0)
                case _:
                    year, month = choose.randint(1150, 2450), choose.randint(0, 13)
                    part["date"] = f"{year:04d}-{month:02d}-{choose.randint(0, 32):02d}"
        return body
