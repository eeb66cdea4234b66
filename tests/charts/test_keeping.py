"""Changes of charts while others change them, and the pages of a list."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.charts.edit_turns import EditTurns
from app.charts.keeping import LONGEST_CURSOR, Change, change_chart, page_of_charts
from app.charts.reading import LONGEST_NAME, Ask, content_from
from app.errors import Conflicting, InvalidInput, NotFound
from app.storage import charts
from app.storage.charts import ChartOrder, Listing, SavedChart
from app.storage.postgres import Postgres
from app.wire import Outcome
from tests.charts.asking import Asked
from tests.server import LONG_ENOUGH
from tests.storage.test_charts import added

BIRTH = {"date": "1990-01-15", "time": "14:30", "latitude": 40.7128, "longitude": -74.006}
EDITS: list[dict[str, Any]] = [
    {"name": f"edit {number}", "notes": f"{number}", "config": {"house_system": system}}
    for number, system in enumerate(["KOCH", "EQUAL"] * 25)
]
"""Changes of which each is another one, whatever came before."""


async def kept(postgres: Postgres, asked: Asked, owner: UUID, name: str) -> SavedChart:
    content = await content_from(asked.ask, {**BIRTH, "name": name})
    async with postgres.transaction() as connection:
        return await charts.insert_chart(connection, owner, content)


def changing_too(postgres: Postgres, ask: Ask, chart: SavedChart, times: int) -> Ask:
    """A worker during whose work the chart is changed at another server, so many times."""
    left, elsewhere = [times], EditTurns(LONG_ENOUGH)

    async def work(operation: str, body: bytes) -> Outcome:
        if left[0]:
            left[0] -= 1
            given = {"name": f"others {left[0]}"}
            await change_chart(postgres, elsewhere, ask, chart.user_id, chart.id, given)
        return await ask(operation, body)

    return work


async def test_a_change_meets_that_of_others_and_both_stand(
    postgres: Postgres, asked: Asked
) -> None:
    ada = await added(postgres, "ada")
    chart = await kept(postgres, asked, ada, "Ada")
    ask = changing_too(postgres, asked.ask, chart, 2)
    change = await change_chart(
        postgres, EditTurns(LONG_ENOUGH), ask, ada, chart.id, {"time": "10:00"}
    )
    assert (change.before.name, change.before.version) == ("others 0", 3)
    changed = change.chart
    assert (changed.name, changed.birth["time"], changed.version) == ("others 0", "10:00:00", 4)


async def test_a_change_of_one_version_gives_way_to_others(
    postgres: Postgres, asked: Asked
) -> None:
    ada = await added(postgres, "ada")
    chart = await kept(postgres, asked, ada, "Ada")
    ask = changing_too(postgres, asked.ask, chart, 1)
    with pytest.raises(Conflicting, match="the chart has version 2 by now, not 1"):
        await change_chart(
            postgres, EditTurns(LONG_ENOUGH), ask, ada, chart.id, {"time": "10:00"}, version=1
        )


async def test_a_change_does_not_try_for_ever(postgres: Postgres, asked: Asked) -> None:
    ada = await added(postgres, "ada")
    chart = await kept(postgres, asked, ada, "Ada")
    ask = changing_too(postgres, asked.ask, chart, 1000)
    with pytest.raises(Conflicting, match="by others all the time") as refusal:
        await change_chart(postgres, EditTurns(LONG_ENOUGH), ask, ada, chart.id, {"time": "10:00"})
    assert refusal.value.retry_after == 1


@pytest.mark.parametrize(("within", "is_made"), [(0.0, False), (LONG_ENOUGH, True)])
async def test_no_change_is_tried_again_when_the_request_has_waited_long_enough(
    postgres: Postgres, asked: Asked, within: float, *, is_made: bool
) -> None:
    ada = await added(postgres, "ada")
    chart = await kept(postgres, asked, ada, "Ada")
    ask = changing_too(postgres, asked.ask, chart, 1)
    turns = EditTurns(within)
    change = change_chart(postgres, turns, ask, ada, chart.id, {"time": "10:00"})
    if is_made:
        assert (await change).chart.version == 3
    else:
        with pytest.raises(Conflicting, match="by others all the time"):
            await change
    assert len(turns) == 0


async def test_what_changes_nothing_is_no_change(postgres: Postgres, asked: Asked) -> None:
    ada = await added(postgres, "ada")
    chart = await kept(postgres, asked, ada, "Ada")
    turns = EditTurns(LONG_ENOUGH)
    change = await change_chart(postgres, turns, asked.ask, ada, chart.id, {"time": "14:30"})
    assert change == Change(chart, chart)


async def test_a_chart_that_is_gone_cannot_be_changed(postgres: Postgres, asked: Asked) -> None:
    ada = await added(postgres, "ada")
    with pytest.raises(NotFound):
        await change_chart(postgres, EditTurns(LONG_ENOUGH), asked.ask, ada, uuid4(), {})


@pytest.mark.parametrize("servers", [1, 2, 3])
async def test_whoever_changes_a_chart_at_the_same_time_is_heard(
    postgres: Postgres, asked: Asked, servers: int
) -> None:
    ada = await added(postgres, "ada")
    chart = await kept(postgres, asked, ada, "Ada")
    lines = [EditTurns(LONG_ENOUGH) for _ in range(servers)]
    changes = [
        change_chart(postgres, lines[number % servers], asked.ask, ada, chart.id, given)
        for number, given in enumerate(EDITS)
    ]
    made = await asyncio.gather(*changes)
    assert sorted(change.chart.version for change in made) == list(range(2, len(EDITS) + 2))
    assert sorted(str(change.chart.name) for change in made) == sorted(
        edit["name"] for edit in EDITS
    )
    assert [len(line) for line in lines] == [0] * servers


@pytest.mark.parametrize("order", ChartOrder)
async def test_cursors_lead_through_all_charts(
    postgres: Postgres, asked: Asked, order: ChartOrder
) -> None:
    ada = await added(postgres, "ada")
    for name in ("Émile", "anna", "Zoë", "anna"):
        await kept(postgres, asked, ada, name)
    seen: list[SavedChart] = []
    cursor = None
    for _ in range(2):
        page = await page_of_charts(postgres, ada, Listing(order, 2), cursor=cursor)
        cursor = page.next_cursor
        seen += page.charts
    assert cursor is None
    whole = await page_of_charts(postgres, ada, Listing(order, 100))
    assert seen == whole.charts


@pytest.mark.parametrize("letter", ["a", "é", "\U00010400", "ﷺ"], ids=["1", "2", "4", "many"])
async def test_every_cursor_is_as_short_as_it_is_said_to_be(
    postgres: Postgres, asked: Asked, letter: str
) -> None:
    ada = await added(postgres, "ada")
    for _ in range(2):
        await kept(postgres, asked, ada, letter * LONGEST_NAME)
    first = await page_of_charts(postgres, ada, Listing(ChartOrder.NAME, 1))
    assert first.next_cursor is not None
    assert len(first.next_cursor) <= LONGEST_CURSOR
    second = await page_of_charts(
        postgres, ada, Listing(ChartOrder.NAME, 1), cursor=first.next_cursor
    )
    assert (len(second.charts), second.next_cursor) == (1, None)


async def test_a_cursor_is_of_one_order(postgres: Postgres, asked: Asked) -> None:
    ada = await added(postgres, "ada")
    for name in ("a", "b"):
        await kept(postgres, asked, ada, name)
    cursor = (await page_of_charts(postgres, ada, Listing(ChartOrder.NAME, 1))).next_cursor
    with pytest.raises(InvalidInput, match="the next_cursor of a page sorted by -name"):
        await page_of_charts(postgres, ada, Listing(ChartOrder.NAME_BACKWARDS, 1), cursor=cursor)


@pytest.mark.parametrize("search", ["", "  ,;", "a b c d e f g h i"])
async def test_a_search_has_one_to_eight_words(postgres: Postgres, search: str) -> None:
    with pytest.raises(InvalidInput, match=r"query\.search must be"):
        await page_of_charts(postgres, uuid4(), Listing(), search=search)
