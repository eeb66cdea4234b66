"""Stored charts in the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import RFC_4122, UUID, uuid4

import pytest

from app.errors import Conflicting
from app.storage import chart_words, charts, erasure, users
from app.storage.charts import ChartContent, ChartOrder, Listing, SavedChart
from app.storage.postgres import Connection, Postgres

BIRTH = {
    "date": "1990-01-15",
    "time": "14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "altitude": 0.0,
    "timezone": "America/New_York",
    "fold": None,
}
CONTENT = ChartContent(BIRTH, {"house_system": "PLACIDUS"}, 2447907.3125, "1990-01-15T19:30:00Z")
PARIS = {"city": "Paris", "country": "France", "region": "Île-de-France"}


async def added(postgres: Postgres, name: str) -> UUID:
    async with postgres.transaction() as connection:
        user = await users.insert_user(
            connection, email=f"{name}@example.com", username=name, password_hash=None
        )
    return user.id


async def kept(postgres: Postgres, owner: UUID, **members: Any) -> SavedChart:
    """A chart that differs from the others by these members."""
    async with postgres.transaction() as connection:
        return await charts.insert_chart(connection, owner, replace(CONTENT, **members))


async def listed(postgres: Postgres, owner: UUID, **wanted: Any) -> list[str | None]:
    """The names of the charts of a page."""
    async with postgres.connection() as connection:
        found = await charts.list_charts(connection, owner, Listing(**wanted))
    return [chart.name for chart in found]


async def test_a_chart_comes_back_as_it_was_kept(postgres: Postgres) -> None:
    ada = await added(postgres, "ada")
    whole = replace(CONTENT, name="Ada", notes="a note", place=PARIS, timezone_source="city")
    async with postgres.transaction() as connection:
        made = await charts.insert_chart(connection, ada, whole)
        found = await charts.get_chart(connection, ada, made.id)
    assert found == made
    assert found.birth == BIRTH
    assert type(found.birth["altitude"]) is float
    assert (found.version, found.user_id) == (1, ada)
    assert charts.content_of(found) == whole


@pytest.mark.parametrize("few", [charts.FEW, 0])
async def test_a_change_counts_the_version_and_the_chart_is_found_by_its_new_words_only(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(charts, "FEW", few)
    ada = await added(postgres, "ada")
    chart = await kept(postgres, ada, name="Marie Curie", notes="physics")
    async with postgres.transaction() as connection:
        content = replace(charts.content_of(chart), name="Marie Skłodowska")
        changed = await charts.update_chart(connection, chart, content)
    assert changed is not None
    assert (changed.version, changed.id, changed.created_at) == (2, chart.id, chart.created_at)
    assert changed.updated_at > chart.updated_at
    assert charts.content_of(changed) == content
    assert await listed(postgres, ada, words=("curie",)) == []
    assert await listed(postgres, ada, words=("sklodowska", "phys")) == ["Marie Skłodowska"]


async def test_a_change_of_another_version_is_none(postgres: Postgres) -> None:
    ada = await added(postgres, "ada")
    chart = await kept(postgres, ada, name="Marie")
    async with postgres.transaction() as connection:
        assert await charts.update_chart(connection, chart, replace(CONTENT, name="A"))
        assert await charts.update_chart(connection, chart, replace(CONTENT, name="B")) is None
        assert (await charts.get_chart(connection, ada, chart.id)).name == "A"


CALLS: dict[str, Callable[[Connection, UUID, SavedChart], Any]] = {
    "get": lambda c, user, chart: charts.get_chart(c, user, chart.id),
    "delete": lambda c, user, chart: charts.delete_chart(c, user, chart.id),
}


@pytest.mark.parametrize("call", CALLS)
async def test_another_ones_chart_is_as_unknown_as_none(postgres: Postgres, call: str) -> None:
    ada, berta = await added(postgres, "ada"), await added(postgres, "berta")
    chart = await kept(postgres, ada)
    texts = []
    for sought in (chart, replace(chart, id=uuid4())):
        async with postgres.connection() as connection:
            with pytest.raises(charts.NoChart) as refusal:
                await CALLS[call](connection, berta, sought)
        texts.append(refusal.value.message.replace(str(sought.id), "ID"))
    assert texts == ["no chart ID"] * 2
    async with postgres.connection() as connection:
        stolen = replace(chart, user_id=berta)
        assert await charts.update_chart(connection, stolen, CONTENT) is None
        assert await charts.get_chart(connection, ada, chart.id) == chart


async def test_lists_and_searches_show_ones_own_only(postgres: Postgres) -> None:
    ada, berta = await added(postgres, "ada"), await added(postgres, "berta")
    await kept(postgres, ada, name="of Ada")
    await kept(postgres, berta, name="of Berta")
    assert await listed(postgres, ada) == ["of Ada"]
    assert await listed(postgres, ada, words=("of",)) == ["of Ada"]


async def test_no_more_charts_than_an_account_may_have(postgres: Postgres) -> None:
    ada = await added(postgres, "ada")
    await kept(postgres, ada)
    async with postgres.transaction() as connection:
        last = await charts.insert_chart(connection, ada, CONTENT, 2)
    with pytest.raises(Conflicting, match="at most 2 charts"):
        async with postgres.transaction() as connection:
            await charts.insert_chart(connection, ada, CONTENT, 2)
    assert len(await listed(postgres, ada)) == 2
    async with postgres.connection() as connection:
        await charts.delete_chart(connection, ada, last.id)
        assert await charts.count_charts(connection, ada) == 1
    async with postgres.transaction() as connection:
        await charts.insert_chart(connection, ada, CONTENT, 2)


async def test_charts_are_counted_however_they_come_and_go(postgres: Postgres) -> None:
    ada, berta = await added(postgres, "ada"), await added(postgres, "berta")
    async with postgres.connection() as connection:
        assert await charts.count_charts(connection, ada) == 0
        await connection.execute(
            "INSERT INTO charts (user_id, birth, config, julian_day, utc) "
            "SELECT u.id, '{}', '{}', 1, '' FROM users u, generate_series(1, 3)"
        )
        await connection.execute(
            "DELETE FROM charts WHERE id = (SELECT id FROM charts WHERE user_id = $1 LIMIT 1)",
            berta,
        )
        assert await charts.count_charts(connection, ada) == 3
        assert await charts.count_charts(connection, berta) == 2


async def test_an_account_takes_its_charts_along(postgres: Postgres) -> None:
    ada, berta = await added(postgres, "ada"), await added(postgres, "berta")
    await kept(postgres, ada, name="Ada")
    await kept(postgres, berta, name="Berta")
    async with postgres.connection() as connection:
        assert await erasure.delete_user(connection, ada)
        for table in ("charts", "chart_words", "chart_counts"):
            query = f"SELECT DISTINCT user_id FROM {table}"  # noqa: S608 - names above
            assert [row["user_id"] for row in await connection.fetch(query)] == [berta]


ORDERS = {
    ChartOrder.OLDEST: ["Émile", None, "zoë", "Anna"],
    ChartOrder.NAME: [None, "Anna", "Émile", "zoë"],
    ChartOrder.BIRTH: ["zoë", "Anna", None, "Émile"],
    ChartOrder.LONGEST_UNCHANGED: ["Émile", None, "Anna", "zoë"],
}
DAYS = {"Émile": 4.0, None: 3.0, "zoë": 1.0, "Anna": 2.0}


async def of_four(postgres: Postgres) -> UUID:
    """Somebody with four charts, of which the third was changed last."""
    ada = await added(postgres, "ada")
    made = [await kept(postgres, ada, name=name, julian_day=day) for name, day in DAYS.items()]
    async with postgres.transaction() as connection:
        content = replace(charts.content_of(made[2]), notes="changed")
        assert await charts.update_chart(connection, made[2], content)
    return ada


@pytest.mark.parametrize("order", ChartOrder)
async def test_every_order_both_ways(postgres: Postgres, order: ChartOrder) -> None:
    ada = await of_four(postgres)
    forwards = ORDERS[ChartOrder(order.key)]
    expected = forwards[::-1] if order.is_backwards else forwards
    assert await listed(postgres, ada, order=order) == expected
    assert await listed(postgres, ada, order=order, limit=2, skip=1) == expected[1:3]


@pytest.mark.parametrize("words", [(), ("same",)])
@pytest.mark.parametrize("order", ChartOrder)
async def test_pages_follow_each_other_without_gap_or_repetition(
    postgres: Postgres, order: ChartOrder, words: tuple[str, ...]
) -> None:
    ada = await added(postgres, "ada")
    async with postgres.transaction() as connection:  # one instant for all of them
        for number in range(7):
            content = replace(CONTENT, name=f"same {number % 2}", notes=str(number))
            await charts.insert_chart(connection, ada, content)
    seen: list[SavedChart] = []
    async with postgres.connection() as connection:
        for _ in range(4):
            after = charts.place_of(seen[-1], order) if seen else None
            page = Listing(order, 2, after, words)
            seen += await charts.list_charts(connection, ada, page)
        whole = await charts.list_charts(connection, ada, Listing(order, 100))
    assert seen == whole
    assert len({chart.id for chart in seen}) == 7


SEARCHED = (
    {"name": "Ödön von Horváth", "notes": "met in Zürich,\nin 1936"},
    {"name": "Anna Anker", "place": PARIS},
    {"name": "Saint-Exupéry", "notes": "Antoine; ANNALS of flight"},
    {"name": "東京太郎"},
)
FOUND = {
    "horv": [0],
    "odon": [0],
    "zurich 193": [0],
    "ann": [1, 2],
    "ANN ANK": [1],
    "ann an": [1, 2],
    "paris": [1],
    "ile-de-fr": [1],
    "st": [],
    "saint exu": [2],
    "nnals": [],
    "anna zurich": [],
    "東京": [3],
    "ann%": [1, 2],
    "an_n": [],
}


@pytest.mark.parametrize("few", [charts.FEW, 0])
@pytest.mark.parametrize("search", FOUND)
async def test_charts_are_found_by_the_beginnings_of_all_words(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, search: str, few: int
) -> None:
    """Whether the charts of a word are few, and sorted, or many, and looked through."""
    monkeypatch.setattr(charts, "FEW", few)
    ada = await added(postgres, "ada")
    for members in SEARCHED:
        await kept(postgres, ada, **members)
    words = tuple(chart_words.words_of(search))
    found = await listed(postgres, ada, words=words, order=ChartOrder.OLDEST)
    assert found == [SEARCHED[number]["name"] for number in FOUND[search]]


@pytest.mark.parametrize(("last", "is_read_in_order"), [("Common", True), ("Rare", False)])
async def test_a_word_of_every_third_chart_is_looked_for_among_all(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, last: str, *, is_read_in_order: bool
) -> None:
    monkeypatch.setattr(charts, "FEW", 9)
    monkeypatch.setattr(chart_words, "HAS_WORD", "{0}::text = {1}::text")  # none, if looked for
    ada = await added(postgres, "ada")
    for name in ("Common", "Common", *["Other"] * 4, last):
        await kept(postgres, ada, name=name)
    found = await listed(postgres, ada, words=("comm",))
    assert found == ([] if is_read_in_order else ["Common", "Common"])


async def test_ids_follow_the_time(postgres: Postgres) -> None:
    ada = await added(postgres, "ada")
    before = time.time()
    made = [await kept(postgres, ada) for _ in range(3)]
    for chart in made:
        assert (chart.id.variant, chart.id.version) == (RFC_4122, 7)
        assert before - 1 <= (chart.id.int >> 80) / 1000 <= time.time() + 1
    assert len({chart.id.int & (1 << 62) - 1 for chart in made}) == 3


def test_words_are_bounded_and_come_once() -> None:
    assert chart_words.words_of("a" * 100, "A b, b", None) == {"a" * 64, "a", "b"}


async def test_the_longest_texts_can_be_kept_and_found(postgres: Postgres) -> None:
    ada = await added(postgres, "ada")
    notes = " ".join(f"{number:x}" for number in range(900))
    widest = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200
    await kept(postgres, ada, name=widest, notes=notes)
    assert await listed(postgres, ada, words=("59",)) == [widest]
    assert await listed(postgres, ada, words=("383",)) == []  # only so many words are kept
    assert await listed(postgres, ada, order=ChartOrder.NAME) == [widest]
