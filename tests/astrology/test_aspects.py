"""Aspects: which one, how far from exact, and whether it applies."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.angles import norm
from app.astrology.aspects import (
    ANGLE_OF,
    DEFAULT_ORBS,
    EXACT_WITHIN,
    MAJOR_ASPECTS,
    AspectKind,
    OrbRules,
    aspect_between,
    aspects_among,
)
from app.astrology.bodies import Angle, Body
from app.astrology.sky import Position, positions_at
from tests.doubles import LinearEphemeris, Motion

ROUNDING = 1e-9
"""Degrees: longitudes up to 360 and their differences round to 1e-13."""
HOUR = 1.0 / 24.0

directions = st.floats(0.0, 360.0, exclude_max=True)
speeds = st.floats(-1.5, 15.0)  # Mercury's fastest retrogression to the Moon's fastest day
kinds = st.sampled_from(list(AspectKind))


def at(longitude: float, speed: float = 0.0, point: Body | Angle = Body.SUN) -> Position:
    return Position(point, norm(longitude), speed=speed)


DEFAULT_RULES = OrbRules.of(DEFAULT_ORBS)


def found(a: Position, b: Position, **orbs: float) -> tuple[str, float, bool | None] | None:
    """Kind, orb and applying of the aspect between two points; orbs by name in small letters."""
    allowed = {AspectKind[name.upper()]: orb for name, orb in orbs.items()}
    aspect = aspect_between(a, b, OrbRules.of(allowed or DEFAULT_ORBS))
    return None if aspect is None else (aspect.rule.name, round(aspect.orb, 9), aspect.applying)


def test_the_seventeen_aspects_divide_the_circle_by_whole_numbers() -> None:
    """CONTRACT.md 2.2 and defect 54: exact fractions, where others round a seventh to 51.43."""
    parts = {
        AspectKind.CONJUNCTION: (0, 1),
        AspectKind.OPPOSITION: (1, 2),
        AspectKind.TRINE: (1, 3),
        AspectKind.SQUARE: (1, 4),
        AspectKind.SEXTILE: (1, 6),
        AspectKind.SEMISEXTILE: (1, 12),
        AspectKind.SEMISQUARE: (1, 8),
        AspectKind.SESQUISQUARE: (3, 8),
        AspectKind.QUINCUNX: (5, 12),
        AspectKind.QUINTILE: (1, 5),
        AspectKind.BIQUINTILE: (2, 5),
        AspectKind.SEPTILE: (1, 7),
        AspectKind.BISEPTILE: (2, 7),
        AspectKind.TRISEPTILE: (3, 7),
        AspectKind.NOVILE: (1, 9),
        AspectKind.BINOVILE: (2, 9),
        AspectKind.QUADRINOVILE: (4, 9),
    }
    assert list(ANGLE_OF) == list(parts) == list(AspectKind)
    for kind, (part, whole) in parts.items():
        assert pytest.approx(360.0 * part / whole, abs=1e-13) == ANGLE_OF[kind]  # two roundings


@pytest.mark.parametrize("kind", list(AspectKind), ids=str)
@pytest.mark.parametrize("start", [0.0, 17.25, 200.5, 359.75])
def test_an_exact_aspect_has_no_orb_and_no_direction(kind: AspectKind, start: float) -> None:
    for side in (1.0, -1.0):
        other = at(start + side * ANGLE_OF[kind], 13.0, Body.MOON)
        aspect = aspect_between(at(start, 1.0), other, DEFAULT_RULES)
        assert aspect is not None
        assert aspect.rule.name == kind
        assert aspect.orb < ROUNDING
        assert aspect.exact
        assert aspect.applying is None


@pytest.mark.parametrize("kind", list(AspectKind), ids=str)
def test_an_orb_is_allowed_up_to_its_end_and_not_beyond(kind: AspectKind) -> None:
    orbs = OrbRules.of({kind: 0.5})
    inside = ANGLE_OF[kind] - 0.5 if kind is AspectKind.OPPOSITION else ANGLE_OF[kind] + 0.5
    beyond = math.copysign(1e-6, inside - ANGLE_OF[kind])
    # The exact sevenths are not doubles: half a degree beside them is half a degree but for 1e-13.
    slack = math.copysign(1e-12, inside - ANGLE_OF[kind])
    assert aspect_between(at(0.0), at(inside - slack), orbs) is not None
    assert aspect_between(at(0.0), at(inside + beyond), orbs) is None


def test_an_orb_of_nothing_allows_the_exact_aspect_alone() -> None:
    orbs = OrbRules.of({AspectKind.SQUARE: 0.0})
    assert aspect_between(at(10.0), at(100.0), orbs) is not None
    assert aspect_between(at(10.0), at(100.0 + ROUNDING), orbs) is None


def test_a_pair_has_its_closest_aspect_only() -> None:
    orbs = {"square": 8.0, "sextile": 10.0, "quintile": 12.0, "binovile": 10.0}
    assert found(at(0.0), at(71.0), **orbs) == (AspectKind.QUINTILE, 1.0, None)
    assert found(at(0.0), at(77.0), **orbs) == (AspectKind.BINOVILE, 3.0, None)
    assert found(at(0.0), at(64.0), **orbs) == (AspectKind.SEXTILE, 4.0, None)
    assert found(at(0.0), at(86.0), **orbs) == (AspectKind.SQUARE, 4.0, None)
    assert found(at(0.0), at(98.5), **orbs) is None


def test_no_aspect_is_found_that_was_not_asked_for() -> None:
    assert found(at(0.0), at(90.0), trine=8.0, sextile=6.0) is None
    assert aspect_between(at(0.0), at(0.0), OrbRules(())) is None


@pytest.mark.parametrize(
    ("first", "second", "applying"),
    [
        ((10.0, 1.0), (5.0, 13.0), True),  # the Moon comes up to the Sun
        ((10.0, 1.0), (15.0, 13.0), False),  # and leaves it
        ((5.0, 13.0), (10.0, 1.0), True),  # whoever is named first
        ((358.0, 13.0), (2.0, 1.0), True),  # across 0 Aries
        ((2.0, 1.0), (358.0, 13.0), True),
        ((358.0, 1.0), (2.0, 13.0), False),
        ((2.0, 13.0), (358.0, 1.0), False),
        ((10.0, 1.0), (15.0, -1.0), True),  # Mercury turned back
        ((10.0, 1.0), (5.0, -1.0), False),
        ((2.0, -0.1), (358.0, 0.1), True),  # both run towards 0 Aries
    ],
)
def test_a_conjunction_applies_while_the_faster_point_is_behind(
    first: tuple[float, float], second: tuple[float, float], *, applying: bool
) -> None:
    aspect = found(at(*first), at(*second), conjunction=10.0)
    assert aspect is not None
    assert aspect[2] is applying


@pytest.mark.parametrize(
    ("longitude", "applying"),
    [
        (117.0, True),  # the waxing trine comes
        (123.0, False),  # and goes
        (237.0, True),  # the waning one
        (243.0, False),
    ],
)
@pytest.mark.parametrize("turn", [0.0, 100.0, 239.0, 300.0])
def test_a_trine_applies_while_its_orb_shrinks(
    longitude: float, turn: float, *, applying: bool
) -> None:
    sun, moon = at(turn, 1.0), at(longitude + turn, 13.0, Body.MOON)
    assert found(sun, moon, trine=8.0) == (AspectKind.TRINE, 3.0, applying)
    assert found(moon, sun, trine=8.0) == (AspectKind.TRINE, 3.0, applying)


def test_an_opposition_applies_from_both_sides() -> None:
    sun = at(0.0, 1.0)
    assert found(sun, at(175.0, 13.0), opposition=10.0) == (AspectKind.OPPOSITION, 5.0, True)
    assert found(sun, at(185.0, 13.0), opposition=10.0) == (AspectKind.OPPOSITION, 5.0, False)
    assert found(sun, at(185.0, -1.0), opposition=10.0) == (AspectKind.OPPOSITION, 5.0, True)


def test_points_that_keep_their_distance_neither_apply_nor_separate() -> None:
    assert found(at(0.0, 1.0), at(118.0, 1.0), trine=8.0) == (AspectKind.TRINE, 2.0, None)
    asc, mc = at(0.0, point=Angle.ASC), at(272.0, point=Angle.MC)
    assert found(asc, mc, square=8.0) == (AspectKind.SQUARE, 2.0, None)


def test_an_angle_stands_still_while_a_planet_comes() -> None:
    asc, moon = at(100.0, point=Angle.ASC), at(8.0, 13.0, Body.MOON)
    assert found(asc, moon, square=8.0) == (AspectKind.SQUARE, 2.0, True)


def test_within_a_millionth_of_a_degree_an_aspect_is_exact() -> None:
    near = aspect_between(at(0.0), at(90.0 + EXACT_WITHIN * 0.9, 1.0), DEFAULT_RULES)
    far = aspect_between(at(0.0), at(90.0 + EXACT_WITHIN * 1.1, 1.0), DEFAULT_RULES)
    assert near is not None
    assert far is not None
    assert (near.exact, near.applying) == (True, None)
    assert (far.exact, far.applying) == (False, False)


@given(directions, directions, speeds, speeds, kinds)
def test_applying_agrees_with_the_sky_an_hour_later(
    first: float, second: float, speed: float, other_speed: float, kind: AspectKind
) -> None:
    sky = LinearEphemeris(
        {Body.SUN: Motion(first, speed), Body.MOON: Motion(second, other_speed)},
    )
    bodies, anything = (Body.SUN, Body.MOON), OrbRules.of({kind: 180.0})
    (now,) = aspects_among(positions_at(0.0, bodies, sky), anything)
    (soon,) = aspects_among(positions_at(HOUR, bodies, sky), anything)
    closed = abs(other_speed - speed) * HOUR
    passes = now.orb <= closed or min(now.separation, 180.0 - now.separation) <= closed
    if now.applying is not None and closed > ROUNDING and not passes:
        assert now.applying == (soon.orb < now.orb)
        assert abs(soon.orb - now.orb) == pytest.approx(closed, abs=ROUNDING)


@given(directions, directions, speeds, speeds, st.dictionaries(kinds, st.floats(0.0, 30.0)))
def test_the_order_of_two_points_changes_nothing_but_their_names(
    first: float,
    second: float,
    speed: float,
    other_speed: float,
    orbs: dict[AspectKind, float],
) -> None:
    a, b = at(first, speed), at(second, other_speed, Body.MOON)
    rules = OrbRules.of(orbs)
    one, other = aspect_between(a, b, rules), aspect_between(b, a, rules)
    if one is None or other is None:
        # A separation may round differently from either end; only an orb at its end can tell.
        best = one or other
        assert best is None or best.allowed - best.orb < ROUNDING
        return
    assert (one.first, one.second) == (a, b) == (other.second, other.first)
    assert one.orb == pytest.approx(other.orb, abs=ROUNDING)
    if one.rule == other.rule and one.orb > 2.0 * EXACT_WITHIN and 0.0 < one.separation < 180.0:
        assert one.applying == other.applying


@given(directions, directions, st.dictionaries(kinds, st.floats(0.0, 30.0)))
def test_the_aspect_found_is_the_nearest_of_those_allowed(
    first: float, second: float, orbs: dict[AspectKind, float]
) -> None:
    aspect = aspect_between(at(first), at(second), OrbRules.of(orbs))
    apart = abs((second - first + 180.0) % 360.0 - 180.0)
    deviations = {kind: abs(apart - ANGLE_OF[kind]) for kind in orbs}
    surely = [orb for kind, orb in deviations.items() if orb < orbs[kind] - ROUNDING]
    if aspect is None:
        assert not surely
    else:
        assert aspect.orb <= aspect.allowed == aspect.rule.orb
        assert aspect.orb == pytest.approx(deviations[AspectKind(aspect.rule.name)], abs=ROUNDING)
        assert aspect.orb <= min(surely, default=aspect.allowed) + ROUNDING


def test_pairs_come_in_the_order_of_their_points() -> None:
    points = [
        at(0.0, 1.0, Body.SUN),
        at(119.0, 13.0, Body.MOON),
        at(200.0, 1.0, Body.MERCURY),
        at(90.0, 0.0, Angle.ASC),
        at(240.0, 0.1, Body.SATURN),
    ]
    orbs = OrbRules.of({kind: DEFAULT_ORBS[kind] for kind in MAJOR_ASPECTS})
    pairs = [(a.first.point, a.second.point, a.rule.name) for a in aspects_among(points, orbs)]
    assert pairs == [
        (Body.SUN, Body.MOON, AspectKind.TRINE),
        (Body.SUN, Angle.ASC, AspectKind.SQUARE),
        (Body.SUN, Body.SATURN, AspectKind.TRINE),
        (Body.MOON, Body.SATURN, AspectKind.TRINE),
    ]


@given(st.lists(directions, max_size=6), st.dictionaries(kinds, st.floats(0.0, 30.0)))
def test_many_points_have_the_aspects_of_their_pairs(
    longitudes: list[float], orbs: dict[AspectKind, float]
) -> None:
    points = [at(longitude) for longitude in longitudes]
    pairs = [(a, b) for index, a in enumerate(points) for b in points[index + 1 :]]
    rules = OrbRules.of(orbs)
    each = [aspect_between(a, b, rules) for a, b in pairs]
    assert aspects_among(points, rules) == [aspect for aspect in each if aspect is not None]


def test_the_default_orbs_are_those_of_the_contract() -> None:
    """CONTRACT.md 2.2, core configuration, and 1 degree where it gave the accidental tenth."""
    wide = dict.fromkeys(("CONJUNCTION", "OPPOSITION"), 10.0)
    wide |= dict.fromkeys(("TRINE", "SQUARE"), 8.0) | {"SEXTILE": 6.0}
    minor = ("SEMISEXTILE", "SEMISQUARE", "SESQUISQUARE", "QUINCUNX", "QUINTILE", "BIQUINTILE")
    narrow = ("SEPTILE", "BISEPTILE", "TRISEPTILE", "NOVILE", "BINOVILE", "QUADRINOVILE")
    expected = wide | dict.fromkeys(minor, 2.0) | dict.fromkeys(narrow, 1.0)
    assert {kind.value: orb for kind, orb in DEFAULT_ORBS.items()} == expected
    assert list(MAJOR_ASPECTS) == [AspectKind[name] for name in wide]
