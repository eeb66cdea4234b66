"""Our Swiss Ephemeris gives what the library gives when called directly, or says why not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from app.astrology.angles import norm, separation
from app.astrology.bodies import Angle, Body
from app.astrology.calendar import CalendarChoice, civil_of_julian_day
from app.astrology.errors import PolarHouses
from app.astrology.houses import (
    DISORDERLY_NEAR_THE_POLES,
    UNDEFINED_BEYOND_POLAR_CIRCLES,
    Division,
    HouseSystem,
    house_of,
    houses_of,
)
from app.astrology.place import Place
from app.calculations.houses import HousesRequest, houses
from app.calculations.planetary_positions import PlanetaryPositionsRequest, planetary_positions
from app.ephemeris.almanac import SwissAlmanac
from tests.ephemeris import oracle

DEGREES = 1e-9
"""The least that must agree; measured difference is 0, because both sides call one library."""
SAME_CUSP = 1e-6
"""Iterations of the library for cusps end at 1e-8 degrees."""
COUNT = 1000
SEED = 20_001_117
BODIES = list(oracle.NUMBERS)
RUN_BACKWARDS = {
    *(HouseSystem.CAMPANUS, HouseSystem.REGIOMONTANUS, HouseSystem.TOPOCENTRIC),
    *(HouseSystem.APC, HouseSystem.SAVARD_A, HouseSystem.SUNSHINE),
}
"""Inside the polar circles, at times."""
BEGIN_ELSEWHERE = {
    *(HouseSystem.WHOLE_SIGN, HouseSystem.VEHLOW, HouseSystem.EQUAL_MC, HouseSystem.EQUAL_ARIES),
    *(HouseSystem.MORINUS, HouseSystem.MERIDIAN, HouseSystem.HORIZONTAL, HouseSystem.SRIPATI),
    *(HouseSystem.SUNSHINE_MAKRANSKY, HouseSystem.GAUQUELIN),
}
BEGIN_AT_ASCENDANT = set(HouseSystem) - BEGIN_ELSEWHERE
TENTH_AT_MIDHEAVEN = {HouseSystem.MERIDIAN, HouseSystem.EQUAL_MC}
TENTH_ELSEWHERE = {HouseSystem.EQUAL, HouseSystem.CARTER}
BY_LONGITUDE = [
    system
    for system in HouseSystem
    if system not in {HouseSystem.GAUQUELIN, HouseSystem.HORIZONTAL}
]
"""All but the sectors, and HORIZONTAL, of which `swe.house_pos` 2.10.03 counts positions against
its own cusps in the south, and from the opposite one within the northern tropic."""
MAIN_ANGLES = (Angle.ASC, Angle.MC, Angle.DESC, Angle.IC)
COLUMNS = ("longitude", "latitude", "distance", "speed", "latitude_speed", "distance_speed")


@dataclass(frozen=True)
class Answers:
    """What the catalogue and the library each said of one birth."""

    moment: float
    place: Place
    positions: dict[str, Any]
    houses: dict[HouseSystem, Any]
    expected: dict[Body, Any]
    cusps: dict[HouseSystem, oracle.Cusps | None]


def birth_text(moment: float) -> str:
    """A UTC reading of a Julian day, to the millisecond."""
    return civil_of_julian_day(moment, CalendarChoice.GREGORIAN).text


@pytest.fixture(scope="module")
def answers(ephemeris: SwissAlmanac) -> list[Answers]:
    """A thousand births through the catalogue, and the same from the library itself."""
    asked: list[tuple[float, Place, dict[str, Any], dict[HouseSystem, Any]]] = []
    for moment, place in oracle.random_births(COUNT, SEED):
        birth = {
            "date": birth_text(moment),
            "latitude": place.latitude,
            "longitude": place.longitude,
            "calendar": "GREGORIAN",
        }
        request = PlanetaryPositionsRequest.model_validate(
            {**birth, "planets": (*BODIES, *MAIN_ANGLES)},
        )
        answer = planetary_positions.compute(request, ephemeris)
        divided: dict[HouseSystem, Any] = {}
        for system in HouseSystem:
            drawn = HousesRequest.model_validate({**birth, "house_system": system.value})
            try:
                divided[system] = houses.compute(drawn, ephemeris).reply
            except PolarHouses:
                divided[system] = None
        by_name = {row["planet"]: row for row in answer.reply["positions"]}
        asked.append((answer.computed_for["julian_day"], place, by_name, divided))

    def directly() -> list[tuple[dict[Body, Any], dict[HouseSystem, oracle.Cusps | None]]]:
        rows = oracle.positions(moment for moment, *_ in asked)
        cusps = [
            {system: oracle.houses(moment, place, system) for system in HouseSystem}
            for moment, place, *_ in asked
        ]
        return list(zip(rows, cusps, strict=True))

    expected = oracle.in_own_thread(directly)
    return [Answers(*ours, *theirs) for ours, theirs in zip(asked, expected, strict=True)]


def worst(differences: Sequence[float]) -> float:
    assert len(differences) >= COUNT
    return max(differences)


def test_a_thousand_births_reach_all_parts_of_the_files(answers: list[Answers]) -> None:
    years = {civil_of_julian_day(answer.moment).year // 100 for answer in answers}
    assert years == set(range(12, 24))
    latitudes = [answer.place.latitude for answer in answers]
    assert min(latitudes) < -85.0
    assert max(latitudes) > 85.0


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_positions_are_those_of_the_library(body: Body, answers: list[Answers]) -> None:
    for column, name in enumerate(COLUMNS[:4]):
        differences = [
            separation(answer.positions[body.value][name], answer.expected[body][column])
            if name == "longitude"
            else abs(answer.positions[body.value][name] - answer.expected[body][column])
            for answer in answers
        ]
        assert worst(differences) <= DEGREES, f"{body} {name}"


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_all_six_numbers_of_many_moments_at_once_are_those_of_the_library(
    body: Body, answers: list[Answers], ephemeris: SwissAlmanac
) -> None:
    moments = np.array([answer.moment for answer in answers])
    table = ephemeris.positions(moments, (body,))
    assert table.shape == (COUNT, 1, 6)
    expected = np.array([answer.expected[body] for answer in answers])
    assert np.abs(table[:, 0, :] - expected).max() <= DEGREES


@pytest.mark.parametrize("system", list(HouseSystem), ids=str)
def test_cusps_are_those_of_the_library(system: HouseSystem, answers: list[Answers]) -> None:
    compared = 0
    for answer in answers:
        ours, theirs = answer.houses[system], answer.cusps[system]
        if ours is None or theirs is None:
            continue
        compared += 1
        cusps = [house["longitude"] for house in ours["houses"] or ours["sectors"]]
        assert len(cusps) == (36 if system is HouseSystem.GAUQUELIN else 12)
        assert max(map(separation, cusps, theirs.cusps)) <= DEGREES
        ascendant, midheaven = ours["angles"]["ASC"], ours["angles"]["MC"]
        assert separation(ascendant, theirs.angles[0]) <= DEGREES
        assert separation(midheaven, theirs.angles[1]) <= DEGREES
    assert compared >= COUNT // 2


@pytest.mark.parametrize("system", list(HouseSystem), ids=str)
def test_we_refuse_houses_exactly_where_the_library_does(
    system: HouseSystem, answers: list[Answers]
) -> None:
    """DEFINITIONS.md 1, polar: by latitude, 90 degrees less the true obliquity of the moment.

    And where the cusps that it tells of some systems are no division of the circle.
    """
    for answer in answers:
        theirs = answer.cusps[system]
        orderly = theirs is not None and (
            system not in DISORDERLY_NEAR_THE_POLES or divide_the_circle(theirs.cusps)
        )
        assert (answer.houses[system] is None) != orderly
    refused = sum(answer.houses[system] is None for answer in answers)
    expected = UNDEFINED_BEYOND_POLAR_CIRCLES | DISORDERLY_NEAR_THE_POLES
    assert (refused > 50) == (system in expected)


def test_sunshine_houses_are_refused_where_the_sun_does_not_rise_and_set(
    ephemeris: SwissAlmanac,
) -> None:
    """They divide its paths above the horizon and under it: tan(declination) * tan(latitude)."""
    refused = 0
    for moment, place in oracle.random_births(COUNT, SEED):
        declination = ephemeris.equatorial((moment,), (Body.SUN,))[0, 0, 1]
        steepness = math.tan(math.radians(declination)) * math.tan(math.radians(place.latitude))
        if abs(steepness) < 1.0:
            ephemeris.divide(moment, place, HouseSystem.SUNSHINE)
            continue
        refused += 1
        with pytest.raises(PolarHouses, match="choose another house_system such as PORPHYRY"):
            ephemeris.divide(moment, place, HouseSystem.SUNSHINE)
    assert refused > 50


@pytest.mark.parametrize("system", list(HouseSystem), ids=str)
def test_a_division_has_the_armc_and_vertex_of_the_library(
    system: HouseSystem, answers: list[Answers], ephemeris: SwissAlmanac
) -> None:
    for answer in answers[::10]:
        expected = answer.cusps[system]
        if expected is not None and answer.houses[system] is not None:
            division = ephemeris.divide(answer.moment, answer.place, system)
            drawn = (
                division.ascendant,
                division.midheaven,
                division.armc,
                division.angles[Angle.VERTEX],
            )
            assert max(map(separation, drawn, expected.angles)) <= DEGREES
            assert max(map(separation, division.cusps, expected.cusps)) <= DEGREES


def test_angles_among_the_positions_are_those_of_the_library(answers: list[Answers]) -> None:
    for answer in answers:
        division = answer.cusps[HouseSystem.EQUAL]
        assert division is not None
        ascendant, midheaven = division.angles[:2]
        expected = {
            Angle.ASC: ascendant,
            Angle.MC: midheaven,
            Angle.DESC: norm(ascendant + 180.0),
            Angle.IC: norm(midheaven + 180.0),
        }
        for angle, longitude in expected.items():
            assert separation(answer.positions[angle]["longitude"], longitude) <= DEGREES


def test_a_written_moment_is_the_julian_day_of_the_library(answers: list[Answers]) -> None:
    """`swe.julday` adds fractions as doubles, whose unit is 4.7e-10 days or 40 microseconds."""
    for answer in answers[::10]:
        civil = civil_of_julian_day(answer.moment, CalendarChoice.GREGORIAN)
        hours = civil.hour + civil.minute / 60.0 + civil.seconds / 3600.0
        expected = oracle.julian_day(civil.year, civil.month, civil.day, hours)
        assert answer.moment == pytest.approx(expected, abs=1e-9)


def follow_each_other(cusps: Sequence[float]) -> bool:
    """Whether cusps run around the circle once, with the zodiac or against it."""
    steps = [norm(b - a) for a, b in zip(cusps, [*cusps[1:], cusps[0]], strict=True)]
    return round(sum(steps)) in {360, 360 * (len(cusps) - 1)}


def divide_the_circle(cusps: Sequence[float]) -> bool:
    """The same, and that every house has some width."""
    apart = [separation(a, b) for a, b in zip(cusps, [*cusps[1:], cusps[0]], strict=True)]
    return follow_each_other(cusps) and min(apart) > SAME_CUSP


@pytest.mark.parametrize("system", BY_LONGITUDE, ids=str)
def test_points_on_the_ecliptic_are_in_the_house_that_the_library_tells(
    system: HouseSystem, ephemeris: SwissAlmanac
) -> None:
    """`swe.house_pos`, also inside the polar circles, where houses may run backwards."""
    backwards = compared = 0
    for moment, place in oracle.random_births(200, SEED):
        try:
            division = ephemeris.divide(moment, place, system)
        except PolarHouses:
            continue
        backwards += norm(division.cusps[3] - division.cusps[0]) > 180.0
        for longitude in range(7, 360, 30):
            theirs = oracle.house_position(moment, place, system, float(longitude))
            # Iterations of the library end at 1e-8 degrees: a point so near to a cusp is left out.
            if abs(theirs - round(theirs)) > 1e-5:
                compared += 1
                assert house_of(float(longitude), division.cusps) == int(theirs)
    assert compared > 1000
    assert (backwards > 0) == (system in RUN_BACKWARDS)


@pytest.mark.parametrize("system", list(HouseSystem), ids=str)
def test_angles_open_their_houses_all_over_the_earth(
    system: HouseSystem, ephemeris: SwissAlmanac
) -> None:
    """A descendant that rounding puts into house 6 is the fault of Kerykeion issue 164."""
    for moment, place in oracle.random_births(COUNT, SEED):
        try:
            division = ephemeris.divide(moment, place, system)
        except PolarHouses:
            continue
        main = [division.angles[angle] for angle in MAIN_ANGLES]
        asc, mc, desc, ic = houses_of(main, division.cusps)
        if system in BEGIN_AT_ASCENDANT:
            assert (asc, desc) == (1, 7)
        if system in BEGIN_AT_ASCENDANT | TENTH_AT_MIDHEAVEN and system not in TENTH_ELSEWHERE:
            assert (mc, ic) == (10, 4)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(90.0, 0.0), (-90.0, 180.0), (0.0, -180.0), (89.999999999, 5.0)]
)
@pytest.mark.parametrize("system", list(HouseSystem), ids=str)
def test_the_ends_of_the_earth_have_twelve_finite_cusps_or_a_reason(
    latitude: float, longitude: float, system: HouseSystem, ephemeris: SwissAlmanac
) -> None:
    place = Place(latitude, longitude)
    poles = UNDEFINED_BEYOND_POLAR_CIRCLES | DISORDERLY_NEAR_THE_POLES
    if system in poles and latitude != 0.0:
        with pytest.raises(PolarHouses):
            ephemeris.divide(2451545.0, place, system)
        return
    division = ephemeris.divide(2451545.0, place, system)
    assert len(division.cusps) == (36 if system is HouseSystem.GAUQUELIN else 12)
    assert all(0.0 <= cusp < 360.0 for cusp in division.cusps)


@pytest.mark.parametrize("nearness", [1e-3, 1e-6, 1e-8])
@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize("system", sorted(UNDEFINED_BEYOND_POLAR_CIRCLES), ids=str)
def test_the_polar_limit_is_ninety_degrees_less_the_true_obliquity(
    system: HouseSystem, side: float, nearness: float, ephemeris: SwissAlmanac
) -> None:
    moment = 2451545.25
    limit = 90.0 - oracle.obliquity(moment)
    inside = Place(side * (limit - nearness), 20.0)
    assert isinstance(ephemeris.divide(moment, inside, system), Division)
    with pytest.raises(PolarHouses) as refused:
        ephemeris.divide(moment, Place(side * (limit + nearness), 20.0), system)
    assert f"from {limit:.4f} degrees" in refused.value.message
    assert "choose another house_system such as PORPHYRY or WHOLE_SIGN" in refused.value.message
    assert "let polar be FALLBACK or FLAG" in refused.value.message
    assert refused.value.details == {
        "field": "house_system",
        "latitude_limit": pytest.approx(limit, abs=DEGREES),
        "got": system,
    }


def test_rounding_at_the_polar_limit_is_a_refusal_and_not_a_fault(
    ephemeris: SwissAlmanac,
) -> None:
    """Within 1e-13 degrees of the limit the library and a comparison of ours may disagree."""
    moment = 2451545.25
    latitude = 90.0 - oracle.obliquity(moment)
    for _ in range(20):
        latitude = math.nextafter(latitude, 0.0)
        with pytest.raises(PolarHouses):
            ephemeris.divide(moment, Place(latitude, 20.0), HouseSystem.KOCH)


def test_the_south_node_is_the_north_node_turned_around(ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 44: it was the north node itself. Distance and speeds are those of the node."""
    for moment in (2451545.25, 2400000.0, 2300000.0):
        north, south = ephemeris.positions((moment,), (Body.NORTH_NODE, Body.SOUTH_NODE))[0]
        assert south[0] == norm(north[0] + 180.0)
        assert south[1] == 0.0
        assert math.copysign(1.0, south[1]) == 1.0
        assert south[2:].tolist() == north[2:].tolist()


