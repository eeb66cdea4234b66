"""Arcs and progressed angles as curves that a search can follow."""

from __future__ import annotations

import numpy as np
import pytest

from app.astrology.bodies import Angle, Body
from app.astrology.chart import Conventions, Instant
from app.astrology.curves import Longitudes, Slowed
from app.astrology.houses import HouseSystem
from app.astrology.place import Place
from app.astrology.progressed_chart import MidheavenMethod, Progression
from app.astrology.progressed_curves import PROGRESSED_ANGLES, Arc, Chosen, ProgressedAngles
from app.astrology.progressions import TROPICAL_YEAR, clock_of
from app.astrology.solar_arc import ArcKey
from app.ephemeris.almanac import SwissAlmanac

BIRTH = 2_451_545.25
LIFE = BIRTH + TROPICAL_YEAR * np.array((0.0, 10.0, 40.0))


def angles(ephemeris: SwissAlmanac, method: MidheavenMethod) -> ProgressedAngles:
    born = Instant(BIRTH, Place(32.716667, -117.15), Conventions(), ephemeris)
    return ProgressedAngles(
        PROGRESSED_ANGLES, Progression(born, clock_of(BIRTH), BIRTH, born.place, method)
    )


@pytest.mark.parametrize("method", MidheavenMethod)
def test_angles_and_their_speeds_are_those_of_the_progressed_chart(
    method: MidheavenMethod, ephemeris: SwissAlmanac
) -> None:
    curves = angles(ephemeris, method)
    table = curves.sample(LIFE, (0, 1))
    for moment, row in zip(LIFE.tolist(), table, strict=True):
        born = curves.progression
        chart = Progression(born.natal, born.clock, moment, born.place, method)
        division = chart.divide(HouseSystem.PLACIDUS)
        for column, angle in enumerate(PROGRESSED_ANGLES):
            assert row[column, 0] == pytest.approx(division.angles[angle], abs=1e-9)
            a_day = division.angle_speeds[angle] / TROPICAL_YEAR
            assert row[column, 1] == pytest.approx(a_day, rel=1e-6)


def test_an_angle_that_turns_daily_is_looked_at_more_often(ephemeris: SwissAlmanac) -> None:
    slow = angles(ephemeris, MidheavenMethod.SOLAR_ARC_LONGITUDE).step(0)
    assert angles(ephemeris, MidheavenMethod.DAILY).step(0) < slow / 20.0


@pytest.mark.parametrize(
    ("key", "degrees"),
    [
        (ArcKey.ONE_DEGREE, [0.0, 10.0, 40.0]),
        (ArcKey.USER, [0.0, 25.0, 100.0]),
        (ArcKey.NAIBOD, [0.0, 9.8564736, 39.425894]),
    ],
)
def test_an_arc_is_as_long_as_its_key_says(
    key: ArcKey, degrees: list[float], ephemeris: SwissAlmanac
) -> None:
    arc = Arc(key, clock_of(BIRTH), ephemeris, rate=2.5)
    assert arc.sample(LIFE, (0,))[:, 0, 0] == pytest.approx(degrees, abs=1e-5)


def test_a_fast_arc_never_goes_far_between_two_samples(ephemeris: SwissAlmanac) -> None:
    arc = Arc(ArcKey.USER, clock_of(BIRTH), ephemeris, rate=360.0)
    assert arc.step(0) * 360.0 / TROPICAL_YEAR == pytest.approx(30.0)


def test_curves_of_two_kinds_keep_the_order_asked_for(ephemeris: SwissAlmanac) -> None:
    turning = angles(ephemeris, MidheavenMethod.SOLAR_ARC_LONGITUDE)
    bodies = Slowed(Longitudes((Body.SUN, Body.MOON), ephemeris), clock_of(BIRTH))
    chosen = Chosen((bodies, turning), ((1, PROGRESSED_ANGLES.index(Angle.MC)), (0, 1), (0, 0)))
    table = chosen.sample(LIFE, (0, 1, 2))
    assert np.array_equal(table[:, 0, :], turning.sample(LIFE, (1,))[:, 0, :])
    assert np.array_equal(table[:, 1:, :], bodies.sample(LIFE, (1, 0)))
    assert np.array_equal(chosen.sample(LIFE, (2,)), bodies.sample(LIFE, (0,)))
    assert (chosen.count, chosen.step(1), chosen.step(0)) == (3, bodies.step(1), turning.step(0))
