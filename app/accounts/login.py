"""Log in by e-mail address or user name and a password."""

from __future__ import annotations

from contextlib import suppress

from app.accounts.context import Accounts
from app.accounts.sessions import Origin, Tokens, start
from app.accounts.throttle import Reserved, checked, reserve, settle
from app.errors import AppError, InvalidInput, NotFound, PermissionDenied, Unauthenticated
from app.security.passwords import LONGEST_PASSWORD
from app.storage import login_attempts
from app.storage.users import User, lock_user, renew_hash
from app.telemetry.logs import logger
from app.wire import is_text

LONGEST_NAME = 320
"""Characters of what may be an address: more than any that can be registered."""

_log = logger(__name__)


async def login(accounts: Accounts, name: str, password: str, origin: Origin) -> Tokens:
    """The tokens of a new login.

    Raises Unauthenticated, the same for an unknown name, a wrong password and an account that is
    closed; PermissionDenied for one that waits for approval; RateLimited, InvalidInput, Overloaded.
    """
    _require_fit(name, password)
    reserved = await reserve(accounts, name, origin.address)
    matches = await checked(accounts, reserved, password, reserved.password_hash)
    user = reserved.user
    if not matches or user is None or not user.is_active:
        await settle(accounts, reserved, succeeded=False)
        raise _refused()
    if not user.is_approved:
        await settle(accounts, reserved, succeeded=True)
        msg = "this account waits for the approval of an administrator; try again once you have it"
        raise PermissionDenied(msg)
    tokens = await _started(accounts, reserved, user, origin)
    _log.info("logged in", user_id=str(user.id), session=str(tokens.session))
    await _renew_hash(accounts, user, password, reserved.password_hash)
    return tokens


async def _started(accounts: Accounts, reserved: Reserved, user: User, origin: Origin) -> Tokens:
    """The tokens of a login, if the account is still as it was when its password was checked."""
    tokens: Tokens | None = None
    with suppress(NotFound):
        async with accounts.postgres.transaction() as connection:
            _, password_hash = await lock_user(connection, user.id)
            if password_hash == reserved.password_hash:
                tokens = await start(accounts, connection, user.id, origin)
            await login_attempts.settle(connection, reserved.attempt, succeeded=tokens is not None)
    if tokens is None:
        raise _refused()
    return tokens


async def _renew_hash(accounts: Accounts, user: User, password: str, known: str | None) -> None:
    """Store a password with the effort of today; a later login may do it as well."""
    if known is None or not accounts.passwords.is_outdated(known):
        return
    with suppress(AppError):
        renewed = await accounts.passwords.hashed(password)
        async with accounts.postgres.transaction() as connection:
            await renew_hash(connection, user.id, known, renewed)


def _require_fit(name: str, password: str) -> None:
    """Raise InvalidInput for what no account can have; nothing is hashed for it."""
    if not (0 < len(name) <= LONGEST_NAME and "\0" not in name and is_text(name)):
        expected = f"an e-mail address or user name of 1 to {LONGEST_NAME} characters"
        raise InvalidInput.of("username", expected, f"{len(name)} characters")
    if len(password) > LONGEST_PASSWORD or not is_text(password):
        expected = f"a text of at most {LONGEST_PASSWORD} characters"
        raise InvalidInput.of("password", expected, f"{len(password)} characters")


def _refused() -> Unauthenticated:
    msg = "no account has this name and password; check both"
    return Unauthenticated(msg)
