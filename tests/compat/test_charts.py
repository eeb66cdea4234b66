"""Operations of stored charts: what the chart itself gives, and what only charts can be asked."""

from __future__ import annotations

from typing import Any

import pytest

from app.calculations.catalogue import Cost, catalogue
from app.compat.charts import CHART_ADAPTERS
from app.compat.operations import cost_of, operations
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, RUNS, Asked, ask
from tests.compat.adapters import adapters
from tests.compat.documented import LONDON, YEAR

CONFIG = {
    "house_system": "koch",
    "aspects": ["trine", "Square"],
    "orbs": {"trine": 3.0, "square": 9},
}
"""As a client stores it: names in any case."""


def asked(operation: str, ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    chart = {**NEW_YORK, "config": CONFIG}
    return ask(f"charts/{operation}", {"chart": chart, **changes}, ephemeris)


def test_workers_know_the_operations_of_charts_and_routes_do_not() -> None:
    names = {adapter.name for adapter in CHART_ADAPTERS}
    assert len(names) == len(CHART_ADAPTERS) == 17
    assert names <= set(operations())
    assert not names & set(adapters())
    for adapter in CHART_ADAPTERS:
        assert cost_of(adapter.name) == catalogue()[adapter.calculation].cost


@pytest.mark.parametrize(
    "operation",
    [one.name for one in CHART_ADAPTERS if catalogue()[one.calculation].cost is Cost.LONG],
)
def test_long_work_on_a_chart_may_be_cut(operation: str) -> None:
    assert {f"{operation}#{step}" for step in ("cut", "part", "merge")} <= set(RUNS)


def test_positions_stand_in_the_houses_of_the_chart(ephemeris: SwissAlmanac) -> None:
    own = {**NEW_YORK, "house_system": "KOCH"}
    places = ask("planetary-positions", own, ephemeris).data["positions"]
    assert asked("positions", ephemeris).data["positions"] == places
    assert {row["house"] for row in places} <= set(range(1, 13))


def test_houses_are_those_of_the_chart_unless_others_are_named(ephemeris: SwissAlmanac) -> None:
    stored = asked("houses", ephemeris).computed_for["definitions"]["house_system"]
    named = asked("houses", ephemeris, house_system="E").computed_for["definitions"]
    assert (stored, named["house_system"]) == ("KOCH", "EQUAL")


def test_aspects_and_orbs_are_those_of_the_chart_unless_others_are_named(
    ephemeris: SwissAlmanac,
) -> None:
    def orbs(**changes: Any) -> Any:
        return asked("aspects", ephemeris, **changes).computed_for["definitions"]["orbs"]

    assert orbs() == {"TRINE": 3.0, "SQUARE": 9.0}
    assert orbs(orb_multiplier=0.5) == {"TRINE": 1.5, "SQUARE": 4.5}
    assert orbs(aspects=["TRINE", "SEXTILE"])["TRINE"] == 3.0
    assert orbs(orbs={"TRINE": 5})["TRINE"] == 5.0


def test_a_chart_without_a_config_has_the_usual_one(ephemeris: SwissAlmanac) -> None:
    for config in (None, {}, {"house_system": "", "aspects": None, "orbs": None}):
        chart = {**NEW_YORK, "config": config}
        answer = ask("charts/houses", {"chart": chart}, ephemeris)
        assert answer.computed_for["definitions"]["house_system"] == "PLACIDUS"


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"house_system": "gauquelin"}, ["house_system"]),
        ({"aspects": ["TRIGON"]}, ["aspects", 0]),
        ({"orbs": {"TRINE": 99}}, ["orbs", "TRINE"]),
    ],
)
def test_a_wrong_config_is_refused_where_it_stands(
    config: Any, path: list[Any], ephemeris: SwissAlmanac
) -> None:
    answer = ask("charts/positions", {"chart": {**NEW_YORK, "config": config}}, ephemeris)
    assert answer.body["detail"][0]["loc"] == ["body", "chart", "config", *path]


def test_a_chart_must_be_given(ephemeris: SwissAlmanac) -> None:
    for adapter in CHART_ADAPTERS:
        request = {name: value for name, value in adapter.example.items() if name != "chart"}
        answer = ask(adapter.name, request, ephemeris)
        assert answer.body["detail"][0]["loc"] == ["body", "chart"]


def test_a_time_that_came_twice_is_told_with_a_warning(ephemeris: SwissAlmanac) -> None:
    twice = {**NEW_YORK, "date": "2005-10-30", "time": "01:30:00"}
    for fold, count in ((None, 1), (0, 0), (1, 0)):
        request = {"chart": {**twice, "fold": fold}, "target_chart": {**twice, "fold": fold}}
        assert len(ask("charts/positions", request, ephemeris).meta["warnings"]) == count
        assert len(ask("charts/synastry", request, ephemeris).meta["warnings"]) == 2 * count
        eclipses = ask("charts/eclipses", {**request, **YEAR}, ephemeris)
        assert len(eclipses.meta["warnings"]) == count


