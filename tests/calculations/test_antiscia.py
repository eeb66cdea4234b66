"""Antiscia through the public calculation, under a sky whose positions are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import Body
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask, birth
from tests.doubles import AYANAMSA, LinearEphemeris, Motion

SKY = LinearEphemeris(
    {
        Body.SUN: Motion(280.0, 1.0, latitude=0.0),
        Body.MOON: Motion(259.5, 13.0, latitude=-5.0),
        Body.MARS: Motion(80.5, 0.5, latitude=1.5),
        Body.VENUS: Motion(90.25, 1.25),
    },
    ascendant=100.0,
    epoch=2451545.0,
)
NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 0.0, "longitude": 10.0}
FOUR = ["SUN", "MOON", "MARS", "VENUS"]


def asked(**request: Any) -> Asked:
    return ask("antiscia", {**NOON, "planets": FOUR, **request}, SKY)


def images(group: str = "antiscia", **request: Any) -> dict[str, dict[str, Any]]:
    return {row["planet"]: row for row in asked(**request).data[group]}


def test_an_antiscion_tells_its_place_and_what_it_meets() -> None:
    assert images()["SUN"] == {
        "planet": "SUN",
        "original_longitude": 280.0,
        "longitude": 260.0,
        "latitude": 0.0,
        "distance": 1.0,
        "speed": -1.0,
        "is_retrograde": None,
        "latitude_speed": 0.0,
        "distance_speed": 0.0,
        "house": 6,
        "sign": "SAGITTARIUS",
        "degree": 20,
        "minute": 0,
        "second": 0,
        "aspects": [
            {
                "planet": "MOON",
                "aspect_type": "CONJUNCTION",
                "angle": 0.0,
                "orb": 0.5,
                "applying": True,
                "strength": 0.5,
            }
        ],
    }


def test_a_meeting_is_told_by_both_of_its_points() -> None:
    found = images()
    assert [row["planet"] for row in found["MOON"]["aspects"]] == ["SUN"]
    assert found["MOON"]["latitude"] == -5.0


def test_a_contra_antiscion_is_opposite_and_left_out_on_request() -> None:
    found = images("contra_antiscia")
    assert found["SUN"]["longitude"] == 80.0
    assert [row["planet"] for row in found["SUN"]["aspects"]] == ["MARS"]
    assert asked(include_contra=False).data["contra_antiscia"] is None


def test_a_point_does_not_meet_its_own_reflection() -> None:
    assert images()["VENUS"]["aspects"] == []


def test_the_orb_and_the_aspects_may_be_chosen() -> None:
    assert images(orb=0.4)["SUN"]["aspects"] == []
    opposed = images(aspects=["OPPOSITION"])["SUN"]["aspects"]
    assert [(row["planet"], row["aspect_type"]) for row in opposed] == [("MARS", "OPPOSITION")]
    assert "aspects" not in images(include_aspects=False)["SUN"]
    definitions = asked(orb=2.0, aspects=[]).computed_for["definitions"]
    assert definitions["orbs"] == {"CONJUNCTION": 2.0}


def test_a_sidereal_point_is_mirrored_at_its_own_signs_or_at_the_solstices() -> None:
    place = 280.0 - AYANAMSA
    by_signs = images(zodiac="SIDEREAL")["SUN"]["longitude"]
    by_season = images(zodiac="SIDEREAL", axis="SOLSTICES")["SUN"]["longitude"]
    assert by_signs == (180.0 - place) % 360.0
    assert by_season == 260.0 - AYANAMSA
    assert images(axis="SOLSTICES") == images()
    assert asked(axis="solstices").computed_for["definitions"]["axis"] == "SOLSTICES"


def test_houses_of_antiscia_may_be_left_out() -> None:
    assert images(house_system=None)["SUN"]["house"] is None
    assert images(latitude=70.0, polar="FLAG")["SUN"]["house"] is None
    assert asked(latitude=70.0).status == 422


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"orb": 5.5}, "orb"),
        ({"axis": "EQUINOX"}, "axis"),
        ({"aspects": ["NEAR"]}, "aspects.0"),
        ({"planets": ["SUN", "NOBODY"]}, "planets.1"),
        ({"center": "SUN"}, "center"),
    ],
)
def test_bad_values_are_refused_by_name(request_: dict[str, Any], field: str) -> None:
    answer = asked(**request_)
    assert answer.status == 422
    assert answer.error["details"]["errors"][0]["field"] == field


@pytest.mark.parametrize("name", ["antiscia", "special-points", "natal-chart"])
def test_another_centre_is_refused_for_the_true_reason(
    name: str, ephemeris: SwissEphemeris
) -> None:
    answer = ask(name, birth(center="HELIOCENTRIC", planets=["MARS"]), ephemeris)
    assert answer.error["details"]["field"] == "center"
    assert "exist only as seen from the Earth" in answer.error["message"]
