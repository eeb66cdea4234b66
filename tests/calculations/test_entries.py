"""What each calculation answers, under a sky whose positions are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import PLANETS, STANDARD_POINTS, Angle, Body, Lot
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask, birth
from tests.doubles import LinearEphemeris, Motion

NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 50.0, "longitude": 10.0}
SKY = LinearEphemeris(
    {
        Body.SUN: Motion(280.5, 1.0),
        Body.MOON: Motion(161.5, 13.0, latitude=-5.0),
        Body.MERCURY: Motion(280.5, -0.5, latitude=1.25),
        Body.SATURN: Motion(9.5, 0.25),
    },
    ascendant=100.5,
    midheaven=10.0,
    epoch=2451545.0,
)
FOUR = ["SUN", "MOON", "MERCURY", "SATURN"]
PLAIN = {"out_of_sign": False, "partile": False}
NOTHING_MOVES = {"latitude": 0.0, "distance": 0.0, "speed": 0.0, "is_retrograde": False}


def positions(**request: Any) -> list[dict[str, Any]]:
    return list(ask("planetary-positions", {**NOON, **request}, SKY).data["positions"])


# planetary-positions


def test_positions_tell_place_motion_and_sign_in_the_order_asked() -> None:
    assert positions(planets=["MERCURY", "MOON", "ASC"], house_system="EQUAL") == [
        {
            "planet": "MERCURY",
            "longitude": 280.5,
            "latitude": 1.25,
            "distance": 1.0,
            "speed": -0.5,
            "is_retrograde": True,
            "house": 7,
            "sign": "CAPRICORN",
            "degree": 10,
            "minute": 30,
            "second": 0,
        },
        {
            "planet": "MOON",
            "longitude": 161.5,
            "latitude": -5.0,
            "distance": 1.0,
            "speed": 13.0,
            "is_retrograde": False,
            "house": 3,
            "sign": "VIRGO",
            "degree": 11,
            "minute": 30,
            "second": 0,
        },
        {
            "planet": "ASC",
            "longitude": 100.5,
            "house": 1,
            "sign": "CANCER",
            "degree": 10,
            "minute": 30,
            "second": 0,
            **NOTHING_MOVES,
        },
    ]


def test_positions_without_a_house_system_have_no_houses() -> None:
    assert [row["house"] for row in positions(planets=FOUR)] == [None] * 4
    assert [row["house"] for row in positions(planets=FOUR, house_system=None)] == [None] * 4


def test_speed_and_retrograde_are_left_out_on_request() -> None:
    plain = positions(planets=FOUR)
    slow = positions(planets=FOUR, include_speed=False)
    assert slow == [{**row, "speed": None} for row in plain]
    bare = positions(planets=FOUR, include_retrograde=False)
    assert bare == [{**row, "is_retrograde": None} for row in plain]


def test_no_planets_are_the_ten_planets(ephemeris: SwissEphemeris) -> None:
    for request in (birth(), birth(planets=[])):
        rows = ask("planetary-positions", request, ephemeris).data["positions"]
        assert [row["planet"] for row in rows] == [planet.value for planet in PLANETS]


def test_every_point_can_be_asked_for_at_once(ephemeris: SwissEphemeris) -> None:
    names = [*(body for body in Body if body is not Body.EARTH), *Angle, *Lot]
    rows = ask("planetary-positions", birth(planets=names), ephemeris).data["positions"]
    assert [row["planet"] for row in rows] == names
    south, north = rows[names.index("SOUTH_NODE")], rows[names.index("NORTH_NODE")]
    assert abs(south["longitude"] - north["longitude"]) == pytest.approx(180.0, abs=1e-12)


def test_a_point_without_a_motion_is_outside_the_ephemeris() -> None:
    answer = ask("planetary-positions", {**NOON, "planets": ["PLUTO"]}, SKY)
    assert answer.error["code"] == "CALCULATION_ERROR"


# houses


def test_houses_tell_cusps_and_angles() -> None:
    answer = ask("houses", {**NOON, "house_system": "EQUAL"}, SKY)
    assert answer.data["system"] == "EQUAL"
    assert answer.data["angles"] == {"ASC": 100.5, "MC": 10.0, "DESC": 280.5, "IC": 190.0}
    houses = answer.data["houses"]
    assert [house["number"] for house in houses] == list(range(1, 13))
    assert [house["longitude"] for house in houses[:4]] == [100.5, 130.5, 160.5, 190.5]
    assert houses[9] == {
        "number": 10,
        "longitude": 10.5,
        "sign": "ARIES",
        "degree": 10,
        "minute": 30,
        "second": 0,
    }


def test_houses_are_those_of_placidus_with_angles_unless_asked_otherwise() -> None:
    answer = ask("houses", NOON, SKY)
    assert answer.data["system"] == "PLACIDUS"
    assert answer.data["angles"] is not None
    assert ask("houses", {**NOON, "include_angles": False}, SKY).data["angles"] is None


def test_houses_of_the_polar_night_are_refused_with_a_way_out(ephemeris: SwissEphemeris) -> None:
    answer = ask("houses", birth(latitude=70.0), ephemeris)
    assert answer.status == 422
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert "choose another house_system such as PORPHYRY" in answer.error["message"]


# aspects


def test_aspects_tell_kind_orb_and_direction() -> None:
    answer = ask("aspects", {**NOON, "planets": FOUR}, SKY)
    assert answer.data["aspects"] == [
        {
            "planet1": "SUN",
            "planet2": "MOON",
            "aspect_type": "TRINE",
            "angle": 120.0,
            "separation": 119.0,
            "orb": 1.0,
            "applying": False,  # the waning Moon comes nearer than 120 degrees
            "strength": 0.875,
            **PLAIN,
        },
        {
            "planet1": "SUN",
            "planet2": "MERCURY",
            "aspect_type": "CONJUNCTION",
            "angle": 0.0,
            "separation": 0.0,
            "orb": 0.0,
            "applying": None,  # exact
            "strength": 1.0,
            "out_of_sign": False,
            "partile": True,
        },
        {
            "planet1": "SUN",
            "planet2": "SATURN",
            "aspect_type": "SQUARE",
            "angle": 90.0,
            "separation": 89.0,
            "orb": 1.0,
            "applying": False,  # the Sun comes nearer than 90 degrees
            "strength": 0.875,
            **PLAIN,
        },
        {
            "planet1": "MOON",
            "planet2": "MERCURY",
            "aspect_type": "TRINE",
            "angle": 120.0,
            "separation": 119.0,
            "orb": 1.0,
            "applying": False,
            "strength": 0.875,
            **PLAIN,
        },
        {
            "planet1": "MERCURY",
            "planet2": "SATURN",
            "aspect_type": "SQUARE",
            "angle": 90.0,
            "separation": 89.0,
            "orb": 1.0,
            "applying": True,  # Mercury runs back
            "strength": 0.875,
            **PLAIN,
        },
    ]


def kinds(**request: Any) -> set[tuple[str, str, str]]:
    rows = ask("aspects", {**NOON, "planets": FOUR, **request}, SKY).data["aspects"]
    return {(row["planet1"], row["planet2"], row["aspect_type"]) for row in rows}


def test_only_the_aspects_asked_for_are_found() -> None:
    assert kinds(aspects=["conjunction"]) == {("SUN", "MERCURY", "CONJUNCTION")}
    assert kinds(aspects=["sesquisquare"]) == set()
    assert kinds(aspects=[]) == kinds()


def test_orbs_widen_and_narrow() -> None:
    conjunction = ("SUN", "MERCURY", "CONJUNCTION")
    assert kinds(orbs={"TRINE": 0.5, "SQUARE": 0.99}) == {conjunction}
    assert kinds(orb_multiplier=0.1) == {conjunction}
    wide = kinds(aspects=["QUINCUNX"], orbs={"QUINCUNX": 20.0})
    assert wide == {("MOON", "SATURN", "QUINCUNX")}  # 152 degrees apart
    assert kinds(aspects=["TRINE"], orbs={"TRINE": 0.4}, orb_multiplier=2.5) == {
        ("SUN", "MOON", "TRINE"),
        ("MOON", "MERCURY", "TRINE"),
    }


def test_an_orb_of_nothing_leaves_exact_aspects_at_full_strength() -> None:
    request = {**NOON, "planets": ["SUN", "MERCURY"], "orbs": {"CONJUNCTION": 0}}
    (aspect,) = ask("aspects", request, SKY).data["aspects"]
    assert (aspect["orb"], aspect["strength"], aspect["applying"]) == (0.0, 1.0, None)


def test_an_angle_takes_part_and_stands_still() -> None:
    request = {**NOON, "planets": ["DESC", "SUN", "MERCURY", "MC"]}
    rows = ask("aspects", request, SKY).data["aspects"]
    found = {(row["planet1"], row["planet2"]): row for row in rows}
    assert found["DESC", "SUN"]["applying"] is None
    assert found["SUN", "MC"]["separation"] == 89.5
    assert found["SUN", "MC"]["applying"] is False
    assert found["MERCURY", "MC"]["applying"] is True
    assert found["DESC", "MC"]["applying"] is None  # neither moves


def test_aspects_are_found_inside_the_polar_circles(ephemeris: SwissEphemeris) -> None:
    request = birth(latitude=80.0, planets=["SUN", "ASC", "MC"])
    assert ask("aspects", request, ephemeris).status == 200


# natal-chart


def test_a_natal_chart_holds_the_answers_of_the_other_three(ephemeris: SwissEphemeris) -> None:
    names = [*(point.value for point in STANDARD_POINTS), "ASC", "IC"]
    asked = birth(planets=names, house_system="KOCH", orbs={"TRINE": 5}, orb_multiplier=0.9)
    chart = ask("natal-chart", asked, ephemeris).data
    assert chart["house_system"] == "KOCH"
    drawn = ask("houses", asked, ephemeris).data
    assert chart["houses"] == drawn["houses"]
    assert chart["angles"] == drawn["angles"]
    assert chart["positions"] == ask("planetary-positions", asked, ephemeris).data["positions"]
    assert chart["aspects"] == ask("aspects", asked, ephemeris).data["aspects"]


def test_a_natal_chart_has_the_twelve_standard_points(ephemeris: SwissEphemeris) -> None:
    for request in (birth(), birth(planets=[])):
        chart = ask("natal-chart", request, ephemeris).data
        names = [row["planet"] for row in chart["positions"]]
        assert names == [point.value for point in STANDARD_POINTS]
        assert chart["house_system"] == "PLACIDUS"


def test_houses_of_a_chart_follow_its_own_system(ephemeris: SwissEphemeris) -> None:
    """CONTRACT.md 51: planets were put into Placidus houses whatever the chart said."""
    by_system = {}
    for system in ("PLACIDUS", "WHOLE_SIGN"):
        rows = ask("natal-chart", birth(house_system=system), ephemeris).data["positions"]
        by_system[system] = [row["house"] for row in rows]
        again = ask("planetary-positions", birth(house_system=system), ephemeris).data["positions"]
        assert [row["house"] for row in again] == by_system[system][:10]
    assert by_system["PLACIDUS"] != by_system["WHOLE_SIGN"]


def test_the_angles_of_a_chart_near_the_pole_open_their_houses(ephemeris: SwissEphemeris) -> None:
    """Houses of Regiomontanus run backwards there at times: the first one swallowed all points."""
    backwards = 0
    for hour in range(24):
        angles = {"planets": ["ASC", "IC", "DESC", "MC"], "house_system": "REGIOMONTANUS"}
        request = birth(latitude=80.0, time=f"{hour:02d}:00", **angles)
        chart = ask("natal-chart", request, ephemeris).data
        cusps = [house["longitude"] for house in chart["houses"]]
        backwards += (cusps[3] - cusps[0]) % 360.0 > 180.0
        assert [row["house"] for row in chart["positions"]] == [1, 4, 7, 10]
    assert 0 < backwards < 24
