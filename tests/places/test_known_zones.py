"""The right zone for a hundred cities, by name and by coordinates, and their clocks in the war.

Wartime offsets are those of the IANA time zone database, releases of the `tzdata` package and, for
zones that the package has merged with others, of its file `backzone`.
"""

from __future__ import annotations

import pytest

from app.astrology.moment import moment_of
from app.places.search import search
from app.places.zones import zone_at, zones_at
from tests.places.known import CITIES, VILLAGES, Known


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city.query)
def test_city_has_its_known_zone(city: Known) -> None:
    assert search(city.query)[0].timezone == city.zone


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city.query)
def test_first_city_found_is_the_one_meant(city: Known) -> None:
    place = search(city.query)[0]
    assert abs(place.latitude - city.latitude) < 0.15
    assert abs(place.longitude - city.longitude) < 0.15


@pytest.mark.parametrize("city", [*CITIES, *VILLAGES], ids=lambda city: city.query)
def test_coordinates_have_their_known_zone(city: Known) -> None:
    assert zone_at(city.latitude, city.longitude) == city.zone


def test_table_has_a_hundred_cities() -> None:
    assert len({city.query for city in CITIES}) >= 100


def test_beijing_time_is_told_beside_that_of_xinjiang() -> None:
    assert zones_at(43.825, 87.617) == ("Asia/Shanghai", "Asia/Urumqi")


PACKAGE = (
    ("Paris, FR", "1939-08-15", "+01:00"),  # summer time of France, Rule France 1939
    ("Paris, FR", "1940-01-15", "+00:00"),
    ("Paris, FR", "1941-01-15", "+02:00"),  # German summer time went through two winters
    ("Paris, FR", "1943-01-15", "+01:00"),  # Rule C-Eur 1942-11-02
    ("Paris, FR", "1943-07-15", "+02:00"),
    ("Paris, FR", "1944-09-20", "+02:00"),  # liberated: WEMT
    ("London, UK", "1940-01-15", "+00:00"),
    ("London, UK", "1941-01-15", "+01:00"),
    ("London, UK", "1941-07-15", "+02:00"),  # double summer time, Rule GB-Eire
    ("London, UK", "1944-01-15", "+01:00"),
    ("London, UK", "1944-07-15", "+02:00"),
    ("Berlin, DE", "1940-01-15", "+01:00"),
    ("Berlin, DE", "1941-01-15", "+02:00"),
    ("Berlin, DE", "1945-06-15", "+03:00"),  # Rule SovietZone
    ("Berlin, DE", "1945-12-15", "+01:00"),
    ("Brussels", "1940-01-15", "+00:00"),
    ("Brussels", "1942-01-15", "+02:00"),
    ("Rome, Italy", "1944-07-15", "+02:00"),
    ("Madrid, Spain", "1943-07-15", "+02:00"),
    ("Lisbon", "1943-07-15", "+02:00"),  # WEMT, Rule Port
    ("Vienna, Austria", "1942-01-15", "+02:00"),
    ("Zurich", "1941-07-15", "+02:00"),
    ("Zurich", "1943-07-15", "+01:00"),  # no summer time but in 1941 and 1942
    ("Prague", "1942-01-15", "+02:00"),
    ("Warsaw", "1942-01-15", "+02:00"),
    ("Warsaw", "1939-07-15", "+01:00"),
    ("Budapest", "1942-01-15", "+02:00"),
    ("Athens, Greece", "1942-01-15", "+02:00"),
    ("Helsinki", "1942-07-15", "+03:00"),  # Rule Finland 1942
    ("Kyiv", "1942-07-15", "+02:00"),  # C-Eur from 1941-09-20
    ("Kyiv", "1941-01-15", "+03:00"),
    ("Riga", "1942-07-15", "+02:00"),
    ("Vilnius", "1942-07-15", "+02:00"),
    ("Tallinn", "1943-07-15", "+02:00"),
    ("Minsk", "1943-07-15", "+02:00"),
    ("Kaliningrad", "1943-07-15", "+02:00"),
    ("Sevastopol", "1942-07-15", "+02:00"),
    ("Moscow, Russia", "1942-07-15", "+03:00"),
    ("Leningrad", "1942-07-15", "+03:00"),
    ("Istanbul", "1943-01-15", "+03:00"),
    ("Jerusalem", "1943-07-15", "+03:00"),
    ("Dublin, Ireland", "1943-01-15", "+01:00"),
    ("New York", "1943-01-15", "-04:00"),  # war time, EWT
    ("New York", "1945-09-01", "-04:00"),  # peace time, EPT
    ("Chicago", "1944-01-15", "-05:00"),
    ("Los Angeles", "1943-01-15", "-07:00"),
    ("Phoenix, Arizona", "1943-01-15", "-06:00"),
    ("Phoenix, Arizona", "1944-02-15", "-07:00"),  # Arizona gave up war time
    ("Honolulu", "1943-01-15", "-09:30"),
    ("Toronto", "1943-01-15", "-04:00"),
    ("Vancouver, BC", "1943-01-15", "-07:00"),
    ("Tokyo", "1944-07-15", "+09:00"),
    ("Shanghai", "1943-01-15", "+09:00"),
    ("Singapore", "1943-01-15", "+09:00"),  # Tokyo's clock in occupied Asia
    ("Manila", "1943-01-15", "+09:00"),
    ("Hong Kong", "1943-01-15", "+09:00"),
    ("Jakarta", "1943-01-15", "+09:00"),
    ("Kolkata", "1943-01-15", "+06:30"),
    ("Sydney", "1943-01-15", "+11:00"),
    ("Auckland", "1943-01-15", "+12:00"),
    ("Johannesburg", "1943-01-15", "+03:00"),
)
"""By the `tzdata` package itself; standard time and rule names are the database's."""

BACKZONE = (
    ("Amsterdam", "1936-01-15", "+00:19:32"),
    ("Amsterdam", "1938-01-15", "+00:20"),
    ("Amsterdam", "1938-07-15", "+01:20"),
    ("Amsterdam", "1942-01-15", "+02:00"),
    ("Oslo", "1943-07-15", "+02:00"),
    ("Oslo", "1940-01-15", "+01:00"),
    ("Copenhagen", "1942-01-15", "+02:00"),
    ("Stockholm", "1943-07-15", "+01:00"),  # the package gives it the clocks of Berlin
    ("Luxembourg", "1942-01-15", "+02:00"),
    ("Reykjavik", "1943-07-15", "+00:00"),
    ("Saint Helier", "1943-01-15", "+01:00"),  # Jersey kept German time
)
"""By the table of zones that the package has merged, from `backzone`."""


@pytest.mark.parametrize(("city", "day", "offset"), [*PACKAGE, *BACKZONE])
def test_birth_in_the_war_has_the_clock_of_its_city(city: str, day: str, offset: str) -> None:
    place = search(city)[0]
    moment = moment_of(day, "12:00", zone=place.timezone, longitude=place.longitude)
    assert moment.local_offset.text == offset
