"""Stations, ingresses, lunations and the void Moon, as answers tell them."""

from __future__ import annotations

from typing import Any

import pytest

from app.calculations.catalogue import catalogue
from app.ephemeris.almanac import SwissAlmanac
from app.wire import decode, encode
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.calculations.two_births import TROMSO, definitions, refused

YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
MONTH = {"start_date": "2026-08-01", "end_date": "2026-08-31"}
PLACE = {"latitude": 52.5, "longitude": 13.4}
ALL = ("stations", "ingresses", "lunations", "void-of-course")
WITH_MOMENT = ("stations", "lunations", "void-of-course")
WITH_CHARTS = ("ingresses", "lunations")


def asked(name: str, ephemeris: SwissAlmanac, /, **more: Any) -> Asked:
    return ask(name, {**YEAR, **more}, ephemeris)


# What all of them have


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("zodiac", {"zodiac": "DRACONIC"}),
        ("center", {"center": "TOPOCENTRIC"}),
        ("center", {"center": "MARS"}),
        ("end_date", {"end_date": "2025-12-31"}),
        ("end_date", {"end_date": "2326-12-31"}),
        ("start_date", {"start_date": "yesterday"}),
    ],
)
def test_what_cannot_be_searched_is_refused_by_name(
    name: str, field: str, wrong: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    assert refused(asked(name, ephemeris, **wrong)) == field


def test_a_span_that_is_too_long_tells_how_to_split_it(ephemeris: SwissAlmanac) -> None:
    answer = asked("void-of-course", ephemeris, end_date="2036-12-31")
    assert "10 years" in answer.error["message"]
    assert "several requests" in answer.error["message"]


@pytest.mark.parametrize("name", ["stations", "ingresses", "void-of-course"])
def test_angles_have_no_motion_of_their_own(name: str, ephemeris: SwissAlmanac) -> None:
    assert refused(asked(name, ephemeris, planets=["SUN", "ASC"])) == "planets.1"


@pytest.mark.parametrize("name", WITH_MOMENT)
def test_a_moment_is_echoed_and_may_lie_outside_the_span(
    name: str, ephemeris: SwissAlmanac
) -> None:
    key = "phases" if name == "stations" else "state"
    assert asked(name, ephemeris).data[key] is None
    answer = asked(name, ephemeris, moment="2020-02-03T04:05:06Z")
    assert answer.data[key]
    assert answer.computed_for["others"]["moment"]["utc"] == "2020-02-03T04:05:06Z"
    assert refused(asked(name, ephemeris, moment="soon")) == "moment"


@pytest.mark.parametrize("name", ALL)
def test_the_zodiac_moves_what_signs_say(name: str, ephemeris: SwissAlmanac) -> None:
    plain = asked(name, ephemeris)
    sidereal = asked(name, ephemeris, zodiac="SIDEREAL")
    assert plain.data != sidereal.data
    assert definitions(sidereal)["ayanamsa"] == "LAHIRI"
    assert definitions(plain)["zodiac"] == "TROPICAL"


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_each_event_may_have_its_chart(name: str, ephemeris: SwissAlmanac) -> None:
    more = {**MONTH, "include_charts": True, "place": PLACE, "planets": ["SUN"]}
    if name == "lunations":
        del more["planets"]
    answer = ask(name, {**more, "chart_points": ["SUN", "ASC"]}, ephemeris)
    data = answer.data
    rows = data["ingresses"]["sign"] if name == "ingresses" else data["phases"]
    for row in rows:
        cast = {"date": row["date"], **PLACE, "planets": ["SUN", "ASC"]}
        chart = ask("natal-chart", cast, ephemeris).data
        assert [one["sign"] for one in row["chart"]["positions"]] == [
            one["sign"] for one in chart["positions"]
        ]
        assert row["chart"]["angles"]["MC"] == pytest.approx(chart["angles"]["MC"], abs=1e-3)
        assert row["chart"]["house_system"] == "PLACIDUS"
    assert definitions(answer)["place"] == PLACE
    assert definitions(answer)["house_system"] == "PLACIDUS"


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_charts_need_a_place_and_are_few(name: str, ephemeris: SwissAlmanac) -> None:
    assert refused(asked(name, ephemeris, include_charts=True)) == "place"
    many = {"include_charts": True, "place": PLACE, "end_date": "2029-12-31"}
    answer = asked(name, ephemeris, **many)
    assert refused(answer) == "end_date"
    assert "at most 60 charts" in answer.error["message"]
    assert refused(asked(name, ephemeris, house_system="GAUQUELIN")) == "house_system"


@pytest.mark.parametrize("name", ALL)
def test_parts_are_json_and_give_the_same_answer(name: str, ephemeris: SwissAlmanac) -> None:
    entry = catalogue()[name]
    request = entry.request.model_validate_json(encode(dict(entry.example)))
    assert entry.slicing is not None
    parts = decode(encode(list(entry.slicing.split(request, ephemeris))))
    values = [decode(encode(entry.slicing.part(request, part, ephemeris))) for part in parts]
    cut = entry.slicing.merge(request, values, ephemeris)
    whole = ask(name, dict(entry.example), ephemeris)
    assert decode(encode(cut.reply)) == whole.data


# stations


def test_planets_turn_by_default_from_mercury_to_pluto(ephemeris: SwissAlmanac) -> None:
    answer = asked("stations", ephemeris)
    names = {row["planet"] for row in answer.data["stations"]}
    assert names <= {"MERCURY", "VENUS", "MARS", "JUPITER", "SATURN", "URANUS", "NEPTUNE", "PLUTO"}
    moments = [row["julian_day"] for row in answer.data["stations"]]
    assert moments == sorted(moments)
    assert {row["direction"] for row in answer.data["stations"]} == {"RETROGRADE", "DIRECT"}


def test_nodes_have_stations_when_they_are_named_but_no_loops(ephemeris: SwissAlmanac) -> None:
    data = asked("stations", ephemeris, planets=["TRUE_NODE"], moment="2026-05-05").data
    assert len(data["stations"]) > 20
    assert data["periods"] == []
    assert data["phases"][0]["phase"] in {"DIRECT", "RETROGRADE", "STATIONARY"}


def test_lights_never_turn(ephemeris: SwissAlmanac) -> None:
    data = asked("stations", ephemeris, planets=["SUN", "MOON"]).data
    assert (data["stations"], data["periods"]) == ([], [])


def test_a_loop_that_only_touches_the_span_is_told_whole(ephemeris: SwissAlmanac) -> None:
    span = {"start_date": "2026-11-25", "end_date": "2026-11-26", "planets": ["MERCURY"]}
    data = ask("stations", span, ephemeris).data
    assert data["stations"] == []
    (loop,) = data["periods"]
    assert loop["pre_shadow"]["date"].startswith("2026-10-04")
    assert loop["post_shadow"]["date"].startswith("2026-11-30")


def phase(ephemeris: SwissAlmanac, **more: Any) -> tuple[str, str]:
    data = asked("stations", ephemeris, planets=["MERCURY"], **more).data
    (row,) = data["phases"]
    assert row["is_stationary"] is (row["phase"] == "STATIONARY")
    return row["phase"], row["loop_phase"]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-09-20", "DIRECT"),
        ("2026-10-15", "PRE_SHADOW"),
        ("2026-11-01", "RETROGRADE"),
        ("2026-11-25", "POST_SHADOW"),
    ],
)
def test_a_planet_goes_through_its_phases(
    moment: str, expected: str, ephemeris: SwissAlmanac
) -> None:
    assert phase(ephemeris, moment=moment) == (expected, expected)


