"""A birth seen from another place, as an answer tells it."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.calculations.two_births import (
    MANY,
    SKY_CHOICES,
    definitions,
    houses,
    longitudes,
    refused,
)

PARIS = {"new_latitude": 48.8566, "new_longitude": 2.3522}


def relocated(ephemeris: SwissEphemeris, **changes: Any) -> Asked:
    return ask("relocation", {**NEW_YORK, **PARIS, **changes}, ephemeris)


def test_planets_stay_and_angles_move(ephemeris: SwissEphemeris) -> None:
    data = relocated(ephemeris, planets=["SUN", "MOON", "ASC"]).data
    old, new = (longitudes(data[name]["positions"]) for name in ("birthplace", "relocated"))
    assert (new["SUN"], new["MOON"]) == (old["SUN"], old["MOON"])
    assert new["ASC"] != old["ASC"]


def test_the_house_of_each_point_is_told_for_both_places(ephemeris: SwissEphemeris) -> None:
    data = relocated(ephemeris).data
    old, new = (houses(data[name]["positions"]) for name in ("birthplace", "relocated"))
    for row in data["points"]:
        assert row["birth_house"] == old[row["planet"]]
        assert row["house"] == new[row["planet"]]
        assert row["house_changed"] is (row["house"] != row["birth_house"])
    assert any(row["house_changed"] for row in data["points"])


def test_to_stay_at_home_changes_nothing(ephemeris: SwissEphemeris) -> None:
    home = relocated(ephemeris, new_latitude=40.7128, new_longitude=-74.006).data
    assert home["relocated"]["houses"] == home["birthplace"]["houses"]
    assert not any(row["house_changed"] for row in home["points"])


def test_a_topocentric_sky_moves_with_the_observer(ephemeris: SwissEphemeris) -> None:
    data = relocated(ephemeris, center="TOPOCENTRIC", planets=["MOON"]).data
    (moon,) = data["points"]
    assert 0.01 < abs(moon["longitude"] - moon["birth_longitude"]) < 2.0
    high = relocated(ephemeris, center="TOPOCENTRIC", planets=["MOON"], new_altitude=5000).data
    assert high["points"][0]["longitude"] != moon["longitude"]


def test_day_may_turn_into_night(ephemeris: SwissEphemeris) -> None:
    assert relocated(ephemeris).data["relocated"]["is_day"] is False
    natal = ask("natal-chart", NEW_YORK, ephemeris).data
    assert natal["is_day"] is True


def test_a_polar_place_may_be_flagged_alone(ephemeris: SwissEphemeris) -> None:
    north = {"new_latitude": 70.0, "new_longitude": 20.0}
    assert relocated(ephemeris, **north).error["code"] == "CALCULATION_ERROR"
    data = relocated(ephemeris, **north, polar="FLAG").data
    assert data["relocated"]["house_system"] is None
    assert data["birthplace"]["house_system"] == "PLACIDUS"
    assert {row["house_changed"] for row in data["points"]} == {None}


@pytest.mark.parametrize(
    "change",
    [
        *SKY_CHOICES,
        {"house_system": "KOCH"},
        {"house_by": "POSITION"},
        {"new_latitude": 10},
        {"new_longitude": 10},
        {"angles_move": True},
        {"include_exact_time": True},
    ],
    ids=str,
)
def test_a_choice_changes_answer_digest_and_definitions(
    change: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    plain = relocated(ephemeris, planets=MANY)
    chosen = relocated(ephemeris, planets=MANY, **change)
    assert chosen.data != plain.data
    assert chosen.outcome.digest != plain.outcome.digest
    assert definitions(chosen) != definitions(plain)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"new_latitude": -91}, "new_latitude"),
        ({"new_longitude": 200}, "new_longitude"),
        ({"new_altitude": 10_000}, "new_altitude"),
        ({"house_system": "GAUQUELIN"}, "house_system"),
        ({"time": "unknown"}, "time"),
        ({"center": "HELIOCENTRIC"}, "center"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(
    change: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(relocated(ephemeris, **change)) == field
