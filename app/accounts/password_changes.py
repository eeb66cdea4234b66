"""Passwords that are proved, changed, and replaced when they are forgotten."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.accounts import rules, throttle
from app.accounts.context import Accounts
from app.errors import NOT_TOLD, BadRequest, Conflicting, InvalidInput, NotFound
from app.security.passwords import LONGEST_PASSWORD
from app.security.tokens import digest_of
from app.storage import password_resets, sessions
from app.storage.postgres import Connection
from app.storage.profiles import set_password
from app.storage.users import get_user, lock_user
from app.telemetry.logs import acting, logger

RESET_SECONDS = 3600
"""Life of a reset token: it goes from hand to hand at once, or is made anew."""
_RESET_BYTES = 32
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Proof:
    """A password that is said to be the caller's, and from where it came."""

    password: str = field(repr=False)
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """A new reset, and the only time that its secret is there; `seconds` is its life."""

    secret: str = field(repr=False)
    seconds: int


async def prove(accounts: Accounts, user_id: UUID, proof: Proof, name: str) -> str:
    """The hash that a password matches, counted as a login is; `name` is the field it came in.

    Raises InvalidInput for another password, RateLimited after too many, NotFound.
    """
    wrong = InvalidInput.of(name, "the present password of this account", NOT_TOLD)
    if len(proof.password) > LONGEST_PASSWORD:
        raise wrong
    async with accounts.postgres.connection() as connection:
        user = await get_user(connection, user_id)
    reserved = await throttle.reserve(accounts, user.email or user.username, proof.address)
    # By now the name may be somebody else's.
    is_theirs = reserved.user is not None and reserved.user.id == user_id
    known = reserved.password_hash if is_theirs else None
    matches = await throttle.checked(accounts, reserved, proof.password, known)
    await throttle.settle(accounts, reserved, succeeded=matches)
    if not matches or known is None:
        raise wrong
    return known


async def change_password(
    accounts: Accounts, user_id: UUID, proof: Proof, new: str, *, keep: UUID | None
) -> int:
    """How many logins of the account ended: all but the family `keep`.

    Raises InvalidInput, RateLimited, NotFound, and Conflicting if another change came first.
    """
    password = rules.new_password(accounts.settings, new, "new_password")
    proved = await prove(accounts, user_id, proof, "current_password")
    if password == proof.password:
        raise InvalidInput.of("new_password", "another one than the present password", NOT_TOLD)
    password_hash = await accounts.passwords.hashed(password)
    async with accounts.postgres.transaction() as connection:
        _, present = await lock_user(connection, user_id)
        if present != proved:
            msg = "the password was changed by somebody else just now; log in again"
            raise Conflicting(msg)
        ended = await _replace(accounts, connection, user_id, password_hash, keep=keep)
    _log.info("password changed", user_id=str(user_id), sessions_ended=ended)
    return ended


async def make_reset(accounts: Accounts, user_id: UUID) -> Reset:
    """A token that sets another password once; those that were made before end."""
    secret = secrets.token_urlsafe(_RESET_BYTES)
    expires_at = accounts.moment() + timedelta(seconds=RESET_SECONDS)
    async with accounts.postgres.transaction() as connection:
        await lock_user(connection, user_id)
        await password_resets.insert_reset(connection, user_id, digest_of(secret), expires_at)
    _log.info("password reset made", user_id=str(user_id), by=acting())
    return Reset(secret, RESET_SECONDS)


async def reset_password(accounts: Accounts, token: str, new: str) -> None:
    """Set another password, which ends every login of the account and every reset of it.

    Raises InvalidInput for a password that may not be set, BadRequest for a token that is
    unknown, used or over, whichever it is.
    """
    password = rules.new_password(accounts.settings, new, "new_password")
    digest, now = digest_of(token), accounts.moment()
    async with accounts.postgres.connection() as connection:
        user_id = await password_resets.find_owner(connection, digest, now)
    if user_id is None:
        raise _unusable()
    password_hash = await accounts.passwords.hashed(password)
    try:
        async with accounts.postgres.transaction() as connection:
            await lock_user(connection, user_id)
            if not await password_resets.use_reset(connection, user_id, digest, now):
                raise _unusable()
            ended = await _replace(accounts, connection, user_id, password_hash, keep=None)
    except NotFound as gone:
        raise _unusable() from gone
    _log.info("password reset", user_id=str(user_id), sessions_ended=ended)


async def _replace(
    accounts: Accounts,
    connection: Connection,
    user_id: UUID,
    password_hash: str,
    *,
    keep: UUID | None,
) -> int:
    """How many logins ended with the old password; the account is locked."""
    await set_password(connection, user_id, password_hash)
    await password_resets.delete_resets(connection, user_id)
    return await sessions.revoke_all(connection, user_id, accounts.moment(), but=keep)


def _unusable() -> BadRequest:
    msg = (
        "the reset token is not valid: it was used, is over, or was never made; "
        "ask an administrator for a new one"
    )
    return BadRequest(msg)
