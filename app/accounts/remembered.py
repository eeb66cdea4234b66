"""Verified tokens by the header that brings them, and by whatever would end them."""

from __future__ import annotations

from dataclasses import dataclass

from app.security.tokens import Principal, token_in

MOST_EACH = 32
"""Headers of one account, or of one service token: nobody crowds out the others."""


@dataclass(slots=True)
class Known:
    """A verified header; seconds since 1970."""

    principal: Principal
    until: float
    verified_at: float


class Remembered:
    """At most `capacity` headers; the oldest of its owner goes first, else the oldest of all.

    `headers` is for looking up alone.
    """

    __slots__ = ("_by_key", "_capacity", "headers")

    def __init__(self, capacity: int) -> None:
        self.headers: dict[str, Known] = {}
        self._capacity = capacity
        self._by_key: dict[str, dict[str, None]] = {}  # headers in the order in which they came

    def keep(self, header: str, known: Known) -> None:
        """Remember a header in place of what was known of it."""
        self.forget(header)
        of_owner = self._by_key.get(_owner_of(known.principal), ())
        if len(of_owner) >= MOST_EACH:
            self.forget(next(iter(of_owner)))
        elif len(self.headers) >= self._capacity:
            self.forget(next(iter(self.headers)))
        self.headers[header] = known
        for key in _keys_of(known.principal):
            self._by_key.setdefault(key, {})[header] = None

    def forget(self, header: str) -> None:
        """Nothing happens for a header that is not known."""
        known = self.headers.pop(header, None)
        if known is None:
            return
        for key in _keys_of(known.principal):
            headers = self._by_key[key]
            del headers[header]
            if not headers:
                del self._by_key[key]

    def forget_changed(self, change: str) -> None:
        """Forget whom a change concerns, as the database tells it."""
        for header in tuple(self._by_key.get(change, ())):
            self.forget(header)

    def forget_verified_until(self, moment: float) -> None:
        """Forget those that were verified by then: the first ones, since each comes in turn."""
        while self.headers:
            header, known = next(iter(self.headers.items()))
            if known.verified_at > moment:
                return
            self.forget(header)


def normal(authorization: str | None) -> str | None:
    """The one header that stands for all that bring the same token, None without a token."""
    token = token_in(authorization)
    return None if token is None else f"Bearer {token}"


def _keys_of(principal: Principal) -> tuple[str, ...]:
    """The changes that concern a principal, as the database tells them."""
    keys = [f"user:{principal.user_id or principal.subject}"]
    if principal.session_id is not None:
        keys.append(f"session:{principal.session_id}")
    if principal.token_id is not None:
        keys.append(f"token:{principal.token_id}")
    return tuple(keys)


def _owner_of(principal: Principal) -> str:
    """The key that counts for `MOST_EACH`: service tokens of one owner are many, and apart."""
    keys = _keys_of(principal)
    return keys[0] if principal.token_id is None else keys[-1]
