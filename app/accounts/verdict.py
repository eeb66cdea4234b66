"""What there is to say of a token that somebody holds in hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.accounts.context import Accounts
from app.accounts.principals import Principals
from app.accounts.service_tokens import state_of
from app.accounts.token_states import TokenState, whole_days_until
from app.errors import RUN, AppError, TokenExpired, Unauthenticated
from app.security.tokens import LONGEST_TOKEN, Kind, scope_text, signed_content
from app.storage.service_tokens import ServiceToken, find_service_token

_SHOWN = ("sub", "type", "scope", "token_id", "jti", "sid", "iat", "nbf", "exp")
"""Claims that are told."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a token is good, and why not; its claims are None unless it was signed here.

    `status` is valid, expired, revoked, disabled (its owner is), unknown (no row of a token has
    its id) or refused.
    """

    valid: bool
    status: str
    reason: str | None
    claims: Mapping[str, Any] | None
    row: ServiceToken | None
    now: float

    def told(self) -> dict[str, Any]:
        """The same as plain values."""
        claims = self.claims or {}
        ends = claims.get("exp")
        told: dict[str, Any] = {
            "valid": self.valid,
            "status": self.status,
            "reason": self.reason,
            "signature": "ours" if self.claims is not None else "not ours",
            "claims": {name: claims[name] for name in _SHOWN if name in claims},
            "expires_at": None,
            "days_until_expiry": None,
            "row": None if self.row is None else self._told_row(self.row),
        }
        if isinstance(ends, int):
            told["expires_at"] = datetime.fromtimestamp(ends, UTC).isoformat()
            told["days_until_expiry"] = whole_days_until(ends, self.now)
        return told

    def _told_row(self, row: ServiceToken) -> dict[str, Any]:
        return {
            "name": row.name,
            "user_id": str(row.user_id),
            "scope": scope_text(row.scopes),
            "effective_scope": scope_text(row.effective_scopes),
            "state": state_of(row, self.now),
            "expires_at": _text(row.expires_at),
            "last_used_at": _text(row.last_used_at),
            "revoked_at": _text(row.revoked_at),
        }


async def verdict_on(accounts: Accounts, token: str) -> Verdict:
    """What the server would say to a token, and what its row says; raises Unavailable."""
    claims = _claims(accounts, token)
    row = await _row(accounts, claims)
    now = accounts.clock()
    judge = Principals(accounts.postgres.connection, accounts.keys, 1, clock=accounts.clock)
    try:
        await judge.bearer(f"Bearer {token}")
    except (TokenExpired, Unauthenticated) as refusal:
        return Verdict(
            valid=False,
            status=_status(refusal, claims, row, now),
            reason=_reason(refusal, row, now),
            claims=claims,
            row=row,
            now=now,
        )
    return Verdict(valid=True, status="valid", reason=None, claims=claims, row=row, now=now)


def _claims(accounts: Accounts, token: str) -> Mapping[str, Any] | None:
    """What a token of ours says, its times unchecked; None for another's."""
    if len(token) > LONGEST_TOKEN:
        return None
    for key in accounts.keys.accepted:
        try:
            return signed_content(token, key)
        except Unauthenticated:
            continue
    return None


async def _row(accounts: Accounts, claims: Mapping[str, Any] | None) -> ServiceToken | None:
    try:
        token_id = UUID(str((claims or {}).get("token_id")))
    except ValueError:
        return None
    async with accounts.postgres.connection() as connection:
        found = await find_service_token(connection, token_id)
    return None if found is None else found[0]


def _reason(refusal: AppError, row: ServiceToken | None, now: float) -> str:
    if row is not None and state_of(row, now) is TokenState.DISABLED:
        return (
            f"its owner {row.user_id} is disabled or waits for approval: {RUN} user list "
            "shows which, and user enable or user approve ends that"
        )
    return refusal.message


def _status(
    refusal: AppError, claims: Mapping[str, Any] | None, row: ServiceToken | None, now: float
) -> str:
    if row is not None and row.revoked_at is not None:
        return "revoked"
    over = row is not None and row.expires_at is not None and row.expires_at.timestamp() <= now
    if over or isinstance(refusal, TokenExpired):
        return "expired"
    if row is not None and not row.owner_may:
        return "disabled"
    if claims is not None and row is None and claims.get("type") == Kind.SERVICE:
        return "unknown"
    return "refused"


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
