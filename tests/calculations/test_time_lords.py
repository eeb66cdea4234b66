"""Profections, firdaria and zodiacal releasing as callers ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask, birth

OPERATIONS = ("profections", "firdaria", "zodiacal-releasing")
each = pytest.mark.parametrize("operation", OPERATIONS)


def asked(operation: str, ephemeris: SwissEphemeris, **more: Any) -> Asked:
    request = {"natal_chart": NEW_YORK, "target_date": "2026-06-21", **more}
    return ask(operation, request, ephemeris)


def wrong(answer: Asked) -> list[str]:
    assert answer.status == 422, answer.body
    return [problem["field"] for problem in answer.error["details"]["errors"]]


# Profections


def test_a_profection_tells_lords_houses_and_points(ephemeris: SwissEphemeris) -> None:
    answer = asked("profections", ephemeris, planets=["SUN", "ASC", "MC", "MARS"])
    data = answer.data
    natal = ask("natal-chart", birth(), ephemeris).data
    (ascendant,) = data["profections"]
    assert data["age"] == 36
    annual = ascendant["annual"]
    assert (annual["number"], annual["house"]) == (36, 1)  # three times around
    assert annual["sign"] == natal["houses"][0]["sign"]
    assert annual["cusps"] == [
        house["number"] for house in natal["houses"] if house["sign"] == annual["sign"]
    ]
    assert "ASC" in annual["points"]
    assert len(ascendant["months"]) == 12
    assert (
        ascendant["months"][ascendant["monthly"]["number"] - 1]["sign"]
        == (ascendant["monthly"]["sign"])
    )
    assert (ascendant["months"][0]["start"], ascendant["months"][-1]["end"]) == (
        annual["start"],
        annual["end"],
    )
    assert [row["number"] for row in ascendant["years"]] == list(range(36, 48))
    assert answer.computed_for["definitions"]["year_turn"] == "SOLAR_RETURN"


def test_lots_of_a_profection_follow_the_sect_that_is_told(ephemeris: SwissEphemeris) -> None:
    choice = {"planets": ["FORTUNE"], "sect_reversal": False}
    echoed = asked("profections", ephemeris, **choice).computed_for["definitions"]
    assert (echoed["sect"], echoed["sect_reversal"]) == ("GEOMETRIC", False)


def test_any_points_are_carried_on_at_once(ephemeris: SwissEphemeris) -> None:
    names = ["SUN", "MOON", "FORTUNE", "MC"]
    later = {"target_date": "2028-06-21", "start_points": names}
    found = asked("profections", ephemeris, **later).data["profections"]
    assert [row["planet"] for row in found] == names
    for row in found:
        steps = (row["annual"]["longitude"] - row["natal_longitude"]) % 360.0
        assert steps == pytest.approx(38 * 30 % 360)
    usual = asked("profections", ephemeris, start_points=[]).data
    assert usual == asked("profections", ephemeris).data


def test_the_year_turns_at_the_return_of_the_sun_or_on_the_birthday(
    ephemeris: SwissEphemeris,
) -> None:
    by_birthday = asked("profections", ephemeris, year_turn="BIRTHDAY")
    row = by_birthday.data["profections"][0]["annual"]
    assert (row["start"], row["end"]) == ("2026-01-15T19:30:00.0Z", "2027-01-15T19:30:00.0Z")
    assert by_birthday.computed_for["definitions"]["year_turn"] == "BIRTHDAY"
    by_sun = asked("profections", ephemeris).data["profections"][0]["annual"]
    assert by_sun["start"].startswith("2026-01-15T13:16:3")
    between = {"target_date": "2026-01-15T16:00:00Z"}
    assert asked("profections", ephemeris, **between).data["age"] == 36
    assert asked("profections", ephemeris, **between, year_turn="BIRTHDAY").data["age"] == 35


def test_a_sidereal_year_is_longer(ephemeris: SwissEphemeris) -> None:
    tropical = asked("profections", ephemeris)
    sidereal = asked("profections", ephemeris, zodiac="SIDEREAL")
    turns = [
        answer.data["profections"][0]["annual"]["julian_days"][0] for answer in (tropical, sidereal)
    ]
    assert turns[1] - turns[0] == pytest.approx(36 * 0.01416, abs=0.02)
    zodiacs = [
        answer.computed_for["definitions"]["solar_return_zodiac"]
        for answer in (tropical, sidereal, asked("profections", ephemeris, zodiac="DRACONIC"))
    ]
    assert zodiacs == ["TROPICAL", "SIDEREAL", "TROPICAL"]


def test_continuous_profections_move_every_day(ephemeris: SwissEphemeris) -> None:
    here = asked("profections", ephemeris, mode="continuous").data
    there = asked("profections", ephemeris, mode="continuous", target_date="2026-06-22").data
    for stretch, degrees in (("annual", 30 / 365.24), ("monthly", 12 * 30 / 365.24)):
        one, other = (data["profections"][0][stretch]["longitude"] for data in (here, there))
        assert (other - one) % 360.0 == pytest.approx(degrees, rel=1e-3)


@pytest.mark.parametrize(("first", "count"), [(0, 120), (None, 0), (120, 1)])
def test_the_table_of_years_is_as_long_as_asked(
    first: int | None, count: int, ephemeris: SwissEphemeris
) -> None:
    rows = asked("profections", ephemeris, first_age=first, years=count).data["profections"][0]
    start = 36 if first is None else first
    assert [row["number"] for row in rows["years"]] == list(range(start, start + count))


# Firdaria


def test_firdaria_tell_the_whole_life_and_the_present(ephemeris: SwissEphemeris) -> None:
    answer = asked("firdaria", ephemeris)
    data = answer.data
    assert (len(data["periods"]), data["is_day"]) == (9, True)
    assert sum(row["years"] for row in data["periods"]) == 75
    assert data["periods"][0]["start"] == "1990-01-15T19:30:00.0Z"
    assert data["current"]["lord"] == "MOON"  # from 31 to 40
    (period,) = [row for row in data["periods"] if row["lord"] == "MOON"]
    assert data["current"]["subperiod"] in period["subperiods"]
    assert answer.computed_for["definitions"]["nodes"] == "END"
    assert asked("firdaria", ephemeris, target_date=None).data["current"] is None


def test_the_firdar_of_a_node_has_no_parts(ephemeris: SwissEphemeris) -> None:
    current = asked("firdaria", ephemeris, target_date="2061-06-01").data["current"]
    assert (current["lord"], current["subperiod"]) == ("NORTH_NODE", None)


def test_firdaria_come_again_after_seventy_five_years(ephemeris: SwissEphemeris) -> None:
    again = asked("firdaria", ephemeris, target_date="2066-01-01", cycles=2).data
    assert again["current"]["lord"] == "SUN"
    assert len(again["periods"]) == 18
    current = {name: again["current"][name] for name in ("lord", "start", "end")}
    assert current.items() <= again["periods"][9].items()
    assert (
        asked("firdaria", ephemeris, target_date="2066-01-01").data["current"] == again["current"]
    )


@pytest.mark.parametrize(
    ("more", "first"),
    [
        ({"chart_sect": "NIGHT"}, "MOON"),
        ({"chart_sect": "day"}, "SUN"),
        ({"natal_chart": birth(time="02:00")}, "MOON"),
    ],
)
def test_the_sect_tells_who_comes_first(
    more: dict[str, Any], first: str, ephemeris: SwissEphemeris
) -> None:
    answer = asked("firdaria", ephemeris, **more)
    assert answer.data["order"][0] == first
    assert answer.data["is_day"] is (first == "SUN")
    if "chart_sect" in more:
        assert answer.computed_for["definitions"]["chart_sect"] == more["chart_sect"].upper()


@pytest.mark.parametrize(
    ("field", "value"), [("nodes", "BONATTI"), ("year_length", 360.0), ("cycles", 3)]
)
def test_every_choice_of_firdaria_changes_the_answer_and_is_told(
    field: str, value: Any, ephemeris: SwissEphemeris
) -> None:
    night = {"chart_sect": "NIGHT"}
    plain = asked("firdaria", ephemeris, **night)
    other = asked("firdaria", ephemeris, **night, **{field: value})
    assert plain.data["periods"] != other.data["periods"]
    assert other.computed_for["definitions"][field] == value


# Zodiacal releasing


def test_releasing_tells_chapters_and_the_four_levels_of_the_present(
    ephemeris: SwissEphemeris,
) -> None:
    answer = asked("zodiacal-releasing", ephemeris)
    data = answer.data
    assert {row["level"] for row in data["chapters"]} == {1, 2}
    assert [row["level"] for row in data["current"]] == [1, 2, 3, 4]
    assert data["current"][0] in data["chapters"]
    assert data["current"][1] in data["chapters"]
    assert all(row["start"] <= "2026-06-21T04:00" < row["end"] for row in data["current"])
    assert data["chapters"][0]["sign"] == data["first_sign"]
    peaks = {row["from_fortune"] for row in data["chapters"] if row["is_peak"]}
    assert peaks <= {1, 4, 7, 10}
    assert any(row["loosing"] for row in data["chapters"])
    assert answer.computed_for["definitions"]["year_length"] == 360.0
    assert asked("zodiacal-releasing", ephemeris, target_date=None).data["current"] is None


@pytest.mark.parametrize("lot", ["FORTUNE", "part of fortune", "LOT_OF_EROS", "LOT_OF_NEMESIS"])
def test_any_lot_can_be_released_from(lot: str, ephemeris: SwissEphemeris) -> None:
    data = asked("zodiacal-releasing", ephemeris, lot=lot).data
    (place,) = ask("natal-chart", birth(planets=[lot]), ephemeris).data["positions"]
    assert data["lot_longitude"] == place["longitude"]
    assert data["first_sign"] == place["sign"]


def test_spirit_starts_in_the_next_sign_where_fortune_shares_its_own(
    ephemeris: SwissEphemeris,
) -> None:
    """At a new moon both lots stand on the ascendant: 2000-02-05 13:03 UT."""
    born = {"date": "2000-02-05T13:03:00Z", "latitude": 52.5, "longitude": 13.4}
    moved = asked("zodiacal-releasing", ephemeris, natal_chart=born).data
    kept = asked("zodiacal-releasing", ephemeris, natal_chart=born, same_sign="KEEP")
    own = kept.data["first_sign"]
    assert kept.data["moved_on"] is False
    assert moved["moved_on"] is True
    assert moved["chapters"][0]["from_fortune"] == 2
    assert kept.data["chapters"][0]["from_fortune"] == 1
    assert moved["first_sign"] != own
    assert kept.computed_for["definitions"]["same_sign"] == "KEEP"
    fortune = asked("zodiacal-releasing", ephemeris, natal_chart=born, lot="FORTUNE").data
    assert fortune["first_sign"] == own


@pytest.mark.parametrize(
    ("field", "value"),
    [("levels", 1), ("levels", 3), ("from_age", 40.0), ("to_age", 50.0), ("year_length", 365.0)],
)
def test_every_choice_of_releasing_changes_the_answer_and_is_told(
    field: str, value: float, ephemeris: SwissEphemeris
) -> None:
    plain = asked("zodiacal-releasing", ephemeris)
    other = asked("zodiacal-releasing", ephemeris, **{field: value})
    assert plain.data["chapters"] != other.data["chapters"]
    assert other.computed_for["definitions"][field] == value


@pytest.mark.parametrize(("levels", "longest"), [(1, 211.0), (2, 211.0), (3, 100.0), (4, 10.0)])
def test_deeper_levels_are_told_for_fewer_years(
    levels: int, longest: float, ephemeris: SwissEphemeris
) -> None:
    whole = asked("zodiacal-releasing", ephemeris, levels=levels, to_age=longest)
    assert 1 <= len(whole.data["chapters"]) <= 1300
    assert {row["level"] for row in whole.data["chapters"]} == set(range(1, levels + 1))
    if longest < 211.0:
        more = {"levels": levels, "to_age": longest + 0.1}
        assert wrong(asked("zodiacal-releasing", ephemeris, **more)) == ["to_age"]
    assert asked("zodiacal-releasing", ephemeris, levels=levels, from_age=205.0).status == 200


# What is refused


@each
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"natal_chart": birth(time="unknown")}, "natal_chart.time"),
        ({"natal_chart": birth(longitude=200.0)}, "natal_chart.longitude"),
        ({"target_date": "1990-01-14"}, "target_date"),
        ({"target_date": "2026-13-01"}, "target_date"),
        ({"target_time": "noon"}, "target_time"),
        ({"target_timezone": "Nowhere"}, "target_timezone"),
        ({"center": "SUN"}, "center"),
    ],
)
def test_wrong_fields_are_named(
    operation: str, more: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert wrong(asked(operation, ephemeris, **more)) == [field]


@pytest.mark.parametrize(
    ("operation", "more", "field"),
    [
        ("profections", {"years": 121}, "years"),
        ("profections", {"first_age": -1}, "first_age"),
        ("profections", {"start_points": ["SUN"] * 17}, "start_points"),
        ("profections", {"mode": "LEAPING"}, "mode"),
        ("firdaria", {"cycles": 4}, "cycles"),
        ("firdaria", {"nodes": "MIDDLE"}, "nodes"),
        ("firdaria", {"target_date": None, "target_time": "12:00"}, "target_time"),
        ("zodiacal-releasing", {"lot": "SUN"}, "lot"),
        ("zodiacal-releasing", {"levels": 5}, "levels"),
        ("zodiacal-releasing", {"from_age": 50.0, "to_age": 40.0}, "to_age"),
        ("zodiacal-releasing", {"year_length": 30.0}, "year_length"),
    ],
)
def test_values_out_of_bounds_are_named(
    operation: str, more: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert wrong(asked(operation, ephemeris, **more)) == [field]


@each
def test_the_moment_of_birth_is_the_first_of_all(operation: str, ephemeris: SwissEphemeris) -> None:
    assert asked(operation, ephemeris, target_date="1990-01-15T19:30:00Z").status == 200


@pytest.mark.parametrize("operation", ["firdaria", "zodiacal-releasing"])
def test_lords_of_a_far_future_are_told(operation: str, ephemeris: SwissEphemeris) -> None:
    assert asked(operation, ephemeris, target_date="9999-12-31").data["current"]


def test_years_of_life_beyond_the_ephemeris_need_the_civil_birthday(
    ephemeris: SwissEphemeris,
) -> None:
    far = {"target_date": "2600-01-01"}
    assert asked("profections", ephemeris, **far).error["code"] == "CALCULATION_ERROR"
    assert asked("profections", ephemeris, **far, year_turn="BIRTHDAY").data["age"] == 609


POLAR_BIRTH = {**NEW_YORK, "latitude": 69.6, "longitude": 18.9, "timezone": "Europe/Oslo"}


def test_whole_sign_profections_need_no_cusps_within_the_polar_circles(
    ephemeris: SwissEphemeris,
) -> None:
    answer = asked("profections", ephemeris, natal_chart=POLAR_BIRTH)
    (found,) = answer.data["profections"]
    assert answer.data["house_system"] is None
    assert found["annual"]["cusps"] == []
    assert found["annual"]["lord"]
    assert answer.computed_for["definitions"]["polar"] == "FLAG"
    whole = {**POLAR_BIRTH, "house_system": "WHOLE_SIGN"}
    again = asked("profections", ephemeris, natal_chart=whole).data
    assert again["house_system"] == "WHOLE_SIGN"
    assert again["profections"][0]["annual"]["sign"] == found["annual"]["sign"]


def test_continuous_profections_follow_the_polar_policy(ephemeris: SwissEphemeris) -> None:
    request = {"natal_chart": POLAR_BIRTH, "mode": "CONTINUOUS"}
    assert asked("profections", ephemeris, **request).error["code"] == "CALCULATION_ERROR"
    assert asked("profections", ephemeris, **request, polar="FLAG").status == 200


def test_years_of_profections_are_told_as_far_as_the_files_reach(
    ephemeris: SwissEphemeris,
) -> None:
    late = {"natal_chart": {**NEW_YORK, "date": "2350-03-15"}, "target_date": "2397-06-01"}
    data = asked("profections", ephemeris, **late).data
    (profection,) = data["profections"]
    assert [year["number"] for year in profection["years"]] == [47, 48]
    assert profection["annual"]["end"].startswith("2398-03-1")
    beyond = asked("profections", ephemeris, **{**late, "target_date": "2399-06-01"})
    assert beyond.error["details"]["missing_files"] == ["sepl_24.se1", "semo_24.se1"]
