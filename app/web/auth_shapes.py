"""What is told to and by the routes of `app.web.auth`."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from app.keys import PRINCIPAL
from app.security.tokens import LONGEST_TOKEN
from app.storage.profiles import Profile
from app.storage.sessions import Family
from app.storage.users import User
from app.web.bodies import Body
from app.web.instants import instant
from app.web.user_shapes import RoleScopes

Secret = Annotated[str, Field(repr=False)]
RefreshToken = Annotated[str | None, Field(max_length=LONGEST_TOKEN, repr=False)]


class NewAccount(Body):
    email: str
    username: str
    password: Secret
    first_name: str | None = None
    last_name: str | None = None


class Credentials(Body):
    """`username` is an e-mail address or a user name."""

    username: str
    password: Secret


class Refresh(Body):
    refresh_token: RefreshToken = None


class UserAnswer(TypedDict):
    id: str
    email: str | None
    username: str
    first_name: str | None
    last_name: str | None
    is_active: bool
    is_superuser: bool
    created_at: str


class PendingUser(UserAnswer):
    """Registered, and waiting for an administrator."""

    message: str


class Me(UserAnswer):
    """What the presented token may do, beside who it speaks for and what its roles open."""

    tier: str
    roles: list[str]
    scopes: Annotated[list[str], Field(description="What the presented token may do")]
    role_scopes: RoleScopes


class TokensAnswer(TypedDict):
    """`expires_in` is the life of the access token in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str


class Success(TypedDict):
    success: bool


class LoggedOut(TypedDict):
    """How many logins ended."""

    success: bool
    sessions_ended: int


class SessionAnswer(TypedDict):
    """A login that lasts; `current` is the one that asks."""

    id: str
    created_at: str
    last_used_at: str | None
    expires_at: str
    address: str | None
    user_agent: str | None
    current: bool


class Verified(TypedDict):
    is_admin: bool
    user_id: str
    email: str | None
    username: str


class RegistrationSettings(TypedDict):
    allow_user_registration: bool
    registration_requires_approval: bool
    max_users_limit: int | None


def user_answer(request: web.Request, user: User | Profile) -> UserAnswer:
    return UserAnswer(
        id=str(user.id),
        email=user.email,
        username=user.username,
        first_name=user.first_name,
        last_name=user.last_name,
        is_active=user.is_active,
        is_superuser=user.is_superuser,
        created_at=instant(request, user.created_at),
    )


def session_answer(request: web.Request, family: Family) -> SessionAnswer:
    used = family.last_used_at
    return SessionAnswer(
        id=str(family.id),
        created_at=instant(request, family.created_at),
        last_used_at=None if used is None else instant(request, used),
        expires_at=instant(request, family.expires_at),
        address=family.address,
        user_agent=family.user_agent,
        current=family.id == request[PRINCIPAL].session_id,
    )
