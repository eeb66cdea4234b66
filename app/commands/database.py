"""`run.py migrate`, `backup` and `restore`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from app.commands.kinds import Commands
from app.settings import Settings
from app.storage.backup import backup, restore
from app.storage.opening import open_storage
from app.telemetry.logs import configure, log_setup

_T = TypeVar("_T")


def add(commands: Commands) -> None:
    migrating = commands.add_parser("migrate", help="bring the database schema up to date")
    migrating.set_defaults(command=migrate_schema)
    backing_up = commands.add_parser("backup", help="write all that is stored into a new file")
    backing_up.add_argument("file", type=Path)
    backing_up.set_defaults(command=back_up)
    restoring = commands.add_parser(
        "restore", help="replace all that is stored by a backup, while no server runs"
    )
    restoring.add_argument("file", type=Path)
    restoring.set_defaults(command=put_back)


def migrate_schema(settings: Settings, _: argparse.Namespace) -> int:
    async def migrated() -> tuple[str, ...]:
        async with open_storage(settings, attach=True) as storage:
            return storage.applied

    _say_applied(_run(settings, migrated()))
    return 0


def back_up(settings: Settings, options: argparse.Namespace) -> int:
    written = _run(settings, backup(settings, options.file))
    print(f"{written.path}: {written.size} bytes, for its owner alone; {written.about_keys}")
    return 0


def put_back(settings: Settings, options: argparse.Namespace) -> int:
    applied = _run(settings, restore(settings, options.file))
    print(f"restored what {options.file} holds")
    _say_applied(applied)
    return 0


def _run(settings: Settings, work: Coroutine[Any, Any, _T]) -> _T:
    """What some work on the database returns; its log lines look as the server's."""
    configure(log_setup(settings.service_name, settings.log_level, settings.log_format))
    return asyncio.run(work)


def _say_applied(names: tuple[str, ...]) -> None:
    for name in names:
        print(f"applied {name}")
    print("the schema is up to date")
