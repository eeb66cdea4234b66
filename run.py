"""The command line: serve (the default), token create, token check."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

from pydantic import ValidationError

from app.ephemeris.files import DamagedEphemeris
from app.errors import AppError
from app.security.secrets import UnusableDataDirectory, signing_keys
from app.security.tokens import Scope, create_service_token, principal_of
from app.serving import CannotStart, serve
from app.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit status."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings()
        command: Callable[[Settings, argparse.Namespace], int] = options.command
        return command(settings, options)
    except ValidationError as error:
        return _fail("\n".join(_setting_problem(finding) for finding in error.errors()))
    except AppError as error:
        return _fail(error.message)
    except (CannotStart, UnusableDataDirectory, DamagedEphemeris) as error:
        return _fail(str(error))


def serve_until_stopped(settings: Settings, _: argparse.Namespace) -> int:
    return serve(settings)


def token_create(settings: Settings, options: argparse.Namespace) -> int:
    scopes = tuple(part.strip() for part in options.scope.split(","))
    keys = signing_keys(settings)
    token = create_service_token(keys, days=options.days, scopes=scopes, now=time.time())
    print(token)
    source = "NOCTURNA_SECRET_KEY" if settings.secret_key else str(settings.data_dir.resolve())
    print(
        f"scope {','.join(scopes)}, valid for {options.days} days, signed with the key of {source}",
        file=sys.stderr,
    )
    return 0


def token_check(settings: Settings, options: argparse.Namespace) -> int:
    principal = principal_of(options.token, signing_keys(settings), time.time())
    ends = datetime.fromtimestamp(principal.expires_at, UTC)
    days = (principal.expires_at - time.time()) / 86_400
    shown = {
        "valid": True,
        "subject": principal.subject,
        "type": principal.kind,
        "token_id": principal.token_id,
        "scope": sorted(principal.scopes),
        "expires_at": ends.isoformat(),
        "days_until_expiry": int(days),
    }
    print(json.dumps(shown, indent=2))
    return 0


class _Parser(argparse.ArgumentParser):
    """Refuses a wrong command line as everything else is refused: one line, status 1."""

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"nocturna: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="run.py", description="Nocturna, an astrology backend.")
    parser.set_defaults(command=serve_until_stopped)
    commands = parser.add_subparsers(title="commands")
    commands.add_parser("serve", help="serve until a stop signal (the default)").set_defaults(
        command=serve_until_stopped
    )
    token = commands.add_parser("token", help="service tokens").add_subparsers(required=True)
    create = token.add_parser("create", help="print a new service token")
    create.add_argument("--days", type=int, default=30, help="how long it is valid (30)")
    create.add_argument(
        "--scope",
        default=Scope.CALCULATIONS.value,
        help=f"what it may do, separated by commas: {', '.join(Scope)} (calculations)",
    )
    create.set_defaults(command=token_create)
    check = token.add_parser("check", help="tell whether a token is valid, and what it may do")
    check.add_argument("token")
    check.set_defaults(command=token_check)
    return parser


def _setting_problem(finding: object) -> str:
    assert isinstance(finding, dict)  # noqa: S101 - pydantic's shape
    name = ".".join(map(str, finding["loc"])) or "settings"
    return f"{name}: {finding['msg']}"


def _fail(text: str) -> int:
    print(f"nocturna: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