@pytest.mark.parametrize(
    "body", [Body.NORTH_NODE, Body.SOUTH_NODE, Body.TRUE_NODE, Body.LILITH, Body.LILITH_TRUE]
)
def test_nodes_and_apogees_have_their_speeds(body: Body, ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 42: special points were answered with a speed of 0.

    The speed is the change of longitude over two minutes, but for the osculating points, whose
    motion the library differentiates over a longer stretch: 1e-3 degrees a day.
    """
    middle, half = 2451545.0, 1.0 / 1440.0
    before, now, after = ephemeris.positions((middle - half, middle, middle + half), (body,))
    motion = (after[0][0] - before[0][0]) / (2.0 * half)
    assert now[0][3] != 0.0
    assert now[0][3] == pytest.approx(motion, abs=1e-3)


def test_an_array_of_moments_has_a_row_for_each(ephemeris: SwissAlmanac) -> None:
    moments = [2451545.0, 2451546.0, 2451547.0]
    table = ephemeris.positions(moments, (Body.SUN, Body.SOUTH_NODE))
    assert table.shape == (3, 2, 6)
    for row, moment in zip(table, moments, strict=True):
        single = ephemeris.positions((moment,), (Body.SUN, Body.SOUTH_NODE))[0]
        assert row.tolist() == single.tolist()
    assert ephemeris.positions((), (Body.SUN,)).shape == (0, 1, 6)
    assert ephemeris.positions((2451545.0,), ()).shape == (1, 0, 6)
