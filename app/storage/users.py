"""Accounts of people: who they are, and the hash that their password is checked against."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.errors import NotFound
from app.storage.postgres import Connection, Row
from app.tiers import Tier


@dataclass(frozen=True, slots=True)
class User:
    """An account, without what it proves itself with."""

    id: UUID
    email: str | None
    username: str
    first_name: str | None
    last_name: str | None
    is_active: bool
    is_approved: bool
    is_superuser: bool
    tier: str
    created_at: datetime
    updated_at: datetime


def alike(name: str) -> str:
    """A name or an address in letters of the usual form: the same for those that look alike (NFKC).

    New accounts have theirs so; older ones may not.
    """
    return unicodedata.normalize("NFKC", name)


async def insert_user(  # noqa: PLR0913 - columns
    connection: Connection,
    *,
    email: str | None,
    username: str,
    password_hash: str | None,
    first_name: str | None = None,
    last_name: str | None = None,
    is_approved: bool = True,
    is_superuser: bool = False,
    tier: str = Tier.FREE,
    role: str = "user",
) -> User:
    """The new account with its role; raises Conflict at users_email_key or users_username_key."""
    query = """
        WITH added AS (
            INSERT INTO users (
                email, username, password_hash, first_name, last_name,
                is_approved, is_superuser, tier
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            RETURNING id, email, username, first_name, last_name,
                is_active, is_approved, is_superuser, tier, created_at, updated_at
        ), granted AS (
            INSERT INTO user_roles (user_id, role) SELECT id, $9 FROM added
        )
        SELECT id, email, username, first_name, last_name,
            is_active, is_approved, is_superuser, tier, created_at, updated_at
        FROM added
    """
    row = await connection.fetchrow(
        query,
        *(email, username, password_hash, first_name, last_name),
        *(is_approved, is_superuser, tier, role),
    )
    if row is None:
        msg = "an INSERT returned no row"
        raise RuntimeError(msg)
    return User(**row)


async def get_user(connection: Connection, user_id: UUID) -> User:
    """The account with an id; raises NotFound."""
    query = """
        SELECT id, email, username, first_name, last_name,
            is_active, is_approved, is_superuser, tier, created_at, updated_at
        FROM users WHERE id = $1
    """
    if (row := await connection.fetchrow(query, user_id)) is None:
        msg = f"no user {user_id}"
        raise NotFound(msg)
    return User(**row)


async def find_by_name(connection: Connection, name: str) -> tuple[User, str | None] | None:
    """The account of an e-mail address or a user name in any case, and its password hash.

    An address goes before a name, and what was given before what looks like it.
    """
    query = """
        SELECT id, email, username, first_name, last_name,
            is_active, is_approved, is_superuser, tier, created_at, updated_at, password_hash
        FROM users
        WHERE lower(email) IN (lower($1), lower($2)) OR lower(username) IN (lower($1), lower($2))
        ORDER BY lower(email) = lower($1) DESC NULLS LAST, lower(username) = lower($1) DESC,
            lower(email) = lower($2) DESC NULLS LAST LIMIT 1
    """
    row = await connection.fetchrow(query, name, alike(name))
    return None if row is None else (_user(row), row["password_hash"])


async def lock_user(connection: Connection, user_id: UUID) -> tuple[User, str | None]:
    """The account and its password hash, which change no more within this transaction.

    Whoever makes, replaces or ends sessions of an account does this first: one at a time.
    Raises NotFound.
    """
    query = """
        SELECT id, email, username, first_name, last_name,
            is_active, is_approved, is_superuser, tier, created_at, updated_at, password_hash
        FROM users WHERE id = $1 FOR NO KEY UPDATE
    """
    if (row := await connection.fetchrow(query, user_id)) is None:
        msg = f"no user {user_id}"
        raise NotFound(msg)
    return _user(row), row["password_hash"]


async def renew_hash(connection: Connection, user_id: UUID, old: str, new: str) -> None:
    """Replace the hash of a password by another one of the same, unless it has changed."""
    query = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2"
    await connection.execute(query, user_id, old, new)


async def count_people(connection: Connection) -> int:
    """How many accounts there are, of any state.

    Without the one that owns service tokens, and those of people whom an identity service knows.
    """
    query = """
        SELECT users - (
            SELECT count(*) FROM user_roles g JOIN users u ON u.id = g.user_id
            WHERE g.role = 'service' AND u.external_subject IS NULL
        ) FROM user_counts WHERE known_here
    """
    return int(await connection.fetchval(query))


def _user(row: Row) -> User:
    """The account in a row that has more columns."""
    return User(**{name: row[name] for name in User.__slots__})
