"""All that is stored about somebody, told to them; and the end of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from app.accounts.administration import delete_user
from app.accounts.context import Accounts
from app.accounts.holders import account_of
from app.accounts.password_changes import Proof, prove
from app.errors import InvalidInput, Unauthenticated
from app.security.tokens import Principal
from app.storage import erasure, profiles
from app.storage.erasure import Extract, OwnedTable

MOST_ROWS = 10_000
"""Of one table in one answer; the rest comes by its name and the number of rows to skip."""
Confirm = Callable[[], Awaitable[Principal]]
"""Asks an identity service who the caller is, now."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one table holds of somebody."""

    table: OwnedTable
    rows: Extract


async def holdings(
    accounts: Accounts, user_id: UUID, table: str | None = None, skip: int = 0
) -> list[Holding]:
    """What every table holds of somebody at one instant, or one table from a row on.

    Raises InvalidInput for a table that there is not, NotFound for an account that is gone.
    """
    async with accounts.postgres.transaction() as connection:
        await erasure.read_at_one_instant(connection)
        await profiles.get_profile(connection, user_id)
        tables = await erasure.list_owned_tables(connection)
        if table is not None:
            names = ", ".join(each.name for each in tables)
            tables = [each for each in tables if each.name == table]
            if not tables:
                raise InvalidInput.of("query.table", f"one of {names}", table)
        return [
            Holding(each, await erasure.extract(connection, each, user_id, skip, MOST_ROWS))
            for each in tables
        ]


async def erase(accounts: Accounts, user_id: UUID, proof: Proof) -> None:
    """End an account at the wish of its owner, with all that it owns.

    Raises what `prove` and `delete_user` do.
    """
    await prove(accounts, user_id, proof, "password")
    await delete_user(accounts, user_id)


async def erase_external(
    accounts: Accounts, user_id: UUID, username: str, confirm: Confirm
) -> None:
    """End the account of somebody whom an identity service knows, at their wish.

    There is no password to prove it by: in its place stand the word of the service at this moment,
    whatever was remembered, and the name of the account, so that nobody erases it by mistake.
    Raises InvalidInput for another name, and what `confirm` and `delete_user` raise.
    """
    async with accounts.postgres.connection() as connection:
        profile = await profiles.get_profile(connection, user_id)
    if username != profile.username:
        expected = "the username of this account, as GET /api/v1/users/me tells it"
        raise InvalidInput.of("username", expected, username)
    principal = await confirm()
    if account_of(principal) != user_id:
        msg = "the identity service says now that the token is somebody else's; log in again"
        raise Unauthenticated(msg)
    await delete_user(accounts, user_id)
