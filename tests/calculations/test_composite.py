"""The composite chart, as an answer tells it."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.calculations.two_births import (
    LONDON,
    MANY,
    PAIR,
    SKY_CHOICES,
    TROMSO,
    definitions,
    longitudes,
    refused,
)


def merged(ephemeris: SwissEphemeris, **changes: Any) -> Asked:
    return ask("composite", {**PAIR, **changes}, ephemeris)


def test_a_position_tells_both_births_and_both_midpoints(ephemeris: SwissEphemeris) -> None:
    (sun,) = merged(ephemeris, planets=["SUN"]).data["positions"]
    assert sun["longitude"] == pytest.approx(
        (sun["longitude1"] + sun["longitude2"] + 360.0) / 2 % 360.0
    )
    assert sun["far_longitude"] == pytest.approx(sun["longitude"] + 180.0)
    assert sun["ambiguous"] is False
    assert {"latitude_speed", "distance_speed", "house", "sign"} <= set(sun)


def test_a_composite_of_one_birth_is_that_birth(ephemeris: SwissEphemeris) -> None:
    points = ["SUN", "MOON", "SATURN", "ASC", "MC", "VERTEX", "FORTUNE"]
    natal = ask("natal-chart", {**NEW_YORK, "planets": points}, ephemeris).data
    for houses in ("MIDPOINT_ASC_MC", "DERIVED"):
        same = merged(ephemeris, chart2=NEW_YORK, planets=points, houses=houses).data
        for row, born in zip(same["positions"], natal["positions"], strict=True):
            assert row["longitude"] == pytest.approx(born["longitude"], abs=1e-6)
            assert row["house"] == born["house"]
        for row, born in zip(same["houses"], natal["houses"], strict=True):
            assert row["longitude"] == pytest.approx(born["longitude"], abs=1e-6)


def test_nothing_applies_in_a_composite(ephemeris: SwissEphemeris) -> None:
    rows = merged(ephemeris).data["aspects"]
    assert rows
    assert {row["applying"] for row in rows} == {None}


def test_midpoints_stay_where_they_are_under_any_houses(ephemeris: SwissEphemeris) -> None:
    plain, derived = merged(ephemeris), merged(ephemeris, houses="derived")
    bodies = set(longitudes(plain.data["positions"])) - {"ASC", "MC"}
    for body in bodies:
        assert (
            longitudes(plain.data["positions"])[body] == longitudes(derived.data["positions"])[body]
        )


def test_derived_houses_take_the_mean_latitude_or_the_one_given(ephemeris: SwissEphemeris) -> None:
    mean = merged(ephemeris, houses="DERIVED")
    assert mean.data["reference_latitude"] == (40.7128 + 51.5074) / 2
    assert definitions(mean)["reference_latitude"] == mean.data["reference_latitude"]
    north = merged(ephemeris, houses="DERIVED", reference_latitude=60)
    assert north.data["angles"]["MC"] == mean.data["angles"]["MC"]
    assert north.data["angles"]["ASC"] != mean.data["angles"]["ASC"]
    assert merged(ephemeris).data["reference_latitude"] is None


def test_the_base_decides_which_angle_turns(ephemeris: SwissEphemeris) -> None:
    crossed = {**NEW_YORK, "date": "1990-02-20", "time": "01:00:00"}
    by_mc, by_asc = (merged(ephemeris, chart2=crossed, base=base) for base in ("MC", "ASC"))
    for angle in ("ASC", "MC"):
        turned = by_mc.data["angles"][angle] - by_asc.data["angles"][angle]
        assert abs(turned) == pytest.approx(180.0)
    assert definitions(by_mc)["base"] == "MC"
    assert definitions(by_asc)["base"] == "ASC"


@pytest.mark.parametrize("system", ["WHOLE_SIGN", "EQUAL", "KOCH", "REGIOMONTANUS"])
def test_the_house_system_is_that_of_the_first_chart_unless_given(
    system: str, ephemeris: SwissEphemeris
) -> None:
    given = merged(ephemeris, house_system=system)
    first = merged(ephemeris, chart1={**NEW_YORK, "house_system": system})
    assert given.data == first.data
    assert given.data["house_system"] == definitions(given)["house_system"] == system


@pytest.mark.parametrize(
    "change",
    [
        *SKY_CHOICES,
        {"houses": "DERIVED"},
        {"houses": "DERIVED", "reference_latitude": 10},
        {"house_system": "CAMPANUS"},
    ],
    ids=str,
)
def test_a_choice_changes_answer_digest_and_definitions(
    change: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    plain = merged(ephemeris, planets=MANY)
    chosen = merged(ephemeris, planets=MANY, **change)
    assert chosen.data != plain.data
    assert chosen.outcome.digest != plain.outcome.digest
    assert definitions(chosen) != definitions(plain)


@pytest.mark.parametrize("houses", ["MIDPOINT_ASC_MC", "DERIVED"])
@pytest.mark.parametrize(
    "system", ["SUNSHINE", "WHOLE_SIGN", "EQUAL_ARIES", "HORIZONTAL", "VEHLOW"]
)
@pytest.mark.parametrize("zodiac", ["TROPICAL", "SIDEREAL", "DRACONIC"])
def test_every_kind_of_houses_has_twelve_cusps(
    houses: str, system: str, zodiac: str, ephemeris: SwissEphemeris
) -> None:
    data = merged(ephemeris, houses=houses, house_system=system, zodiac=zodiac).data
    assert [row["number"] for row in data["houses"]] == list(range(1, 13))
    assert all(row["house"] in range(1, 13) for row in data["positions"])
    if system in {"WHOLE_SIGN", "EQUAL_ARIES"}:
        assert {row["longitude"] % 30.0 for row in data["houses"]} == {0.0}


def test_where_houses_are_undefined_the_policy_decides(ephemeris: SwissEphemeris) -> None:
    assert merged(ephemeris, chart2=TROMSO).error["code"] == "CALCULATION_ERROR"
    flagged = merged(ephemeris, chart2=TROMSO, polar="FLAG").data
    assert (flagged["houses"], flagged["house_system"]) == ([], None)
    assert {row["house"] for row in flagged["positions"]} == {None}
    fallen = merged(ephemeris, chart2=TROMSO, polar="FALLBACK").data
    assert fallen["house_system"] == "PORPHYRY"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"house_by": "POSITION"}, "house_by"),
        ({"houses": "PLACIDUS"}, "houses"),
        ({"base": "DESC"}, "base"),
        ({"reference_latitude": 90.5}, "reference_latitude"),
        ({"house_system": "GAUQUELIN"}, "house_system"),
        ({"chart2": {**LONDON, "time": "unknown"}, "planets": ["SUN", "ASC"]}, "planets.1"),
        ({"center": "MARS"}, "center"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(
    change: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(merged(ephemeris, **change)) == field
