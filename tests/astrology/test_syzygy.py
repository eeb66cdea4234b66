"""The new or full Moon before a moment, under a Sun and a Moon that move evenly."""

from __future__ import annotations

import pytest

from app.astrology.bodies import Body
from app.astrology.chart import Conventions, Instant
from app.astrology.frame import TROPICAL
from app.astrology.place import Place
from app.astrology.prenatal import FullMoonDegree, prenatal_syzygy
from app.astrology.syzygy import Lunation, Syzygy, SyzygyRule, last_syzygy, syzygy_near
from tests.doubles import LinearEphemeris, Motion

SKY = LinearEphemeris({Body.SUN: Motion(0.0, 1.0), Body.MOON: Motion(0.0, 13.0)})
"""New at 0, 30, 60 days, full at 15, 45: the Moon gains 12 degrees a day."""


def last(moment: float, rule: SyzygyRule = SyzygyRule.LAST_SYZYGY) -> Syzygy:
    return last_syzygy(moment, rule, SKY, TROPICAL)


@pytest.mark.parametrize(
    ("moment", "kind", "expected"),
    [
        (10.0, Lunation.NEW_MOON, 0.0),
        (14.999, Lunation.NEW_MOON, 0.0),
        (15.001, Lunation.FULL_MOON, 15.0),
        (29.999, Lunation.FULL_MOON, 15.0),
        (30.001, Lunation.NEW_MOON, 30.0),
    ],
)
def test_the_last_lunation_is_found(moment: float, kind: Lunation, expected: float) -> None:
    found = last(moment)
    assert found.kind is kind
    assert found.moment == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("moment", "rule", "expected"),
    [
        (20.0, SyzygyRule.NEW_MOON, 0.0),
        (20.0, SyzygyRule.FULL_MOON, 15.0),
        (40.0, SyzygyRule.NEW_MOON, 30.0),
        (40.0, SyzygyRule.FULL_MOON, 15.0),
    ],
)
def test_a_rule_may_want_one_kind_always(moment: float, rule: SyzygyRule, expected: float) -> None:
    assert last(moment, rule).moment == pytest.approx(expected, abs=1e-9)


def test_a_birth_at_the_lunation_follows_it() -> None:
    assert last(0.0) == Syzygy(Lunation.NEW_MOON, 0.0)


def test_a_lunation_is_found_from_nearby() -> None:
    assert syzygy_near(43.0, Lunation.FULL_MOON, SKY, TROPICAL) == pytest.approx(45.0, abs=1e-9)


@pytest.mark.parametrize(
    ("midheaven", "moment", "light", "point"),
    [
        # Full at day 15: Sun at 15, Moon at 195; the ascendant does not turn.
        (15.0, 20.0, FullMoonDegree.MOON, Body.MOON),
        (15.0, 20.0, FullMoonDegree.ABOVE_AT_SYZYGY, Body.SUN),
        (195.0, 20.0, FullMoonDegree.ABOVE_AT_SYZYGY, Body.MOON),
        (15.0, 20.0, FullMoonDegree.ABOVE_AT_BIRTH, Body.SUN),
        (195.0, 20.0, FullMoonDegree.ABOVE_AT_BIRTH, Body.MOON),
        (195.0, 5.0, FullMoonDegree.MOON, Body.SUN),  # a new Moon is the degree of both
    ],
)
def test_a_full_moon_leaves_the_degree_of_the_light_that_is_asked_for(
    midheaven: float, moment: float, light: FullMoonDegree, point: Body
) -> None:
    sky = LinearEphemeris(SKY.motions, midheaven=midheaven)
    chart = Instant(moment, Place(0.0, 0.0), Conventions(), sky)
    assert prenatal_syzygy(chart, SyzygyRule.LAST_SYZYGY, light).chosen.point is point
