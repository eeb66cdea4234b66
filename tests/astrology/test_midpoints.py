"""Midpoints, trees and dials, by numbers that can be worked out by hand."""

from __future__ import annotations

import cmath
from math import degrees, radians

import pytest

from app.astrology.angles import separation
from app.astrology.bodies import Body
from app.astrology.midpoints import midpoints_among, near_midpoints, on_dial, trees
from app.astrology.sky import Position

SUN, MOON, MARS, SATURN = Body.SUN, Body.MOON, Body.MARS, Body.SATURN


@pytest.mark.parametrize(
    ("a", "b", "middle"),
    [(10.0, 50.0, 30.0), (350.0, 10.0, 0.0), (10.0, 350.0, 0.0), (0.0, 179.0, 89.5)],
)
def test_the_midpoint_lies_on_the_shorter_arc(a: float, b: float, middle: float) -> None:
    assert near_midpoints(a, b) == (middle,)


@pytest.mark.parametrize(("a", "b"), [(10.0, 190.0), (190.0, 10.0), (280.0 + 1e-12, 100.0)])
def test_an_exact_opposition_has_two_middles(a: float, b: float) -> None:
    low, high = near_midpoints(a, b)
    assert low < high
    assert high - low == pytest.approx(180.0)
    assert separation(low, a) == pytest.approx(90.0)


def test_almost_an_opposition_has_one_middle() -> None:
    (middle,) = near_midpoints(0.0, 179.9999)
    assert middle == pytest.approx(89.99995)


@pytest.mark.parametrize("a", range(0, 360, 23))
@pytest.mark.parametrize("b", range(1, 360, 29))
def test_midpoints_are_the_direction_of_the_sum_of_two_arrows(a: float, b: float) -> None:
    arrow = cmath.exp(1j * radians(a)) + cmath.exp(1j * radians(b))
    (middle, *_) = near_midpoints(a, b)
    if abs(arrow) > 1e-9:
        assert separation(middle, degrees(cmath.phase(arrow))) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("modulus", "angles"), [(45, [0.0, 45.0, 135.0, 180.0]), (90, [0.0, 180.0]), (360, [0.0])]
)
def test_the_modulus_tells_how_often_an_axis_repeats(modulus: int, angles: list[float]) -> None:
    middle = [Position(SUN, 80.0), Position(MOON, 120.0)]
    around = [Position(MARS, 100.0 + angle) for angle in (0.0, 45.0, 135.0, 180.0)]
    found = midpoints_among(middle)
    told = [c.angle for tree in trees(around, found, modulus, 1.0) for c in tree.contacts]
    assert told == angles


def test_contacts_tell_arc_and_orb_and_the_closest_comes_first() -> None:
    points = [
        *(Position(SUN, 80.0), Position(MOON, 120.0)),
        *(Position(MARS, 54.0), Position(SATURN, 98.5)),
    ]
    mars, saturn = trees(points, midpoints_among(points), 45, 1.5)[2:]
    (contact,) = [c for c in mars.contacts if c.midpoint.first.point is SUN]
    assert (contact.delta, contact.angle, contact.orb) == (-46.0, 45.0, 1.0)
    assert not contact.direct
    assert [c.orb for c in saturn.contacts] == sorted(c.orb for c in saturn.contacts)
    assert saturn.contacts[0].delta == -1.5
    assert saturn.contacts[0].direct


def test_a_point_is_not_in_the_tree_of_its_own_pairs() -> None:
    points = [Position(SUN, 0.0), Position(MOON, 90.0)]
    assert [tree.contacts for tree in trees(points, midpoints_among(points), 45, 3.0)] == [[], []]


def test_both_middles_of_an_opposition_make_one_contact() -> None:
    points = [Position(SUN, 0.0), Position(MOON, 180.0), Position(MARS, 270.5)]
    found = midpoints_among(points)
    assert [m.longitude for m in found if m.opposed] == [90.0, 270.0]
    (contact,) = trees(points, found, 45, 1.0)[2].contacts
    assert (contact.midpoint.longitude, contact.delta) == (270.0, 0.5)


def test_the_dial_takes_what_is_left_of_a_longitude() -> None:
    assert on_dial(253.474196, 90) == pytest.approx(73.474196)
    assert on_dial(-1.0, 45) == 44.0
