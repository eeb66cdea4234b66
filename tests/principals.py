"""Principals without a database: of the tokens of `tests.server` alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast
from uuid import UUID

from app.accounts.principals import Principals
from app.security.secrets import SigningKeys
from app.security.tokens import digest_of
from app.storage.postgres import Connection
from tests.server import SECRET, SERVICE_USER, STANDARD, token, token_id

KEYS = SigningKeys(SECRET, (SECRET,))


class Rows:
    """A connection that knows the rows of the standard tokens."""

    async def fetchrow(self, _: str, number: UUID) -> dict[str, Any] | None:
        for scopes in STANDARD:
            if token_id(scopes) == str(number):
                return {
                    "id": UUID(SERVICE_USER),
                    "tier": "free",
                    "held": ["calculations", "admin"],
                    "scopes": list(scopes),
                    "expires_at": None,
                    "token_digest": digest_of(token(*scopes)),
                }
        return None


@asynccontextmanager
async def connect() -> AsyncIterator[Connection]:
    yield cast("Connection", Rows())


def known(
    capacity: int = 10,
    lend: Callable[[], AbstractAsyncContextManager[Connection]] = connect,
) -> Principals:
    """Whoever holds a standard token."""
    principals = Principals(lend, KEYS, capacity)
    principals.listening()
    return principals
