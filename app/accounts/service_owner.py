"""The account that owns the service tokens of the command line, and stays as it is."""

from __future__ import annotations

from uuid import UUID

from app.accounts.context import Accounts
from app.errors import RUN, Conflicting
from app.storage.administration import find_first
from app.storage.postgres import Connection

SERVICE_ROLE = "service"


async def spare_service_account(accounts: Accounts, connection: Connection, user_id: UUID) -> None:
    """Raise Conflicting if it is this account that is to be deleted, disabled or renamed."""
    service, _ = await find_first(connection, accounts.settings.service_user_email)
    if service == user_id:
        msg = (
            "this account owns the service tokens of the command line: it cannot be deleted, "
            f"disabled or renamed; to end a token use: {RUN} token revoke TOKEN_ID"
        )
        raise Conflicting(msg)
