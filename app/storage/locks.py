"""Locks for what is no row: numbers, each held by one transaction at a time until it ends."""

from __future__ import annotations

from app.storage.postgres import Connection

ADMINISTRATION = 0x6E6F6374_61646D6E
"""Of whoever changes who may administer, or makes the first accounts."""
LAST_PLACE = 0x6E6F6374_75736572
"""Of whoever counts users before adding one."""


async def hold(connection: Connection, number: int) -> None:
    """Wait until no other transaction holds this number, and hold it until this one ends."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", number)


def number_of(digest: bytes) -> int:
    """The number of what has a digest, such as a name or an address."""
    return int.from_bytes(digest[:8], signed=True)
