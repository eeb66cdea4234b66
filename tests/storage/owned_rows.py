"""A row of somebody in every table that has an owner, made up from the schema alone."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from app.storage.erasure import Extract
from app.storage.postgres import Connection

_VALUES = {
    "uuid": "gen_random_uuid()",
    "bytea": "gen_random_uuid()::text::bytea",
    "text": "gen_random_uuid()::text",
    "timestamptz": "now()",
    "int4": "7",
    "int8": "7",
    "float8": "7",
    "numeric": "7",
    "bool": "true",
    "jsonb": "'{}'",
    "inet": "'192.0.2.1'",
    "_text": "'{calculations}'",
}
"""Something of each type; a column of another one needs a line here."""


async def list_owned(connection: Connection) -> list[str]:
    """The tables with an owner, but for the accounts; those that others refer to first."""
    rows = await connection.fetch(
        """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'nocturna'::regnamespace AND c.relkind IN ('r', 'p')
        AND a.attname = 'user_id' AND NOT a.attisdropped
        ORDER BY (
            SELECT count(*) FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid
            AND f.confrelid NOT IN ('users'::regclass, f.conrelid)
        ), c.relname
        """
    )
    return [row["relname"] for row in rows]


async def insert_made_up(connection: Connection, table: str, user_id: UUID) -> None:
    """One row: every column without a default that must have a value, and the owner."""
    columns = await connection.fetch(
        """
        SELECT a.attname AS name, t.typname AS type, (
            SELECT f.confrelid::regclass::text FROM pg_constraint f
            WHERE f.contype = 'f' AND f.conrelid = a.attrelid AND f.conkey = ARRAY[a.attnum]
        ) AS target, (
            SELECT k.attname FROM pg_constraint f
            JOIN pg_attribute k ON k.attrelid = f.confrelid AND k.attnum = f.confkey[1]
            WHERE f.contype = 'f' AND f.conrelid = a.attrelid AND f.conkey = ARRAY[a.attnum]
        ) AS target_column, EXISTS (
            SELECT FROM pg_constraint f
            JOIN pg_attribute k ON k.attrelid = f.confrelid AND k.attname = 'user_id'
            WHERE f.contype = 'f' AND f.conrelid = a.attrelid AND f.conkey = ARRAY[a.attnum]
        ) AS target_is_owned
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND (a.attname = 'user_id' OR (a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''))
        """,
        table,
    )
    names, values = [], []
    for column in columns:
        names.append(column["name"])
        if column["name"] == "user_id":
            values.append("$1")
        elif column["target"] is not None:
            own = "WHERE user_id = $1" if column["target_is_owned"] else ""
            target = f"SELECT {column['target_column']} FROM {column['target']} {own} LIMIT 1"  # noqa: S608
            values.append(f"({target})")
        else:
            values.append(_VALUES[column["type"]])
    query = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(values)})"  # noqa: S608
    await connection.execute(query, user_id)


async def count_owned(connection: Connection, table: str, user_id: UUID) -> int:
    query = f"SELECT count(*) FROM {table} WHERE user_id = $1"  # noqa: S608
    return int(await connection.fetchval(query, user_id))


def rows_of(extract: Extract) -> list[dict[str, Any]]:
    """The rows of an extract as they are read."""
    rows: list[dict[str, Any]] = json.loads(b"[" + b",".join(extract.slices) + b"]")
    return rows
