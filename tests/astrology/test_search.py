"""Roots of functions of time, and where to look for them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.angles import signed_arc
from app.astrology.search import CLOSE_ENOUGH, brackets, folded, root


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(0.0, 0.0), (180.0, -180.0), (-180.0, -180.0), (181.0, -179.0), (359.0, -1.0), (725.0, 5.0)],
)
def test_an_angle_is_folded_around_zero(degrees: float, expected: float) -> None:
    assert folded(np.array([degrees])).tolist() == [expected]


def test_a_bracket_is_where_an_angle_passes_zero_and_not_where_it_jumps() -> None:
    assert brackets(np.array([-3.0, -1.0, 1.0, 3.0])) == [1]
    assert brackets(np.array([3.0, 1.0, -1.0, 1.0])) == [1, 2]
    assert brackets(np.array([170.0, 179.0, -172.0])) == []
    assert brackets(np.array([1.0, 2.0])) == []
    assert brackets(np.array([])) == []


def test_an_exact_zero_is_counted_once() -> None:
    assert brackets(np.array([-1.0, 0.0, 1.0])) == [1]
    assert brackets(np.array([0.0, 1.0, 2.0])) == [0]


@given(st.floats(0.01, 15.0), st.floats(0.0, 1.0), st.floats(-1.5, 1.5))
def test_a_root_of_an_even_motion_is_where_it_arrives(
    speed: float, part: float, curve: float
) -> None:
    """Bent besides, as a planet near its station is; found to the arc that counts as found."""
    at = 2451545.0 + part

    def off(moment: float) -> float:
        days = moment - at
        return speed * days + curve * speed * days**3

    if off(2451545.0) * off(2451546.0) < 0.0:
        found = root(off, 2451545.0, 2451546.0)
        # A Julian day of our time has a unit of 4.7e-10, so an arc of that at the speed.
        assert abs(off(found)) < CLOSE_ENOUGH + speed * 1e-8 * (1.0 + 3.0 * abs(curve))


def test_a_root_at_the_start_is_the_start() -> None:
    assert root(lambda moment: moment - 3.0, 3.0, 4.0) == 3.0


def test_a_root_across_zero_aries_is_found() -> None:
    def off(moment: float) -> float:
        return signed_arc(0.0, (359.5 + moment) % 360.0)

    assert root(off, 0.0, 1.0) == pytest.approx(0.5, abs=1e-8)


def test_a_steep_root_is_found_among_few_steps() -> None:
    assert root(lambda moment: math.atan(1e4 * (moment - 0.123)), 0.0, 1.0) == pytest.approx(
        0.123, abs=1e-8
    )
