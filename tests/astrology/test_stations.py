"""Retrograde loops and their shadows, on a curve that swings evenly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from app.astrology.search import FULL_CIRCLE, tracks
from app.astrology.sky import FloatArray
from app.astrology.stations import (
    Loop,
    LoopPhase,
    Passage,
    Station,
    loops_of,
    phase_at,
    stations_of,
)


@dataclass(frozen=True)
class Swing:
    """Half a degree a day and a swing of 40 degrees in 400 days: a planet with one loop in each."""

    period = FULL_CIRCLE
    count = 1

    def step(self, curve: int) -> float:  # noqa: ARG002 - the protocol
        return 2.0

    def is_smooth(self, curve: int) -> bool:  # noqa: ARG002 - the protocol
        return False

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        rate = 2.0 * math.pi / 400.0
        values = (0.5 * moments + 40.0 * np.sin(rate * moments)) % FULL_CIRCLE
        speeds = 0.5 + 40.0 * rate * np.cos(rate * moments)
        return np.stack([np.stack((values, speeds), axis=-1)] * len(curves), axis=1)


TURN = 400.0 * math.acos(-0.5 * 400.0 / (80.0 * math.pi)) / (2.0 * math.pi)
"""Day of the first station; the second one lies as far from day 200 on its other side."""


def value(moment: float) -> float:
    return 0.5 * moment + 40.0 * math.sin(2.0 * math.pi * moment / 400.0)


def test_stations_turn_retrograde_and_direct_in_turn() -> None:
    (track,) = tracks(Swing(), 0.0, 800.0)
    found = stations_of(track)
    assert [station.turns_direct for station in found] == [False, True, False, True]
    expected = [TURN, 400.0 - TURN, 400.0 + TURN, 800.0 - TURN]
    assert [station.moment for station in found] == pytest.approx(expected)
    assert found[2].longitude == pytest.approx(value(400.0 + TURN) % 360.0)


def test_a_shadow_reaches_to_the_degrees_of_the_stations() -> None:
    (track,) = tracks(Swing(), 0.0, 400.0)
    (loop,) = loops_of(track)
    assert loop.pre_shadow is not None
    assert loop.post_shadow is not None
    assert loop.retrograde is not None
    assert loop.direct is not None
    assert value(loop.pre_shadow.moment) == pytest.approx(value(400.0 - TURN))
    assert value(loop.post_shadow.moment) == pytest.approx(value(TURN))
    assert loop.pre_shadow.moment < TURN
    assert loop.post_shadow.moment > 400.0 - TURN
    # The swing is the same read backwards.
    assert loop.pre_shadow.moment == pytest.approx(400.0 - loop.post_shadow.moment)
    assert loop.pre_shadow.longitude == loop.direct.longitude
    assert loop.post_shadow.longitude == loop.retrograde.longitude


def test_what_a_track_does_not_reach_is_none() -> None:
    (late,) = tracks(Swing(), TURN - 1.0, 400.0)
    (loop,) = loops_of(late)
    assert loop.pre_shadow is None
    assert loop.post_shadow is not None
    (later,) = tracks(Swing(), TURN + 1.0, 400.0)
    (half,) = loops_of(later)
    assert half[:2] == (None, None)
    assert half.direct is not None
    assert half.post_shadow is None
    (early,) = tracks(Swing(), 0.0, 200.0)
    (begun,) = loops_of(early)
    assert begun.pre_shadow is None
    assert begun.retrograde is not None
    assert begun[2:] == (None, None)
    assert begun.start == begun.end == begun.key == begun.retrograde.moment


LOOP = Loop(
    Passage(10.0, 5.0),
    Station(20.0, 9.0, turns_direct=False),
    Station(30.0, 5.0, turns_direct=True),
    Passage(40.0, 9.0),
)


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (9.9, LoopPhase.DIRECT),
        (10.0, LoopPhase.PRE_SHADOW),
        (19.9, LoopPhase.PRE_SHADOW),
        (20.0, LoopPhase.RETROGRADE),
        (30.0, LoopPhase.POST_SHADOW),
        (40.0, LoopPhase.DIRECT),
    ],
)
def test_a_loop_has_its_phases(moment: float, phase: LoopPhase) -> None:
    assert phase_at(moment, [LOOP]) is phase


def test_where_two_shadows_overlap_the_earlier_counts() -> None:
    following = Loop(Passage(35.0, 7.0), Station(50.0, 11.0, turns_direct=False), None, None)
    assert phase_at(37.0, [following, LOOP]) is LoopPhase.POST_SHADOW
    assert phase_at(41.0, [following, LOOP]) is LoopPhase.PRE_SHADOW
