"""`run.py serve`."""

from __future__ import annotations

import argparse

from app.commands.kinds import Commands
from app.settings import Settings


def add(commands: Commands) -> None:
    serving = commands.add_parser("serve", help="serve until a stop signal (the default)")
    serving.set_defaults(command=serve_until_stopped)


def serve_until_stopped(settings: Settings, _: argparse.Namespace) -> int:
    from app.serving import serve  # noqa: PLC0415 - a second of imports, which only this needs

    return serve(settings)