def test_what_is_stationary_is_a_choice(ephemeris: SwissAlmanac) -> None:
    near = {"moment": "2026-10-24T00:00:00Z"}  # seven hours before the station
    assert phase(ephemeris, **near) == ("STATIONARY", "PRE_SHADOW")
    slow = {"stationary_threshold": 0.001}
    assert phase(ephemeris, **near, **slow) == ("PRE_SHADOW", "PRE_SHADOW")
    assert phase(ephemeris, **near, stationary_days=0.25)[0] == "PRE_SHADOW"
    assert phase(ephemeris, **near, stationary_days=0.5)[0] == "STATIONARY"
    answer = asked("stations", ephemeris, **near, **slow)
    assert definitions(answer)["stationary_threshold"] == 0.001
    answer = asked("stations", ephemeris, **near, stationary_days=3)
    assert definitions(answer)["stationary_days"] == 3.0
    assert definitions(answer)["stationary_threshold"] is None
    assert refused(asked("stations", ephemeris, stationary_days=0)) == "stationary_days"


def test_bodies_without_a_table_have_a_mean_motion_too(ephemeris: SwissAlmanac) -> None:
    more = {"planets": ["CHIRON", "CERES"], "moment": "2026-05-05"}
    chiron, ceres = asked("stations", ephemeris, **more).data["phases"]
    assert 0.005 < chiron["mean_speed"] < 0.05
    assert 0.1 < ceres["mean_speed"] < 0.4


