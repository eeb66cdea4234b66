"""Harmonic charts through the catalogue, under a sky whose positions are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import STANDARD_POINTS, Body
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask, birth
from tests.doubles import LinearEphemeris, Motion

NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 50.0, "longitude": 10.0}
SKY = LinearEphemeris(
    {
        Body.SUN: Motion(72.0, 1.0),
        Body.MOON: Motion(144.5, 13.0, latitude=-5.0),
        Body.MARS: Motion(3.0, -0.5),
    },
    ascendant=100.0,
    midheaven=10.0,
    epoch=2451545.0,
)
POINTS = ["SUN", "MOON", "MARS"]


def asked(**request: Any) -> Asked:
    fields = {**NOON, "planets": POINTS, "harmonics": [5], **request}
    return ask("harmonics", fields, SKY)


def chart(**request: Any) -> dict[str, Any]:
    (one,) = asked(**request).data["harmonics"]
    return dict(one)


def definitions(**request: Any) -> dict[str, Any]:
    return dict(asked(**request).computed_for["definitions"])


def pairs(one: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["planet1"], row["planet2"]): row for row in one["aspects"]}


def test_a_harmonic_tells_multiplied_positions_with_their_radix() -> None:
    one = chart()
    assert one["harmonic"] == 5
    sun, moon, mars = one["positions"]
    assert (sun["longitude"], sun["radix_longitude"], sun["speed"]) == (0.0, 72.0, 5.0)
    assert (moon["longitude"], moon["latitude"], moon["distance"]) == (2.5, -5.0, 1.0)
    assert mars["is_retrograde"]
    assert [row["house"] for row in one["positions"]] == [None] * 3
    assert one["houses"] == []


def test_aspects_are_found_at_ordinary_angles_with_their_orb_in_the_radix() -> None:
    found = pairs(chart())
    row = found["SUN", "MOON"]
    assert (row["aspect_type"], row["orb"]) == ("CONJUNCTION", 2.5)
    assert row["radix_orb"] == pytest.approx(0.5)
    assert ("SUN", "MARS") not in found
    assert chart(include_aspects=False)["aspects"] == []


def test_orbs_can_count_in_the_radix() -> None:
    assert ("SUN", "MARS") in pairs(chart(orb_rule="radix"))
    assert definitions(orb_rule="RADIX")["orb_rule"] == "RADIX"
    assert definitions()["orb_rule"] == "HARMONIC"


def test_one_flat_orb_replaces_all_others() -> None:
    assert pairs(chart(flat_orb=1.0, luminary_bonus=5.0, moieties=True, orb_multiplier=2.0)) == {}
    assert list(pairs(chart(flat_orb=2.5))) == [("SUN", "MOON")]
    told = definitions(flat_orb=1.0)
    assert told["flat_orb"] == 1.0
    assert set(told["orbs"].values()) == {1.0}


def test_angles_are_multiplied_as_points() -> None:
    data = asked(harmonics=[2]).data
    angles = data["harmonics"][0]["angles"]
    assert angles == {"ASC": 200.0, "MC": 20.0, "DESC": 200.0, "IC": 20.0}
    assert data["armc"] == 10.0
    assert data["houses"] == "NONE"
    (ascendant,) = asked(harmonics=[2], planets=["ASC"]).data["harmonics"][0]["positions"]
    assert (ascendant["planet"], ascendant["longitude"]) == ("ASC", 200.0)


def test_equal_houses_open_at_the_multiplied_ascendant() -> None:
    one = chart(houses="EQUAL", planets=["SUN", "ASC"])
    assert [house["longitude"] for house in one["houses"][:3]] == [140.0, 170.0, 200.0]
    assert [row["house"] for row in one["positions"]] == [8, 1]
    assert definitions(houses="EQUAL")["houses"] == "EQUAL"


def test_multiplied_cusps_hold_no_points() -> None:
    one = chart(houses="MULTIPLIED", house_system="KOCH", harmonics=[4])
    assert [house["longitude"] for house in one["houses"][:4]] == [40.0, 160.0, 280.0, 40.0]
    assert [row["house"] for row in one["positions"]] == [None] * 3
    assert definitions(houses="MULTIPLIED", house_system="KOCH")["house_system"] == "KOCH"
    assert "house_system" not in definitions(house_system="KOCH")


def test_harmonics_come_in_the_order_asked_and_once() -> None:
    told = asked(harmonics=[7, 1, 360, 7]).data["harmonics"]
    assert [one["harmonic"] for one in told] == [7, 1, 360]
    assert asked(harmonics=[]).data["harmonics"] == []


def test_without_choices_there_are_six_harmonics_of_the_standard_points(
    ephemeris: SwissEphemeris,
) -> None:
    told = ask("harmonics", birth(), ephemeris).data["harmonics"]
    assert [one["harmonic"] for one in told] == [2, 3, 4, 5, 7, 9]
    names = [row["planet"] for row in told[0]["positions"]]
    assert names == [point.value for point in STANDARD_POINTS]


def test_the_sun_at_the_centre_has_no_angles(ephemeris: SwissEphemeris) -> None:
    around = birth(center="HELIOCENTRIC", planets=["MARS", "EARTH"])
    data = ask("harmonics", around, ephemeris).data
    assert (data["armc"], data["harmonics"][0]["angles"]) == (None, None)
    refused = ask("harmonics", {**around, "houses": "EQUAL"}, ephemeris)
    assert refused.error["details"]["field"] == "center"


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("harmonics", [0], "harmonics.0"),
        ("harmonics", [361], "harmonics.0"),
        ("harmonics", [5.5], "harmonics.0"),
        ("harmonics", list(range(1, 34)), "harmonics"),
        ("orb_rule", "wide", "orb_rule"),
        ("flat_orb", -1.0, "flat_orb"),
        ("houses", "PLACIDUS", "houses"),
    ],
)
def test_wrong_values_are_refused_by_name(field: str, value: Any, named: str) -> None:
    answer = asked(**{field: value})
    assert answer.status == 422
    assert answer.error["details"]["field"] == named


def test_sectors_have_no_cusps_to_multiply() -> None:
    answer = asked(houses="MULTIPLIED", house_system="GAUQUELIN")
    assert answer.error["details"]["field"] == "house_system"


def test_too_many_points_for_so_many_harmonics_are_refused(ephemeris: SwissEphemeris) -> None:
    many = {"planets": list(Body)[:10] + list(Body)[11:41], "harmonics": list(range(1, 33))}
    answer = ask("harmonics", birth(**many), ephemeris)
    assert answer.error["details"]["field"] == "harmonics"
    assert ask("harmonics", birth(**many, include_aspects=False), ephemeris).status == 200
