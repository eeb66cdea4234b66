"""Parallels, contraparallels, and bodies out of bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.bodies import Body
from app.astrology.declination import (
    Declined,
    ParallelKind,
    out_of_bounds,
    parallel_between,
    parallels_among,
)

declinations = st.floats(-30.0, 30.0)
speeds = st.floats(-6.0, 6.0)


def at(declination: float, speed: float = 0.0, body: Body = Body.SUN) -> Declined:
    return Declined(body, 0.0, declination, speed)


@pytest.mark.parametrize(
    ("first", "second", "kind", "orb"),
    [
        (20.0, 20.5, ParallelKind.PARALLEL, 0.5),
        (-20.0, -20.5, ParallelKind.PARALLEL, 0.5),
        (20.0, -20.5, ParallelKind.CONTRAPARALLEL, 0.5),
        (-20.5, 20.0, ParallelKind.CONTRAPARALLEL, 0.5),
        (0.0, 0.5, ParallelKind.PARALLEL, 0.5),
        (0.25, -0.25, ParallelKind.CONTRAPARALLEL, 0.0),
    ],
)
def test_the_same_side_makes_a_parallel_and_the_other_a_contraparallel(
    first: float, second: float, kind: ParallelKind, orb: float
) -> None:
    found = parallel_between(at(first), at(second), 1.0)
    assert found is not None
    assert (found.kind, found.orb) == (kind, orb)


def test_an_orb_of_declination_is_allowed_up_to_its_end() -> None:
    assert parallel_between(at(20.0), at(21.0), 1.0) is not None
    assert parallel_between(at(20.0), at(21.001), 1.0) is None
    assert parallel_between(at(20.0), at(-21.001), 1.0) is None


@pytest.mark.parametrize(
    ("first", "second", "applying"),
    [
        ((20.0, 0.1), (20.5, 0.0), True),
        ((20.0, -0.1), (20.5, 0.0), False),
        ((20.0, 0.1), (-20.5, 0.0), True),
        ((20.0, 0.1), (-20.5, -0.1), None),  # both leave at one speed
        ((20.0, 0.1), (20.5, 0.1), None),
        ((20.0, 0.1), (20.0, 0.0), None),  # exact
    ],
)
def test_a_parallel_applies_while_its_orb_shrinks(
    first: tuple[float, float], second: tuple[float, float], *, applying: bool | None
) -> None:
    found = parallel_between(at(*first), at(*second), 1.0)
    assert found is not None
    assert found.applying is applying


@given(declinations, declinations, speeds, speeds)
def test_the_order_of_two_points_changes_no_parallel(
    first: float, second: float, speed: float, other: float
) -> None:
    a, b = at(first, speed), at(second, other, Body.MOON)
    one, two = parallel_between(a, b, 60.0), parallel_between(b, a, 60.0)
    assert one is not None
    assert two is not None
    assert one[2:] == two[2:]


def test_every_pair_is_compared_once() -> None:
    points = [at(20.0), at(20.5, 0.0, Body.MOON), at(-20.2, 0.0, Body.MARS)]
    pairs = [(p.first.point, p.second.point) for p in parallels_among(points, 1.0)]
    assert pairs == [(Body.SUN, Body.MOON), (Body.SUN, Body.MARS), (Body.MOON, Body.MARS)]


def test_out_of_bounds_is_farther_than_the_sun_ever_is() -> None:
    assert out_of_bounds(23.6, 23.5)
    assert out_of_bounds(-23.6, 23.5)
    assert not out_of_bounds(23.5, 23.5)
    assert not out_of_bounds(-10.0, 23.5)
