"""Composite points and houses, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.astrology.angles import norm, signed_arc
from app.astrology.bodies import Angle, Body, Celestial
from app.astrology.chart import Conventions, Instant
from app.astrology.composite import (
    CompositeHouses,
    HouseMethod,
    MidpointBase,
    composite_points,
    divide,
    divide_as_agreed,
    midpoint_division,
)
from app.astrology.errors import NoSuchPosition, PolarHouses
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame, NodeKind, Zodiac
from app.astrology.houses import Division, HouseSystem, PolarPolicy
from app.astrology.place import Place
from app.astrology.sky import Position
from tests.doubles import AYANAMSA, LinearEphemeris, Motion

MIDPOINT = HouseMethod(CompositeHouses.MIDPOINT_ASC_MC, MidpointBase.MC, 0.0)
DERIVED = HouseMethod(CompositeHouses.DERIVED, MidpointBase.MC, 45.0)
BODIES: dict[Celestial, Motion] = {Body.SUN: Motion(10.0), Body.NORTH_NODE: Motion(50.0)}


def division(
    asc: float, mc: float, system: HouseSystem = HouseSystem.PORPHYRY, **more: float
) -> Division:
    """Porphyry houses between an ascendant and a midheaven."""
    quarter = norm(asc - mc)
    thirds = [mc, mc + quarter / 3, mc + quarter * 2 / 3, asc]
    rest = 180.0 - quarter
    half = [*thirds, asc + rest / 3, asc + rest * 2 / 3]
    ring = [norm(degree) for degree in half] + [norm(degree + 180.0) for degree in half]
    cusps = tuple(ring[3:] + ring[:3])
    angles = {
        Angle.ASC: asc,
        Angle.MC: mc,
        Angle.DESC: norm(asc + 180.0),
        Angle.IC: norm(mc + 180.0),
        **{Angle(name): degree for name, degree in more.items()},
    }
    return Division(system, cusps, (), angles, {}, mc)


def chart(
    sky: LinearEphemeris, conventions: Conventions | None = None, latitude: float = 40.0
) -> Instant:
    return Instant(0.0, Place(latitude, 0.0), conventions or Conventions(), sky)


@pytest.mark.parametrize(
    ("first", "second", "near", "far"),
    [
        (10.0, 50.0, 30.0, 210.0),
        (350.0, 20.0, 5.0, 185.0),
        (20.0, 350.0, 5.0, 185.0),
        (10.0, 189.9, 99.95, 279.95),
        (10.0, 190.1, 280.05, 100.05),
    ],
)
def test_a_composite_point_is_the_nearer_midpoint(
    first: float, second: float, near: float, far: float
) -> None:
    houses = division(0.0, 270.0)
    one, other = Position(Body.SUN, first), Position(Body.SUN, second)
    (found,) = composite_points([one], [other], houses)
    assert found.position.longitude == pytest.approx(near)
    assert found.far == pytest.approx(far)
    assert (found.first, found.second, found.ambiguous) == (first, second, False)


@pytest.mark.parametrize(("first", "second"), [(10.0, 190.0), (190.0, 10.0)])
def test_exact_opposites_are_flagged_and_answer_the_same_either_way(
    first: float, second: float
) -> None:
    one, other = Position(Body.SUN, first), Position(Body.SUN, second)
    (found,) = composite_points([one], [other], division(0.0, 270.0))
    assert found.ambiguous
    assert (found.position.longitude, found.far) == (100.0, 280.0)


def test_the_rest_of_a_point_is_the_mean_of_both() -> None:
    first = Position(Body.MOON, 10.0, 5.0, 0.002, 13.0, 1.0, 0.1)
    second = Position(Body.MOON, 20.0, -1.0, 0.004, 12.0, 0.0, -0.3)
    (found,) = composite_points([first], [second], division(0.0, 270.0))
    assert found.position[1:] == pytest.approx((15.0, 2.0, 0.003, 12.5, 0.5, -0.1))


def test_composite_angles_are_those_of_the_houses() -> None:
    first, second = division(100.0, 10.0), division(200.0, 105.0)
    houses = midpoint_division(first, second, MidpointBase.MC)
    points = composite_points(
        [Position(Angle.ASC, 100.0), Position(Angle.IC, 190.0)],
        [Position(Angle.ASC, 200.0), Position(Angle.IC, 285.0)],
        houses,
    )
    assert [point.position.longitude for point in points] == [150.0, 237.5]


def test_cusps_are_the_midpoints_of_cusps() -> None:
    first, second = division(100.0, 10.0), division(120.0, 24.0)
    houses = midpoint_division(first, second, MidpointBase.MC)
    for one, other, cusp in zip(first.cusps, second.cusps, houses.cusps, strict=True):
        assert signed_arc(one, cusp) == pytest.approx(signed_arc(cusp, other))
    assert (houses.cusps[0], houses.cusps[9]) == (110.0, 17.0)
    assert houses.angles[Angle.DESC] == houses.cusps[6] == 290.0


CROSSED = (division(100.0, 10.0), division(275.0, 195.0))
"""Ascendants 175 degrees apart, midheavens 185: their near midpoints lie on different sides."""


def test_an_ascendant_on_the_wrong_side_of_the_meridian_is_turned_around() -> None:
    houses = midpoint_division(*CROSSED, MidpointBase.MC)
    assert houses.midheaven == 282.5
    assert houses.ascendant == 7.5


def test_with_the_ascendant_as_base_the_midheaven_turns_instead() -> None:
    houses = midpoint_division(*CROSSED, MidpointBase.ASC)
    assert houses.ascendant == 187.5
    assert houses.midheaven == 102.5


@pytest.mark.parametrize("base", MidpointBase)
@pytest.mark.parametrize("turn", range(0, 360, 15))
def test_composite_houses_follow_each_other_around_the_circle(
    base: MidpointBase, turn: int
) -> None:
    first, second = division(100.0, 10.0), division(norm(80.0 + turn), norm(355.0 + turn))
    houses = midpoint_division(first, second, base)
    widths = [
        norm(following - cusp)
        for cusp, following in zip(houses.cusps, houses.cusps[1:] + houses.cusps[:1], strict=True)
    ]
    assert sum(widths) == pytest.approx(360.0)
    assert all(0.0 < width < 90.0 for width in widths)
    assert houses.cusps[9] == houses.midheaven
    assert houses.cusps[0] == houses.ascendant
    assert 0.0 < signed_arc(houses.midheaven, houses.ascendant) < 180.0


@pytest.mark.parametrize(
    ("system", "first"), [(HouseSystem.WHOLE_SIGN, 150.0), (HouseSystem.EQUAL_ARIES, 0.0)]
)
def test_houses_of_whole_signs_stay_whole(system: HouseSystem, first: float) -> None:
    one, other = division(100.0, 10.0, system), division(204.0, 105.0, system)
    houses = midpoint_division(one, other, MidpointBase.MC)
    assert houses.ascendant == 152.0
    assert houses.cusps == tuple(norm(first + 30.0 * house) for house in range(12))


def test_angles_that_one_chart_lacks_are_left_out() -> None:
    with_vertex = division(100.0, 10.0, VERTEX=200.0, ANTI_VERTEX=20.0)
    both = midpoint_division(with_vertex, with_vertex, MidpointBase.MC)
    assert (both.angles[Angle.VERTEX], both.angles[Angle.ANTI_VERTEX]) == (200.0, 20.0)
    one = midpoint_division(with_vertex, division(100.0, 10.0), MidpointBase.MC)
    assert Angle.VERTEX not in one.angles
    vertex = Position(Angle.VERTEX, 200.0)
    with pytest.raises(NoSuchPosition, match="VERTEX is undefined on the equator"):
        composite_points([vertex], [vertex], one)


def test_derived_cusps_belong_to_the_right_ascension_of_the_midheaven() -> None:
    # 0 and 180 degrees of longitude are the same in right ascension; the stand-in puts the
    # ascendant a quarter ahead.
    first, second = (LinearEphemeris(BODIES, midheaven=mc) for mc in (350.0, 10.0))
    houses = divide(chart(first), chart(second), HouseSystem.EQUAL, DERIVED)
    assert houses.midheaven == pytest.approx(0.0)
    assert houses.ascendant == pytest.approx(90.0)
    assert houses.armc == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("conventions", "start"),
    [
        (Conventions(Frame(ayanamsa=Ayanamsa(AyanamsaName.LAHIRI)), Zodiac.SIDEREAL), AYANAMSA),
        (Conventions(zodiac=Zodiac.DRACONIC, draconic_node=NodeKind.MEAN), 50.0),
    ],
)
def test_derived_cusps_are_counted_from_the_start_of_the_zodiac(
    conventions: Conventions, start: float
) -> None:
    skies = [LinearEphemeris(BODIES, midheaven=mc) for mc in (350.0, 10.0)]
    one, other = (chart(sky, conventions) for sky in skies)
    houses = divide(one, other, HouseSystem.EQUAL, DERIVED)
    assert houses.midheaven == pytest.approx(360.0 - start)
    assert houses.ascendant == pytest.approx(90.0 - start)
    signs = divide(one, other, HouseSystem.WHOLE_SIGN, DERIVED)
    assert signs.cusps[0] == (90.0 - start) // 30.0 * 30.0


@pytest.mark.parametrize("method", [MIDPOINT, replace(DERIVED, latitude=70.0)])
def test_polar_houses_follow_the_policy(method: HouseMethod) -> None:
    def agreed(**choice: object) -> tuple[Division | None, Division]:
        conventions = replace(Conventions(), **choice)  # type: ignore[arg-type]
        first = chart(LinearEphemeris(BODIES), conventions)
        second = chart(LinearEphemeris(BODIES), conventions, latitude=70.0)
        return divide_as_agreed(first, second, HouseSystem.PLACIDUS, method)

    with pytest.raises(PolarHouses):
        agreed(polar=PolarPolicy.REFUSE)
    houses, angles = agreed(polar=PolarPolicy.FLAG)
    assert houses is None
    assert angles.ascendant == angles.cusps[0]
    houses, angles = agreed(polar=PolarPolicy.FALLBACK, polar_fallback=HouseSystem.KRUSINSKI)
    assert houses is angles
    assert angles.system is HouseSystem.KRUSINSKI
