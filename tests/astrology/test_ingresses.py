"""Borders of signs and houses, and how bodies pass them."""

from __future__ import annotations

import pytest

from app.astrology.bodies import Body
from app.astrology.curves import Longitudes
from app.astrology.houses import house_of
from app.astrology.ingresses import SIGN_BORDERS, Border, house_borders, ingresses
from tests.astrology.test_stations import TURN, Swing, value
from tests.doubles import LinearEphemeris, Motion

SKY = LinearEphemeris({Body.SUN: Motion(359.0, 1.0), Body.MERCURY: Motion(31.0, -0.5)})


def test_signs_are_entered_forwards_and_backwards() -> None:
    found = ingresses(Longitudes((Body.SUN, Body.MERCURY), SKY), SIGN_BORDERS, 0.0, 10.0)
    assert [(row.curve, row.entered, row.previous, row.is_retrograde) for row in found] == [
        (0, 0, 11, False),
        (1, 0, 1, True),
    ]
    assert [row.moment for row in found] == pytest.approx([1.0, 2.0])


def test_an_entry_at_the_end_of_a_span_is_no_part_of_the_next() -> None:
    curves = Longitudes((Body.SUN,), SKY)
    assert len(ingresses(curves, SIGN_BORDERS, 0.0, 1.0)) == 1
    assert ingresses(curves, SIGN_BORDERS, 1.0, 2.0) == []


def test_borders_of_houses_are_their_cusps() -> None:
    cusps = [(100.0 + 30.0 * number) % 360.0 for number in range(12)]
    borders = house_borders(cusps)
    assert Border(100.0, 12, 1) in borders
    assert Border(70.0, 11, 12) in borders
    assert len(borders) == 12


def test_houses_that_run_backwards_are_entered_from_the_other_side() -> None:
    cusps = [(100.0 - 30.0 * number) % 360.0 for number in range(12)]
    for border in house_borders(cusps):
        here, there = (border.longitude - 1.0) % 360.0, (border.longitude + 1.0) % 360.0
        assert border.before == house_of(here, cusps)
        assert border.after == house_of(there, cusps)
    assert Border(100.0, 1, 12) in house_borders(cusps)


def test_cusps_that_coincide_are_one_border() -> None:
    cusps = [0.0, 0.0, 60.0, 90.0, 120.0, 150.0, 180.0, 180.0, 240.0, 270.0, 300.0, 330.0]
    borders = house_borders(cusps)
    assert [border for border in borders if border.longitude == 0.0] == [Border(0.0, 12, 2)]
    assert len(borders) == 10


@pytest.mark.parametrize(("station", "retrograde"), [(TURN, False), (400.0 - TURN, True)])
def test_a_station_on_a_border_touches_what_lies_behind_it(
    station: float,
    retrograde: bool,  # noqa: FBT001 - a parameter
) -> None:
    border = Border(value(station) % 360.0, 3, 4)
    found = ingresses(Swing(), [border], station - 20.0, station + 20.0)
    (touch,) = [row for row in found if row.grazing]
    assert touch.moment == pytest.approx(station)
    assert touch.is_retrograde is retrograde
    assert (touch.previous, touch.entered) == ((4, 3) if retrograde else (3, 4))
