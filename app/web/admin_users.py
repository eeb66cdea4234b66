"""Accounts and roles for administrators."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from app.accounts import administration, profiles, rules
from app.accounts.administration import MOST_PER_PAGE, NewUser
from app.accounts.pages import LONGEST_CURSOR
from app.errors import InvalidInput
from app.keys import ACCOUNTS, SETTINGS
from app.security.tokens import Scope
from app.storage.administration import UserChange, UserFilter
from app.storage.postgres import Connection
from app.storage.roles import Role
from app.storage.users import User
from app.tiers import Tier
from app.web.answers import told
from app.web.bodies import Body, json_body, query_of
from app.web.idempotency import Answer, once
from app.web.instants import instant
from app.web.routing import Route, RouteClass
from app.web.user_shapes import ProfileAnswer, profile_answer
from app.web.users import id_in

USERS, ROLES = "/api/v1/admin/users", "/api/v1/admin/roles"
DEFAULT_PER_PAGE = 50
LONGEST_ROLE, MOST_ROLES_EACH = 64, 20
_ROLE = re.compile(rf"[a-z][a-z0-9_-]{{0,{LONGEST_ROLE - 1}}}\Z").match

RoleNames = Annotated[list[str], Field(max_length=MOST_ROLES_EACH)]


class ListedUser(TypedDict):
    """An account in a list."""

    id: str
    email: str | None
    username: str
    first_name: str | None
    last_name: str | None
    is_active: bool
    is_approved: bool
    is_superuser: bool
    tier: str
    created_at: str
    updated_at: str


class UsersPage(TypedDict):
    """A page of accounts, newest first; `next_cursor` is null on the last one."""

    users: list[ListedUser]
    next_cursor: str | None


class UsersQuery(Body):
    limit: int = Field(DEFAULT_PER_PAGE, ge=1, le=MOST_PER_PAGE)
    cursor: str | None = Field(None, max_length=LONGEST_CURSOR)
    search: str | None = Field(None, min_length=1, max_length=rules.LONGEST_EMAIL)
    is_active: bool | None = None
    is_approved: bool | None = None
    tier: Tier | None = None


class UserCreation(Body):
    """Without a password nobody can log in until it is reset."""

    email: str = Field(max_length=rules.LONGEST_EMAIL)
    username: str = Field(max_length=rules.LONGEST_USERNAME)
    password: str | None = Field(None, repr=False)
    first_name: str | None = Field(None, max_length=rules.LONGEST_NAME)
    last_name: str | None = Field(None, max_length=rules.LONGEST_NAME)
    is_approved: bool = True
    is_superuser: bool = False
    tier: Tier = Tier.FREE
    roles: RoleNames = Field(default=["user"])


class UserPatch(Body):
    """Fields that are left out, or null, stay as they are."""

    is_active: bool | None = None
    is_approved: bool | None = None
    is_superuser: bool | None = None
    tier: Tier | None = None
    roles: RoleNames | None = None


class RoleAnswer(TypedDict):
    name: str
    scopes: list[str]
    built_in: bool


class RoleChange(Body):
    scopes: list[str] = Field(max_length=len(Scope))


async def list_users(request: web.Request) -> web.Response:
    asked = query_of(request, UsersQuery)
    if asked.search is not None and not rules.is_printable(asked.search):
        expected = "the beginning of a name or an address, without control characters"
        raise InvalidInput.of("query.search", expected, asked.search)
    wanted = UserFilter(asked.search, asked.is_active, asked.is_approved, asked.tier)
    accounts = request.app[ACCOUNTS]
    page = await administration.page_of_users(accounts, wanted, asked.cursor, asked.limit)
    users = [_listed(request, user) for user in page.users]
    return told(request, UsersPage(users=users, next_cursor=page.next_cursor))


async def get_user(request: web.Request) -> web.Response:
    found = await profiles.profile_of(request.app[ACCOUNTS], id_in(request))
    return told(request, profile_answer(request, found))


async def create_user(request: web.Request) -> web.Response:
    """POST …/users -> 201, 409 for a name that is taken, 422; the password is told to nobody."""
    wanted = await json_body(request, UserCreation)
    password = wanted.password
    if password is not None:
        password = rules.new_password(request.app[SETTINGS], password)
    new = NewUser(
        email=rules.email_address(wanted.email),
        username=rules.user_name(wanted.username),
        password=password,
        first_name=rules.person_name("first_name", wanted.first_name),
        last_name=rules.person_name("last_name", wanted.last_name),
        is_approved=wanted.is_approved,
        is_superuser=wanted.is_superuser,
        tier=wanted.tier,
        roles=_role_names(wanted.roles),
    )
    password_hash = await administration.hash_for(request.app[ACCOUNTS], new)

    async def work(connection: Connection) -> Answer:
        made = await administration.add_user(connection, new, password_hash)
        answer = profile_answer(request, made)
        return Answer(answer, answer, 201, kept=partial(administration.log_made, made))

    return await once(request, work)


async def change_user(request: web.Request) -> web.Response:
    user_id, wanted = id_in(request), await json_body(request, UserPatch)
    change = UserChange(wanted.is_active, wanted.is_approved, wanted.is_superuser, wanted.tier)
    names = None if wanted.roles is None else _role_names(wanted.roles)
    changed = await administration.change_user(request.app[ACCOUNTS], user_id, change, names)
    return told(request, profile_answer(request, changed))


async def delete_user(request: web.Request) -> web.Response:
    await administration.delete_user(request.app[ACCOUNTS], id_in(request))
    return web.Response(status=204)


async def list_roles(request: web.Request) -> web.Response:
    found = await administration.all_roles(request.app[ACCOUNTS])
    return told(request, [_role_answer(role) for role in found])


async def get_role(request: web.Request) -> web.Response:
    found = await administration.role_of(request.app[ACCOUNTS], _role_name(request))
    return told(request, _role_answer(found))


async def put_role(request: web.Request) -> web.Response:
    name, wanted = _role_name(request), await json_body(request, RoleChange)
    known = ", ".join(Scope)
    for number, scope in enumerate(wanted.scopes):
        if scope not in set(Scope):
            raise InvalidInput.of(f"scopes.{number}", f"one of {known}", scope)
    role, is_new = await administration.put_role(request.app[ACCOUNTS], name, wanted.scopes)
    return told(request, _role_answer(role), 201 if is_new else 200)


async def delete_role(request: web.Request) -> web.Response:
    await administration.delete_role(request.app[ACCOUNTS], _role_name(request))
    return web.Response(status=204)


def _role_name(request: web.Request) -> str:
    return _checked_role("path.name", request.match_info["name"])


def _role_names(names: list[str]) -> list[str]:
    return [_checked_role(f"roles.{place}", name) for place, name in enumerate(names)]


def _checked_role(field: str, name: str) -> str:
    if not _ROLE(name):
        expected = f"1 to {LONGEST_ROLE} of a-z, 0-9, _ and -, a letter first"
        raise InvalidInput.of(field, expected, name)
    return name


def _listed(request: web.Request, user: User) -> ListedUser:
    return ListedUser(
        id=str(user.id),
        email=user.email,
        username=user.username,
        first_name=user.first_name,
        last_name=user.last_name,
        is_active=user.is_active,
        is_approved=user.is_approved,
        is_superuser=user.is_superuser,
        tier=user.tier,
        created_at=instant(request, user.created_at),
        updated_at=instant(request, user.updated_at),
    )


def _role_answer(role: Role) -> RoleAnswer:
    return RoleAnswer(name=role.name, scopes=list(role.scopes), built_in=role.built_in)


def routes() -> tuple[Route, ...]:
    def route(method: str, path: str, handler: Any, summary: str, **more: Any) -> Route:
        given = {"scope": Scope.ADMIN, "counted": RouteClass.ACCOUNT, **more}
        return Route(method, path, handler, summary=summary, **given)

    one, role = f"{USERS}/{{id}}", f"{ROLES}/{{name}}"
    return (
        route(
            "GET",
            USERS,
            list_users,
            "Accounts, newest first",
            query=UsersQuery,
            gives=UsersPage,
        ),
        route(
            "POST",
            USERS,
            create_user,
            "Make an account",
            takes=UserCreation,
            once=True,
            refuses=(409,),
            gives=ProfileAnswer,
            answers=201,
        ),
        route("GET", one, get_user, "An account", gives=ProfileAnswer),
        route(
            "PATCH",
            one,
            change_user,
            "Change what an account may do",
            takes=UserPatch,
            refuses=(409,),
            gives=ProfileAnswer,
        ),
        route("DELETE", one, delete_user, "Erase an account and all that it owns", answers=204),
        route("GET", ROLES, list_roles, "Roles and their scopes", gives=list[RoleAnswer]),
        route("GET", role, get_role, "A role", gives=RoleAnswer, refuses=(422,)),
        route(
            "PUT",
            role,
            put_role,
            "Make a role, or change its scopes",
            takes=RoleChange,
            gives=RoleAnswer,
            also=((201, RoleAnswer),),
            refuses=(409,),
        ),
        route("DELETE", role, delete_role, "Take a role away from all who have it", answers=204),
    )
