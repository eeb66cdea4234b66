"""Primary directions as callers ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import PLANETS
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask, birth

PLAIN = {"promissors": ["MARS", "SATURN"], "significators": ["SUN", "ASC", "MC", "FORTUNE"]}


def directed(ephemeris: SwissEphemeris, **request: Any) -> Asked:
    return ask("directions", {"natal_chart": NEW_YORK, **PLAIN, **request}, ephemeris)


def refused(ephemeris: SwissEphemeris, **request: Any) -> dict[str, Any]:
    answer = directed(ephemeris, **request)
    assert answer.status == 422
    return dict(answer.error["details"])


def definitions(answer: Asked) -> dict[str, Any]:
    return dict(answer.computed_for["definitions"])


def test_a_direction_tells_who_comes_to_whom_and_when(ephemeris: SwissEphemeris) -> None:
    rows = directed(ephemeris).data["directions"]
    assert rows
    for row in rows:
        assert list(row) == [
            "promissor",
            "aspect_type",
            "angle",
            "side",
            "significator",
            "direction",
            "mundane",
            "arc",
            "age",
            "date",
            "julian_day",
        ]
        assert row["direction"] == "DIRECT"
        assert row["age"] == pytest.approx(row["arc"] / (360.0 / 365.24219))
        assert (row["side"] is None) == (row["angle"] in {0.0, 180.0})
        assert row["date"].endswith("Z")
    arcs = [row["arc"] for row in rows]
    assert arcs == sorted(arcs)
    assert {row["promissor"] for row in rows} == {"MARS", "SATURN"}
    assert {row["significator"] for row in rows} == {"SUN", "ASC", "MC", "FORTUNE"}


def test_the_speculum_holds_what_takes_part_but_the_angles(ephemeris: SwissEphemeris) -> None:
    data = directed(ephemeris).data
    assert [row["planet"] for row in data["speculum"]] == ["MARS", "SATURN", "SUN", "FORTUNE"]
    assert data["omitted"] == []
    assert data["directed"] is None
    assert "bounds" not in data
    for row in data["speculum"]:
        assert row["diurnal_semi_arc"] + row["nocturnal_semi_arc"] == pytest.approx(180.0)


def test_left_out_or_empty_the_planets_come_to_five_places(ephemeris: SwissEphemeris) -> None:
    plain = ask("directions", {"natal_chart": NEW_YORK}, ephemeris).data
    assert [row["planet"] for row in plain["speculum"]] == [*PLANETS, "FORTUNE"]
    rows = plain["directions"]
    assert {row["significator"] for row in rows} == {"SUN", "MOON", "ASC", "MC", "FORTUNE"}
    assert len({row["aspect_type"] for row in rows}) == 5
    empty: dict[str, Any] = {"promissors": [], "significators": [], "aspects": []}
    assert ask("directions", {"natal_chart": NEW_YORK, **empty}, ephemeris).data == plain


CHOICES = [
    ({"method": "REGIOMONTANUS"}, "method"),
    ({"method": "PLACIDUS_UNDER_THE_POLE"}, "method"),
    ({"method": "TOPOCENTRIC"}, "method"),
    ({"space": "MUNDANE"}, "space"),
    ({"latitude_rule": "PROMISSOR"}, "latitude_rule"),
    ({"latitude_rule": "SIGNIFICATOR"}, "latitude_rule"),
    ({"aspects": ["TRINE"]}, "aspects"),
    ({"include_converse": True}, "converse_rule"),
    ({"key": "PTOLEMY"}, "key"),
    ({"key": "CARDANO"}, "key"),
    ({"key": "STATIC"}, "key"),
    ({"key": "DYNAMIC_RA"}, "key"),
    ({"key": "DYNAMIC_LONGITUDE"}, "key"),
    ({"key": "USER", "key_rate": 1.5}, "key_rate"),
    ({"min_age": 20.0}, "min_age"),
    ({"max_age": 20.0}, "max_age"),
    ({"center": "TOPOCENTRIC"}, "center"),
    ({"natal_chart": birth(time="02:30:00"), "sect_reversal": False}, "sect_reversal"),
]


@pytest.mark.parametrize(("choice", "echoed"), CHOICES, ids=lambda value: str(value)[:40])
def test_every_choice_changes_the_answer_and_is_echoed(
    choice: dict[str, Any], echoed: str, ephemeris: SwissEphemeris
) -> None:
    base = {"natal_chart": choice["natal_chart"]} if "natal_chart" in choice else {}
    plain, chosen = directed(ephemeris, **base), directed(ephemeris, **choice)
    assert chosen.data["directions"] != plain.data["directions"]
    assert definitions(chosen)[echoed] != definitions(plain).get(echoed)


def test_the_converse_rule_counts(ephemeris: SwissEphemeris) -> None:
    reversed_, swapped = (
        directed(ephemeris, include_converse=True, converse_rule=rule)
        for rule in ("ROTATION_REVERSED", "ROLES_SWAPPED")
    )
    assert reversed_.data["directions"] != swapped.data["directions"]
    angles = {"ASC", "MC"}
    for answer, meets in ((reversed_, True), (swapped, False)):
        rows = [row for row in answer.data["directions"] if row["direction"] == "CONVERSE"]
        assert rows
        assert bool({row["significator"] for row in rows} & angles) is meets
    assert definitions(swapped)["converse_rule"] == "ROLES_SWAPPED"


@pytest.mark.parametrize("name", ["semi_arc", "placidus", "SEMI-ARC", "Placidus Semi Arc"])
def test_the_semi_arc_has_more_names(name: str, ephemeris: SwissEphemeris) -> None:
    found = directed(ephemeris, method=name)
    assert definitions(found)["method"] == "PLACIDUS_SEMI_ARC"
    assert found.data == directed(ephemeris).data


def test_campanus_differs_from_regiomontanus_in_mundane_aspects_alone(
    ephemeris: SwissEphemeris,
) -> None:
    def arcs(method: str, aspect: str) -> list[float]:
        request = {"method": method, "space": "MUNDANE", "aspects": [aspect]}
        return [row["arc"] for row in directed(ephemeris, **request).data["directions"]]

    regio, campanus = (arcs(method, "CONJUNCTION") for method in ("REGIOMONTANUS", "CAMPANUS"))
    assert campanus == pytest.approx(regio)
    assert arcs("CAMPANUS", "TRINE") != pytest.approx(arcs("REGIOMONTANUS", "TRINE"))


def test_under_the_pole_mundane_directions_are_conjunctions(ephemeris: SwissEphemeris) -> None:
    request = {"method": "PLACIDUS_UNDER_THE_POLE", "space": "MUNDANE"}
    answer = directed(ephemeris, **request, significators=list(PLANETS))
    assert {row["aspect_type"] for row in answer.data["directions"]} == {"CONJUNCTION"}
    assert definitions(answer)["aspects"] == ["CONJUNCTION"]
    assert refused(ephemeris, **request, aspects=["TRINE"])["field"] == "aspects"


def test_a_target_date_bounds_the_ages_and_directs_the_angles(ephemeris: SwissEphemeris) -> None:
    answer = directed(ephemeris, target_date="2026-01-11", target_time="06:00", orb_years=12.0)
    around = answer.data["directed"]
    natal = answer.computed_for
    assert answer.computed_for["others"]["target_date"]["utc"] == "2026-01-11T11:00:00Z"
    assert around["age"] == pytest.approx(
        (natal["others"]["target_date"]["julian_day"] - natal["julian_day"]) / 365.24219
    )
    assert around["arc"] == pytest.approx(around["age"] * 360.0 / 365.24219)
    assert around["armc"] == pytest.approx((answer.data["armc"] + around["arc"]) % 360.0)
    assert len(around["houses"]) == 12
    assert around["house_system"] == "PLACIDUS"
    assert around["houses"][0]["longitude"] == around["angles"]["ASC"]
    rows = answer.data["directions"]
    assert rows
    assert all(abs(row["age"] - around["age"]) <= 12.0 for row in rows)
    everything = directed(ephemeris).data["directions"]
    near = [row for row in everything if abs(row["age"] - around["age"]) <= 12.0]
    assert [{**row, "orb": ..., "strength": ...} for row in near] == [
        {**row, "orb": ..., "strength": ...} for row in rows
    ]
    for row in rows:
        assert row["orb"] == pytest.approx(abs(row["arc"] - around["arc"]))
        assert row["strength"] == pytest.approx(1.0 - abs(row["age"] - around["age"]) / 12.0)


def test_a_target_of_now_does_not_last(ephemeris: SwissEphemeris) -> None:
    assert not directed(ephemeris, target_date="now").outcome.lasting


def test_bounds_are_answered_for_any_significator(ephemeris: SwissEphemeris) -> None:
    answer = directed(ephemeris, include_bounds=True)
    rows = answer.data["bounds"]
    ages = [row["age"] for row in rows]
    assert ages == sorted(ages)
    assert ages[0] == 0.0
    assert ages[-1] <= 90.0
    assert definitions(answer)["terms"] == "EGYPTIAN"
    lilly = directed(ephemeris, include_bounds=True, terms="PTOLEMAIC_LILLY")
    assert lilly.data["bounds"] != rows
    moon = directed(ephemeris, include_bounds=True, bounds_significator="MOON")
    assert moon.data["bounds"] != rows
    assert definitions(moon)["bounds_significator"] == "MOON"


def test_what_never_rises_is_left_out_with_a_reason(ephemeris: SwissEphemeris) -> None:
    arctic = birth(latitude=70.0, timezone="UTC")
    answer = directed(ephemeris, natal_chart=arctic, target_date="2020-01-01", orb_years=30.0)
    omitted = answer.data["omitted"]
    assert ("SUN", "SIGNIFICATOR") in {(row["point"], row["role"]) for row in omitted}
    assert "never crosses the horizon at latitude 70" in omitted[0]["reason"]
    (sun,) = [row for row in answer.data["speculum"] if row["planet"] == "SUN"]
    assert sun["diurnal_semi_arc"] is None
    assert sun["proportion"] is None
    rows = answer.data["directions"]
    assert "SUN" not in {row["significator"] for row in rows}
    assert answer.data["directed"]["houses"] == []
    assert answer.data["directed"]["angles"]["MC"] is not None


@pytest.mark.parametrize("latitude", [-90.0, -66.0, 0.0, 89.9, 90.0])
@pytest.mark.parametrize("method", ["PLACIDUS", "CAMPANUS", "TOPOCENTRIC", "UNDER_THE_POLE"])
@pytest.mark.parametrize("space", ["ZODIACAL", "MUNDANE"])
def test_every_place_has_an_answer_without_gaps(
    latitude: float, method: str, space: str, ephemeris: SwissEphemeris
) -> None:
    request = {"method": method, "space": space, "include_bounds": True, "include_converse": True}
    answer = directed(ephemeris, natal_chart=birth(latitude=latitude), **request)
    rows = answer.data["directions"] + answer.data["bounds"]
    assert all(isinstance(row[key], float) for row in rows for key in ("arc", "age", "julian_day"))


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"promissors": ["ASC"]}, "promissors"),
        ({"promissors": ["FORTUNE"]}, "promissors"),
        ({"significators": ["VERTEX"]}, "significators"),
        ({"bounds_significator": "VERTEX"}, "bounds_significator"),
        ({"key": "USER"}, "key_rate"),
        ({"key_rate": 1.0}, "key_rate"),
        ({"key": "USER", "key_rate": 0.0}, "key_rate"),
        ({"key": "TIMES"}, "key"),
        ({"method": "KOCH"}, "method"),
        ({"space": "HYPER"}, "space"),
        ({"min_age": 50.0, "max_age": 40.0}, "max_age"),
        ({"max_age": 121.0}, "max_age"),
        ({"orb_years": 31.0}, "orb_years"),
        ({"target_date": "1980-01-01"}, "target_date"),
        ({"target_date": "2111-01-01"}, "target_date"),
        ({"target_date": "soon"}, "target_date"),
        ({"target_date": "2020-01-01", "target_time": "25:00"}, "target_time"),
        ({"aspects": ["CONJUNCTION"] * 9}, "aspects"),
        ({"promissors": ["SUN"] * 13}, "promissors"),
        ({"center": "HELIOCENTRIC"}, "center"),
        ({"natal_chart": birth(time="unknown")}, "natal_chart.time"),
        ({"natal_chart": birth(latitude=91.0)}, "natal_chart.latitude"),
    ],
)
def test_what_is_wrong_is_named(
    request_: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(ephemeris, **request_)["field"] == field


def test_terms_have_one_name(ephemeris: SwissEphemeris) -> None:
    plain, lilly, old = (
        directed(ephemeris, include_bounds=True, **choice)
        for choice in ({}, {"terms": "PTOLEMAIC_LILLY"}, {"term_system": "PTOLEMAIC_LILLY"})
    )
    assert lilly.data["bounds"] != plain.data["bounds"]
    assert old.status == 422 or old.data["bounds"] == plain.data["bounds"]
