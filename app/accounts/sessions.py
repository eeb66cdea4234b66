"""Logins that last: started by a password, carried on by refresh tokens, and ended."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

from app.accounts.context import Accounts
from app.errors import NotFound, Unauthenticated
from app.security.tokens import Claims, Kind, digest_of, issue
from app.storage import sessions
from app.storage.access import Holder, find_user
from app.storage.postgres import Connection
from app.storage.sessions import Family, Login, Session
from app.storage.users import lock_user
from app.telemetry.logs import logger

LONGEST_USER_AGENT = 200
MOST_LISTED = 200
"""Logins of one user that are listed; `sessions_per_user` has no bound of its own."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login gives; `expires_in` is the life of the access token in seconds.

    `session` is the id of the login.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    session: uuid.UUID


@dataclass(frozen=True, slots=True)
class Origin:
    """From where somebody logs in, as far as it is known."""

    address: str | None = None
    user_agent: str | None = None


async def start(
    accounts: Accounts, connection: Connection, user_id: uuid.UUID, origin: Origin
) -> Tokens | None:
    """The tokens of a new login, None for an account that may not be used.

    The caller holds the account; its oldest logins end where there are too many.
    """
    holder = await find_user(connection, user_id)
    if holder is None:
        return None
    now = accounts.moment()
    login = Login(
        family_id=uuid.uuid4(),
        user_id=user_id,
        address=_address(origin.address),
        user_agent=_shown(origin.user_agent),
        started_at=now,
    )
    refresh_token = await _new_token(accounts, connection, login)
    await sessions.revoke_oldest(connection, user_id, accounts.settings.sessions_per_user, now)
    return _tokens(accounts, holder, login.family_id, refresh_token)


async def refresh(accounts: Accounts, refresh_token: str, *, strict: bool) -> Tokens:
    """A new access token, and the refresh token to use next; raises Unauthenticated.

    That is the same one, unless `strict` or it was replaced before: then it is replaced, may
    come again within the grace, and ends its whole family later.
    """
    digest = digest_of(refresh_token)
    stolen: Login | None = None
    async with accounts.postgres.transaction() as connection:
        session = await _held(connection, digest)
        if session is None or not _lasts(session, accounts.moment()):
            raise _refused()
        if _is_misused(accounts, session):
            stolen = session.login
            await sessions.revoke_family(
                connection, stolen.user_id, stolen.family_id, accounts.moment()
            )
        else:
            return await _refreshed(
                accounts, connection, session, None if strict else refresh_token
            )
    _log.warning(
        "a replaced refresh token came again: its session has ended",
        user_id=str(stolen.user_id),
        session=str(stolen.family_id),
    )
    raise _refused()


async def end_by_token(accounts: Accounts, refresh_token: str) -> uuid.UUID | None:
    """The login of a refresh token, which has ended; None for what is no such token."""
    async with accounts.postgres.transaction() as connection:
        session = await _held(connection, digest_of(refresh_token))
        if session is None:
            return None
        login = session.login
        lasted = await sessions.revoke_family(
            connection, login.user_id, login.family_id, accounts.moment()
        )
    if lasted:
        _tell("logged out", login.user_id, login.family_id)
    return login.family_id


async def end(
    accounts: Accounts, user_id: uuid.UUID, family_id: uuid.UUID, *, own: bool = True
) -> None:
    """End one login of a user, the one in use or, unless `own`, one from elsewhere.

    Raises NotFound, also for the login of another.
    """
    async with accounts.postgres.transaction() as connection:
        await lock_user(connection, user_id)
        if not await sessions.revoke_family(connection, user_id, family_id, accounts.moment()):
            msg = f"no session {family_id} of yours; list them at /api/v1/auth/sessions"
            raise NotFound(msg)
    _tell("logged out" if own else "session ended from elsewhere", user_id, family_id)


