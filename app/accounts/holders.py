"""Whom a token that is signed by us stands for, as the database says now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from app.errors import Unauthenticated, Unavailable
from app.security.tokens import (
    CREATE_ONE,
    Claims,
    Kind,
    Principal,
    digest_of,
    service_token_expired,
)
from app.storage.access import Holder, find_login, find_service, find_user
from app.storage.postgres import Connection

RETRY_SOON = 1


async def held_by(
    connection: Connection, token: str, claims: Claims, clock: Callable[[], float]
) -> Principal:
    """The principal of a token; `clock` tells seconds since 1970.

    Raises Unauthenticated, and TokenExpired for one that was given an earlier end since.
    """
    try:
        user_id, token_id = UUID(claims.subject), _uuid(claims.token_id)
        session_id = _uuid(claims.session_id)
    except ValueError as error:
        raise gone() from error
    if token_id is not None:
        holder = await _by_service_token(connection, token, claims, token_id)
    elif session_id is not None:
        holder = await find_login(connection, user_id, session_id)
    else:
        holder = await find_user(connection, user_id)
    if holder is None or holder.user_id != user_id:
        raise gone()
    if holder.expires_at is not None and holder.expires_at.timestamp() <= clock():
        raise service_token_expired()
    return Principal(
        subject=claims.subject,
        user_id=user_id,
        kind=claims.kind,
        scopes=claims.scopes & holder.scopes,
        tier=holder.tier,
        expires_at=_earlier(claims.expires_at, holder.expires_at),
        token_id=token_id,
        session_id=session_id,
    )


def gone() -> Unauthenticated:
    """The refusal of a token that was good once, whatever has ended it."""
    msg = f"the token is not valid any more: it was revoked, or its account is closed; {CREATE_ONE}"
    return Unauthenticated(msg)


def account_of(principal: Principal) -> UUID:
    """The account that owns what a principal stores; raises Unavailable for one unknown now."""
    if principal.user_id is None:
        msg = "the account of this token cannot be looked up now; try again in a second"
        raise Unavailable(msg, retry_after=RETRY_SOON)
    return principal.user_id


async def _by_service_token(
    connection: Connection, token: str, claims: Claims, token_id: UUID
) -> Holder | None:
    """The holder of a service token, or of an access token that was derived from one."""
    found = await find_service(connection, token_id)
    if found is None:
        return None
    holder, digest = found
    if claims.kind is Kind.SERVICE and not compare_digest(digest, digest_of(token)):
        return None
    return holder


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _earlier(claimed: float | None, stored: datetime | None) -> float | None:
    if stored is None:
        return claimed
    return stored.timestamp() if claimed is None else min(claimed, stored.timestamp())
