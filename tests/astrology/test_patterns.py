"""Aspect patterns, by hand and against a search through every set of points."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations, permutations
from typing import Any

import pytest

from app.astrology.angles import separation
from app.astrology.aspects import ANGLE_OF, AspectKind
from app.astrology.bodies import PLANETS
from app.astrology.patterns import (
    DEFAULT_ORBS,
    Pattern,
    PatternKind,
    Role,
    Stellium,
    StelliumBy,
    chains,
    patterns_among,
)
from app.astrology.sky import Position

FOUR_IN_A_SIGN = Stellium(StelliumBy.SIGN, 4, 8.0)
ANGLES_OF_FIGURES = {
    PatternKind.GRAND_TRINE: (120, 120, 120),
    PatternKind.T_SQUARE: (90, 90, 180),
    PatternKind.GRAND_CROSS: (90, 90, 90, 90, 180, 180),
    PatternKind.YOD: (60, 150, 150),
    PatternKind.KITE: (60, 60, 120, 120, 120, 180),
    PatternKind.MYSTIC_RECTANGLE: (60, 60, 120, 120, 180, 180),
}
"""DEFINITIONS.md 3, each figure by all its sides."""


def points(*longitudes: float) -> list[Position]:
    return [Position(body, at % 360.0) for body, at in zip(PLANETS, longitudes, strict=False)]


def found(
    places: list[Position],
    orbs: Mapping[AspectKind, float] = DEFAULT_ORBS,
    stellium: Stellium = FOUR_IN_A_SIGN,
    **more: Any,
) -> list[Pattern]:
    return patterns_among(places, PatternKind, orbs, stellium, **more)


def kinds(patterns: list[Pattern]) -> list[PatternKind]:
    return [pattern.kind for pattern in patterns]


@pytest.mark.parametrize(
    ("longitudes", "kind", "roles"),
    [
        ((1.0, 121.0, 241.0), PatternKind.GRAND_TRINE, "CORNER CORNER CORNER"),
        ((0.0, 180.0, 90.0), PatternKind.T_SQUARE, "BASE BASE APEX"),
        ((0.0, 90.0, 180.0, 270.0), PatternKind.GRAND_CROSS, "CORNER CORNER CORNER CORNER"),
        ((0.0, 60.0, 210.0), PatternKind.YOD, "BASE BASE APEX"),
        ((0.0, 120.0, 240.0, 180.0), PatternKind.KITE, "TAIL WING WING APEX"),
        ((0.0, 60.0, 180.0, 240.0), PatternKind.MYSTIC_RECTANGLE, "CORNER CORNER CORNER CORNER"),
    ],
)
@pytest.mark.parametrize("turn", [0.0, 7.0, 305.5])
def test_each_figure_is_found_once_with_its_roles(
    longitudes: tuple[float, ...], kind: PatternKind, roles: str, turn: float
) -> None:
    places = points(*(at + turn for at in longitudes))
    (pattern,) = found(places)
    assert pattern.kind is kind
    role_of = {position.point: role for position, role in pattern.members}
    assert [role_of[place.point] for place in places] == roles.split()
    assert pattern.worst_orb == pytest.approx(0.0, abs=1e-9)


def test_every_side_has_the_orb_of_its_own_aspect() -> None:
    assert kinds(found(points(0.0, 60.0, 207.1))) == [PatternKind.YOD]
    assert found(points(0.0, 60.0, 206.9)) == []
    assert kinds(found(points(0.0, 66.0, 213.0))) == [PatternKind.YOD]
    assert found(points(0.0, 66.1, 213.05)) == []
    wide = {**DEFAULT_ORBS, AspectKind.QUINCUNX: 3.2}
    assert kinds(found(points(0.0, 60.0, 206.9), wide)) == [PatternKind.YOD]


def test_the_worst_orb_is_that_of_the_widest_side() -> None:
    (pattern,) = found(points(0.0, 178.0, 93.0))
    assert pattern.worst_orb == pytest.approx(5.0)
    assert [edge.orb for edge in pattern.edges] == pytest.approx([3.0, 5.0, 2.0])


def test_figures_inside_larger_ones_are_told_on_request() -> None:
    kite, cross = points(0.0, 120.0, 240.0, 180.0), points(0.0, 90.0, 180.0, 270.0)
    assert kinds(found(kite, suppress_subsets=False)) == [
        PatternKind.GRAND_TRINE,
        PatternKind.KITE,
    ]
    assert kinds(found(cross, suppress_subsets=False)) == [
        *(PatternKind.T_SQUARE,) * 4,
        PatternKind.GRAND_CROSS,
    ]


def test_a_figure_is_suppressed_by_a_larger_one_that_is_not_asked_for() -> None:
    kite = points(0.0, 120.0, 240.0, 180.0)
    asked = (PatternKind.GRAND_TRINE,)
    assert patterns_among(kite, asked, DEFAULT_ORBS, FOUR_IN_A_SIGN) == []


def test_sides_out_of_sign_can_be_refused() -> None:
    places = points(1.0, 121.0, 239.0)
    (pattern,) = found(places)
    assert [edge.out_of_sign for edge in pattern.edges] == [False, True, True]
    assert found(places, out_of_sign=False) == []


def test_a_stellium_is_a_number_of_points_in_one_sign() -> None:
    places = points(30.0, 38.0, 50.0, 59.9, 60.0)
    (pattern,) = found(places)
    assert pattern.kind is PatternKind.STELLIUM
    assert [position.longitude for position, _ in pattern.members] == [30.0, 38.0, 50.0, 59.9]
    assert {role for _, role in pattern.members} == {Role.MEMBER}
    assert pattern.worst_orb is None
    assert found(places, stellium=Stellium(StelliumBy.SIGN, 5, 8.0)) == []


def test_a_stellium_can_be_a_chain_across_the_start_of_the_zodiac() -> None:
    places = points(350.0, 358.0, 3.0, 11.0, 19.1)
    (pattern,) = found(places, stellium=Stellium(StelliumBy.CHAIN, 4, 8.0))
    assert [position.longitude for position, _ in pattern.members] == [350.0, 358.0, 3.0, 11.0]
    assert [edge.orb for edge in pattern.edges] == pytest.approx([8.0, 5.0, 8.0])
    assert pattern.worst_orb == pytest.approx(8.0)


def test_of_two_stellia_of_the_same_points_the_sign_is_told() -> None:
    places = points(1.0, 5.0, 9.0)
    either = Stellium(StelliumBy.EITHER, 3, 8.0)
    (pattern,) = found(places, stellium=either)
    assert pattern.by is StelliumBy.SIGN
    both = found(places, stellium=either, suppress_subsets=False)
    assert [one.by for one in both] == [StelliumBy.SIGN, StelliumBy.CHAIN]


def test_chains_of_no_points_and_of_a_full_circle() -> None:
    assert chains([], 8.0) == []
    full = points(*range(0, 360, 36))
    assert [len(chain) for chain in chains(full, 36.0)] == [10]
    assert [len(chain) for chain in chains(full, 35.0)] == [1] * 10


@pytest.mark.parametrize("seed", range(30))
def test_every_figure_is_found_as_by_trying_every_set_of_points(seed: int) -> None:
    """All sides of a set, in any order, against the angles of each figure."""
    source = random.Random(seed)  # noqa: S311 - no secret
    places = points(*(source.choice(range(0, 360, 30)) + source.uniform(-4, 4) for _ in range(10)))
    told = {
        (pattern.kind, frozenset(position.point for position, _ in pattern.members))
        for pattern in found(places, suppress_subsets=False)
        if pattern.kind is not PatternKind.STELLIUM
    }
    expected = set()
    for kind, angles in ANGLES_OF_FIGURES.items():
        size = 3 if len(angles) == 3 else 4
        for some in combinations(places, size):
            if any(_makes(order, kind) for order in permutations(some)):
                expected.add((kind, frozenset(place.point for place in some)))
    assert told == expected


AROUND = {
    PatternKind.GRAND_TRINE: (0, 120, 240),
    PatternKind.T_SQUARE: (0, 180, 90),
    PatternKind.GRAND_CROSS: (0, 90, 180, 270),
    PatternKind.YOD: (0, 60, 210),
    PatternKind.KITE: (0, 120, 240, 180),
    PatternKind.MYSTIC_RECTANGLE: (0, 60, 180, 240),
}
"""Ideal figures: their sides tell which aspect each pair must have."""


def _makes(order: tuple[Position, ...], kind: PatternKind) -> bool:
    ideal = AROUND[kind]
    orb_at = {int(ANGLE_OF[aspect]): orb for aspect, orb in DEFAULT_ORBS.items()}
    return all(
        abs(separation(order[i].longitude, order[j].longitude) - angle) <= orb_at[angle]
        for i, j in combinations(range(len(order)), 2)
        if (angle := int(separation(ideal[i], ideal[j]))) in orb_at
    )


def test_the_ideal_figures_have_the_sides_of_the_definitions() -> None:
    for kind, ideal in AROUND.items():
        sides = sorted(int(separation(a, b)) for a, b in combinations(ideal, 2))
        assert tuple(sides) == ANGLES_OF_FIGURES[kind]
