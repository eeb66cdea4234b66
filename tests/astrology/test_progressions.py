"""Progressed time, arcs and charts, under a sky whose positions are known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.astrology.bodies import Angle, Body
from app.astrology.chart import Conventions, Instant
from app.astrology.errors import OutsideEphemeris, PolarHouses
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame, Zodiac
from app.astrology.houses import HouseSystem, PolarPolicy
from app.astrology.place import Place
from app.astrology.progressed_chart import (
    AscendantMethod,
    MidheavenMethod,
    Progression,
    right_ascension,
)
from app.astrology.progressions import (
    NAIBOD_RATE,
    TROPICAL_YEAR,
    MonthKind,
    ProgressionKind,
    clock_of,
    mean_arcs,
    sun_arcs,
)
from app.astrology.solar_arc import ArcKey, direction_arcs, moments_of_arcs
from app.ephemeris.swiss import SwissEphemeris
from tests.doubles import LinearEphemeris, Motion

BIRTH = 1000.0
SKY = LinearEphemeris(
    {Body.SUN: Motion(350.0, 1.0), Body.MOON: Motion(100.0, 13.0), Body.NORTH_NODE: Motion(40.0)},
    ascendant=100.0,
    midheaven=10.0,
    epoch=BIRTH,
)
BORN = Instant(BIRTH, Place(40.0, 10.0), Conventions(), SKY)
TWENTY = BIRTH + 20.0 * TROPICAL_YEAR
"""The twentieth tropical year of life is full."""


def progression(
    method: MidheavenMethod = MidheavenMethod.SOLAR_ARC_LONGITUDE, target: float = TWENTY
) -> Progression:
    return Progression(BORN, clock_of(BIRTH), target, BORN.place, method)


# Time


@pytest.mark.parametrize(
    ("kind", "days"),
    [("SECONDARY", 1.0), ("TERTIARY", TROPICAL_YEAR / 27.321582), ("MINOR", 27.321582)],
)
def test_a_year_of_life_is_so_many_progressed_days(kind: str, days: float) -> None:
    clock = clock_of(BIRTH, ProgressionKind(kind))
    assert clock.progressed(BIRTH + TROPICAL_YEAR) == pytest.approx(BIRTH + days, abs=1e-9)
    assert clock.progressed(BIRTH) == BIRTH


def test_the_month_is_a_choice() -> None:
    a_month = {
        kind: clock_of(0.0, ProgressionKind.TERTIARY, month=kind).target(1.0) for kind in MonthKind
    }
    assert a_month == pytest.approx(
        {MonthKind.TROPICAL: 27.321582, MonthKind.SIDEREAL: 27.321661, MonthKind.SYNODIC: 29.530589}
    )


def test_converse_time_runs_back_from_birth() -> None:
    clock = clock_of(BIRTH, converse=True)
    assert clock.progressed(TWENTY) == pytest.approx(BIRTH - 20.0)
    assert clock.target(BIRTH - 20.0) == pytest.approx(TWENTY)


def test_a_clock_takes_one_moment_or_many() -> None:
    clock = clock_of(BIRTH)
    targets = BIRTH + TROPICAL_YEAR * np.arange(4.0)
    assert clock.progressed(targets) == pytest.approx(BIRTH + np.arange(4.0))
    assert clock.target(clock.progressed(targets)) == pytest.approx(targets)
    assert isinstance(clock.progressed(TWENTY), float)


# Arcs


def test_an_arc_runs_on_past_the_equinox_and_the_full_circle() -> None:
    targets = BIRTH + TROPICAL_YEAR * np.array([0.0, 20.0, 200.0, 400.0, -20.0])
    found = sun_arcs(clock_of(BIRTH), targets, SKY)
    assert found[:, 0] == pytest.approx([0.0, 20.0, 200.0, 400.0, -20.0])
    assert found[:, 1] == pytest.approx(np.full(5, 1.0 / TROPICAL_YEAR))


def test_a_converse_arc_is_negative_and_so_is_its_speed() -> None:
    found = sun_arcs(clock_of(BIRTH, converse=True), (TWENTY,), SKY)
    assert found[0].tolist() == pytest.approx([-20.0, -1.0 / TROPICAL_YEAR])


def test_the_mean_sun_goes_naibods_measure_a_year() -> None:
    assert mean_arcs(clock_of(BIRTH), TWENTY) == pytest.approx(20.0 * 0.98564736, abs=1e-6)
    assert pytest.approx((59 + 8.33 / 60) / 60, abs=1e-6) == NAIBOD_RATE


@pytest.mark.parametrize(
    ("key", "arc"),
    [
        (ArcKey.TRUE, 20.0),
        (ArcKey.NAIBOD, 20.0 * NAIBOD_RATE),
        (ArcKey.ONE_DEGREE, 20.0),
        (ArcKey.USER, 50.0),
    ],
)
def test_a_key_tells_the_arc_and_the_arc_the_moment(key: ArcKey, arc: float) -> None:
    clock = clock_of(BIRTH)
    found = direction_arcs(key, clock, (TWENTY,), SKY, rate=2.5)
    assert found[0].tolist() == pytest.approx([arc, arc / 20.0 / TROPICAL_YEAR])
    moments = moments_of_arcs((arc, arc / 2.0), BIRTH, key, clock, SKY, rate=2.5)
    assert moments == pytest.approx([TWENTY, BIRTH + 10.0 * TROPICAL_YEAR], abs=1e-4)


def test_directions_that_stand_still_never_reach_an_arc() -> None:
    clock = clock_of(BIRTH)
    assert np.isnan(moments_of_arcs((1.0,), BIRTH, ArcKey.USER, clock, SKY, rate=0.0)).all()
    assert moments_of_arcs((), BIRTH, ArcKey.TRUE, clock, SKY).size == 0


def test_arcs_beyond_the_ephemeris_are_refused(ephemeris: SwissEphemeris) -> None:
    late = 2597641.0 - 10.0
    with pytest.raises(OutsideEphemeris):
        sun_arcs(clock_of(late), (late + 100.0 * TROPICAL_YEAR,), ephemeris)


# Charts: the stand-in's midheaven is its own right ascension, and its ascendant a quarter ahead


@pytest.mark.parametrize(
    ("method", "armc"),
    [
        (MidheavenMethod.SOLAR_ARC_RA, 30.0),
        (MidheavenMethod.NAIBOD_RA, 10.0 + 20.0 * NAIBOD_RATE),
        (MidheavenMethod.SOLAR_ARC_LONGITUDE, right_ascension(30.0, 23.5)),
        (MidheavenMethod.NAIBOD_LONGITUDE, right_ascension(10.0 + 20.0 * NAIBOD_RATE, 23.5)),
        (MidheavenMethod.DAILY, 20.0),
    ],
)
def test_the_midheaven_goes_on_by_its_method(method: MidheavenMethod, armc: float) -> None:
    division = progression(method).divide(HouseSystem.EQUAL)
    assert division.armc == pytest.approx(armc)
    assert division.ascendant == pytest.approx(armc + 90.0)
    assert division.cusps[0] == division.ascendant


def test_an_angle_moves_as_far_a_progressed_day_as_its_arc() -> None:
    division = progression(MidheavenMethod.SOLAR_ARC_RA).divide(HouseSystem.EQUAL)
    assert division.angle_speeds[Angle.MC] == pytest.approx(1.0)
    converse = replace(
        progression(MidheavenMethod.SOLAR_ARC_RA), clock=clock_of(BIRTH, converse=True)
    )
    assert converse.divide(HouseSystem.EQUAL).midheaven == pytest.approx(350.0)
    assert converse.divide(HouseSystem.EQUAL).angle_speeds[Angle.MC] == pytest.approx(1.0)


def test_an_ascendant_moved_by_the_arc_leaves_the_cusps_alone() -> None:
    derived = progression()
    moved = replace(derived, ascendant=AscendantMethod.SOLAR_ARC).divide(HouseSystem.EQUAL)
    assert moved.ascendant == pytest.approx(120.0)
    assert moved.angles[Angle.DESC] == pytest.approx(300.0)
    assert moved.cusps == derived.divide(HouseSystem.EQUAL).cusps


def test_the_polar_policy_holds_for_progressed_houses() -> None:
    north = replace(progression(), place=Place(80.0, 10.0))
    with pytest.raises(PolarHouses):
        north.divide_as_agreed(HouseSystem.PLACIDUS)
    for policy, expected in ((PolarPolicy.FLAG, None), (PolarPolicy.FALLBACK, "PORPHYRY")):
        natal = replace(BORN, conventions=Conventions(polar=policy))
        found = replace(north, natal=natal).divide_as_agreed(HouseSystem.PLACIDUS)
        assert (found and found.system) == expected


@pytest.mark.parametrize("zodiac", ["TROPICAL", "SIDEREAL", "DRACONIC"])
@pytest.mark.parametrize("system", [s for s in HouseSystem if s is not HouseSystem.GAUQUELIN])
@pytest.mark.parametrize("method", ["SOLAR_ARC_LONGITUDE", "NAIBOD_RA", "DAILY"])
def test_at_birth_the_progressed_houses_are_those_of_the_birth(
    zodiac: str, system: HouseSystem, method: str, ephemeris: SwissEphemeris
) -> None:
    ayanamsa = Ayanamsa(AyanamsaName.LAHIRI) if zodiac == "SIDEREAL" else None
    conventions = Conventions(Frame(ayanamsa=ayanamsa), Zodiac(zodiac))
    natal = Instant(2451545.25, Place(32.716667, -117.15), conventions, ephemeris)
    clock = clock_of(natal.moment)
    carried = Progression(natal, clock, natal.moment, natal.place, MidheavenMethod(method))
    drawn, own = carried.divide(system), natal.divide(system)
    apart = (np.array(drawn.cusps) - np.array(own.cusps) + 180.0) % 360.0 - 180.0
    assert np.abs(apart).max() < 1e-6
    for angle, at in own.angles.items():
        assert abs((drawn.angles[angle] - at + 180.0) % 360.0 - 180.0) < 1e-6
