"""New accounts of people who register themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.accounts import rules
from app.accounts.context import Accounts
from app.accounts.profiles import taken
from app.errors import PermissionDenied, RegistrationDisabled
from app.settings import Settings
from app.storage import locks
from app.storage.errors import Conflict
from app.storage.postgres import Connection
from app.storage.users import User, count_people, insert_user
from app.telemetry.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody tells of themselves."""

    email: str
    username: str
    password: str = field(repr=False)
    first_name: str | None = None
    last_name: str | None = None


def require_open(settings: Settings) -> None:
    """Raise RegistrationDisabled where only administrators make accounts."""
    if not settings.allow_user_registration:
        msg = "user registration is currently disabled; ask an administrator for an account"
        raise RegistrationDisabled(msg)


async def register(accounts: Accounts, given: Registration) -> User:
    """The new account; `is_approved` says whether it may log in already.

    Raises RegistrationDisabled, InvalidInput, Conflicting for a name or address that is taken,
    PermissionDenied when there are as many users as there may be.
    """
    settings = accounts.settings
    require_open(settings)
    email, username = rules.email_address(given.email), rules.user_name(given.username)
    first_name = rules.person_name("first_name", given.first_name)
    last_name = rules.person_name("last_name", given.last_name)
    password = rules.new_password(settings, given.password)
    password_hash = await accounts.passwords.hashed(password)
    try:
        async with accounts.postgres.transaction() as connection:
            await _require_place(connection, settings)
            user = await insert_user(
                connection,
                email=email,
                username=username,
                password_hash=password_hash,
                first_name=first_name,
                last_name=last_name,
                is_approved=not settings.registration_requires_approval,
            )
    except Conflict as conflict:
        raise taken(conflict, "log in, or choose another one") from conflict
    _log.info("user registered", user_id=str(user.id), is_approved=user.is_approved)
    return user


async def _require_place(connection: Connection, settings: Settings) -> None:
    """Raise PermissionDenied unless one more user fits, which stays so until the transaction ends.

    The account that owns service tokens is no user, nor are those of an identity service.
    """
    most = settings.max_users_limit
    if most is None:
        return
    await locks.hold(connection, locks.LAST_PLACE)
    if await count_people(connection) >= most:
        msg = f"this server has its limit of {most} users; ask an administrator"
        raise PermissionDenied(msg)
