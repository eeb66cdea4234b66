"""The horary calculation: its reply, its choices and its refusals."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask

CHART_A = {"date": "2000-01-01T18:00:00Z", "latitude": 32.716667, "longitude": -117.15}


def horary(ephemeris: SwissEphemeris, **more: Any) -> Asked:
    return ask("horary", {**CHART_A, **more}, ephemeris)


def applies(answer: Asked) -> set[str]:
    return {row["name"] for row in answer.data["considerations"] if row["applies"]}


def test_significators_are_the_lords_of_the_houses_and_the_moon(
    ephemeris: SwissEphemeris,
) -> None:
    data = horary(ephemeris).data
    found = [(s["role"], s["house"], s["position"]["planet"]) for s in data["significators"]]
    assert found == [
        ("QUERENT", 1, "JUPITER"),
        ("QUERENT_MOON", None, "MOON"),
        ("QUESITED", 7, "MERCURY"),
    ]
    alone = horary(ephemeris, moon_cosignifies=False, querent_house=7, quesited_house=4).data
    roles = {s["role"]: s["position"]["planet"] for s in alone["significators"]}
    assert set(roles) == {"QUERENT", "QUESITED"}


def test_one_planet_may_rule_both_houses(ephemeris: SwissEphemeris) -> None:
    data = horary(ephemeris, quesited_house=1, moon_cosignifies=False).data
    assert data["same_significator"] is True
    assert data["findings"] == []


def test_every_consideration_is_told_whether_it_applies_or_not(
    ephemeris: SwissEphemeris,
) -> None:
    rows = horary(ephemeris).data["considerations"]
    assert [row["name"] for row in rows] == [
        "ASC_EARLY",
        "ASC_LATE",
        "MOON_LATE",
        "MOON_VIA_COMBUSTA",
        "MOON_VOID",
        "SATURN_IN_FIRST",
        "SATURN_IN_SEVENTH",
        "ASC_LORD_COMBUST",
        "SEVENTH_AFFLICTED",
        "SEVENTH_LORD_AFFLICTED",
        "HOUR_DISAGREES",
    ]
    assert rows[-2] == {
        "name": "SEVENTH_LORD_AFFLICTED",
        "applies": True,
        "planet": "MERCURY",
        "degree": None,
        "reasons": ["COMBUST"],
    }


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        ({"ascendant_early": 6.0}, "ASC_EARLY"),
        ({"ascendant_late": 5.0}, "ASC_LATE"),
        ({"moon_late": 16.0}, "MOON_LATE"),
        ({"via_combusta_end": 227.0}, "MOON_VIA_COMBUSTA"),
    ],
)
def test_limits_of_considerations_are_choices(
    choice: dict[str, float], name: str, ephemeris: SwissEphemeris
) -> None:
    """The ascendant is at Pisces 5.61, the Moon at Scorpio 16.32."""
    assert name not in applies(horary(ephemeris))
    answer = horary(ephemeris, **choice)
    assert name in applies(answer)
    ((field, value),) = choice.items()
    assert answer.computed_for["definitions"][field] == value


def test_the_burnt_way_holds_its_start_and_not_its_end(ephemeris: SwissEphemeris) -> None:
    moon = ask("planetary-positions", {**CHART_A, "planets": ["MOON"]}, ephemeris).data
    longitude = moon["positions"][0]["longitude"]
    here = {"via_combusta_start": longitude, "via_combusta_end": 230.0}
    assert "MOON_VIA_COMBUSTA" in applies(horary(ephemeris, **here))
    ended = {"via_combusta_start": 200.0, "via_combusta_end": longitude}
    assert "MOON_VIA_COMBUSTA" not in applies(horary(ephemeris, **ended))


def test_saturn_is_heeded_in_the_first_and_the_seventh(ephemeris: SwissEphemeris) -> None:
    seen = set()
    for hour in range(24):
        date = f"2000-01-01T{hour:02d}:00:00Z"
        answer = ask("horary", {**CHART_A, "date": date}, ephemeris)
        chart = ask(
            "natal-chart",
            {**CHART_A, "date": date, "planets": ["SATURN"], "house_system": "REGIOMONTANUS"},
            ephemeris,
        )
        house = chart.data["positions"][0]["house"]
        found = applies(answer) & {"SATURN_IN_FIRST", "SATURN_IN_SEVENTH"}
        expected = {1: {"SATURN_IN_FIRST"}, 7: {"SATURN_IN_SEVENTH"}}.get(house, set())
        assert found == expected
        seen |= found
    assert seen == {"SATURN_IN_FIRST", "SATURN_IN_SEVENTH"}


def test_every_choice_is_echoed(ephemeris: SwissEphemeris) -> None:
    choices: dict[str, Any] = {
        "querent_house": 3,
        "quesited_house": 9,
        "moon_cosignifies": False,
        "orb_multiplier": 1.5,
        "within_orbs": False,
        "must_perfect_in_sign": False,
        "window_days": 90.0,
        "moon_prohibits": True,
        "translator_lighter": False,
        "collection_unbeheld": False,
        "collection_received": True,
        "siege": "RAYS",
        "siege_span": 60.0,
        "terms": "EGYPTIAN",
        "triplicity": "DOROTHEAN",
        "combust_orb": 8.0,
        "house_system": "PLACIDUS",
        "hour_agreement": ["SIGN_NATURE"],
    }
    told = horary(ephemeris, **choices).computed_for["definitions"]
    assert {name: told[name] for name in choices} == choices
    plain = horary(ephemeris).computed_for["definitions"]
    assert plain["house_system"] == "REGIOMONTANUS"
    assert (plain["terms"], plain["void_rule"]) == ("PTOLEMAIC_LILLY", "NO_ASPECT_EXACT_IN_SIGN")


def test_wider_rules_find_at_least_as_much(ephemeris: SwissEphemeris) -> None:
    wide = {"within_orbs": False, "must_perfect_in_sign": False}
    for house in range(2, 13):
        strict = horary(ephemeris, quesited_house=house).data["findings"]
        loose = horary(ephemeris, quesited_house=house, **wide).data["findings"]
        assert len(loose) >= len(strict)
        for finding in loose:
            for aspect in finding["aspects"]:
                assert (aspect["exact_time"] is None) == (aspect["julian_day"] is None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quesited_house", 13),
        ("window_days", 91),
        ("orb_multiplier", 0),
        ("via_combusta_end", 100),
        ("center", "MARS"),
        ("house_system", "GAUQUELIN"),
        ("time", "unknown"),
    ],
)
def test_bad_values_are_refused_by_name(field: str, value: Any, ephemeris: SwissEphemeris) -> None:
    chart = {**CHART_A, "date": "2000-01-01"} if field == "time" else CHART_A
    answer = ask("horary", {**chart, field: value}, ephemeris)
    assert answer.status == 422
    assert field in answer.error["message"]


@pytest.mark.parametrize("polar", ["REFUSE", "FLAG"])
def test_without_houses_there_are_no_significators(polar: str, ephemeris: SwissEphemeris) -> None:
    request = {"latitude": 70.0, "house_system": "PLACIDUS", "polar": polar}
    assert horary(ephemeris, **request).error["code"] == "CALCULATION_ERROR"
    assert horary(ephemeris, **{**request, "polar": "FALLBACK"}).status == 200


@pytest.mark.parametrize("zodiac", ["SIDEREAL", "DRACONIC"])
def test_other_zodiacs_have_signs_of_their_own(zodiac: str, ephemeris: SwissEphemeris) -> None:
    tropical = horary(ephemeris).data["void_of_course"]["julian_day"]
    turned = horary(ephemeris, zodiac=zodiac).data["void_of_course"]["julian_day"]
    assert turned != pytest.approx(tropical, abs=0.1)


def the_hour(answer: Asked) -> dict[str, Any]:
    (row,) = [row for row in answer.data["considerations"] if row["name"] == "HOUR_DISAGREES"]
    return dict(row)


def test_the_lord_of_the_hour_is_that_of_the_planetary_hours(ephemeris: SwissEphemeris) -> None:
    agreed = set()
    for hour in range(0, 24, 2):
        chart = {**CHART_A, "date": f"2000-01-01T{hour:02d}:30:00Z"}
        row = the_hour(ask("horary", chart, ephemeris))
        current = ask("planetary-hours", chart, ephemeris).data["current"]
        assert row["planet"] == current["ruler"]
        assert row["applies"] is (row["reasons"] == [])
        agreed |= set(row["reasons"])
    assert agreed <= {"SAME_LORD", "TRIPLICITY", "NATURE"}
    assert agreed


def test_the_ways_to_agree_that_count_are_a_choice(ephemeris: SwissEphemeris) -> None:
    rows = [
        the_hour(
            ask("horary", {**CHART_A, "date": f"2000-01-01T{hour:02d}:00:00Z", **choice}, ephemeris)
        )
        for hour in range(24)
        for choice in ({}, {"hour_agreement": ["SAME_LORD"]}, {"hour_agreement": ["SIGN_NATURE"]})
    ]
    plain, same, sign = rows[::3], rows[1::3], rows[2::3]
    assert {reason for row in same for reason in row["reasons"]} <= {"SAME_LORD"}
    assert {reason for row in sign for reason in row["reasons"]} == {"SIGN_NATURE"}
    assert sum(row["applies"] for row in same) > sum(row["applies"] for row in plain)


def test_without_a_sunrise_the_hour_is_not_told(ephemeris: SwissEphemeris) -> None:
    summer = {"date": "2020-06-21T18:00:00Z", "latitude": 78.2, "longitude": 15.6}
    row = the_hour(ask("horary", summer, ephemeris))
    assert (row["applies"], row["planet"]) == (None, None)
    assert row["reasons"] == ["NO_PLANETARY_HOURS"]


def test_the_cusps_and_angles_are_those_of_the_chart(ephemeris: SwissEphemeris) -> None:
    data = horary(ephemeris).data
    houses = ask("houses", {**CHART_A, "house_system": "REGIOMONTANUS"}, ephemeris).data
    assert [row["longitude"] for row in data["houses"]] == [
        row["longitude"] for row in houses["houses"]
    ]
    assert data["angles"] == houses["angles"]
    assert data["house_system"] == "REGIOMONTANUS"
