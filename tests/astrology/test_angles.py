"""Arithmetic on the circle, as properties that hold for every pair of directions."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.astrology.angles import Sexagesimal, norm, separation, signed_arc

ROUNDING = 1e-9
"""Degrees: sums of numbers up to 1e5 round to 1.5e-11, a few of them stay below this."""

directions = st.floats(0.0, 360.0, exclude_max=True)
any_degrees = st.floats(-1e5, 1e5)


def together(a: float, b: float) -> bool:
    """Whether two directions are the same but for rounding, also across 0 Aries."""
    return min((a - b) % 360.0, (b - a) % 360.0) < ROUNDING


@given(any_degrees)
@example(-1e-17)  # modulo 360 this rounds up to 360 itself
@example(-0.0)
@example(360.0)
@example(-360.0)
@example(math.nextafter(360.0, 0.0))
def test_a_direction_lies_in_the_first_turn(degrees: float) -> None:
    turned = norm(degrees)
    assert 0.0 <= turned < 360.0
    assert math.copysign(1.0, turned) == 1.0  # an answer never shows -0.0
    assert together(turned, degrees)


@given(directions)
def test_a_direction_of_the_first_turn_stays_what_it_is(degrees: float) -> None:
    assert norm(degrees) == degrees


@given(any_degrees, any_degrees)
@example(math.nextafter(180.0, 360.0), 0.0)  # a rounding that once gave +180
@example(180.0, 0.0)
@example(0.0, 180.0)
def test_a_signed_arc_is_the_shorter_way(start: float, end: float) -> None:
    arc = signed_arc(start, end)
    assert -180.0 <= arc < 180.0
    assert together(norm(start + arc), norm(end))


@given(directions, directions)
def test_a_signed_arc_turns_round_with_its_ends(start: float, end: float) -> None:
    there, back = signed_arc(start, end), signed_arc(end, start)
    assert there == pytest.approx(-back, abs=ROUNDING) or abs(there) > 180.0 - ROUNDING


@given(directions, directions, st.floats(-360.0, 360.0))
def test_a_separation_does_not_know_order_or_rotation(a: float, b: float, turn: float) -> None:
    apart = separation(a, b)
    assert 0.0 <= apart <= 180.0
    assert separation(b, a) == pytest.approx(apart, abs=ROUNDING)
    assert separation(norm(a + turn), norm(b + turn)) == pytest.approx(apart, abs=ROUNDING)


@pytest.mark.parametrize(
    ("start", "end", "arc"),
    [
        (350.0, 10.0, 20.0),
        (10.0, 350.0, -20.0),
        (0.0, 179.5, 179.5),
        (0.0, 180.5, -179.5),
        (90.0, 270.0, -180.0),
        (270.0, 90.0, -180.0),
    ],
)
def test_an_arc_crosses_zero_aries_by_the_shorter_way(start: float, end: float, arc: float) -> None:
    assert signed_arc(start, end) == arc
    assert separation(start, end) == abs(arc)


@given(st.floats(0.0, 30.0, exclude_max=True))
@example(29.999999999999996)
@example(29.999722222222222)
def test_parts_are_truncated_so_that_a_point_stays_in_its_sign(degrees: float) -> None:
    parts = Sexagesimal.of(degrees)
    assert 0 <= parts.degree < 30
    assert 0 <= parts.minute < 60
    assert 0 <= parts.second < 60
    told = parts.degree + parts.minute / 60.0 + parts.second / 3600.0
    assert told - ROUNDING <= degrees < told + 1.0 / 3600.0 + ROUNDING


def test_an_angle_is_told_in_degrees_minutes_and_seconds() -> None:
    assert Sexagesimal.of(14.0) == Sexagesimal(14, 0, 0)
    assert Sexagesimal.of(29.9999) == Sexagesimal(29, 59, 59)
    assert Sexagesimal.of(10.5 + 30.5 / 3600.0) == Sexagesimal(10, 30, 30)