# synastry


def test_a_synastry_is_that_of_two_births(ephemeris: SwissAlmanac) -> None:
    answer = asked("synastry", ephemeris, target_chart=LONDON)
    both = {"chart1": {**NEW_YORK, "house_system": "KOCH"}, "chart2": LONDON}
    plain = ask("stateless/synastry", both, ephemeris).data
    assert {name: answer.data[name] for name in plain} == plain
    assert (answer.data["composite"], answer.data["davison"]) == (None, None)


def test_the_composite_and_the_davison_chart_are_those_of_the_catalogue(
    ephemeris: SwissAlmanac,
) -> None:
    both = {"include_composite": True, "include_davison": True}
    found = asked("synastry", ephemeris, target_chart=LONDON, **both).data
    pair = {"chart1": NEW_YORK, "chart2": LONDON}
    composite = ask("composite", pair, ephemeris).data["positions"]
    davison = ask("davison", pair, ephemeris).data["chart"]["positions"]
    for name, rows in (("composite", composite), ("davison", davison)):
        places = {row["planet"]: row["longitude"] for row in rows}
        assert found[name]["chart_id"] is None
        assert len(found[name]["positions"]) >= 12
        for point, place in found[name]["positions"].items():
            assert place["longitude"] == places[point]


# transits


def test_transits_are_those_of_the_stored_birth(ephemeris: SwissAlmanac) -> None:
    moment = {"transit_date": "2026-01-11", "transit_time": "12:00"}
    plain = {"natal_chart": {**NEW_YORK, "house_system": "KOCH"}, **moment}
    assert (
        asked("transits", ephemeris, **moment).data
        == ask("stateless/transits", plain, ephemeris).data
    )


# returns of Sun and Moon


def dates(rows: list[dict[str, Any]]) -> list[str]:
    return [row["date"] for row in rows]


def test_returns_are_all_of_the_span_in_lists_by_kind(ephemeris: SwissAlmanac) -> None:
    found = asked("returns", ephemeris, **YEAR).data["returns"]
    assert dates(found["solar"]) == ["2026-01-15T13:16:30.3Z"]
    assert len(found["lunar"]) in {13, 14}
    assert dates(found["lunar"]) == sorted(dates(found["lunar"]))
    only = asked("returns", ephemeris, **YEAR, types=["lunar"]).data["returns"]
    assert only == {"solar": [], "lunar": found["lunar"]}


def test_returns_of_a_year_may_be_asked_by_its_number(ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 1.6, column W."""
    by_year = asked("returns", ephemeris, year="2026", return_type="solar").data
    assert by_year == asked("returns", ephemeris, **YEAR, types=["SOLAR"]).data


def test_a_span_without_a_date_is_refused(ephemeris: SwissAlmanac) -> None:
    for operation in ("returns", "eclipses", "ingresses"):
        answer = asked(operation, ephemeris, start_date="2026-01-01")
        assert answer.body["detail"][0]["loc"] == ["body", "end_date"]


def test_a_span_that_is_too_long_is_refused_by_its_end(ephemeris: SwissAlmanac) -> None:
    for operation, end in (("returns", "2036-01-01"), ("eclipses", "2200-01-01")):
        answer = asked(operation, ephemeris, start_date="2026-01-01", end_date=end)
        assert answer.body["detail"][0]["loc"] == ["body", "end_date"]


# eclipses


def test_eclipses_of_2026_are_those_of_the_canon(ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md 5.5, oracle values."""
    found = asked("eclipses", ephemeris, **YEAR).data["eclipses"]
    assert [(row["date"][:16], row["type"]) for row in found["solar"]] == [
        ("2026-02-17T12:11", "ANNULAR"),
        ("2026-08-12T17:45", "TOTAL"),
    ]
    assert [(row["date"][:16], row["type"]) for row in found["lunar"]] == [
        ("2026-03-03T11:33", "TOTAL"),
        ("2026-08-28T04:12", "PARTIAL"),
    ]
    assert all(1 <= row["house"] <= 12 for row in (*found["solar"], *found["lunar"]))


# ingresses


def test_ingresses_are_into_signs_and_houses_of_the_chart(ephemeris: SwissAlmanac) -> None:
    span = {"start_date": "2025-01-01", "end_date": "2025-12-31", "planet": "mercury"}
    found = asked("ingresses", ephemeris, **span).data["ingresses"]
    assert {row["planet"] for row in (*found["sign"], *found["house"])} == {"MERCURY"}
    assert any(row["is_retrograde"] for row in found["sign"])
    forward = asked("ingresses", ephemeris, **span, include_retrograde=False).data["ingresses"]
    assert not any(row["is_retrograde"] for row in forward["sign"])
    assert dates(found["sign"]) == sorted(dates(found["sign"]))
