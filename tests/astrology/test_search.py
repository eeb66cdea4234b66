"""Passes of curves over targets: none lost, none counted twice, each where the curve is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.astrology.bodies import PLANETS, Body
from app.astrology.curves import Carried, Declinations, Elongations, Longitudes, Slowed
from app.astrology.progressions import Clock
from app.astrology.search import (
    FULL_CIRCLE,
    GRAZING,
    Passes,
    folded,
    grid,
    passes,
    roots,
    stations,
    tracks,
)
from app.astrology.sky import LONGITUDE, SPEED, FloatArray
from app.ephemeris.swiss import SwissEphemeris

HALF_A_SECOND = 0.5 / 86_400.0
SMALL_ARC = 1e-6
"""Degrees; what is nearer than this to its target, or than half a second, is a hit."""
J2000 = 2_451_545.0


@dataclass(frozen=True)
class Swing:
    """`mean` degrees a day, and a swing around that: it turns wherever the swing is faster."""

    mean: float
    width: float
    days: float
    period: float = FULL_CIRCLE
    count: int = 1

    def step(self, curve: int) -> float:  # noqa: ARG002 - the protocol
        return 1.0

    def is_smooth(self, curve: int) -> bool:  # noqa: ARG002 - the protocol
        return False

    def sample(self, moments: FloatArray, curves: Sequence[int]) -> FloatArray:
        rate = 2.0 * math.pi / self.days
        values = self.mean * moments + self.width * np.sin(rate * moments)
        speeds = self.mean + self.width * rate * np.cos(rate * moments)
        if self.period:
            values = values % self.period
        return np.stack([np.stack((values, speeds), axis=-1)] * len(curves), axis=1)


def found(swing: Swing, start: float, end: float, targets: list[float]) -> Passes:
    (track,) = tracks(swing, start, end)
    return passes(track, np.array(targets))


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(0.0, 0.0), (180.0, -180.0), (-180.0, -180.0), (181.0, -179.0), (359.0, -1.0), (725.0, 5.0)],
)
def test_an_angle_is_folded_around_zero(degrees: float, expected: float) -> None:
    assert folded(np.array([degrees])).tolist() == [expected]


@pytest.mark.parametrize(("start", "end"), [(1.0, 3.0), (1.2, 2.9), (1.9, 2.1)])
def test_a_grid_lies_on_the_multiples_of_its_step_around_a_span(start: float, end: float) -> None:
    assert grid(start, end, 1.0).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert grid(start / 4.0, end / 4.0, 0.25).tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_an_even_motion_passes_each_target_once_a_turn() -> None:
    hits = found(Swing(1.0, 0.0, 1.0), 0.0, 720.0, [10.0, 350.0])
    assert hits.moments.tolist() == pytest.approx([10.0, 350.0, 370.0, 710.0])
    assert hits.targets.tolist() == [0, 1, 0, 1]
    assert hits.rising.all()
    assert hits.speeds.tolist() == pytest.approx([1.0] * 4)


def test_a_backward_motion_passes_them_falling() -> None:
    hits = found(Swing(-1.0, 0.0, 1.0), 0.0, 360.0, [10.0])
    assert hits.moments.tolist() == pytest.approx([350.0])
    assert not hits.rising.any()


def test_targets_at_one_place_are_all_passed() -> None:
    hits = found(Swing(1.0, 0.0, 1.0), 0.0, 20.0, [10.0, 10.0, 370.0])
    assert hits.targets.tolist() == [0, 1, 2]


def test_a_pass_at_the_seam_of_two_spans_belongs_to_the_first() -> None:
    swing = Swing(1.0, 0.0, 1.0)
    assert len(found(swing, 0.0, 10.0, [10.0])) == 1
    assert len(found(swing, 10.0, 20.0, [10.0])) == 0


def test_a_loop_passes_a_target_three_times() -> None:
    """0.5 degrees a day and 40 degrees of swing in 400 days: back between days 144 and 256."""
    swing = Swing(0.5, 40.0, 400.0)
    (track,) = tracks(swing, 0.0, 400.0)
    turns = stations(track)
    assert [round(moment) for moment, *_ in turns] == [
        round(400.0 * math.acos(-0.5 * 400.0 / (80.0 * math.pi)) / (2.0 * math.pi)),
        round(400.0 - 400.0 * math.acos(-0.5 * 400.0 / (80.0 * math.pi)) / (2.0 * math.pi)),
    ]
    assert [grows for *_, grows in turns] == [False, True]
    hits = passes(track, np.array([100.0]))
    assert hits.rising.tolist() == [True, False, True]


def test_a_station_on_a_target_is_one_grazing_pass() -> None:
    swing = Swing(0.5, 40.0, 400.0)
    (track,) = tracks(swing, 0.0, 200.0)
    ((moment, value, _),) = stations(track)
    for off in (0.0, GRAZING / 2.0, -GRAZING / 2.0):
        hits = passes(track, np.array([value + off]))
        assert hits.grazing.tolist() == [True]
        assert hits.moments.tolist() == pytest.approx([moment])
    assert passes(track, np.array([value - 2.0 * GRAZING])).rising.tolist() == [True, False]
    assert len(passes(track, np.array([value + 2.0 * GRAZING]))) == 0


def test_what_is_no_angle_passes_no_target_beyond_its_circle() -> None:
    hits = found(Swing(0.0, 20.0, 100.0, period=0.0), 0.0, 100.0, [10.0, 370.0])
    assert hits.targets.tolist() == [0, 0]
    assert hits.rising.tolist() == [True, False]


def test_no_targets_are_never_passed() -> None:
    assert len(found(Swing(1.0, 0.0, 1.0), 0.0, 100.0, [])) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.05, 2.0),
    st.floats(0.0, 60.0),
    st.floats(60.0, 400.0),
    st.lists(st.floats(0.0, 359.999), min_size=1, max_size=8),
    st.integers(2, 9),
)
def test_counts_telescope(
    mean: float, width: float, days: float, targets: list[float], parts: int
) -> None:
    """However a span is cut, its parts hold what the whole holds, pass by pass."""
    swing = Swing(mean, width, days)
    whole = found(swing, 3.0, 603.0, targets)
    edges = np.linspace(3.0, 603.0, parts + 1).tolist()
    cut = [found(swing, start, end, targets) for start, end in pairwise(edges)]
    plain = [hits.moments[~hits.grazing] for hits in cut]
    if not any(hits.grazing.any() for hits in (whole, *cut)):
        assert np.concatenate(plain) == pytest.approx(whole.moments, abs=HALF_A_SECOND)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 2.0), st.floats(0.0, 60.0), st.floats(60.0, 400.0), st.floats(0.0, 359.999))
def test_no_pass_is_lost_against_a_fine_grid(
    mean: float, width: float, days: float, target: float
) -> None:
    swing = Swing(mean, width, days)
    hits = found(swing, 3.0, 603.0, [target])
    fine = grid(3.0, 603.0, 0.005)
    off = folded(swing.sample(fine, (0,))[:, 0, 0] - target)
    changes = np.nonzero((off[:-1] * off[1:] <= 0.0) & (np.abs(off[:-1]) < 90.0))[0]
    if not hits.grazing.any():
        for moment in fine[changes]:
            assert np.abs(hits.moments - moment).min() <= 0.01
        assert len(hits) >= len(changes) - int((off == 0.0).sum())


def test_roots_of_many_functions_are_found_at_once() -> None:
    at = np.array([0.25, 0.5, 0.123])
    steep = np.array([1.0, -3.0, 1e4])
    hits = roots(lambda when, which: np.arctan(steep[which] * (when - at[which])), at * 0.0, at + 1)
    assert hits.tolist() == pytest.approx(at.tolist(), abs=1e-8)


def test_a_root_at_an_end_is_that_end() -> None:
    assert roots(lambda at, _: at - 3.0, np.array([3.0]), np.array([4.0])).tolist() == [3.0]
    assert roots(lambda at, _: at - 4.0, np.array([3.0]), np.array([4.0])).tolist() == [4.0]


# On the sky itself

MOVING = (*PLANETS, Body.NORTH_NODE, Body.TRUE_NODE, Body.CHIRON, Body.LILITH_TRUE, Body.CERES)


def off_target(
    body: Body, hits: Passes, targets: FloatArray, ephemeris: SwissEphemeris
) -> FloatArray:
    """Of each pass the smaller of what it lacks in degrees and in seconds, in units allowed."""
    rows = ephemeris.positions(hits.moments, (body,))[:, 0, :]
    arc = np.abs(folded(rows[:, LONGITUDE] - targets[hits.targets]))
    with np.errstate(divide="ignore"):
        days = arc / np.abs(rows[:, SPEED])
    return np.minimum(arc / SMALL_ARC, days / HALF_A_SECOND)


@pytest.mark.parametrize("body", MOVING)
@pytest.mark.parametrize("year", [1205, 1850, 2049, 2390])
def test_every_pass_is_where_the_body_is(body: Body, year: int, ephemeris: SwissEphemeris) -> None:
    start = J2000 + (year - 2000) * 365.2425
    targets = np.random.default_rng(year).uniform(0.0, 360.0, 24)
    (track,) = tracks(Longitudes((body,), ephemeris), start, start + 800.0)
    hits = passes(track, targets)
    plain = ~hits.grazing
    assert (off_target(body, hits, targets, ephemeris)[plain] <= 1.0).all()
    for moment, *_ in stations(track):
        around = (moment - HALF_A_SECOND, moment, moment + HALF_A_SECOND)
        before, speed, after = ephemeris.positions(around, (body,))[:, 0, SPEED]
        # The speeds of osculating points leap where one segment of the Moon's file ends.
        noise = 1e-3 if body in {Body.TRUE_NODE, Body.LILITH_TRUE} else SMALL_ARC
        assert abs(speed) < noise or before * after < 0.0


@pytest.mark.parametrize("body", [Body.MERCURY, Body.MARS, Body.JUPITER, Body.TRUE_NODE, Body.MOON])
def test_no_pass_is_lost_against_a_grid_of_minutes(body: Body, ephemeris: SwissEphemeris) -> None:
    """Sixty days around a station, with targets crowded about it."""
    (track,) = tracks(Longitudes((body,), ephemeris), J2000, J2000 + 1000.0)
    turns = stations(track)
    middle, value = turns[0][:2] if turns else (J2000 + 500.0, 0.0)
    start, end = middle - 8.0, middle + 8.0
    spread = np.random.default_rng(7).normal(0.0, 0.05, 40)
    targets = (value + spread) % 360.0
    (near,) = tracks(Longitudes((body,), ephemeris), start, end)
    hits = passes(near, targets)
    fine = grid(start, end, 2.0 / 1440.0)
    longitudes = ephemeris.positions(fine, (body,))[:, 0, LONGITUDE]
    for index, target in enumerate(targets):
        off = folded(longitudes - target)
        changes = np.nonzero((off[:-1] * off[1:] < 0.0) & (np.abs(off[:-1]) < 90.0))[0]
        own = hits.moments[hits.targets == index]
        grazing = hits.grazing[hits.targets == index].any()
        if not grazing:
            assert len(own) == len(changes)
        for moment in fine[changes]:
            assert np.abs(own - moment).min() <= (0.2 if grazing else 0.01)


def test_two_passes_hours_apart_at_a_station_are_both_found(ephemeris: SwissEphemeris) -> None:
    """Mercury turns some seconds of arc behind the target: out and back within a quarter day."""
    (track,) = tracks(Longitudes((Body.MERCURY,), ephemeris), J2000, J2000 + 400.0)
    moment, value, grows = stations(track)[0]
    target = value + (4.0 if grows else -4.0) / 3600.0
    hits = passes(track, np.array([target]))
    near = hits.moments[np.abs(hits.moments - moment) < 1.0]
    assert len(near) == 2
    assert 0.05 < near[1] - near[0] < 0.5


def test_an_elongation_is_followed_as_one_curve(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 6: new moon 2026-11-09 07:02:07, Saturn with Neptune 2026-02-20 16:54:02.2."""
    curves = Elongations(((Body.SUN, Body.MOON),), ephemeris)
    (track,) = tracks(curves, 2461345.5, 2461375.5)
    (moment,) = passes(track, np.array([0.0])).moments
    assert moment == pytest.approx(2461353.5 + (7 * 3600 + 2 * 60 + 7) / 86400.0, abs=1 / 86400.0)
    slow = Elongations(((Body.SATURN, Body.NEPTUNE),), ephemeris)
    (track,) = tracks(slow, 2461041.5, 2461141.5)
    (moment,) = passes(track, np.array([0.0])).moments
    assert moment == pytest.approx(2461091.5 + 60842.2 / 86400.0, abs=0.5 / 86400.0)


