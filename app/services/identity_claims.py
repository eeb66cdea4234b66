"""What an identity service, or a token itself, says of its holder."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.security.tokens import Scope
from app.wire import decode

LONGEST_ID = 200
"""Characters of a user's id."""
MOST_NAMES = 1000
"""Roles or permissions that are looked at."""
IDS = ("user_id", "sub", "id")
"""Where the id of a user may stand in an answer, in this order."""
IDS_IN_TOKEN = ("user_id", "sub")
_ACTIVE = ("active", "valid", "is_active")
_GRANTS = ("permissions", "scopes")
_PARTS_OF_A_TOKEN = 3
_END_OF_9999 = 253_402_300_799
"""Seconds since 1970: what is later was told in another unit."""

Roles = Mapping[str, Sequence[str]]
"""The scopes that each role of the identity service has here."""


@dataclass(frozen=True, slots=True)
class ExternalClaims:
    """A user of the identity service; `expires_at` in seconds since 1970, None when not told."""

    subject: str
    scopes: frozenset[str]
    expires_at: float | None


def is_active(content: Mapping[str, Any]) -> bool:
    """Whether nothing in it says that the token or its user is not; what is unclear says so."""
    told = [content[name] for name in _ACTIVE if content.get(name) is not None]
    return all(value in (True, 1) for value in told)


def claims_in(
    content: Mapping[str, Any], roles: Roles, ids: Sequence[str] = IDS
) -> ExternalClaims | None:
    """The user that is described, None where no id can be read. Roles without scopes give none."""
    subject = next((content[name] for name in ids if content.get(name) is not None), None)
    if isinstance(subject, int) and not isinstance(subject, bool):
        subject = str(subject)
    # A number that is not whole may be an id that was too long, and so somebody else's.
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_ID:
        return None
    if not subject.isprintable():
        return None
    granted = {scope for role in _names(content.get("roles")) for scope in roles.get(role, ())}
    for name in _GRANTS:
        granted.update(word for names in _names(content.get(name)) for word in names.split())
    return ExternalClaims(subject, frozenset(granted & set(Scope)), instant(content.get("exp")))


def claimed_end(token: str) -> float | None:
    """When a token says that it ends, in seconds since 1970, unverified; None if it does not."""
    parts = token.split(".")
    if len(parts) != _PARTS_OF_A_TOKEN:
        return None
    try:
        content = decode(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return instant(content.get("exp")) if isinstance(content, dict) else None


def instant(value: object) -> float | None:
    """A time in seconds since 1970, None for what is no such thing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= _END_OF_9999 else None  # false for NaN too


def earliest(*moments: float | None) -> float | None:
    """The first of the moments that are known."""
    return min((moment for moment in moments if moment is not None), default=None)


def _names(value: object) -> list[str]:
    """The names in a list, or in a text with commas between them."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",", MOST_NAMES)]
    if isinstance(value, list):
        return [name for name in value[:MOST_NAMES] if isinstance(name, str)]
    return []
