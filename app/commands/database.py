"""`run.py migrate`, `backup` and `restore`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.commands.asking import agreed
from app.commands.kinds import Commands
from app.commands.running import run
from app.settings import Settings
from app.storage.backup import backup, key_to_bring, restore, to_be_replaced
from app.storage.opening import open_storage


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
    restoring.add_argument("--yes", action="store_true", help="do not ask")
    restoring.set_defaults(command=put_back)


def migrate_schema(settings: Settings, _: argparse.Namespace) -> int:
    async def migrated() -> tuple[str, ...]:
        async with open_storage(settings, attach=True) as storage:
            return storage.applied

    _say_applied(run(settings, migrated()))
    return 0


def back_up(settings: Settings, options: argparse.Namespace) -> int:
    written = run(settings, backup(settings, options.file))
    print(f"{written.path}: {written.size} bytes, for its owner alone; {written.about_keys}")
    return 0


def put_back(settings: Settings, options: argparse.Namespace) -> int:
    """Restore a backup, after a question if there is something to lose."""
    if not options.yes and not _may_replace(settings, options.file):
        print("nothing was restored", file=sys.stderr)
        return 1
    applied = run(settings, restore(settings, options.file))
    print(f"restored what {options.file} holds")
    _say_applied(applied)
    print(key_to_bring(settings))
    return 0


def _may_replace(settings: Settings, file: Path) -> bool:
    """Whether the database is empty, or somebody said yes; raises BadRequest with nobody there."""
    accounts = run(settings, to_be_replaced(settings, file))
    if not accounts:
        return True
    held = f"{accounts} account{'s' if accounts > 1 else ''} and all that they own"
    return agreed(f"replace {held} by what {file} holds, for good?")


def _say_applied(names: tuple[str, ...]) -> None:
    for name in names:
        print(f"applied {name}")
    print("the schema is up to date")
