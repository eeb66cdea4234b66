"""Service tokens as requests and answers show them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from aiohttp import web
from pydantic import AliasChoices, Field

from app.accounts.pages import LONGEST_CURSOR
from app.accounts.service_tokens import (
    DEFAULT_DAYS,
    ETERNAL_DAYS,
    LEAST_DAYS,
    LONGEST_NAME,
    MOST_DAYS,
    Issued,
    days_left,
    is_over,
    life_of,
    state_of,
)
from app.accounts.token_states import DAY_SECONDS, TokenState
from app.security.tokens import Scope, scope_text
from app.storage.service_tokens import ServiceToken
from app.web.answers import OWN_API
from app.web.bodies import Body
from app.web.instants import instant

MOST_ON_A_PAGE = 100
LONGEST_SCOPE = 200


class NewServiceToken(Body):
    days: int = Field(
        DEFAULT_DAYS,
        ge=LEAST_DAYS,
        le=MOST_DAYS,
        validation_alias=AliasChoices("days", "expires_in_days"),
        description="Life of the token; `expires_in_days` is another name",
    )
    scope: str = Field(
        Scope.CALCULATIONS.value,
        max_length=LONGEST_SCOPE,
        description="What it may do, separated by commas; no more than you may",
    )
    eternal: bool = Field(default=False, description="Never ends, where the server allows that")
    name: str | None = Field(None, max_length=LONGEST_NAME, description="What it is for")


class PageQuery(Body):
    limit: int = Field(50, ge=1, le=MOST_ON_A_PAGE)
    cursor: str | None = Field(None, max_length=LONGEST_CURSOR)


@dataclass(frozen=True, slots=True)
class CreatedServiceToken:
    """`service_token` is told once: a repetition under the same `Idempotency-Key` has null."""

    service_token: str | None
    expires_at: str | None
    expires_in_days: int
    scope: str
    token_id: UUID
    name: str | None


@dataclass(frozen=True, slots=True)
class RenewedServiceToken(CreatedServiceToken):
    """`replaces` goes on until `replaced_ends_at`."""

    replaces: UUID | None
    replaced_ends_at: str | None


@dataclass(frozen=True, slots=True)
class ListedServiceToken:
    id: UUID
    user_id: UUID
    name: str | None
    scope: str
    replaces: UUID | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    is_expired: bool
    days_until_expiry: int | None
    is_active: bool
    state: TokenState

    @classmethod
    def of(cls, token: ServiceToken, now: float, request: web.Request) -> Self:
        days = days_left(token, now)
        if days is None and not _is_own_api(request):
            elapsed = (now - token.created_at.timestamp()) // DAY_SECONDS
            days = ETERNAL_DAYS - int(elapsed)
        over = is_over(token, now)
        return cls(
            id=token.id,
            user_id=token.user_id,
            name=token.name,
            scope=scope_text(token.scopes),
            replaces=token.replaces,
            created_at=instant(request, token.created_at),
            expires_at=_end(token, request),
            last_used_at=_optional(request, token.last_used_at),
            is_expired=over,
            days_until_expiry=days,
            is_active=not over and token.revoked_at is None and token.owner_may,
            state=state_of(token, now),
        )


@dataclass(frozen=True, slots=True)
class OwnedServiceToken(ListedServiceToken):
    """`effective_scope` is what the token may do now: no more than its owner."""

    effective_scope: str

    @classmethod
    def on_page(cls, token: ServiceToken, now: float, request: web.Request) -> Self:
        listed = ListedServiceToken.of(token, now, request)
        values = {each.name: getattr(listed, each.name) for each in fields(listed)}
        return cls(**values, effective_scope=scope_text(token.effective_scopes))


@dataclass(frozen=True, slots=True)
class PageOfServiceTokens:
    """`next_cursor` is null on the last page."""

    service_tokens: list[OwnedServiceToken]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Revoked:
    success: bool
    message: str


@dataclass(frozen=True, slots=True)
class RefreshedAccess:
    """`refresh_token` is the service token that was presented."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "bearer"  # noqa: S105 - its name


def created(request: web.Request, issued: Issued, *, again: bool = False) -> CreatedServiceToken:
    """A new token, with its secret unless it is told again."""
    return CreatedServiceToken(
        service_token=None if again else issued.secret,
        expires_at=_end(issued.row, request),
        expires_in_days=life_of(issued.row) or ETERNAL_DAYS,
        scope=scope_text(issued.row.scopes),
        token_id=issued.row.id,
        name=issued.row.name,
    )


def renewed(
    request: web.Request, issued: Issued, ends: datetime | None, *, again: bool = False
) -> RenewedServiceToken:
    new = created(request, issued, again=again)
    return RenewedServiceToken(
        service_token=new.service_token,
        expires_at=new.expires_at,
        expires_in_days=new.expires_in_days,
        scope=new.scope,
        token_id=new.token_id,
        name=new.name,
        replaces=issued.row.replaces,
        replaced_ends_at=_optional(request, ends),
    )


def _is_own_api(request: web.Request) -> bool:
    return request.path.startswith(OWN_API)


def _end(token: ServiceToken, request: web.Request) -> str | None:
    """When a token ends; for an eternal one null, or far away for clients that expect a date."""
    if token.expires_at is not None:
        return instant(request, token.expires_at)
    if _is_own_api(request):
        return None
    return instant(request, token.created_at + timedelta(days=ETERNAL_DAYS))


def _optional(request: web.Request, moment: datetime | None) -> str | None:
    return None if moment is None else instant(request, moment)
