"""Phases under a Sun and a Moon that move evenly, and what stands beside them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from app.astrology.bodies import Body
from app.astrology.curves import ASTRONOMICAL_UNIT, Distances, Latitudes, reach
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import TROPICAL
from app.astrology.lunations import Phases, apsides_between, phase_state, phases_between
from app.ephemeris.almanac import SwissAlmanac
from tests.doubles import LinearEphemeris, Motion

SKY = LinearEphemeris({Body.SUN: Motion(0.0, 1.0), Body.MOON: Motion(0.0, 13.0)})
"""The Moon gains 12 degrees a day: a quarter takes 7.5 days."""
LAST_DAY = 2597641.4


def test_quarters_follow_each_other() -> None:
    found = phases_between(0.0, 30.0, Phases.FOUR, SKY, TROPICAL)
    assert [phase.name for phase in found] == [
        "FIRST_QUARTER",
        "FULL_MOON",
        "LAST_QUARTER",
        "NEW_MOON",
    ]
    assert [phase.moment for phase in found] == pytest.approx([7.5, 15.0, 22.5, 30.0])
    assert [phase.angle for phase in found] == [90.0, 180.0, 270.0, 0.0]
    assert found[1].moon - found[1].sun == pytest.approx(180.0)


def test_eight_phases_have_the_names_of_rudhyar() -> None:
    found = phases_between(0.0, 30.0, Phases.EIGHT, SKY, TROPICAL)
    assert [phase.name for phase in found][::2] == [
        "CRESCENT",
        "GIBBOUS",
        "DISSEMINATING",
        "BALSAMIC",
    ]
    assert found[0].moment == pytest.approx(3.75)


def test_the_age_of_the_moon_is_unknown_where_the_new_moon_is(ephemeris: SwissAlmanac) -> None:
    state = phase_state(2159358.5, ephemeris, TROPICAL)
    assert state.previous is None
    assert state.following is not None
    late = phase_state(LAST_DAY - 0.5, ephemeris, TROPICAL)
    assert late.following is None
    assert late.age is not None


def test_a_distance_grows_as_fast_as_it_says(ephemeris: SwissAlmanac) -> None:
    curve = Distances((Body.MOON, Body.SUN), ephemeris)
    for row in apsides_between(2451545.0, 2451605.0, Body.MOON, ephemeris, TROPICAL):
        assert 356_000.0 < row.distance < 407_000.0
        near = 370_500.0
        assert row.is_nearest is (row.distance < near)
    moments = ephemeris_moments()
    table = curve.sample(moments, (0, 1))
    plain = ephemeris.positions(moments, (Body.MOON, Body.SUN))
    assert table[:, :, 0] == pytest.approx(plain[:, :, 2] * ASTRONOMICAL_UNIT)
    assert table[:, :, 1] == pytest.approx(plain[:, :, 5] * ASTRONOMICAL_UNIT, abs=60.0)


def test_a_latitude_is_that_of_the_position(ephemeris: SwissAlmanac) -> None:
    moments = ephemeris_moments()
    table = Latitudes((Body.MOON,), ephemeris).sample(moments, (0,))
    plain = ephemeris.positions(moments, (Body.MOON,))
    assert (table[:, 0, :] == plain[:, 0, (1, 4)]).all()


def test_the_ephemeris_is_followed_to_its_end(ephemeris: SwissAlmanac) -> None:
    curve = Latitudes((Body.MOON,), ephemeris)
    assert reach(curve, 2451545.0, 2451600.0) == 2451600.0
    end = reach(curve, LAST_DAY - 10.0, LAST_DAY + 10.0)
    assert LAST_DAY - 0.5 < end < LAST_DAY + 1.0
    with pytest.raises(OutsideEphemeris):
        reach(curve, LAST_DAY + 5.0, LAST_DAY + 10.0)


def ephemeris_moments() -> npt.NDArray[np.float64]:
    return np.linspace(2451545.0, 2451600.0, 12)