def test_a_declination_is_followed_without_a_circle(ephemeris: SwissEphemeris) -> None:
    """The Sun crosses the equator at the equinox of 2026-03-20 14:45:57.8."""
    (track,) = tracks(Declinations((Body.SUN,), ephemeris), 2461110.5, 2461130.5)
    hits = passes(track, np.array([0.0]))
    assert hits.rising.tolist() == [True]
    assert hits.moments[0] == pytest.approx(2461119.5 + 53157.8 / 86400.0, abs=60 / 86400.0)


def test_slowed_curves_move_a_day_for_a_year(ephemeris: SwissEphemeris) -> None:
    curves = Slowed(Longitudes((Body.SUN,), ephemeris), Clock(J2000, 1.0 / 365.25))
    (row,) = curves.sample(np.array([J2000 + 10.0 * 365.25]), (0,))
    (plain,) = ephemeris.positions((J2000 + 10.0,), (Body.SUN,))
    assert row[0].tolist() == pytest.approx([plain[0, LONGITUDE], plain[0, SPEED] / 365.25])


def test_carried_points_move_with_what_carries_them(ephemeris: SwissEphemeris) -> None:
    sun = Slowed(Longitudes((Body.SUN,), ephemeris), Clock(J2000, 1.0 / 365.25))
    start = float(ephemeris.positions((J2000,), (Body.SUN,))[0, 0, LONGITUDE])
    curves = Carried((10.0 - start, 100.0 - start), sun)
    rows = curves.sample(np.array([J2000, J2000 + 365.25]), (0, 1))
    assert rows[0, :, 0] == pytest.approx([10.0, 100.0])
    assert rows[1, :, 0] - rows[0, :, 0] == pytest.approx([1.0194, 1.0194], abs=1e-3)