async def end_all(accounts: Accounts, user_id: uuid.UUID) -> int:
    """End all logins of a user; how many there were."""
    async with accounts.postgres.transaction() as connection:
        await lock_user(connection, user_id)
        ended = await sessions.revoke_all(connection, user_id, accounts.moment())
    _log.info("logged out everywhere", user_id=str(user_id), sessions=ended)
    return ended


async def lasting(accounts: Accounts, user_id: uuid.UUID) -> list[Family]:
    """The logins of a user that last, the newest first."""
    async with accounts.postgres.connection() as connection:
        return await sessions.list_families(connection, user_id, accounts.moment(), MOST_LISTED)


async def _held(connection: Connection, token_digest: bytes) -> Session | None:
    """The row of a refresh token, its account held before it is read."""
    owner = await sessions.find_owner(connection, token_digest)
    if owner is None:
        return None
    try:
        await lock_user(connection, owner)
    except NotFound:  # erased in between
        return None
    return await sessions.find_session(connection, owner, token_digest)


def _lasts(session: Session, now: datetime) -> bool:
    return session.revoked_at is None and session.expires_at > now


def _is_misused(accounts: Accounts, session: Session) -> bool:
    """Whether a token comes long after another one took its place."""
    grace = timedelta(seconds=accounts.settings.refresh_grace_seconds)
    return session.replaced_at is not None and session.replaced_at + grace < accounts.moment()


async def _refreshed(
    accounts: Accounts, connection: Connection, session: Session, kept: str | None
) -> Tokens:
    """Tokens for a refresh token that lasts; `kept` comes back unless it was replaced before."""
    login, now = session.login, accounts.moment()
    holder = await find_user(connection, login.user_id)
    if holder is None:
        raise _refused()
    if kept is not None and session.replaced_at is None:
        await sessions.mark_used(connection, session, now)
        return _tokens(accounts, holder, login.family_id, kept)
    await sessions.mark_replaced(connection, session, now)
    refresh_token = await _new_token(accounts, connection, login)
    await sessions.delete_oldest_of_family(connection, login.user_id, login.family_id)
    return _tokens(accounts, holder, login.family_id, refresh_token)


async def _new_token(accounts: Accounts, connection: Connection, login: Login) -> str:
    """One more refresh token of a family, stored by its digest."""
    refresh_token = str(uuid.uuid4())
    now = accounts.moment()
    await sessions.insert_session(
        connection,
        login,
        token_digest=digest_of(refresh_token),
        created_at=now,
        expires_at=now + timedelta(days=accounts.settings.refresh_token_days),
    )
    return refresh_token


def _tokens(accounts: Accounts, holder: Holder, family_id: uuid.UUID, refresh_token: str) -> Tokens:
    """An access token for all that the user may do now; the end of its family is its own too."""
    life, now = accounts.settings.access_token_minutes * 60, accounts.clock()
    claims = Claims(
        subject=str(holder.user_id),
        kind=Kind.ACCESS,
        scopes=holder.scopes,
        token_id=None,
        session_id=str(family_id),
        issued_at=now,
        expires_at=now + life,
    )
    return Tokens(issue(accounts.keys, claims), refresh_token, life, family_id)


def _tell(what: str, user_id: uuid.UUID, session: uuid.UUID) -> None:
    _log.info(what, user_id=str(user_id), session=str(session))


def _refused() -> Unauthenticated:
    """The same for every reason: who has no good token learns nothing about it."""
    msg = (
        "the refresh token is not valid: it is unknown, has expired or was revoked; "
        "log in again at /api/v1/auth/login"
    )
    return Unauthenticated(msg)


def _address(given: str | None) -> str | None:
    """An address as the database takes it, None for what is none."""
    try:
        return str(ip_address((given or "").partition("%")[0]))
    except ValueError:
        return None


def _shown(user_agent: str | None) -> str | None:
    """A text that can be shown anywhere, None for an empty one."""
    if user_agent is None:
        return None
    kept = (letter for letter in user_agent if unicodedata.category(letter)[0] != "C")
    return "".join(kept)[:LONGEST_USER_AGENT].strip() or None
