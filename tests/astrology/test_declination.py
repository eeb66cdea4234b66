"""Parallels, contraparallels, and bodies out of bounds."""

from __future__ import annotations

from math import radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.bodies import Angle, Body, Lot, Point
from app.astrology.chart import Conventions, Instant
from app.astrology.declination import (
    Declined,
    ParallelKind,
    beyond_bounds,
    declined,
    on_the_ecliptic,
    out_of_bounds,
    parallel_between,
    parallels_among,
)
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame
from app.astrology.place import Place
from tests.doubles import LinearEphemeris, Motion

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
    assert out_of_bounds(Body.MOON, 23.6, 23.5)
    assert out_of_bounds(Body.MOON, -23.6, 23.5)
    assert not out_of_bounds(Body.MOON, 23.5, 23.5)
    assert not out_of_bounds(Body.MOON, -10.0, 23.5)


@pytest.mark.parametrize(
    "point", [Body.SUN, Body.NORTH_NODE, Body.TRUE_NODE, Angle.ASC, Lot.SPIRIT]
)
def test_what_lies_on_the_ecliptic_is_never_out_of_bounds(point: Point) -> None:
    assert not out_of_bounds(point, 23.50001, 23.5)
    assert beyond_bounds(point, -23.503, 23.5) is None


@pytest.mark.parametrize(
    ("declination", "beyond"), [(24.0, 0.5), (-24.0, 0.5), (23.5, None), (0.0, None)]
)
def test_how_far_out_of_bounds_is_told(declination: float, beyond: float | None) -> None:
    assert beyond_bounds(Body.MARS, declination, 23.5) == beyond


@pytest.mark.parametrize(
    ("longitude", "ascension", "declination", "speed"),
    [
        (0.0, 0.0, 0.0, sin(radians(23.5))),
        (90.0, 90.0, 23.5, 0.0),
        (180.0, 180.0, 0.0, -sin(radians(23.5))),
        (270.0, 270.0, -23.5, 0.0),
    ],
)
def test_a_point_of_the_ecliptic_stands_against_the_equator(
    longitude: float, ascension: float, declination: float, speed: float
) -> None:
    found = on_the_ecliptic(Angle.ASC, longitude, 1.0, 23.5)
    assert found.right_ascension == pytest.approx(ascension, abs=1e-12)
    assert found.declination == pytest.approx(declination, abs=1e-12)
    assert found.speed == pytest.approx(speed, abs=1e-12)


def test_angles_and_lots_are_declined_from_the_equinox_whatever_the_zodiac() -> None:
    """The ascendant stands at 90 degrees, under whatever name the zodiac has for them."""
    sky = LinearEphemeris(
        {Body.SUN: Motion(270.0, 1.0, declination=-23.5), Body.MOON: Motion(270.0)}, ascendant=90.0
    )
    for zodiac in (None, Ayanamsa(AyanamsaName.LAHIRI)):
        chart = Instant(0.0, Place(0.0, 0.0), Conventions(Frame(ayanamsa=zodiac)), sky)
        sun, angle, lot = declined(chart, (Body.SUN, Angle.ASC, Lot.FORTUNE))
        assert (sun.point, sun.declination) == (Body.SUN, -23.5)
        assert (angle.point, angle.speed) == (Angle.ASC, 0.0)
        assert angle.declination == pytest.approx(23.5, abs=1e-12)
        assert lot.declination == pytest.approx(23.5, abs=1e-12)
