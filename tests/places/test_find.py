"""The one place that a city and a country mean, or what to say instead."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.places.find import distance_to, find


@pytest.mark.parametrize(
    ("city", "country", "region", "found"),
    [
        ("Paris", "France", None, ("Paris", "Île-de-France", "Europe/Paris")),
        ("paris", "fr", None, ("Paris", "Île-de-France", "Europe/Paris")),
        ("PARIS", "FRA", "", ("Paris", "Île-de-France", "Europe/Paris")),
        ("Paris, France", "France", None, ("Paris", "Île-de-France", "Europe/Paris")),
        ("Springfield", "US", "Illinois", ("Springfield", "Illinois", "America/Chicago")),
        ("Springfield", "U.S.A.", "IL", ("Springfield", "Illinois", "America/Chicago")),
        ("Springfield, Mass", "US", None, ("Springfield", "Massachusetts", "America/New_York")),
        ("Toronto", "Canada", "ON", ("Toronto", "Ontario", "America/Toronto")),
        ("München", "Deutschland", None, ("Munich", "Bavaria", "Europe/Berlin")),
        ("Москва", "Россия", None, ("Moscow", "Moscow", "Europe/Moscow")),
        ("New York", "United States", None, ("New York City", "New York", "America/New_York")),
        ("London", "UK", None, ("London", "England", "Europe/London")),
        ("Frankfurt", "DE", None, ("Frankfurt am Main", "Hesse", "Europe/Berlin")),
        ("Singapore", "Singapore", None, ("Singapore", "", "Asia/Singapore")),
    ],
)
def test_city_and_country_mean_one_place(
    city: str, country: str, region: str | None, found: tuple[str, str, str]
) -> None:
    place = find(city, country, region)
    assert (place.name, place.region, place.timezone) == found


@pytest.mark.parametrize(
    ("city", "country", "region", "field", "advice"),
    [
        ("Springfield", "US", None, "region", "has Springfield in Missouri, Massachusetts, Ill"),
        ("Newcastle", "GB", None, "city", r"one of Newcastle upon Tyne \(England\), Newcastle"),
        ("Halle", "DE", None, "city", r"one of Halle \(Saale\) \(Saxony-Anhalt\), Halle"),
        ("Nawābganj", "IN", "Uttar Pradesh", "latitude", "several Nawābganj, at 26.93/81.20, "),
        ("Springfield", "US", "Ilinois", "region", r"did you mean Illinois\?"),
        ("Berlinn", "Germany", None, "city", r"a city of Germany \(did you mean Berlin\?\); or gi"),
        ("Qqqqqqqq", "Germany", None, "city", "a city of Germany; or give latitude, longitude"),
        ("Berlin", "Germany", "Bavaria", "city", "a city of Bavaria, Germany"),
        ("Paris", "Frnace", None, "country", r"did you mean France\?"),
        ("Paris", "", None, "country", "by its English name or ISO code"),
        ("", "France", None, "city", "given, such as Paris"),
        ("Paris", "Singapore", "East", "region", "a region of Singapore"),
        ("x" * 200, "FR", None, "city", "at most 100 characters"),
        ("a,b,c,d,e", "FR", None, "city", "at most 4 parts"),
    ],
)
def test_what_means_no_one_place_is_refused_with_advice(
    city: str, country: str, region: str | None, field: str, advice: str
) -> None:
    with pytest.raises(InvalidInput, match=advice) as refused:
        find(city, country, region)
    assert [problem.field for problem in refused.value.problems] == [field]


@given(st.text(max_size=20), st.text(max_size=10) | st.just("US"), st.none() | st.text(max_size=9))
def test_any_text_is_found_or_refused(city: str, country: str, region: str | None) -> None:
    with suppress(InvalidInput):
        assert find(city, country, region).timezone


@pytest.mark.parametrize(
    ("name", "point", "kilometres"),
    [
        (("Paris", "FR", None), (48.85341, 2.3488), 0.0),
        (("Paris", "FR", None), (51.50853, -0.12574), 344.0),
        (("paris", None, None), (33.66, -95.55), 0.0),
        (("Springfield", "US", "IL"), (42.1, -72.59), 1450.0),
        (("Suva", "FJ", None), (-18.14, -178.44), 330.0),
    ],
)
def test_the_nearest_city_of_a_name_is_so_far(
    name: tuple[str, str | None, str | None], point: tuple[float, float], kilometres: float
) -> None:
    away = distance_to(*name, *point)
    assert away == pytest.approx(kilometres, rel=0.03, abs=3.0)


@pytest.mark.parametrize(
    "name", [("No such city", "FR", None), ("Paris", "Nowhere", None), ("", None, None)]
)
def test_what_is_no_city_is_nowhere(name: tuple[str, str | None, str | None]) -> None:
    assert distance_to(*name, 10.0, 10.0) is None
