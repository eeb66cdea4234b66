"""Who calls: the bearer token of a request, and what it may do."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web
from multidict import istr

from app.errors import PermissionDenied, Unauthenticated
from app.keys import VERIFIER
from app.security.tokens import CREATE_ONE, Principal, Scope

_FORWARDED = frozenset({istr("Forwarded"), istr("X-Forwarded-For"), istr("X-Real-IP"), istr("Via")})


def find_principal(request: web.Request) -> Principal | None:
    """Who sent a request, as `TokenVerifier.bearer` tells it."""
    return request.app[VERIFIER].bearer(request.headers.get("Authorization"))


def require(principal: Principal | None, scope: Scope) -> None:
    """Raises Unauthenticated without a principal, PermissionDenied for one without the scope."""
    if principal is None:
        msg = f"this needs a token: send the header 'Authorization: Bearer <token>'; {CREATE_ONE}"
        raise Unauthenticated(msg)
    if scope not in principal.scopes:
        held = ", ".join(sorted(principal.scopes)) or "none"
        msg = f"this needs a token with scope {scope}; the presented one has {held}"
        raise PermissionDenied(msg, details={"required_scope": scope})


def is_loopback(request: web.Request) -> bool:
    """Whether the caller is on this very machine, and not behind a proxy that is."""
    if not _FORWARDED.isdisjoint(request.headers):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
