"""Progressions and solar arcs as callers ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.houses import HouseSystem
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask, birth

TARGET = {"progressions": "progression_date", "solar-arc": "target_date"}
each = pytest.mark.parametrize("operation", list(TARGET))


def asked(operation: str, ephemeris: SwissEphemeris, **more: Any) -> Asked:
    request = {"natal_chart": NEW_YORK, TARGET[operation]: "2026-06-21", **more}
    return ask(operation, request, ephemeris)


def wrong(answer: Asked) -> list[str]:
    assert answer.status == 422, answer.body
    return [problem["field"] for problem in answer.error["details"]["errors"]]


# Shape


def test_a_progression_tells_its_moment_its_chart_and_its_aspects(
    ephemeris: SwissEphemeris,
) -> None:
    answer = asked("progressions", ephemeris)
    data = answer.data
    assert [row["planet"] for row in data["positions"]][-4:] == [
        "NORTH_NODE",
        "LILITH",
        "ASC",
        "MC",
    ]
    assert data["progressed_instant"].startswith("1990-02-21T")
    assert data["years"] == pytest.approx(36.43, abs=0.01)
    assert [house["number"] for house in data["houses"]] == list(range(1, 13))
    assert data["house_system"] == "PLACIDUS"
    assert set(data["more_angles"]) >= {"VERTEX", "EAST_POINT", "POLAR_ASC", "CO_ASC_KOCH"}
    sun, moon = data["positions"][:2]
    assert {"declination", "right_ascension", "out_of_bounds", "natal_house"} <= set(sun)
    assert "declination" not in data["positions"][-1]
    assert sun["longitude"] == pytest.approx(
        (natal_longitude("SUN", ephemeris) + data["arc"]["longitude"]) % 360.0
    )
    elongation = (moon["longitude"] - sun["longitude"]) % 360.0
    assert data["phase"]["elongation"] == pytest.approx(elongation)
    assert data["phase"]["degrees_left"] == pytest.approx(45.0 - elongation % 45.0)
    assert all(row["orb"] <= 1.0 for row in data["aspects_to_natal"] + data["aspects"])
    assert answer.computed_for["others"]["progression_date"]["utc"].startswith("2026-06-21T04:00")
    assert answer.computed_for["definitions"]["mc"] == "SOLAR_ARC_LONGITUDE"


def natal_longitude(planet: str, ephemeris: SwissEphemeris) -> float:
    rows = ask("natal-chart", birth(planets=[planet]), ephemeris).data["positions"]
    return float(rows[0]["longitude"])


def test_a_direction_adds_one_arc_to_everything(ephemeris: SwissEphemeris) -> None:
    data = asked("solar-arc", ephemeris).data
    natal = ask("natal-chart", birth(), ephemeris).data
    for row in data["positions"]:
        moved = (row["longitude"] - row["natal_longitude"]) % 360.0
        assert moved == pytest.approx(data["arc"])
    for house, own in zip(data["houses"], natal["houses"], strict=True):
        assert (house["longitude"] - own["longitude"]) % 360.0 == pytest.approx(data["arc"])
    assert set(data["angles"]) >= {"ASC", "MC", "VERTEX"}
    ascendant = (data["angles"]["ASC"] - natal["angles"]["ASC"]) % 360.0
    assert ascendant == pytest.approx(data["arc"])
    assert data["aspects"]
    assert "exact_time" not in data["aspects"][0]


def test_symbolic_directions_are_a_rate_of_the_callers(ephemeris: SwissEphemeris) -> None:
    data = asked("solar-arc", ephemeris, arc="USER", user_rate=2.5).data
    assert data["arc"] == pytest.approx(2.5 * data["years"])
    assert data["arc_a_year"] == pytest.approx(2.5)


# Choices


@pytest.mark.parametrize(
    ("field", "value", "changed"),
    [
        ("progression_type", "tertiary", "positions"),
        ("progression_type", "MINOR", "positions"),
        ("year_length", 360.0, "positions"),
        ("converse", True, "positions"),
        ("mc", "naibod-ra", "angles"),
        ("asc", "SOLAR_ARC", "angles"),
        ("obliquity", "NATAL", "angles"),
        ("relocated_to", {"latitude": 51.5, "longitude": 0.0}, "angles"),
        ("zodiac", "SIDEREAL", "positions"),
        ("phase_scheme", "CENTRED", "phase"),
        ("planets", ["SUN", "FORTUNE", "VERTEX"], "positions"),
        ("orb", 3.0, "aspects_to_natal"),
        ("aspects", ["QUINCUNX"], "aspects_to_natal"),
        ("progression_time", "12:00", "julian_day"),
        ("progression_timezone", "Asia/Tokyo", "julian_day"),
        ("cusp_orb", 14.0, "positions"),
    ],
)
def test_every_choice_of_a_progression_changes_the_answer_and_is_told(
    field: str, value: Any, changed: str, ephemeris: SwissEphemeris
) -> None:
    plain, other = (
        asked("progressions", ephemeris),
        asked("progressions", ephemeris, **{field: value}),
    )
    assert other.data[changed] != plain.data[changed]
    definitions = other.computed_for["definitions"]
    if field in definitions:
        told = definitions[field]
        assert told == (value.upper().replace("-", "_") if isinstance(value, str) else value)
    else:
        assert field in {"planets", "orb", "aspects", "progression_time", "progression_timezone"}


def test_the_month_matters_where_months_are_counted(ephemeris: SwissEphemeris) -> None:
    found = {
        (kind, month): asked("progressions", ephemeris, progression_type=kind, month=month).data[
            "julian_day"
        ]
        for kind in ("SECONDARY", "TERTIARY", "MINOR")
        for month in ("TROPICAL", "SIDEREAL", "SYNODIC")
    }
    assert len(set(found.values())) == 7


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("arc", "NAIBOD"),
        ("measured_in", "RIGHT_ASCENSION"),
        ("year_length", 360.0),
        ("converse", True),
    ],
)
def test_every_choice_of_a_solar_arc_changes_the_arc_and_is_told(
    field: str, value: Any, ephemeris: SwissEphemeris
) -> None:
    plain, other = asked("solar-arc", ephemeris), asked("solar-arc", ephemeris, **{field: value})
    assert other.data["arc"] != plain.data["arc"]
    assert other.computed_for["definitions"][field] == value


def test_a_converse_arc_is_negative(ephemeris: SwissEphemeris) -> None:
    data = asked("solar-arc", ephemeris, converse=True).data
    assert data["arc"] < 0.0
    assert data["arc_a_year"] < 0.0
    assert data["julian_day"] < data["target_julian_day"]


@each
def test_own_orbs_hold_against_the_narrow_one(operation: str, ephemeris: SwissEphemeris) -> None:
    own = [{"name": "WIDE", "angle": 20.0, "orb": 9.0}]
    more = {"orbs": {"TRINE": 7.0}, "own_aspects": own, "orb": 0.5, "orb_multiplier": 2.0}
    orbs = asked(operation, ephemeris, **more).computed_for["definitions"]["orbs"]
    assert (orbs["TRINE"], orbs["WIDE"], orbs["SQUARE"]) == (14.0, 18.0, 1.0)


@each
def test_empty_points_are_the_usual_ones(operation: str, ephemeris: SwissEphemeris) -> None:
    assert asked(operation, ephemeris, planets=[]).data == asked(operation, ephemeris).data


def test_exact_times_turn_applying_aspects_into_separating_ones(
    ephemeris: SwissEphemeris,
) -> None:
    rows = asked("solar-arc", ephemeris, include_exact_time=True).data["aspects"]
    assert {row["applying"] for row in rows} == {True, False}
    for row in rows:
        assert (row["exact_time"] > "2026-06-21T04:00") is row["applying"]
    row = rows[0]
    more = {"target_date": row["exact_time"], "include_exact_time": True}
    again = asked("solar-arc", ephemeris, **more).data["aspects"]
    names = ("planet1", "planet2", "aspect_type")
    (exact,) = [r for r in again if [r[n] for n in names] == [row[n] for n in names]]
    assert exact["orb"] < 1e-8


def test_a_progressed_planet_applies_in_the_time_of_life(ephemeris: SwissEphemeris) -> None:
    """A month later the orb of what applies is smaller, in converse time too."""
    for converse in (False, True):
        more = {"converse": converse, "orb": 3.0, "planets": ["SUN", "MOON", "MARS", "ASC", "MC"]}
        now = asked("progressions", ephemeris, **more).data
        later = asked("progressions", ephemeris, **more, progression_time="00:30").data
        assert now["aspects_to_natal"]
        for kind in ("aspects_to_natal", "aspects"):
            orbs = {(r["planet1"], r["planet2"], r["aspect_type"]): r["orb"] for r in later[kind]}
            for row in now[kind]:
                after = orbs[row["planet1"], row["planet2"], row["aspect_type"]]
                assert (after < row["orb"]) is row["applying"], row


def test_a_relocated_chart_has_the_same_planets(ephemeris: SwissEphemeris) -> None:
    home = asked("progressions", ephemeris).data
    away = {"latitude": -33.9, "longitude": 151.2}
    sydney = asked("progressions", ephemeris, relocated_to=away).data
    assert home["angles"]["ASC"] != sydney["angles"]["ASC"]
    for here, there in zip(home["positions"][:12], sydney["positions"][:12], strict=True):
        assert here["longitude"] == there["longitude"]
        assert here["natal_house"] == there["natal_house"]


# What is refused


@each
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"natal_chart": birth(time="unknown")}, "natal_chart.time"),
        ({"natal_chart": birth(house_system="GAUQUELIN")}, "natal_chart.house_system"),
        ({"natal_chart": birth(latitude=91.0)}, "natal_chart.latitude"),
        ({"house_by": "POSITION"}, "house_by"),
        ({"center": "MARS"}, "center"),
        ({"year_length": 30.0}, "year_length"),
        ({"orb": -1.0}, "orb"),
        ({"planets": ["SUN"] * 25}, "planets"),
        ({"planets": ["NIBIRU"]}, "planets.0"),
    ],
)
def test_wrong_fields_are_named(
    operation: str, more: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert wrong(asked(operation, ephemeris, **more)) == [field]


@each
def test_wrong_dates_are_named_as_the_caller_wrote_them(
    operation: str, ephemeris: SwissEphemeris
) -> None:
    field = TARGET[operation]
    stem = field.removesuffix("date")
    assert wrong(asked(operation, ephemeris, **{field: "2026-02-30"})) == [field]
    assert wrong(asked(operation, ephemeris, **{f"{stem}time": "25:00"})) == [f"{stem}time"]
    assert wrong(asked(operation, ephemeris, **{f"{stem}timezone": "Mars/Base"})) == [
        f"{stem}timezone"
    ]


@each
def test_progressed_moments_outside_the_ephemeris_are_refused_as_births_are(
    operation: str, ephemeris: SwissEphemeris
) -> None:
    born = birth(date="2399-12-01", timezone="UTC")
    request = {"natal_chart": born, TARGET[operation]: "2480-01-01"}
    answer = ask(operation, request, ephemeris)
    assert answer.status == 422
    assert answer.error["code"] == "CALCULATION_ERROR"
    inside = {"natal_chart": born, TARGET[operation]: "2410-01-01"}
    assert ask(operation, inside, ephemeris).status == 200


@each
def test_polar_births_follow_the_policy(operation: str, ephemeris: SwissEphemeris) -> None:
    born = birth(latitude=78.0)
    assert asked(operation, ephemeris, natal_chart=born).error["code"] == "CALCULATION_ERROR"
    flagged = asked(operation, ephemeris, natal_chart=born, polar="FLAG").data
    assert (flagged["houses"], flagged["house_system"]) == ([], None)
    assert flagged["positions"][0]["house"] is None
    fallen = asked(operation, ephemeris, natal_chart=born, polar="FALLBACK").data
    assert fallen["house_system"] == "PORPHYRY"


@each
@pytest.mark.parametrize("system", [s for s in HouseSystem if s is not HouseSystem.GAUQUELIN])
def test_every_house_system_and_latitude_is_answered(
    operation: str, system: HouseSystem, ephemeris: SwissEphemeris
) -> None:
    for latitude in (-89.0, 0.0, 90.0):
        born = birth(latitude=latitude, house_system=system.value)
        answer = asked(operation, ephemeris, natal_chart=born, polar="FLAG")
        assert answer.status == 200
        assert ("VERTEX" in str(answer.data)) is (latitude != 0.0)


@each
def test_moments_before_birth_have_negative_arcs(operation: str, ephemeris: SwissEphemeris) -> None:
    data = asked(operation, ephemeris, **{TARGET[operation]: "1980-01-01"}).data
    arc = data["arc"] if operation == "solar-arc" else data["arc"]["longitude"]
    assert arc == pytest.approx(-10.2, abs=0.1)


def test_the_solar_return_of_the_year_of_life_comes_beside(ephemeris: SwissEphemeris) -> None:
    plain = asked("progressions", ephemeris, progression_date="2026-01-11").data
    assert "solar_return" not in plain
    for date, start in (("2026-01-11", "2025-01-15T07:"), ("2026-01-16", "2026-01-15T13:16:30")):
        target = {"progression_date": date, "include_solar_return": True}
        found = asked("progressions", ephemeris, **target).data["solar_return"]
        assert found["return_time"].startswith(start)
        own = {"natal_chart": NEW_YORK, "return_date": start[:10], "return_type": "SOLAR"}
        chart = ask("returns", own, ephemeris).data["returns"][0]["chart"]
        for place, other in zip(found["positions"], chart["positions"], strict=True):
            assert place["planet"] == other["planet"]
            assert place["longitude"] == pytest.approx(other["longitude"], abs=1e-4)
    first = {"progression_date": "1990-06-01", "include_solar_return": True}
    born = asked("progressions", ephemeris, **first).data["solar_return"]["return_time"]
    assert born == "1990-01-15T19:30:00.0Z"
    before = {"progression_date": "1980-01-01", "include_solar_return": True}
    assert wrong(asked("progressions", ephemeris, **before)) == ["progression_date"]
