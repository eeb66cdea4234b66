"""Names that no calculation has, and those that were meant."""

from __future__ import annotations

import pytest

from app.calculations.catalogue import catalogue
from app.compat.legacy import Adapter
from app.compat.meant import meant_calculations
from app.compat.operations import EVERY


@pytest.mark.parametrize("adapter", EVERY, ids=lambda adapter: adapter.name)
def test_every_operation_of_the_public_api_tells_its_calculation(adapter: Adapter) -> None:
    name = adapter.name.rpartition("/")[2]
    assert list(meant_calculations(name)) == [adapter.calculation]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Planetary_Positions", ["planetary-positions"]),
        ("parts", ["arabic-parts"]),
        ("stars", ["fixed-stars"]),
        ("chart", ["natal-chart", "chart-shape"]),
        ("sinastry", ["synastry"]),
        ("as", []),
        ("", []),
        ("horoscope-of-the-day", []),
    ],
)
def test_a_part_of_a_name_or_a_slip_in_it_is_understood(name: str, meant: list[str]) -> None:
    assert list(meant_calculations(name)) == meant


def test_no_name_is_told_more_than_a_few() -> None:
    assert all(len(meant_calculations(name[:3])) <= 3 for name in catalogue())
