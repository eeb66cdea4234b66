"""The zone of a point, on land, at sea and off the map."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.zones import _zone_names, find_zone
from app.errors import InvalidInput
from app.places.search import MOST_PLACES, search
from app.places.table import table
from app.places.zones import borders_version, zone_at, zones_at


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_has_a_zone_or_is_at_sea(latitude: float, longitude: float) -> None:
    with suppress(InvalidInput):
        assert find_zone(zone_at(latitude, longitude)).name


@pytest.mark.parametrize(
    ("latitude", "longitude", "offset"),
    [
        (10.0, -30.0, "-02:00"),
        (30.0, 150.0, r"\+10:00"),
        (-30.0, -175.0, "-12:00"),
        (90.0, 0.0, r"\+00:00"),
        (0.0, 180.0, r"\+12:00"),
    ],
)
def test_sea_is_refused_with_the_nautical_zone(
    latitude: float, longitude: float, offset: str
) -> None:
    with pytest.raises(InvalidInput, match=f"is at sea .* the nautical zone, {offset}"):
        zone_at(latitude, longitude)


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [
        (90.1, 0.0, "latitude"),
        (-91.0, 0.0, "latitude"),
        (math.nan, 0.0, "latitude"),
        (0.0, 180.1, "longitude"),
        (0.0, math.nan, "longitude"),
        (0.0, -math.inf, "longitude"),
    ],
)
def test_point_off_the_map_is_refused(latitude: float, longitude: float, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        zones_at(latitude, longitude)
    assert refused.value.problems[0].field == field


def test_zone_of_a_city_is_that_of_its_coordinates() -> None:
    cities = table()
    places = [cities.place(at) for at in range(0, len(cities), 7)]
    astray = [
        place for place in places if place.timezone not in zones_at(place.latitude, place.longitude)
    ]
    assert len(astray) < len(places) / 1000  # on borders and shores, by a hundred metres


def test_every_zone_of_a_city_is_known_to_the_clocks() -> None:
    cities = table()
    zones = {cities.place(at).timezone for at in range(len(cities))}
    assert zones <= set(_zone_names().values())
    assert len(zones) > 380


def test_borders_have_a_release() -> None:
    assert borders_version() >= "2026"


def test_villages_are_there_for_zones_that_have_few_towns() -> None:
    assert {place.timezone for place in search("tell city", limit=MOST_PLACES)} == {
        "America/Indiana/Tell_City"
    }
