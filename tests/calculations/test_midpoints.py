"""Midpoints through the catalogue, under a sky whose positions are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import Body
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask, birth
from tests.doubles import LinearEphemeris, Motion

NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 50.0, "longitude": 10.0}
SKY = LinearEphemeris(
    {
        Body.SUN: Motion(10.0, 1.0),
        Body.MOON: Motion(50.0, 13.0),
        Body.MARS: Motion(76.0, 0.5),
        Body.VENUS: Motion(345.0, 1.0),
    },
    ascendant=190.0,
    midheaven=100.0,
    epoch=2451545.0,
)
POINTS = ["SUN", "MOON", "MARS", "VENUS"]


def asked(**request: Any) -> Asked:
    return ask("midpoints", {**NOON, "planets": POINTS, **request}, SKY)


def definitions(**request: Any) -> dict[str, Any]:
    return dict(asked(**request).computed_for["definitions"])


def tree(planet: str, **request: Any) -> list[tuple[str, str, float]]:
    (found,) = (t for t in asked(**request).data["trees"] if t["planet"] == planet)
    return [(c["planet1"], c["planet2"], c["delta"]) for c in found["contacts"]]


def test_midpoints_tell_both_points_and_the_middle_of_the_shorter_arc() -> None:
    first, *rest = asked().data["midpoints"]
    assert first == {
        "planet1": "SUN",
        "planet2": "MOON",
        "longitude": 30.0,
        "sign": "TAURUS",
        "degree": 0,
        "arc": 40.0,
        "dial": 30.0,
        "exact_opposition": False,
    }
    assert len(rest) == 5
    (venus,) = (m for m in rest if (m["planet1"], m["planet2"]) == ("SUN", "VENUS"))
    assert venus["longitude"] == 357.5


def test_an_exact_opposition_is_told_with_both_middles() -> None:
    rows = asked(planets=["SUN", "ASC"]).data["midpoints"]
    assert [(row["longitude"], row["exact_opposition"]) for row in rows] == [
        (100.0, True),
        (280.0, True),
    ]


def test_a_tree_lists_the_midpoints_of_a_point_by_orb() -> None:
    assert tree("MARS") == [("SUN", "MOON", 46.0)]
    assert tree("MARS", orb=0.9) == []
    assert tree("MARS", modulus=90) == []
    assert tree("VENUS", modulus=45) == [("SUN", "MOON", -45.0)]
    (contact,) = (c for t in asked().data["trees"] if t["planet"] == "MARS" for c in t["contacts"])
    assert (contact["midpoint"], contact["angle"], contact["direct"]) == (30.0, 45.0, False)


def test_the_dial_is_sorted_and_can_do_without_midpoints() -> None:
    rows = asked().data["dial"]
    assert len(rows) == 4 + 6
    assert [row["dial"] for row in rows] == sorted(row["dial"] for row in rows)
    bare = asked(include_dial_midpoints=False, dial=45).data["dial"]
    assert [(row["dial"], row["planet1"], row["planet2"]) for row in bare] == [
        (5.0, "MOON", None),
        (10.0, "SUN", None),
        (30.0, "VENUS", None),
        (31.0, "MARS", None),
    ]


def test_pictures_are_equations_of_four_points() -> None:
    # 10 + 50 = 60; 76 + 345 = 421 = 61.
    data = asked().data
    (picture,) = data["pictures"]
    assert [picture[f"planet{number}"] for number in range(1, 5)] == POINTS
    assert (picture["longitude"], picture["orb"]) == (344.0, 1.0)
    assert data["pictures_found"] == 1
    assert asked(picture_orb=0.9).data["pictures"] == []
    assert asked(include_pictures=False).data["pictures_found"] == 0


def test_only_the_closest_pictures_are_told(ephemeris: SwissEphemeris) -> None:
    wide = birth(picture_modulus=45, picture_orb=2.0)
    data = ask("midpoints", {**wide, "most_pictures": 3}, ephemeris).data
    assert len(data["pictures"]) == 3 < data["pictures_found"]
    whole = ask("midpoints", {**wide, "most_pictures": 500}, ephemeris).data
    assert data["pictures"] == whole["pictures"][:3]


def test_choices_are_echoed() -> None:
    chosen = {"modulus": 90, "orb": 1.0, "dial": 45, "picture_modulus": 90, "picture_orb": 0.5}
    assert chosen.items() <= definitions(**chosen).items()
    assert definitions()["modulus"] == 45
    assert definitions()["orb"] == 1.5


def test_without_choices_there_are_the_thirteen_factors(ephemeris: SwissEphemeris) -> None:
    for request in (birth(), birth(planets=[])):
        data = ask("midpoints", request, ephemeris).data
        names = [row["planet"] for row in data["trees"]]
        assert names[10:] == ["NORTH_NODE", "ASC", "MC"]
        assert len(data["midpoints"]) == 78


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("planets", ["SUN"]),
        ("planets", ["SUN", "SUN"]),
        ("planets", ["SUN"] * 33),
        ("modulus", 30),
        ("modulus", "45"),
        ("dial", 0),
        ("orb", 3.1),
        ("orb", -0.1),
        ("picture_modulus", 22.5),
        ("picture_orb", 2.5),
        ("most_pictures", 0),
        ("most_pictures", 501),
    ],
)
def test_wrong_values_are_refused_by_name(field: str, value: Any) -> None:
    answer = asked(**{field: value})
    assert answer.status == 422
    assert answer.error["details"]["field"] == field


def test_too_few_points_are_told_by_their_count(ephemeris: SwissEphemeris) -> None:
    answer = ask("midpoints", birth(planets=["SUN", "SUN"]), ephemeris)
    assert answer.error["message"] == "planets must be at least two different points, got '1 point'"
