"""What a search for exactness costs: one root an aspect, however wide the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.astrology import exactness
from app.astrology.aspects import DEFAULT_ORBS, OrbRules, aspects_among
from app.astrology.bodies import PLANETS
from app.astrology.frame import TROPICAL
from app.astrology.search import root
from app.astrology.sky import positions_at
from app.ephemeris.swiss import SwissEphemeris

MOMENT = 2451545.25


def test_a_wide_window_costs_no_more_roots(
    ephemeris: SwissEphemeris, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[float] = []

    def counted(function: Callable[[float], float], start: float, end: float) -> float:
        searched.append(start)
        return root(function, start, end)

    monkeypatch.setattr(exactness, "root", counted)
    found = aspects_among(
        positions_at(MOMENT, PLANETS, ephemeris), OrbRules.of(dict.fromkeys(DEFAULT_ORBS, 5.0))
    )
    days = exactness.exact_times(found, MOMENT, 183.0, TROPICAL, ephemeris)
    assert len([day for day in days if day is not None]) > 10
    assert len(searched) <= len(found)


def test_each_time_lies_on_the_side_that_the_aspect_tells(ephemeris: SwissEphemeris) -> None:
    positions = positions_at(MOMENT, PLANETS, ephemeris)
    found = aspects_among(positions, OrbRules.of(dict.fromkeys(DEFAULT_ORBS, 5.0)))
    days = exactness.exact_times(found, MOMENT, 183.0, TROPICAL, ephemeris)
    for aspect, day in zip(found, days, strict=True):
        assert day is None or (day > MOMENT) is aspect.applying
