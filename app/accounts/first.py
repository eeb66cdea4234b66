"""The accounts that a fresh database begins with."""

from __future__ import annotations

from uuid import UUID

from app.accounts.context import Accounts
from app.accounts.rules import new_password
from app.errors import CannotStart, InvalidInput, Unavailable
from app.storage import administration, locks
from app.storage.errors import Conflict
from app.storage.users import insert_user
from app.telemetry.logs import logger
from app.tiers import Tier

_log = logger(__name__)


async def first_accounts(accounts: Accounts) -> None:
    """Make the service user, and the first admin if there is a password for it.

    What is there already stays as it is; several processes may do this at once. Raises
    CannotStart for a password that nobody may set.
    """
    settings = accounts.settings
    async with accounts.postgres.connection() as connection:
        service, admin = await administration.find_first(connection, settings.service_user_email)
    if service is None:
        await _made_service_account(accounts)
    if not admin and settings.admin_password is not None:
        await _make_admin(accounts, settings.admin_password)


async def service_account(accounts: Accounts) -> UUID:
    """The account that owns service tokens of the command line, made anew if it was deleted.

    Raises Unavailable when somebody else has its name.
    """
    email = accounts.settings.service_user_email
    async with accounts.postgres.connection() as connection:
        service, _ = await administration.find_first(connection, email)
    if service is None:
        service = await _made_service_account(accounts)
    if service is None:
        msg = (
            "the account for service tokens cannot be made: its e-mail address or user name is "
            "another's; set NOCTURNA_SERVICE_USER_EMAIL and NOCTURNA_SERVICE_USER_USERNAME"
        )
        raise Unavailable(msg)
    return service


async def _made_service_account(accounts: Accounts) -> UUID | None:
    """The service user, made here or by another process; None when its name is another's."""
    settings = accounts.settings
    try:
        async with accounts.postgres.transaction() as connection:
            await locks.hold(connection, locks.ADMINISTRATION)
            found, _ = await administration.find_first(connection, settings.service_user_email)
            if found is not None:
                return found
            user = await insert_user(
                connection,
                email=settings.service_user_email,
                username=settings.service_user_username,
                password_hash=None,
                role="service",
            )
    except Conflict as taken:
        _log.warning("no service user: its name is another's", taken=taken.constraint)
        return None
    _log.info("service user made", user_id=str(user.id))
    return user.id


async def _make_admin(accounts: Accounts, given: str) -> None:
    settings = accounts.settings
    try:
        password = new_password(settings, given, "NOCTURNA_ADMIN_PASSWORD")
    except InvalidInput as error:
        raise CannotStart(error.message) from error
    password_hash = await accounts.passwords.hashed(password)
    try:
        async with accounts.postgres.transaction() as connection:
            await locks.hold(connection, locks.ADMINISTRATION)
            if await administration.has_superuser(connection):
                return
            user = await insert_user(
                connection,
                email=settings.admin_email,
                username=settings.admin_username,
                password_hash=password_hash,
                is_superuser=True,
                tier=Tier.PRO,
            )
    except Conflict as taken:
        _log.warning("no first admin: its name is another's", taken=taken.constraint)
        return
    _log.info("first admin made", user_id=str(user.id))