# ingresses


def test_entries_by_retrograde_motion_may_be_left_out(ephemeris: SwissAlmanac) -> None:
    def kinds(**more: Any) -> set[bool]:
        rows = asked("ingresses", ephemeris, **more).data["ingresses"]["sign"]
        return {row["is_retrograde"] for row in rows}

    assert kinds(planets=["VENUS", "MERCURY"]) == {True, False}
    assert kinds(planets=["VENUS", "MERCURY"], include_retrograde=False) == {False}
    assert kinds(planets=["NORTH_NODE"], include_retrograde=False) == {True}


def test_houses_are_those_of_the_natal_chart(ephemeris: SwissAlmanac) -> None:
    more = {"types": ["HOUSE"], "natal_chart": NEW_YORK, "planets": ["SUN"]}
    answer = asked("ingresses", ephemeris, **more)
    data = answer.data["ingresses"]
    assert data["sign"] == []
    cusps = ask("houses", NEW_YORK, ephemeris).data["houses"]
    assert sorted(row["house"] for row in data["house"]) == list(range(1, 13))
    for row in data["house"]:
        at = {"date": row["date"], **PLACE, "planets": ["SUN"]}
        (sun,) = ask("planetary-positions", at, ephemeris).data["positions"]
        assert sun["longitude"] == pytest.approx(cusps[row["house"] - 1]["longitude"], abs=1e-5)
    assert definitions(answer)["cusps"] == "NATAL"
    assert definitions(answer)["natal_house_system"] == "PLACIDUS"
    assert answer.computed_for["others"]["natal_chart"]["julian_day"]


def test_houses_need_a_chart(ephemeris: SwissAlmanac) -> None:
    assert refused(asked("ingresses", ephemeris, types=["house"])) == "natal_chart"


def test_cusps_that_run_backwards_are_passed_all_the_same(ephemeris: SwissAlmanac) -> None:
    backwards = 0
    for hour in range(0, 24, 3):
        natal = {**TROMSO, "latitude": 80.0, "date": f"1980-03-01T{hour:02d}:00:00Z"}
        natal |= {"house_system": "REGIOMONTANUS"}
        more = {"types": ["HOUSE"], "natal_chart": natal, "planets": ["SUN"]}
        rows = asked("ingresses", ephemeris, **more).data["ingresses"]["house"]
        steps = {(row["house"] - row["previous"]) % 12 for row in rows}
        assert len(rows) == 12
        assert steps in ({1}, {11})
        backwards += steps == {11}
    assert 0 < backwards < 8


def test_a_chart_without_houses_is_refused_or_told(ephemeris: SwissAlmanac) -> None:
    more = {"types": ["HOUSE"], "natal_chart": TROMSO, "planets": ["SUN"]}
    assert asked("ingresses", ephemeris, **more).status == 422
    flagged = asked("ingresses", ephemeris, **more, polar="FLAG").data["ingresses"]
    assert flagged == {"sign": [], "house": None}
    divided = asked("ingresses", ephemeris, **more, polar="FALLBACK").data["ingresses"]
    assert len(divided["house"]) == 12


@pytest.mark.parametrize(
    ("choice", "applied", "fallback"),
    [
        ({"polar": "FLAG"}, None, None),
        ({"polar": "FALLBACK"}, "PORPHYRY", "PORPHYRY"),
        ({"polar": "FALLBACK", "polar_fallback": "EQUAL"}, "EQUAL", "EQUAL"),
    ],
)
def test_the_houses_that_were_entered_are_told(
    choice: dict[str, Any], applied: str | None, fallback: str | None, ephemeris: SwissAlmanac
) -> None:
    more = {"types": ["HOUSE"], "natal_chart": TROMSO, "planets": ["SUN"]}
    told = definitions(asked("ingresses", ephemeris, **more, **choice))
    names = ("natal_house_system", "polar", "polar_fallback")
    assert [told[name] for name in names] == [applied, choice["polar"], fallback]


