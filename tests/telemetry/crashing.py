"""A server that fails in every way it can, with what its caller sent in the text of the error.

`houses` fails in a worker, `aspects` ends its worker, and a name that begins with `crash` fails on
the event loop. The rest works.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import run
from app import serving
from app.application import create_app
from app.astrology.sky import Ephemeris
from app.calculations.execution import Run, guarded
from app.compat import operations as real
from app.web import calculations
from app.wire import Outcome
from tests.server import ROOT

_known_name = calculations.known_name


def operations() -> Mapping[str, Run]:
    """What the workers of this server can be asked."""
    return {**real.operations(), "houses": guarded(_fail), "aspects": _fail}


def main() -> int:
    """Serve, as `run.py` does."""
    vars(serving)["create_app"] = partial(create_app, operations=f"{__name__}:operations")
    vars(calculations)["known_name"] = _failing_name
    return run.main([])


def write_script(directory: Path) -> None:
    """Make a `run.py` that starts this server."""
    lines = (
        "import sys",
        f"sys.path.insert(0, {str(ROOT)!r})",
        f"from {__name__} import main",
        "sys.exit(main())",
    )
    (directory / "run.py").write_text("\n".join(lines))


def _fail(body: bytes, _: Ephemeris) -> Outcome:
    message = f"cannot compute {body.decode()}"
    raise ValueError(message)


def _failing_name(name: str) -> str:
    if name.startswith("crash"):
        message = f"cannot look up {name}"
        raise ValueError(message)
    return _known_name(name)
