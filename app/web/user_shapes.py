"""What is told to and by the routes of `app.web.users` and `app.web.admin_users`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from app.accounts.rules import LONGEST_EMAIL, LONGEST_NAME, LONGEST_USERNAME
from app.security.tokens import Scope
from app.storage.profiles import Profile
from app.web.bodies import Body
from app.web.instants import instant

RoleScopes = Annotated[list[str], Field(description="What the roles of the account open")]


class ProfileAnswer(TypedDict):
    """An account as its owner and administrators see it."""

    id: str
    email: str | None
    username: str
    first_name: str | None
    last_name: str | None
    is_active: bool
    is_approved: bool
    is_superuser: bool
    tier: str
    roles: list[str]
    scopes: Annotated[
        list[str],
        Field(
            description="Of one's own account what the presented token may do, of another one "
            "the same as `role_scopes`"
        ),
    ]
    role_scopes: RoleScopes
    created_at: str
    updated_at: str
    password_changed_at: str


class ProfileChange(Body):
    """Fields that are left out stay; null empties a first or last name."""

    email: str | None = Field(None, max_length=LONGEST_EMAIL)
    username: str | None = Field(None, max_length=LONGEST_USERNAME)
    first_name: str | None = Field(None, max_length=LONGEST_NAME)
    last_name: str | None = Field(None, max_length=LONGEST_NAME)
    current_password: str | None = Field(
        None, repr=False, description="Needed to change the e-mail address"
    )


class PasswordChange(Body):
    current_password: str = Field(repr=False)
    new_password: str = Field(repr=False)


class PasswordReset(Body):
    token: str = Field(repr=False)
    new_password: str = Field(repr=False)


class Erasure(Body):
    """What shows that the owner means it."""

    password: str | None = Field(
        None, repr=False, description="The present one, needed from whoever has logged in here"
    )
    username: str | None = Field(
        None,
        description="One's own, as users/me tells it: needed, in place of a password, from whoever "
        "is known to an identity service, which is asked anew",
    )


class ExportQuery(Body):
    table: str | None = Field(None, max_length=100)
    skip: int = Field(0, ge=0, le=1_000_000_000)


class ExportedTable(TypedDict):
    """Rows of a table as they are stored; `next` is where the rest is, null without one."""

    rows: list[dict[str, Any]]
    truncated: bool
    next: str | None
    left_out: list[str]


class ExportAnswer(TypedDict):
    """All that is stored about an account, by table."""

    tables: dict[str, ExportedTable]


class Ended(TypedDict):
    """How many other logins ended."""

    sessions_ended: int


class Done(TypedDict):
    success: bool


def scope_names(scopes: Collection[str]) -> list[str]:
    """Scopes in the order in which they are told everywhere."""
    return [scope.value for scope in Scope if scope in scopes]


def profile_answer(
    request: web.Request, found: Profile, presented: Collection[str] | None = None
) -> ProfileAnswer:
    """An account; `presented` are the scopes of the token that speaks for it."""
    return ProfileAnswer(
        id=str(found.id),
        email=found.email,
        username=found.username,
        first_name=found.first_name,
        last_name=found.last_name,
        is_active=found.is_active,
        is_approved=found.is_approved,
        is_superuser=found.is_superuser,
        tier=found.tier,
        roles=list(found.roles),
        scopes=scope_names(found.scopes if presented is None else presented),
        role_scopes=scope_names(found.scopes),
        created_at=instant(request, found.created_at),
        updated_at=instant(request, found.updated_at),
        password_changed_at=instant(request, found.password_changed_at),
    )
