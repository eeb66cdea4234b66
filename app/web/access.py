"""Who calls: the bearer token of a request, and what it may do."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web

from app.errors import PermissionDenied, Unauthenticated
from app.keys import VERIFIER
from app.security.tokens import Principal, Scope

_SCHEME = "bearer "


def presented_token(request: web.Request) -> str | None:
    """The bearer token, None without one; another scheme counts as none, an empty token as ''."""
    header = request.headers.get("Authorization")
    if header is None or header[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return header[len(_SCHEME) :].strip()


def find_principal(request: web.Request) -> Principal | None:
    """Who calls, None without a token; raises Unauthenticated or TokenExpired for a bad one."""
    token = presented_token(request)
    return None if token is None else request.app[VERIFIER].verify(token)


def require(request: web.Request, scope: Scope) -> Principal:
    """Who calls; raises Unauthenticated, TokenExpired, or PermissionDenied without the scope."""
    principal = find_principal(request)
    if principal is None:
        msg = "this needs a token: send the header 'Authorization: Bearer <token>'"
        raise Unauthenticated(msg)
    if scope not in principal.scopes:
        held = ", ".join(sorted(principal.scopes)) or "none"
        msg = f"this needs a token with scope {scope}; the presented one has {held}"
        raise PermissionDenied(msg, details={"required_scope": scope})
    return principal


def is_loopback(request: web.Request) -> bool:
    """Whether the peer of the connection is this very machine."""
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
