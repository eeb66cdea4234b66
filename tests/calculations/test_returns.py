"""returns: what comes back when, the chart of it, and how each choice changes that."""

from __future__ import annotations

from typing import Any

import pytest

from app.calculations.catalogue import catalogue
from app.calculations.execution import accept
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask

NATAL = {"date": "2000-01-01", "time": "18:00", "latitude": 32.716667, "longitude": -117.15}
LEAP = {**NATAL, "date": "2000-02-29", "time": "12:00"}
MONTH_END = {**NATAL, "date": "1999-10-31", "time": "12:00"}
YORK = {
    "date": "1990-01-15",
    "time": "14:30",
    "timezone": "America/New_York",
    "latitude": 40.7128,
    "longitude": -74.006,
}


def asked(ephemeris: SwissAlmanac, natal: dict[str, Any] | None = None, /, **more: Any) -> Asked:
    return ask("returns", {"natal_chart": natal or NATAL, **more}, ephemeris)


def times(
    ephemeris: SwissAlmanac, natal: dict[str, Any] | None = None, /, **more: Any
) -> list[str]:
    return [row["return_time"] for row in asked(ephemeris, natal, **more).data["returns"]]


@pytest.mark.parametrize("date", ["2026-01-01", "2026-01-15", "2026-08-20", "2026-12-31"])
def test_a_solar_return_is_that_of_the_calendar_year(date: str, ephemeris: SwissAlmanac) -> None:
    assert times(ephemeris, YORK, return_date=date) == ["2026-01-15T13:16:30.3Z"]


def test_the_next_solar_return_is_a_choice(ephemeris: SwissAlmanac) -> None:
    later = {"return_date": "2026-08-20", "year_rule": "NEXT"}
    assert times(ephemeris, YORK, **later)[0].startswith("2027-01-15")


