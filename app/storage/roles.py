"""Roles: named sets of scopes, and who has which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.errors import NotFound
from app.storage.postgres import Connection

MOST_ROLES = 200
"""A role is written by hand for a kind of people; more would be one each."""
UNKNOWN_ROLE = "user_roles_role_fkey"
"""The constraint of a role that there is not."""


@dataclass(frozen=True, slots=True)
class Role:
    """A built-in one cannot be changed."""

    name: str
    scopes: tuple[str, ...]
    built_in: bool


async def list_roles(connection: Connection) -> list[Role]:
    """All of them, by name."""
    query = "SELECT name, scopes, built_in FROM roles ORDER BY name LIMIT $1"
    return [
        Role(row["name"], tuple(row["scopes"]), row["built_in"])
        for row in await connection.fetch(query, MOST_ROLES)
    ]


async def get_role(connection: Connection, name: str) -> Role:
    """The role of a name; raises NotFound."""
    query = "SELECT name, scopes, built_in FROM roles WHERE name = $1"
    if (row := await connection.fetchrow(query, name)) is None:
        msg = f"there is no role {name}; GET /api/v1/admin/roles lists all"
        raise NotFound(msg)
    return Role(row["name"], tuple(row["scopes"]), row["built_in"])


async def count_roles(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM roles"))


async def put_role(connection: Connection, name: str, scopes: Iterable[str]) -> bool | None:
    """Make a role or change its scopes; whether it is new, None for a built-in one."""
    query = """
        INSERT INTO roles (name, scopes) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET scopes = excluded.scopes WHERE NOT roles.built_in
        RETURNING xmax = 0 AS is_new
    """
    row = await connection.fetchrow(query, name, list(scopes))
    return None if row is None else bool(row["is_new"])


async def delete_role(connection: Connection, name: str) -> bool:
    """Take a role away from all who have it; whether it was there, and not built in."""
    query = "DELETE FROM roles WHERE name = $1 AND NOT built_in"
    return await connection.execute(query, name) == 1


async def set_roles(connection: Connection, user_id: UUID, names: Iterable[str]) -> None:
    """Give an account these roles and no others; raises Conflict at `UNKNOWN_ROLE`."""
    wanted = list(names)
    await connection.execute(
        "DELETE FROM user_roles WHERE user_id = $1 AND role <> ALL ($2::text[])", user_id, wanted
    )
    query = """
        INSERT INTO user_roles (user_id, role) SELECT $1, unnest($2::text[])
        ON CONFLICT (user_id, role) DO NOTHING
    """
    await connection.execute(query, user_id, wanted)
