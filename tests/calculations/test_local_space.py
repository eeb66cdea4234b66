"""The public local space: shape, choices, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask, birth

TWO = ["SUN", "MOON"]


def asked(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("local-space", birth(**{"planets": TWO, **changes}), ephemeris)


def test_directions_tell_azimuth_and_altitude(ephemeris: SwissAlmanac) -> None:
    data = asked(ephemeris).data
    assert [row["planet"] for row in data["positions"]] == TWO
    sun, moon = data["positions"]
    assert 180.0 < sun["azimuth"] < 270.0  # after noon in January
    assert sun["above_horizon"] is True
    assert moon["above_horizon"] is (moon["altitude"] > 0.0)
    assert data["target"] is None


def test_lines_run_both_ways_from_the_place(ephemeris: SwissAlmanac) -> None:
    data = asked(ephemeris, step=30.0).data
    features = data["lines"]["features"]
    ways = [(row["properties"]["planet"], row["properties"]["way"]) for row in features]
    assert ways == [(planet, way) for planet in TWO for way in ("FORWARD", "BACKWARD")]
    for row in features:
        geometry = row["geometry"]
        cut = geometry["type"] == "MultiLineString"
        first = geometry["coordinates"][0][0] if cut else geometry["coordinates"][0]
        assert first == [-74.006, 40.7128]
    azimuths = [row["properties"]["azimuth"] for row in features[:2]]
    assert abs(azimuths[0] - azimuths[1]) == pytest.approx(180.0)
    assert azimuths[0] == data["positions"][0]["azimuth"]


def test_lines_may_be_one_way_short_or_left_out(ephemeris: SwissAlmanac) -> None:
    one = asked(ephemeris, both_ways=False, length=20.0, step=10.0)
    rows = one.data["lines"]["features"]
    assert [row["properties"]["way"] for row in rows] == ["FORWARD"] * 2
    assert [len(row["geometry"]["coordinates"]) for row in rows] == [3, 3]
    echoed = one.computed_for["definitions"]
    assert (echoed["both_ways"], echoed["length"], echoed["step"]) == (False, 20.0, 10.0)
    assert asked(ephemeris, include_lines=False).data["lines"] is None


def test_parallax_lowers_the_moon_and_is_echoed(ephemeris: SwissAlmanac) -> None:
    far, near = (asked(ephemeris, topocentric=here) for here in (False, True))
    assert near.computed_for["definitions"]["topocentric"] is True
    gap = far.data["positions"][1]["altitude"] - near.data["positions"][1]["altitude"]
    assert 0.1 < gap < 1.05
    sun_gap = far.data["positions"][0]["altitude"] - near.data["positions"][0]["altitude"]
    assert 0.0 < sun_gap < 0.003


def test_the_target_has_a_direction_and_its_nearest_lines(ephemeris: SwissAlmanac) -> None:
    target = asked(ephemeris, target={"latitude": 51.5074, "longitude": -0.1278}).data["target"]
    assert target["azimuth"] == pytest.approx(51.2, abs=0.1)  # New York to London
    assert target["kilometres"] == pytest.approx(5570.0, abs=5.0)
    orbs = [row["orb"] for row in target["planets"]]
    assert orbs == sorted(orbs)
    assert all(0.0 <= orb <= 90.0 for orb in orbs)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"planets": ["MC"]}, "planets.0"),
        ({"step": 0.5}, "step"),
        ({"length": 181.0}, "length"),
        ({"target": {"latitude": 0.0, "longitude": 181.0}}, "target.longitude"),
        ({"target": {"latitude": 0.0}}, "target.longitude"),
        ({"topocentric": "yes"}, "topocentric"),
        ({"time": "unknown"}, "time"),
    ],
)
def test_bad_values_are_refused_by_name(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = asked(ephemeris, **changes)
    assert answer.status == 422
    assert answer.error["details"]["field"] == field