def test_a_birth_on_a_leap_day_is_no_special_case(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 5."""
    assert times(ephemeris, LEAP, return_date="2027-01-01") == ["2027-03-01T00:58:02.0Z"]
    assert times(ephemeris, LEAP, return_date="2028-01-01") == ["2028-02-29T06:42:35.8Z"]


def test_lunar_returns_come_at_the_ends_of_months(ephemeris: SwissAlmanac) -> None:
    year = times(
        ephemeris, MONTH_END, return_date="2026-01-01", end_date="2026-12-31", return_type="LUNAR"
    )
    assert len(year) in {13, 14}
    assert {time[5:7] for time in year} == {f"{month:02d}" for month in range(1, 13)}


def test_a_lunar_return_is_the_next_from_the_date_on(ephemeris: SwissAlmanac) -> None:
    lunar = {"return_type": "LUNAR", "return_date": "2026-01-15"}
    assert times(ephemeris, YORK, **lunar) == ["2026-02-04T17:37:49.2Z"]
    on_the_day = {**lunar, "return_date": "2026-02-04"}
    assert times(ephemeris, YORK, **on_the_day) == ["2026-02-04T17:37:49.2Z"]
    an_hour_late = {**lunar, "return_date": "2026-02-04", "return_time": "14:00"}
    assert times(ephemeris, YORK, **an_hour_late)[0].startswith("2026-03-0")


def test_a_planet_passes_three_times_in_its_loop(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 5: Saturn of chart A."""
    saturn = {"return_type": "PLANETARY", "planet": "SATURN", "return_date": "2026-11-20"}
    answer = asked(ephemeris, **saturn, count=3)
    rows = answer.data["returns"]
    assert [row["return_time"] for row in rows] == [
        "2028-07-21T05:59:03.2Z",
        "2028-09-24T20:34:52.4Z",
        "2029-04-01T20:20:40.1Z",
    ]
    assert [(row["pass_number"], row["passes"], row["is_retrograde"]) for row in rows] == [
        (1, 3, False),
        (2, 3, True),
        (3, 3, False),
    ]
    assert times(ephemeris, **saturn, count=1, count_by="CYCLES") == [
        row["return_time"] for row in rows
    ]


@pytest.mark.parametrize(("date", "first"), [("2028-08-01", 2), ("2028-10-01", 3)])
def test_a_loop_that_has_begun_keeps_its_numbers_and_is_no_cycle(
    date: str, first: int, ephemeris: SwissAlmanac
) -> None:
    saturn = {"return_type": "PLANETARY", "planet": "SATURN", "return_date": date}
    rest = [(number, 3) for number in range(first, 4)]
    for choice in ({"count": len(rest) + 1}, {"count_by": "CYCLES"}):
        rows = asked(ephemeris, **saturn, **choice).data["returns"]
        assert [(row["pass_number"], row["passes"]) for row in rows] == [*rest, (1, 1)]
        assert rows[-1]["return_time"].startswith("2058-05-09")


def test_precession_moves_a_return_and_its_ascendant(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 5: 2027, 07:08:41.3 and 16:11:09.1, ascendants 120 degrees apart."""
    plain = asked(ephemeris, return_date="2027-01-01").data["returns"][0]
    corrected = asked(ephemeris, return_date="2027-01-01", precession="CORRECTED")
    moved = corrected.data["returns"][0]
    assert plain["return_time"] == "2027-01-01T07:08:41.3Z"
    assert moved["return_time"] == "2027-01-01T16:11:09.1Z"
    assert plain["chart"]["angles"]["ASC"] == pytest.approx(180.63128, abs=6e-6)
    assert plain["chart"]["angles"]["MC"] == pytest.approx(90.67941, abs=6e-6)
    assert moved["chart"]["angles"]["ASC"] == pytest.approx(301.03946, abs=2e-5)
    assert corrected.computed_for["definitions"]["precession"] == "CORRECTED"
    moon = {"return_date": "2026-11-20", "return_type": "LUNAR"}
    assert times(ephemeris, **moon) == ["2026-12-06T12:13:06.6Z"]
    late = times(ephemeris, **moon, precession="CORRECTED")
    assert late == ["2026-12-06T12:57:58.0Z"]  # 44.86 minutes


def test_what_came_back_is_told_in_the_zodiac_asked_for(ephemeris: SwissAlmanac) -> None:
    for zodiac in ("TROPICAL", "SIDEREAL"):
        row = asked(
            ephemeris, return_date="2027-01-01", precession="CORRECTED", zodiac=zodiac
        ).data["returns"][0]
        sun = next(p for p in row["chart"]["positions"] if p["planet"] == "SUN")
        assert row["longitude"] == pytest.approx(sun["longitude"], abs=1e-9)
        assert row["sidereal_longitude"] == pytest.approx(255.887, abs=5e-4)
    plain = asked(ephemeris, return_date="2027-01-01").data["returns"][0]
    assert "sidereal_longitude" not in plain


HUNDRED = {
    "return_date": "2026-01-01",
    "return_type": "LUNAR",
    "count": 100,
    "include_exact_time": True,
}


def test_the_charts_of_returns_are_cast_in_parts(ephemeris: SwissAlmanac) -> None:
    entry = catalogue()["returns"]
    assert entry.slicing
    request = accept(entry, {"natal_chart": NATAL, **HUNDRED, "exact_window": 5.0})
    parts = entry.slicing.split(request, ephemeris)
    assert len(parts) > 4
    found = [entry.slicing.part(request, part, ephemeris) for part in parts]
    assert max(len(part["charts"]) for part in found) < 30
    assert sum(len(part["charts"]) for part in found) >= 100
    answer = entry.slicing.merge(request, found, ephemeris)
    rows = answer.reply["returns"]
    assert len(rows) == 100
    charts = [chart["chart"] for part in found for chart in part["charts"]]
    assert [row["chart"] for row in rows] == charts[:100]


def test_exact_times_are_counted_over_all_returns(ephemeris: SwissAlmanac) -> None:
    assert asked(ephemeris, **{**HUNDRED, "count": 2}, exact_window=183.0).status == 200
    answer = asked(ephemeris, **HUNDRED, exact_window=183.0)
    assert answer.error["details"]["field"] == "include_exact_time"


def test_a_body_that_nobody_has_seen_is_back_after_centuries(ephemeris: SwissAlmanac) -> None:
    for choice in ({}, {"count_by": "CYCLES"}):
        cupido = {"return_type": "PLANETARY", "planet": "CUPIDO", "return_date": "2010-01-01"}
        rows = asked(ephemeris, **cupido, **choice, planets=["SUN"]).data["returns"]
        assert rows[0]["return_time"].startswith("2259-12-26")
    late = {"return_type": "PLANETARY", "planet": "POSEIDON", "return_date": "2300-01-01"}
    answer = asked(ephemeris, **late)
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert "2400" in answer.error["message"]


def test_mars_returns(ephemeris: SwissAlmanac) -> None:
    mars = {"return_type": "PLANETARY", "planet": "MARS", "return_date": "2026-01-01"}
    assert times(ephemeris, **mars) == ["2026-02-28T06:08:06.3Z"]


def test_a_return_may_stand_at_another_place(ephemeris: SwissAlmanac) -> None:
    here = asked(ephemeris, return_date="2027-01-01").data["returns"][0]
    place = {"latitude": 51.5074, "longitude": -0.1278}
    answer = asked(ephemeris, return_date="2027-01-01", location=place)
    there = answer.data["returns"][0]
    assert there["return_time"] == here["return_time"]
    assert there["chart"]["angles"] != here["chart"]["angles"]
    assert answer.computed_for["definitions"]["place"] == place


def test_the_chart_of_a_return_is_the_chart_of_its_moment(ephemeris: SwissAlmanac) -> None:
    """A second way: the natal chart cast for the printed instant, to its tenth of a second."""
    row = asked(ephemeris, return_date="2027-01-01").data["returns"][0]
    chart = ask(
        "natal-chart",
        {
            "date": row["return_time"],
            "latitude": NATAL["latitude"],
            "longitude": NATAL["longitude"],
        },
        ephemeris,
    ).data
    for own, other in zip(row["chart"]["positions"], chart["positions"], strict=False):
        assert own["planet"] == other["planet"]
        assert own["longitude"] == pytest.approx(other["longitude"], abs=2e-5)
        assert own["house"] == other["house"]
    assert row["chart"]["angles"]["ASC"] == pytest.approx(chart["angles"]["ASC"], abs=1e-3)
    sun = next(p for p in row["chart"]["positions"] if p["planet"] == "SUN")
    assert sun["longitude"] == pytest.approx(row["longitude"], abs=1e-9)


def test_the_phase_of_the_birth_returns(ephemeris: SwissAlmanac) -> None:
    row = asked(ephemeris, return_date="2026-11-20", return_type="PHASE").data["returns"][0]
    places = {p["planet"]: p["longitude"] for p in row["chart"]["positions"]}
    assert row["longitude"] == pytest.approx(305.700833, abs=1e-6)
    assert (places["MOON"] - places["SUN"]) % 360.0 == pytest.approx(305.700833, abs=1e-6)


def test_returns_reach_the_ends_of_the_ephemeris(ephemeris: SwissAlmanac) -> None:
    assert times(ephemeris, return_date="2399-01-01")[0].startswith("2399-01-01")
    first = {**NATAL, "date": "1200-06-01", "calendar": "JULIAN"}
    assert times(ephemeris, first, return_date="1201-01-01")[0].startswith("1201-06-0")
    late = asked(ephemeris, return_date="2399-12-30", return_type="LUNAR")
    assert late.error["code"] == "CALCULATION_ERROR"
    assert "2400" in late.error["message"]
    details = late.error["details"]
    assert (details["field"], details["got"]) == ("return_date", "year 2400")
    assert details["missing_files"] == ["sepl_24.se1", "semo_24.se1"]


TWICE = "2026-11-01T01:30"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"return_date": TWICE}, "return_fold"),
        ({"return_date": "2026-11-01", "return_time": "01:30"}, "return_fold"),
        ({"return_date": "2026-10-01", "end_date": TWICE}, "end_fold"),
    ],
)
def test_a_time_that_comes_twice_needs_a_fold(
    changes: dict[str, str], field: str, ephemeris: SwissAlmanac
) -> None:
    lunar = {"return_type": "LUNAR", "planets": ["MOON"], **changes}
    answer = asked(ephemeris, YORK, **lunar)
    assert answer.error["details"]["field"] == field
    assert "2026-11-01T05:30:00Z" in answer.error["message"]
    assert "2026-11-01T06:30:00Z" in answer.error["message"]
    for fold in (0, 1):
        told = asked(ephemeris, YORK, **lunar, **{field: fold}).computed_for["others"]
        assert told["end_date" if field == "end_fold" else "return_date"]["fold"] == fold
    whole = {name: value.partition("T")[0] for name, value in changes.items()}
    whole.pop("return_time", None)
    assert asked(ephemeris, YORK, **{**lunar, **whole, "return_time": None}).status == 200


def test_a_time_that_a_solar_return_does_not_heed_is_warned_of(ephemeris: SwissAlmanac) -> None:
    solar = {"return_date": "2026-06-01", "return_time": "10:00", "planets": ["SUN"]}
    answer = asked(ephemeris, YORK, **solar)
    (warning,) = answer.meta["warnings"]
    assert warning.startswith("'return_time' had no effect")
    assert answer.computed_for["definitions"]["year_rule"] == "CALENDAR_YEAR"
    for heeding in ({"year_rule": "NEXT"}, {"return_types": ["SOLAR", "LUNAR"]}):
        assert asked(ephemeris, YORK, **solar, **heeding).meta["warnings"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"return_type": "PLANETARY"}, "planet"),
        ({"return_type": "PLANETARY", "planet": "ASC"}, "planet"),
        ({"return_type": "PLANETARY", "planet": "PLUTO", "count": 100}, "count"),
        ({"count": 0}, "count"),
        ({"count": 101}, "count"),
        ({"end_date": "2025-01-01"}, "end_date"),
        ({"return_type": "LUNAR", "end_date": "2060-01-01"}, "end_date"),
        ({"return_date": "tomorrow"}, "return_date"),
        ({"return_timezone": "Mars/Olympus"}, "return_timezone"),
        ({"location": {"latitude": 91.0, "longitude": 0.0}}, "location.latitude"),
        ({"house_system": "GAUQUELIN"}, "house_system"),
        ({"zodiac": "DRACONIC"}, "zodiac"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_by_field(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = asked(ephemeris, **{"return_date": "2026-06-01", **changes})
    assert answer.status == 422
    assert answer.error["details"]["field"] == field
