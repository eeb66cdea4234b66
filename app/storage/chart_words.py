"""The words by which charts are found: of their names, notes and places, folded."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import islice
from uuid import UUID

from app.places.folding import plain
from app.storage.postgres import Connection
from app.storage.terms import LAST_CHARACTER

LONGEST_WORD = 64
"""Characters of a word that are compared."""
MOST_WORDS = 100
"""Of one chart: rows that are written with it, and erased with its owner."""

HAS_WORD = """
    EXISTS (
        SELECT FROM unnest(c.words) w (word)
        WHERE w.word >= {0}::text AND w.word < {0}::text || {1}::text
    )
"""
"""Whether a chart `c` has a word that begins so. Its words stand in its own row as well: of many
charts that are looked through, each would cost a page of another index."""


def words_of(*texts: str | None) -> frozenset[str]:
    """Every word of some texts once, the first `MOST_WORDS`, without case, accents, punctuation."""
    words = plain(" ".join(text for text in texts if text)).split()
    return frozenset(islice(dict.fromkeys(word[:LONGEST_WORD] for word in words), MOST_WORDS))


async def insert_words(
    connection: Connection, user_id: UUID, chart_id: UUID, words: AbstractSet[str]
) -> None:
    """Let a new chart be found by these words."""
    query = """
        INSERT INTO chart_words (user_id, word, chart_id)
        SELECT $1, word, $2 FROM unnest($3::text[]) word
    """
    if words:
        await connection.execute(query, user_id, chart_id, sorted(words))


async def replace_words(
    connection: Connection, user_id: UUID, chart_id: UUID, words: AbstractSet[str]
) -> None:
    """Let a chart be found by these words and no others."""
    query = "DELETE FROM chart_words WHERE chart_id = $1 AND user_id = $2 AND word <> ALL ($3)"
    kept = sorted(words)
    await connection.execute(query, chart_id, user_id, kept)
    query = """
        INSERT INTO chart_words (user_id, word, chart_id)
        SELECT $1, word, $2 FROM unnest($3::text[]) word
        ON CONFLICT DO NOTHING
    """
    await connection.execute(query, user_id, chart_id, kept)


async def count_found(
    connection: Connection, user_id: UUID, beginnings: list[str], most: int
) -> list[int]:
    """How many words of somebody's charts have each beginning, counted up to `most`."""
    query = """
        SELECT (
            SELECT count(*) FROM (
                SELECT FROM chart_words w
                WHERE w.user_id = $1 AND w.word >= asked.word AND w.word < asked.word || $3::text
                LIMIT $4
            ) found
        ) AS count
        FROM unnest($2::text[]) WITH ORDINALITY AS asked (word, place) ORDER BY asked.place
    """
    rows = await connection.fetch(query, user_id, beginnings, LAST_CHARACTER, most)
    return [row["count"] for row in rows]
