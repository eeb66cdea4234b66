"""POST /api/calculations/…: the bodies of the public API, exactly as CONTRACT.md 1.4 has them."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.aspects import AspectKind
from app.astrology.bodies import PLANETS, STANDARD_POINTS, Body
from app.compat.direct import ADAPTERS
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask, birth
from tests.doubles import LinearEphemeris, Motion

POSITIONS = "calculations/planetary-positions"
ASPECTS = "calculations/aspects"
HOUSES = "calculations/houses"
each_operation = pytest.mark.parametrize("operation", [POSITIONS, ASPECTS, HOUSES])

TWELVE = [point.value for point in STANDARD_POINTS]
LISTS = {POSITIONS: "positions", ASPECTS: "aspects", HOUSES: "houses"}

POSITION = {
    "planet": str,
    "longitude": float,
    "latitude": float,
    "distance": float,
    "speed": float,
    "is_retrograde": bool,
    "house": type(None),
    "sign": str,
    "degree": int,
    "minute": int,
    "second": int,
}
ASPECT = {
    "planet1": str,
    "planet2": str,
    "aspect_type": str,
    "orb": float,
    "applying": bool,
    "exact_time": str,
}
HOUSE = {
    "number": int,
    "longitude": float,
    "latitude": float,
    "sign": str,
    "degree": int,
    "minute": int,
    "second": int,
}
SHAPES = {POSITIONS: POSITION, ASPECTS: ASPECT, HOUSES: HOUSE}
"""CONTRACT.md 1.4, shared shapes Pos, Asp and House: names, JSON types and order."""


def rows(answer: Asked, operation: str) -> list[dict[str, Any]]:
    return list(answer.data[LISTS[operation]])


@each_operation
def test_every_row_has_the_fields_of_the_contract_in_its_order(
    operation: str, ephemeris: SwissEphemeris
) -> None:
    found = rows(ask(operation, birth(), ephemeris), operation)
    assert found
    for row in found:
        kinds = {name: type(value) for name, value in row.items()}
        if row.get("exact_time", "") is None:
            kinds["exact_time"] = str
        assert kinds == SHAPES[operation]
        assert list(row) == list(SHAPES[operation])


@each_operation
def test_data_is_repeated_flat_beside_itself(operation: str, ephemeris: SwissEphemeris) -> None:
    """CONTRACT.md D1: clients read `positions` inside `data`, or at the top, or both."""
    body = ask(operation, birth(), ephemeris).body
    assert body["success"] is True
    assert body["error"] is None
    flat = {name: body[name] for name in body if name not in {"success", "data", "error"}}
    assert flat == body["data"]
    assert list(body)[:4] == ["success", "data", "error", LISTS[operation]]


def test_the_direct_operations_are_the_twelve_of_the_contract() -> None:
    """CONTRACT.md 1.4, 12 to 23."""
    assert [adapter.name.removeprefix("calculations/") for adapter in ADAPTERS] == [
        *("planetary-positions", "aspects", "houses", "fixed-stars", "arabic-parts"),
        *("dignities", "antiscia", "declinations", "harmonics", "rectification"),
        *("primary-directions", "secondary-progressions"),
    ]
    assert all(adapter.flat for adapter in ADAPTERS)


# planetary-positions


def test_positions_are_the_ten_planets_without_houses(ephemeris: SwissEphemeris) -> None:
    for request in (birth(), birth(planets=[]), birth(planets=None), birth(house_system=None)):
        found = rows(ask(POSITIONS, request, ephemeris), POSITIONS)
        assert [row["planet"] for row in found] == [planet.value for planet in PLANETS]
        assert {row["house"] for row in found} == {None}


def test_positions_stand_in_the_order_asked_and_in_any_case(ephemeris: SwissEphemeris) -> None:
    """CONTRACT.md D11 and 64: lower-case names were dropped without a word."""
    asked = ["moon", "Sun", "north-node", "south_node", "lilith", "chiron", "asc"]
    found = rows(ask(POSITIONS, birth(planets=asked), ephemeris), POSITIONS)
    assert [row["planet"] for row in found] == [
        *("MOON", "SUN", "NORTH_NODE", "SOUTH_NODE", "LILITH", "CHIRON", "ASC"),
    ]


def test_a_named_house_system_fills_the_houses(ephemeris: SwissEphemeris) -> None:
    found = rows(ask(POSITIONS, birth(house_system="placidus"), ephemeris), POSITIONS)
    chart = ask("natal-chart", birth(), ephemeris).data["positions"][:10]
    assert [row["house"] for row in found] == [row["house"] for row in chart]
    assert all(1 <= row["house"] <= 12 for row in found)


def test_positions_are_those_of_the_catalogue(ephemeris: SwissEphemeris) -> None:
    own = ask("planetary-positions", birth(), ephemeris)
    legacy = ask(POSITIONS, birth(), ephemeris)
    assert legacy.data == {"positions": own.data["positions"]}
    assert legacy.computed_for == own.computed_for


def test_the_sun_of_the_report_stands_in_capricorn(ephemeris: SwissEphemeris) -> None:
    """Chart of 1990-01-15 14:30 New York: 25 degrees 23 minutes of Capricorn, read as truncated."""
    sun = rows(ask(POSITIONS, birth(), ephemeris), POSITIONS)[0]
    assert (sun["sign"], sun["degree"], sun["minute"], sun["second"]) == ("CAPRICORN", 25, 23, 47)


def test_the_include_flags_are_heard(ephemeris: SwissEphemeris) -> None:
    """CONTRACT.md 63: they were ignored."""
    asked = birth(planets=["SUN"], include_speed=False, include_retrograde=False)
    (sun,) = rows(ask(POSITIONS, asked, ephemeris), POSITIONS)
    assert (sun["speed"], sun["is_retrograde"]) == (None, None)


# aspects

SKY = LinearEphemeris(
    {
        point: Motion(longitude, speed)
        for point, longitude, speed in zip(
            STANDARD_POINTS,
            [0.0, 118.0, 3.0, 177.0, 92.0, 61.0, 20.0, 40.0, 200.0, 220.0, 240.5, 345.0],
            [1.0, 13.0, -0.5, 1.2, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, -0.05, 0.11],
            strict=True,
        )
    },
    epoch=2447907.3125,
)
"""Twelve points at the moment of the example."""


def applying(**request: Any) -> dict[tuple[str, str], tuple[str, float, bool]]:
    found = rows(ask(ASPECTS, birth(**request), SKY), ASPECTS)
    return {
        (row["planet1"], row["planet2"]): (row["aspect_type"], row["orb"], row["applying"])
        for row in found
    }


def test_aspects_apply_by_the_true_speeds() -> None:
    """CONTRACT.md 32 and 33: speeds went unused, so that no conjunction ever applied."""
    found = applying()
    assert found["SUN", "MOON"] == ("TRINE", 2.0, True)
    assert found["SUN", "MERCURY"] == ("CONJUNCTION", 3.0, True)
    assert found["SUN", "VENUS"] == ("OPPOSITION", 3.0, True)
    assert found["SUN", "MARS"] == ("SQUARE", 2.0, True)
    assert found["SUN", "JUPITER"] == ("SEXTILE", 1.0, True)
    assert found["MOON", "VENUS"] == ("SEXTILE", 1.0, False)
    assert found["MERCURY", "MARS"] == ("SQUARE", 1.0, True)


def test_aspects_are_the_five_major_ones_among_twelve_points(ephemeris: SwissEphemeris) -> None:
    """CONTRACT.md 30: 70 aspects of a chart, 36 of them from accidental orbs."""
    found = rows(ask(ASPECTS, birth(), ephemeris), ASPECTS)
    major = {"CONJUNCTION", "OPPOSITION", "TRINE", "SQUARE", "SEXTILE"}
    assert {row["aspect_type"] for row in found} <= major
    assert {row["planet1"] for row in found} | {row["planet2"] for row in found} <= set(TWELVE)
    assert any("LILITH" in (row["planet1"], row["planet2"]) for row in found)


def test_pairs_of_aspects_stand_in_the_order_of_their_points(ephemeris: SwissEphemeris) -> None:
    found = rows(ask(ASPECTS, birth(), ephemeris), ASPECTS)
    pairs = [(TWELVE.index(row["planet1"]), TWELVE.index(row["planet2"])) for row in found]
    assert pairs == sorted(pairs)
    assert all(first < second for first, second in pairs)


def test_an_orb_tolerance_is_the_orb_of_every_aspect() -> None:
    """CONTRACT.md 1.4: clients send `orb_tolerance` in degrees; it was ignored."""
    assert set(applying(orb_tolerance=1.0, planets=["SUN", "MOON", "MERCURY"])) == set()
    near = applying(orb_tolerance=2.0, planets=["SUN", "MOON", "MERCURY"])
    assert near == {("SUN", "MOON"): ("TRINE", 2.0, True)}
    wide = applying(orb_tolerance=2.0, orbs={"conjunction": 4}, planets=["SUN", "MOON", "MERCURY"])
    assert set(wide) == {("SUN", "MOON"), ("SUN", "MERCURY")}
    assert applying(orb_tolerance="2") == applying(orb_tolerance=2)
    assert applying(orb_tolerance=None) == applying()


def test_an_orb_tolerance_is_echoed(ephemeris: SwissEphemeris) -> None:
    answer = ask(ASPECTS, birth(orb_tolerance=3.5, aspects=["trine"]), ephemeris)
    assert answer.computed_for["definitions"]["orbs"] == {"TRINE": 3.5}


@pytest.mark.parametrize("tolerance", [True, -1, 31, [8], {}, "nan", "x"])
def test_an_orb_tolerance_out_of_bounds_is_refused_by_its_name(
    tolerance: Any, ephemeris: SwissEphemeris
) -> None:
    answer = ask(ASPECTS, birth(orb_tolerance=tolerance), ephemeris)
    assert answer.status == 422
    (problem,) = answer.body["detail"]
    assert problem["loc"] == ["body", "orb_tolerance"]
    assert problem["msg"].startswith("orb_tolerance must be a number")


def test_orbs_that_are_no_object_are_refused(ephemeris: SwissEphemeris) -> None:
    for orbs in ([1], 3, "TRINE"):
        answer = ask(ASPECTS, birth(orb_tolerance=8, orbs=orbs), ephemeris)
        assert answer.body["detail"][0]["loc"] == ["body", "orbs"]


def test_asked_aspects_and_planets_are_heard() -> None:
    """CONTRACT.md 58: both were ignored."""
    assert set(applying(aspects=["trine"], planets=["sun", "moon", "venus"])) == {("SUN", "MOON")}
    assert set(applying(orb_multiplier="0.5", planets=["SUN", "VENUS"])) == {("SUN", "VENUS")}
    assert set(applying(orb_multiplier=0.2, planets=["SUN", "VENUS"])) == set()


def test_points_that_neither_apply_nor_separate_are_told_as_false() -> None:
    assert applying(planets=["SATURN", "URANUS"], aspects=["novile", "semisextile"]) == {}
    still = applying(planets=["SATURN", "NEPTUNE"], aspects=["OPPOSITION"])
    assert still == {("SATURN", "NEPTUNE"): ("OPPOSITION", 0.0, False)}


def test_many_points_are_answered_without_the_times_of_their_aspects(
    ephemeris: SwissEphemeris,
) -> None:
    bodies = [body.value for body in Body if body is not Body.EARTH][:40]
    many = {"planets": bodies, "aspects": [kind.value for kind in AspectKind]}
    found = rows(ask(ASPECTS, birth(**many), ephemeris), ASPECTS)
    assert {row["exact_time"] for row in found} == {None}
    sixteen = {**many, "planets": bodies[:16]}
    found = rows(ask(ASPECTS, birth(**sixteen), ephemeris), ASPECTS)
    assert any(row["exact_time"] for row in found)
    asked = ask(ASPECTS, birth(**many, include_exact_time=True), ephemeris)
    assert asked.body["detail"][0]["loc"] == ["body", "include_exact_time"]
    bare = rows(ask(ASPECTS, birth(include_exact_time=False), ephemeris), ASPECTS)
    assert {row["exact_time"] for row in bare} == {None}


# houses


def test_houses_are_twelve_of_placidus_with_angles(ephemeris: SwissEphemeris) -> None:
    answer = ask(HOUSES, birth(), ephemeris)
    found = rows(answer, HOUSES)
    assert [row["number"] for row in found] == list(range(1, 13))
    assert {row["latitude"] for row in found} == {0.0}
    angles = answer.data["angles"]
    assert list(angles) == ["ASC", "MC", "DESC", "IC"]
    assert angles["ASC"] == found[0]["longitude"]
    assert angles["MC"] == found[9]["longitude"]
    assert answer.body["angles"] == angles


def test_houses_without_angles_lack_them(ephemeris: SwissEphemeris) -> None:
    answer = ask(HOUSES, birth(include_angles=False), ephemeris)
    assert list(answer.data) == ["houses"]
    assert "angles" not in answer.body


@pytest.mark.parametrize("written", [None, "", "placidus", "P", "PLACIDUS"])
def test_no_house_system_is_placidus(written: str | None, ephemeris: SwissEphemeris) -> None:
    """CONTRACT.md 2.3: null and the empty text mean Placidus."""
    plain = ask(HOUSES, birth(), ephemeris)
    assert ask(HOUSES, birth(house_system=written), ephemeris).data == plain.data
    assert plain.computed_for["definitions"]["house_system"] == "PLACIDUS"


@pytest.mark.parametrize("wrong", [False, 0, [], {}, "solar"])
def test_another_value_is_no_house_system(wrong: Any, ephemeris: SwissEphemeris) -> None:
    answer = ask(HOUSES, birth(house_system=wrong), ephemeris)
    assert answer.status == 422
    assert answer.body["detail"][0]["loc"] == ["body", "house_system"]


def test_houses_of_the_polar_circle_are_a_calculation_error(ephemeris: SwissEphemeris) -> None:
    """CONTRACT.md 3.4: CALCULATION_ERROR, 422, and `detail` a text."""
    answer = ask(HOUSES, birth(latitude=70), ephemeris)
    assert answer.status == 422
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert answer.body["detail"] == answer.error["message"]
