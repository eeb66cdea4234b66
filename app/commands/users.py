"""`run.py user …`: accounts, on the database that the server uses, whether it runs or not."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence

from app.accounts import administration, password_changes, rules
from app.accounts.administration import NewUser
from app.accounts.context import Accounts
from app.commands.asking import agreed
from app.commands.kinds import Commands
from app.commands.running import run_on_accounts
from app.errors import RUN, BadRequest
from app.settings import Settings
from app.storage.administration import UserChange, UserFilter
from app.storage.profiles import Profile
from app.storage.users import User
from app.tiers import Tier

DEFAULT_LISTED, MOST_LISTED = 50, 10_000
TIERS = tuple(tier.value for tier in Tier)
_COLUMNS = ("id", "user name", "e-mail", "tier", "state", "since")


def add(commands: Commands) -> None:
    user = commands.add_parser("user", help="accounts").add_subparsers(required=True)
    creating = user.add_parser("create", help="make an account")
    creating.add_argument("email")
    creating.add_argument("--username", help="what stands before the @ of the address by default")
    creating.add_argument("--admin", action="store_true", help="a superuser")
    creating.add_argument("--tier", choices=TIERS, default=TIERS[0], help="its rate limit (free)")
    creating.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from a line of input, not from the terminal",
    )
    creating.set_defaults(command=create)
    listing = user.add_parser("list", help="print accounts, newest first")
    listing.add_argument(
        "--limit", type=_limit, default=DEFAULT_LISTED, help=f"how many ({DEFAULT_LISTED})"
    )
    listing.add_argument("--search", help="how a user name or an address begins")
    listing.set_defaults(command=print_users)
    for name, function, what in (
        ("promote", promote, "make an account a superuser"),
        ("disable", disable, "close an account: it is logged out and its tokens end"),
        ("enable", enable, "open it again"),
        ("approve", approve, "let somebody in who has registered"),
        ("reset-password", reset_password, "print a token that sets a new password once"),
        ("delete", delete, "erase an account and all that it owns"),
    ):
        command = user.add_parser(name, help=what)
        command.add_argument("name", help="user name or e-mail address")
        command.set_defaults(command=function)
        if function is delete:
            command.add_argument("--yes", action="store_true", help="do not ask")


def create(settings: Settings, options: argparse.Namespace) -> int:
    email = rules.email_address(options.email)
    new = NewUser(
        email=email,
        username=rules.user_name(options.username or email.partition("@")[0]),
        password=rules.new_password(settings, _password(from_input=options.password_stdin)),
        is_superuser=options.admin,
        tier=options.tier,
    )
    made = run_on_accounts(settings, lambda accounts: administration.create_user(accounts, new))
    print(f"{made.username} <{made.email}> was made, with the id {made.id}")
    return 0


def print_users(settings: Settings, options: argparse.Namespace) -> int:
    async def found(accounts: Accounts) -> list[User]:
        users: list[User] = []
        cursor = None
        while len(users) < options.limit:
            most = min(administration.MOST_PER_PAGE, options.limit - len(users))
            wanted = UserFilter(search=options.search)
            page = await administration.page_of_users(accounts, wanted, cursor, most)
            users += page.users
            if (cursor := page.next_cursor) is None:
                break
        return users

    _print_table([_COLUMNS, *map(_line, run_on_accounts(settings, found))])
    return 0


def promote(settings: Settings, options: argparse.Namespace) -> int:
    async def promoted(accounts: Accounts) -> Profile:
        user = await administration.user_of_name(accounts, options.name)
        return await administration.change_user(accounts, user.id, UserChange(is_superuser=True))

    who = run_on_accounts(settings, promoted)
    print(f"{who.username} is a superuser")
    if not who.is_active:
        print(f"but is disabled: {RUN} user enable {who.username}", file=sys.stderr)
    if not who.is_approved:
        print(f"but waits for approval: {RUN} user approve {who.username}", file=sys.stderr)
    return 0


def disable(settings: Settings, options: argparse.Namespace) -> int:
    return _change(settings, options, UserChange(is_active=False), "is disabled")


def enable(settings: Settings, options: argparse.Namespace) -> int:
    return _change(settings, options, UserChange(is_active=True), "is enabled")


def approve(settings: Settings, options: argparse.Namespace) -> int:
    return _change(settings, options, UserChange(is_approved=True), "is approved")


def reset_password(settings: Settings, options: argparse.Namespace) -> int:
    async def made(accounts: Accounts) -> password_changes.Reset:
        user = await administration.user_of_name(accounts, options.name)
        return await password_changes.make_reset(accounts, user.id)

    reset = run_on_accounts(settings, made)
    print(reset.secret)
    print(
        f"valid once, for {reset.seconds // 60} minutes: "
        "POST /api/v1/auth/password-reset with token and new_password",
        file=sys.stderr,
    )
    return 0


def delete(settings: Settings, options: argparse.Namespace) -> int:
    if not options.yes and not agreed(f"erase {options.name} and all that it owns?"):
        print("nothing was erased", file=sys.stderr)
        return 1

    async def gone(accounts: Accounts) -> User:
        user = await administration.user_of_name(accounts, options.name)
        await administration.delete_user(accounts, user.id)
        return user

    print(f"{run_on_accounts(settings, gone).username} was erased")
    return 0


def _change(
    settings: Settings, options: argparse.Namespace, change: UserChange, outcome: str
) -> int:
    async def changed(accounts: Accounts) -> User:
        user = await administration.user_of_name(accounts, options.name)
        await administration.change_user(accounts, user.id, change)
        return user

    print(f"{run_on_accounts(settings, changed).username} {outcome}")
    return 0


def _password(*, from_input: bool) -> str:
    """The new password; raises BadRequest where nobody can be asked for it."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        msg = "there is no terminal to ask for the password; use --password-stdin"
        raise BadRequest(msg)
    password = getpass.getpass("password: ")
    if getpass.getpass("again: ") != password:
        msg = "the passwords differ; nothing was made"
        raise BadRequest(msg)
    return password


def _limit(text: str) -> int:
    """A number of lines, as argparse asks for it."""
    limit = int(text)
    if not 1 <= limit <= MOST_LISTED:
        raise ValueError(text)
    return limit


def _line(user: User) -> tuple[str, ...]:
    states = (
        (user.is_superuser, "superuser"),
        (not user.is_active, "disabled"),
        (not user.is_approved, "waits for approval"),
    )
    state = ", ".join(name for is_so, name in states if is_so) or "-"
    since = user.created_at.date().isoformat()
    return (str(user.id), user.username, user.email or "-", user.tier, state, since)


def _print_table(lines: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(map(str.ljust, line, widths)).rstrip())
