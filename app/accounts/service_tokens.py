"""Service tokens: made, renewed and revoked in one place, for the API and the command line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.accounts.context import Accounts
from app.accounts.holders import gone
from app.accounts.token_states import DAY_SECONDS, TokenState, state_at, whole_days_until
from app.errors import Conflicting, InvalidInput, PermissionDenied, Unauthenticated
from app.security.tokens import (
    CREATE_ONE,
    Claims,
    Kind,
    Principal,
    Scope,
    digest_of,
    issue,
    scope_text,
    scopes_in,
)
from app.storage import service_tokens
from app.storage.postgres import Connection
from app.storage.service_tokens import ServiceToken
from app.telemetry.logs import acting, logger

LEAST_DAYS, MOST_DAYS, DEFAULT_DAYS = 1, 3650, 30
ETERNAL_DAYS = 36_500
"""What is told as the life of a token that never ends, where a number is expected."""
LONGEST_NAME = 100

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to make: for whom, for what, and for how many days; None for ever."""

    owner: UUID
    scopes: frozenset[str]
    days: int | None = DEFAULT_DAYS
    name: str | None = None
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, and the only time that its secret is there."""

    row: ServiceToken
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """An access token that was made for a service token; `seconds` is its life."""

    secret: str = field(repr=False)
    seconds: int


def wanted_scopes(text: str, held: Collection[str]) -> frozenset[str]:
    """The scopes of a text such as 'calculations,admin'.

    Raises InvalidInput, and PermissionDenied for one that is not held.
    """
    scopes = scopes_in(text)
    if not scopes or scopes - set(Scope):
        expected = f"one or more of {', '.join(Scope)}, separated by commas"
        raise InvalidInput.of("scope", expected, text)
    require_held(scopes, held)
    return scopes


def require_held(scopes: Iterable[str], held: Collection[str]) -> None:
    """Raise PermissionDenied unless all these scopes are held: nobody gives what he has not."""
    lacking = set(scopes) - set(held)
    if lacking:
        msg = (
            f"a token with scope {scope_text(scopes)} can only be made by one who holds that; "
            f"the presented token has {scope_text(held) or 'none'}"
        )
        raise PermissionDenied(msg, details={"required_scope": scope_text(lacking)})


async def create_service_token(
    accounts: Accounts, connection: Connection, wanted: Wanted
) -> Issued:
    """A new token, whose row and signed content agree to the second; `log_issued` once it is kept.

    Raises InvalidInput, PermissionDenied for an eternal one against the rules.
    """
    _check(accounts, wanted)
    now = accounts.clock()
    until = None if wanted.days is None else int(now) + wanted.days * DAY_SECONDS
    row = ServiceToken(
        id=uuid4(),
        user_id=wanted.owner,
        name=wanted.name,
        scopes=tuple(sorted(wanted.scopes)),
        replaces=wanted.replaces,
        created_at=datetime.fromtimestamp(now, UTC),
        expires_at=None if until is None else datetime.fromtimestamp(until, UTC),
    )
    secret = issue(
        accounts.keys,
        Claims(
            subject=str(row.user_id),
            kind=Kind.SERVICE,
            scopes=wanted.scopes,
            token_id=str(row.id),
            session_id=None,
            issued_at=now,
            expires_at=until,
        ),
    )
    await service_tokens.insert_service_token(connection, row, digest_of(secret))
    return Issued(row, secret)


async def renew_service_token(
    accounts: Accounts,
    connection: Connection,
    token_id: UUID,
    held: Collection[str],
    *,
    days: int | None = None,
    eternal: bool = False,
) -> tuple[Issued, datetime | None]:
    """A successor with the owner, name, scopes and, unless told otherwise, the life of a token.

    The second value is when the old one ends: after the overlap, never later than it would have.
    `log_issued` once it is kept. Raises NotFound, PermissionDenied, and Conflicting for one that
    has a successor already.
    """
    old = await service_tokens.lock_service_token(connection, token_id)
    require_held(old.scopes, held)
    successor = await service_tokens.find_successor(connection, token_id)
    if successor is not None:
        msg = f"service token {token_id} was renewed already, as {successor}; renew that one"
        raise Conflicting(msg)
    wanted = Wanted(
        owner=old.user_id,
        scopes=frozenset(old.scopes),
        days=None if eternal else days if days is not None else life_of(old),
        name=old.name,
        replaces=old.id,
    )
    issued = await create_service_token(accounts, connection, wanted)
    overlap = timedelta(hours=accounts.settings.service_token_overlap_hours)
    last = issued.row.created_at + overlap
    await service_tokens.end_service_token(connection, token_id, last)
    return issued, last if old.expires_at is None else min(last, old.expires_at)


def log_issued(issued: Issued) -> None:
    """One line of a token that was made or is a successor; after the commit of its transaction."""
    if issued.row.replaces is None:
        _tell("service token created", issued.row)
    else:
        _tell("service token renewed", issued.row, replaces=str(issued.row.replaces))


async def access_for_service(accounts: Accounts, principal: Principal | None) -> Access:
    """A short-lived token that may do what the presented service token may, while that stands.

    Raises Unauthenticated for any other token. The use is written at once.
    """
    if principal is None or principal.kind != Kind.SERVICE or principal.token_id is None:
        msg = f"only a service token can be refreshed here: send one as bearer token; {CREATE_ONE}"
        raise Unauthenticated(msg)
    now, moment = accounts.clock(), accounts.moment()
    async with accounts.postgres.connection() as connection:
        if not await service_tokens.use_service_token(connection, principal.token_id, moment):
            raise gone()
    ends = now + accounts.settings.access_token_minutes * 60
    if principal.expires_at is not None:
        ends = min(ends, principal.expires_at)
    claims = Claims(
        subject=principal.subject,
        kind=Kind.ACCESS,
        scopes=principal.scopes,
        token_id=str(principal.token_id),
        session_id=None,
        issued_at=now,
        expires_at=ends,
    )
    return Access(issue(accounts.keys, claims), int(ends) - int(now))


async def revoke_service_token(accounts: Accounts, token_id: UUID) -> None:
    """End a token at once, everywhere; raises NotFound, also when that was done before."""
    async with accounts.postgres.transaction() as connection:
        token = await service_tokens.lock_service_token(connection, token_id)
        await service_tokens.revoke_service_token(connection, token_id, accounts.moment())
    _tell("service token revoked", token)


def state_of(token: ServiceToken, now: float) -> TokenState:
    """How a token fares at a time, in seconds since 1970."""
    if token.revoked_at is not None:
        return TokenState.REVOKED
    if not token.owner_may:
        return TokenState.DISABLED
    return state_at(None if token.expires_at is None else token.expires_at.timestamp(), now)


def is_over(token: ServiceToken, now: float) -> bool:
    """Whether a token has reached its end."""
    return token.expires_at is not None and token.expires_at.timestamp() <= now


def days_left(token: ServiceToken, now: float) -> int | None:
    """Whole days until the end of a token, 0 after it, None for an eternal one."""
    if token.expires_at is None:
        return None
    return whole_days_until(token.expires_at.timestamp(), now)


def life_of(token: ServiceToken) -> int | None:
    """Days that a token was made for, None for ever."""
    if token.expires_at is None:
        return None
    days = round((token.expires_at - token.created_at) / timedelta(days=1))
    return min(max(days, LEAST_DAYS), MOST_DAYS)


def _tell(what: str, token: ServiceToken, **more: str) -> None:
    """One line of what became of a token; `days` is the life that it was made for."""
    _log.info(
        what,
        token_id=str(token.id),
        owner=str(token.user_id),
        scope=scope_text(token.scopes),
        days=life_of(token),
        by=acting(),
        **more,
    )


def _check(accounts: Accounts, wanted: Wanted) -> None:
    if wanted.days is None:
        if not accounts.settings.allow_eternal_tokens:
            msg = (
                "this server makes no tokens that never end; ask for days, or start it with "
                "NOCTURNA_ALLOW_ETERNAL_TOKENS=true"
            )
            raise PermissionDenied(msg)
    elif not LEAST_DAYS <= wanted.days <= MOST_DAYS:
        raise InvalidInput.of("days", f"within {LEAST_DAYS}..{MOST_DAYS}", wanted.days)
    if wanted.name is not None and ("\x00" in wanted.name or len(wanted.name) > LONGEST_NAME):
        expected = f"at most {LONGEST_NAME} characters, none of them NUL"
        raise InvalidInput.of("name", expected, wanted.name)
