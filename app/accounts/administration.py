"""What administrators do with accounts and roles, over HTTP and on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from uuid import UUID

from app.accounts.context import Accounts
from app.accounts.pages import cursor_after, place_of
from app.accounts.profiles import taken
from app.accounts.service_owner import SERVICE_ROLE, spare_service_account
from app.errors import RUN, Conflicting, InvalidInput, NotFound
from app.security.tokens import Scope
from app.storage import administration, charts, erasure, locks, profiles, roles
from app.storage.administration import UserChange, UserFilter
from app.storage.errors import Conflict
from app.storage.postgres import Connection
from app.storage.profiles import Profile
from app.storage.roles import Role
from app.storage.sessions import revoke_all
from app.storage.users import User, find_by_name, insert_user
from app.telemetry.logs import acting, logger
from app.tiers import Tier

MOST_PER_PAGE = 100
CHARTS_AT_ONCE = 1000
"""Of one statement: a tenth of a second with all their words."""
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to make; without a password nobody can log in until it is reset."""

    email: str
    username: str
    password: str | None = field(default=None, repr=False)
    first_name: str | None = None
    last_name: str | None = None
    is_approved: bool = True
    is_superuser: bool = False
    tier: str = Tier.FREE
    roles: Sequence[str] = ("user",)


@dataclass(frozen=True, slots=True)
class Page:
    """Some accounts, and where the next page begins; None after the last one."""

    users: list[User]
    next_cursor: str | None


async def page_of_users(
    accounts: Accounts, wanted: UserFilter, cursor: str | None, limit: int
) -> Page:
    """At most `limit` accounts, newest first; raises InvalidInput for a cursor that is none."""
    after = None if cursor is None else place_of(cursor)
    async with accounts.postgres.connection() as connection:
        found = await administration.list_users(connection, wanted, after, limit + 1)
    users = found[:limit]
    return Page(users, cursor_after(users[-1]) if len(found) > limit else None)


async def create_user(accounts: Accounts, wanted: NewUser) -> Profile:
    """The new account; raises Conflicting, and InvalidInput for an unknown role."""
    password_hash = await hash_for(accounts, wanted)
    async with accounts.postgres.transaction() as connection:
        profile = await add_user(connection, wanted, password_hash)
    log_made(profile)
    return profile


async def hash_for(accounts: Accounts, wanted: NewUser) -> str | None:
    """The hash of the password of an account to make, None without one; raises Overloaded."""
    return None if wanted.password is None else await accounts.passwords.hashed(wanted.password)


async def add_user(connection: Connection, wanted: NewUser, password_hash: str | None) -> Profile:
    """The new account, as `create_user` makes it; `log_made` once it is kept."""
    try:
        user = await insert_user(
            connection,
            email=wanted.email,
            username=wanted.username,
            password_hash=password_hash,
            first_name=wanted.first_name,
            last_name=wanted.last_name,
            is_approved=wanted.is_approved,
            is_superuser=wanted.is_superuser,
            tier=wanted.tier,
        )
    except Conflict as conflict:
        raise taken(conflict) from conflict
    await _give_roles(connection, user.id, wanted.roles)
    return await profiles.get_profile(connection, user.id)


def log_made(made: Profile) -> None:
    """One line of a new account; after the commit of its transaction."""
    _log.info("user made", user_id=str(made.id), is_superuser=made.is_superuser, by=acting())


async def change_user(
    accounts: Accounts, user_id: UUID, change: UserChange, names: Sequence[str] | None = None
) -> Profile:
    """The changed account; `names` are its roles from now on, None for those that it has.

    Whoever is disabled, or approved no more, is logged out everywhere. Raises NotFound,
    InvalidInput for an unknown role, and Conflicting for the last superuser and for the service
    account.
    """
    async with accounts.postgres.transaction() as connection:
        takes_role = names is not None and SERVICE_ROLE not in names
        if takes_role or False in (change.is_active, change.is_approved):
            await spare_service_account(accounts, connection, user_id)
        if False in (change.is_active, change.is_approved, change.is_superuser):
            await keep_a_superuser(connection, user_id)
        if not await administration.update_user(connection, user_id, change):
            raise profiles.no_user(user_id)
        if names is not None:
            await _give_roles(connection, user_id, names)
        if False in (change.is_active, change.is_approved):
            await revoke_all(connection, user_id, accounts.moment())
        profile = await profiles.get_profile(connection, user_id)
    _tell(user_id, change, names)
    return profile


