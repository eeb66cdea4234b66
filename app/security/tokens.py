"""Service tokens: signed JWTs, made and checked here alone."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import jwt

from app.errors import AppError, InvalidInput, TokenExpired, Unauthenticated
from app.security.secrets import SigningKeys

ALGORITHM = "HS256"
LONGEST_TOKEN = 4096
"""Characters of a token that is looked at; ours have about 400."""
MOST_DAYS = 3650
CREATE_ONE = "create one with: python run.py token create, in the data directory of this server"
_SCHEME = "bearer "
_DAY = 86_400
_END_OF_9999 = 253_402_300_799
"""Seconds since 1970 of the last second that a date can be written of."""


class Scope(StrEnum):
    """What a token may do. `admin` opens the inside of the server, `calculations` the catalogue.

    Hashed as the text that it is: an enum's own hash is a Python call for every request.
    """

    __hash__ = str.__hash__

    CALCULATIONS = "calculations"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, and until when: seconds since 1970."""

    subject: str
    token_id: str
    kind: str
    scopes: frozenset[str]
    expires_at: float


def create_service_token(
    keys: SigningKeys, *, days: int, scopes: tuple[str, ...], now: float
) -> str:
    """A signed service token; raises InvalidInput for a life or scope that does not exist."""
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput.of("days", f"within 1..{MOST_DAYS}", days)
    for scope in scopes:
        if scope not in set(Scope):
            raise InvalidInput.of("scope", f"one of {', '.join(Scope)}", scope)
    token_id = str(uuid.uuid4())
    issued = int(now)
    claims = {
        "sub": "service",
        "type": "service",
        "scope": ",".join(scopes),
        "token_id": token_id,
        "jti": token_id,
        "iat": issued,
        "exp": issued + days * _DAY,
    }
    return jwt.encode(claims, keys.current, ALGORITHM)


def principal_of(token: str, keys: SigningKeys, now: float) -> Principal:
    """Who a token speaks for; raises TokenExpired or Unauthenticated."""
    if len(token) > LONGEST_TOKEN:
        msg = f"the token is longer than {LONGEST_TOKEN} characters; present a token of this server"
        raise Unauthenticated(msg)
    error: AppError = Unauthenticated("no token was presented")
    for key in keys.accepted:
        try:
            return _decoded(token, key, now)
        except TokenExpired:
            raise
        except Unauthenticated as unknown:
            error = unknown
    raise error


def _decoded(token: str, key: str, now: float) -> Principal:
    required = ["sub", "type", "scope", "exp"]
    # Times are checked here, against the clock that was given, not by the library.
    options = {"require": required, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        claims = jwt.decode(token, key, [ALGORITHM], options=options)  # type: ignore[arg-type]  # a plain dict
        principal = Principal(
            subject=_text(claims["sub"]),
            token_id=_text(claims.get("token_id", "")),
            kind=_text(claims["type"]),
            scopes=frozenset(part.strip() for part in _text(claims["scope"]).split(",")),
            expires_at=_instant(claims["exp"]),
        )
        not_before = _instant(claims.get("nbf", 0))
    # Headers are read before the signature is checked: nesting is anyone's to send.
    except (jwt.InvalidTokenError, TypeError, ValueError, RecursionError) as error:
        msg = (
            "the token is not valid: it was not signed by this server, or it was changed; "
            f"{CREATE_ONE}"
        )
        raise Unauthenticated(msg) from error
    if principal.expires_at <= now:
        raise expired()
    if not_before > now:
        msg = "the token is not valid yet"
        raise Unauthenticated(msg)
    return principal


def _text(claim: object) -> str:
    if not isinstance(claim, str):
        msg = "a claim is not a text"
        raise TypeError(msg)
    return claim


def _instant(claim: object) -> float:
    """A claimed time in seconds since 1970; raises ValueError for one that no calendar shows."""
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        msg = "a claimed time is not a number"
        raise TypeError(msg)
    if not 0 <= claim <= _END_OF_9999:  # false for NaN too
        msg = "a claimed time is out of range"
        raise ValueError(msg)
    return float(claim)


def expired() -> TokenExpired:
    msg = f"the token has expired; {CREATE_ONE}"
    return TokenExpired(msg)


def token_in(authorization: str | None) -> str | None:
    """The bearer token of an Authorization header, None without one.

    Another scheme counts as none, an empty token as ''.
    """
    if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return authorization[len(_SCHEME) :].strip()


class TokenVerifier:
    """Verifies tokens and remembers `capacity` valid ones; each use checks the expiry again."""

    def __init__(
        self, keys: SigningKeys, capacity: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = keys
        self._capacity = capacity
        self._clock = clock
        self._known: OrderedDict[str, Principal] = OrderedDict()
        self._headers: dict[str | None, Principal] = {}

    def bearer(self, authorization: str | None) -> Principal | None:
        """Who sent an Authorization header, None without a token in it.

        Raises TokenExpired or Unauthenticated for a bad one. Headers are remembered whole: one
        look-up is all that most requests cost.
        """
        principal = self._headers.get(authorization)
        if principal is not None and principal.expires_at > self._clock():
            return principal
        token = token_in(authorization)
        if token is None:
            return None
        if len(self._headers) >= self._capacity:
            self._headers.clear()
        principal = self._headers[authorization] = self.verify(token)
        return principal

    def verify(self, token: str) -> Principal:
        """Who the token speaks for; raises TokenExpired or Unauthenticated."""
        principal = self._known.get(token)
        if principal is None:
            principal = principal_of(token, self._keys, self._clock())
            self._known[token] = principal
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
            return principal
        if principal.expires_at <= self._clock():
            del self._known[token]
            raise expired()
        self._known.move_to_end(token)
        return principal
