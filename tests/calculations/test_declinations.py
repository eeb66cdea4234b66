"""Declinations through the public calculation, under a sky that is known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import Body
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask
from tests.doubles import LinearEphemeris, Motion

SKY = LinearEphemeris(
    {
        Body.SUN: Motion(280.0, 1.0, declination=-23.0, declination_speed=0.1),
        Body.MOON: Motion(90.0, 13.0, latitude=4.5, declination=28.0, declination_speed=0.5),
        Body.MARS: Motion(70.0, 0.5, declination=22.5, declination_speed=0.2),
        Body.SATURN: Motion(71.0, 0.5, declination=22.0),
    },
    ascendant=90.0,
    midheaven=0.0,
    epoch=2451545.0,
)
NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 0.0, "longitude": 10.0}
FOUR = ["SUN", "MOON", "MARS", "SATURN"]


def asked(**request: Any) -> Asked:
    return ask("declinations", {**NOON, "planets": FOUR, **request}, SKY)


def rows(**request: Any) -> dict[str, dict[str, Any]]:
    return {row["planet"]: row for row in asked(**request).data["declinations"]}


def test_a_point_tells_its_declination_and_its_parallels() -> None:
    assert rows()["MARS"] == {
        "planet": "MARS",
        "longitude": 70.0,
        "latitude": 0.0,
        "right_ascension": 70.0,
        "declination": 22.5,
        "declination_speed": 0.2,
        "out_of_bounds": False,
        "out_of_bounds_by": None,
        "parallels": [
            {
                "planet": "SUN",
                "aspect_type": "CONTRAPARALLEL",
                "declination": -23.0,
                "orb": 0.5,
                "applying": True,
            },
            {
                "planet": "SATURN",
                "aspect_type": "PARALLEL",
                "declination": 22.0,
                "orb": 0.5,
                "applying": False,
            },
        ],
    }


def test_a_body_out_of_bounds_tells_by_how_much() -> None:
    moon = rows()["MOON"]
    assert (moon["out_of_bounds"], moon["out_of_bounds_by"]) == (True, 4.5)
    assert asked().data["obliquity"] == 23.5


def test_the_orb_of_parallels_is_chosen_and_echoed() -> None:
    assert rows(parallel_orb=0.4)["MARS"]["parallels"] == []
    assert len(rows(parallel_orb=5.0)["MARS"]["parallels"]) == 2
    assert asked(parallel_orb=2.5).computed_for["definitions"]["parallel_orb"] == 2.5
    bare = asked(include_parallels=False)
    assert "parallels" not in bare.data["declinations"][0]
    assert "parallel_orb" not in bare.computed_for["definitions"]


def test_angles_are_points_of_the_ecliptic() -> None:
    found = rows(planets=["ASC", "MC", "SATURN"])
    assert found["ASC"]["declination"] == pytest.approx(23.5)
    assert found["ASC"]["right_ascension"] == pytest.approx(90.0)
    assert found["MC"]["declination"] == 0.0
    assert found["ASC"]["declination_speed"] == 0.0
    moving = rows(planets=["MC"], angles_move=True)["MC"]
    assert moving["declination_speed"] > 100.0


def test_declinations_are_those_of_date_in_every_zodiac() -> None:
    tropical, sidereal = rows(), rows(zodiac="SIDEREAL")
    assert sidereal["SUN"]["longitude"] == 256.0
    assert {p: row["declination"] for p, row in tropical.items()} == {
        p: row["declination"] for p, row in sidereal.items()
    }


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"parallel_orb": 5.5}, "parallel_orb"),
        ({"parallel_orb": -0.1}, "parallel_orb"),
        ({"include_parallels": "yes"}, "include_parallels"),
        ({"planets": ["NOBODY"]}, "planets.0"),
    ],
)
def test_bad_values_are_refused_by_name(request_: dict[str, Any], field: str) -> None:
    answer = asked(**request_)
    assert answer.status == 422
    assert answer.error["details"]["errors"][0]["field"] == field


def test_the_sun_keeps_within_its_own_bounds_whatever_its_parallax(
    ephemeris: SwissEphemeris,
) -> None:
    solstice = {"date": "2026-06-21T08:24:00Z", "latitude": -60.0, "longitude": 10.0}
    seen = {**solstice, "center": "TOPOCENTRIC", "planets": ["SUN", "TRUE_NODE", "ASC"]}
    data = ask("declinations", seen, ephemeris).data
    sun = data["declinations"][0]
    assert sun["declination"] > data["obliquity"]
    for row in data["declinations"]:
        assert (row["out_of_bounds"], row["out_of_bounds_by"]) == (False, None)
