"""Signs and the degrees within them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.zodiac import SIGNS, Sign, degree_in_sign, sign_of


@pytest.mark.parametrize(("number", "sign"), list(enumerate(SIGNS)), ids=str)
def test_a_sign_opens_with_its_first_degree_and_holds_all_thirty(number: int, sign: Sign) -> None:
    start = 30.0 * number
    assert sign_of(start) is sign
    assert sign_of(start + 15.0) is sign
    assert sign_of(math.nextafter(start + 30.0, 0.0)) is sign
    assert degree_in_sign(start) == 0.0


def test_the_signs_stand_in_their_order() -> None:
    assert " ".join(SIGNS) == (
        "ARIES TAURUS GEMINI CANCER LEO VIRGO LIBRA SCORPIO SAGITTARIUS CAPRICORN AQUARIUS PISCES"
    )


@given(st.floats(0.0, 360.0, exclude_max=True))
def test_sign_and_degree_give_the_longitude_back(longitude: float) -> None:
    degree = degree_in_sign(longitude)
    assert 0.0 <= degree < 30.0
    assert SIGNS.index(sign_of(longitude)) * 30.0 + degree == pytest.approx(longitude, abs=1e-12)
