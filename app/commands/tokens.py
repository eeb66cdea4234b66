"""`run.py token`: service tokens, whether the server runs or not.

New secrets go to standard output, one a line, and everything else to standard error, so that a
script takes just the token. `check` and `list` print what they found.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from uuid import UUID

from app.accounts.context import Accounts
from app.accounts.first import service_account
from app.accounts.renewal import Renewal, renew_all, to_renew
from app.accounts.service_tokens import (
    DEFAULT_DAYS,
    Issued,
    Wanted,
    create_service_token,
    days_left,
    log_issued,
    revoke_service_token,
    state_of,
    wanted_scopes,
)
from app.accounts.token_states import SOON_DAYS
from app.accounts.verdict import verdict_on
from app.commands.asking import agreed
from app.commands.kinds import Commands
from app.commands.running import run_on_accounts
from app.errors import RUN, InvalidInput
from app.security.tokens import Scope, scope_text
from app.settings import Settings
from app.storage.service_tokens import (
    ServiceToken,
    find_service_token,
    list_service_tokens,
    not_found,
)

MOST_LISTED = 1000
_MAKE_ONE = f"make one with: {RUN} token create"


def add(commands: Commands) -> None:
    token = commands.add_parser("token", help="service tokens").add_subparsers(required=True)
    _add_create(token)
    token.add_parser("list", help="every service token that is not revoked").set_defaults(
        command=show_all
    )
    checking = token.add_parser("check", help="tell whether a token is valid, and what it may do")
    checking.add_argument("token", help="- reads it from standard input, where no list shows it")
    checking.set_defaults(command=check)
    _add_renew(token)
    revoking = token.add_parser("revoke", help="end a service token at once")
    revoking.add_argument("token_id", help="as `token list` shows it")
    revoking.add_argument("--yes", action="store_true", help="do not ask")
    revoking.set_defaults(command=revoke)


def _add_create(token: Commands) -> None:
    creating = token.add_parser("create", help="print a new service token")
    creating.add_argument(
        "--days", type=int, default=DEFAULT_DAYS, help=f"how long it is valid ({DEFAULT_DAYS})"
    )
    creating.add_argument(
        "--scope",
        default=Scope.CALCULATIONS.value,
        help=f"what it may do, separated by commas: {', '.join(Scope)} (calculations)",
    )
    creating.add_argument("--eternal", action="store_true", help="never ends, if settings allow it")
    creating.add_argument("--name", help="what it is for")
    creating.set_defaults(command=create)


def _add_renew(token: Commands) -> None:
    renewing = token.add_parser(
        "renew", help="print successors of service tokens, which go on for a while beside them"
    )
    renewing.add_argument("token_id", nargs="?", help="one token, as `token list` shows it")
    renewing.add_argument("--expiring", action="store_true", help="all that end soon (the default)")
    renewing.add_argument(
        "--force",
        action="store_true",
        help="although it does not end soon; without TOKEN_ID, the only one that there is",
    )
    renewing.add_argument("--days", type=int, help="another life than before")
    renewing.add_argument("--eternal", action="store_true", help="never ends, if settings allow it")
    renewing.add_argument(
        "--days-before-expiry", type=int, default=SOON_DAYS, help=f"what soon means ({SOON_DAYS})"
    )
    renewing.add_argument(
        "--check-only",
        action="store_true",
        help="only tell which would be renewed; status 1 if there are any",
    )
    renewing.set_defaults(command=renew)


def create(settings: Settings, options: argparse.Namespace) -> int:
    """Print a new token that belongs to the service account."""
    scopes = wanted_scopes(options.scope, frozenset(Scope))

    async def work(accounts: Accounts) -> Issued:
        days = None if options.eternal else options.days
        wanted = Wanted(await service_account(accounts), scopes, days, options.name)
        async with accounts.postgres.transaction() as connection:
            issued = await create_service_token(accounts, connection, wanted)
        log_issued(issued)
        return issued

    issued = run_on_accounts(settings, work)
    _say(f"service token {_shown(issued.row)}")
    _say("this is the only time that it is shown; keep it where secrets are kept")
    print(issued.secret)
    return 0


def show_all(settings: Settings, _: argparse.Namespace) -> int:
    """Print a line for each token."""

    async def work(accounts: Accounts) -> list[str]:
        async with accounts.postgres.connection() as connection:
            tokens = await list_service_tokens(connection, MOST_LISTED)
        return [_line(token, accounts.clock()) for token in tokens]

    lines = run_on_accounts(settings, work)
    for line in lines:
        print(line)
    if not lines:
        _say(f"there is no service token; {_MAKE_ONE}")
    return 0


def check(settings: Settings, options: argparse.Namespace) -> int:
    """Print what is known of a token; status 1 unless the server would take it."""
    from_input = options.token == "-"  # noqa: S105 - it stands for standard input
    token = sys.stdin.readline().strip() if from_input else options.token
    verdict = run_on_accounts(settings, lambda accounts: verdict_on(accounts, token))
    print(json.dumps(verdict.told(), indent=2))
    return 0 if verdict.valid else 1


def renew(settings: Settings, options: argparse.Namespace) -> int:
    """Print the successors of one token, or of all that end soon."""
    if options.token_id is not None and options.expiring:
        raise InvalidInput.of("TOKEN_ID", "left out beside --expiring", options.token_id)
    renewal = Renewal(
        token_id=None if options.token_id is None else _id(options.token_id),
        days_before=options.days_before_expiry,
        force=options.force,
        days=options.days,
        eternal=options.eternal,
    )
    if options.check_only:
        return _tell_what_ends(settings, renewal)

    async def work(accounts: Accounts) -> int:
        count = 0
        async for renewed in renew_all(accounts, renewal):
            for issued, ends in renewed:  # at once: whatever becomes of the next ones, these stand
                _tell_successor(issued, ends)
            count += len(renewed)
        return count

    if not run_on_accounts(settings, work):
        soon = f"nothing ends within {renewal.days_before} days; --force renews all the same"
        _say(f"there is no service token to renew; {_MAKE_ONE}" if renewal.force else soon)
    return 0


def _tell_successor(issued: Issued, ends: datetime | None) -> None:
    """Print a new token in place of another one, and when that one ends."""
    old_ends = "" if ends is None else f", which ends at {_moment(ends)}"
    _say(f"service token {_shown(issued.row)}, in place of {issued.row.replaces}{old_ends}")
    print(issued.secret, flush=True)


def _tell_what_ends(settings: Settings, renewal: Renewal) -> int:
    async def work(accounts: Accounts) -> list[str]:
        tokens = await to_renew(accounts, renewal)
        return [_line(token, accounts.clock()) for token in tokens]

    lines = run_on_accounts(settings, work)
    for line in lines:
        print(line)
    _say(f"{len(lines)} to renew")
    return 1 if lines else 0


def revoke(settings: Settings, options: argparse.Namespace) -> int:
    """End a token, after a question on a terminal."""
    token_id = _id(options.token_id)

    async def found(accounts: Accounts) -> ServiceToken | None:
        async with accounts.postgres.connection() as connection:
            row = await find_service_token(connection, token_id)
        return None if row is None or row[0].revoked_at is not None else row[0]

    if not options.yes:
        token = run_on_accounts(settings, found)
        if token is None:
            raise not_found(token_id)
        if not agreed(f"revoke the service token {_shown(token)}, at once and for good?"):
            _say("it stays as it is")
            return 1
    run_on_accounts(settings, lambda accounts: revoke_service_token(accounts, token_id))
    _say(f"service token {token_id} was revoked")
    return 0


def _line(token: ServiceToken, now: float) -> str:
    """A token in a list: id, state, days left, scopes, last use, name.

    Where its owner holds less, what it may do stands beside its scopes.
    """
    days = days_left(token, now)
    used = "never" if token.last_used_at is None else _moment(token.last_used_at)
    left = "eternal" if days is None else f"{days} days"
    scopes = scope_text(token.scopes)
    if (effective := scope_text(token.effective_scopes)) != scopes:
        scopes = f"{effective or 'nothing'} (of {scopes})"
    columns = (f"{state_of(token, now):13}", f"{left:>9}", f"{scopes:18}")
    return "  ".join((str(token.id), *columns, f"last used {used}", token.name or "")).rstrip()


def _shown(token: ServiceToken) -> str:
    name = "" if token.name is None else f" ({token.name})"
    until = "for ever" if token.expires_at is None else f"until {_moment(token.expires_at)}"
    return f"{token.id}{name}: scope {scope_text(token.scopes)}, valid {until}"


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput.of("TOKEN_ID", "an id as `token list` shows it", text) from error


def _say(text: str) -> None:
    print(text, file=sys.stderr)
