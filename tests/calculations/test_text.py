"""Answers as text: every factor with an id, the circumstances on top."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.calculations.catalogue import catalogue
from app.calculations.row_names import named_rows
from app.calculations.text import text_of
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask, birth

IDS = re.compile(r"^ *- \[([^\]]+)\]", re.MULTILINE)

CIRCUMSTANCES: Any = {
    "utc": "2000-01-01T00:00:00Z",
    "julian_day": 2451544.5,
    "timezone": "UTC",
    "utc_offset": "+00:00",
    "ephemeris": {"library": "none", "theory": "none"},
    "definitions": {},
}


def text(name: str, ephemeris: SwissAlmanac, **changes: object) -> str:
    request = {**catalogue()[name].example, **changes}
    outcome = ask(f"text:{name}", request, ephemeris).outcome
    assert outcome.status == 200, outcome.fragment
    return outcome.fragment.decode()


@pytest.mark.parametrize("name", catalogue())
def test_every_calculation_has_a_text_with_unique_ids(name: str, ephemeris: SwissAlmanac) -> None:
    told = text(name, ephemeris)
    assert told.startswith(f"# {name}\n")
    assert "- UTC: " in told
    assert "- Definitions: " in told
    ids = IDS.findall(told)
    assert ids
    assert len(ids) == len(set(ids))


def test_a_position_is_told_as_people_write_it(ephemeris: SwissAlmanac) -> None:
    told = text("natal-chart", ephemeris)
    assert "- [positions.SUN] 25°23′47″ CAPRICORN, longitude 295.396453," in told  # noqa: RUF001
    assert "- [houses.1] 25°41′54″ GEMINI, longitude 85.698338" in told  # noqa: RUF001
    assert "- [aspects.SUN.TRINE.MOON] " in told


def test_ids_do_not_depend_on_what_else_is_asked_for(ephemeris: SwissAlmanac) -> None:
    many = set(IDS.findall(text("natal-chart", ephemeris)))
    few = IDS.findall(text("natal-chart", ephemeris, planets=["SUN", "MOON"]))
    assert "positions.SUN" in few
    assert set(few) <= many


def test_a_refused_request_is_refused_as_in_json(ephemeris: SwissAlmanac) -> None:
    answer = ask("text:natal-chart", birth(latitude=91), ephemeris)
    assert answer.status == 422
    assert answer.error["code"] == "VALIDATION_ERROR"


def test_text_and_json_have_digests_of_their_own(ephemeris: SwissAlmanac) -> None:
    as_text = ask("text:natal-chart", birth(), ephemeris).outcome
    as_json = ask("natal-chart", birth(), ephemeris).outcome
    assert as_text.lasting
    assert as_text.digest != as_json.digest


# Rows and their names


@pytest.mark.parametrize("name", catalogue())
def test_no_id_is_numbered_for_want_of_a_name(name: str, ephemeris: SwissAlmanac) -> None:
    assert [one for one in IDS.findall(text(name, ephemeris)) if "#" in one] == []


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("eclipses", ["eclipses.solar.SOLAR.2026-02-17", "eclipses.lunar.LUNAR.2026-03-03"]),
        ("ingresses", ["ingresses.sign.SUN.2026-01-20", "ingresses.sign.SATURN.2026-02-14"]),
        (
            "returns",
            [
                "returns.SUN.2026-01-15.chart.positions.SUN",
                "returns.SUN.2026-01-15.chart.houses.1",
                "returns.SUN.2026-01-15.chart.angles.ASC",
            ],
        ),
        ("davison", ["chart.positions.SUN", "chart.houses.12", "chart.aspects.ASC.TRINE.MC"]),
        ("synastry", ["overlays.chart2_in_chart1.SUN", "chart1.positions.ASC"]),
        (
            "horary",
            [
                "significators.QUERENT",
                "considerations.MOON_LATE",
                "considerations.MOON_VOID",
                "considerations.SATURN_IN_SEVENTH",
                "findings.REFRANATION",
            ],
        ),
        ("special-points", ["north_node", "orbits.MARS"]),
        ("astrocartography", ["lines.SUN.MC", "lines.VENUS.DESC", "bodies.SUN"]),
    ],
)
def test_every_row_has_a_name_of_its_own(
    name: str, ids: list[str], ephemeris: SwissAlmanac
) -> None:
    assert set(ids) <= set(IDS.findall(text(name, ephemeris)))


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        (
            [
                {"planet1": "SUN", "planet2": "MOON", "pass_number": 1, "orb": 1.0},
                {"planet1": "SUN", "planet2": "MOON", "pass_number": 2, "orb": 2.0},
            ],
            {"SUN.MOON.1", "SUN.MOON.2"},
        ),
        (
            [
                {"pattern": "STELLIUM", "points": [{"planet": "SUN"}, {"planet": "MOON"}]},
                {"pattern": "STELLIUM", "points": [{"planet": "MARS"}, {"planet": "VENUS"}]},
                {"pattern": "YOD", "points": [{"planet": "MARS"}]},
            ],
            {"STELLIUM.SUN-MOON", "STELLIUM.MARS-VENUS", "YOD"},
        ),
        (
            [
                {"planet": "MARS", "role": "QUERENT"},
                {"planet": "MARS", "role": "QUESITED"},
                {"planet": "SUN", "role": "QUERENT"},
            ],
            {"MARS.QUERENT", "MARS.QUESITED", "SUN"},
        ),
        (
            [
                {"planet": "SUN", "date": "2026-01-01T00:00:00.0Z"},
                {"planet": "SUN", "date": "2026-01-01T06:00:00.0Z"},
                {"planet": "SUN", "date": "2026-01-02T06:00:00.0Z"},
            ],
            {
                "SUN.2026-01-01.2026-01-01T00:00:00.0Z",
                "SUN.2026-01-01.2026-01-01T06:00:00.0Z",
                "SUN.2026-01-02",
            },
        ),
        (
            [
                {"promissor": "SUN", "significator": "MC", "side": "DEXTER", "converse": False},
                {"promissor": "SUN", "significator": "MC", "side": "DEXTER", "converse": True},
            ],
            {"SUN.MC", "SUN.MC.converse"},
        ),
        ([{"technique": "BESIEGING"}, {"formula": "A + B"}], {"BESIEGING", "A + B"}),
    ],
)
def test_rows_of_one_name_are_told_apart_by_their_members_in_any_order(
    rows: list[dict[str, Any]], names: set[str]
) -> None:
    found = dict(named_rows(rows))
    assert set(found) == names
    assert found == dict(named_rows(rows[::-1]))


def test_equal_rows_are_numbered() -> None:
    told = text_of("x", "X", {"rows": [{"planet": "SUN"}, {"planet": "SUN"}]}, CIRCUMSTANCES)
    assert IDS.findall(told) == ["rows.SUN", "rows.SUN#2"]


# What is told of them


def test_coordinates_of_lines_are_left_to_json(ephemeris: SwissAlmanac) -> None:
    for name in ("astrocartography", "local-space"):
        told = text(name, ephemeris)
        assert "its coordinates are in the JSON answer" in told
        assert "FeatureCollection" not in told
        assert len(told) < 3000
    line = "- [lines.SUN.MC] geometry LineString (its coordinates are in the JSON answer)"
    assert line in text("astrocartography", ephemeris)


def test_what_is_false_or_nothing_is_left_out(ephemeris: SwissAlmanac) -> None:
    told = text("natal-chart", ephemeris, planets=["SUN", "VENUS", "ASC"], orbs={"TRINE": 10})
    ascendant = next(line for line in told.splitlines() if "[positions.ASC]" in line)
    assert ascendant.startswith("- [positions.ASC] 25°41")
    for word in ("distance", "speed", "is_retrograde", "none"):
        assert word not in ascendant
    assert "is_retrograde yes" in told
    assert "is_retrograde no" not in told
    assert "partile no" not in told


def test_what_is_false_is_told_where_it_is_the_answer(ephemeris: SwissAlmanac) -> None:
    assert "- [considerations.MOON_VOID] applies no" in text("horary", ephemeris)
    assert "applying no" in text("aspects", ephemeris)


def test_angles_are_places_in_signs(ephemeris: SwissAlmanac) -> None:
    told = text("natal-chart", ephemeris)
    place = "25°41′54″ GEMINI"  # noqa: RUF001 - as people write it
    assert f"- [angles.ASC] {place}, longitude 85.698338\n" in told


def test_single_values_stand_under_one_heading(ephemeris: SwissAlmanac) -> None:
    told = text("natal-chart", ephemeris)
    assert told.count("## summary") == 1
    summary = told.partition("## summary")[2].partition("##")[0]
    assert "- [house_system] PLACIDUS" in summary
    assert "- [is_day] yes" in summary


def test_the_header_tells_zone_and_offset_and_no_coordinates(ephemeris: SwissAlmanac) -> None:
    header = text("synastry", ephemeris).partition("##")[0]
    assert "- UTC: 1990-01-15T19:30:00Z, America/New_York -05:00 (Julian day" in header
    assert "- UTC of chart2: 1988-06-02T08:15:00Z, Europe/London +01:00" in header
    for value in ("40.7128", "74.006", "51.5074"):
        assert value not in header
