"""Signed tokens: JSON Web Tokens of every kind, made and read here alone.

A signature says that this installation issued a token, not that it still holds: whether its row,
its session and its owner are still there is up to `app.accounts.principals`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

import jwt

from app.errors import RUN, AppError, TokenExpired, Unauthenticated
from app.security.secrets import SigningKeys

ALGORITHM = "HS256"
LONGEST_TOKEN = 4096
"""Characters of a token that is looked at; ours have about 400."""
CREATE_ONE = f"log in at /api/v1/auth/login, or create a service token with: {RUN} token create"
_SCHEME = "bearer "
_END_OF_9999 = 253_402_300_799
"""Seconds since 1970 of the last second that a date can be written of."""


class Scope(StrEnum):
    """What a caller may do. `admin` opens the inside of the server, `calculations` the rest.

    Hashed as the text that it is: an enum's own hash is a Python call for every request.
    """

    __hash__ = str.__hash__

    CALCULATIONS = "calculations"
    ADMIN = "admin"


class Kind(StrEnum):
    """The `type` claim."""

    ACCESS = "access"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of itself; times in seconds since 1970, None for an eternal one.

    `token_id` is the row of a service token, also in an access token derived from it; `session_id`
    the family of the login that an access token came from.
    """

    subject: str
    kind: Kind
    scopes: frozenset[str]
    token_id: str | None
    session_id: str | None
    issued_at: float
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, and what the caller may do; `expires_at` in seconds since 1970, None for never.

    `user_id` is the account that owns what is stored. `session_id` is there only for a person who
    logged in here, `token_id` only for a service token or what was derived from one. `tier` names
    the rate limit.
    """

    subject: str
    user_id: uuid.UUID | None
    kind: str
    scopes: frozenset[str]
    tier: str
    expires_at: float | None
    token_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None


def issue(keys: SigningKeys, claims: Claims) -> str:
    """A signed token with these claims; each has a `jti` of its own."""
    content: dict[str, Any] = {
        "sub": claims.subject,
        "type": claims.kind.value,
        "scope": scope_text(claims.scopes),
        "jti": claims.token_id if claims.kind is Kind.SERVICE else str(uuid.uuid4()),
        "iat": int(claims.issued_at),
    }
    if claims.token_id is not None:
        content["token_id"] = claims.token_id
    if claims.session_id is not None:
        content["sid"] = claims.session_id
    if claims.expires_at is not None:
        content["exp"] = int(claims.expires_at)
    return jwt.encode(content, keys.current, ALGORITHM)


def read(token: str, keys: SigningKeys, now: float) -> Claims:
    """What a token of ours says; raises TokenExpired or Unauthenticated."""
    if len(token) > LONGEST_TOKEN:
        msg = f"the token is longer than {LONGEST_TOKEN} characters; present a token of this server"
        raise Unauthenticated(msg)
    error: AppError = Unauthenticated("no token was presented")
    for key in keys.accepted:
        try:
            return _read(token, key, now)
        except TokenExpired:
            raise
        except Unauthenticated as unknown:
            error = unknown
    raise error


def _read(token: str, key: str, now: float) -> Claims:
    content = signed_content(token, key)
    try:
        claims = Claims(
            subject=_text(content["sub"]),
            kind=Kind(_text(content["type"])),
            scopes=scopes_in(_text(content["scope"])),
            token_id=_text_or_none(content.get("token_id")),
            session_id=_text_or_none(content.get("sid")),
            issued_at=_instant(content.get("iat", 0)),
            expires_at=None if "exp" not in content else _instant(content["exp"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise not_ours() from error
    if claims.expires_at is None and claims.kind is not Kind.SERVICE:
        raise not_ours()  # only a service token may be eternal
    if claims.token_id is None and claims.kind is Kind.SERVICE:
        raise not_ours()  # without a row nobody could revoke it
    if "aud" in content:
        raise not_ours()  # for another service that has the same key: ours name no audience
    check_times(content, now)
    return claims


def signed_content(token: str, key: str) -> Mapping[str, Any]:
    """The content of a token that was signed with a key; raises Unauthenticated.

    Its times are not looked at.
    """
    # Times are checked against the clock that was given, not by the library.
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    try:
        content: Mapping[str, Any] = jwt.decode(token, key, [ALGORITHM], options=options)  # type: ignore[arg-type]  # a plain dict
    # Headers are read before the signature is checked: nesting is anyone's to send.
    except (jwt.InvalidTokenError, TypeError, ValueError, RecursionError) as error:
        raise not_ours() from error
    return content


def check_times(content: Mapping[str, Any], now: float) -> None:
    """Raise TokenExpired or Unauthenticated unless the token holds at this time."""
    try:
        expires_at = None if "exp" not in content else _instant(content["exp"])
        not_before = _instant(content.get("nbf", 0))
    except (TypeError, ValueError) as error:
        raise not_ours() from error
    if expires_at is not None and expires_at <= now:
        raise expired(content)
    if not_before > now:
        msg = "the token is not valid yet"
        raise Unauthenticated(msg)


def scopes_in(text: str) -> frozenset[str]:
    """The scopes of a text such as `calculations,admin`."""
    return frozenset(part for part in text.replace(",", " ").split() if part)


def scope_text(scopes: Iterable[str]) -> str:
    """The same as text, in the order of `Scope`."""
    held = set(scopes)
    return ",".join(scope for scope in Scope if scope in held)


def digest_of(secret: str) -> bytes:
    """What is stored of a token: enough to find it again, and of no use to a thief."""
    return sha256(secret.encode(errors="surrogateescape")).digest()


def token_in(authorization: str | None) -> str | None:
    """The bearer token of an Authorization header, None without one.

    Another scheme counts as none, an empty token as ''.
    """
    if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return authorization[len(_SCHEME) :].strip()


def expired(content: Mapping[str, Any]) -> TokenExpired:
    """The refusal of a token with this content, which says how its holder gets another one."""
    if content.get("type") == Kind.SERVICE:
        return service_token_expired()
    if content.get("token_id") is not None:
        msg = "the token has expired; get another one at /api/v1/auth/service-token/refresh"
        return TokenExpired(msg)
    return TokenExpired(
        "the token has expired; refresh it at /api/v1/auth/refresh, or log in again"
    )


def service_token_expired() -> TokenExpired:
    return TokenExpired(f"the service token has expired; create one with: {RUN} token create")


def not_ours() -> Unauthenticated:
    msg = (
        f"the token is not valid: it was not signed by this server, or it was changed; {CREATE_ONE}"
    )
    return Unauthenticated(msg)


def _text(claim: object) -> str:
    if not isinstance(claim, str):
        msg = "a claim is not a text"
        raise TypeError(msg)
    return claim


def _text_or_none(claim: object) -> str | None:
    return None if claim is None else _text(claim)


def _instant(claim: object) -> float:
    """A claimed time in seconds since 1970; raises ValueError for one that no calendar shows."""
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        msg = "a claimed time is not a number"
        raise TypeError(msg)
    if not 0 <= claim <= _END_OF_9999:  # false for NaN too
        msg = "a claimed time is out of range"
        raise ValueError(msg)
    return float(claim)
