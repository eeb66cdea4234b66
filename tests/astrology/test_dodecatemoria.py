"""Twelfth-parts and decans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.angles import separation
from app.astrology.bodies import Body
from app.astrology.dodecatemoria import Decan, TwelfthPart, decan_of, dodecatemorion
from app.astrology.rulerships import FaceSystem
from app.astrology.zodiac import SIGNS, Sign, sign_of


@pytest.mark.parametrize(
    ("longitude", "twelve", "thirteen"),
    [
        (0.0, 0.0, 0.0),
        (5.0, 60.0, 65.0),
        (29.75, 357.0, 26.75),
        (30.0, 30.0, 30.0),
        (302.5, 330.0, 332.5),
        (345.0, 150.0, 165.0),
    ],
)
def test_the_degrees_in_the_sign_are_multiplied_from_its_start(
    longitude: float, twelve: float, thirteen: float
) -> None:
    assert dodecatemorion(longitude) == twelve
    assert dodecatemorion(longitude, TwelfthPart.THIRTEEN) == thirteen


@given(st.floats(0.0, 360.0, exclude_max=True))
def test_every_two_and_a_half_degrees_are_the_next_sign(longitude: float) -> None:
    part = dodecatemorion(longitude)
    signs = int(longitude % 30.0 // 2.5)
    if 1e-9 < longitude % 2.5 < 2.5 - 1e-9:
        assert sign_of(part) is SIGNS[(int(longitude // 30.0) + signs) % 12]
    thirteen = dodecatemorion(longitude, TwelfthPart.THIRTEEN)
    assert separation(thirteen, part + longitude % 30.0) < 1e-9


@pytest.mark.parametrize(
    ("longitude", "chaldean", "triplicity"),
    [
        (0.0, Decan(1, Body.MARS, Sign.ARIES), Decan(1, Body.MARS, Sign.ARIES)),
        (10.0, Decan(2, Body.SUN, Sign.LEO), Decan(2, Body.SUN, Sign.LEO)),
        (20.0, Decan(3, Body.VENUS, Sign.SAGITTARIUS), Decan(3, Body.JUPITER, Sign.SAGITTARIUS)),
        (29.999, Decan(3, Body.VENUS, Sign.SAGITTARIUS), Decan(3, Body.JUPITER, Sign.SAGITTARIUS)),
        (30.0, Decan(1, Body.MERCURY, Sign.TAURUS), Decan(1, Body.VENUS, Sign.TAURUS)),
        (359.9, Decan(3, Body.MARS, Sign.SCORPIO), Decan(3, Body.MARS, Sign.SCORPIO)),
    ],
)
def test_a_decan_has_a_ruler_and_a_sign(
    longitude: float, chaldean: Decan, triplicity: Decan
) -> None:
    assert decan_of(longitude, FaceSystem.CHALDEAN) == chaldean
    assert decan_of(longitude, FaceSystem.TRIPLICITY) == triplicity
