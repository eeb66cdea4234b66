"""Harmonic charts, by numbers that can be worked out by hand."""

from __future__ import annotations

import pytest

from app.astrology.aspects import AspectKind, OrbRules
from app.astrology.bodies import Body
from app.astrology.harmonics import (
    OrbRule,
    equal_cusps,
    harmonic_aspects,
    house_in,
    multiplied,
    multiplied_cusps,
)
from app.astrology.sky import Position

RULES = OrbRules.of({AspectKind.CONJUNCTION: 6.0, AspectKind.TRINE: 6.0})


def test_longitude_and_speed_are_multiplied_and_the_rest_is_kept() -> None:
    place = Position(Body.MARS, 100.0, -1.5, 1.2, -0.25, 0.01, 0.002)
    assert multiplied(place, 5) == Position(Body.MARS, 140.0, -1.5, 1.2, -1.25, 0.01, 0.002)


@pytest.mark.parametrize(("longitude", "harmonic"), [(0.0, 7), (180.0, 2), (72.0, 5), (120.0, 3)])
def test_parts_of_the_circle_come_together_at_its_start(longitude: float, harmonic: int) -> None:
    assert multiplied(Position(Body.SUN, longitude), harmonic).longitude == 0.0


def test_the_first_harmonic_is_the_radix() -> None:
    place = Position(Body.SUN, 359.999, speed=1.0)
    assert multiplied(place, 1) == place


def test_orbs_count_in_the_harmonic_chart_unless_in_the_radix() -> None:
    # Two degrees from a quintile are ten degrees in the fifth harmonic.
    turned = [multiplied(Position(Body.SUN, at), 5) for at in (0.0, 74.0)]
    assert harmonic_aspects(turned, 5, RULES, OrbRule.HARMONIC) == []
    (found,) = harmonic_aspects(turned, 5, RULES, OrbRule.RADIX)
    assert found.aspect.orb == pytest.approx(10.0)
    assert found.radix_orb == pytest.approx(2.0)
    assert found.aspect.allowed == 30.0


def test_an_aspect_applies_by_the_motion_of_the_radix() -> None:
    sun, moon = Position(Body.SUN, 72.0, speed=1.0), Position(Body.MOON, 143.9, speed=13.0)
    turned = [multiplied(place, 5) for place in (sun, moon)]
    (found,) = harmonic_aspects(turned, 5, RULES, OrbRule.HARMONIC)
    assert found.aspect.applying is True
    assert found.radix_orb == pytest.approx(0.1)


def test_equal_cusps_open_at_the_multiplied_ascendant() -> None:
    cusps = equal_cusps(100.0, 4)
    assert cusps[:3] == (40.0, 70.0, 100.0)
    assert house_in(multiplied(Position(Body.SUN, 100.0), 4), cusps) == 1
    assert house_in(Position(Body.SUN, 39.9), cusps) == 12


def test_multiplied_cusps_keep_the_order_of_the_radix() -> None:
    assert multiplied_cusps((10.0, 100.0, 190.0), 2) == (20.0, 200.0, 20.0)
