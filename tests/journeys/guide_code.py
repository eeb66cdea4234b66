"""The client code of the public guide to integrating a Nocturna server, executed as it is printed.

`guide/` holds its Python, a file a block, to the byte. All blocks share one namespace and run in
the order of the guide, whose later classes build on the earlier ones; what they import is real.

The one exception is FastAPI, on which nothing here depends: the block that imports it wants only
an application whose `get` decorates a function, to put its own health page into the reader's
backend. A stand-in gives it that and no more.

Left out are two blocks that speak to no server: one encrypts a token at rest, the other mocks a
client.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar

import structlog

BLOCKS = sorted((Path(__file__).parent / "guide").glob("*.txt"))
WANTS_FASTAPI = "from fastapi import FastAPI, HTTPException\n"

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Guide:
    """What the blocks have defined, and the logging of structlog as they set it up."""

    namespace: dict[str, Any]
    logging_as_set: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.namespace[name]
        except KeyError:
            msg = f"the guide defines no {name}"
            raise AttributeError(msg) from None


@dataclass(slots=True)
class PatientTime:
    """The module `time` for the guide: its sleep takes none, and is written down."""

    now: float = 1_800_000_000.0
    pauses: list[float] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class StandInForFastAPI:
    """An application that gives back whatever function it is to serve."""

    def get(self, _: str) -> Callable[[_F], _F]:
        return lambda function: function


@cache
def executed() -> Guide:
    """The guide, once in a process: its metrics enter the one registry of the process.

    What it does to the logging of the whole process is undone, and told.
    """
    namespace: dict[str, Any] = {"__name__": "guide"}
    with logging_restored():
        for block in BLOCKS:
            _execute(block, namespace)
        return Guide(namespace, MappingProxyType(structlog.get_config()))


@contextmanager
def logging_restored() -> Iterator[None]:
    """Leaves structlog behind as it was before."""
    before = structlog.get_config() if structlog.is_configured() else None
    try:
        yield
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)


def _execute(block: Path, namespace: dict[str, Any]) -> None:
    text = block.read_text()
    code = compile(text, block, "exec")
    if WANTS_FASTAPI not in text:
        exec(code, namespace)  # noqa: S102 - a file of these tests
        return
    present = sys.modules.get("fastapi")
    sys.modules["fastapi"] = _fastapi()
    try:
        exec(code, namespace)  # noqa: S102 - a file of these tests
    finally:
        del sys.modules["fastapi"]
        if present is not None:
            sys.modules["fastapi"] = present


def _fastapi() -> ModuleType:
    module = ModuleType("fastapi")
    vars(module).update(FastAPI=StandInForFastAPI, HTTPException=Exception)
    return module