async def delete_user(accounts: Accounts, user_id: UUID) -> None:
    """Erase an account and all that it owns: its charts, which may be many, some at a time first.

    Whatever interrupts that leaves an account with fewer charts, to be erased by asking again.
    Raises NotFound, Conflicting for the last superuser and for the service account.
    """
    async with accounts.postgres.transaction() as connection:
        await _require_erasable(accounts, connection, user_id)
        kept = await charts.count_charts(connection, user_id)
    for _ in range(ceil(kept / CHARTS_AT_ONCE)):
        async with accounts.postgres.connection() as connection:
            await charts.delete_some_charts(connection, user_id, CHARTS_AT_ONCE)
    async with accounts.postgres.transaction() as connection:
        await _require_erasable(accounts, connection, user_id)
        if not await erasure.delete_user(connection, user_id):
            raise profiles.no_user(user_id)
    _log.info("user deleted", user_id=str(user_id), by=acting())


async def user_of_name(accounts: Accounts, name: str) -> User:
    """The account of an e-mail address or a user name in any case; raises NotFound."""
    async with accounts.postgres.connection() as connection:
        found = await find_by_name(connection, name)
    if found is None:
        msg = f"there is no user {name}; {RUN} user list shows all"
        raise NotFound(msg)
    return found[0]


async def all_roles(accounts: Accounts) -> list[Role]:
    async with accounts.postgres.connection() as connection:
        return await roles.list_roles(connection)


async def role_of(accounts: Accounts, name: str) -> Role:
    """The role of a name; raises NotFound."""
    async with accounts.postgres.connection() as connection:
        return await roles.get_role(connection, name)


async def put_role(accounts: Accounts, name: str, scopes: Iterable[str]) -> tuple[Role, bool]:
    """The role as it is now, and whether it is new; raises Conflicting for a built-in one."""
    wanted = [scope for scope in Scope if scope in set(scopes)]
    async with accounts.postgres.transaction() as connection:
        await locks.hold(connection, locks.ADMINISTRATION)
        is_new = await roles.put_role(connection, name, wanted)
        if is_new is None:
            raise _built_in(name)
        if is_new and await roles.count_roles(connection) > roles.MOST_ROLES:
            msg = f"there are {roles.MOST_ROLES} roles already; delete one that nobody needs"
            raise Conflicting(msg)
    _log.info("role changed", role=name, scopes=[str(scope) for scope in wanted], by=acting())
    return Role(name, tuple(wanted), built_in=False), is_new


async def delete_role(accounts: Accounts, name: str) -> None:
    """Take a role away from all who have it; raises NotFound, Conflicting for a built-in one."""
    async with accounts.postgres.transaction() as connection:
        if (await roles.get_role(connection, name)).built_in:
            raise _built_in(name)
        await roles.delete_role(connection, name)
    _log.info("role deleted", role=name, by=acting())


async def keep_a_superuser(connection: Connection, user_id: UUID) -> None:
    """Raise Conflicting if nobody could administer without this account.

    To be asked in the transaction that takes it away; others who do the same wait for its end.
    """
    await locks.hold(connection, locks.ADMINISTRATION)
    profile = await profiles.get_profile(connection, user_id)
    if profile.is_superuser and not await administration.has_other_superuser(connection, user_id):
        msg = f"this is the last superuser; make another one first: {RUN} user promote NAME"
        raise Conflicting(msg)


async def _require_erasable(accounts: Accounts, connection: Connection, user_id: UUID) -> None:
    """Raise what `delete_user` does before it erases."""
    await spare_service_account(accounts, connection, user_id)
    await keep_a_superuser(connection, user_id)


async def _give_roles(connection: Connection, user_id: UUID, names: Sequence[str]) -> None:
    try:
        async with connection.transaction():
            await roles.set_roles(connection, user_id, names)
    except Conflict as conflict:
        if conflict.constraint != roles.UNKNOWN_ROLE:
            raise
        known = ", ".join(role.name for role in await roles.list_roles(connection))
        raise InvalidInput.of("roles", f"some of {known}", list(names)) from conflict


def _tell(user_id: UUID, change: UserChange, names: Sequence[str] | None) -> None:
    """One line of what an administrator changed."""
    changes: dict[str, object] = {
        name: value for name in UserChange.__slots__ if (value := getattr(change, name)) is not None
    }
    if names is not None:
        changes["roles"] = list(names)
    _log.info("user changed", user_id=str(user_id), by=acting(), **changes)


def _built_in(name: str) -> Conflicting:
    return Conflicting(f"the role {name} is built in and stays as it is; make one of another name")
