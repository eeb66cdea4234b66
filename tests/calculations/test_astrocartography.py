"""The public astrocartography: shape, choices, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask, birth

TWO = ["SUN", "PLUTO"]


def asked(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("astrocartography", birth(**{"planets": TWO, **changes}), ephemeris)


def coordinates(feature: dict[str, Any]) -> list[list[float]]:
    geometry = feature["geometry"]
    if geometry["type"] == "LineString":
        return list(geometry["coordinates"])
    assert geometry["type"] == "MultiLineString"
    return [point for part in geometry["coordinates"] for point in part]


def test_the_answer_is_a_feature_collection_of_four_lines_a_body(ephemeris: SwissAlmanac) -> None:
    data = asked(ephemeris).data
    lines = data["lines"]
    assert lines["type"] == "FeatureCollection"
    assert [tuple(feature["properties"].values()) for feature in lines["features"]] == [
        (planet, line) for planet in TWO for line in ("MC", "IC", "ASC", "DESC")
    ]
    for feature in lines["features"]:
        assert feature["type"] == "Feature"
        for longitude, latitude in coordinates(feature):
            assert -180.0 <= longitude <= 180.0
            assert -85.0 <= latitude <= 85.0
    assert [row["planet"] for row in data["bodies"]] == TWO
    assert data["undrawn"] == []
    assert data["parans"] is None
    assert data["distances"] is None


def test_all_planets_are_drawn_unless_some_are_named(ephemeris: SwissAlmanac) -> None:
    for request in (birth(), birth(planets=[])):
        assert len(ask("astrocartography", request, ephemeris).data["bodies"]) == 10


def test_only_the_lines_asked_for_are_drawn(ephemeris: SwissAlmanac) -> None:
    features = asked(ephemeris, lines=["asc", "MC", "ASC"]).data["lines"]["features"]
    assert [row["properties"]["line"] for row in features] == ["ASC", "MC"] * 2


def test_the_step_and_the_band_are_kept_and_echoed(ephemeris: SwissAlmanac) -> None:
    answer = asked(ephemeris, south=-20.0, north=40.0, latitude_step=10.0, lines=["DESC"])
    for feature in answer.data["lines"]["features"]:
        latitudes = {latitude for _, latitude in coordinates(feature)}
        assert {-20.0, -10.0, 0.0, 10.0, 20.0, 30.0, 40.0} <= latitudes
        assert min(latitudes) == -20.0
        assert max(latitudes) == 40.0
    echoed = answer.computed_for["definitions"]
    assert (echoed["south"], echoed["north"], echoed["latitude_step"]) == (-20.0, 40.0, 10.0)


def test_projection_moves_bodies_with_latitude_alone(ephemeris: SwissAlmanac) -> None:
    body, degree = (asked(ephemeris, projection=name) for name in ("in_mundo", "IN_ZODIACO"))
    assert degree.computed_for["definitions"]["projection"] == "IN_ZODIACO"
    by_name = [{row["planet"]: row for row in one.data["bodies"]} for one in (body, degree)]
    gaps = {
        planet: abs(by_name[0][planet]["declination"] - by_name[1][planet]["declination"])
        for planet in TWO
    }
    assert gaps["SUN"] < 0.001
    assert gaps["PLUTO"] > 10.0


def test_lines_beyond_the_band_are_named_as_undrawn(ephemeris: SwissAlmanac) -> None:
    data = asked(ephemeris, planets=["SUN", "SATURN"], south=80.0, north=89.0).data
    assert {row["line"] for row in data["undrawn"]} == {"ASC", "DESC"}
    assert {row["properties"]["line"] for row in data["lines"]["features"]} == {"MC", "IC"}


def test_parans_lie_inside_the_band_from_south_to_north(ephemeris: SwissAlmanac) -> None:
    wide = asked(ephemeris, include_parans=True, south=-90.0, north=90.0).data["parans"]
    assert len(wide) == 6
    assert [row["latitude"] for row in wide] == sorted(row["latitude"] for row in wide)
    limit = abs(wide[2]["latitude"]) + 0.001
    near = asked(ephemeris, include_parans=True, south=-limit, north=limit).data["parans"]
    assert near == [row for row in wide if abs(row["latitude"]) <= limit]


def test_distances_of_a_place_come_nearest_first(ephemeris: SwissAlmanac) -> None:
    place = {"latitude": 48.8566, "longitude": 2.3522}
    rows = asked(ephemeris, place=place).data["distances"]
    assert len(rows) == 8
    assert [row["degrees"] for row in rows] == sorted(row["degrees"] for row in rows)
    for row in rows:
        assert row["kilometres"] == pytest.approx(row["degrees"] * 111.195, rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"planets": ["ASC"]}, "planets.0"),
        ({"planets": ["FORTUNE"]}, "planets.0"),
        ({"planets": ["SUNN"]}, "planets.0"),
        ({"planets": ["SUN"] * 25}, "planets"),
        ({"lines": ["VERTEX"]}, "lines.0"),
        ({"latitude_step": 0.1}, "latitude_step"),
        ({"south": 10.0, "north": 10.0}, "north"),
        ({"south": -91.0}, "south"),
        ({"projection": "IN_SOMNIO"}, "projection"),
        ({"place": {"latitude": 91.0, "longitude": 0.0}}, "place.latitude"),
        ({"time": "unknown"}, "time"),
        (
            {"include_parans": True, "planets": [f"ASTEROID_{n}" for n in range(100, 113)]},
            "planets",
        ),
    ],
)
def test_bad_values_are_refused_by_name(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = asked(ephemeris, **changes)
    assert answer.status == 422
    assert answer.error["details"]["field"] == field


def test_the_setting_line_is_asked_for_by_either_name(ephemeris: SwissAlmanac) -> None:
    by_name, by_alias = (asked(ephemeris, lines=[line]).data for line in ("DESC", "DSC"))
    assert by_name == by_alias
    assert {row["properties"]["line"] for row in by_alias["lines"]["features"]} == {"DESC"}
