"""Charts that somebody keeps: made, changed, ended, listed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.charts.edit_turns import RETRY_SOON, EditTurns
from app.charts.reading import OWN, Ask, Manner, Warn, content_from
from app.cursors import cursor_of, place_in
from app.errors import Conflicting, InvalidInput
from app.storage import charts
from app.storage.chart_words import words_of
from app.storage.charts import ChartContent, ChartOrder, ChartPlace, Listing, SavedChart
from app.storage.postgres import Postgres
from app.wire import decode, encode

MOST_WORDS = 8
"""Words of one search."""
LONGEST_CURSOR = 4 * (4 * charts.LONGEST_KEY + 100) // 3
"""Characters of one that goes on behind the longest name: base64 of letters of four bytes each,
with the order and the id beside them."""
_MOST_TRIES = 100
"""Tries to change a chart that other servers change too. Each try that fails is a change that
another one made, so that only who meets as many of them gives up; or who has waited for as long as
a request may: no try begins then but the first."""


@dataclass(frozen=True, slots=True)
class Change:
    """A chart as it was, and as it is; the same one if nothing was to be changed.

    `warnings` are what each use of it as it is would warn of or refuse.
    """

    before: SavedChart
    chart: SavedChart
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some charts, and where the next ones begin; None on the last page."""

    charts: list[SavedChart]
    next_cursor: str | None


async def chart_of(postgres: Postgres, user_id: UUID, chart_id: UUID) -> SavedChart:
    """The chart with an id; raises NotFound."""
    async with postgres.connection() as connection:
        return await charts.get_chart(connection, user_id, chart_id)


async def change_chart(  # noqa: PLR0913 - who changes what, and how it is read
    postgres: Postgres,
    turns: EditTurns,
    ask: Ask,
    user_id: UUID,
    chart_id: UUID,
    given: Any,
    *,
    version: int | None = None,
    manner: Manner = OWN,
    meant: Callable[[Any, SavedChart], Any] | None = None,
) -> Change:
    """The chart with what is given; what is not given stays, and without a change its version.

    `meant` makes of what is given what it means for the chart as it is.
    Raises NotFound, InvalidInput, Conflicting when it no longer has the version that is given, and
    what `ask` does. No connection is held while a worker reads, or while others have their turn.
    """

    async def content_for(before: SavedChart, warn: Warn) -> ChartContent:
        asked = given if meant is None else meant(given, before)
        return await content_from(ask, asked, charts.content_of(before), manner, warn)

    clock = asyncio.get_running_loop().time
    async with turns.turn((user_id, chart_id)) as until:
        for tried in range(_MOST_TRIES):
            if tried and clock() > until:
                break
            before = await chart_of(postgres, user_id, chart_id)
            _require(version, before)
            warnings: list[str] = []
            content = await content_for(before, warnings.append)
            if content == charts.content_of(before):
                return Change(before, before, tuple(warnings))
            async with postgres.transaction() as connection:
                changed = await charts.update_chart(connection, before, content)
            if changed is not None:
                return Change(before, changed, tuple(warnings))
    msg = "this chart is being changed by others all the time; try again in a second"
    raise Conflicting(msg, retry_after=RETRY_SOON)


def _require(version: int | None, before: SavedChart) -> None:
    """Raise Conflicting for a chart that no longer has the version that a change is meant for."""
    if version is not None and before.version != version:
        msg = f"the chart has version {before.version} by now, not {version}; read it again"
        raise Conflicting(msg, details={"version": before.version})


async def delete_chart(
    postgres: Postgres, user_id: UUID, chart_id: UUID, *, version: int | None = None
) -> None:
    """End a chart; raises NotFound, and Conflicting when it no longer has the version given."""
    async with postgres.connection() as connection:
        if version is None:
            await charts.delete_chart(connection, user_id, chart_id)
            return
        _require(version, await charts.get_chart(connection, user_id, chart_id))
        try:
            await charts.delete_chart(connection, user_id, chart_id, version)
        except charts.NoChart:
            _require(version, await charts.get_chart(connection, user_id, chart_id))
            raise


async def page_of_charts(
    postgres: Postgres,
    user_id: UUID,
    listing: Listing,
    *,
    search: str | None = None,
    cursor: str | None = None,
) -> Page:
    """The charts of a page; `search` and `cursor` as they are written in a query.

    Raises InvalidInput.
    """
    wanted = Listing(
        listing.order,
        listing.limit + 1,
        None if cursor is None else _place(cursor, listing.order),
        () if search is None else _words(search),
        listing.skip,
    )
    async with postgres.connection() as connection:
        found = await charts.list_charts(connection, user_id, wanted)
    kept = found[: listing.limit]
    more = len(found) > len(kept)
    return Page(kept, _cursor(kept[-1], listing.order) if more else None)


def _words(search: str) -> tuple[str, ...]:
    words = sorted(words_of(search))
    if not words:
        what = "some words, each the beginning of a word of the name, the notes or the place"
        raise InvalidInput.of("query.search", what, search)
    if len(words) > MOST_WORDS:
        raise InvalidInput.of("query.search", f"at most {MOST_WORDS} words", f"{len(words)} words")
    return tuple(words)


def _cursor(last: SavedChart, order: ChartOrder) -> str:
    place = charts.place_of(last, order)
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    return cursor_of(encode([order, value, str(place.id)]))


def _place(cursor: str, order: ChartOrder) -> ChartPlace:
    def read(text: bytes) -> ChartPlace:
        written, value, number = decode(text)
        if written != order:
            raise ValueError
        return ChartPlace(_value(value, order), UUID(number))

    return place_in(cursor, read, f"a page sorted by {order}")


def _value(value: Any, order: ChartOrder) -> datetime | str | float:
    """What a cursor tells of its place; raises ValueError or TypeError."""
    if order.key in ("created_at", "updated_at"):
        return datetime.fromisoformat(value).astimezone(UTC)
    if order.key == "birth":
        return float(value)
    if not isinstance(value, str) or "\0" in value:
        raise TypeError
    return value
