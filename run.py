"""The command line: serve (the default), user …, token …, migrate, backup, restore."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import NoReturn

try:
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from app.commands import database, server, tokens, users
    from app.commands.wrong_settings import setting_problems, unreadable_setting
    from app.errors import AppError, CannotStart
    from app.settings import Settings
    from app.storage.embedded_home import has_database
except ModuleNotFoundError as error:
    package = (error.name or "").partition(".")[0]
    if not package or find_spec(package) is not None:  # it is there, but something in it is wrong
        raise
    sys.exit(
        f"nocturna: {package} is not installed for {sys.executable}; run make .venv/installed "
        "once, then .venv/bin/python run.py"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _done(Settings(), options)
    except ValidationError as error:
        return _fail("\n".join(setting_problems(error)))
    except SettingsError as error:
        return _fail(unreadable_setting(error))
    except AppError as error:
        return _fail(error.message)
    except CannotStart as error:
        return _fail(str(error))


def _done(settings: Settings, options: argparse.Namespace) -> int:
    """The exit status of a command, which says when it has made a database.

    A wrong working directory is enough for that. A server says itself where its data is.
    """
    command: Callable[[Settings, argparse.Namespace], int] = options.command
    is_new = not has_database(settings.data_dir)
    status = command(settings, options)
    if command is not server.serve_until_stopped and is_new and has_database(settings.data_dir):
        _say(f"made a new database in {settings.data_dir.resolve()}")
    return status


class _Parser(argparse.ArgumentParser):
    """Refuses a wrong command line as everything else is refused: one line, status 1."""

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"nocturna: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="run.py", description="Nocturna, an astrology backend.")
    parser.set_defaults(command=server.serve_until_stopped)
    commands = parser.add_subparsers(title="commands")
    for group in (server, users, tokens, database):
        group.add(commands)
    return parser


def _fail(text: str) -> int:
    _say(text)
    return 1


def _say(text: str) -> None:
    print(f"nocturna: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
