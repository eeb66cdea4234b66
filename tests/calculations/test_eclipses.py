"""What the calculation `eclipses` answers, and what each of its fields changes."""

from __future__ import annotations

from typing import Any

import pytest

from app.calculations.catalogue import Cost, catalogue
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask, birth

YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
CHART_A = {"date": "2000-01-01T18:00:00Z", "latitude": 32.716667, "longitude": -117.15}
NEAR_THE_ECLIPSE = {**CHART_A, "date": "1990-08-12T12:00:00Z"}
"""A Sun at 19 Leo, a degree from the eclipse of 2026-08-12."""


def eclipses(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("eclipses", {**YEAR, **changes}, ephemeris)


def rows(ephemeris: SwissAlmanac, **changes: Any) -> list[dict[str, Any]]:
    found = eclipses(ephemeris, **changes).data["eclipses"]
    return [*found["solar"], *found["lunar"]]


def test_eclipses_come_by_light_in_the_order_of_time(ephemeris: SwissAlmanac) -> None:
    found = eclipses(ephemeris).data["eclipses"]
    assert [row["date"][:10] for row in found["solar"]] == ["2026-02-17", "2026-08-12"]
    assert [row["date"][:10] for row in found["lunar"]] == ["2026-03-03", "2026-08-28"]
    assert {row["eclipse"] for row in found["solar"]} == {"SOLAR"}


def test_an_eclipse_tells_all_but_what_was_not_asked_for(ephemeris: SwissAlmanac) -> None:
    solar, lunar = (rows(ephemeris, types=[kind])[0] for kind in ("SOLAR", "LUNAR"))
    assert set(solar["positions"]) == {"SUN", "MOON"}
    assert (solar["aspects"], solar["local"], solar["natal"]) == ([], None, None)
    assert (solar["penumbral_magnitude"], lunar["greatest_at"]) == (None, None)
    assert lunar["central_duration"] is None
    assert solar["lunation"]["longitude"] == pytest.approx(328.83, abs=0.01)
    assert [row["name"] for row in lunar["contacts"]] == [
        *("penumbral_begin", "partial_begin", "total_begin"),
        *("total_end", "partial_end", "penumbral_end"),
    ]


def test_types_choose_the_light_in_any_case(ephemeris: SwissAlmanac) -> None:
    answer = eclipses(ephemeris, types=["lunar"])
    assert answer.data["eclipses"]["solar"] == []
    assert len(answer.data["eclipses"]["lunar"]) == 2
    assert answer.computed_for["definitions"]["types"] == ["LUNAR"]
    assert eclipses(ephemeris, types=[]).data == eclipses(ephemeris).data


def test_aspects_are_those_of_sun_and_moon(ephemeris: SwissAlmanac) -> None:
    found = rows(ephemeris, include_aspects=True, planets=["MARS", "URANUS"], types=["LUNAR"])
    aspects = found[1]["aspects"]
    assert {frozenset((a["planet1"], a["planet2"])) for a in aspects} == {
        frozenset(("SUN", "MOON")),
        frozenset(("SUN", "URANUS")),
        frozenset(("MOON", "URANUS")),
        frozenset(("MOON", "MARS")),
    }
    answer = eclipses(ephemeris, include_aspects=True, orbs={"SQUARE": 1.0})
    assert answer.computed_for["definitions"]["orbs"]["SQUARE"] == 1.0


def test_a_place_sees_what_is_above_its_horizon(ephemeris: SwissAlmanac) -> None:
    burgos, sydney = (
        rows(ephemeris, latitude=latitude, longitude=longitude)
        for latitude, longitude in ((42.344, -3.6969), (-33.9, 151.2))
    )
    assert [row["local"]["visible"] for row in burgos] == [False, True, False, True]
    assert [row["local"]["visible"] for row in sydney] == [False, False, True, False]
    unseen = burgos[0]["local"]
    assert (unseen["type"], unseen["magnitude"], unseen["contacts"]) == (None, None, [])


def test_hits_go_by_the_degree_of_the_lunation(ephemeris: SwissAlmanac) -> None:
    answer = eclipses(ephemeris, natal_chart=NEAR_THE_ECLIPSE, types=["SOLAR"])
    row = answer.data["eclipses"]["solar"][1]
    sun = next(hit for hit in row["natal"]["hits"] if hit["planet"] == "SUN")
    assert sun["aspect_type"] == "CONJUNCTION"
    apart = abs(row["lunation"]["longitude"] - sun["longitude"])
    assert sun["orb"] == pytest.approx(apart, abs=1e-9)
    assert abs(row["positions"]["SUN"]["longitude"] - sun["longitude"]) != sun["orb"]
    assert row["natal"]["house"] in range(1, 13)
    definitions = answer.computed_for["definitions"]
    assert (definitions["hit_orb"], definitions["hits_at"]) == (3.0, "LUNATION")
    assert "natal_chart" in answer.computed_for["others"]


def test_hit_orb_aspects_and_points_narrow_the_hits(ephemeris: SwissAlmanac) -> None:
    def hits(**changes: Any) -> list[tuple[str, str]]:
        found = rows(ephemeris, natal_chart=NEAR_THE_ECLIPSE, types=["SOLAR"], **changes)
        return [(hit["planet"], hit["aspect_type"]) for hit in found[1]["natal"]["hits"]]

    assert ("SUN", "CONJUNCTION") in hits()
    assert hits(hit_orb=0.0) == []
    assert hits(hit_aspects=["SQUARE"]) != hits()
    assert hits(natal_points=["SUN"]) == [("SUN", "CONJUNCTION")]
    assert len(hits(hit_orb=15.0, hit_aspects=["TRINE"])) > len(hits(hit_aspects=["TRINE"]))


def test_a_sidereal_zodiac_moves_positions_and_lunation(ephemeris: SwissAlmanac) -> None:
    plain = rows(ephemeris)[0]
    answer = eclipses(ephemeris, zodiac="SIDEREAL")
    moved = answer.data["eclipses"]["solar"][0]
    # Echoed for the first day of the span; it grows by 50 arc seconds a year.
    start = answer.computed_for["definitions"]["ayanamsa_value"]
    for name in ("lunation", "positions"):
        before, after = (row[name].get("SUN", row[name])["longitude"] for row in (plain, moved))
        assert before - after == pytest.approx(start, abs=50.3 / 3600.0)
    assert moved["julian_day"] == plain["julian_day"]


def test_a_chart_of_polar_houses_may_be_flagged(ephemeris: SwissAlmanac) -> None:
    north = {**CHART_A, "latitude": 70.0}
    refused = eclipses(ephemeris, natal_chart=north)
    assert refused.error["code"] == "CALCULATION_ERROR"
    found = rows(ephemeris, natal_chart=north, polar="FLAG")
    assert {row["natal"]["house"] for row in found} == {None}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"types": ["STELLAR"]}, "types.0"),
        ({"latitude": 10.0}, "longitude"),
        ({"longitude": 10.0}, "latitude"),
        ({"center": "HELIOCENTRIC"}, "center"),
        ({"planets": ["SUN", "ASC"]}, "planets.1"),
        ({"hit_orb": 16.0}, "hit_orb"),
        ({"end_date": "2126-12-31"}, "end_date"),
        ({"end_date": "2025-12-31"}, "end_date"),
        ({"start_date": "soon"}, "start_date"),
        ({"natal_chart": {**CHART_A, "date": "2000-01-01", "time": "unknown"}}, "natal_chart.time"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = eclipses(ephemeris, **changes)
    assert answer.status == 422
    assert [error["field"] for error in answer.error["details"]["errors"]] == [field]


def test_spans_reach_to_the_end_of_the_files_and_not_beyond(ephemeris: SwissAlmanac) -> None:
    last = eclipses(ephemeris, start_date="2399-01-01", end_date="2399-12-31")
    assert last.status == 200
    assert len(last.data["eclipses"]["solar"]) >= 2
    beyond = eclipses(ephemeris, start_date="2399-01-01", end_date="2400-12-31")
    assert beyond.error["code"] == "CALCULATION_ERROR"
    moshier = {"start_date": "2400-01-01", "end_date": "2400-12-31", "ephemeris": "MOSHIER"}
    assert ask("eclipses", moshier, ephemeris).status == 200


def test_the_parts_together_are_the_whole(ephemeris: SwissAlmanac) -> None:
    entry = catalogue()["eclipses"]
    assert entry.cost is Cost.LONG
    assert entry.slicing is not None
    request = entry.request.model_validate({"start_date": "2001-01-01", "end_date": "2020-12-31"})
    parts = entry.slicing.split(request, ephemeris)
    assert len(parts) == 5
    found = [entry.slicing.part(request, part, ephemeris) for part in parts]
    days = [row["julian_day"] for rows_of_part in found for row in rows_of_part]
    assert days == sorted(days)
    assert len(days) == len(set(days)) == 44 + 47
    assert (
        entry.compute(request, ephemeris).reply
        == entry.slicing.merge(request, found, ephemeris).reply
    )


def test_a_birth_may_stand_in_any_time_scale(ephemeris: SwissAlmanac) -> None:
    plain, converted = (
        eclipses(ephemeris, natal_chart=birth(), universal_time=rule)
        for rule in ("UTC_AS_UT1", "UTC_TO_UT1")
    )
    assert (
        plain.data["eclipses"]["solar"][0]["julian_day"]
        == (converted.data["eclipses"]["solar"][0]["julian_day"])
    )


def test_an_eclipse_falls_into_houses_by_longitude_whatever_is_asked(
    ephemeris: SwissAlmanac,
) -> None:
    span = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
    answer = ask("eclipses", {**span, "natal_chart": birth(), "house_by": "POSITION"}, ephemeris)
    assert answer.computed_for["definitions"]["house_by"] == "LONGITUDE"
    assert answer.computed_for["definitions"]["cusp_orb"] == 0.0
    (warning,) = answer.meta["warnings"]
    assert warning.startswith("'house_by' had no effect")
