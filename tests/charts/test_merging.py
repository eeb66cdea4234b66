"""Requests about stored charts: where the birth goes, who wins, and what the chart prefers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import to_json

from app.calculations.catalogue import catalogue
from app.charts.merging import (
    BIRTH_FIELDS,
    births_of,
    is_of_two,
    legacy_request,
    own_request,
    second_id,
    warnings,
    without_ids,
)
from app.compat.charts import CHART_ADAPTERS
from app.ephemeris.almanac import SwissAlmanac
from app.errors import InvalidInput
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.charts.stored import (
    BIRTH,
    CONFIG,
    LONDON,
    WITHOUT_BIRTH,
    rest_of,
    stored,
    whole_of,
)


def asked(name: str, ephemeris: SwissAlmanac, config: Any = None, **body: Any) -> Asked:
    request = own_request(catalogue()[name], body, stored(config))
    return ask(name, to_json(request), ephemeris)


def definitions(name: str, ephemeris: SwissAlmanac, config: Any = CONFIG, **body: Any) -> Any:
    return asked(name, ephemeris, config, **body).computed_for["definitions"]


def test_what_is_about_no_birth_has_its_clock_and_place() -> None:
    assert {name for name in catalogue() if not births_of(catalogue()[name].request)} == (
        WITHOUT_BIRTH
    )
    lunations, chart = catalogue()["lunations"], stored(CONFIG)
    assert own_request(lunations, {}, chart) == {"timezone": "America/New_York"}
    cast = own_request(lunations, {"include_charts": True, "timezone": "UTC"}, chart)
    assert cast == {
        "include_charts": True,
        "timezone": "UTC",
        "place": {"latitude": 40.7128, "longitude": -74.006, "altitude": 0.0},
        "house_system": "koch",
    }


@pytest.mark.parametrize("name", catalogue())
def test_a_stored_chart_is_answered_as_its_birth_is(name: str, ephemeris: SwissAlmanac) -> None:
    body = rest_of(name)
    if is_of_two(catalogue()[name]):
        body["chart2"] = LONDON
    mine, written_out = asked(name, ephemeris, **body), ask(name, whole_of(name), ephemeris)
    assert mine.data == written_out.data
    assert mine.meta == written_out.meta


@pytest.mark.parametrize("name", ["synastry", "composite", "davison"])
def test_the_second_of_a_pair_may_be_stored_too(name: str, ephemeris: SwissAlmanac) -> None:
    second = stored({"house_system": "KOCH"}, **LONDON)
    request = own_request(catalogue()[name], {}, stored(), second)
    assert request["chart2"]["house_system"] == "KOCH"
    london = {**NEW_YORK, **LONDON, "house_system": "KOCH"}
    written_out = ask(name, {"chart1": NEW_YORK, "chart2": london}, ephemeris)
    assert ask(name, to_json(request), ephemeris).data == written_out.data


@pytest.mark.parametrize("field", BIRTH_FIELDS)
def test_the_stored_birth_stands_whatever_the_body_says(field: str) -> None:
    flat, nested = catalogue()["natal-chart"], catalogue()["transits"]
    chart = stored(fold=1)
    assert own_request(flat, {field: "else"}, chart)[field] == chart.birth[field]
    inside = own_request(nested, {"natal_chart": {field: "else"}}, chart)["natal_chart"]
    assert inside[field] == chart.birth[field]
    ignored = f"field '{field}' was ignored: the stored chart tells it"
    assert warnings(flat, {field: "else"}, chart) == [ignored]
    assert warnings(nested, {"natal_chart": {field: 1}, field: 1}, chart) == [
        ignored.replace("'", "'natal_chart.", 1)
    ]


def test_what_a_birth_does_not_know_is_left_out() -> None:
    request = own_request(catalogue()["natal-chart"], {}, stored(time=None))
    assert "time" not in request
    assert "fold" not in request


@pytest.mark.parametrize("field", ["natal_chart", "chart1"])
def test_a_chart_in_the_body_must_be_an_object(field: str) -> None:
    name = "transits" if field == "natal_chart" else "synastry"
    with pytest.raises(InvalidInput) as caught:
        own_request(catalogue()[name], {field: [1]}, stored())
    assert caught.value.problems[0].field == field


# what the chart prefers


@pytest.mark.parametrize("name", ["natal-chart", "houses", "planetary-positions"])
def test_the_houses_are_those_of_the_chart_unless_the_body_names_others(
    name: str, ephemeris: SwissAlmanac
) -> None:
    assert definitions(name, ephemeris)["house_system"] == "KOCH"
    assert definitions(name, ephemeris, house_system="equal")["house_system"] == "EQUAL"


def test_houses_go_where_the_birth_goes(ephemeris: SwissAlmanac) -> None:
    moment = {"transit_date": "2026-01-01", "transit_time": "12:00"}
    assert definitions("transits", ephemeris, **moment)["house_system"] == "KOCH"
    own = {"natal_chart": {"house_system": "EQUAL"}}
    assert definitions("transits", ephemeris, **moment, **own)["house_system"] == "EQUAL"
    request = own_request(catalogue()["ingresses"], {}, stored(CONFIG))
    assert request["natal_chart"]["house_system"] == "koch"
    assert "house_system" not in request


def test_aspects_and_orbs_are_those_of_the_chart_unless_the_body_names_others(
    ephemeris: SwissAlmanac,
) -> None:
    def orbs(**body: Any) -> Any:
        return definitions("aspects", ephemeris, **body)["orbs"]

    assert orbs() == {"TRINE": 3.0, "SQUARE": 9.0}
    assert orbs(aspects=["SEXTILE"]) == {"SEXTILE": 1.0}
    assert orbs(orbs={"TRINE": 5}) == {"TRINE": 5.0, "SQUARE": 9.0}
    assert orbs(aspects=[], orbs={"Square": 2}) == {"TRINE": 3.0, "SQUARE": 2.0}


def test_what_the_chart_prefers_makes_no_warning(ephemeris: SwissAlmanac) -> None:
    for body in ({}, {"aspects": ["SEXTILE"]}, {"orbs": {"TRINE": 5}}):
        assert asked("aspects", ephemeris, CONFIG, **body).meta["warnings"] == []
    only_orbs = {"orbs": {"quincunx": 1.0, "trine": 3.0}}
    answer = asked("aspects", ephemeris, only_orbs)
    assert answer.meta["warnings"] == []
    assert answer.computed_for["definitions"]["orbs"]["TRINE"] == 3.0


@pytest.mark.parametrize("name", ["transits", "progressions", "solar-arc"])
def test_passing_points_keep_their_one_orb(name: str) -> None:
    request = own_request(catalogue()[name], {}, stored(CONFIG))
    assert request["aspects"] == ["trine", "Square"]
    assert "orbs" not in request


@pytest.mark.parametrize("name", ["returns", "diurnal"])
def test_a_chart_that_is_cast_has_the_orbs_of_the_birth_and_its_aspects_to_that_the_one(
    name: str, ephemeris: SwissAlmanac
) -> None:
    def orbs(**body: Any) -> Any:
        told = definitions(name, ephemeris, **rest_of(name), **body)
        return told["orbs"], told["orbs_to_natal"]

    assert orbs() == ({"TRINE": 3.0, "SQUARE": 9.0}, {"TRINE": 3.0, "SQUARE": 3.0})
    both = {"TRINE": 5.0, "SQUARE": 9.0}
    assert orbs(orbs={"TRINE": 5}) == (both, {"TRINE": 5.0, "SQUARE": 3.0})
    apart = orbs(orbs={"TRINE": 5}, orbs_to_natal={"SQUARE": 1})
    assert apart == (both, {"TRINE": 3.0, "SQUARE": 1.0})
    assert asked(name, ephemeris, CONFIG, **rest_of(name)).meta["warnings"] == []


@pytest.mark.parametrize("name", ["eclipses", "ingresses", "transit-search"])
def test_days_of_a_search_are_those_of_the_birthplace(name: str) -> None:
    request = own_request(catalogue()[name], {}, stored())
    assert request["timezone"] == "America/New_York"
    assert own_request(catalogue()[name], {"timezone": "UTC"}, stored())["timezone"] == "UTC"


@pytest.mark.parametrize("preferred", ["PLACIDUS", "placidus", "KOCH"])
def test_what_has_houses_of_its_own_takes_others_than_the_customary_ones_alone(
    preferred: str, ephemeris: SwissAlmanac
) -> None:
    config = {"house_system": preferred}
    chosen = preferred == "KOCH"
    horary = definitions("horary", ephemeris, config, **rest_of("horary"))
    assert horary["house_system"] == ("KOCH" if chosen else "REGIOMONTANUS")
    placed = definitions("planetary-positions", ephemeris, config)["house_system"]
    assert placed == ("KOCH" if chosen else None)
    assert definitions("houses", ephemeris, config)["house_system"] == preferred.upper()


@pytest.mark.parametrize("name", ["antiscia", "directions", "rectification", "patterns"])
def test_what_means_something_else_by_these_names_keeps_its_own(name: str) -> None:
    request = own_request(catalogue()[name], {}, stored(CONFIG))
    assert not {"aspects", "orbs"} & set(request)


@pytest.mark.parametrize("orbs", [[1], "wide", {"TRIGON": 1}, {"TRINE": None}])
def test_wrong_orbs_are_refused_as_without_a_chart(orbs: Any, ephemeris: SwissAlmanac) -> None:
    answer = asked("aspects", ephemeris, CONFIG, orbs=orbs)
    assert answer.error == ask("aspects", {**NEW_YORK, "orbs": orbs}, ephemeris).error


@pytest.mark.parametrize("aspects", ["TRINE", [1], ["TRIGON"], {"TRINE": 1}])
def test_wrong_aspects_are_refused_as_without_a_chart(
    aspects: Any, ephemeris: SwissAlmanac
) -> None:
    answer = asked("aspects", ephemeris, CONFIG, aspects=aspects)
    assert answer.error == ask("aspects", {**NEW_YORK, "aspects": aspects}, ephemeris).error


# the public API


@pytest.mark.parametrize("adapter", CHART_ADAPTERS, ids=lambda adapter: adapter.name)
def test_operations_of_the_public_api_take_what_is_stored(
    adapter: Any, ephemeris: SwissAlmanac
) -> None:
    births = {"chart", "target_chart"}
    body = {name: value for name, value in adapter.example.items() if name not in births}
    second = stored(**LONDON) if "target_chart" in adapter.example else None
    mine = ask(adapter.name, to_json(legacy_request(body, stored(CONFIG), second)), ephemeris)
    chart = {**NEW_YORK, "config": CONFIG}
    other = {} if second is None else {"target_chart": {**NEW_YORK, **LONDON}}
    assert mine.data == ask(adapter.name, {**body, "chart": chart, **other}, ephemeris).data


def test_what_our_own_api_stored_beside_counts_there_too(ephemeris: SwissAlmanac) -> None:
    request = to_json(legacy_request({}, stored(ephemeris="MOSHIER")))
    answer = ask("charts/positions", request, ephemeris)
    assert answer.computed_for["ephemeris"]["theory"] == "MOSHIER"


def test_a_chart_in_a_body_of_the_public_api_is_never_taken() -> None:
    request = legacy_request({"chart": 1, "target_chart": 2}, stored())
    assert request["chart"]["date"] == BIRTH["date"]
    second = legacy_request({"target_chart": 2}, stored(), stored(**LONDON))
    assert second["target_chart"]["date"] == LONDON["date"]


def test_another_chart_has_three_names() -> None:
    for name in ("target_chart_id", "second_chart_id", "chart2_id"):
        assert second_id({"orb": 1, name: "x"}) == (name, "x")
        assert without_ids({"orb": 1, name: "x"}) == {"orb": 1}
    assert second_id({"target_chart_id": None, "orb": 1}) is None
