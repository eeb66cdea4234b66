"""When aspects are exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from app.astrology import exactness
from app.astrology.aspects import DEFAULT_ORBS, OrbRules, aspects_among
from app.astrology.bodies import OPPOSITES, PLANETS, Body, Celestial, is_fixed_pair
from app.astrology.frame import TROPICAL, Frame
from app.astrology.sky import FloatArray, positions_at
from app.ephemeris.swiss import SwissEphemeris
from tests.doubles import LinearEphemeris, Motion

MOMENT = 2451545.25


def test_each_time_lies_on_the_side_that_the_aspect_tells(ephemeris: SwissEphemeris) -> None:
    positions = positions_at(MOMENT, PLANETS, ephemeris)
    found = aspects_among(positions, OrbRules.of(dict.fromkeys(DEFAULT_ORBS, 5.0)))
    days = exactness.exact_times(found, MOMENT, 183.0, TROPICAL, ephemeris)
    assert len([day for day in days if day is not None]) > 10
    for aspect, day in zip(found, days, strict=True):
        assert day is None or (day > MOMENT) is aspect.applying


def test_it_is_the_nearest_of_several() -> None:
    sky = LinearEphemeris({Body.SUN: Motion(0.0, 1.0), Body.MOON: Motion(88.0, 13.0)}, epoch=MOMENT)
    positions = positions_at(MOMENT, (Body.SUN, Body.MOON), sky)
    found = aspects_among(positions, OrbRules.of(DEFAULT_ORBS))
    (day,) = exactness.exact_times(found, MOMENT, 100.0, TROPICAL, sky)
    assert day is not None
    assert abs(day - (MOMENT + 2.0 / 12.0)) < 1e-6


@pytest.mark.parametrize("turned", [False, True], ids=["as listed", "turned"])
@pytest.mark.parametrize(("body", "opposite"), OPPOSITES.items(), ids=str)
def test_points_that_are_opposite_by_definition_have_no_moment_of_exactness(
    body: Body, opposite: Body, *, turned: bool, ephemeris: SwissEphemeris
) -> None:
    pair = (opposite, body) if turned else (body, opposite)
    assert is_fixed_pair(*pair)
    found = aspects_among(positions_at(MOMENT, pair, ephemeris), OrbRules.of(DEFAULT_ORBS))
    assert [aspect.orb for aspect in found] == pytest.approx([0.0], abs=1e-9)
    assert exactness.exact_times(found, MOMENT, 30.0, TROPICAL, ephemeris) == [None]


def test_a_point_keeps_its_arc_to_itself_and_to_its_opposite_alone() -> None:
    fixed = {(one, other) for one in Body for other in Body if is_fixed_pair(one, other)}
    opposite = {*OPPOSITES.items(), *((other, one) for one, other in OPPOSITES.items())}
    assert fixed == opposite | {(body, body) for body in Body}


class Counting(LinearEphemeris):
    """Counts the places that are asked for."""

    asked: ClassVar[list[int]] = []

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        self.asked.append(len(moments) * len(bodies))
        return LinearEphemeris.positions(self, moments, bodies, frame)


def test_the_far_ends_of_a_window_cost_nothing_where_the_aspect_is_exact_near_by() -> None:
    """A degree of orb at half a degree a day: within the first 15 of 183 days."""
    sky = Counting({Body.SUN: Motion(0.0, 1.0), Body.MARS: Motion(91.0, 0.5)}, epoch=MOMENT)
    found = aspects_among(
        positions_at(MOMENT, (Body.SUN, Body.MARS), sky), OrbRules.of(DEFAULT_ORBS)
    )
    Counting.asked.clear()
    (day,) = exactness.exact_times(found, MOMENT, 183.0, TROPICAL, sky)
    assert day is not None
    assert abs(day - (MOMENT + 2.0)) < 1e-6
    assert sum(Counting.asked) < 100


def test_a_narrow_search_finds_what_a_wide_one_does(ephemeris: SwissEphemeris) -> None:
    """What is exact within a window is so in a wider one, at the same time."""
    found = aspects_among(positions_at(MOMENT, PLANETS, ephemeris), OrbRules.of(DEFAULT_ORBS))
    wide = exactness.exact_times(found, MOMENT, 183.0, TROPICAL, ephemeris)
    for window in (5.0, 20.0, 61.0):
        narrow = exactness.exact_times(found, MOMENT, window, TROPICAL, ephemeris)
        for aspect, near, far in zip(found, narrow, wide, strict=True):
            moon = Body.MOON in {aspect.first.point, aspect.second.point}
            inside = far is not None and abs(far - MOMENT) <= min(window, 15.0 if moon else window)
            assert (near is not None) is inside
            assert near is None or far is None or abs(near - far) < 1e-6
