"""Which keys have signed what is stored, by their fingerprints."""

from __future__ import annotations

from collections.abc import Sequence

from app.storage.postgres import Connection


async def find_strange(connection: Connection, fingerprints: Sequence[bytes]) -> bool:
    """Whether other keys have signed here, and none of these."""
    query = """
        SELECT EXISTS (SELECT FROM signing_keys)
        AND NOT EXISTS (SELECT FROM signing_keys WHERE fingerprint = ANY ($1::bytea[]))
    """
    return bool(await connection.fetchval(query, list(fingerprints)))


async def insert_fingerprint(connection: Connection, fingerprint: bytes) -> None:
    """Remember a key that signs from now on, unless it is known."""
    query = "INSERT INTO signing_keys (fingerprint) VALUES ($1) ON CONFLICT DO NOTHING"
    await connection.execute(query, fingerprint)
