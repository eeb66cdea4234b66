"""POST /api/calculations/…: stars, parts, dignities, reflections, harmonics, and life in time."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask, birth

EVENTS = [{"date": "2010-06-12"}, {"date": "2014-09-01"}, {"date": "2018-03-20"}]


def data(operation: str, ephemeris: SwissAlmanac, **changes: Any) -> Any:
    return ask(f"calculations/{operation}", birth(**changes), ephemeris).data


# fixed-stars


def test_the_sixteen_stars_are_told_when_none_are_named(ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 2.7."""
    found = data("fixed-stars", ephemeris)["stars"]
    assert sorted(found) == [
        *("ALDEBARAN", "ALGOL", "ALPHA_CENTAURI", "ANTARES", "ARCTURUS", "BETELGEUSE"),
        *("CANOPUS", "CAPELLA", "DENEB", "FOMALHAUT", "POLLUX", "PROCYON"),
        *("REGULUS", "SIRIUS", "SPICA", "VEGA"),
    ]


def test_one_orb_holds_for_all_stars(ephemeris: SwissAlmanac) -> None:
    wide = data("fixed-stars", ephemeris, orb=3)["stars"]["VEGA"]["conjunctions"]
    (met,) = [row for row in wide if row["planet"] == "NEPTUNE"] or wide[:1]
    narrow = data("fixed-stars", ephemeris, orb=met["orb"] - 0.01)["stars"]["VEGA"]
    assert met["planet"] not in {row["planet"] for row in narrow["conjunctions"]}


def test_a_magnitude_limit_takes_the_place_of_the_sixteen(ephemeris: SwissAlmanac) -> None:
    found = data("fixed-stars", ephemeris, magnitude_limit="0.5")["stars"]
    assert 5 < len(found) < 16
    assert all(star["magnitude"] <= 0.5 for star in found.values())


