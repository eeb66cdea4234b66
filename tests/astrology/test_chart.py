"""A chart put together from an ephemeris whose answers are known by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.astrology.bodies import PLANETS, STANDARD_POINTS, Angle, Body, Celestial, Lot, Point
from app.astrology.chart import Conventions, Instant
from app.astrology.errors import NoSuchPosition, OutsideEphemeris, PolarHouses
from app.astrology.frame import (
    TROPICAL,
    Ayanamsa,
    AyanamsaName,
    Frame,
    Theory,
    View,
    Zodiac,
)
from app.astrology.houses import HouseBy, HouseRule, HouseSystem, PolarPolicy
from app.astrology.mundane import mundane_positions
from app.astrology.place import Place
from app.astrology.sect import SectRule
from app.astrology.sky import FloatArray, Position
from tests.doubles import TURN_OF_ANGLES, LinearEphemeris, Motion

SKY = LinearEphemeris(
    {
        Body.SUN: Motion(280.0, 1.0),
        Body.MOON: Motion(359.0, 13.0, latitude=-5.0),
        Body.SATURN: Motion(40.0, -0.1, latitude=2.5),
    },
    ascendant=345.0,
    midheaven=250.0,
)
MIDDLE, POLAR = Place(50.0, 10.0), Place(70.0, 0.0)
PLAIN = Conventions()


def at(moment: float = 0.0, place: Place = MIDDLE, conventions: Conventions = PLAIN) -> Instant:
    return Instant(moment, place, conventions, SKY)


def test_positions_stand_in_the_order_asked_among_bodies_and_angles() -> None:
    points = (Angle.MC, Body.SATURN, Angle.ASC, Body.SUN, Body.MOON, Angle.DESC, Angle.IC)
    assert at(2.0).place_points(points) == [
        Position(Angle.MC, 250.0),
        Position(Body.SATURN, 39.8, 2.5, 1.0, -0.1),
        Position(Angle.ASC, 345.0),
        Position(Body.SUN, 282.0, 0.0, 1.0, 1.0),
        Position(Body.MOON, 25.0, -5.0, 1.0, 13.0),
        Position(Angle.DESC, 165.0),
        Position(Angle.IC, 70.0),
    ]


def houses(instant: Instant, *points: Point) -> list[int]:
    division = instant.divide(HouseSystem.CAMPANUS)
    return instant.houses_of(instant.place_points(points, division), division)


def test_every_point_has_its_house_and_angles_open_theirs() -> None:
    points = (Body.SUN, Body.MOON, Body.SATURN, Angle.ASC, Angle.DESC, Angle.MC)
    assert houses(at(), *points) == [10, 1, 2, 1, 7, 9]


def test_houses_by_true_position_heed_the_latitude() -> None:
    """The double counts a degree of latitude as a degree along the houses."""
    low = LinearEphemeris({Body.MOON: Motion(346.0, latitude=-5.0)}, ascendant=345.0)
    by_longitude = Instant(0.0, MIDDLE, PLAIN, low)
    by_position = replace(
        by_longitude, conventions=Conventions(house_rule=HouseRule(HouseBy.POSITION))
    )
    assert houses(by_longitude, Body.MOON, Angle.MC) == [1, 10]
    assert houses(by_position, Body.MOON, Angle.MC) == [12, 10]


def test_a_cusp_orb_moves_points_into_the_next_house() -> None:
    early = Conventions(house_rule=HouseRule(cusp_orb=5.0))
    points = (Body.SUN, Body.MOON, Body.SATURN)
    assert houses(at(), *points) == [10, 1, 2]
    assert houses(at(conventions=early), *points) == [11, 1, 3]


def test_a_chart_divides_as_the_ephemeris_does() -> None:
    assert at(3.0).divide(HouseSystem.KOCH) == SKY.divide(3.0, MIDDLE, HouseSystem.KOCH)


def test_a_point_may_be_asked_for_twice() -> None:
    first, _, second = at().place_points((Body.SUN, Angle.ASC, Body.SUN))
    assert first == second


def test_angles_alone_need_no_body() -> None:
    division = SKY.divide(0.0, MIDDLE, HouseSystem.EQUAL)
    assert at().place_points((Angle.ASC,), division) == [Position(Angle.ASC, 345.0)]
    assert at().place_points((), division) == []


def test_bodies_need_no_division() -> None:
    assert at().place_points((Body.SUN,)) == [Position(Body.SUN, 280.0, 0.0, 1.0, 1.0)]


def test_angles_move_with_the_sky_when_they_are_said_to() -> None:
    (moving,) = at(conventions=Conventions(angles_move=True)).place_points((Angle.MC,))
    assert moving == Position(Angle.MC, 250.0, speed=TURN_OF_ANGLES)


def test_what_the_ephemeris_refuses_is_refused() -> None:
    with pytest.raises(OutsideEphemeris):
        at().place_points((Body.CHIRON,))
    with pytest.raises(PolarHouses):
        at(place=POLAR).divide(HouseSystem.PLACIDUS)


def test_a_polar_chart_is_refused_given_other_houses_or_none_as_agreed() -> None:
    with pytest.raises(PolarHouses):
        at(place=POLAR).divide_as_agreed(HouseSystem.KOCH)
    fallback = Conventions(polar=PolarPolicy.FALLBACK, polar_fallback=HouseSystem.MORINUS)
    instead = at(place=POLAR, conventions=fallback).divide_as_agreed(HouseSystem.KOCH)
    assert instead is not None
    assert instead.system is HouseSystem.MORINUS
    flag = at(place=POLAR, conventions=Conventions(polar=PolarPolicy.FLAG))
    assert flag.divide_as_agreed(HouseSystem.KOCH) is None
    defined = flag.divide_as_agreed(HouseSystem.EQUAL)
    assert defined is not None
    assert defined.system is HouseSystem.EQUAL


def test_a_fallback_that_is_undefined_too_is_refused() -> None:
    both = Conventions(polar=PolarPolicy.FALLBACK, polar_fallback=HouseSystem.KOCH)
    with pytest.raises(PolarHouses):
        at(place=POLAR, conventions=both).divide_as_agreed(HouseSystem.PLACIDUS)


def test_an_angle_that_is_undefined_is_refused_by_name() -> None:
    with pytest.raises(NoSuchPosition, match="VERTEX is undefined on the equator"):
        at().place_points((Angle.VERTEX,))


def test_the_draconic_zodiac_counts_all_from_the_node_and_moves_with_it() -> None:
    """The node at 15 degrees runs back by 0.05 a day: all else is faster against it."""
    sky = LinearEphemeris(
        {Body.NORTH_NODE: Motion(15.0, -0.05), Body.SUN: Motion(10.0, 1.0)}, ascendant=345.0
    )
    instant = Instant(0.0, MIDDLE, Conventions(zodiac=Zodiac.DRACONIC), sky)
    node, sun, ascendant = instant.place_points((Body.NORTH_NODE, Body.SUN, Angle.ASC))
    assert (node.longitude, node.speed) == (0.0, 0.0)
    assert (sun.longitude, sun.speed) == (355.0, 1.05)
    assert ascendant.longitude == 330.0
    assert instant.divide(HouseSystem.EQUAL).cusps[:2] == (330.0, 0.0)


@pytest.mark.parametrize(
    ("system", "first"), [(HouseSystem.WHOLE_SIGN, 330.0), (HouseSystem.EQUAL_ARIES, 0.0)]
)
def test_whole_signs_are_those_of_the_draconic_zodiac(system: HouseSystem, first: float) -> None:
    """The ascendant at 340 degrees is at 335 when counted from a node at 5."""
    sky = LinearEphemeris({Body.NORTH_NODE: Motion(5.0)}, ascendant=340.0)
    instant = Instant(0.0, MIDDLE, Conventions(zodiac=Zodiac.DRACONIC), sky)
    cusps = instant.divide(system).cusps
    assert list(cusps) == [(first + 30.0 * house) % 360.0 for house in range(12)]


def test_the_tropical_chart_keeps_every_other_convention() -> None:
    conventions = Conventions(
        Frame(Theory.MOSHIER, View.TOPOCENTRIC, Ayanamsa(AyanamsaName.LAHIRI), MIDDLE),
        Zodiac.SIDEREAL,
        sect=SectRule.APPARENT,
        sect_reversal=False,
        angles_move=True,
    )
    plain = at(conventions=conventions).tropical.conventions
    assert plain == replace(
        conventions,
        frame=replace(conventions.frame, ayanamsa=None),
        zodiac=Zodiac.TROPICAL,
    )


class Parallax(LinearEphemeris):
    """The Moon of an observer on the Earth stands 5 degrees lower."""

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        rows = LinearEphemeris.positions(self, moments, bodies, frame)
        if frame.observer is not None:
            rows[:, :, 0] -= 5.0
        return rows


def test_houses_by_true_position_are_those_that_the_observer_sees() -> None:
    sky = Parallax({Body.MOON: Motion(347.0)}, ascendant=345.0)
    rule = HouseRule(HouseBy.POSITION)
    for frame, house in ((TROPICAL, 1), (Frame(center=View.TOPOCENTRIC, observer=MIDDLE), 12)):
        instant = Instant(0.0, MIDDLE, Conventions(frame, house_rule=rule), sky)
        assert houses(instant, Body.MOON) == [house]


@pytest.mark.parametrize("reversal", [True, False])
def test_a_lot_in_house_space_heeds_the_sect_of_the_chart(*, reversal: bool) -> None:
    """By night Fortune is turned around: 345 + 280 - 30 = 235, or else 345 + 30 - 280 = 95."""
    moved: dict[Celestial, Motion] = {Body.SUN: Motion(30.0), Body.MOON: Motion(280.0)}
    sky = LinearEphemeris(moved, ascendant=345.0, midheaven=250.0)
    conventions = Conventions(sect_reversal=reversal)
    instant = Instant(0.0, MIDDLE, conventions, sky)
    (fortune,) = mundane_positions(instant, (Lot.FORTUNE,), HouseSystem.EQUAL)
    (placed,) = instant.place_points((Lot.FORTUNE,))
    assert fortune.longitude == pytest.approx((placed.longitude - 345.0) % 360.0)
    assert fortune.longitude == pytest.approx(110.0 if reversal else 250.0)


def test_fortune_turns_around_by_night_unless_as_ptolemy_has_it() -> None:
    """ASC 345, Sun 280, Moon 359: by day 64, by night 266."""
    for midheaven, reversal, longitude in (
        (280.0, True, 64.0),  # the Sun culminates
        (100.0, True, 266.0),  # the Sun is under the Earth
        (100.0, False, 64.0),
    ):
        sky = LinearEphemeris(SKY.motions, ascendant=345.0, midheaven=midheaven)
        conventions = Conventions(sect_reversal=reversal)
        (fortune,) = Instant(0.0, MIDDLE, conventions, sky).place_points((Lot.FORTUNE,))
        assert fortune == Position(Lot.FORTUNE, longitude)


@pytest.mark.parametrize("point", [Angle.ASC, Lot.FORTUNE], ids=str)
def test_angles_and_lots_belong_to_the_earth(point: Point) -> None:
    afar = Conventions(Frame(center=View.HELIOCENTRIC))
    with pytest.raises(NoSuchPosition, match="as seen from center HELIOCENTRIC"):
        at(conventions=afar).place_points((point,))


def test_the_standard_points_are_planets_mean_node_and_mean_lilith() -> None:
    """CONTRACT.md 2.1: the twelve points of a chart when the caller names none."""
    assert " ".join(STANDARD_POINTS) == (
        "SUN MOON MERCURY VENUS MARS JUPITER SATURN URANUS NEPTUNE PLUTO NORTH_NODE LILITH"
    )
    assert STANDARD_POINTS[:10] == PLANETS
