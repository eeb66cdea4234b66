"""What the workers of these tests can be asked: to answer, to count, to wait, to hang and to die.

A body is the text or the path that an operation needs. Workers import this module by its name.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from app.astrology.sky import Ephemeris
from app.calculations.execution import Run
from app.compat.operations import operations as catalogue_operations
from app.errors import CalculationFailed
from app.wire import Outcome, failed

MARKER = "NOCTURNA_TESTS_MARKER"
"""Environment variable with the path that tells `hanging_once` whether it has hung before."""

_POLL_SECONDS = 0.005


def operations() -> Mapping[str, Run]:
    return {
        **catalogue_operations(),
        "echo": echo,
        "count": count,
        "volatile": volatile,
        "failing": failing,
        "wait": wait,
        "die": die,
        "die_once": die_once,
        "hang": hang,
        "hang_once": hang_once,
    }


def hanging_once() -> Mapping[str, Run]:
    """The same, but the first worker that asks for it never starts."""
    hang_once(os.environ[MARKER].encode(), None)
    return operations()


def echo(body: bytes, _: Ephemeris) -> Outcome:
    """The body, for ever."""
    return Outcome(200, body, lasting=True)


def count(body: bytes, ephemeris: Ephemeris) -> Outcome:
    """The body for ever, and a line more in the file of that name."""
    _note(body)
    return echo(body, ephemeris)


def volatile(body: bytes, _: Ephemeris) -> Outcome:
    """The body, for now, and a line more in the file of that name."""
    _note(body)
    return Outcome(200, body)


def failing(body: bytes, _: Ephemeris) -> Outcome:
    """A failure, and a line more in the file of that name."""
    _note(body)
    return failed(CalculationFailed("there is no answer"))


def wait(body: bytes, _: Ephemeris) -> Outcome:
    """The body, once the file of that name exists; one beside it says that this has begun."""
    gate = Path(body.decode())
    started_at(gate).touch()
    while not gate.exists():
        time.sleep(_POLL_SECONDS)
    return Outcome(200, body)


def started_at(gate: Path) -> Path:
    """The file that exists once somebody waits at a gate."""
    return gate.with_suffix(".started")


def die(_: bytes, __: Ephemeris) -> Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(200, b"still here")


def die_once(body: bytes, ephemeris: Ephemeris) -> Outcome:
    """The body, but the first worker that meets it dies and leaves the file of that name."""
    return echo(body, ephemeris) if _is_marked(body) else die(body, ephemeris)


def hang(_: bytes, __: Ephemeris | None) -> Outcome:
    while True:
        time.sleep(3600.0)


def hang_once(body: bytes, ephemeris: Ephemeris | None) -> Outcome:
    """The body, but the first worker that meets it hangs and leaves the file of that name."""
    return Outcome(200, body) if _is_marked(body) else hang(body, ephemeris)


def _note(body: bytes) -> None:
    with Path(body.decode()).open("a") as file:
        file.write("computed\n")


def _is_marked(body: bytes) -> bool:
    """Whether the file of that name was there before this call."""
    try:
        Path(body.decode()).touch(exist_ok=False)
    except FileExistsError:
        return True
    return False
