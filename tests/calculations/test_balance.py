"""Balance through the catalogue, under a sky whose positions are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import Body
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask, birth
from tests.doubles import LinearEphemeris, Motion

EQUATOR = {"date": "2000-01-01", "time": "12:00", "latitude": 0.0, "longitude": 0.0}
SKY = LinearEphemeris(
    {
        Body.SUN: Motion(10.0, 1.0),
        Body.MOON: Motion(100.0, 13.0),
        Body.MARS: Motion(190.0, 0.5),
    },
    epoch=2451545.0,
)
POINTS = ["SUN", "MOON", "MARS"]


def asked(**request: Any) -> Asked:
    return ask("balance", {**EQUATOR, "planets": POINTS, **request}, SKY)


def groups(kind: str, **request: Any) -> dict[str, tuple[int, float, list[str]]]:
    rows = asked(**request).data[kind]
    return {row["name"]: (row["count"], row["weight"], row["points"]) for row in rows}


def test_groups_tell_number_weight_and_points() -> None:
    assert groups("elements") == {
        "FIRE": (1, 1.0, ["SUN"]),
        "EARTH": (0, 0.0, []),
        "AIR": (1, 1.0, ["MARS"]),
        "WATER": (1, 1.0, ["MOON"]),
    }
    assert groups("modalities")["CARDINAL"] == (3, 3.0, POINTS)
    assert groups("polarities")["POSITIVE"] == (2, 2.0, ["SUN", "MARS"])
    assert groups("signs")["LIBRA"] == (1, 1.0, ["MARS"])
    assert len(groups("signs")) == 12
    assert asked().data["total_weight"] == 3.0


def test_shares_are_parts_of_the_whole_weight() -> None:
    rows = asked(point_weights={"SUN": 2}).data["elements"]
    assert [row["share"] for row in rows] == [0.5, 0.0, 0.25, 0.25]
    nothing = asked(point_weights=dict.fromkeys(POINTS, 0)).data["elements"]
    assert [row["share"] for row in nothing] == [0.0] * 4


def test_weights_follow_the_scheme_and_the_caller() -> None:
    double = groups("elements", weights="luminaries-double", point_weights={"MARS": 0.5})
    assert [weight for _, weight, _ in double.values()] == [2.0, 0.0, 0.5, 2.0]
    told = asked(weights="LUMINARIES_DOUBLE").computed_for["definitions"]
    assert told["weights"] == "LUMINARIES_DOUBLE"
    assert told["point_weights"] == {"SUN": 2.0, "MOON": 2.0, "MARS": 1.0}


def test_the_sky_has_hemispheres_and_quadrants() -> None:
    hemispheres = groups("hemispheres")
    assert hemispheres["ABOVE"][2] == ["MARS"]
    assert hemispheres["BELOW"][2] == ["SUN", "MOON"]
    assert hemispheres["EAST"][2] == ["SUN"]
    assert hemispheres["WEST"][2] == ["MOON", "MARS"]
    assert {name: points for name, (_, _, points) in groups("quadrants").items()} == {
        "FIRST": ["SUN"],
        "SECOND": ["MOON"],
        "THIRD": ["MARS"],
        "FOURTH": [],
    }


def test_angles_are_on_neither_side_of_what_they_lie_on() -> None:
    hemispheres = groups("hemispheres", planets=["ASC", "DESC"])
    assert [points for _, _, points in hemispheres.values()] == [[], [], ["ASC"], ["DESC"]]


def test_halves_of_longitude_can_stand_for_the_sky(ephemeris: SwissEphemeris) -> None:
    """Pluto, 15 degrees north of the ecliptic, is up while its degree is not."""
    chart = birth(time="02:00", planets=["PLUTO"])
    told = {}
    for by in ("POSITION", "LONGITUDE"):
        answer = ask("balance", {**chart, "hemisphere_by": by}, ephemeris)
        told[by] = [row["count"] for row in answer.data["hemispheres"][:2]]
        assert answer.computed_for["definitions"]["hemisphere_by"] == by
    assert told == {"POSITION": [1, 0], "LONGITUDE": [0, 1]}


def test_seen_from_the_sun_there_is_no_horizon(ephemeris: SwissEphemeris) -> None:
    around = birth(center="HELIOCENTRIC", planets=["MARS", "EARTH"])
    data = ask("balance", around, ephemeris).data
    assert (data["hemispheres"], data["quadrants"]) == (None, None)
    assert sum(row["count"] for row in data["elements"]) == 2


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("weights", "heavy", "weights"),
        ("point_weights", {"SUN": -1}, "point_weights.SUN"),
        ("point_weights", {"SUM": 1}, "point_weights.SUM"),
        ("hemisphere_by", "HOUSE", "hemisphere_by"),
        ("planets", ["SUN"] * 65, "planets"),
    ],
)
def test_wrong_values_are_refused_by_name(field: str, value: Any, named: str) -> None:
    answer = asked(**{field: value})
    assert answer.status == 422
    assert answer.error["details"]["field"] == named
