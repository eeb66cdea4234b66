"""A chart put together from an ephemeris whose answers are known by hand."""

from __future__ import annotations

import pytest

from app.astrology.bodies import PLANETS, STANDARD_POINTS, Angle, Body
from app.astrology.chart import natal_chart, place_points
from app.astrology.errors import OutsideEphemeris, PolarHouses
from app.astrology.houses import HouseSystem
from app.astrology.place import Place
from app.astrology.sky import Position
from tests.doubles import LinearEphemeris, Motion

SKY = LinearEphemeris(
    {
        Body.SUN: Motion(280.0, 1.0),
        Body.MOON: Motion(359.0, 13.0, latitude=-5.0),
        Body.SATURN: Motion(40.0, -0.1, latitude=2.5),
    },
    ascendant=345.0,
    midheaven=250.0,
)
MIDDLE = Place(50.0, 10.0)


def test_positions_stand_in_the_order_asked_among_bodies_and_angles() -> None:
    points = (Angle.MC, Body.SATURN, Angle.ASC, Body.SUN, Body.MOON, Angle.DESC, Angle.IC)
    chart = natal_chart(2.0, MIDDLE, points, HouseSystem.EQUAL, SKY)
    assert chart.positions == (
        Position(Angle.MC, 250.0),
        Position(Body.SATURN, 39.8, 2.5, 1.0, -0.1),
        Position(Angle.ASC, 345.0),
        Position(Body.SUN, 282.0, 0.0, 1.0, 1.0),
        Position(Body.MOON, 25.0, -5.0, 1.0, 13.0),
        Position(Angle.DESC, 165.0),
        Position(Angle.IC, 70.0),
    )


def test_every_point_has_its_house_and_angles_open_theirs() -> None:
    points = (Body.SUN, Body.MOON, Body.SATURN, Angle.ASC, Angle.DESC, Angle.MC)
    chart = natal_chart(0.0, MIDDLE, points, HouseSystem.EQUAL, SKY)
    assert chart.houses == [10, 1, 2, 1, 7, 9]


def test_a_chart_tells_its_moment_place_and_division() -> None:
    chart = natal_chart(3.0, MIDDLE, (Body.SUN,), HouseSystem.KOCH, SKY)
    assert (chart.moment, chart.place) == (3.0, MIDDLE)
    assert chart.division == SKY.divide(3.0, MIDDLE, HouseSystem.KOCH)


def test_a_point_may_be_asked_for_twice() -> None:
    chart = natal_chart(0.0, MIDDLE, (Body.SUN, Angle.ASC, Body.SUN), HouseSystem.EQUAL, SKY)
    assert chart.positions[0] == chart.positions[2]


def test_angles_alone_need_no_body() -> None:
    division = SKY.divide(0.0, MIDDLE, HouseSystem.EQUAL)
    assert place_points(0.0, (Angle.ASC,), division, SKY) == [Position(Angle.ASC, 345.0)]
    assert place_points(0.0, (), division, SKY) == []


def test_bodies_need_no_division() -> None:
    assert place_points(0.0, (Body.SUN,), None, SKY) == [Position(Body.SUN, 280.0, 0.0, 1.0, 1.0)]


def test_what_the_ephemeris_refuses_is_refused() -> None:
    with pytest.raises(OutsideEphemeris):
        natal_chart(0.0, MIDDLE, (Body.CHIRON,), HouseSystem.EQUAL, SKY)
    with pytest.raises(PolarHouses):
        natal_chart(0.0, Place(70.0, 0.0), (Body.SUN,), HouseSystem.PLACIDUS, SKY)


def test_the_standard_points_are_planets_mean_node_and_mean_lilith() -> None:
    """CONTRACT.md 2.1: the twelve points of a chart when the caller names none."""
    assert " ".join(STANDARD_POINTS) == (
        "SUN MOON MERCURY VENUS MARS JUPITER SATURN URANUS NEPTUNE PLUTO NORTH_NODE LILITH"
    )
    assert STANDARD_POINTS[:10] == PLANETS
