"""The diurnal chart, as an answer tells it."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.calculations.two_births import MANY, SKY_CHOICES, definitions, houses, refused

BORN_IN_SUMMER = {**NEW_YORK, "date": "1990-07-15"}


def diurnal(ephemeris: SwissEphemeris, **changes: Any) -> Asked:
    request = {"natal_chart": NEW_YORK, "target_date": "2026-07-01", **changes}
    return ask("diurnal", request, ephemeris)


def test_the_offset_of_the_birth_is_kept_all_year(ephemeris: SwissEphemeris) -> None:
    assert diurnal(ephemeris).data["utc"] == "2026-07-01T19:30:00.0Z"
    summer = diurnal(ephemeris, natal_chart=BORN_IN_SUMMER, target_date="2026-01-11")
    assert summer.data["utc"] == "2026-01-11T18:30:00.0Z"
    assert definitions(summer)["clock"] == "BIRTH_OFFSET"


def test_the_local_clock_has_summer_time_of_its_own(ephemeris: SwissEphemeris) -> None:
    assert diurnal(ephemeris, clock="LOCAL_CLOCK").data["utc"] == "2026-07-01T18:30:00.0Z"


def test_a_birth_written_in_utc_is_read_on_the_clock_of_its_zone(
    ephemeris: SwissEphemeris,
) -> None:
    written = {**NEW_YORK, "date": "1990-01-15T19:30:00Z", "time": None}
    by_zone = diurnal(ephemeris, natal_chart=written, clock="LOCAL_CLOCK")
    assert by_zone.data["utc"] == "2026-07-01T18:30:00.0Z"
    assert diurnal(ephemeris, natal_chart=written).data["utc"] == "2026-07-01T19:30:00.0Z"


def test_local_mean_time_is_kept_to_the_second(ephemeris: SwissEphemeris) -> None:
    paris = {
        "date": "1880-05-05",
        "time": "06:00",
        "latitude": 48.85,
        "longitude": 2.35,
        "timezone": "Europe/Paris",
    }
    assert diurnal(ephemeris, natal_chart=paris).data["utc"] == "2026-07-01T05:50:36.0Z"


def test_on_the_birthday_itself_it_is_the_natal_chart(ephemeris: SwissEphemeris) -> None:
    data = diurnal(ephemeris, target_date="1990-01-15").data
    natal = ask("natal-chart", NEW_YORK, ephemeris).data
    assert data["chart"]["houses"] == natal["houses"] == data["natal"]["houses"]
    assert data["chart"]["is_day"] is natal["is_day"]


def test_the_sun_keeps_its_house(ephemeris: SwissEphemeris) -> None:
    for date in ("2026-01-11", "2026-04-11", "2026-07-11", "2026-10-11"):
        data = diurnal(ephemeris, target_date=date, planets=["SUN"]).data
        born, today = (houses(data[name]["positions"])["SUN"] for name in ("natal", "chart"))
        assert abs(born - today) <= 1


def test_only_the_day_moves_over_the_birth(ephemeris: SwissEphemeris) -> None:
    points = {"planets": ["SUN", "MOON"], "orbs": {"SQUARE": 30, "TRINE": 30, "SEXTILE": 30}}
    today = diurnal(ephemeris, **points).data["aspects_to_natal"]
    tomorrow = diurnal(ephemeris, **points, target_date="2026-07-02").data["aspects_to_natal"]
    orbs = {(row["planet1"], row["planet2"], row["aspect_type"]): row["orb"] for row in tomorrow}
    compared = 0
    for row in today:
        later = orbs.get((row["planet1"], row["planet2"], row["aspect_type"]))
        if row["planet2"] == "SUN" and later is not None and row["orb"] > 1.0:
            assert row["applying"] is (later < row["orb"])
            compared += 1
    assert compared


def test_both_instants_are_told(ephemeris: SwissEphemeris) -> None:
    answer = diurnal(ephemeris)
    block = answer.computed_for["others"]["target_date"]
    assert block["julian_day"] == answer.data["julian_day"]
    assert block["utc_offset"] == "-05:00"


@pytest.mark.parametrize(
    "change",
    [
        *SKY_CHOICES,
        {"house_by": "POSITION"},
        {"clock": "LOCAL_CLOCK"},
        {"angles_move": True},
        {"include_exact_time": True},
    ],
    ids=str,
)
def test_a_choice_changes_answer_digest_and_definitions(
    change: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    plain = diurnal(ephemeris, planets=MANY)
    chosen = diurnal(ephemeris, planets=MANY, **change)
    assert chosen.data != plain.data
    assert chosen.outcome.digest != plain.outcome.digest
    assert definitions(chosen) != definitions(plain)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target_date": "2026-13-01"}, "target_date"),
        ({"target_date": "2026-01-01T10:00:00"}, "target_date"),
        ({"target_date": "now"}, "target_date"),
        ({"target_date": ""}, "target_date"),
        ({"clock": "SUNDIAL"}, "clock"),
        ({"natal_chart": {**NEW_YORK, "time": "unknown"}}, "natal_chart.time"),
        ({"natal_chart": {**NEW_YORK, "house_system": "G"}}, "natal_chart.house_system"),
        ({"center": "HELIOCENTRIC"}, "center"),
        (
            {
                "natal_chart": {**NEW_YORK, "time": "02:30"},
                "target_date": "2026-03-08",
                "clock": "LOCAL_CLOCK",
            },
            "target_date",
        ),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(
    change: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(diurnal(ephemeris, **change)) == field
