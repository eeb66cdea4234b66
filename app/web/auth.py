"""Register, log in, stay logged in, log out; who one is."""

from __future__ import annotations

from aiohttp import hdrs, web

from app.accounts import login as logins
from app.accounts import sessions
from app.accounts.profiles import profile_of
from app.accounts.registration import Registration, register, require_open
from app.accounts.sessions import Origin, Tokens
from app.errors import (
    LEGACY_STATUS_OF,
    Conflicting,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Problem,
    RateLimited,
    Unauthenticated,
)
from app.keys import (
    ACCOUNTS,
    LOGINS,
    PRINCIPAL,
    REFUSED,
    SETTINGS,
    SUCCESS,
    THROTTLED,
)
from app.security.tokens import Scope
from app.storage.profiles import Profile
from app.web.access import client_address, find_principal
from app.web.answers import OWN_API, told
from app.web.auth_shapes import (
    Credentials,
    LoggedOut,
    Me,
    NewAccount,
    PendingUser,
    Refresh,
    RegistrationSettings,
    SessionAnswer,
    Success,
    TokensAnswer,
    UserAnswer,
    Verified,
    session_answer,
    user_answer,
)
from app.web.bodies import form_body, is_form, json_body, query_of
from app.web.ids import id_of
from app.web.media_types import media_type
from app.web.routing import Bearer, Route, RouteClass
from app.web.user_shapes import scope_names
from app.web.users import owner


async def post_register(request: web.Request) -> web.Response:
    """200 with the user, 202 while an administrator has to approve; closed before it is read."""
    require_open(request.app[SETTINGS])
    wanted = await json_body(request, NewAccount)
    try:
        user = await register(request.app[ACCOUNTS], Registration(**wanted.model_dump()))
    except Conflicting as taken:
        if _is_own_api(request):
            raise
        raise _Taken(taken.message) from taken
    if user.is_approved:
        return told(request, user_answer(request, user))
    message = "registered; you can log in once an administrator has approved the account"
    return told(request, PendingUser(**user_answer(request, user), message=message), 202)


async def post_login(request: web.Request) -> web.Response:
    given = await _credentials(request)
    accounts, counts = request.app[ACCOUNTS], request.app[LOGINS]
    try:
        tokens = await logins.login(accounts, given.username, given.password, _origin(request))
    except RateLimited:
        counts.add((THROTTLED,))
        raise
    except (Unauthenticated, PermissionDenied):
        counts.add((REFUSED,))
        raise
    counts.add((SUCCESS,))
    return _tokens(request, tokens)


async def post_refresh(request: web.Request) -> web.Response:
    presented = await _presented(request)
    if presented is None:
        raise _no_token(request)
    rotation = request.app[SETTINGS].refresh_token_rotation
    strict = _is_own_api(request) or rotation == "strict"
    return _tokens(request, await sessions.refresh(request.app[ACCOUNTS], presented, strict=strict))


async def post_logout(request: web.Request) -> web.Response:
    """End the login of a refresh token; under /api/v1 without one that of the bearer token."""
    accounts, presented = request.app[ACCOUNTS], await _presented(request)
    if presented is not None:
        await sessions.end_by_token(accounts, presented)
        return told(request, Success(success=True))
    principal = await find_principal(request) if _is_own_api(request) else None
    if principal is None or principal.session_id is None or principal.user_id is None:
        raise _no_token(request)
    await sessions.end(accounts, principal.user_id, principal.session_id)
    return told(request, Success(success=True))


async def post_logout_everywhere(request: web.Request) -> web.Response:
    ended = await sessions.end_all(request.app[ACCOUNTS], owner(request))
    return told(request, LoggedOut(success=True, sessions_ended=ended))


async def get_sessions(request: web.Request) -> web.Response:
    found = await sessions.lasting(request.app[ACCOUNTS], owner(request))
    return told(request, [session_answer(request, family) for family in found])


async def delete_session(request: web.Request) -> web.Response:
    family_id = id_of(request.match_info["id"], _no_session)
    own = family_id == request[PRINCIPAL].session_id
    await sessions.end(request.app[ACCOUNTS], owner(request), family_id, own=own)
    return web.Response(status=204)


async def get_me(request: web.Request) -> web.Response:
    profile, scopes = await _profile(request), request[PRINCIPAL].scopes
    answer = user_answer(request, profile)
    if not _is_own_api(request):
        return told(request, answer)
    rights = Me(
        **answer,
        tier=profile.tier,
        roles=[*profile.roles],
        scopes=scope_names(scopes),
        role_scopes=scope_names(profile.scopes),
    )
    return told(request, rights)


async def get_verify(request: web.Request) -> web.Response:
    profile = await _profile(request)
    return told(
        request,
        Verified(
            is_admin=True,
            user_id=str(profile.id),
            email=profile.email,
            username=profile.username,
        ),
    )


async def get_registration_settings(request: web.Request) -> web.Response:
    settings = request.app[SETTINGS]
    return told(
        request,
        RegistrationSettings(
            allow_user_registration=settings.allow_user_registration,
            registration_requires_approval=settings.registration_requires_approval,
            max_users_limit=settings.max_users_limit,
        ),
    )


