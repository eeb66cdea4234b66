"""Who calls: the bearer token of a request, what it may do, and from where it comes."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web
from multidict import istr

from app.errors import AppError, PermissionDenied, Unauthenticated
from app.keys import CLIENTS, PRINCIPALS
from app.security.tokens import CREATE_ONE, Principal, Scope
from app.services.identity import KIND

_FORWARDED = frozenset({istr("Forwarded"), istr("X-Forwarded-For"), istr("X-Real-IP"), istr("Via")})
_X_FORWARDED_FOR = istr("X-Forwarded-For")


async def find_principal(request: web.Request) -> Principal | None:
    """Who sent a request, as `Principals.bearer` tells it."""
    return await request.app[PRINCIPALS].bearer(request.headers.get("Authorization"))


def require(principal: Principal | None, scope: Scope) -> None:
    """Raises Unauthenticated without a principal, PermissionDenied for one without the scope."""
    if principal is None or scope not in principal.scopes:
        raise refusal(principal, scope)


def refusal(principal: Principal | None, scope: Scope) -> AppError:
    """Why this caller may not do what needs the scope."""
    if principal is None:
        msg = f"this needs a token: send the header 'Authorization: Bearer <token>'; {CREATE_ONE}"
        return Unauthenticated(msg)
    held = ", ".join(sorted(principal.scopes)) or "none"
    msg = f"this needs a token with scope {scope}; the presented one has {held}"
    if scope is Scope.ADMIN:
        msg = f"Admin privileges required: {msg}"
    return PermissionDenied(msg, details={"required_scope": scope})


def require_login(principal: Principal) -> None:
    """Raises PermissionDenied unless a person logged in for this token, here or elsewhere."""
    if principal.session_id is None and principal.kind != KIND:
        msg = "this is for people who log in, not for service tokens; use /api/v1/auth/login"
        raise PermissionDenied(msg)


def is_loopback(request: web.Request) -> bool:
    """Whether the caller is on this very machine, and not behind a proxy that is."""
    if not _FORWARDED.isdisjoint(request.headers):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def client_address(request: web.Request) -> str:
    """The address of the caller, as far as it can be believed; '' if unknown."""
    forwarded = request.headers.getall(_X_FORWARDED_FOR, ())
    return request.app[CLIENTS].address(request.remote or "", forwarded)
