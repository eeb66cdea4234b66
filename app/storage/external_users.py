"""Accounts of people whom an identity service knows: they own what they store here.

Such an account has no e-mail address. Two services may disagree about whose an address is, and an
account of ours must never be given to a stranger who claims its address elsewhere.
"""

from __future__ import annotations

from uuid import uuid4

from app.errors import NotFound
from app.storage.access import Holder
from app.storage.errors import Contended
from app.storage.postgres import Connection, Row

PREFIX = "identity:"
"""Before the subject in names of users and principals."""
RETRY_SOON = 1


async def user_of_subject(
    connection: Connection, subject: str, *, makes: bool = True
) -> Holder | None:
    """The account of a subject, made at the first call; None for one that may not be used.

    Its scopes are up to the identity service: none are told here. Raises NotFound for a subject
    without an account unless that `makes` one.
    """
    row = await _find(connection, subject)
    if row is None and not makes:
        msg = "there is no account of this subject"
        raise NotFound(msg)
    # Somebody may have taken the name, or one that differs only in case.
    for username in (PREFIX + subject, f"{PREFIX}{subject}:{uuid4()}"):
        if row is None:
            await _insert(connection, subject, username)
            row = await _find(connection, subject)
    if row is None:
        msg = "the account was removed at this moment; try again in a second"
        raise Contended(msg, retry_after=RETRY_SOON)
    return Holder(row["id"], frozenset(), row["tier"]) if row["may_be_used"] else None


async def _find(connection: Connection, subject: str) -> Row | None:
    query = """
        SELECT id, tier, is_active AND is_approved AS may_be_used FROM users
        WHERE external_subject = $1
    """
    return await connection.fetchrow(query, subject)


async def _insert(connection: Connection, subject: str, username: str) -> None:
    """A new account, unless the subject or the name is there already."""
    query = """
        INSERT INTO users (external_subject, username, email, password_hash)
        VALUES ($1, $2, NULL, NULL)
        ON CONFLICT DO NOTHING
    """
    await connection.execute(query, subject, username)