def test_the_sun_may_be_looked_from(ephemeris: SwissAlmanac) -> None:
    more = {"center": "HELIOCENTRIC", "planets": ["MERCURY"]}
    rows = asked("ingresses", ephemeris, **more).data["ingresses"]["sign"]
    assert len(rows) > 45
    assert not any(row["is_retrograde"] for row in rows)


def test_too_many_ingresses_are_refused_with_advice(ephemeris: SwissAlmanac) -> None:
    more = {"types": ["SIGN", "HOUSE"], "natal_chart": NEW_YORK, "end_date": "2110-12-31"}
    moons = {"planets": ["MOON"]}
    answer = asked("ingresses", ephemeris, **more, **moons)
    assert (answer.status, answer.error["code"]) == (422, "CALCULATION_ERROR")
    assert "shorter span" in answer.error["message"]


# lunations


def test_the_phases_are_four_or_eight(ephemeris: SwissAlmanac) -> None:
    four = ask("lunations", MONTH, ephemeris)
    eight = ask("lunations", {**MONTH, "phases": "EIGHT"}, ephemeris)
    assert {row["angle"] % 90.0 for row in four.data["phases"]} == {0.0}
    assert len(eight.data["phases"]) in {8, 9}
    assert definitions(eight)["phases"] == "EIGHT"


def test_only_what_is_included_is_told(ephemeris: SwissAlmanac) -> None:
    data = ask("lunations", {**MONTH, "include": ["NODES"]}, ephemeris).data
    assert data["phases"] is data["apsides"] is data["earth_apsides"] is None
    assert {row["node"] for row in data["nodes"]} == {"ASCENDING", "DESCENDING"}


