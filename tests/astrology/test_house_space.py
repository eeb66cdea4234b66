"""Places between horizon and meridian, by every method of directing."""

from __future__ import annotations

import numpy as np
import pytest

from app.astrology.house_space import (
    DirectionMethod,
    ascensional_difference,
    crosses_horizon,
    hours_at,
    place_at,
    place_of,
)
from app.astrology.sky import FloatArray

HOURS = np.array([-179.0, -135.0, -90.0, -40.0, -1.0, 1.0, 40.0, 90.0, 135.0, 179.0])
CLOSE = 1e-9
"""Degrees: rounding of some trigonometry."""

each_method = pytest.mark.parametrize("method", list(DirectionMethod))
by_degrees = pytest.mark.parametrize(
    "method", [m for m in DirectionMethod if m is not DirectionMethod.PLACIDUS_UNDER_THE_POLE]
)


def declined(degrees: float) -> FloatArray:
    return np.full_like(HOURS, degrees)


@each_method
@pytest.mark.parametrize("declination", [-25.0, -3.0, 0.0, 12.5, 28.0])
@pytest.mark.parametrize("latitude", [-55.0, -1.0, 0.0, 33.0, 60.0])
def test_a_point_stands_where_it_stands(
    method: DirectionMethod, declination: float, latitude: float
) -> None:
    place = place_of(method, HOURS, declined(declination), latitude)
    back = hours_at(method, place, declined(declination), latitude)
    assert back == pytest.approx(HOURS, abs=CLOSE)


@each_method
def test_on_the_equator_of_the_earth_all_places_are_hours(method: DirectionMethod) -> None:
    place = place_of(method, HOURS, declined(23.0), 0.0)
    if method is DirectionMethod.CAMPANUS:  # the prime vertical is seen under another angle
        assert place.equator == pytest.approx(HOURS, abs=CLOSE)
    else:
        assert place.degrees == pytest.approx(HOURS, abs=CLOSE)


@by_degrees
@pytest.mark.parametrize("latitude", [-40.0, 52.0])
def test_the_angles_are_a_quarter_of_house_space_apart(
    method: DirectionMethod, latitude: float
) -> None:
    declination = np.array([20.0])
    rising = 90.0 + ascensional_difference(declination, np.tan(np.radians(latitude)))
    for hours, degrees in ((rising, 90.0), (-rising, -90.0), (np.zeros(1), 0.0)):
        place = place_of(method, hours, declination, latitude)
        assert place.degrees == pytest.approx(degrees, abs=1e-6)


@each_method
@pytest.mark.parametrize("degrees", [0.0, 90.0, -90.0, 180.0])
def test_points_come_to_the_angles_by_meridian_and_horizon(
    method: DirectionMethod, degrees: float
) -> None:
    latitude, declination = 45.0, np.array([10.0])
    difference = ascensional_difference(declination, 1.0)[0]
    expected = {0.0: 0.0, 90.0: 90.0 + difference, -90.0: -90.0 - difference, 180.0: -180.0}
    found = hours_at(method, place_at(method, degrees, latitude), declination, latitude)
    assert found % 360.0 == pytest.approx(expected[degrees] % 360.0, abs=CLOSE)


@by_degrees
def test_house_space_is_symmetric_about_the_meridian(method: DirectionMethod) -> None:
    east = place_of(method, np.abs(HOURS), declined(15.0), 50.0)
    west = place_of(method, -np.abs(HOURS), declined(15.0), 50.0)
    assert west.degrees == pytest.approx(-east.degrees, abs=CLOSE)


def test_a_third_of_the_semi_arc_is_thirty_degrees() -> None:
    latitude, declination = 40.0, np.array([20.0])
    semi_arc = 90.0 + ascensional_difference(declination, np.tan(np.radians(latitude)))
    method = DirectionMethod.PLACIDUS_SEMI_ARC
    assert place_of(method, semi_arc / 3.0, declination, latitude).degrees == pytest.approx(30.0)
    below = 180.0 - (180.0 - semi_arc) / 3.0
    assert place_of(method, below, declination, latitude).degrees == pytest.approx(150.0)


def test_a_pole_on_the_equator_is_the_limit_of_its_neighbours() -> None:
    method, hours = DirectionMethod.PLACIDUS_UNDER_THE_POLE, np.array([30.0, 30.0])
    place = place_of(method, hours, np.array([0.0, 1e-6]), 50.0)
    assert place.pole[0] == pytest.approx(np.tan(np.radians(50.0)) / 3.0)
    assert place.pole[0] == pytest.approx(place.pole[1], abs=1e-7)


def test_the_great_circle_of_regiomontanus_is_that_of_campanus() -> None:
    regio, campanus = (
        place_of(method, HOURS, declined(-17.0), 41.0)
        for method in (DirectionMethod.REGIOMONTANUS, DirectionMethod.CAMPANUS)
    )
    assert campanus.equator == pytest.approx(regio.equator, abs=CLOSE)
    assert campanus.pole == pytest.approx(regio.pole, abs=CLOSE)
    assert campanus.degrees != pytest.approx(regio.degrees, abs=1.0)


def test_what_never_rises_is_told_and_counts_as_a_quarter_circle() -> None:
    declinations = np.array([-30.0, -19.0, 0.0, 19.0, 30.0])
    crossing = crosses_horizon(declinations, 70.0)
    assert crossing.tolist() == [False, True, True, True, False]
    difference = ascensional_difference(declinations, np.tan(np.radians(70.0)))
    assert (difference[0], difference[4]) == (-90.0, 90.0)


@each_method
@pytest.mark.parametrize("latitude", [-90.0, 89.9, 90.0])
def test_at_the_poles_of_the_earth_nothing_is_lost(
    method: DirectionMethod, latitude: float
) -> None:
    place = place_of(method, HOURS, declined(20.0), latitude)
    assert np.isfinite(np.stack(place)).all()
    assert np.isfinite(hours_at(method, place, declined(20.0), latitude)).all()
