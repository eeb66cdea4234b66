"""Stored charts: births that people keep. Only their owner finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.errors import Conflicting, NotFound
from app.places.folding import plain
from app.storage import chart_words
from app.storage.postgres import Connection, Row
from app.storage.terms import LAST_CHARACTER, Terms

LONGEST_KEY = 200
"""Characters by which names are sorted."""


FEW = 1000
"""Words that begin alike, up to which their charts are sorted; of more charts, which are many,
those that come first are looked through."""
SHARE = 3
"""So are the charts of somebody if one of so many has the word: most of them are then read anyway,
and each by its id is a page of its own."""


class NoChart(NotFound):
    """A chart that is not there, or belongs to another; where to find one's own is for the door."""


class ChartOrder(StrEnum):
    """How a list is sorted; the later, or last of the alphabet, first where there is a minus."""

    OLDEST = "created_at"
    NEWEST = "-created_at"
    LONGEST_UNCHANGED = "updated_at"
    LAST_CHANGED = "-updated_at"
    NAME = "name"
    NAME_BACKWARDS = "-name"
    BIRTH = "birth"
    BIRTH_BACKWARDS = "-birth"

    @property
    def key(self) -> str:
        """The same without its direction."""
        return self.removeprefix("-")

    @property
    def is_backwards(self) -> bool:
        return self.startswith("-")


_COLUMNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "created_at": ("created_at", "timestamptz"),
        "updated_at": ("updated_at", "timestamptz"),
        "name": ("name_key", "text"),
        "birth": ("julian_day", "double precision"),
    }
)
"""What each order sorts by, and the type of that."""


@dataclass(frozen=True, slots=True)
class ChartPlace:
    """Where a page begins: after this chart, whose value in the order of the list is `value`."""

    value: datetime | str | float
    id: UUID


@dataclass(frozen=True, slots=True)
class Listing:
    """Which charts to list: those with a word that begins so for each of `words`."""

    order: ChartOrder = ChartOrder.NEWEST
    limit: int = 20
    after: ChartPlace | None = None
    words: tuple[str, ...] = ()
    skip: int = 0


@dataclass(frozen=True, slots=True)
class ChartContent:
    """What somebody keeps as a chart; `birth` has the members of a birth in a calculation.

    `config` holds house_system, aspects and orbs, `place` the city as it was looked up.
    `julian_day` is of UT, at noon where the time of birth is not known, and `utc` the same as text.
    """

    birth: Mapping[str, Any]
    config: Mapping[str, Any]
    julian_day: float
    utc: str
    name: str | None = None
    notes: str | None = None
    place: Mapping[str, Any] | None = None
    timezone_source: str = "given"


@dataclass(frozen=True, slots=True)
class SavedChart:
    """A chart as it is kept; `version` counts its changes from 1."""

    id: UUID
    user_id: UUID
    name: str | None
    notes: str | None
    birth: Mapping[str, Any]
    config: Mapping[str, Any]
    place: Mapping[str, Any] | None
    timezone_source: str
    julian_day: float
    utc: str
    version: int
    created_at: datetime
    updated_at: datetime


async def get_chart(connection: Connection, user_id: UUID, chart_id: UUID) -> SavedChart:
    """The chart of an owner with an id; raises NoChart, for another's as for none."""
    query = """
        SELECT id, user_id, name, notes, birth, config, place, timezone_source,
            julian_day, utc, version, created_at, updated_at
        FROM charts WHERE id = $1 AND user_id = $2
    """
    if (row := await connection.fetchrow(query, chart_id, user_id)) is None:
        raise no_chart(chart_id)
    return saved(row)


async def list_charts(connection: Connection, user_id: UUID, listing: Listing) -> list[SavedChart]:
    """The charts of a page."""
    terms = Terms([user_id])
    _add_place(terms, listing)
    source = "charts c"
    if listing.words:
        source = await _found(connection, user_id, listing.words, terms)
    column, _ = _COLUMNS[listing.order.key]
    direction = "DESC" if listing.order.is_backwards else "ASC"
    query = f"""
        SELECT c.id, c.user_id, c.name, c.notes, c.birth, c.config, c.place, c.timezone_source,
            c.julian_day, c.utc, c.version, c.created_at, c.updated_at
        FROM {source} WHERE c.user_id = $1 {terms.text}
        ORDER BY c.{column} {direction}, c.id {direction}
        LIMIT {int(listing.limit)} OFFSET {int(listing.skip)}
    """  # noqa: S608 - constants and parameters
    return [saved(row) for row in await connection.fetch(query, *terms.values)]


def place_of(chart: SavedChart, order: ChartOrder) -> ChartPlace:
    """Where a page begins that follows a chart."""
    value: datetime | str | float
    match order.key:
        case "name":
            value = name_key(chart.name)
        case "birth":
            value = chart.julian_day
        case "updated_at":
            value = chart.updated_at
        case _:
            value = chart.created_at
    return ChartPlace(value, chart.id)


def _add_place(terms: Terms, listing: Listing) -> None:
    if listing.after is None:
        return
    column, kind = _COLUMNS[listing.order.key]
    sign = "<" if listing.order.is_backwards else ">"
    text = f"(c.{column}, c.id) {sign} ({{}}::{kind}, {{}}::uuid)"
    terms.add(text, listing.after.value, listing.after.id)