def test_eclipses_are_told_when_they_are_asked_for(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 6: the Sun's of August 12th is total, the Moon's of 28th partial."""
    plain = ask("lunations", MONTH, ephemeris).data["phases"]
    assert {row["eclipse"] for row in plain} == {None}
    rows = ask("lunations", {**MONTH, "include_eclipses": True}, ephemeris).data["phases"]
    kinds = {row["phase"]: row["eclipse"] for row in rows}
    assert kinds["NEW_MOON"] == "TOTAL"
    assert kinds["FULL_MOON"] == "PARTIAL"
    assert kinds["FIRST_QUARTER"] is None


def test_a_phase_has_a_name_by_either_scheme(ephemeris: SwissAlmanac) -> None:
    moment = {"moment": "2000-01-01T18:00:00Z"}
    rudhyar = asked("lunations", ephemeris, **moment)
    centred = asked("lunations", ephemeris, **moment, phase_scheme="CENTRED")
    assert rudhyar.data["state"]["phase"] == "LAST_QUARTER"
    assert centred.data["state"]["phase"] == "WANING_CRESCENT"
    assert definitions(centred)["phase_scheme"] == "CENTRED"
    state = centred.data["state"]
    assert state["previous"]["phase"] == "LAST_QUARTER"
    assert state["next"]["phase"] == "NEW_MOON"
    assert state["previous"]["julian_day"] < state["julian_day"] < state["next"]["julian_day"]


# void-of-course


def test_the_rule_chooses_the_windows(ephemeris: SwissAlmanac) -> None:
    found = {}
    for rule in ("MORRISON", "TRADITIONAL", "LILLY", "HELLENISTIC"):
        answer = ask("void-of-course", {**MONTH, "rule": rule}, ephemeris)
        found[rule] = str(answer.data["windows"])
        assert definitions(answer)["rule"] == rule
    assert len(set(found.values())) == 4


def test_planets_may_be_chosen(ephemeris: SwissAlmanac) -> None:
    seven = {"planets": ["SUN", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN"]}
    chosen = ask("void-of-course", {**MONTH, **seven}, ephemeris)
    traditional = ask("void-of-course", {**MONTH, "rule": "TRADITIONAL"}, ephemeris)
    assert chosen.data == traditional.data
    assert definitions(chosen)["planets"] == seven["planets"]
    moon = ask("void-of-course", {**MONTH, "planets": ["SUN", "MOON"]}, ephemeris)
    assert refused(moon) == "planets.1"


def test_windows_touch_the_span_and_are_told_whole(ephemeris: SwissAlmanac) -> None:
    span = {"start_date": "2026-01-06T14:00:00Z", "end_date": "2026-01-06T15:00:00Z"}
    (window,) = ask("void-of-course", span, ephemeris).data["windows"]
    assert (window["start"], window["end"]) == ("2026-01-06T13:04:40.1Z", "2026-01-06T16:56:45.6Z")
    assert window["sign"] == "LEO"
    assert window["excused"] is False
    earlier = {"start_date": "2026-01-06T10:00:00Z", "end_date": "2026-01-06T13:00:00Z"}
    assert ask("void-of-course", earlier, ephemeris).data["windows"] == []


def test_a_sign_without_aspects_joins_the_window_before_it(ephemeris: SwissAlmanac) -> None:
    more = {"start_date": "2026-01-05", "end_date": "2026-01-05", "rule": "TRADITIONAL"}
    (alone,) = ask("void-of-course", more, ephemeris).data["windows"]
    assert alone["whole_sign"]
    assert alone["signs"] == ["LEO"]
    answer = ask("void-of-course", {**more, "merge_signs": True}, ephemeris)
    (merged,) = answer.data["windows"]
    assert merged["signs"] == ["CANCER", "LEO"]
    assert merged["excused"] is True
    assert merged["end"] == alone["end"]
    assert merged["start"] == alone["last_aspect"]["date"]
    assert definitions(answer)["merge_signs"] is True


def test_the_state_names_the_window_or_the_next(ephemeris: SwissAlmanac) -> None:
    inside = ask("void-of-course", {**MONTH, "moment": "2026-01-06T15:00:00Z"}, ephemeris).data
    assert inside["state"]["is_void"] is True
    assert inside["state"]["window"]["end"] == "2026-01-06T16:56:45.6Z"
    before = ask("void-of-course", {**MONTH, "moment": "2026-01-06T12:00:00Z"}, ephemeris).data
    assert before["state"]["is_void"] is False
    assert before["state"]["window"] is None
    assert before["state"]["next_window"] == inside["state"]["window"]


def test_orbs_are_echoed_where_they_count(ephemeris: SwissAlmanac) -> None:
    more = {"rule": "LILLY", "planets": ["SATURN", "CHIRON"], "must_perfect_in_sign": True}
    echoed = definitions(ask("void-of-course", {**MONTH, **more}, ephemeris))
    assert echoed["moieties"] == {"MOON": 12.0, "SATURN": 9.0, "CHIRON": 5.0}
    assert echoed["must_perfect_in_sign"] is True
    assert definitions(ask("void-of-course", MONTH, ephemeris))["moieties"] is None


# Times that come twice


@pytest.mark.parametrize("field", ["start", "end", "moment"])
def test_a_time_that_comes_twice_needs_a_fold(field: str, ephemeris: SwissAlmanac) -> None:
    name = field if field == "moment" else f"{field}_date"
    span = {"start_date": "2026-10-01", "end_date": "2026-12-31", "planets": ["MERCURY"]}
    twice = {**span, "timezone": "America/New_York", name: "2026-11-01T01:30"}
    answer = asked("stations", ephemeris, **twice)
    assert answer.error["details"]["field"] == f"{field}_fold"
    assert "2026-11-01T05:30:00Z" in answer.error["message"]
    assert "2026-11-01T06:30:00Z" in answer.error["message"]
    for fold, hour in ((0, 5), (1, 6)):
        told = asked("stations", ephemeris, **twice, **{f"{field}_fold": fold}).computed_for
        instant = told if field == "start" else told["others"][name]
        assert instant["utc"] == f"2026-11-01T0{hour}:30:00Z"
        assert instant["fold"] == fold


def test_a_day_whose_midnight_comes_twice_is_whole(ephemeris: SwissAlmanac) -> None:
    """Havana, 2026-11-01: clocks go back from 01:00 to 00:00."""
    span = {"start_date": "2026-11-01", "end_date": "2026-11-30", "timezone": "America/Havana"}
    answer = asked("stations", ephemeris, planets=["MERCURY"], **span)
    assert answer.computed_for["utc"] == "2026-11-01T04:00:00Z"
