"""Refusals name fields where the caller's request has them."""

from __future__ import annotations

from typing import Any

import pytest

from app.calculations.catalogue import Calculation, catalogue
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, Asked, ask, birth
from tests.calculations.untimed_births import first_birth, untimed

POLAR = birth(latitude=70.0)
LATE = birth(date="2450-01-01")


def refused(name: str, ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    answer = ask(name, {**catalogue()[name].example, **changes}, ephemeris)
    assert answer.status == 422
    assert answer.error["details"]["errors"][0]["field"] == answer.error["details"]["field"]
    return answer


@pytest.mark.parametrize(
    ("name", "changes", "field"),
    [
        ("transits", {"natal_chart": POLAR}, "natal_chart.house_system"),
        ("solar-arc", {"natal_chart": POLAR}, "natal_chart.house_system"),
        ("progressions", {"natal_chart": POLAR}, "natal_chart.house_system"),
        ("diurnal", {"natal_chart": POLAR}, "natal_chart.house_system"),
        ("eclipses", {"natal_chart": POLAR}, "natal_chart.house_system"),
        ("returns", {"natal_chart": POLAR}, "natal_chart.house_system"),
        ("synastry", {"chart1": POLAR}, "chart1.house_system"),
        ("synastry", {"chart2": POLAR}, "chart2.house_system"),
        ("composite", {"chart1": POLAR}, "chart1.house_system"),
        # The houses of both charts are by the system of the first.
        ("composite", {"chart2": POLAR}, "chart1.house_system"),
        ("davison", {"chart1": POLAR, "chart2": POLAR}, "chart1.house_system"),
    ],
)
def test_polar_houses_are_told_by_the_chart_that_has_them(
    name: str, changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    for door in (name, f"text:{name}"):
        answer = ask(door, {**catalogue()[name].example, **changes}, ephemeris)
        assert answer.status == 422
        assert answer.error["details"]["field"] == field
        message = answer.error["message"]
        assert f"choose another {field} such as" in message
        assert "let polar, at the top level of the request, be FALLBACK or FLAG" in message


@pytest.mark.parametrize("system", ["PLACIDUS", "GAUQUELIN", "HORIZONTAL"])
def test_houses_of_mundane_space_are_told_by_their_own_field(
    system: str, ephemeris: SwissAlmanac
) -> None:
    changes = {**POLAR, "space": "MUNDANE", "mundane_system": system}
    answer = refused("aspects", ephemeris, **changes)
    assert answer.error["details"]["field"] == "mundane_system"
    assert "house_system" not in answer.error["message"].replace("mundane_system", "")
    assert "polar" not in answer.error["message"]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("natal-chart", POLAR),
        ("returns", {"house_system": "KOCH", "natal_chart": POLAR}),
        ("composite", {"house_system": "KOCH", "chart1": POLAR}),
    ],
)
def test_a_house_system_at_the_top_level_stays_there(
    name: str, changes: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    answer = refused(name, ephemeris, **changes)
    assert answer.error["details"]["field"] == "house_system"
    assert "or let polar be FALLBACK or FLAG" in answer.error["message"]


@pytest.mark.parametrize(
    ("name", "changes", "field"),
    [
        ("planetary-positions", {"date": "2450-01-01"}, "date"),
        ("transits", {"natal_chart": LATE}, "natal_chart.date"),
        ("transits", {"transit_date": "2450-01-01"}, "transit_date"),
        ("returns", {"return_date": "2450-01-01"}, "return_date"),
        ("synastry", {"chart2": LATE}, "chart2.date"),
        ("ephemeris", {"start_date": "2450-01-01", "end_date": "2450-01-02"}, "start_date"),
        ("lunations", {"start_date": "2399-12-01", "end_date": "2399-12-31"}, "end_date"),
        ("transit-search", {"start_date": "2399-06-01", "end_date": "2399-12-31"}, "end_date"),
        ("transit-search", {"start_date": "1200-01-01", "end_date": "1200-06-30"}, "start_date"),
        (
            "progressions",
            {"natal_chart": birth(date="2399-12-01"), "progression_date": "2450-01-01"},
            "progression_date",
        ),
        ("returns", {"return_date": "2399-12-30", "return_type": "LUNAR"}, "return_date"),
        (
            "returns",
            {"return_date": "2399-12-30", "end_date": "2400-03-01", "return_type": "LUNAR"},
            "end_date",
        ),
    ],
)
def test_a_date_outside_the_files_is_told_by_its_own_field(
    name: str, changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    assert refused(name, ephemeris, **changes).error["details"]["field"] == field


# Unknown times


@pytest.mark.parametrize("entry", catalogue().values(), ids=catalogue())
def test_an_unknown_time_is_refused_with_what_works_without_one(
    entry: Calculation, ephemeris: SwissAlmanac
) -> None:
    chart = first_birth(entry)
    if chart is None:
        return
    answer = ask(entry.name, untimed(entry.name), ephemeris)
    assert (answer.status == 200) is entry.request.works_without_time
    if answer.status == 200:
        return
    field = f"{chart}.time" if chart else "time"
    assert answer.error["details"]["field"] == field
    named = (
        answer.error["message"]
        .partition("without one there are ")[2]
        .removesuffix(", got 'unknown'")
    )
    free = [name for name, one in catalogue().items() if one.request.works_without_time]
    assert named.split(", ") == free


def test_the_other_chart_of_unknown_time_is_told_by_its_path(ephemeris: SwissAlmanac) -> None:
    answer = refused("davison", ephemeris, chart2={**NEW_YORK, "time": "unknown"})
    assert answer.error["details"]["field"] == "chart2.time"
    assert "natal-chart" in answer.error["message"]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("local-space", {}),
        ("astrocartography", {}),
        ("ephemeris", {}),
        ("gauquelin-sectors", {}),
        ("transit-search", {}),
        ("rise-set", {}),
        ("ingresses", {}),
        ("stations", {}),
        ("eclipses", {}),
        ("rectification", {}),
        ("natal-chart", {"time": "unknown"}),
        ("fixed-stars", {"time": "unknown"}),
    ],
)
def test_a_point_that_is_no_body_is_told_by_its_place_in_the_list(
    name: str, changes: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    answer = refused(name, ephemeris, planets=["SUN", "MARS", "MC"], **changes)
    assert answer.error["details"]["field"] == "planets.2"
