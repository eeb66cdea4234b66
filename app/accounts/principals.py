"""Whose tokens are good: asked of the database once, remembered until something changes.

Every change is told by the database itself, in the transaction that makes it. While nobody hears
that, nothing is remembered: each request asks again. While the database is down, whoever was
verified before is served for one more minute.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Protocol
from uuid import UUID

from app.errors import TokenExpired, Unauthenticated, Unavailable
from app.security.secrets import SigningKeys
from app.security.tokens import (
    CREATE_ONE,
    Claims,
    Kind,
    Principal,
    digest_of,
    expired,
    read,
    token_in,
)
from app.storage.access import Holder, find_login, find_service, find_user
from app.storage.postgres import Connection

LAST_SECONDS = 60.0
"""For which a verified token is served while the database is down."""
CHECK_AGAIN_SECONDS = 300.0
"""After which even an unchanged token is asked for again."""
ROLES = "roles"

Connect = Callable[[], AbstractAsyncContextManager[Connection]]
"""Lends a connection to the database."""


class Identity(Protocol):
    """Whoever knows the tokens of another service."""

    async def principal(self, token: str) -> tuple[Principal, float]:
        """Who a token speaks for, and until when that holds, in seconds since 1970.

        Raises TokenExpired, Unauthenticated, and Unavailable or ExternalServiceError while nobody
        can tell.
        """
        ...


@dataclass(slots=True)
class _Known:
    """A verified header; seconds since 1970."""

    principal: Principal
    until: float
    verified_at: float


class Principals:
    """Finds and remembers who sends a request, `capacity` headers at most."""

    def __init__(
        self,
        connect: Connect,
        keys: SigningKeys,
        capacity: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.identity: Identity | None = None
        self.catch_up: Callable[[], Awaitable[None]] = _nothing_to_hear
        """Waits until every change that was made before is heard."""
        self._connect = connect
        self._keys = keys
        self._capacity = capacity
        self._clock = clock
        self._listening = False
        self._changes = 0
        self._fresh: dict[str, _Known] = {}
        self._last: dict[str, _Known] = {}
        self._by_key: dict[str, set[str]] = {}
        self.used: dict[UUID, float] = {}
        """When each service token was last used, since somebody took this away."""

    def known(self, authorization: str | None) -> Principal | None:
        """Who sent a header, if that is remembered; what most requests cost."""
        if authorization is None or (found := self._fresh.get(authorization)) is None:
            return None
        now = self._clock()
        if found.until <= now:
            return None
        principal = found.principal
        if principal.token_id is not None:
            self.used[principal.token_id] = now
        return principal

    async def bearer(self, authorization: str | None) -> Principal | None:
        """Who sent an Authorization header, None without a token in it.

        Raises TokenExpired, Unauthenticated, or Unavailable while nobody can tell.
        """
        if (principal := self.known(authorization)) is not None:
            return principal
        token = token_in(authorization)
        if token is None or authorization is None:
            return None
        try:
            found = await self._verified(authorization, token)
        except (Unauthenticated, TokenExpired):
            self._last.pop(authorization, None)
            raise
        except Unavailable:
            if (last := self._last_known(authorization)) is not None:
                return last
            raise
        if found.token_id is not None:
            self.used[found.token_id] = self._clock()
        return found

    def take_used(self) -> dict[UUID, float]:
        """When each service token was last used, since the last time that this was asked."""
        used, self.used = self.used, {}
        return used

    def heard(self, change: str) -> None:
        """Forget whom a change concerns: a payload of the channel of `app.storage.access`."""
        self._changes += 1
        if change == ROLES:
            self._forget_all()
            return
        for header in self._by_key.pop(change, ()):
            self._fresh.pop(header, None)
            self._last.pop(header, None)

    def listening(self) -> None:
        """From now on every change is heard; what was told before is unknown."""
        self._changes += 1
        self._forget_all()
        self._listening = True

    def deaf(self) -> None:
        """From now on no change is heard: remember nothing, but for the database being down."""
        self._changes += 1
        self._listening = False
        now = self._clock()
        self._last = self._fresh
        self._fresh = {}
        for known in self._last.values():
            known.verified_at = now

    async def _verified(self, authorization: str, token: str) -> Principal:
        """Who a token speaks for, as the database says now."""
        changes, now = self._changes, self._clock()
        try:
            claims = read(token, self._keys, now)
        except Unauthenticated:
            if self.identity is None:
                raise
            principal, until = await self.identity.principal(token)
        else:
            principal = await self._held(token, claims)
            until = now + CHECK_AGAIN_SECONDS
        if principal.expires_at is not None:
            until = min(until, principal.expires_at)
        self._remember(authorization, _Known(principal, until, now), changes)
        return principal

    async def _held(self, token: str, claims: Claims) -> Principal:
        """The principal of a token that is signed by us.

        Raises Unauthenticated, and TokenExpired for one that was given an earlier end since.
        """
        try:
            user_id, token_id = UUID(claims.subject), _uuid(claims.token_id)
            session_id = _uuid(claims.session_id)
        except ValueError as error:
            raise gone() from error
        async with self._connect() as connection:
            if token_id is not None:
                holder = await _by_service_token(connection, token, claims, token_id)
            elif session_id is not None:
                holder = await find_login(connection, user_id, session_id)
            else:
                holder = await find_user(connection, user_id)
        if holder is None or holder.user_id != user_id:
            raise gone()
        if holder.expires_at is not None and holder.expires_at.timestamp() <= self._clock():
            raise expired()
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

    def _remember(self, header: str, known: _Known, changes: int) -> None:
        """Keep what was found, unless something has changed since it was asked for."""
        if changes != self._changes:
            return
        if not self._listening:
            if header in self._last or len(self._last) < self._capacity:
                self._last[header] = known
            return
        if len(self._fresh) >= self._capacity:
            self._drop(next(iter(self._fresh)))
        self._fresh[header] = known
        for key in _keys_of(known.principal):
            self._by_key.setdefault(key, set()).add(header)

    def _last_known(self, header: str) -> Principal | None:
        """Who was verified within the last minute, and has not expired since."""
        now = self._clock()
        last = self._last.get(header) or self._fresh.get(header)
        if last is None or last.verified_at + LAST_SECONDS <= now:
            return None
        expires_at = last.principal.expires_at
        return last.principal if expires_at is None or expires_at > now else None

    def _drop(self, header: str) -> None:
        known = self._fresh.pop(header)
        for key in _keys_of(known.principal):
            headers = self._by_key.get(key)
            if headers is not None:
                headers.discard(header)
                if not headers:
                    del self._by_key[key]

    def _forget_all(self) -> None:
        self._fresh, self._last, self._by_key = {}, {}, {}


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


async def _nothing_to_hear() -> None:
    """What there is to wait for while nobody listens."""


def gone() -> Unauthenticated:
    msg = f"the token is not valid any more: it was revoked, or its account is closed; {CREATE_ONE}"
    return Unauthenticated(msg)


def _keys_of(principal: Principal) -> tuple[str, ...]:
    """The changes that concern a principal, as the database tells them."""
    return tuple(
        f"{kind}:{number}"
        for kind, number in (
            ("user", principal.user_id),
            ("session", principal.session_id),
            ("token", principal.token_id),
        )
        if number is not None
    )


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _earlier(claimed: float | None, stored: datetime | None) -> float | None:
    if stored is None:
        return claimed
    return stored.timestamp() if claimed is None else min(claimed, stored.timestamp())
