"""Accounts as their administrators see them: pages of them, what may be changed, who is left."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.storage.pages import Place
from app.storage.postgres import Connection
from app.storage.terms import LAST_CHARACTER, Terms
from app.storage.users import User

_BEGINS_SO = " OR ".join(
    f"lower({column}) ~>=~ lower({{0}}::text) "
    f"AND lower({column}) ~<~ (lower({{0}}::text) || {{1}}::text)"
    for column in ("email", "username")
)
"""Both columns in the order of their indexes, which is that of bytes, not of a language."""


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which accounts to list; None for any. `search` is how a name or an address begins."""

    search: str | None = None
    is_active: bool | None = None
    is_approved: bool | None = None
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class UserChange:
    """What an administrator changes of an account; None stays as it is."""

    is_active: bool | None = None
    is_approved: bool | None = None
    is_superuser: bool | None = None
    tier: str | None = None


async def find_first(connection: Connection, service_email: str) -> tuple[UUID | None, bool]:
    """The account that owns service tokens, if there is one; and whether there is a superuser.

    An address alone does not make it that account: only its role does.
    """
    query = """
        SELECT (
            SELECT u.id FROM users u WHERE lower(u.email) = lower($1) AND EXISTS (
                SELECT FROM user_roles g WHERE g.user_id = u.id AND g.role = 'service'
            )
        ) AS service, EXISTS (SELECT FROM users WHERE is_superuser) AS admin
    """
    row = await connection.fetchrow(query, service_email)
    return (None, False) if row is None else (row["service"], row["admin"])


async def has_superuser(connection: Connection) -> bool:
    """Whether there is one at all, whatever its state."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM users WHERE is_superuser)"))


async def has_other_superuser(connection: Connection, user_id: UUID) -> bool:
    """Whether somebody else could administer; to be asked under `ADMINISTRATION`."""
    query = """
        SELECT EXISTS (
            SELECT FROM users WHERE is_superuser AND is_active AND is_approved AND id <> $1
        )
    """
    return bool(await connection.fetchval(query, user_id))


async def list_users(
    connection: Connection, wanted: UserFilter, after: Place | None, limit: int
) -> list[User]:
    """The accounts of a page, newest first."""
    terms = Terms()
    if after is not None:
        terms.add("(created_at, id) < ({}, {})", after.created_at, after.id)
    if wanted.search is not None:
        terms.add(f"({_BEGINS_SO})", wanted.search, LAST_CHARACTER)
    if wanted.is_active is not None:
        terms.add("is_active" if wanted.is_active else "NOT is_active")
    if wanted.is_approved is not None:
        terms.add("is_approved" if wanted.is_approved else "NOT is_approved")
    if wanted.tier is not None:
        terms.add("tier = {}", wanted.tier)
    query = f"""
        SELECT id, email, username, first_name, last_name,
            is_active, is_approved, is_superuser, tier, created_at, updated_at
        FROM users WHERE TRUE {terms.text} ORDER BY created_at DESC, id DESC LIMIT {int(limit)}
    """  # noqa: S608 - constants and parameters
    return [User(**row) for row in await connection.fetch(query, *terms.values)]


async def update_user(connection: Connection, user_id: UUID, change: UserChange) -> bool:
    """Change an account; whether it is there."""
    query = """
        UPDATE users SET is_active = coalesce($2, is_active),
            is_approved = coalesce($3, is_approved),
            is_superuser = coalesce($4, is_superuser), tier = coalesce($5, tier),
            updated_at = now()
        WHERE id = $1
    """
    values = (change.is_active, change.is_approved, change.is_superuser, change.tier)
    return await connection.execute(query, user_id, *values) == 1
