"""Azimuths and great circles, where they can be told by hand."""

from __future__ import annotations

import numpy as np
import pytest

from app.astrology.local_space import azimuth_line, course, horizontal
from app.astrology.place import Place


@pytest.mark.parametrize(
    ("hour_angle", "declination", "latitude", "azimuth", "altitude"),
    [
        (-90.0, 0.0, 50.0, 90.0, 0.0),  # the equator rises in the east
        (90.0, 0.0, -50.0, 270.0, 0.0),  # and sets in the west
        (0.0, 0.0, 50.0, 180.0, 40.0),
        (0.0, 0.0, -50.0, 0.0, 40.0),
        (0.0, 60.0, 50.0, 0.0, 80.0),  # north of the zenith
        (180.0, 60.0, 50.0, 0.0, 20.0),  # under the pole
        (-45.0, 90.0, 37.0, 0.0, 37.0),  # the pole itself
    ],
)
def test_directions_known_by_hand(
    hour_angle: float, declination: float, latitude: float, azimuth: float, altitude: float
) -> None:
    found = horizontal(0.0, declination, hour_angle, latitude)
    assert (found.azimuth + 180.0) % 360.0 == pytest.approx((azimuth + 180.0) % 360.0, abs=1e-9)
    assert found.altitude == pytest.approx(altitude, abs=1e-9)


@pytest.mark.parametrize(
    ("end", "azimuth", "arc"),
    [
        (Place(10.0, 0.0), 0.0, 10.0),
        (Place(-10.0, 0.0), 180.0, 10.0),
        (Place(0.0, 30.0), 90.0, 30.0),
        (Place(0.0, -30.0), 270.0, 30.0),
        (Place(0.0, 0.0), 0.0, 0.0),
        (Place(90.0, 77.0), 0.0, 90.0),
        (Place(0.0, 180.0), 0.0, 180.0),
    ],
)
def test_courses_from_the_origin(end: Place, azimuth: float, arc: float) -> None:
    found = course(Place(0.0, 0.0), end)
    assert found.azimuth == pytest.approx(azimuth, abs=1e-9)
    assert found.arc == pytest.approx(arc, abs=1e-9)


@pytest.mark.parametrize("azimuth", [0.0, 33.0, 90.0, 150.6, 180.0, 270.0, 359.0])
@pytest.mark.parametrize("start", [Place(32.7, -117.15), Place(-33.9, 151.2), Place(0.0, 180.0)])
def test_every_point_of_a_line_lies_in_its_direction(start: Place, azimuth: float) -> None:
    parts = azimuth_line(start, azimuth, 170.0, 10.0)
    points = [point for part in parts for point in part]
    for longitude, latitude in points[1:]:
        found = course(start, Place(latitude, longitude))
        if 1.0 < found.arc < 170.5:
            off = (found.azimuth - azimuth + 180.0) % 360.0 - 180.0
            assert off == pytest.approx(0.0, abs=2e-5)  # six decimals of a degree, far away
    assert course(start, Place(points[-1][1], points[-1][0])).arc == pytest.approx(170.0, abs=1e-5)
    for part in parts:
        assert np.all(np.abs(np.diff([longitude for longitude, _ in part])) < 180.0)


def test_a_line_east_along_the_equator_is_cut_at_the_seam() -> None:
    assert azimuth_line(Place(0.0, 179.0), 90.0, 10.0, 5.0) == [
        [[179.0, 0.0], [180.0, 0.0]],
        [[-180.0, 0.0], [-176.0, 0.0], [-171.0, 0.0]],
    ]


@pytest.mark.parametrize("step", [20.0, 15.0])  # one step stands on the pole, one leads over it
def test_a_line_north_goes_over_the_pole(step: float) -> None:
    up, down = azimuth_line(Place(50.0, 30.0), 0.0, 60.0, step)
    assert up[0] == [30.0, 50.0]
    assert up[-1] == [30.0, 90.0]
    assert down[0] == [-150.0, 90.0]
    assert down[-1] == [-150.0, 70.0]


def test_a_line_from_the_pole_runs_down_a_meridian() -> None:
    assert azimuth_line(Place(90.0, 0.0), 90.0, 20.0, 10.0) == [
        [[90.0, 90.0], [90.0, 80.0], [90.0, 70.0]]
    ]


def test_a_line_along_the_seam_is_not_torn() -> None:
    (line,) = azimuth_line(Place(10.0, 180.0), 180.0, 40.0, 20.0)
    assert line == [[180.0, 10.0], [180.0, -10.0], [180.0, -30.0]]
