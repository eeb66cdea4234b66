"""Loops of passes and stays within orb, from plain arrays."""

from __future__ import annotations

import numpy as np

from app.astrology.aspects import AspectRule
from app.astrology.bodies import Body
from app.astrology.curves import Longitudes
from app.astrology.sky import Position
from app.astrology.transits import (
    Passing,
    Visit,
    edges_of,
    joined,
    loops,
    passing,
    targets_of,
    visits,
    within,
)
from tests.doubles import LinearEphemeris, Motion

SKY = LinearEphemeris({Body.SUN: Motion(0.0, 1.0), Body.MARS: Motion(100.0, -0.5)})
CURVES = Longitudes((Body.SUN, Body.MARS), SKY)
TWO = np.array([2.0])
"""Degrees of orb of every level."""


def passes_of(*rows: tuple[int, int, float, bool, bool]) -> Passing:
    curves, levels, moments, rising, grazing = zip(*rows, strict=True)
    return Passing(
        np.array(curves),
        np.array(levels),
        np.array(moments),
        np.array(rising),
        np.array(grazing),
    )


def test_an_aspect_has_a_target_on_either_side_and_an_opposition_one() -> None:
    fixed = [Position(Body.VENUS, 350.0)]
    rules = [AspectRule(n, a, 1.0) for n, a in (("C", 0.0), ("Q", 90.0), ("O", 180.0))]
    found = targets_of(fixed, rules)
    assert [(t.rule.name, t.longitude) for t in found] == [
        ("C", 350.0),
        ("Q", 80.0),
        ("Q", 260.0),
        ("O", 170.0),
    ]


def test_bodies_pass_levels_in_their_own_direction() -> None:
    found = passing(CURVES, np.array([10.0, 95.0]), 0.0, 20.0)
    rows = zip(found.curves, found.levels, found.moments.round(6), found.rising, strict=True)
    assert list(rows) == [(0, 0, 10.0, True), (1, 1, 10.0, False)]


def test_passes_of_alternating_directions_are_one_loop() -> None:
    rows = [(0, 0, 1.0, True, False), (0, 0, 2.0, False, False), (0, 0, 3.0, True, False)]
    found = loops(passes_of(*rows, (0, 0, 400.0, True, False)))
    assert [(hit.moment, hit.number, hit.of) for hit in found] == [
        (1.0, 1, 3),
        (2.0, 2, 3),
        (3.0, 3, 3),
        (400.0, 1, 1),
    ]


def test_loops_do_not_mix_targets_or_bodies() -> None:
    rows = [(0, 0, 1.0, True, False), (0, 1, 2.0, False, False), (1, 0, 3.0, False, False)]
    assert [(hit.number, hit.of) for hit in loops(passes_of(*rows))] == [(1, 1)] * 3


def test_a_graze_belongs_to_the_loop_around_it() -> None:
    rows = [(0, 0, 1.0, True, False), (0, 0, 2.0, False, True), (0, 0, 3.0, True, False)]
    assert [hit.of for hit in loops(passes_of(*rows))] == [3, 3, 3]


def test_a_graze_does_not_join_loops_that_are_years_apart() -> None:
    rows = [
        (0, 0, 2440000.0, True, False),
        (0, 0, 2451000.0, False, True),
        (0, 0, 2451300.0, True, False),
    ]
    assert [(hit.number, hit.of) for hit in loops(passes_of(*rows))] == [(1, 1), (1, 2), (2, 2)]


def test_no_passes_are_no_loops() -> None:
    assert loops(joined([])) == []


def test_a_visit_lasts_from_edge_to_edge() -> None:
    levels = np.array([10.0])
    exact = loops(passing(CURVES, levels, 0.0, 20.0))
    edges = passing(CURVES, edges_of(levels, TWO), 0.0, 20.0)
    (visit,) = visits(exact, edges, within(CURVES, levels, TWO, 0.0))
    assert [round(at, 6) for at in (visit.enter or 0.0, *visit.exact, visit.leave or 0.0)] == [
        8.0,
        10.0,
        12.0,
    ]


def test_a_body_that_runs_back_enters_by_the_other_edge() -> None:
    levels = np.array([95.0])
    exact = loops(passing(CURVES, levels, 0.0, 20.0))
    edges = passing(CURVES, edges_of(levels, TWO), 0.0, 20.0)
    (visit,) = visits(exact, edges, [])
    assert (round(visit.enter or 0.0, 6), round(visit.leave or 0.0, 6)) == (6.0, 14.0)


def test_a_visit_beyond_the_span_has_an_open_end() -> None:
    levels = np.array([1.0, 19.0])
    exact = loops(passing(CURVES, levels, 0.0, 20.0))
    edges = passing(CURVES, edges_of(levels, TWO), 0.0, 20.0)
    inside = within(CURVES, levels, TWO, 0.0)
    assert inside == [(0, 0)]
    first, last = visits(exact, edges, inside)
    assert (first.enter, round(first.leave or 0.0, 6)) == (None, 3.0)
    assert (round(last.enter or 0.0, 6), last.leave) == (17.0, None)


def test_a_visit_may_turn_before_it_is_exact() -> None:
    edges = passes_of((0, 0, 5.0, True, False), (0, 0, 7.0, False, False))
    assert visits([], edges, []) == [Visit(0, 0, 5.0, 7.0, ())]
