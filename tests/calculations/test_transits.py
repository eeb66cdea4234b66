"""The transits of a moment, as an answer tells them."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.calculations.two_births import MANY, SKY_CHOICES, definitions, longitudes, refused

WHEN = {"transit_date": "2026-01-11", "transit_time": "12:00:00"}
UNTIMED = {**NEW_YORK, "time": "unknown"}


def transiting(ephemeris: SwissEphemeris, **changes: Any) -> Asked:
    return ask("transits", {"natal_chart": NEW_YORK, **WHEN, **changes}, ephemeris)


def instant(answer: Asked) -> str:
    return str(answer.computed_for["others"]["transit_date"]["utc"])


def test_the_clock_of_the_transit_is_read_in_its_own_zone(ephemeris: SwissEphemeris) -> None:
    assert instant(transiting(ephemeris)) == "2026-01-11T17:00:00Z"
    assert instant(transiting(ephemeris, transit_timezone="Asia/Tokyo")) == "2026-01-11T03:00:00Z"
    assert instant(transiting(ephemeris, transit_timezone="UTC")) == "2026-01-11T12:00:00Z"


def test_without_a_time_it_is_midnight_or_what_the_date_says(ephemeris: SwissEphemeris) -> None:
    assert instant(transiting(ephemeris, transit_time=None)) == "2026-01-11T05:00:00Z"
    written = transiting(ephemeris, transit_date="2026-01-11T01:02:03Z", transit_time=None)
    assert instant(written) == "2026-01-11T01:02:03Z"


def test_a_time_that_comes_twice_takes_a_fold(ephemeris: SwissEphemeris) -> None:
    twice = {"transit_date": "2025-11-02", "transit_time": "01:30:00"}
    assert refused(transiting(ephemeris, **twice)) == "transit_fold"
    assert instant(transiting(ephemeris, **twice, transit_fold=0)) == "2025-11-02T05:30:00Z"
    assert instant(transiting(ephemeris, **twice, transit_fold=1)) == "2025-11-02T06:30:00Z"


def test_the_present_does_not_last(ephemeris: SwissEphemeris) -> None:
    now = transiting(ephemeris, transit_date="now", transit_time=None)
    assert now.status == 200
    assert not now.outcome.lasting


def test_transits_stand_in_natal_houses(ephemeris: SwissEphemeris) -> None:
    data = transiting(ephemeris).data
    natal = ask("natal-chart", NEW_YORK, ephemeris).data
    assert data["natal"]["houses"] == natal["houses"]
    cusps = [row["longitude"] for row in natal["houses"]]
    for row in data["transit_positions"]:
        start, end = cusps[row["house"] - 1], cusps[row["house"] % 12]
        assert (row["longitude"] - start) % 360.0 < (end - start) % 360.0


def test_an_aspect_names_the_natal_point_first(ephemeris: SwissEphemeris) -> None:
    rows = transiting(ephemeris, planets=["SUN", "SATURN"]).data["aspects"]
    assert rows
    for row in rows:
        assert (row["natal_planet"], row["transit_planet"]) == (row["planet1"], row["planet2"])
        assert row["transit_planet"] in {"SUN", "SATURN"}


def test_natal_angles_are_targets_unless_others_are_named(ephemeris: SwissEphemeris) -> None:
    plain = longitudes(transiting(ephemeris).data["natal"]["positions"])
    assert {"ASC", "MC"} <= set(plain)
    few = transiting(ephemeris, natal_planets=["VERTEX"]).data
    assert set(longitudes(few["natal"]["positions"])) == {"VERTEX"}


def test_an_aspect_applies_while_the_transit_alone_brings_it_closer(
    ephemeris: SwissEphemeris,
) -> None:
    def orbs(**when: Any) -> dict[tuple[str, str, str], dict[str, Any]]:
        rows = transiting(ephemeris, **when).data["aspects"]
        return {(row["planet1"], row["planet2"], row["aspect_type"]): row for row in rows}

    now, soon = orbs(), orbs(transit_time="12:10:00")
    both = now.keys() & soon.keys()
    assert len(both) > 20
    for key in both:
        assert now[key]["applying"] is (soon[key]["orb"] < now[key]["orb"]), key


def test_transiting_angles_stand_unless_they_move(ephemeris: SwissEphemeris) -> None:
    wide = {"planets": ["ASC"], "orbs": {"SQUARE": 15, "TRINE": 15}}
    fixed = transiting(ephemeris, **wide).data["aspects"]
    moving = transiting(ephemeris, **wide, angles_move=True).data["aspects"]
    assert {row["applying"] for row in fixed} == {None}
    assert {row["applying"] for row in moving} <= {True, False}


def test_the_place_of_the_transit_turns_its_angles_and_the_topocentric_moon(
    ephemeris: SwissEphemeris,
) -> None:
    tokyo = {"transit_latitude": 35.68, "transit_longitude": 139.69, "transit_altitude": 40}
    home, away = transiting(ephemeris), transiting(ephemeris, **tokyo)
    assert away.data["transit_angles"] != home.data["transit_angles"]
    assert away.data["transit_positions"] == home.data["transit_positions"]
    assert definitions(away)["transit_place"] == {
        "latitude": 35.68,
        "longitude": 139.69,
        "altitude": 40.0,
    }
    seen, seen_away = (
        transiting(ephemeris, center="TOPOCENTRIC", planets=["MOON"], **place).data
        for place in ({}, tokyo)
    )
    assert seen["transit_positions"] != seen_away["transit_positions"]
    assert seen["natal"] == seen_away["natal"]


@pytest.mark.parametrize("change", [*SKY_CHOICES, {"house_by": "POSITION"}], ids=str)
def test_a_choice_changes_answer_digest_and_definitions(
    change: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    plain = transiting(ephemeris, planets=MANY, natal_planets=MANY)
    chosen = transiting(ephemeris, planets=MANY, natal_planets=MANY, **change)
    assert chosen.data != plain.data
    assert chosen.outcome.digest != plain.outcome.digest
    assert definitions(chosen) != definitions(plain)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"transit_date": "2026-02-30"}, "transit_date"),
        ({"transit_time": "25:00"}, "transit_time"),
        ({"transit_time": "unknown"}, "transit_time"),
        ({"transit_timezone": "Mars/Olympus"}, "transit_timezone"),
        ({"transit_latitude": 10}, "transit_longitude"),
        ({"transit_longitude": 10}, "transit_latitude"),
        ({"transit_latitude": 100, "transit_longitude": 10}, "transit_latitude"),
        ({"transit_fold": 2}, "transit_fold"),
        ({"natal_chart": UNTIMED, "natal_planets": ["SUN", "MC"]}, "natal_planets.1"),
        ({"natal_chart": {**NEW_YORK, "house_system": "G"}}, "natal_chart.house_system"),
        ({"center": "HELIOCENTRIC"}, "center"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(
    change: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(transiting(ephemeris, **change)) == field


def test_a_transit_outside_the_ephemeris_is_refused(ephemeris: SwissEphemeris) -> None:
    assert transiting(ephemeris, transit_date="9000-01-01").error["code"] == "CALCULATION_ERROR"


def test_a_flagged_polar_birth_still_has_transits(ephemeris: SwissEphemeris) -> None:
    north = {**NEW_YORK, "latitude": 70}
    data = transiting(ephemeris, natal_chart=north, polar="FLAG").data
    assert {row["house"] for row in data["transit_positions"]} == {None}
    assert data["aspects"]
