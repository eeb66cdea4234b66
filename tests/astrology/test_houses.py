"""The house of a longitude: half-open arcs, exact cusps, and cusps that run backwards."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.astrology.angles import norm
from app.astrology.houses import (
    HOUSE_SYSTEM_ALIASES,
    LETTER_OF,
    HouseSystem,
    house_of,
    house_places,
    houses_of,
    is_in_order,
)

EVEN = tuple(30.0 * house for house in range(12))

PLACIDUS_OF_SAN_DIEGO = (
    *(335.610473, 17.994521, 49.948495, 74.845441, 97.550211, 122.459946),
    *(155.610473, 197.994521, 229.948495, 254.845441, 277.550211, 302.459946),
)
"""DEFINITIONS.md, chart A: 2000-01-01 18:00 UT, 32.716667 north, 117.15 west."""

REGIOMONTANUS_AT_85_NORTH = (
    *(348.246938, 345.366453, 341.178469, 323.403164, 183.197644, 171.925417),
    *(168.246938, 165.366453, 161.178469, 143.403164, 3.197644, 351.925417),
)
"""Swiss Ephemeris 2.10.03 at 84.93 degrees north: cusps run against the zodiac."""

directions = st.floats(0.0, 360.0, exclude_max=True)


@st.composite
def divisions(draw: st.DrawFn) -> tuple[float, ...]:
    """Twelve cusps of which opposite ones are opposite, as in every system, at times reversed."""
    first = draw(directions)
    hundredths = st.integers(1, 17_999)  # two cusps 1e-14 apart would meet by rounding
    drawn = draw(st.lists(hundredths, min_size=5, max_size=5, unique=True))
    steps = [step / 100.0 for step in sorted(drawn)]
    direction = draw(st.sampled_from([1.0, -1.0]))
    half = [0.0, *steps]
    return tuple(norm(first + direction * step) for step in (*half, *(s + 180.0 for s in half)))


@pytest.mark.parametrize("house", range(1, 13))
def test_a_point_on_a_cusp_is_in_the_house_it_opens(house: int) -> None:
    for cusps in (EVEN, PLACIDUS_OF_SAN_DIEGO, REGIOMONTANUS_AT_85_NORTH):
        assert house_of(cusps[house - 1], cusps) == house


@pytest.mark.parametrize("house", range(1, 13))
def test_a_point_just_before_a_cusp_is_in_the_house_that_ends_there(house: int) -> None:
    before = 12 if house == 1 else house - 1
    for cusps in (EVEN, PLACIDUS_OF_SAN_DIEGO):
        assert house_of(norm(cusps[house - 1] - 1e-9), cusps) == before
    assert house_of(REGIOMONTANUS_AT_85_NORTH[house - 1] + 1e-9, REGIOMONTANUS_AT_85_NORTH) == (
        before
    )


@given(divisions(), directions)
def test_every_longitude_is_in_exactly_one_house(
    cusps: tuple[float, ...], longitude: float
) -> None:
    house = house_of(longitude, cusps)
    forward = norm(cusps[3] - cusps[0]) < 180.0
    opening, closing = cusps[house - 1], cusps[house % 12]
    start, end = (opening, closing) if forward else (closing, opening)
    # Rounding of a difference, 1e-13, may put a point beside a cusp on either side of it.
    assert norm(longitude - start + 1e-12) <= norm(end - start) + 2e-12


@given(divisions())
def test_cusps_open_their_own_houses_wherever_they_stand(cusps: tuple[float, ...]) -> None:
    assert houses_of(cusps, cusps) == list(range(1, 13))


@pytest.mark.parametrize("steps", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("house", range(1, 13))
def test_a_gap_of_rounding_at_a_cusp_leaves_no_point_without_a_house(
    house: int, steps: int
) -> None:
    """Kerykeion issue 164: a point 1e-14 degrees before a cusp was in no house, and raised."""
    for cusps in (EVEN, PLACIDUS_OF_SAN_DIEGO, REGIOMONTANUS_AT_85_NORTH):
        longitude = cusps[house - 1]
        for _ in range(abs(steps)):
            longitude = math.nextafter(longitude, math.copysign(400.0, steps))
        assert house_of(norm(longitude), cusps) in {house, 12 if house == 1 else house - 1}


def test_a_house_may_span_zero_aries() -> None:
    assert house_of(359.0, PLACIDUS_OF_SAN_DIEGO) == 1
    assert house_of(0.0, PLACIDUS_OF_SAN_DIEGO) == 1
    assert house_of(17.0, PLACIDUS_OF_SAN_DIEGO) == 1
    assert house_of(335.0, PLACIDUS_OF_SAN_DIEGO) == 12


def test_houses_run_backwards_where_cusps_do() -> None:
    assert house_of(346.0, REGIOMONTANUS_AT_85_NORTH) == 1
    assert house_of(155.796146, REGIOMONTANUS_AT_85_NORTH) == 9  # house_pos tells 9.565237
    assert house_of(250.0, REGIOMONTANUS_AT_85_NORTH) == 4
    assert house_of(0.0, REGIOMONTANUS_AT_85_NORTH) == 11


@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_a_house_without_any_width_holds_no_point(direction: float) -> None:
    cusps = [norm(direction * 30.0 * house) for house in range(12)]
    cusps[5] = cusps[4]
    inside = [norm(direction * longitude) for longitude in (119.0, 120.0, 135.0, 179.0, 180.0)]
    assert houses_of(inside, cusps) == [4, 6, 6, 6, 7]


def test_cusps_that_meet_at_a_pole_still_give_every_longitude_a_house() -> None:
    """Swiss Ephemeris 2.10.03, Regiomontanus at 90 degrees north: cusps cross by 4e-10 degrees."""
    cusps = (
        *(0.0, 359.9999999998138, 359.99999999952837, 279.1658616680103, 180.00000000038466),
        *(180.0, 180.0, 179.99999999981378, 179.99999999952843, 99.16586166801028),
        *(3.8465941543108784e-10, 0.0),
    )
    assert {house_of(float(degree), cusps) for degree in range(360)} <= set(range(1, 13))


def test_cusps_are_in_order_whichever_way_they_run_round_the_zodiac() -> None:
    for cusps in (EVEN, PLACIDUS_OF_SAN_DIEGO, REGIOMONTANUS_AT_85_NORTH):
        assert is_in_order(cusps)


@pytest.mark.parametrize(
    "cusps",
    [
        pytest.param((*EVEN[:4], *(99.16,) * 5, *EVEN[9:]), id="several are one"),
        pytest.param((*EVEN[:4], EVEN[4] + 1e-8, EVEN[4], *EVEN[6:]), id="one but for rounding"),
        pytest.param((EVEN[1], EVEN[0], *EVEN[2:]), id="overtaken"),
        pytest.param((*EVEN[:6], *EVEN[:6]), id="twice round"),
    ],
)
def test_cusps_that_coincide_or_overtake_one_another_are_out_of_order(
    cusps: tuple[float, ...],
) -> None:
    assert not is_in_order(cusps)


@given(divisions(), directions)
def test_the_place_among_cusps_is_the_house_and_the_part_of_it_passed(
    cusps: tuple[float, ...], longitude: float
) -> None:
    assume(norm(cusps[3] - cusps[0]) < 180.0)  # systems that divide longitude never run backwards
    (place,) = house_places((longitude,), cusps)
    house = house_of(longitude, cusps)
    width = norm(cusps[house % 12] - cusps[house - 1])
    assert place == pytest.approx(house + norm(longitude - cusps[house - 1]) / width)
    assert house_places(cusps, cusps) == list(range(1, 13))


def test_every_house_system_has_a_letter_of_its_own_in_exact_case() -> None:
    """Swiss Ephemeris manual, section 6.1; `A` is another letter of equal houses."""
    letters = {name: system for name, system in HOUSE_SYSTEM_ALIASES.items() if len(name) == 1}
    assert letters.pop("A") is HouseSystem.EQUAL
    assert letters == {letter: system for system, letter in LETTER_OF.items()}
    assert len(letters) == len(HouseSystem) == 25
    assert letters["I"] is HouseSystem.SUNSHINE
    assert letters["i"] is HouseSystem.SUNSHINE_MAKRANSKY
    customary = {"P": "PLACIDUS", "K": "KOCH", "E": "EQUAL", "W": "WHOLE_SIGN"}
    customary |= {"C": "CAMPANUS", "R": "REGIOMONTANUS"}
    assert {letter: letters[letter].value for letter in customary} == customary


def test_points_shortly_before_a_cusp_count_for_its_house_by_the_five_degree_rule() -> None:
    longitudes = [24.9, 25.0, 29.9, 30.0, 355.0, 354.9]
    assert houses_of(longitudes, EVEN) == [1, 1, 1, 2, 12, 12]
    assert houses_of(longitudes, EVEN, 5.0) == [1, 2, 2, 2, 1, 12]
    assert house_of(327.0, REGIOMONTANUS_AT_85_NORTH) == 3
    assert house_of(327.0, REGIOMONTANUS_AT_85_NORTH, 5.0) == 4
