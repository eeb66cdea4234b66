"""Births of unknown time: what every calculation tells of one, and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.astrology.bodies import Body
from app.calculations.catalogue import catalogue
from app.compat.legacy import Adapter
from app.compat.operations import EVERY
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, Asked, ask, birth
from tests.calculations.two_births import LONDON, PAIR, definitions, longitudes, refused
from tests.calculations.untimed_births import ANSWERING, UNKNOWN, first_birth, untimed

README = Path(__file__).parents[2] / "README.md"
SUN_TO_PLUTO = [
    *("SUN", "MOON", "MERCURY", "VENUS", "MARS"),
    *("JUPITER", "SATURN", "URANUS", "NEPTUNE", "PLUTO"),
]
BODIES = {"planets": SUN_TO_PLUTO}
UNTIMED, AT_NOON = birth(**UNKNOWN), birth(time="12:00")
ONE_OF_TWO = {**PAIR, "chart1": UNTIMED}
BOTH = {"chart1": UNTIMED, "chart2": {**LONDON, **UNKNOWN}}
TRANSIT = {"natal_chart": UNTIMED, "transit_date": "2026-01-11T12:00:00Z"}
YEAR = {"natal_chart": UNTIMED, "start_date": "2026-01-01", "end_date": "2026-12-31"}
WHOLE_DAY = {"rise-set", "planetary-hours"}
"""Calculations about a whole day, which need no noon."""


def told(name: str, request: dict[str, Any], ephemeris: SwissAlmanac) -> Asked:
    answer = ask(name, request, ephemeris)
    assert answer.status == 200, answer.error
    return answer


def sides(aspects: list[dict[str, Any]]) -> set[str]:
    return {row[side] for row in aspects for side in ("planet1", "planet2")}


# What it is


@pytest.mark.parametrize("name", ANSWERING)
def test_an_answer_warns_that_no_time_is_known(name: str, ephemeris: SwissAlmanac) -> None:
    answer = told(name, untimed(name), ephemeris)
    (warning,) = answer.meta["warnings"]
    field = first_birth(catalogue()[name])
    assert warning.startswith(f"{field}.time is unknown: " if field else "time is unknown: ")
    if name not in WHOLE_DAY:
        assert "utc in computed_for is the noon of that day" in warning
        assert definitions(answer)["time_known"] is False
    text = ask(f"text:{name}", untimed(name), ephemeris).outcome.fragment.decode()
    assert f"\n- Warning: {warning}\n" in text


@pytest.mark.parametrize("name", ANSWERING)
def test_a_known_time_is_not_warned_of(name: str, ephemeris: SwissAlmanac) -> None:
    answer = told(name, dict(catalogue()[name].example), ephemeris)
    assert answer.meta["warnings"] == []
    assert definitions(answer).get("time_known") is not False


def test_a_birth_that_an_answer_had_no_need_of_is_not_warned_of(ephemeris: SwissAlmanac) -> None:
    request = {"natal_chart": UNTIMED, "start_date": "2026-01-01", "end_date": "2026-02-01"}
    assert told("ingresses", {**request, "types": ["SIGN"]}, ephemeris).meta["warnings"] == []


@pytest.mark.parametrize("name", sorted({*ANSWERING} - WHOLE_DAY))
def test_the_noon_of_the_day_stands_for_it(name: str, ephemeris: SwissAlmanac) -> None:
    computed_for = told(name, untimed(name), ephemeris).computed_for
    instants = [computed_for, *computed_for.get("others", {}).values()]
    assert "1990-01-15T17:00:00Z" in {instant["utc"] for instant in instants}


def test_the_readme_names_what_answers_one() -> None:
    written = README.read_text().partition('`"time": "unknown"`')[2].partition(" and all others")[0]
    assert {name for name in catalogue() if f"`{name}`" in written} == {*ANSWERING}


@pytest.mark.parametrize(
    ("request_", "first", "second"),
    [
        (ONE_OF_TWO, False, True),
        ({**PAIR, "chart2": {**LONDON, **UNKNOWN}}, True, False),
        (BOTH, False, None),
        (PAIR, None, None),
    ],
    ids=["first", "second", "both", "neither"],
)
@pytest.mark.parametrize("name", ["synastry", "composite"])
def test_of_two_births_each_tells_whether_its_time_is_known(
    name: str,
    request_: dict[str, Any],
    first: bool | None,  # noqa: FBT001 - what is echoed
    second: bool | None,  # noqa: FBT001 - what is echoed
    ephemeris: SwissAlmanac,
) -> None:
    answer = told(name, request_, ephemeris)
    echoed = definitions(answer)
    assert echoed.get("time_known") is first
    assert echoed.get("chart2", {}).get("time_known") is second
    unknown = [chart for chart in ("chart1", "chart2") if request_[chart]["time"] == "unknown"]
    assert [one.partition(".")[0] for one in answer.meta["warnings"]] == unknown


# Where the bodies are


@pytest.mark.parametrize(
    ("name", "request_", "where", "member"),
    [
        ("planetary-positions", UNTIMED, ("positions",), "longitude"),
        ("declinations", UNTIMED, ("declinations",), "longitude"),
        ("antiscia", UNTIMED, ("antiscia",), "original_longitude"),
        ("harmonics", UNTIMED, ("harmonics", 0, "positions"), "radix_longitude"),
        ("synastry", ONE_OF_TWO, ("chart1", "positions"), "longitude"),
        ("synastry", {**PAIR, "chart2": UNTIMED}, ("chart2", "positions"), "longitude"),
        ("composite", {**PAIR, "chart2": UNTIMED}, ("positions",), "longitude2"),
        (
            "transits",
            {**TRANSIT, "natal_planets": SUN_TO_PLUTO},
            ("natal", "positions"),
            "longitude",
        ),
    ],
    ids=str,
)
def test_they_stand_where_the_natal_chart_has_them(
    name: str,
    request_: dict[str, Any],
    where: tuple[str | int, ...],
    member: str,
    ephemeris: SwissAlmanac,
) -> None:
    natal = told("natal-chart", {**UNTIMED, **BODIES}, ephemeris).data["positions"]
    rows = told(name, {**request_, **BODIES}, ephemeris).data
    for step in where:
        rows = rows[step]
    assert {row["planet"]: row[member] for row in rows} == longitudes(natal)


def test_hits_of_a_search_are_upon_the_places_of_the_natal_chart(ephemeris: SwissAlmanac) -> None:
    natal = longitudes(told("natal-chart", UNTIMED, ephemeris).data["positions"])
    hits = told("transit-search", {**YEAR, "aspects": ["CONJUNCTION"]}, ephemeris).data["hits"]
    assert {hit["natal_planet"] for hit in hits} == natal.keys() - {"MOON"}
    assert all(hit["longitude"] == pytest.approx(natal[hit["natal_planet"]]) for hit in hits)


def test_positions_have_the_ranges_of_the_natal_chart(ephemeris: SwissAlmanac) -> None:
    request = {**UNTIMED, **BODIES}
    found = told("planetary-positions", request, ephemeris).data["ranges"]
    assert found == told("natal-chart", request, ephemeris).data["ranges"]
    assert told("planetary-positions", NEW_YORK, ephemeris).data["ranges"] is None


def test_a_range_lasts_from_midnight_to_midnight(ephemeris: SwissAlmanac) -> None:
    request = {**UNTIMED, "planets": ["MOON"]}
    (row,) = told("planetary-positions", request, ephemeris).data["ranges"]
    for end, midnight in (("start", "1990-01-15"), ("end", "1990-01-16")):
        moment = birth(date=midnight, time="00:00", planets=["MOON"])
        (moon,) = told("planetary-positions", moment, ephemeris).data["positions"]
        assert row[end] == pytest.approx(moon["longitude"], abs=1e-9)


# The Moon


@pytest.mark.parametrize("name", ["natal-chart", "aspects", "harmonics"])
def test_it_has_no_aspects(name: str, ephemeris: SwissAlmanac) -> None:
    def found(request: dict[str, Any]) -> list[dict[str, Any]]:
        data = told(name, {**request, **BODIES, "orb_multiplier": 2.0}, ephemeris).data
        charts = data.get("harmonics", [data])
        return [row for chart in charts for row in chart["aspects"]]

    of_others = [row for row in found(AT_NOON) if "MOON" not in sides([row])]
    assert found(UNTIMED) == of_others
    assert "MOON" in sides(found(AT_NOON))


@pytest.mark.parametrize("request_", [ONE_OF_TWO, BOTH], ids=["first", "both"])
def test_it_has_none_in_a_composite(request_: dict[str, Any], ephemeris: SwissAlmanac) -> None:
    found = told("composite", {**request_, **BODIES}, ephemeris).data
    assert "MOON" in longitudes(found["positions"])
    assert found["aspects"]
    assert "MOON" not in sides(found["aspects"])


def test_only_that_of_the_untimed_birth_is_left_out(ephemeris: SwissAlmanac) -> None:
    found = told("synastry", {**ONE_OF_TWO, "orb_multiplier": 3.0}, ephemeris).data["aspects"]
    assert "MOON" not in {row["planet1"] for row in found}
    assert "MOON" in {row["planet2"] for row in found}
    found = told("transits", {**TRANSIT, "orb": 20.0}, ephemeris).data["aspects"]
    assert "MOON" not in {row["natal_planet"] for row in found}
    assert "MOON" in {row["transit_planet"] for row in found}


def test_it_has_no_parallels(ephemeris: SwissAlmanac) -> None:
    wide = {"parallel_orb": 5.0}
    for request, has_some in ((AT_NOON, True), (UNTIMED, False)):
        rows = told("declinations", {**request, **wide}, ephemeris).data["declinations"]
        parallels = {row["planet"]: {one["planet"] for one in row["parallels"]} for row in rows}
        assert bool(parallels["MOON"]) is has_some
        assert any("MOON" in others for others in parallels.values()) is has_some
        asked = {**request, **wide, "include_parallels": True}
        found = told("aspects", asked, ephemeris).data["parallels"]
        assert ("MOON" in sides(found)) is has_some


def test_it_meets_no_antiscion(ephemeris: SwissAlmanac) -> None:
    wide = {"aspects": ["TRINE", "SQUARE", "SEXTILE", "CONJUNCTION"], "orb": 5.0}
    for request, meets in ((AT_NOON, True), (UNTIMED, False)):
        data = told("antiscia", {**request, **wide}, ephemeris).data
        rows = [*data["antiscia"], *data["contra_antiscia"]]
        met = {row["planet"]: {one["planet"] for one in row["aspects"]} for row in rows}
        assert bool(met["MOON"]) is meets
        assert any("MOON" in others for others in met.values()) is meets


@pytest.mark.parametrize("name", ["patterns", "midpoints", "chart-shape"])
def test_it_has_no_part_in_a_figure(name: str, ephemeris: SwissAlmanac) -> None:
    in_capricorn = {"date": "1990-01-25"}
    assert "MOON" in json.dumps(told(name, {**AT_NOON, **in_capricorn}, ephemeris).data)
    found = json.dumps(told(name, {**UNTIMED, **in_capricorn}, ephemeris).data)
    assert "MOON" not in found
    assert "URANUS" in found


def test_a_point_counts_in_a_balance_if_it_stood_in_one_sign_all_day(
    ephemeris: SwissAlmanac,
) -> None:
    for date in ("1990-01-15", "1990-01-20", "1990-01-26"):
        day = birth(date=date, **UNKNOWN)
        rows = told("natal-chart", {**day, **BODIES}, ephemeris).data["ranges"]
        certain = {row["planet"] for row in rows if row["sign_certain"]}
        found = told("balance", day, ephemeris).data
        assert {point for sign in found["signs"] for point in sign["points"]} == certain
        assert (found["total_weight"], found["hemispheres"]) == (len(certain), None)
        assert found["quadrants"] is None


@pytest.mark.parametrize(
    ("date", "hours"), [("2026-11-01", 25), ("2026-03-08", 23), ("2026-06-21", 24)]
)
def test_ranges_reach_from_one_local_midnight_to_the_next(
    date: str, hours: int, ephemeris: SwissAlmanac
) -> None:
    """The Moon left Cancer in the first hour of 2026-11-01, of which New York had 25."""
    place = {"latitude": 40.7128, "longitude": -74.006, "timezone": "America/New_York"}
    (row,) = told(
        "natal-chart", {"date": date, **place, **UNKNOWN, "planets": ["MOON"]}, ephemeris
    ).data["ranges"]
    midnight = f"{date}T00:00"
    first = told("planetary-positions", {"date": midnight, **place, "planets": ["MOON"]}, ephemeris)
    start = first.computed_for["julian_day"]
    ends = ephemeris.positions((start, start + hours / 24.0), (Body.MOON,))[:, 0, 0]
    assert (row["start"], row["end"]) == pytest.approx(tuple(ends), abs=1e-6)
    assert row["sign_certain"] is (int(ends[0] // 30.0) == int(ends[1] // 30.0))
    assert row["sign_certain"] is (date == "2026-03-08")


def test_the_sun_that_changes_sign_counts_in_none(ephemeris: SwissAlmanac) -> None:
    day = birth(date="1990-01-20", planets=["SUN"], **UNKNOWN)
    assert told("balance", day, ephemeris).data["total_weight"] == 0


# Angles, lots and houses


@pytest.mark.parametrize("point", ["ASC", "VERTEX", "FORTUNE"])
@pytest.mark.parametrize(
    ("name", "request_", "field"),
    [
        ("natal-chart", UNTIMED, "planets"),
        ("planetary-positions", UNTIMED, "planets"),
        ("aspects", UNTIMED, "planets"),
        ("fixed-stars", UNTIMED, "planets"),
        ("patterns", UNTIMED, "planets"),
        ("midpoints", UNTIMED, "planets"),
        ("declinations", UNTIMED, "planets"),
        ("antiscia", UNTIMED, "planets"),
        ("harmonics", UNTIMED, "planets"),
        ("balance", UNTIMED, "planets"),
        ("chart-shape", UNTIMED, "planets"),
        ("synastry", ONE_OF_TWO, "planets"),
        ("synastry", {**PAIR, "chart2": UNTIMED}, "planets2"),
        ("composite", ONE_OF_TWO, "planets"),
        ("transits", TRANSIT, "natal_planets"),
        ("transit-search", YEAR, "natal_points"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_point_that_needs_the_time_is_refused_by_name(
    name: str, request_: dict[str, Any], field: str, point: str, ephemeris: SwissAlmanac
) -> None:
    answer = ask(name, {**request_, field: ["SUN", "MARS", point]}, ephemeris)
    assert refused(answer) == f"{field}.2"
    assert "a point that needs no time of day" in answer.error["message"]
    assert point in answer.error["message"]


def test_transiting_angles_are_those_of_a_known_moment(ephemeris: SwissAlmanac) -> None:
    found = told("transits", {**TRANSIT, "planets": ["ASC", "SUN"]}, ephemeris).data
    assert longitudes(found["transit_positions"])["ASC"] == found["transit_angles"]["ASC"]
    assert {row["house"] for row in found["transit_positions"]} == {None}


def test_usual_points_that_need_the_time_are_left_out(ephemeris: SwissAlmanac) -> None:
    usual = {*longitudes(told("natal-chart", UNTIMED, ephemeris).data["positions"])}
    for request in (ONE_OF_TWO, BOTH):
        found = told("synastry", request, ephemeris).data
        assert {*longitudes(found["chart1"]["positions"])} == usual
    assert {*longitudes(told("synastry", ONE_OF_TWO, ephemeris).data["chart2"]["positions"])} == {
        *usual,
        "ASC",
        "MC",
    }
    assert {*longitudes(told("composite", ONE_OF_TWO, ephemeris).data["positions"])} == usual
    natal = told("transits", TRANSIT, ephemeris).data["natal"]
    assert {*longitudes(natal["positions"])} == usual


def test_a_birth_among_others_has_no_houses(ephemeris: SwissAlmanac) -> None:
    request = {**ONE_OF_TWO, "include_composite": True}
    synastry = told("synastry", request, ephemeris)
    natal = told("transits", TRANSIT, ephemeris).data["natal"]
    for wheel in (synastry.data["chart1"], synastry.data["composite"], natal):
        assert (wheel["houses"], wheel["house_system"], wheel["angles"]) == ([], None, None)
        assert (wheel["more_angles"], wheel["armc"]) == ({}, None)
        assert {row["house"] for row in wheel["positions"]} == {None}
    assert synastry.data["chart2"]["house_system"] == "PLACIDUS"
    told_systems = definitions(synastry)["house_system"]
    assert told_systems == {"chart1": None, "chart2": "PLACIDUS"}


@pytest.mark.parametrize("house_by", ["LONGITUDE", "POSITION"])
def test_only_the_timed_birth_is_host_and_never_of_the_other_moon(
    house_by: str, ephemeris: SwissAlmanac
) -> None:
    request = {**ONE_OF_TWO, "house_by": house_by}
    overlays = told("synastry", request, ephemeris).data["overlays"]
    assert {row["house"] for row in overlays["chart2_in_chart1"]} == {None}
    guests = {row["planet"]: row["house"] for row in overlays["chart1_in_chart2"]}
    assert [planet for planet, house in guests.items() if house is None] == ["MOON"]
    at_noon = told("synastry", {**request, "chart1": AT_NOON}, ephemeris).data["overlays"]
    known = {row["planet"]: row["house"] for row in at_noon["chart1_in_chart2"]}
    assert guests == {planet: known[planet] for planet in guests} | {"MOON": None}


def test_the_score_weighs_what_is_left(ephemeris: SwissAlmanac) -> None:
    answer = told("synastry", ONE_OF_TWO, ephemeris)
    score, aspects = answer.data["score"], answer.data["aspects"]
    harmony = sum(row["contribution"] for row in aspects if row["contribution"] > 0)
    assert score["harmony"] == pytest.approx(harmony)
    assert answer.meta["warnings"][0].endswith("are left out, of the score too")


def test_houses_of_one_chart_are_left_out(ephemeris: SwissAlmanac) -> None:
    houses = {"house_system": "KOCH"}
    answer = told("planetary-positions", {**UNTIMED, **houses}, ephemeris)
    assert {row["house"] for row in answer.data["positions"]} == {None}
    assert definitions(answer)["house_system"] is None
    answer = told("antiscia", {**UNTIMED, **houses}, ephemeris)
    assert {row["house"] for row in answer.data["antiscia"]} == {None}
    assert (answer.data["house_system"], definitions(answer)["house_system"]) == (None, None)
    for division in ("NONE", "EQUAL", "MULTIPLIED"):
        data = told("harmonics", {**UNTIMED, "houses": division}, ephemeris).data
        assert (data["houses"], data["armc"]) == ("NONE", None)
        chart = data["harmonics"][0]
        assert (chart["angles"], chart["houses"]) == (None, [])


@pytest.mark.parametrize("houses", ["MIDPOINT_ASC_MC", "DERIVED"])
def test_a_composite_has_no_houses(houses: str, ephemeris: SwissAlmanac) -> None:
    answer = told("composite", {**ONE_OF_TWO, "houses": houses}, ephemeris)
    data, echoed = answer.data, definitions(answer)
    assert (data["houses"], data["house_system"], data["angles"]) == ([], None, None)
    assert data["reference_latitude"] is None
    assert (echoed["house_system"], echoed["houses"]) == (None, None)


@pytest.mark.parametrize("latitude", [70.0, -89.0])
def test_a_polar_birth_needs_no_other_houses(latitude: float, ephemeris: SwissAlmanac) -> None:
    polar = {**UNTIMED, "latitude": latitude}
    told("natal-chart", polar, ephemeris)
    told("synastry", {**PAIR, "chart1": polar}, ephemeris)
    told("composite", {**PAIR, "chart1": polar}, ephemeris)
    told("transits", {**TRANSIT, "natal_chart": polar}, ephemeris)


# What is refused


@pytest.mark.parametrize(
    ("name", "request_", "field"),
    [
        ("aspects", {**UNTIMED, "space": "MUNDANE"}, "space"),
        ("synastry", {**ONE_OF_TWO, "include_davison": True}, "include_davison"),
        ("davison", ONE_OF_TWO, "chart1.time"),
        ("transit-search", {**YEAR, "moving": "PROGRESSIONS"}, "natal_chart.time"),
        ("transit-search", {**YEAR, "moving": "SOLAR_ARC"}, "natal_chart.time"),
        ("midpoints", {**UNTIMED, "planets": ["SUN", "MOON"]}, "planets"),
        ("chart-shape", {**UNTIMED, "planets": ["SUN", "MOON", "MARS"]}, "planets"),
        ("fixed-stars", {**UNTIMED, "include_parans": True}, "time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_rests_on_the_time_is_refused_by_its_field(
    name: str, request_: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    assert refused(ask(name, request_, ephemeris)) == field


@pytest.mark.parametrize(
    ("name", "request_", "empty"),
    [
        ("aspects", {**UNTIMED, "planets": ["MOON"]}, "aspects"),
        ("patterns", {**UNTIMED, "planets": ["MOON"]}, "patterns"),
        ("transits", {**TRANSIT, "natal_planets": ["MOON"]}, "aspects"),
        ("transit-search", {**YEAR, "natal_points": ["MOON"]}, "hits"),
        ("transit-search", {**YEAR, "natal_points": ["MOON"], "include_windows": True}, "windows"),
        ("synastry", {**ONE_OF_TWO, "planets": ["MOON"]}, "aspects"),
        ("composite", {**ONE_OF_TWO, "planets": ["MOON"]}, "aspects"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_moon_alone_meets_nothing(
    name: str, request_: dict[str, Any], empty: str, ephemeris: SwissAlmanac
) -> None:
    assert told(name, request_, ephemeris).data[empty] == []


def test_transits_to_each_other_need_no_time(ephemeris: SwissAlmanac) -> None:
    asked = {**YEAR, "against": "EACH_OTHER", "planets": ["MARS", "SATURN"]}
    of_nobody = {name: value for name, value in asked.items() if name != "natal_chart"}
    found = told("transit-search", asked, ephemeris).data
    assert found == told("transit-search", of_nobody, ephemeris).data


# Compatible routes


def _untimed(value: Any) -> Any:
    """A request in which no birth has a known time, and no point is an angle."""
    if isinstance(value, dict):
        members = {name: _untimed(member) for name, member in value.items()}
        return {**members, **UNKNOWN} if "latitude" in value and "date" in value else members
    if isinstance(value, list | tuple):
        return [_untimed(one) for one in value if one not in ("ASC", "MC")]
    return value


@pytest.mark.parametrize("adapter", EVERY, ids=lambda adapter: adapter.name)
def test_a_compatible_operation_answers_or_asks_for_the_time(
    adapter: Adapter, ephemeris: SwissAlmanac
) -> None:
    answer = ask(adapter.name, _untimed(dict(adapter.example)), ephemeris)
    if answer.status == 422:
        assert refused(answer).endswith("time")
        return
    json.dumps(answer.data)
    told_of_window = "time_window" in adapter.example
    assert any("time is unknown" in one for one in answer.meta["warnings"]) is not told_of_window


@pytest.mark.parametrize(
    "adapter",
    [adapter for adapter in EVERY if adapter.calculation in ANSWERING],
    ids=lambda adapter: adapter.name,
)
def test_a_compatible_operation_answers_what_the_catalogue_does(
    adapter: Adapter, ephemeris: SwissAlmanac
) -> None:
    answer = ask(adapter.name, _untimed(dict(adapter.example)), ephemeris)
    # Its shape is one of cusps and angles.
    assert answer.status == (422 if adapter.name == "stateless/harmonics" else 200)


@pytest.mark.parametrize(
    ("operation", "more", "field"),
    [
        ("stateless/composite", {"composite_type": "DAVISON"}, "chart1.time"),
        ("stateless/synastry", {"options": {"planets": ["SUN", "ASC"]}}, "options.planets.1"),
        ("stateless/transits", {"options": {"planets": ["SUN", "ASC"]}}, "options.planets.1"),
        ("charts/synastry", {"include_davison": True}, "include_davison"),
        ("stateless/harmonics", {}, "chart_data.time"),
        ("calculations/aspects", {"planets": ["SUN", "ASC"]}, "planets.1"),
    ],
)
def test_a_compatible_operation_refuses_by_the_callers_names(
    operation: str, more: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    adapter = next(one for one in EVERY if one.name == operation)
    answer = ask(operation, {**_untimed(dict(adapter.example)), **more}, ephemeris)
    assert refused(answer) == field


def test_a_compatible_composite_has_no_angles(ephemeris: SwissAlmanac) -> None:
    data = told("stateless/composite", BOTH, ephemeris).data
    assert data["houses"] == {"cusps": [], "angles": None, "system": None}
    assert data["planets"]["SUN"]
    assert "MOON" not in sides(data["aspects"])
