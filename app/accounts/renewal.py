"""Which service tokens are due for renewal, and their successors; for the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.accounts.context import Accounts
from app.accounts.service_tokens import MOST_DAYS, Issued, log_issued, renew_service_token
from app.accounts.token_states import SOON_DAYS
from app.errors import Conflicting, InvalidInput
from app.security.tokens import Scope
from app.storage.postgres import Connection
from app.storage.service_tokens import (
    ServiceToken,
    find_service_token,
    list_ending,
    list_unreplaced,
    not_found,
)

LAPSED_DAYS = 30
"""Days after its end for which a token is still renewed with all that end soon; one that nobody
has missed for longer is not wanted any more."""
MOST_AT_ONCE = 100
"""Tokens read or renewed in one transaction: as many secrets as can be lost with it."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Renewal:
    """What to renew: one token, or all of them; `force` although none ends soon.

    `days` is another life than before.
    """

    token_id: UUID | None = None
    days_before: int = SOON_DAYS
    force: bool = False
    days: int | None = None
    eternal: bool = False


async def renew_all(
    accounts: Accounts, renewal: Renewal
) -> AsyncIterator[list[tuple[Issued, datetime | None]]]:
    """The successors, each with the end of the one before, at most `MOST_AT_ONCE` at a time.

    Those that come together were made together or not at all, and are kept. Raises NotFound,
    InvalidInput, PermissionDenied or Conflicting.
    """
    due = await to_renew(accounts, renewal)
    for start in range(0, len(due), MOST_AT_ONCE):
        async with accounts.postgres.transaction() as connection:
            renewed = [
                await renew_service_token(
                    accounts,
                    connection,
                    token.id,
                    frozenset(Scope),
                    days=renewal.days,
                    eternal=renewal.eternal,
                )
                for token in due[start : start + MOST_AT_ONCE]
            ]
        for issued, _ in renewed:
            log_issued(issued)
        yield renewed


async def to_renew(accounts: Accounts, renewal: Renewal) -> list[ServiceToken]:
    """The tokens that `renew_all` would renew."""
    async with accounts.postgres.connection() as connection:
        return await _due(accounts, connection, renewal)


async def _due(accounts: Accounts, connection: Connection, renewal: Renewal) -> list[ServiceToken]:
    if not 0 <= renewal.days_before <= MOST_DAYS:
        expected = f"within 0..{MOST_DAYS}"
        raise InvalidInput.of("days-before-expiry", expected, renewal.days_before)
    now = datetime.fromtimestamp(accounts.clock(), UTC)
    until = now + timedelta(days=renewal.days_before)
    if renewal.token_id is not None:
        found = await find_service_token(connection, renewal.token_id)
        if found is None or found[0].revoked_at is not None:
            raise not_found(renewal.token_id)
        token, _ = found
        ends_soon = token.expires_at is not None and token.expires_at <= until
        return [token] if renewal.force or ends_soon else []
    if renewal.force:
        return await _only_one(connection)
    return await _all_ending(connection, now - timedelta(days=LAPSED_DAYS), until)


async def _all_ending(
    connection: Connection, since: datetime, until: datetime
) -> list[ServiceToken]:
    """All tokens whose end lies between two times, read before the first of them is renewed."""
    found: list[ServiceToken] = []
    while True:
        after = found[-1] if found else None
        page = await list_ending(connection, since, until, MOST_AT_ONCE, after=after)
        found += page
        if len(page) < MOST_AT_ONCE:
            return found


async def _only_one(connection: Connection) -> list[ServiceToken]:
    """The token that can be meant by no id; raises Conflicting where there are several."""
    tokens = await list_unreplaced(connection, _NAMED)
    if len(tokens) > 1:
        ids = ", ".join(str(token.id) for token in tokens)
        msg = f"there are several service tokens: say which one to renew, as {ids}"
        raise Conflicting(msg)
    return tokens
