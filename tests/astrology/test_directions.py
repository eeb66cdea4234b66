"""Primary directions under skies where arcs can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.astrology.aspects import AspectKind
from app.astrology.bodies import Angle, Body, Point
from app.astrology.direction_arcs import (
    ConverseRule,
    DirectionRules,
    DirectionSpace,
    LatitudeRule,
    Ray,
    Side,
    Sphere,
    arcs_of_degrees,
    converse_arcs,
    direct_arcs,
    never_crossing,
    rays_of,
)
from app.astrology.direction_keys import Rate
from app.astrology.directions import Turn, bounds_of, directions
from app.astrology.house_space import DirectionMethod
from app.astrology.rulerships import TermSystem
from app.astrology.sky import Position

EQUATOR = Sphere(armc=100.0, tilt=0.0, latitude=0.0)
"""Under this sky longitudes are right ascensions, and every semi-arc is a quarter circle."""
NORTH = Sphere(armc=100.0, tilt=23.5, latitude=50.0)
RULES = DirectionRules()
MUNDANE = DirectionRules(space=DirectionSpace.MUNDANE)
SWAPPED = ConverseRule.ROLES_SWAPPED
DEGREE_A_YEAR = Rate(1.0)

each_method = pytest.mark.parametrize("method", list(DirectionMethod))
each_space = pytest.mark.parametrize("space", list(DirectionSpace))


def body(longitude: float, latitude: float = 0.0, point: Point = Body.MARS) -> Position:
    return Position(point, longitude, latitude)


def ray(
    longitude: float,
    aspect: AspectKind = AspectKind.CONJUNCTION,
    side: Side | None = None,
    latitude: float = 0.0,
) -> Ray:
    return Ray(body(longitude, latitude), aspect, side)


def sun(longitude: float, latitude: float = 0.0) -> Position:
    return body(longitude, latitude, Body.SUN)


def angle(point: Angle) -> Position:
    return Position(point, 0.0)


@each_method
@each_space
def test_on_the_equator_arcs_are_differences_of_right_ascension(
    method: DirectionMethod, space: DirectionSpace
) -> None:
    arcs = direct_arcs(
        [ray(150.0), ray(90.0)],
        [sun(120.0), angle(Angle.ASC), angle(Angle.MC), angle(Angle.DESC), angle(Angle.IC)],
        EQUATOR,
        DirectionRules(method, space),
    )
    assert arcs[0] == pytest.approx([30.0, 320.0, 50.0, 140.0, 230.0])
    assert arcs[1] == pytest.approx([330.0, 260.0, 350.0, 80.0, 170.0])


@each_space
@pytest.mark.parametrize(
    ("aspect", "side", "arc"),
    [
        (AspectKind.SEXTILE, Side.DEXTER, 330.0),
        (AspectKind.SEXTILE, Side.SINISTER, 90.0),
        (AspectKind.SQUARE, Side.DEXTER, 300.0),
        (AspectKind.TRINE, Side.SINISTER, 150.0),
        (AspectKind.OPPOSITION, None, 210.0),
    ],
)
def test_dexter_rays_come_before_their_planet_and_sinister_ones_after_it(
    space: DirectionSpace, aspect: AspectKind, side: Side | None, arc: float
) -> None:
    rules = DirectionRules(space=space)
    assert direct_arcs([ray(150.0, aspect, side)], [sun(120.0)], EQUATOR, rules)[0, 0] == (
        pytest.approx(arc)
    )


def test_every_aspect_has_two_sides_but_conjunction_and_opposition() -> None:
    rays = rays_of([sun(0.0)], (AspectKind.CONJUNCTION, AspectKind.OPPOSITION, AspectKind.SQUARE))
    assert [(one.side, one.offset) for one in rays] == [
        (None, 0.0),
        (None, 180.0),
        (Side.DEXTER, -90.0),
        (Side.SINISTER, 90.0),
    ]


def test_a_body_is_not_directed_to_itself_but_its_aspects_are() -> None:
    rays = rays_of([sun(150.0)], (AspectKind.CONJUNCTION, AspectKind.SEXTILE))
    arcs = direct_arcs(rays, [sun(150.0)], EQUATOR, RULES)
    assert np.isnan(arcs[0, 0])
    assert arcs[1:, 0] == pytest.approx([300.0, 60.0])


@each_method
def test_converse_turns_the_sky_backwards(method: DirectionMethod) -> None:
    rules = DirectionRules(method)
    rays, places = [ray(150.0, latitude=2.0)], [sun(120.0), angle(Angle.MC), angle(Angle.ASC)]
    direct = direct_arcs(rays, places, NORTH, rules)
    assert converse_arcs(rays, places, NORTH, rules) == pytest.approx((360.0 - direct) % 360.0)


@each_space
def test_with_roles_swapped_the_significator_moves_and_angles_do_not(space: DirectionSpace) -> None:
    rules = DirectionRules(space=space, converse=SWAPPED)
    found = converse_arcs([ray(120.0)], [sun(150.0), angle(Angle.MC)], EQUATOR, rules)
    assert found[0, 0] == pytest.approx(30.0)
    assert np.isnan(found[0, 1])
    swapped = direct_arcs(
        [Ray(sun(150.0, 3.0), AspectKind.CONJUNCTION, None)], [body(120.0, 1.0)], NORTH, rules
    )
    assert converse_arcs([ray(120.0, latitude=1.0)], [sun(150.0, 3.0)], NORTH, rules) == (
        pytest.approx(swapped)
    )


@each_space
def test_with_roles_swapped_the_significator_comes_to_a_ray(space: DirectionSpace) -> None:
    rules = DirectionRules(space=space, converse=SWAPPED)
    rays = [ray(60.0, AspectKind.SEXTILE, Side.SINISTER)]
    assert converse_arcs(rays, [sun(150.0)], EQUATOR, rules)[0, 0] == pytest.approx(30.0)


def test_latitude_counts_for_whom_the_rule_names() -> None:
    rays, places = [ray(160.0, latitude=4.0)], [sun(120.0, -3.0)]

    def arc(rule: LatitudeRule, promissor: float = 4.0, significator: float = -3.0) -> float:
        rules = DirectionRules(latitude=rule)
        moved = [ray(160.0, latitude=promissor)]
        return float(direct_arcs(moved, [sun(120.0, significator)], NORTH, rules)[0, 0])

    assert arc(LatitudeRule.NONE) == arc(LatitudeRule.NONE, 0.0, 0.0)
    assert arc(LatitudeRule.PROMISSOR) == arc(LatitudeRule.PROMISSOR, 4.0, 0.0)
    assert arc(LatitudeRule.SIGNIFICATOR) == arc(LatitudeRule.SIGNIFICATOR, 0.0, -3.0)
    mundane = direct_arcs(rays, places, NORTH, MUNDANE)[0, 0]
    found = {mundane, *(arc(rule) for rule in LatitudeRule)}
    assert len({round(one, 3) for one in found}) == 4


def test_what_never_crosses_the_horizon_is_directed_to_the_meridian_only() -> None:
    arctic = replace(NORTH, latitude=70.0)
    moved, places = [ray(90.0), ray(5.0)], [sun(91.0), angle(Angle.ASC), angle(Angle.MC)]
    arcs = direct_arcs(moved, places, arctic, RULES)
    assert np.isnan(arcs[0]).tolist() == [True, True, False]
    assert np.isnan(arcs[1]).tolist() == [True, False, False]
    rays, significators = never_crossing(moved, places, arctic, RULES)
    assert rays == [moved[0]]
    assert significators == [places[0]]


@each_method
def test_mundane_directions_to_the_meridian_need_no_horizon(method: DirectionMethod) -> None:
    arctic = replace(NORTH, latitude=70.0)
    rules = DirectionRules(method, DirectionSpace.MUNDANE)
    places = [angle(Angle.MC), angle(Angle.IC), angle(Angle.ASC)]
    arcs = direct_arcs([ray(90.0)], places, arctic, rules)
    assert np.isnan(arcs[0]).tolist() == [False, False, True]
    assert arcs[0, :2] == pytest.approx([350.0, 170.0])


def test_directions_come_by_their_arcs_within_ages() -> None:
    rays = [ray(150.0), ray(101.0), ray(100.0), ray(230.0)]
    found = directions(
        rays,
        [angle(Angle.MC)],
        EQUATOR,
        RULES,
        DEGREE_A_YEAR,
        turns=tuple(Turn),
        ages=(0.0, 130.0),
    )
    # 100 stands on the midheaven at birth: no direction.
    assert [(one.ray.promissor.longitude, one.turn) for one in found] == [
        (101.0, Turn.DIRECT),
        (150.0, Turn.DIRECT),
        (230.0, Turn.DIRECT),
    ]
    assert [one.arc for one in found] == pytest.approx([1.0, 50.0, 130.0])
    assert [one.years for one in found] == pytest.approx([1.0, 50.0, 130.0])


def test_ages_bound_what_is_found() -> None:
    def ages(first: float, last: float) -> list[float]:
        found = directions(
            [ray(150.0), ray(90.0)],
            [angle(Angle.MC)],
            EQUATOR,
            RULES,
            Rate(2.0),
            turns=tuple(Turn),
            ages=(first, last),
        )
        return [one.years for one in found]

    assert ages(0.0, 100.0) == pytest.approx([5.0, 25.0])
    assert ages(5.5, 100.0) == pytest.approx([25.0])
    assert ages(0.0, 24.0) == pytest.approx([5.0])


def test_degrees_of_the_ecliptic_pass_the_midheaven_one_after_another() -> None:
    arcs = arcs_of_degrees(np.array([100.0, 130.0, 99.0]), angle(Angle.MC), EQUATOR, RULES)
    assert arcs == pytest.approx([0.0, 30.0, 359.0])


def test_bounds_start_with_the_one_at_birth() -> None:
    midheaven = Position(Angle.MC, 100.0)
    found = bounds_of(midheaven, EQUATOR, RULES, DEGREE_A_YEAR, TermSystem.EGYPTIAN, 21.0)
    # Cancer: Mars 7, Venus 13, Mercury 19, Jupiter 26, Saturn 30.
    assert [(one.lord, one.longitude) for one in found] == [
        (Body.VENUS, 100.0),
        (Body.MERCURY, 103.0),
        (Body.JUPITER, 109.0),
        (Body.SATURN, 116.0),
        (Body.JUPITER, 120.0),
    ]
    assert [one.arc for one in found] == pytest.approx([0.0, 3.0, 9.0, 16.0, 20.0])
    assert found[-1].sign == "LEO"
    assert found[-1].years == found[-1].arc
