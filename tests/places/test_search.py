"""Cities by the beginning of any of their names."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.places.search import LONGEST_QUERY, MOST_PLACES, search, similar
from app.places.table import Place

ANY_TEXT = st.text(max_size=LONGEST_QUERY + 5)


def names(query: str) -> list[str]:
    return [place.name for place in search(query)]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Zurich", "Zürich"),
        ("Zürich", "Zürich"),
        ("ZUERICH", "Zürich"),
        ("münchen", "Munich"),
        ("Kobenhavn", "Copenhagen"),
        ("København", "Copenhagen"),
        ("lodz", "Łódź"),
        ("Łódź", "Łódź"),
        ("reykjavik", "Reykjavík"),
        ("Sao Paulo", "São Paulo"),
        ("xian", "Xi’an"),  # noqa: RUF001 - GeoNames writes it so
        ("Xi'an", "Xi’an"),  # noqa: RUF001
        ("москва", "Moscow"),
        ("Санкт-Петербург", "Saint Petersburg"),
        ("Αθήνα", "Athens"),
        ("Αθηνα", "Athens"),
        ("القاهرة", "Cairo"),
        ("תל אביב", "Tel Aviv"),
        ("東京", "Tokyo"),
        ("दिल्ली", "Delhi"),
        ("서울", "Seoul"),
        ("Leningrad", "Saint Petersburg"),
        ("Bombay", "Mumbai"),
        ("Danzig", "Gdańsk"),
    ],
)
def test_any_name_finds_the_city(query: str, name: str) -> None:
    assert names(query)[0] == name


@pytest.mark.parametrize(
    ("query", "name", "region", "country"),
    [
        ("Paris, FR", "Paris", "Île-de-France", "FR"),
        ("Paris, France", "Paris", "Île-de-France", "FR"),
        ("paris,fra", "Paris", "Île-de-France", "FR"),
        ("Paris, Texas", "Paris", "Texas", "US"),
        ("Paris, TX, USA", "Paris", "Texas", "US"),
        ("Paris, CA", "Paris", "Ontario", "CA"),
        ("Springfield, Illinois, US", "Springfield", "Illinois", "US"),
        ("Springfield, IL", "Springfield", "Illinois", "US"),
        ("Springfield, Sangamon County, IL, US", None, None, None),
        ("Washington, D.C.", "Washington", "District of Columbia", "US"),
        ("Toronto, ON", "Toronto", "Ontario", "CA"),
        ("Perth, Western Aus", "Perth", "Western Australia", "AU"),
        ("München, Deutschland", "Munich", "Bavaria", "DE"),
    ],
)
def test_parts_behind_commas_narrow_the_search(
    query: str, name: str | None, region: str | None, country: str | None
) -> None:
    first = next(iter(search(query)), None)
    found = (first.name, first.region, first.country_code) if first else (None, None, None)
    assert found == (name, region, country)


def test_several_words_may_be_begun() -> None:
    assert names("new yo")[0] == "New York City"


def test_saint_may_be_shortened() -> None:
    assert names("st. lou")[0] == names("saint lou")[0] == "St. Louis"


def test_exact_name_goes_before_a_larger_city_that_begins_so() -> None:
    found = names("lon")
    assert found.index("London") < found.index("Londrina")


def test_equally_exact_cities_are_ordered_by_population() -> None:
    found = search("springfield", country="US")
    populations = [place.population for place in found if place.name == "Springfield"]
    assert populations == sorted(populations, reverse=True)
    assert len(populations) > 5


def test_own_name_outweighs_another_citys_other_name() -> None:
    assert search("Broken Hill")[0].country_code == "AU"
    assert search("Cologne")[0].country_code == "DE"


def test_country_narrows_the_search() -> None:
    assert {place.country_code for place in search("san", country="Italy")} == {"IT"}


def test_no_city_comes_twice() -> None:
    found = [place.geonames_id for place in search("s", limit=MOST_PLACES)]
    assert len(set(found)) == len(found) == MOST_PLACES


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (10, 10), (0, 1), (10**9, MOST_PLACES)])
def test_answers_are_bounded(limit: int, count: int) -> None:
    assert len(search("a", limit=limit)) == count


def test_place_tells_all_that_a_chart_needs() -> None:
    assert search("Paris, FR")[0] == Place(
        name="Paris",
        country="France",
        country_code="FR",
        region="Île-de-France",
        latitude=48.85341,
        longitude=2.3488,
        timezone="Europe/Paris",
        population=2138551,
        geonames_id=2988507,
    )


@pytest.mark.parametrize("query", ["", "   ", "-", "'", ", France", "\ud800", "\x00"])
def test_empty_query_is_refused_with_an_example(query: str) -> None:
    with pytest.raises(InvalidInput, match=r"query must be the beginning of a city's name, such"):
        search(query)


def test_overlong_query_is_refused() -> None:
    with pytest.raises(InvalidInput, match="query must be at most 100 characters"):
        search("a" * (LONGEST_QUERY + 1))


def test_query_of_too_many_parts_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 4 parts between commas"):
        search("a,b,c,d,e")


def test_unknown_country_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidInput, match=r"did you mean France\?"):
        search("Paris", country="Frnace")


def test_unknown_city_finds_nothing() -> None:
    assert search("qqqqqq") == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Berlni", "Berlin"),
        ("Amstrdam", "Amsterdam"),
        ("Manchster", "Manchester"),
        ("Москав", "Moscow"),
        ("Reykjavick", "Reykjavík"),
        ("Weil am Rhien", "Weil am Rhein"),
    ],
)
def test_misspelt_city_has_a_suggestion(query: str, name: str) -> None:
    assert search(query) == []
    assert similar(query)[0] == name


def test_suggestions_stay_in_the_country() -> None:
    assert similar("Berlinn", country="DE") == ["Berlin"]


def test_nothing_is_suggested_for_what_is_like_nothing() -> None:
    assert similar("qqqqqqqq") == []
    assert similar("q" * LONGEST_QUERY) == []


@given(query=ANY_TEXT, limit=st.integers())
def test_search_answers_or_refuses_any_text(query: str, limit: int) -> None:
    with suppress(InvalidInput):
        assert len(search(query, limit=limit)) <= MOST_PLACES


@given(query=ANY_TEXT)
def test_suggestions_answer_or_refuse_any_text(query: str) -> None:
    with suppress(InvalidInput):
        assert len(similar(query)) <= 3
