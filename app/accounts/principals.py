"""Whose tokens are good: asked of the database once, remembered until something changes.

Every change is told by the database itself, in the transaction that makes it. While nobody hears
that, nothing is remembered: each request asks again. While the database is down, whoever was
verified before is served for one more minute.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from app.accounts.holders import gone, held_by
from app.accounts.remembered import Known, Remembered, normal
from app.errors import TokenExpired, Unauthenticated, Unavailable
from app.security.secrets import SigningKeys
from app.security.tokens import Principal, read, token_in
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

        Raises TokenExpired, Unauthenticated, and Unavailable or Overloaded while nobody can tell.
        """
        ...

    async def confirmed(self, token: str) -> Principal:
        """Who a token speaks for by the word of the service at this moment; makes no account.

        Raises the same, and Unauthenticated for somebody who has none.
        """
        ...


class Principals:
    """Finds and remembers who sends a request, `capacity` tokens at most."""

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
        self._fresh = Remembered(capacity)
        self._last = Remembered(capacity)
        self._used: dict[int, float] = {}  # by number: to hash a UUID is a Python call

    def known(self, authorization: str | None) -> Principal | None:
        """Who sent a header, if that is remembered; what most requests cost.

        It is remembered as `normal` writes it, which is how nearly all clients do.
        """
        if authorization is None or (found := self._fresh.headers.get(authorization)) is None:
            return None
        now = self._clock()
        if found.until <= now:
            return None
        principal = found.principal
        if principal.token_id is not None:
            self._used[principal.token_id.int] = now
        return principal

    async def bearer(self, authorization: str | None) -> Principal | None:
        """Who sent an Authorization header, None without a token in it.

        Raises TokenExpired, Unauthenticated, or Unavailable while nobody can tell.
        """
        token, header = token_in(authorization), normal(authorization)
        if token is None or header is None:
            return None
        if (principal := self.known(header)) is not None:
            return principal
        try:
            found = await self._verified(header, token)
        except (Unauthenticated, TokenExpired):
            self._last.forget(header)
            raise
        except Unavailable:
            if (last := self._last_known(header)) is not None:
                return last
            raise
        if found.token_id is not None:
            self._used[found.token_id.int] = self._clock()
        return found

    async def confirmed(self, authorization: str | None) -> Principal:
        """Whom an identity service knows by a header, asked now whatever is remembered.

        Raises TokenExpired, Unauthenticated, and Unavailable or Overloaded while it cannot tell.
        """
        token, header = token_in(authorization), normal(authorization)
        if self.identity is None or token is None or header is None:
            raise gone()
        try:
            return await self.identity.confirmed(token)
        except (Unauthenticated, TokenExpired):
            self._last.forget(header)
            self._fresh.forget(header)
            raise

    def take_used(self) -> dict[UUID, float]:
        """When each service token was last used, since the last time that this was asked."""
        used, self._used = self._used, {}
        return {UUID(int=number): at for number, at in used.items()}

    def heard(self, change: str) -> None:
        """Forget whom a change concerns: a payload of the channel of `app.storage.access`."""
        self._changes += 1
        if change == ROLES:
            self._forget_all()
            return
        self._fresh.forget_changed(change)
        self._last.forget_changed(change)

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
        self._last, self._fresh = self._fresh, Remembered(self._capacity)
        for known in self._last.headers.values():
            known.verified_at = now

    async def settle(self, *, changed: bool) -> None:
        """Let whatever this server has changed be in force here: heard, or nobody is remembered.

        `changed` says whether something may be: while the database is down nothing is, and whoever
        was verified is served on.
        """
        await self.catch_up()
        if changed and not self._listening:
            self._changes += 1
            self._last = Remembered(self._capacity)

    async def _verified(self, header: str, token: str) -> Principal:
        """Who a token speaks for, as the database says now."""
        changes, now = self._changes, self._clock()
        try:
            claims = read(token, self._keys, now)
        except Unauthenticated:
            if self.identity is None:
                raise
            principal, until = await self.identity.principal(token)
        else:
            async with self._connect() as connection:
                principal = await held_by(connection, token, claims, self._clock)
            until = now + CHECK_AGAIN_SECONDS
        if principal.expires_at is not None:
            until = min(until, principal.expires_at)
        self._remember(header, Known(principal, until, now), changes)
        return principal

    def _remember(self, header: str, known: Known, changes: int) -> None:
        """Keep what was found, unless something has changed since it was asked for."""
        if changes != self._changes:
            return
        if self._listening:
            self._fresh.keep(header, known)
        else:
            self._last.forget_verified_until(known.verified_at - LAST_SECONDS)
            self._last.keep(header, known)

    def _last_known(self, header: str) -> Principal | None:
        """Who was verified within the last minute, and has not expired since."""
        now = self._clock()
        self._last.forget_verified_until(now - LAST_SECONDS)
        last = self._last.headers.get(header) or self._fresh.headers.get(header)
        if last is None or last.verified_at + LAST_SECONDS <= now:
            return None
        expires_at = last.principal.expires_at
        return last.principal if expires_at is None or expires_at > now else None

    def _forget_all(self) -> None:
        self._fresh, self._last = Remembered(self._capacity), Remembered(self._capacity)


async def _nothing_to_hear() -> None:
    """What there is to wait for while nobody listens."""
