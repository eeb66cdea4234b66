"""What people see and change of their own accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.errors import NotFound
from app.storage.postgres import Connection
from app.storage.rights import roles_of, scopes_of


@dataclass(frozen=True, slots=True)
class Profile:
    """An account with its roles, and the scopes that they add up to."""

    id: UUID
    email: str | None
    username: str
    first_name: str | None
    last_name: str | None
    is_active: bool
    is_approved: bool
    is_superuser: bool
    tier: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    password_changed_at: datetime


async def get_profile(connection: Connection, user_id: UUID) -> Profile:
    """The account with an id; raises NotFound."""
    query = f"""
        SELECT id, email, username, first_name, last_name, is_active, is_approved, is_superuser,
            tier, created_at, updated_at, password_changed_at,
            ARRAY({roles_of("$1")} ORDER BY role) AS roles,
            ARRAY({scopes_of("$1")} ORDER BY scope) AS scopes
        FROM users WHERE id = $1
    """  # noqa: S608 - constants
    if (row := await connection.fetchrow(query, user_id)) is None:
        raise no_user(user_id)
    values = dict(row.items())
    return Profile(**{**values, "roles": tuple(row["roles"]), "scopes": tuple(row["scopes"])})


async def update_profile(
    connection: Connection, user_id: UUID, changes: Mapping[str, str | None]
) -> None:
    """Change names and address, those that are given.

    Raises NotFound, and Conflict at users_email_key or users_username_key.
    """
    query = """
        UPDATE users SET
            first_name = CASE WHEN $2 THEN $3 ELSE first_name END,
            last_name = CASE WHEN $4 THEN $5 ELSE last_name END,
            email = coalesce($6, email), username = coalesce($7, username), updated_at = now()
        WHERE id = $1
    """
    changed = await connection.execute(
        query,
        user_id,
        *("first_name" in changes, changes.get("first_name")),
        *("last_name" in changes, changes.get("last_name")),
        *(changes.get("email"), changes.get("username")),
    )
    if not changed:
        raise no_user(user_id)


async def set_password(connection: Connection, user_id: UUID, password_hash: str) -> None:
    """Give an account another password; raises NotFound."""
    query = """
        UPDATE users SET password_hash = $2, password_changed_at = now(), updated_at = now()
        WHERE id = $1
    """
    if not await connection.execute(query, user_id, password_hash):
        raise no_user(user_id)


async def get_preferences(connection: Connection, user_id: UUID) -> dict[str, Any]:
    """What somebody keeps here for a front end; raises NotFound."""
    query = "SELECT preferences FROM users WHERE id = $1"
    row = await connection.fetchrow(query, user_id)
    return _preferences(user_id, None if row is None else row["preferences"])


async def lock_preferences(connection: Connection, user_id: UUID) -> dict[str, Any]:
    """The same, which nobody else changes until the end of this transaction."""
    query = "SELECT preferences FROM users WHERE id = $1 FOR NO KEY UPDATE"
    row = await connection.fetchrow(query, user_id)
    return _preferences(user_id, None if row is None else row["preferences"])


async def set_preferences(
    connection: Connection, user_id: UUID, preferences: Mapping[str, Any]
) -> dict[str, Any]:
    """What is kept from now on; raises NotFound."""
    query = """
        UPDATE users SET preferences = $2, updated_at = now() WHERE id = $1
        RETURNING preferences
    """
    row = await connection.fetchrow(query, user_id, preferences)
    return _preferences(user_id, None if row is None else row["preferences"])


def no_user(user_id: UUID) -> NotFound:
    """What somebody hears who asks for an account that is not there, or not theirs."""
    return NotFound(f"there is no user {user_id}")


def _preferences(user_id: UUID, found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise no_user(user_id)
    return found
