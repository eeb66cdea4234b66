"""Lines on a map: where they are cut, and points on a sphere."""

from __future__ import annotations

import numpy as np
import pytest

from app.astrology.map_lines import (
    arc_between,
    cut_at_seam,
    east_of,
    latitudes_of,
    longitudes_of,
    unit_vectors,
)


def test_a_line_that_stays_on_its_side_is_one() -> None:
    line = cut_at_seam(np.array([10.0, 20.0, 30.0]), np.array([1.0, 2.0, 3.0]))
    assert line == [[[10.0, 1.0], [20.0, 2.0], [30.0, 3.0]]]


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_line_over_the_seam_ends_and_starts_there(side: float) -> None:
    found = cut_at_seam(side * np.array([176.0, -178.0, -170.0]), np.array([0.0, 6.0, 8.0]))
    assert found == [
        [[side * 176.0, 0.0], [side * 180.0, 4.0]],
        [[side * -180.0, 4.0], [side * -178.0, 6.0], [side * -170.0, 8.0]],
    ]


def test_a_point_on_the_seam_belongs_to_both_sides_without_being_doubled() -> None:
    found = cut_at_seam(np.array([170.0, 180.0, -170.0]), np.array([0.0, 5.0, 10.0]))
    assert found == [
        [[170.0, 0.0], [180.0, 5.0]],
        [[-180.0, 5.0], [-170.0, 10.0]],
    ]
    other = cut_at_seam(np.array([-170.0, 180.0, 170.0]), np.array([0.0, 5.0, 10.0]))
    assert other == [
        [[-170.0, 0.0], [-180.0, 5.0]],
        [[180.0, 5.0], [170.0, 10.0]],
    ]


def test_a_meridian_at_the_seam_is_one_line() -> None:
    assert cut_at_seam(np.full(2, -180.0), np.array([-80.0, 80.0])) == [
        [[-180.0, -80.0], [-180.0, 80.0]]
    ]


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_a_step_over_a_pole_touches_it_on_both_meridians(pole: float) -> None:
    found = cut_at_seam(np.array([30.0, -150.0]), np.array([pole * 0.9, pole * 0.8]))
    assert found == [
        [[30.0, pole * 0.9], [30.0, pole]],
        [[-150.0, pole], [-150.0, pole * 0.8]],
    ]


def test_coordinates_have_six_decimals_and_no_negative_zero() -> None:
    (line,) = cut_at_seam(np.array([-1e-9, 0.1234567]), np.array([-1e-9, 1.0]))
    assert str(line) == "[[0.0, 0.0], [0.123457, 1.0]]"


def test_a_line_of_one_point_is_none() -> None:
    assert cut_at_seam(np.array([5.0, 5.0]), np.array([1.0, 1.0])) == []


def test_meridians_lie_between_minus_180_and_180() -> None:
    assert east_of(np.array([-180.0, 180.0, 190.0, 359.0, -540.0])).tolist() == [
        *(-180.0, -180.0, -170.0, -1.0, -180.0)
    ]


def test_directions_keep_their_longitude_and_latitude() -> None:
    longitudes, latitudes = np.array([-120.0, 0.0, 77.5]), np.array([-45.0, 0.0, 89.999])
    vectors = unit_vectors(longitudes, latitudes)
    np.testing.assert_allclose(longitudes_of(vectors), longitudes, atol=1e-9)
    np.testing.assert_allclose(latitudes_of(vectors), latitudes, atol=1e-12)


@pytest.mark.parametrize("arc", [1e-9, 0.5, 90.0, 180.0 - 1e-9])
def test_the_smallest_and_largest_arcs_are_exact(arc: float) -> None:
    a, b = unit_vectors(np.array(0.0), np.array(0.0)), unit_vectors(np.array(arc), np.array(0.0))
    assert float(arc_between(a, b)) == pytest.approx(arc, abs=1e-12)
