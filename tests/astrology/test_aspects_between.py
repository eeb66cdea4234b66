"""Aspects between the points of two charts, with longitudes chosen by hand."""

from __future__ import annotations

import pytest

from app.astrology.aspects import AspectKind, OrbRules, aspects_among, aspects_between
from app.astrology.bodies import Body
from app.astrology.sky import Position

RULES = OrbRules.of({AspectKind.CONJUNCTION: 8.0, AspectKind.SQUARE: 6.0})
NATAL = [
    Position(Body.SUN, 100.0, speed=1.0),
    Position(Body.MOON, 358.0, speed=13.0),
]
TRANSITS = [
    Position(Body.MARS, 4.0, speed=0.5),
    Position(Body.VENUS, 97.0, speed=1.2),
    Position(Body.SATURN, 200.0, speed=-0.1),
]


def pairs(**moving: bool) -> list[tuple[str, str, str, float, bool | None]]:
    found = aspects_between(NATAL, TRANSITS, RULES, **moving)
    return [
        (str(a.first.point), str(a.second.point), a.rule.name, a.orb, a.applying) for a in found
    ]


def test_every_point_of_one_chart_meets_every_point_of_the_other_in_their_order() -> None:
    assert [row[:4] for row in pairs()] == [
        ("SUN", "MARS", "SQUARE", 6.0),
        ("SUN", "VENUS", "CONJUNCTION", 3.0),
        ("MOON", "MARS", "CONJUNCTION", 6.0),
    ]


def test_points_of_one_chart_have_no_aspects_among_themselves() -> None:
    assert aspects_between(NATAL, [], RULES) == []
    assert aspects_between([], TRANSITS, RULES) == []


def test_between_two_births_no_aspect_applies() -> None:
    assert {row[4] for row in pairs()} == {None}


def test_only_the_speeds_of_the_moving_chart_count() -> None:
    assert [row[4] for row in pairs(second_moves=True)] == [True, True, False]
    assert [row[4] for row in pairs(first_moves=True)] == [False, False, True]


def test_with_both_moving_it_is_as_in_one_chart() -> None:
    sun, venus = NATAL[0], TRANSITS[1]
    found = aspects_between([sun], [venus], RULES, first_moves=True, second_moves=True)
    assert found == aspects_among([sun, venus], RULES)


@pytest.mark.parametrize(("longitude", "applies"), [(97.0, False), (103.0, True)])
def test_a_retrograde_transit_applies_from_the_other_side(longitude: float, applies: bool) -> None:  # noqa: FBT001 - a row
    mercury = Position(Body.MERCURY, longitude, speed=-0.8)
    (found,) = aspects_between(NATAL[:1], [mercury], RULES, second_moves=True)
    assert found.applying is applies


def test_an_exact_transit_neither_applies_nor_separates() -> None:
    (found,) = aspects_between(
        NATAL[:1], [Position(Body.MARS, 100.0, speed=0.5)], RULES, second_moves=True
    )
    assert found.exact
    assert found.applying is None


def test_strength_runs_from_exactness_to_the_edge_of_the_orb() -> None:
    strengths = {row.second.point: row.strength for row in aspects_between(NATAL, TRANSITS, RULES)}
    assert strengths[Body.VENUS] == 1.0 - 3.0 / 8.0
    (edge,) = aspects_between(NATAL[:1], TRANSITS[:1], RULES)
    assert edge.strength == 0.0
