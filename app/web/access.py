"""Who calls: the bearer token of a request, what it may do, and from where it comes."""

from __future__ import annotations

import re
from ipaddress import ip_address

from aiohttp import hdrs, web
from multidict import istr

from app.accounts.remembered import normal
from app.errors import AppError, PermissionDenied, TokenExpired, Unauthenticated
from app.keys import CLIENTS, PRINCIPALS
from app.security.tokens import CREATE_ONE, Principal, Scope
from app.services.identity import KIND
from app.telemetry.traces import in_trace
from app.web.answers import REQUEST_ID
from app.web.limits import LIMITS

_FORWARDED = frozenset({istr("Forwarded"), istr("X-Forwarded-For"), istr("X-Real-IP"), istr("Via")})
_X_FORWARDED_FOR, _X_TRACE_ID = istr("X-Forwarded-For"), istr("X-Trace-ID")

is_id = re.compile(r"[A-Za-z0-9._-]{1,64}\Z").match
"""Whether a text may name a request or a trace."""


async def find_principal(request: web.Request) -> Principal | None:
    """Who sent a request, as `Principals.bearer` tells it; what is asked for that has its trace.

    Raises RateLimited too: of an address with too many refused tokens only known ones are taken.
    """
    principals = request.app[PRINCIPALS]
    header = normal(request.headers.get(hdrs.AUTHORIZATION))
    if header is None:
        return None
    if (known := principals.known(header)) is not None:
        return known
    limits, address = request.app[LIMITS], client_address(request)
    limits.require_trust(address)
    try:
        with in_trace(trace_of(request)):
            return await principals.bearer(header)
    except (Unauthenticated, TokenExpired):
        limits.count_refused(address)
        raise


async def confirmed_principal(request: web.Request) -> Principal:
    """Who sent a request, as `Principals.confirmed` tells it; the same of the trace."""
    with in_trace(trace_of(request)):
        return await request.app[PRINCIPALS].confirmed(request.headers.get(hdrs.AUTHORIZATION))


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


def trace_of(request: web.Request) -> str | None:
    """The trace that the caller names, else the request by itself is one."""
    named = request.headers.get(_X_TRACE_ID, "")
    return named if is_id(named) else request.get(REQUEST_ID)
