"""All that is stored about somebody, told to them; and the end of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.accounts.administration import keep_a_superuser
from app.accounts.context import Accounts
from app.accounts.password_changes import Proof, prove
from app.accounts.service_owner import spare_service_account
from app.errors import InvalidInput
from app.storage import erasure, profiles
from app.storage.erasure import Extract, OwnedTable
from app.telemetry.logs import acting, logger

MOST_ROWS = 10_000
"""Of one table in one answer; the rest comes by its name and the number of rows to skip."""
_log = logger(__name__)


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

    Raises what `prove` does, and Conflicting for the last superuser and for the service account.
    """
    await prove(accounts, user_id, proof, "password")
    async with accounts.postgres.transaction() as connection:
        await spare_service_account(accounts, connection, user_id)
        await keep_a_superuser(connection, user_id)
        if not await erasure.delete_user(connection, user_id):
            raise profiles.no_user(user_id)
    _log.info("user deleted", user_id=str(user_id), by=acting())
