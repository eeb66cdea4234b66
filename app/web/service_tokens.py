"""Service tokens over HTTP: administrators make, list, renew and revoke them; backends refresh."""

from __future__ import annotations

import asyncio
from functools import partial
from uuid import UUID

from aiohttp import hdrs, web

from app.accounts.holders import account_of
from app.accounts.pages import cursor_after, place_of
from app.accounts.service_tokens import (
    Wanted,
    access_for_service,
    create_service_token,
    log_issued,
    renew_service_token,
    revoke_service_token,
    wanted_scopes,
)
from app.keys import ACCOUNTS, PRINCIPAL
from app.security.tokens import Scope, token_in
from app.storage.postgres import Connection
from app.storage.service_tokens import list_service_tokens, not_found
from app.web.access import find_principal
from app.web.answers import told
from app.web.bodies import json_body, query_of
from app.web.idempotency import Answer, once
from app.web.routing import Bearer, Route, RouteClass
from app.web.service_token_shapes import (
    CreatedServiceToken,
    ListedServiceToken,
    NewServiceToken,
    OwnedServiceToken,
    PageOfServiceTokens,
    PageQuery,
    RefreshedAccess,
    RenewedServiceToken,
    Revoked,
    created,
    renewed,
)

MOST_LISTED = 1000
"""Tokens in a list without pages."""
SHOWN_AT_ONCE = 25
"""Tokens that take half a millisecond to be shaped; then others have their turn."""
LONGEST_ID = 64


async def create(request: web.Request) -> web.Response:
    """POST …/admin/service-tokens -> 200, 403 for more than one may, 422."""
    asked = await json_body(request, NewServiceToken)
    principal, accounts = request[PRINCIPAL], request.app[ACCOUNTS]
    wanted = Wanted(
        owner=account_of(principal),
        scopes=wanted_scopes(asked.scope, principal.scopes),
        days=None if asked.eternal else asked.days,
        name=asked.name,
    )

    async def work(connection: Connection) -> Answer:
        issued = await create_service_token(accounts, connection, wanted)
        again = created(request, issued, again=True)
        return Answer(created(request, issued), again, kept=partial(log_issued, issued))

    return _unkept(await once(request, work))


async def rotate(request: web.Request) -> web.Response:
    """POST …/admin/service-tokens/{token_id}/rotate -> 200, 404, 409 if that was done already."""
    token_id, accounts = _token_id(request), request.app[ACCOUNTS]
    held = request[PRINCIPAL].scopes

    async def work(connection: Connection) -> Answer:
        issued, ends = await renew_service_token(accounts, connection, token_id, held)
        again = renewed(request, issued, ends, again=True)
        return Answer(renewed(request, issued, ends), again, kept=partial(log_issued, issued))

    return _unkept(await once(request, work))


async def list_all(request: web.Request) -> web.Response:
    """GET /api/auth/admin/service-tokens -> 200, the newest `MOST_LISTED` that are not revoked."""
    accounts = request.app[ACCOUNTS]
    async with accounts.postgres.connection() as connection:
        tokens = await list_service_tokens(connection, MOST_LISTED)
    now = accounts.clock()
    shown: list[ListedServiceToken] = []
    for start in range(0, len(tokens), SHOWN_AT_ONCE):
        some = tokens[start : start + SHOWN_AT_ONCE]
        shown += [ListedServiceToken.of(token, now, request) for token in some]
        await asyncio.sleep(0)
    return told(request, shown)


async def list_page(request: web.Request) -> web.Response:
    """GET /api/v1/auth/admin/service-tokens?limit&cursor -> 200, newest first, 422."""
    query, accounts = query_of(request, PageQuery), request.app[ACCOUNTS]
    after = None if query.cursor is None else place_of(query.cursor)
    async with accounts.postgres.connection() as connection:
        found = await list_service_tokens(connection, query.limit + 1, after=after, revoked=True)
    tokens, now = found[: query.limit], accounts.clock()
    items = [OwnedServiceToken.on_page(token, now, request) for token in tokens]
    more = len(found) > len(tokens)
    return told(request, PageOfServiceTokens(items, cursor_after(tokens[-1]) if more else None))


async def revoke(request: web.Request) -> web.Response:
    """DELETE …/admin/service-tokens/{token_id} -> 200, 404 also when it was revoked before."""
    token_id = _token_id(request)
    await revoke_service_token(request.app[ACCOUNTS], token_id)
    return told(request, Revoked(success=True, message=f"service token {token_id} was revoked"))


async def refresh(request: web.Request) -> web.Response:
    """POST …/service-token/refresh -> 200, 401 for anything but a service token that stands."""
    access = await access_for_service(request.app[ACCOUNTS], await find_principal(request))
    presented = token_in(request.headers.get(hdrs.AUTHORIZATION)) or ""
    return _unkept(told(request, RefreshedAccess(access.secret, presented, access.seconds)))


def routes() -> tuple[Route, ...]:
    """All of it under both prefixes; pages and rotation are our own API's."""
    own, legacy = "/api/v1/auth", "/api/auth"
    tokens = "admin/service-tokens"
    return (
        *_shared(legacy),
        *_shared(own),
        Route(
            "GET",
            f"{legacy}/{tokens}",
            list_all,
            Scope.ADMIN,
            summary="All service tokens, newest first",
            counted=RouteClass.ACCOUNT,
            gives=list[ListedServiceToken],
        ),
        Route(
            "GET",
            f"{own}/{tokens}",
            list_page,
            Scope.ADMIN,
            summary="A page of the service tokens, newest first, the revoked ones too",
            counted=RouteClass.ACCOUNT,
            query=PageQuery,
            gives=PageOfServiceTokens,
        ),
        Route(
            "POST",
            f"{own}/{tokens}/{{token_id}}/rotate",
            rotate,
            Scope.ADMIN,
            summary="A successor of a service token, which goes on for a while beside it",
            counted=RouteClass.ACCOUNT,
            once=True,
            gives=RenewedServiceToken,
        ),
    )


def _shared(prefix: str) -> tuple[Route, ...]:
    tokens = f"{prefix}/admin/service-tokens"
    return (
        Route(
            "POST",
            tokens,
            create,
            Scope.ADMIN,
            summary="A new service token, shown this once",
            counted=RouteClass.ACCOUNT,
            takes=NewServiceToken,
            once=True,
            gives=CreatedServiceToken,
        ),
        Route(
            "DELETE",
            f"{tokens}/{{token_id}}",
            revoke,
            Scope.ADMIN,
            summary="End a service token at once",
            counted=RouteClass.ACCOUNT,
            gives=Revoked,
        ),
        Route(
            "POST",
            f"{prefix}/service-token/refresh",
            refresh,
            summary="An access token for the service token that is presented as bearer token",
            counted=RouteClass.AUTH,
            bearer=Bearer.NEEDED,
            gives=RefreshedAccess,
        ),
    )


def _unkept(response: web.Response) -> web.Response:
    """An answer with a token in it, which nobody may keep on the way."""
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    return response


def _token_id(request: web.Request) -> UUID:
    """The id in the path; raises NotFound for what is none."""
    text = request.match_info["token_id"]
    try:
        return UUID(text)
    except ValueError as error:
        raise not_found(text[:LONGEST_ID]) from error
