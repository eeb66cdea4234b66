"""All that is stored about somebody, found by walking the schema; and the end of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.storage.postgres import SCHEMA, Connection

OWNER = "user_id"
"""The column that says whose a row is."""
SECRET_NAMES = ("password_hash",)
"""Columns that are left out of an export, beside all of bytes: those hold digests and answers."""
MOST_BYTES = 16_000_000
"""Of the rows of one extract, which is held in memory until it is sent."""
SLICE_BYTES = 65_536
"""Of rows that come together, or one row that is longer: they take microseconds to be passed on."""


@dataclass(frozen=True, slots=True)
class OwnedTable:
    """A table whose rows belong to people; column names as they are, in the order of the table.

    `moments` are those of the columns that hold an instant, `key` what its rows are sorted by.
    """

    name: str
    owner: str
    columns: tuple[str, ...]
    moments: frozenset[str]
    left_out: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """Rows of a table, in slices of the inside of a JSON array; `more` follow."""

    slices: tuple[bytes, ...]
    count: int
    more: bool


async def list_owned_tables(connection: Connection) -> list[OwnedTable]:
    """Every table that says whose its rows are, the accounts themselves first."""
    query = """
        SELECT c.relname AS name,
            array_agg(a.attname::text ORDER BY a.attnum) AS columns,
            array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'timestamptz'::regtype)
                AS moments,
            array_agg(a.attname::text ORDER BY a.attnum)
                FILTER (WHERE a.atttypid = 'bytea'::regtype OR a.attname = ANY ($2)) AS secrets,
            (
                SELECT array_agg(k.attname::text ORDER BY array_position(i.indkey, k.attnum))
                FROM pg_index i
                JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
                WHERE i.indrelid = c.oid AND i.indisprimary
            ) AS key
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY c.oid, c.relname
        HAVING bool_or(a.attname = $3) OR c.relname = 'users'
        ORDER BY c.relname <> 'users', c.relname
    """
    rows = await connection.fetch(query, SCHEMA, list(SECRET_NAMES), OWNER)
    return [
        _table(row["name"], row["columns"], row["moments"], row["secrets"], row["key"])
        for row in rows
    ]


async def extract(
    connection: Connection, table: OwnedTable, user_id: UUID, skip: int, limit: int
) -> Extract:
    """What a table holds of somebody, from the row after `skip`.

    At most `limit` rows, and no more than `MOST_BYTES` but for a row that is alone.
    """
    columns = ", ".join(_shown(name, moment=name in table.moments) for name in table.columns)
    query = f"""
        SELECT convert_to(string_agg(line, ',' ORDER BY place), 'UTF8') AS slice,
            count(*) AS count, max(found) AS found
        FROM (
            SELECT line, place, count(*) OVER () AS found,
                sum(octet_length(line) + 1) OVER (ORDER BY place) AS bytes
            FROM (
                SELECT row_to_json(page)::text AS line, row_number() OVER () AS place FROM (
                    SELECT {columns} FROM {_quoted(table.name)} WHERE {_quoted(table.owner)} = $1
                    ORDER BY {", ".join(_quoted(name) for name in table.key)}
                    LIMIT $2 + 1 OFFSET $3
                ) page
            ) lines
        ) measured
        WHERE place <= $2 AND (place = 1 OR bytes <= $4)
        GROUP BY div(bytes, $5)
        ORDER BY div(bytes, $5)
    """  # noqa: S608 - names from the catalogue, quoted
    rows = await connection.fetch(query, user_id, limit, skip, MOST_BYTES, SLICE_BYTES)
    count = sum(row["count"] for row in rows)
    found = max((row["found"] for row in rows), default=0)
    return Extract(tuple(row["slice"] for row in rows), count, more=found > count)


async def read_at_one_instant(connection: Connection) -> None:
    """Let all that follows in this transaction see the same state; to be said first."""
    await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


async def delete_user(connection: Connection, user_id: UUID) -> bool:
    """Erase an account and everything that it owns; whether it was there."""
    return await connection.execute("DELETE FROM users WHERE id = $1", user_id) == 1


def _table(
    name: str,
    columns: Sequence[str],
    moments: Sequence[str] | None,
    secrets: Sequence[str] | None,
    key: Sequence[str] | None,
) -> OwnedTable:
    left_out = tuple(secrets or ())
    shown = tuple(column for column in columns if column not in left_out)
    return OwnedTable(
        name=name,
        owner="id" if name == "users" else OWNER,
        columns=shown,
        moments=frozenset(moments or ()),
        left_out=left_out,
        key=tuple(key or (OWNER,)),
    )


def _shown(name: str, *, moment: bool) -> str:
    """A column as an answer shows it: instants as everywhere else under /api/v1."""
    quoted = _quoted(name)
    if not moment:
        return quoted
    shape = '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''
    return f"to_char({quoted} AT TIME ZONE 'UTC', {shape}) AS {quoted}"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
