"""Accidental dignity by house, motion, Sun, sect and company."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.astrology.accidental import (
    MEAN_MOTIONS,
    AccidentalRules,
    Condition,
    HayzRule,
    PartileRule,
    SiegeRule,
    SpeedRule,
    Stage,
    accidents_of,
    is_oriental,
    is_partile,
    motion,
    siege,
    solar_state,
)
from app.astrology.bodies import Body
from app.astrology.rulerships import SEVEN
from app.astrology.sky import Position

RULES = AccidentalRules()
PLACES = {
    Body.SUN: 10.0,
    Body.MOON: 100.0,
    Body.MERCURY: 350.0,
    Body.VENUS: 40.5,
    Body.MARS: 200.0,
    Body.JUPITER: 75.0,
    Body.SATURN: 290.0,
}


def at(planet: Body, longitude: float, speed: float = 1.0) -> Position:
    return Position(planet, longitude, speed=speed)


def sky(**moved: float) -> dict[Body, Position]:
    places = {**PLACES, **{Body[name]: longitude for name, longitude in moved.items()}}
    return {planet: at(planet, longitude) for planet, longitude in places.items()}


def stage(
    positions: Mapping[Body, Position],
    *,
    by_day: bool = True,
    above: float = 10.0,
    house: int | None = None,
    **more: object,
) -> Stage:
    houses = {} if house is None else dict.fromkeys(SEVEN, house)
    return Stage(
        positions,
        houses,
        dict.fromkeys(SEVEN, above),
        by_day,
        **more,  # type: ignore[arg-type]
    )


def found(planet: Body, chart: Stage, rules: AccidentalRules = RULES) -> dict[str, int]:
    return {str(each.condition): each.points for each in accidents_of(planet, chart, rules)}


@pytest.mark.parametrize(
    ("house", "points"),
    list(enumerate((5, 3, 1, 4, 3, -2, 4, -2, 2, 5, 4, -5), start=1)),
)
def test_houses_have_the_points_of_lilly(house: int, points: int) -> None:
    name = ("ANGULAR", "SUCCEDENT", "CADENT")[(house - 1) % 3]
    chart = stage(sky(), house=house)
    assert found(Body.MARS, chart)[name] == points
    assert ("JOY" in found(Body.MARS, chart)) == (house == 6)


def test_without_houses_there_are_no_points_of_houses() -> None:
    assert not {"ANGULAR", "SUCCEDENT", "CADENT"} & set(found(Body.MARS, stage(sky())))


@pytest.mark.parametrize(
    ("apart", "state"),
    [
        (0.0, Condition.CAZIMI),
        (17 / 60, Condition.CAZIMI),
        (0.29, Condition.COMBUST),
        (8.5, Condition.COMBUST),
        (8.51, Condition.UNDER_BEAMS),
        (17.0, Condition.UNDER_BEAMS),
        (17.01, Condition.FREE_OF_BEAMS),
    ],
)
def test_nearness_to_the_sun_has_three_limits(apart: float, state: Condition) -> None:
    sun = at(Body.SUN, 100.0)
    for side in (-1.0, 1.0):
        planet = at(Body.MARS, 100.0 + side * apart)
        if apart < 9.5 or side > 0.0:
            assert solar_state(planet, sun, RULES) is state


def test_combustion_ends_with_the_sign_unless_asked_otherwise() -> None:
    sun, mercury = at(Body.SUN, 1.0), at(Body.MERCURY, 359.0)
    assert solar_state(mercury, sun, RULES) is Condition.UNDER_BEAMS
    everywhere = AccidentalRules(combust_in_sign=False)
    assert solar_state(mercury, sun, everywhere) is Condition.COMBUST


def test_oriental_is_behind_the_sun_across_the_seam() -> None:
    sun = at(Body.SUN, 5.0)
    assert is_oriental(at(Body.VENUS, 350.0), sun)
    assert not is_oriental(at(Body.VENUS, 20.0), sun)


def test_inner_planets_are_better_occidental_and_outer_ones_oriental() -> None:
    chart = stage(sky(VENUS=40.0, MARS=300.0))
    assert found(Body.VENUS, chart)["OCCIDENTAL"] == 2
    assert found(Body.MARS, chart)["ORIENTAL"] == 2
    chart = stage(sky(VENUS=340.0, MARS=60.0))
    assert found(Body.VENUS, chart)["ORIENTAL"] == -2
    assert found(Body.MARS, chart)["OCCIDENTAL"] == -2


def test_the_moon_waxes_to_the_opposition() -> None:
    assert found(Body.MOON, stage(sky(MOON=189.0)))["WAXING"] == 2
    assert found(Body.MOON, stage(sky(MOON=191.0)))["WANING"] == -2


def test_the_sun_is_neither_combust_nor_oriental_nor_direct() -> None:
    assert set(found(Body.SUN, stage(sky()))) <= {"SWIFT", "SLOW", "HALB", "HAYZ"}


def test_motion_is_scored_against_its_mean() -> None:
    def names(speed: float, rules: AccidentalRules = RULES) -> dict[Condition, int]:
        return {a.condition: a.points for a in motion(at(Body.MARS, 0.0, speed), rules)}

    assert names(0.6) == {Condition.DIRECT: 4, Condition.SWIFT: 2}
    assert names(-0.6) == {Condition.RETROGRADE: -5, Condition.SLOW: -2}
    assert names(-0.6, AccidentalRules(speed=SpeedRule.ABSOLUTE))[Condition.SWIFT] == 2
    mean = MEAN_MOTIONS[Body.MARS]
    assert names(mean) == {Condition.DIRECT: 4}
    assert Condition.STATIONARY in names(0.099 * mean)
    assert Condition.STATIONARY not in names(0.101 * mean)
    assert Condition.STATIONARY in names(0.4 * mean, AccidentalRules(stationary=0.5))


@pytest.mark.parametrize(
    ("planet", "by_day", "above", "halb"),
    [
        (Body.JUPITER, True, 5.0, True),
        (Body.JUPITER, True, -5.0, False),
        (Body.JUPITER, False, -5.0, True),
        (Body.MARS, False, 5.0, True),
        (Body.MARS, True, 5.0, False),
        (Body.MARS, True, -5.0, True),
    ],
)
def test_halb_is_the_right_side_of_the_horizon(
    planet: Body, *, by_day: bool, above: float, halb: bool
) -> None:
    chart = stage(sky(), by_day=by_day, above=above)
    assert ("HALB" in found(planet, chart)) is halb


def test_hayz_adds_the_sign_of_ones_own_gender() -> None:
    by_day = stage(sky(JUPITER=75.0))  # Gemini is masculine
    assert "HAYZ" in found(Body.JUPITER, by_day)
    assert "HAYZ" not in found(Body.JUPITER, stage(sky(JUPITER=100.0)))
    night = stage(sky(VENUS=40.0), by_day=False, above=10.0)
    assert "HAYZ" in found(Body.VENUS, night)
    lilly = AccidentalRules(hayz=HayzRule.LILLY)
    assert "HAYZ" not in found(Body.VENUS, night, lilly)
    under = stage(sky(VENUS=40.0), by_day=False, above=-10.0)
    assert "HAYZ" in found(Body.VENUS, under, lilly)
    assert "HAYZ" not in found(Body.VENUS, under)


@pytest.mark.parametrize(
    ("a", "b", "angle", "whole", "orb"),
    [
        (10.1, 70.9, 60.0, True, True),
        (10.9, 71.1, 60.0, False, True),
        (29.9, 30.1, 0.0, False, True),
        (359.5, 89.2, 90.0, True, True),
        (5.0, 125.99, 120.0, True, True),
        (5.0, 126.0, 120.0, False, False),
    ],
)
def test_partile_is_by_whole_degree_or_by_orb(
    a: float, b: float, angle: float, *, whole: bool, orb: bool
) -> None:
    assert is_partile(a, b, angle, PartileRule.WHOLE_DEGREE) is whole
    assert is_partile(a, b, angle, PartileRule.ORB) is orb


def test_partile_aspects_to_benefics_malefics_and_nodes_are_scored() -> None:
    chart = stage(
        sky(SUN=200.5, MOON=40.2, VENUS=40.9, MARS=220.1),
        nodes=[at(Body.NORTH_NODE, 40.0), at(Body.SOUTH_NODE, 220.0)],
    )
    of_moon = {(a.condition, a.other): a.points for a in accidents_of(Body.MOON, chart, RULES)}
    assert of_moon[Condition.PARTILE_CONJUNCTION, "VENUS"] == 5
    assert of_moon[Condition.PARTILE_OPPOSITION, "MARS"] == -4
    assert of_moon[Condition.PARTILE_CONJUNCTION, "NORTH_NODE"] == 4
    of_mars = {(a.condition, a.other): a.points for a in accidents_of(Body.MARS, chart, RULES)}
    assert of_mars[Condition.PARTILE_CONJUNCTION, "SOUTH_NODE"] == -4
    assert (Condition.PARTILE_CONJUNCTION, "MARS") not in of_mars


def test_stars_are_scored_within_their_orb() -> None:
    stars = {"SPICA": (203.0, 5)}
    assert found(Body.MARS, stage(sky(), stars=stars))["CONJUNCT_STAR"] == 5
    assert "CONJUNCT_STAR" not in found(Body.MARS, stage(sky(), stars=stars, star_orb=2.9))


def test_a_planet_between_mars_and_saturn_is_besieged() -> None:
    positions = sky(SATURN=12.0, VENUS=13.0, MARS=16.0, SUN=60.0)
    assert siege(Body.VENUS, positions, SiegeRule.BODY, 30.0) == (Body.SATURN, Body.MARS)
    assert siege(Body.VENUS, positions, SiegeRule.BODY, 3.9) is None
    assert found(Body.VENUS, stage(positions))["BESIEGED"] == -5
    between = sky(SATURN=12.0, VENUS=13.0, JUPITER=14.0, MARS=16.0)
    assert siege(Body.VENUS, between, SiegeRule.BODY, 30.0) is None


def test_malefics_besiege_across_the_seam_and_by_rays() -> None:
    positions = sky(SATURN=358.0, VENUS=1.0, MARS=4.0, SUN=60.0)
    assert siege(Body.VENUS, positions, SiegeRule.BODY, 30.0) == (Body.SATURN, Body.MARS)
    squared = sky(SATURN=88.0, VENUS=1.0, MARS=124.0, SUN=45.0, MOON=137.0, MERCURY=50.0)
    squared[Body.JUPITER] = at(Body.JUPITER, 20.0)
    assert siege(Body.VENUS, squared, SiegeRule.BODY, 180.0) is None
    assert siege(Body.VENUS, squared, SiegeRule.RAYS, 30.0) == (Body.SATURN, Body.MARS)


def test_malefics_themselves_are_not_besieged() -> None:
    assert siege(Body.MARS, sky(), SiegeRule.RAYS, 180.0) is None
