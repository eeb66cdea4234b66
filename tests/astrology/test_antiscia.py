"""Places mirrored at the solstices and at the equinoxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.angles import separation
from app.astrology.antiscia import Mirror, reflected
from app.astrology.bodies import Body
from app.astrology.sky import Position
from app.astrology.zodiac import Sign, sign_of

FIRMICUS = {
    Sign.GEMINI: Sign.CANCER,
    Sign.LEO: Sign.TAURUS,
    Sign.VIRGO: Sign.ARIES,
    Sign.LIBRA: Sign.PISCES,
    Sign.SCORPIO: Sign.AQUARIUS,
    Sign.SAGITTARIUS: Sign.CAPRICORN,
}
"""Mathesis II.29: signs that send antiscia to each other."""


def at(longitude: float) -> Position:
    return Position(Body.MARS, longitude, 1.5, 2.0, 0.5, 0.1, 0.2)


@pytest.mark.parametrize(
    ("longitude", "mirror", "expected"),
    [
        (0.0, Mirror.ANTISCION, 180.0),
        (90.0, Mirror.ANTISCION, 90.0),
        (270.0, Mirror.ANTISCION, 270.0),
        (280.0, Mirror.ANTISCION, 260.0),
        (0.0, Mirror.CONTRA_ANTISCION, 0.0),
        (180.0, Mirror.CONTRA_ANTISCION, 180.0),
        (280.0, Mirror.CONTRA_ANTISCION, 80.0),
    ],
)
def test_a_longitude_is_mirrored(longitude: float, mirror: Mirror, expected: float) -> None:
    assert reflected(at(longitude), mirror).longitude == expected


def test_the_reflection_keeps_the_latitude_and_runs_the_other_way() -> None:
    assert reflected(at(10.0), Mirror.ANTISCION) == Position(
        Body.MARS, 170.0, 1.5, 2.0, -0.5, 0.1, 0.2
    )


@pytest.mark.parametrize(("one", "other"), FIRMICUS.items())
def test_signs_send_antiscia_to_each_other_as_firmicus_has_it(one: Sign, other: Sign) -> None:
    for start, end in ((one, other), (other, one)):
        middle = 30.0 * list(Sign).index(start) + 15.0
        assert sign_of(reflected(at(middle), Mirror.ANTISCION).longitude) is end


@given(st.floats(0.0, 360.0, exclude_max=True), st.sampled_from(Mirror), st.floats(0.0, 30.0))
def test_a_reflection_of_a_reflection_is_the_point(
    longitude: float, mirror: Mirror, equinox: float
) -> None:
    again = reflected(reflected(at(longitude), mirror, equinox), mirror, equinox)
    assert separation(again.longitude, longitude) < 1e-9


@given(st.floats(0.0, 360.0, exclude_max=True))
def test_the_contra_antiscion_is_opposite_the_antiscion(longitude: float) -> None:
    one, other = (reflected(at(longitude), mirror).longitude for mirror in Mirror)
    assert separation(one, other) == pytest.approx(180.0, abs=1e-9)


def test_a_sidereal_place_is_mirrored_at_the_solstices_of_the_year() -> None:
    """With an ayanamsa of 24 degrees Cancer of the seasons starts at 66 sidereal."""
    assert reflected(at(66.0), Mirror.ANTISCION, 24.0).longitude == 66.0
    assert reflected(at(56.0), Mirror.ANTISCION, 24.0).longitude == 76.0