async def _profile(request: web.Request) -> Profile:
    return await profile_of(request.app[ACCOUNTS], owner(request))


async def _credentials(request: web.Request) -> Credentials:
    """Name and password of a form, or under /api/v1 of JSON as well; raises InvalidInput."""
    if is_form(request):
        return await form_body(request, Credentials)
    if _is_own_api(request):
        return await json_body(request, Credentials)
    expected = "a form with username and password, as application/x-www-form-urlencoded"
    raise InvalidInput.of("body", expected, media_type(request).name or None)


async def _presented(request: web.Request) -> str | None:
    """The refresh token of a request, None without one: in its query or in a JSON body.

    Under /api/v1 the body goes first; what stands in an address is easily logged on the way.
    """
    in_query = query_of(request, Refresh).refresh_token
    if in_query is not None and not _is_own_api(request):
        return in_query
    if request.can_read_body:
        in_body = (await json_body(request, Refresh)).refresh_token
        return in_query if in_body is None else in_body
    return in_query


def _no_session(_: str) -> NotFound:
    return NotFound("no session has this id; list yours at /api/v1/auth/sessions")


def _no_token(request: web.Request) -> InvalidInput:
    if _is_own_api(request):
        problem = Problem("refresh_token", "given in the JSON body", None, "missing")
    else:
        problem = Problem("query.refresh_token", "given", None, "missing")
    return InvalidInput([problem])


class _Taken(Conflicting):
    """A name that is taken, for clients that know this by another status."""

    @property
    def status(self) -> int:
        return LEGACY_STATUS_OF[self.code]


def _is_own_api(request: web.Request) -> bool:
    return request.path.startswith(OWN_API)


def _origin(request: web.Request) -> Origin:
    return Origin(client_address(request), request.headers.get(hdrs.USER_AGENT))


def _tokens(request: web.Request, tokens: Tokens) -> web.Response:
    """Tokens, which nobody may keep on the way."""
    response = told(
        request,
        TokensAnswer(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_in=tokens.expires_in,
            token_type="bearer",  # noqa: S106 - a word
        ),
    )
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    return response


def routes() -> tuple[Route, ...]:
    return (*_of_both("/api/auth"), *_of_both("/api/v1/auth"), *_of_ours("/api/v1/auth"))


def _of_both(prefix: str) -> tuple[Route, ...]:
    """What existing clients know, and our own API under the same names."""
    auth, account = RouteClass.AUTH, RouteClass.ACCOUNT
    own = f"{prefix}/" == f"{OWN_API}auth/"
    return (
        Route(
            *("POST", f"{prefix}/register", post_register),
            counted=auth,
            summary="Register; 202 while an administrator has to approve",
            takes=NewAccount,
            gives=UserAnswer,
            also=((202, PendingUser),),
            refuses=(400, 403),
        ),
        Route(
            *("POST", f"{prefix}/login", post_login),
            counted=auth,
            summary="Log in by e-mail address or user name",
            takes=Credentials,
            gives=TokensAnswer,
            form=True,
            json=own,
            refuses=(401,),
        ),
        Route(
            *("POST", f"{prefix}/refresh", post_refresh),
            counted=auth,
            summary="A new access token for a refresh token, in the query or the body",
            takes=Refresh,
            optional=True,
            query=Refresh,
            gives=TokensAnswer,
            refuses=(401,),
        ),
        Route(
            *("POST", f"{prefix}/logout", post_logout),
            counted=auth,
            summary="End the login of a refresh token",
            takes=Refresh,
            optional=True,
            query=Refresh,
            bearer=Bearer.WELCOME if own else Bearer.UNREAD,
            gives=Success,
        ),
        Route(
            *("GET", f"{prefix}/me", get_me, Scope.CALCULATIONS),
            counted=account,
            summary="Who the token speaks for",
            gives=Me if own else UserAnswer,
        ),
        Route(
            *("GET", f"{prefix}/admin/verify", get_verify, Scope.ADMIN),
            counted=account,
            summary="Whether the token is an administrator's",
            gives=Verified,
        ),
        Route(
            *("GET", f"{prefix}/admin/registration-settings", get_registration_settings),
            scope=Scope.ADMIN,
            counted=account,
            summary="Who may register",
            gives=RegistrationSettings,
        ),
    )


def _of_ours(prefix: str) -> tuple[Route, ...]:
    """The logins of a person, for that person alone."""
    scope, counted = Scope.CALCULATIONS, RouteClass.ACCOUNT
    return (
        Route(
            *("POST", f"{prefix}/logout-everywhere", post_logout_everywhere, scope),
            in_person=True,
            counted=counted,
            summary="End all of your logins, this one too",
            gives=LoggedOut,
        ),
        Route(
            *("GET", f"{prefix}/sessions", get_sessions, scope),
            in_person=True,
            counted=counted,
            summary="Your logins that last, the newest first",
            gives=list[SessionAnswer],
        ),
        Route(
            *("DELETE", f"{prefix}/sessions/{{id}}", delete_session, scope),
            in_person=True,
            counted=counted,
            summary="End one of your logins",
            answers=204,
        ),
    )
