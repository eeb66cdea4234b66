"""Chart shapes through the catalogue, under a sky whose positions are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import PLANETS
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask, birth
from tests.doubles import LinearEphemeris, Motion

NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 50.0, "longitude": 10.0}
BUCKET = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0, 140.0, 160.0, 250.0)
SKY = LinearEphemeris({body: Motion(at) for body, at in zip(PLANETS, BUCKET, strict=True)})


def asked(**request: Any) -> Asked:
    return ask("chart-shape", {**NOON, **request}, SKY)


def test_a_shape_tells_its_gaps_leader_and_handle() -> None:
    data = asked().data
    assert data["shape"] == "BUCKET"
    assert data["candidates"] == ["BUCKET"]
    assert data["handle"] == [{"planet": "PLUTO", "longitude": 250.0}]
    assert data["leader"] == {"planet": "SUN", "longitude": 0.0}
    assert data["trailer"] == {"planet": "NEPTUNE", "longitude": 160.0}
    assert data["span"] == 250.0
    assert data["gaps"][0] == {"planet1": "PLUTO", "planet2": "SUN", "width": 110.0}
    assert len(data["gaps"]) == 10
    assert data["clusters"][1] == ["PLUTO"]


def test_nine_bodies_without_the_handle_are_a_bowl() -> None:
    data = asked(planets=[str(body) for body in PLANETS[:9]]).data
    assert (data["shape"], data["handle"]) == ("BOWL", [])


@pytest.mark.parametrize(
    ("field", "value", "shape"),
    [
        ("bundle_span", 250.0, "BUNDLE"),
        ("bowl_span", 250.0, "BOWL"),
        ("handle_gap", 91.0, None),
        ("locomotive_gap", 110.0, "BUCKET"),
        ("splash_gap", 110.0, "BUCKET"),
    ],
)
def test_thresholds_are_the_callers_own_and_echoed(
    field: str, value: float, shape: str | None
) -> None:
    answer = asked(**{field: value})
    assert answer.data["shape"] == shape
    assert answer.computed_for["definitions"][field] == value


def test_thresholds_that_come_later_decide_once_the_bucket_is_none() -> None:
    def shape(**limits: Any) -> Any:
        return asked(handle_gap=91.0, **limits).data["shape"]

    assert shape(locomotive_gap=110.0) == "LOCOMOTIVE"
    assert shape(splash_gap=110.0) == "SPLASH"
    assert shape(cluster_gap=15.0) is None
    assert asked(handle_gap=91.0, handle_pair=20.0).computed_for["definitions"]["handle_pair"] == 20
    assert shape(seesaw_gap=95.0) is None
    assert len(asked(cluster_gap=15.0).data["clusters"]) == 10


def test_clusters_of_a_splay_are_counted() -> None:
    spread = (0.0, 5.0, 10.0, 15.0, 100.0, 105.0, 110.0, 220.0, 225.0, 245.0)
    sky = LinearEphemeris({body: Motion(at) for body, at in zip(PLANETS, spread, strict=True)})
    assert ask("chart-shape", NOON, sky).data["shape"] == "SPLAY"
    assert ask("chart-shape", {**NOON, "splay_clusters": 4}, sky).data["shape"] is None


def test_no_planets_are_the_ten_planets(ephemeris: SwissEphemeris) -> None:
    empty = ask("chart-shape", birth(planets=[]), ephemeris).data
    assert empty == ask("chart-shape", birth(), ephemeris).data
    assert len(empty["gaps"]) == 10


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("planets", ["SUN", "MOON", "SUN"]),
        ("bundle_span", -1.0),
        ("bowl_span", 361.0),
        ("splay_clusters", 1),
    ],
)
def test_wrong_values_are_refused_by_name(field: str, value: Any) -> None:
    answer = asked(**{field: value})
    assert answer.status == 422
    assert answer.error["details"]["field"] == field
