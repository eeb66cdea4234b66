"""What people do with their own accounts after they have logged in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from aiohttp import web

from app.accounts import erasure, password_changes, profiles
from app.accounts.erasure import Holding
from app.accounts.holders import account_of
from app.accounts.password_changes import Proof
from app.accounts.rules import email_address, person_name, user_name
from app.errors import InvalidInput, NotFound, Problem, echo
from app.keys import ACCOUNTS, PRINCIPAL
from app.security.tokens import Scope
from app.services.identity import KIND
from app.storage.erasure import MOST_BYTES, OwnedTable
from app.storage.profiles import no_user
from app.web.access import client_address, confirmed_principal
from app.web.answers import told
from app.web.bodies import json_body, json_object, query_of
from app.web.routing import Route, RouteClass
from app.web.sliced import sliced
from app.web.user_shapes import (
    Done,
    Ended,
    Erasure,
    ExportAnswer,
    ExportQuery,
    PasswordChange,
    PasswordReset,
    ProfileAnswer,
    ProfileChange,
    profile_answer,
)
from app.wire import encode

ME = "/api/v1/users/me"


async def me(request: web.Request) -> web.Response:
    profile = await profiles.profile_of(request.app[ACCOUNTS], owner(request))
    return told(request, profile_answer(request, profile, request[PRINCIPAL].scopes))


async def profile(request: web.Request) -> web.Response:
    """One's own, or any for an administrator; another's is as unknown as one that is not there."""
    user_id = id_in(request)
    principal = request[PRINCIPAL]
    if user_id != principal.user_id and Scope.ADMIN not in principal.scopes:
        raise no_user(user_id)
    found = await profiles.profile_of(request.app[ACCOUNTS], user_id)
    presented = principal.scopes if user_id == principal.user_id else None
    return told(request, profile_answer(request, found, presented))


async def change_me(request: web.Request) -> web.Response:
    wanted = await json_body(request, ProfileChange)
    changes: dict[str, str | None] = {
        name: person_name(name, getattr(wanted, name))
        for name in ("first_name", "last_name")
        if name in wanted.model_fields_set
    }
    if wanted.email is not None:
        changes["email"] = email_address(wanted.email)
    if wanted.username is not None:
        changes["username"] = user_name(wanted.username)
    proof = None if wanted.current_password is None else _proof(request, wanted.current_password)
    accounts = request.app[ACCOUNTS]
    changed = await profiles.change_profile(accounts, owner(request), changes, proof)
    return told(request, profile_answer(request, changed, request[PRINCIPAL].scopes))


async def preferences(request: web.Request) -> web.Response:
    return told(request, await profiles.preferences_of(request.app[ACCOUNTS], owner(request)))


async def replace_preferences(request: web.Request) -> web.Response:
    accounts, wanted = request.app[ACCOUNTS], await json_object(request)
    return told(request, await profiles.replace_preferences(accounts, owner(request), wanted))


async def merge_preferences(request: web.Request) -> web.Response:
    accounts, wanted = request.app[ACCOUNTS], await json_object(request)
    return told(request, await profiles.merge_preferences(accounts, owner(request), wanted))


async def change_password(request: web.Request) -> web.Response:
    wanted = await json_body(request, PasswordChange)
    ended = await password_changes.change_password(
        request.app[ACCOUNTS],
        owner(request),
        _proof(request, wanted.current_password),
        wanted.new_password,
        keep=request[PRINCIPAL].session_id,
    )
    return told(request, Ended(sessions_ended=ended))


async def reset_password(request: web.Request) -> web.Response:
    wanted = await json_body(request, PasswordReset)
    accounts = request.app[ACCOUNTS]
    await password_changes.reset_password(accounts, wanted.token, wanted.new_password)
    return told(request, Done(success=True))


async def export(request: web.Request) -> web.Response:
    """Rows come as text from the database, in slices: there may be many."""
    asked = query_of(request, ExportQuery)
    held = await erasure.holdings(request.app[ACCOUNTS], owner(request), asked.table, asked.skip)
    return sliced(request, list(_exported(held, asked.skip)))


async def erase(request: web.Request) -> web.Response:
    """Proved by the password, or by the identity service that knows the caller."""
    wanted = await json_body(request, Erasure) if request.can_read_body else Erasure()
    accounts, user_id = request.app[ACCOUNTS], owner(request)
    if request[PRINCIPAL].kind == KIND:
        if wanted.username is None:
            raise _missing("username", "for whom an identity service knows, as users/me tells it")
        confirm = partial(confirmed_principal, request)
        await erasure.erase_external(accounts, user_id, wanted.username, confirm)
    else:
        if wanted.password is None:
            raise _missing("password", "the present one of this account")
        await erasure.erase(accounts, user_id, _proof(request, wanted.password))
    return web.Response(status=204)


def owner(request: web.Request) -> UUID:
    """The account of the caller; raises as `account_of` does."""
    return account_of(request[PRINCIPAL])


def id_in(request: web.Request) -> UUID:
    """The account in the path; raises NotFound for what is no id either."""
    text = request.match_info["id"]
    try:
        return UUID(text)
    except ValueError as error:
        msg = f"there is no user {echo(text)}: an id is a UUID"
        raise NotFound(msg) from error


def _proof(request: web.Request, password: str) -> Proof:
    return Proof(password, client_address(request))


def _missing(name: str, what: str) -> InvalidInput:
    return InvalidInput([Problem(name, f"given: {what}", None, "missing")])


def _exported(held: Iterable[Holding], skip: int) -> Iterator[bytes]:
    """The JSON of an export, slice by slice."""
    between = b'{"tables":{'
    for each in held:
        yield between + encode(each.table.name) + b':{"rows":['
        for number, rows in enumerate(each.rows.slices):
            if number:
                yield b","
            yield rows
        about = _about(each.table, skip + each.rows.count, more=each.rows.more)
        yield b"]," + encode(about)[1:]
        between = b","
    yield b"}}"


def _about(table: OwnedTable, told_rows: int, *, more: bool) -> dict[str, Any]:
    """What stands beside the rows of a table: whether they are all, and where the rest is."""
    rest = f"{ME}/export?table={table.name}&skip={told_rows}" if more else None
    return {"truncated": more, "next": rest, "left_out": table.left_out}


def routes() -> tuple[Route, ...]:
    def route(method: str, path: str, handler: Any, summary: str, **more: Any) -> Route:
        given = {"scope": Scope.CALCULATIONS, "counted": RouteClass.ACCOUNT, **more}
        return Route(method, path, handler, summary=summary, **given)

    described = {"gives": ProfileAnswer}
    open_object = {"takes": dict[str, Any], "gives": dict[str, Any]}
    return (
        route("GET", ME, me, "Your account", **described),
        route("GET", f"{ME}/profile", me, "Your account", hidden=True),
        route(
            "PATCH",
            ME,
            change_me,
            "Change your names or your address",
            takes=ProfileChange,
            refuses=(409,),
            in_person=True,
            **described,
        ),
        route(
            "DELETE",
            ME,
            erase,
            "Erase your account and all that it owns: with your password or, if an identity "
            "service knows you, with your user name",
            takes=Erasure,
            refuses=(409,),
            in_person=True,
            answers=204,
        ),
        route(
            "GET",
            f"{ME}/export",
            export,
            f"All that is stored about you; at most {erasure.MOST_ROWS} rows of each table, in "
            f"{MOST_BYTES // 1_000_000} MB, the rest by ?table= and ?skip=",
            query=ExportQuery,
            gives=ExportAnswer,
            in_person=True,
        ),
        route("GET", f"{ME}/preferences", preferences, "Your preferences", gives=dict[str, Any]),
        route(
            "PUT",
            f"{ME}/preferences",
            replace_preferences,
            "Replace your preferences",
            **open_object,
        ),
        route(
            "PATCH",
            f"{ME}/preferences",
            merge_preferences,
            "Change some of your preferences; null removes one",
            **open_object,
        ),
        route(
            "POST",
            f"{ME}/password",
            change_password,
            "Change your password; every other login of yours ends",
            takes=PasswordChange,
            gives=Ended,
            in_person=True,
        ),
        route(
            "POST",
            "/api/v1/auth/password-reset",
            reset_password,
            "Set a new password with a reset token; every login of the account ends",
            scope=None,
            counted=RouteClass.AUTH,
            takes=PasswordReset,
            refuses=(400,),
            gives=Done,
        ),
        route(
            "GET",
            "/api/v1/users/{id}/profile",
            profile,
            "An account; another's for admins",
            **described,
        ),
    )
