"""The public Gauquelin sectors: shape, choices, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.gauquelin import METHODS
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask, birth


def asked(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("gauquelin-sectors", birth(**changes), ephemeris)


def test_ten_planets_have_a_sector_each(ephemeris: SwissAlmanac) -> None:
    for answer in (asked(ephemeris), asked(ephemeris, planets=[])):
        rows = answer.data["sectors"]
        assert len(rows) == 10
        for row in rows:
            assert row["sector"] == int(row["position"])
            assert 1 <= row["sector"] <= 36
            assert row["in_plus_zone"] is (row["sector"] in {36, 1, 2, 3, 9, 10, 11, 12})
            assert row["reason"] is None


@pytest.mark.parametrize("method", range(6))
def test_each_method_is_near_the_first_and_is_echoed(method: int, ephemeris: SwissAlmanac) -> None:
    plain = asked(ephemeris, planets=["MOON", "JUPITER"]).data["sectors"]
    answer = asked(ephemeris, planets=["MOON", "JUPITER"], method=method)
    assert answer.computed_for["definitions"]["method"] == method
    for row, first in zip(answer.data["sectors"], plain, strict=True):
        assert row["position"] == pytest.approx(first["position"], abs=0.6)
        assert method == 0 or row["position"] != first["position"]


def test_parallax_moves_the_moon_and_is_echoed(ephemeris: SwissAlmanac) -> None:
    answers = [asked(ephemeris, planets=["MOON"], topocentric=here) for here in (True, False)]
    assert [one.computed_for["definitions"]["topocentric"] for one in answers] == [True, False]
    near, far = (one.data["sectors"][0]["position"] for one in answers)
    assert 0.001 < abs(near - far) < 0.2


def test_plus_zones_can_be_chosen(ephemeris: SwissAlmanac) -> None:
    everything = asked(ephemeris, plus_zones=list(range(1, 37)))
    assert all(row["in_plus_zone"] for row in everything.data["sectors"])
    nothing = asked(ephemeris, plus_zones=[])
    assert not any(row["in_plus_zone"] for row in nothing.data["sectors"])
    assert asked(ephemeris, plus_zones=[3, 1]).computed_for["definitions"]["plus_zones"] == [1, 3]


def test_placidus_sectors_are_refused_beyond_the_polar_circle(ephemeris: SwissAlmanac) -> None:
    answer = asked(ephemeris, latitude=70.0)
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert "methods 2 to 5" in answer.error["message"]


def test_a_body_that_stays_down_has_a_reason_in_place_of_a_sector(
    ephemeris: SwissAlmanac,
) -> None:
    request = {"latitude": 75.0, "method": 2, "planets": ["SUN", "JUPITER"]}
    rows = asked(ephemeris, **request).data["sectors"]
    assert rows[0]["sector"] is None  # polar night in January
    assert rows[0]["position"] is None
    assert rows[0]["in_plus_zone"] is None
    assert "latitude 75" in rows[0]["reason"]


def test_a_missing_asteroid_file_is_told_whatever_the_method(ephemeris: SwissAlmanac) -> None:
    for method in (0, 3):
        answer = asked(ephemeris, planets=["EROS"], method=method)
        assert answer.status == 422
        assert "se00433" in answer.error["message"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"method": 6}, "method"),
        ({"method": 1.5}, "method"),
        ({"planets": ["SUN", "ASC"]}, "planets.1"),
        ({"planets": ["SOUTH_NODE"]}, "planets"),
        ({"planets": ["EARTH"]}, "planets"),
        ({"planets": ["SUN", "NORTH_NODE"], "method": 2}, "planets.1"),
        ({"method": "KOCH"}, "method"),
        ({"planets": [f"ASTEROID_{n}" for n in range(100, 113)], "method": 3}, "planets"),
        ({"plus_zones": [0]}, "plus_zones.0"),
        ({"plus_zones": [37]}, "plus_zones.0"),
        ({"time": "unknown"}, "time"),
    ],
)
def test_bad_values_are_refused_by_name(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = asked(ephemeris, **changes)
    assert answer.status == 422
    assert answer.error["details"]["field"] == field


@pytest.mark.parametrize("method", range(6))
def test_asteroids_have_sectors_in_either_theory(method: int, ephemeris: SwissAlmanac) -> None:
    ours, theirs = (
        ask(
            "gauquelin-sectors",
            birth(planets=["CERES", "CHIRON"], method=method, ephemeris=theory),
            ephemeris,
        )
        for theory in ("SWISS", "MOSHIER")
    )
    for row, other in zip(ours.data["sectors"], theirs.data["sectors"], strict=True):
        assert row["position"] == pytest.approx(other["position"], abs=1e-4)
    numbers = [one.computed_for["ephemeris"]["de_number"] for one in (ours, theirs)]
    assert numbers == [431, None]
    assert theirs.computed_for["ephemeris"]["files"] == ["seas_18.se1"]


def test_a_method_may_be_named(ephemeris: SwissAlmanac) -> None:
    for number, name in enumerate(METHODS):
        named = asked(ephemeris, planets=["MARS"], method=name.lower().replace("_", " "))
        assert named.data == asked(ephemeris, planets=["MARS"], method=number).data
        assert named.computed_for["definitions"]["method"] == number
        assert named.computed_for["definitions"]["method_name"] == name
