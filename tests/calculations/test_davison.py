"""The Davison chart, as an answer tells it."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask
from tests.calculations.two_births import LONDON, MANY, PAIR, SKY_CHOICES, definitions, refused


def between(ephemeris: SwissEphemeris, **changes: Any) -> Asked:
    return ask("davison", {**PAIR, **changes}, ephemeris)


def test_the_chart_tells_its_moment_and_place(ephemeris: SwissEphemeris) -> None:
    answer = between(ephemeris)
    chart, block = answer.data["chart"], answer.computed_for
    other = block["others"]["chart2"]["julian_day"]
    assert chart["julian_day"] == (block["julian_day"] + other) / 2
    assert chart["utc"] == "1989-03-25T13:52:30.0Z"
    assert chart["latitude"] == pytest.approx(46.1101)
    assert chart["longitude"] == pytest.approx(-37.0669)
    assert (answer.data["ambiguous"], answer.data["alternative"]) == (False, None)


def test_opposite_meridians_answer_twice(ephemeris: SwissEphemeris) -> None:
    opposite = {**LONDON, "longitude": 105.994}
    data = between(ephemeris, chart2=opposite).data
    assert data["ambiguous"] is True
    assert data["chart"]["longitude"] == pytest.approx(15.994)
    assert data["alternative"]["longitude"] == pytest.approx(-164.006)
    assert data["chart"]["angles"] != data["alternative"]["angles"]
    assert data["chart"]["julian_day"] == data["alternative"]["julian_day"]
    sphere = {"davison_place": "SPHERICAL", "house_system": "PORPHYRY"}
    assert between(ephemeris, chart2=opposite, **sphere).data["ambiguous"] is False


def test_antipodes_answer_twice_by_the_great_circle_too(ephemeris: SwissEphemeris) -> None:
    antipode = {**LONDON, "latitude": -40.7128, "longitude": 105.994}
    data = between(ephemeris, chart2=antipode, davison_place="SPHERICAL").data
    assert data["ambiguous"] is True
    assert {data["chart"]["latitude"], data["alternative"]["latitude"]} == {0.0}


@pytest.mark.parametrize(
    "change",
    [
        *SKY_CHOICES,
        {"davison_time": "JD_TT"},
        {"davison_place": "SPHERICAL"},
        {"house_system": "KOCH"},
        {"house_by": "POSITION"},
        {"angles_move": True},
        {"include_exact_time": True},
    ],
    ids=str,
)
def test_a_choice_changes_answer_digest_and_definitions(
    change: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    plain = between(ephemeris, planets=MANY)
    chosen = between(ephemeris, planets=MANY, **change)
    assert chosen.data != plain.data
    assert chosen.outcome.digest != plain.outcome.digest
    assert definitions(chosen) != definitions(plain)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"davison_time": "LOCAL"}, "davison_time"),
        ({"davison_place": "MEAN"}, "davison_place"),
        ({"house_system": "GAUQUELIN"}, "house_system"),
        ({"chart2": {**LONDON, "time": "unknown"}}, "chart2.time"),
        ({"chart2": {**LONDON, "longitude": 181}}, "chart2.longitude"),
        ({"center": "SUN"}, "center"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(
    change: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(between(ephemeris, **change)) == field
