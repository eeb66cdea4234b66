"""The speculum, where it can be worked out by hand."""

from __future__ import annotations

from math import degrees, radians, sin, tan

import numpy as np
import pytest

from app.astrology.bodies import Body
from app.astrology.sky import Position
from app.astrology.speculum import SpeculumRow, equatorial, speculum

TILT = 23.5


def row(longitude: float, armc: float, latitude: float, above: float = 0.0) -> SpeculumRow:
    (found,) = speculum([Position(Body.SUN, longitude, above)], armc, TILT, latitude)
    return found


def test_the_solstices_and_equinoxes_keep_their_degrees() -> None:
    places = equatorial(np.array([0.0, 90.0, 180.0, 270.0]), np.zeros(4), TILT)
    assert places.right_ascension % 360.0 == pytest.approx([0.0, 90.0, 180.0, 270.0])
    assert places.declination == pytest.approx([0.0, 23.5, 0.0, -23.5])


def test_the_pole_of_the_ecliptic_is_the_tilt_away_from_that_of_the_equator() -> None:
    places = equatorial(np.array([10.0]), np.array([90.0]), TILT)
    assert places.declination == pytest.approx([66.5])
    assert places.right_ascension == pytest.approx([270.0])


def test_summer_days_are_longer_by_twice_the_ascensional_difference() -> None:
    found = row(90.0, 90.0, 45.0)
    difference = found.ascensional_difference
    assert difference is not None
    assert sin(radians(difference)) == pytest.approx(tan(radians(23.5)))
    assert found.diurnal_semi_arc == pytest.approx(90.0 + difference)
    assert found.nocturnal_semi_arc == pytest.approx(90.0 - difference)
    southern = row(90.0, 90.0, -45.0)
    assert southern.ascensional_difference == pytest.approx(-difference)


@pytest.mark.parametrize(
    ("armc", "distance", "horizon"),
    [
        (0.0, 0.0, "above"),
        (330.0, 30.0, "above"),
        (30.0, -30.0, "above"),
        (200.0, 20.0, "below"),  # it has passed the lower meridian and comes to rise
        (160.0, -20.0, "below"),
    ],
)
def test_meridian_distances_are_east_positive_from_the_nearer_meridian(
    armc: float, distance: float, horizon: str
) -> None:
    found = row(0.0, armc, 50.0)
    assert found.meridian_distance == pytest.approx(distance)
    assert found.above_horizon is (horizon == "above")
    assert found.proportion == pytest.approx(abs(distance) / 90.0)


def test_a_point_that_never_rises_has_no_semi_arcs() -> None:
    winter, summer = row(270.0, 270.0, 70.0), row(90.0, 270.0, 70.0)
    assert (winter.above_horizon, summer.above_horizon) == (False, True)
    for found in (winter, summer):
        assert found.ascensional_difference is None
        assert found.diurnal_semi_arc is found.nocturnal_semi_arc is found.proportion is None
    assert winter.meridian_distance == pytest.approx(180.0)
    assert summer.meridian_distance == pytest.approx(-180.0)


def test_latitude_counts() -> None:
    flat, high = row(90.0, 90.0, 45.0), row(90.0, 90.0, 45.0, above=5.0)
    assert high.declination == pytest.approx(28.5)
    assert high.point is Body.SUN
    assert degrees(radians(flat.declination)) == pytest.approx(23.5)
