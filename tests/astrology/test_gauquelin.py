"""The number of a sector."""

from __future__ import annotations

import pytest

from app.astrology.bodies import Body
from app.astrology.gauquelin import METHODS, PLUS_ZONES, Sector


@pytest.mark.parametrize(
    ("position", "number"), [(1.0, 1), (1.999, 1), (36.0, 36), (36.9999, 36), (37.0, 36)]
)
def test_a_sector_is_the_whole_part_of_its_position(position: float, number: int) -> None:
    assert Sector(Body.MARS, position).number == number


def test_a_body_that_does_not_cross_has_no_sector() -> None:
    assert Sector(Body.MARS, None, "it does not cross").number is None


def test_there_are_six_methods_and_the_narrow_zones() -> None:
    assert len(METHODS) == 6
    assert sorted(PLUS_ZONES) == [1, 2, 3, 9, 10, 11, 12, 36]