# arabic-parts


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("fortune", "FORTUNE"),
        ("FORTUNA", "FORTUNA"),
        ("Spirit", "SPIRIT"),
        ("love", "LOVE"),
        ("EROS", "EROS"),
        ("part of fortune", "PART_OF_FORTUNE"),
    ],
)
def test_parts_are_known_in_any_spelling_and_told_in_that_of_the_caller(
    written: str, key: str, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 2.6: FORTUNA, FORTUNE, EROS and LOVE are all in use."""
    assert list(data("arabic-parts", ephemeris, parts=[written])["parts"]) == [key]


def test_eros_is_that_of_paulus_beside_parts_that_never_turn_around(
    ephemeris: SwissAlmanac,
) -> None:
    """By night ASC + SPIRIT - VENUS, with SPIRIT = ASC + MOON - SUN."""
    night = {"time": "00:30:00", "parts": ["LOVE", "SPIRIT"]}
    own = {**birth(time="00:30:00"), "set": "HERMETIC", "parts": ["EROS"]}
    (eros,) = ask("arabic-parts", own, ephemeris).data["parts"]
    found = data("arabic-parts", ephemeris, **night)["parts"]
    assert list(found) == ["LOVE", "SPIRIT"]
    assert found["LOVE"]["longitude"] == eros["longitude"]
    assert found["LOVE"]["formula"] == "ASC + SPIRIT - VENUS"
    assert found["SPIRIT"]["formula"] == "ASC + SUN - MOON"


def test_the_twenty_parts_are_told_when_none_are_named(ephemeris: SwissAlmanac) -> None:
    assert len(data("arabic-parts", ephemeris)["parts"]) == 20


# dignities


def test_the_planets_of_today_are_co_rulers_where_they_are_named(ephemeris: SwissAlmanac) -> None:
    found = data("dignities", ephemeris, planets=["SATURN", "pluto"])["dignities"]
    assert list(found) == ["SATURN", "PLUTO"]
    assert found["PLUTO"]["rulership"] == 5  # in Scorpio
    assert found["SATURN"] == data("dignities", ephemeris)["dignities"]["SATURN"]


def test_the_total_is_the_sum_of_the_fields(ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 2.8."""
    for row in data("dignities", ephemeris)["dignities"].values():
        numbers = [value for value in row.values() if isinstance(value, int)]
        assert sum(numbers) == 2 * row["total_score"]


def test_dignities_need_no_houses_near_the_pole(ephemeris: SwissAlmanac) -> None:
    assert data("dignities", ephemeris, latitude=75)["dignities"]


# harmonics


def test_several_harmonics_are_told_with_the_first_at_top(ephemeris: SwissAlmanac) -> None:
    several = data("harmonics", ephemeris, harmonics=[7, 5])
    assert [row["harmonic"] for row in several["harmonics"]] == [7, 5]
    alone = data("harmonics", ephemeris, harmonic="7")
    assert several["positions"] == alone["positions"]
    assert several["aspects"] == alone["aspects"]


def test_no_harmonic_is_refused(ephemeris: SwissAlmanac) -> None:
    answer = ask("calculations/harmonics", birth(), ephemeris)
    assert answer.body["detail"][0]["loc"] == ["body", "harmonic"]


# directions


def test_directions_are_within_a_year_of_the_date_and_sorted_by_their_turn(
    ephemeris: SwissAlmanac,
) -> None:
    found = data("primary-directions", ephemeris, target_date="2026-01-11", include_converse=True)
    assert {row["type"] for row in found["directions"]} == {"DIRECT"}
    assert {row["type"] for row in found["converse"]} == {"CONVERSE"}
    for row in (*found["directions"], *found["converse"]):
        assert "2025-01-10" < row["date"] < "2027-01-12"
        assert row["arc"] == pytest.approx(36.0 * 0.98565, abs=1.1)


@pytest.mark.parametrize("written", ["SEMI_ARC", "semi-arc", "placidus", "Regiomontanus"])
def test_methods_are_known_in_any_spelling(written: str, ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 2.10."""
    request = birth(target_date="2026-01-11", method=written)
    answer = ask("calculations/primary-directions", request, ephemeris)
    expected = "REGIOMONTANUS" if written == "Regiomontanus" else "PLACIDUS_SEMI_ARC"
    assert answer.computed_for["definitions"]["method"] == expected


def test_directions_by_solar_arc_are_aspects_of_one_arc(ephemeris: SwissAlmanac) -> None:
    asked = {"target_date": "2026-01-11", "type": "solar_arc", "include_converse": True}
    found = data("primary-directions", ephemeris, **asked)
    assert {round(row["arc"], 3) for row in found["directions"]} == {36.493}
    assert all(row["arc"] < 0.0 for row in found["converse"])
    request = birth(**asked, method="SEMI_ARC")
    refusal = ask("calculations/primary-directions", request, ephemeris)
    assert refusal.body["detail"][0]["loc"] == ["body", "method"]


@pytest.mark.parametrize("operation", ["primary-directions", "secondary-progressions"])
@pytest.mark.parametrize("date", [None, "soon", "1850-01-01"])
def test_a_target_that_is_none_is_refused_by_its_name(
    operation: str, date: str | None, ephemeris: SwissAlmanac
) -> None:
    request = birth(target_date=date, include_returns=True)
    answer = ask(f"calculations/{operation}", request, ephemeris)
    assert answer.body["detail"][0]["loc"] == ["body", "target_date"]


# progressions


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("secondary", "SECONDARY"),
        ("DAY_FOR_YEAR", "SECONDARY"),
        ("Tertiary", "TERTIARY"),
        ("minor", "MINOR"),
        ("month-for-year", "MINOR"),
    ],
)
def test_types_of_progression_are_known_in_any_spelling(
    written: str, kind: str, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 2.9."""
    request = birth(target_date="2026-01-11", type=written)
    answer = ask("calculations/secondary-progressions", request, ephemeris)
    assert answer.computed_for["definitions"]["progression_type"] == kind
    own = {"natal_chart": birth(), "progression_date": "2026-01-11", "progression_type": kind}
    places = ask("progressions", own, ephemeris).data["positions"]
    assert answer.data["positions"]["MOON"]["longitude"] == places[1]["longitude"]


def test_solar_arc_progressions_add_the_arc_to_all(ephemeris: SwissAlmanac) -> None:
    places = ask("planetary-positions", birth(), ephemeris).data["positions"]
    found = data("secondary-progressions", ephemeris, target_date="2026-01-11", type="SOLAR_ARC")
    arcs = {
        round((found["positions"][row["planet"]]["longitude"] - row["longitude"]) % 360.0, 6)
        for row in places
    }
    assert len(arcs) == 1
    assert "returns" not in found


def test_progressions_tell_the_solar_return_in_force(ephemeris: SwissAlmanac) -> None:
    for kind in ("SECONDARY", "SOLAR_ARC"):
        asked = {"target_date": "2026-01-11", "type": kind, "include_returns": True}
        solar = data("secondary-progressions", ephemeris, **asked)["returns"]["solar"]
        natal = ask("planetary-positions", birth(), ephemeris).data["positions"][0]
        assert solar["date"].startswith("2025-01-15T07:")
        sun = solar["positions"]["SUN"]["longitude"]
        assert sun == pytest.approx(natal["longitude"], abs=1e-6)


def test_the_date_is_known_by_its_other_names(ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 1.6, column W."""
    for operation, other in (
        ("secondary-progressions", "progression_date"),
        ("primary-directions", "direction_date"),
    ):
        plain = data(operation, ephemeris, target_date="2026-01-11")
        assert data(operation, ephemeris, **{other: "2026-01-11"}) == plain


# rectification


def rectified(ephemeris: SwissAlmanac, start: str, end: str, **changes: Any) -> Any:
    window = {"start": start, "end": end}
    request = birth(events=EVENTS, time_window=window, **changes)
    return ask("calculations/rectification", request, ephemeris)


def test_a_window_of_time_is_the_range_that_is_tried(ephemeris: SwissAlmanac) -> None:
    local = rectified(ephemeris, "1990-01-15T14:15:00", "1990-01-15T14:45:00")
    assert local.computed_for["utc"] == "1990-01-15T19:30:00Z"
    assert local.computed_for["definitions"]["time_range_minutes"] == 15.0
    assert "1990-01-15T19:15" <= local.data["rectified_time"] < "1990-01-15T19:46"
    aware = rectified(ephemeris, "1990-01-15T19:15:00Z", "1990-01-15T19:45:00+00:00")
    assert aware.data == local.data


def test_the_rectified_time_is_the_middle_of_the_best_window(ephemeris: SwissAlmanac) -> None:
    own = {"natal_chart": birth(), "events": EVENTS, "time_range_minutes": 15.0}
    best = ask("rectification", own, ephemeris).data["windows"][0]
    found = rectified(ephemeris, "1990-01-15T14:15:00", "1990-01-15T14:45:00").data
    assert found["rectified_time"] == best["middle"]
    assert found["confidence"] == best["null_percentile"] / 100.0
    assert 0.0 <= found["confidence"] <= 1.0
    assert found["events_matched"] == best["events_matched"]
    assert found["total_events"] == 3
    assert len(found["aspects"]) == sum(len(event["hits"]) for event in best["evidence"])


def test_events_alone_are_enough(ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 1.6, column W."""
    request = birth(events=[{"date": "2018-03-20"}], time="unknown")
    assert ask("calculations/rectification", request, ephemeris).data["total_events"] == 1


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("1990-01-15T14:00", "1990-01-15T13:00"),
        ("1990-01-15T14:00", "1990-01-15T14:01"),
        ("1990-01-15T14:00", "1990-01-19T14:00"),
        ("1990-01-15T14:00", "1990-01-15T15:00Z"),
        ("1990-01-15T14:00", "later"),
    ],
)
def test_a_window_that_is_none_is_refused(start: str, end: str, ephemeris: SwissAlmanac) -> None:
    (problem,) = rectified(ephemeris, start, end).body["detail"]
    assert problem["loc"] == ["body", "time_window", "end"]