async def _found(
    connection: Connection, user_id: UUID, words: tuple[str, ...], terms: Terms
) -> str:
    """Where a search looks: at the charts of its rarest word, or at all if none is rare.

    The fences (OFFSET 0) keep these two ways as they are, whatever is thought to be rare.
    """
    counts = await chart_words.count_found(connection, user_id, list(words), FEW + 1)
    rarest = min(range(len(words)), key=counts.__getitem__)
    rare = await _is_rare(connection, user_id, counts[rarest])
    for place, word in enumerate(words):
        if not (rare and place == rarest):
            terms.add(chart_words.HAS_WORD, word, LAST_CHARACTER)
    if not rare:
        return "charts c"
    first, last = terms.keep(words[rarest], LAST_CHARACTER)
    return f"""(
            SELECT DISTINCT w.chart_id FROM chart_words w
            WHERE w.user_id = $1 AND w.word >= {first}::text
            AND w.word < {first}::text || {last}::text
        ) found CROSS JOIN LATERAL (
            SELECT * FROM charts WHERE id = found.chart_id OFFSET 0
        ) c"""  # noqa: S608 - places of parameters


async def _is_rare(connection: Connection, user_id: UUID, found: int) -> bool:
    """Whether charts with a word are better read one by one than looked for among all."""
    if found > FEW:
        return False
    return found <= FEW // 10 or found * SHARE < await count_charts(connection, user_id)


async def insert_chart(
    connection: Connection, user_id: UUID, content: ChartContent, most: int | None = None
) -> SavedChart:
    """The new chart; to be called in a transaction, since its words are written too.

    Raises Conflicting when the owner then has more than `most`, and the transaction must end.
    """
    query = """
        INSERT INTO charts (
            user_id, name, notes, birth, config, place, timezone_source, julian_day, utc, name_key,
            words
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        RETURNING id, user_id, name, notes, birth, config, place, timezone_source,
            julian_day, utc, version, created_at, updated_at
    """
    words = _words(content)
    row = await connection.fetchrow(query, user_id, *_values(content), sorted(words))
    if row is None:
        msg = "an INSERT returned no row"
        raise RuntimeError(msg)
    if most is not None and await count_charts(connection, user_id) > most:
        msg = f"an account keeps at most {most} charts, and yours does; delete one first"
        raise Conflicting(msg)
    await chart_words.insert_words(connection, user_id, row["id"], words)
    return saved(row)


async def update_chart(
    connection: Connection, chart: SavedChart, content: ChartContent
) -> SavedChart | None:
    """The chart with other content, or None if it is no longer as given; in a transaction."""
    query = """
        UPDATE charts SET name = $4, notes = $5, birth = $6, config = $7, place = $8,
            timezone_source = $9, julian_day = $10, utc = $11, name_key = $12, words = $13,
            version = version + 1, updated_at = now()
        WHERE id = $1 AND user_id = $2 AND version = $3
        RETURNING id, user_id, name, notes, birth, config, place, timezone_source,
            julian_day, utc, version, created_at, updated_at
    """
    place = (chart.id, chart.user_id, chart.version)
    words = _words(content)
    row = await connection.fetchrow(query, *place, *_values(content), sorted(words))
    if row is None:
        return None
    if words != _words(content_of(chart)):
        await chart_words.replace_words(connection, chart.user_id, chart.id, words)
    return saved(row)


async def delete_chart(
    connection: Connection, user_id: UUID, chart_id: UUID, version: int | None = None
) -> None:
    """End a chart; raises NoChart, for another's as for none, or none of a `version` that is given.

    A version is one that a chart has had: a number of the database.
    """
    query = """
        DELETE FROM charts
        WHERE id = $1 AND user_id = $2 AND ($3::integer IS NULL OR version = $3)
    """
    if not await connection.execute(query, chart_id, user_id, version):
        raise no_chart(chart_id)


async def delete_some_charts(connection: Connection, user_id: UUID, limit: int) -> int:
    """How many charts of an owner were deleted, `limit` at most, the oldest first.

    What another transaction is about to delete is left to it.
    """
    query = """
        DELETE FROM charts WHERE user_id = $1 AND id = ANY (ARRAY(
            SELECT id FROM charts WHERE user_id = $1
            ORDER BY created_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
    """
    return await connection.execute(query, user_id, limit)


async def count_charts(connection: Connection, user_id: UUID) -> int:
    """How many charts somebody has."""
    query = "SELECT charts FROM chart_counts WHERE user_id = $1"
    return int(await connection.fetchval(query, user_id) or 0)


def no_chart(chart_id: object) -> NoChart:
    """What somebody hears who asks for a chart that is not there, or not theirs."""
    return NoChart(f"no chart {chart_id}")


def content_of(chart: SavedChart) -> ChartContent:
    """What is kept in a chart."""
    return ChartContent(**{name: getattr(chart, name) for name in ChartContent.__slots__})


def name_key(name: str | None) -> str:
    """A name as names are sorted: without case and accents; those without a name come first."""
    return plain(name or "")[:LONGEST_KEY]


def saved(row: Row) -> SavedChart:
    """The chart in a row that has all its columns."""
    return SavedChart(**{name: row[name] for name in SavedChart.__slots__})


def _words(content: ChartContent) -> frozenset[str]:
    place = content.place or {}
    told = (place.get(name) for name in ("city", "region", "country"))
    return chart_words.words_of(content.name, content.notes, *told)


def _values(content: ChartContent) -> tuple[object, ...]:
    return (
        *(content.name, content.notes, content.birth, content.config, content.place),
        *(content.timezone_source, content.julian_day, content.utc, name_key(content.name)),
    )
