"""Defects of the public API (CONTRACT.md 5.2 to 5.4) that its stateless operations no longer have.

Every test is named by the row of the defect.
"""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import chain
from typing import Any

import pytest

from app.astrology.angles import norm, separation, signed_arc
from app.astrology.aspects import ANGLE_OF, AspectKind
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.compat.adapters import adapters

LONDON = {
    "date": "1988-06-02",
    "time": "09:15:00",
    "latitude": 51.5074,
    "longitude": -0.1278,
    "timezone": "Europe/London",
}
PAIR = {"chart1": NEW_YORK, "chart2": LONDON}
PROGRESSED = {"natal_chart": NEW_YORK, "progression_date": "2026-01-11"}
DIRECTED = {"natal_chart": NEW_YORK, "target_date": "2026-01-11"}
RETURN = {"natal_chart": NEW_YORK, "return_date": "2026-01-15"}
YEAR = {"natal_chart": NEW_YORK, "start_date": "2026-01-01", "end_date": "2026-12-31"}
CHART = {"chart_data": NEW_YORK}
CATALOGUE_ASPECTS = {kind.lower(): ANGLE_OF[kind] for kind in AspectKind}


def asked(name: str, request: dict[str, Any], ephemeris: SwissAlmanac, **more: Any) -> Asked:
    return ask(f"stateless/{name}", {**request, **more}, ephemeris)


def instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)  # noqa: UP017


def near(text: str, expected: str, seconds: float = 0.2) -> bool:
    return abs((instant(text) - instant(expected)).total_seconds()) <= seconds


def true_orbs(aspects: list[dict[str, Any]], first: Any, second: Any, one: str, two: str) -> None:
    """Every orb is the deviation of the separation from the angle of the aspect."""
    assert aspects
    for aspect in aspects:
        apart = separation(first[aspect[one]]["longitude"], second[aspect[two]]["longitude"])
        assert aspect["angle"] == CATALOGUE_ASPECTS[aspect["aspect_type"]]
        assert aspect["orb"] == pytest.approx(abs(apart - aspect["angle"]), abs=1e-9)


def test_defect_19_fixed_stars_are_answered(ephemeris: SwissAlmanac) -> None:
    stars = asked("fixed-stars", CHART, ephemeris).data
    assert len(stars) == 16
    assert stars["SPICA"]["magnitude"] < 1.1
    assert asked("fixed-stars", CHART, ephemeris).body["success"] is True


def test_defect_20_arabic_parts_are_returned(ephemeris: SwissAlmanac) -> None:
    parts = asked("arabic-parts", CHART, ephemeris).data
    assert len(parts) == 20
    planets = asked("natal-chart", NEW_YORK, ephemeris).data
    at = {name: row["longitude"] for name, row in planets["planets"].items()}
    asc = planets["houses"]["angles"]["ASC"]
    assert parts["FORTUNA"] == pytest.approx(norm(asc + at["MOON"] - at["SUN"]))
    assert parts["HONOR"] == pytest.approx(norm(asc + at["SUN"] - at["JUPITER"]))


def test_defect_22_a_planetary_return_is_found(ephemeris: SwissAlmanac) -> None:
    found = asked("returns", RETURN, ephemeris, return_type="planetary", planet="mars").data
    natal = asked("natal-chart", NEW_YORK, ephemeris).data["planets"]["MARS"]["longitude"]
    assert instant(found["return_time"]) >= instant("2026-01-15T05:00:00")
    assert found["planets"]["MARS"]["longitude"] == pytest.approx(natal, abs=1e-5)


def test_defect_23_births_on_late_days_of_a_month_have_returns(ephemeris: SwissAlmanac) -> None:
    leap = {**NEW_YORK, "date": "2000-02-29", "time": "12:00", "timezone": "UTC"}
    solar = asked("returns", {"natal_chart": leap, "return_date": "2027-01-01"}, ephemeris).data
    assert near(solar["return_time"], "2027-03-01T00:58:02", 0.6)
    late = {**NEW_YORK, "date": "1990-01-31"}
    request = {"natal_chart": late, "return_date": "2026-02-01", "return_type": "lunar"}
    assert asked("returns", request, ephemeris).status == 200


def test_defect_24_symbolic_directions_move_everything_by_one_arc(
    ephemeris: SwissAlmanac,
) -> None:
    data = asked("directions", DIRECTED, ephemeris, direction_type="symbolic", key_rate=0.5).data
    natal = asked("natal-chart", NEW_YORK, ephemeris).data
    for name, row in natal["planets"].items():
        moved = signed_arc(row["longitude"], data["directed_planets"][name]["longitude"])
        assert moved == pytest.approx(data["solar_arc"])
    asc = natal["houses"]["angles"]["ASC"]
    assert data["directed_angles"]["ASC"] == pytest.approx(norm(asc + data["solar_arc"]))
    assert data["solar_arc"] == pytest.approx(35.988 * 0.5, abs=0.001)


def test_defect_25_placeholders_are_computed(ephemeris: SwissAlmanac) -> None:
    for name, rows in (
        ("eclipses", "eclipses"),
        ("ingresses", "ingresses"),
        ("dignities", "dignities"),
        ("rectification", "suggested_times"),
    ):
        request = dict(adapters()[f"stateless/{name}"].example)
        data = asked(name, request, ephemeris).data
        assert data[rows]
        assert data["message"]
        where = "start_date" if "start_date" in request else "chart_data"
        garbage = asked(name, {**request, where: "garbage"}, ephemeris)
        assert garbage.status == 422


@pytest.mark.parametrize(
    ("kind", "date", "type_"),
    [
        ("solar", "2026-02-17T12:11:53.3", "ANNULAR"),
        ("lunar", "2026-03-03T11:33:41.2", "TOTAL"),
        ("solar", "2026-08-12T17:45:59.2", "TOTAL"),
        ("lunar", "2026-08-28T04:12:58.0", "PARTIAL"),
    ],
)
def test_defect_25_eclipses_are_those_of_the_oracle(
    kind: str, date: str, type_: str, ephemeris: SwissAlmanac
) -> None:
    """DEFINITIONS.md 5, CONTRACT oracles."""
    found = asked("eclipses", YEAR, ephemeris, eclipse_type=kind).data["eclipses"]
    assert {row["eclipse_type"] for row in found} == {kind}
    (row,) = [row for row in found if near(row["date"], date)]
    assert row["type"] == type_
    everything = asked("eclipses", YEAR, ephemeris).data["eclipses"]
    assert row in everything
    assert len(everything) == 4


def test_defect_25_ingresses_are_of_signs_and_natal_houses(ephemeris: SwissAlmanac) -> None:
    rows = asked("ingresses", YEAR, ephemeris, planets=["sun"]).data["ingresses"]
    signs = [row for row in rows if row["type"] == "sign"]
    houses = [row for row in rows if row["type"] == "house"]
    assert len(signs) == len(houses) == 12
    (aries,) = [row for row in signs if row["sign"] == "ARIES"]
    assert near(aries["date"], "2026-03-20T14:46:00", 30.0)  # the minute in almanacs
    assert sorted(row["house"] for row in houses) == list(range(1, 13))
    assert [row["julian_day"] for row in rows] == sorted(row["julian_day"] for row in rows)


def test_defect_27_a_secondary_progression_is_a_day_for_a_year(ephemeris: SwissAlmanac) -> None:
    answer = asked("progressions", PROGRESSED, ephemeris)
    birth = answer.computed_for["julian_day"]
    assert answer.data["julian_day"] == pytest.approx(birth + 35.988, abs=0.001)
    assert answer.data["planets"]["SUN"]["longitude"] == pytest.approx(331.889, abs=0.001)
    assert near(answer.data["progressed_date"], "1990-02-20T19:12:57.4", 0.2)


def test_defect_28_the_solar_arc_is_that_of_the_progressed_sun(ephemeris: SwissAlmanac) -> None:
    data = asked("directions", DIRECTED, ephemeris).data
    assert data["solar_arc"] == pytest.approx(36.493, abs=0.001)
    natal = asked("natal-chart", NEW_YORK, ephemeris).data["planets"]["SUN"]["longitude"]
    assert data["directed_planets"]["SUN"]["longitude"] == pytest.approx(norm(natal + 36.4934))


def test_defect_29_primary_directions_are_semi_arcs_by_the_key(ephemeris: SwissAlmanac) -> None:
    answer = asked("directions", DIRECTED, ephemeris, key_rate=1.0)
    assert answer.computed_for["definitions"]["method"] == "PLACIDUS_SEMI_ARC"
    assert answer.computed_for["definitions"]["key_rate"] == 1.0
    own = ask(
        "directions",
        {"natal_chart": NEW_YORK, "target_date": "2026-01-11", "key": "USER", "key_rate": 1.0},
        ephemeris,
    ).data
    assert [row["arc"] for row in answer.data["aspects"]] == [
        row["arc"] for row in own["directions"]
    ]
    assert answer.data["directed_angles"]["ARMC"] == own["directed"]["armc"]
    other = asked("directions", DIRECTED, ephemeris, key_rate=0.9856)
    assert other.data["directed_angles"] != answer.data["directed_angles"]
    symbolic = asked("directions", DIRECTED, ephemeris, direction_type="symbolic")
    assert symbolic.data["directed_angles"]["MC"] != answer.data["directed_angles"]["MC"]


def test_defect_30_minor_aspects_are_opt_in(ephemeris: SwissAlmanac) -> None:
    noon = {**LONDON, "date": "2000-01-01", "time": "12:00:00"}
    found = asked("natal-chart", noon, ephemeris).data["aspects"]["aspects"]
    major = {"conjunction", "opposition", "trine", "square", "sextile"}
    assert {aspect["aspect_type"] for aspect in found} <= major
    assert len(found) < 40


def test_defect_31_strength_is_what_is_left_of_the_orb(ephemeris: SwissAlmanac) -> None:
    for aspect in asked("synastry", PAIR, ephemeris).data["aspects"]:
        allowed = {0.0: 10, 180.0: 10, 120.0: 8, 90.0: 8, 60.0: 6}.get(aspect["angle"], 3)
        assert aspect["strength"] == pytest.approx(1.0 - aspect["orb"] / allowed)


def test_defect_32_and_33_a_transit_applies_while_its_orb_shrinks(ephemeris: SwissAlmanac) -> None:
    request = {"natal_chart": NEW_YORK, "transit_date": "2026-01-11"}
    now = asked("transits", request, ephemeris, transit_time="12:00").data["aspects"]
    later = asked("transits", request, ephemeris, transit_time="12:10").data["aspects"]
    orbs = {(row["planet1"], row["planet2"], row["aspect_type"]): row["orb"] for row in later}
    assert {row["applying"] for row in now} == {True, False}
    for row in now:
        after = orbs[row["planet1"], row["planet2"], row["aspect_type"]]
        assert row["applying"] is (after < row["orb"])


def test_defect_34_nothing_applies_between_two_births(ephemeris: SwissAlmanac) -> None:
    aspects = asked("synastry", PAIR, ephemeris).data["aspects"]
    assert {aspect["applying"] for aspect in aspects} == {None}


def test_defect_35_and_37_composite_aspects_are_folded_and_orbs_deviations(
    ephemeris: SwissAlmanac,
) -> None:
    for kind in ("midpoint", "davison"):
        data = asked(
            "composite", PAIR, ephemeris, composite_type=kind, options={"orb_multiplier": 3}
        ).data
        planets = data["planets"]
        true_orbs(data["aspects"], planets, planets, "planet1", "planet2")
        assert all(aspect["orb"] <= 3.0 for aspect in data["aspects"])


def test_defect_35_and_37_directed_aspects_are_folded_and_orbs_deviations(
    ephemeris: SwissAlmanac,
) -> None:
    data = asked("directions", DIRECTED, ephemeris, direction_type="symbolic").data
    natal = asked("natal-chart", NEW_YORK, ephemeris, planets=list(data["directed_planets"])).data
    true_orbs(
        data["aspects"],
        data["directed_planets"],
        natal["planets"],
        "directed_point",
        "natal_point",
    )


def test_defect_36_harmonic_aspects_are_ordinary_ones_of_multiplied_longitudes(
    ephemeris: SwissAlmanac,
) -> None:
    (found,) = asked("harmonics", CHART, ephemeris, harmonics=[5]).data["harmonics"]
    planets = found["data"]["planets"]
    true_orbs(found["data"]["aspects"], planets, planets, "planet1", "planet2")


def test_defect_38_harmonics_keep_latitude_and_distance(ephemeris: SwissAlmanac) -> None:
    (found,) = asked("harmonics", CHART, ephemeris, harmonics=[9]).data["harmonics"]
    natal = asked("natal-chart", NEW_YORK, ephemeris).data["planets"]
    for name, row in natal.items():
        place = found["data"]["planets"][name]
        assert place["longitude"] == pytest.approx(norm(9 * row["longitude"]), abs=1e-9)
        assert (place["latitude"], place["distance"]) == (row["latitude"], row["distance"])


def test_defect_39_any_harmonic_may_be_asked_for(ephemeris: SwissAlmanac) -> None:
    rows = asked("harmonics", CHART, ephemeris, harmonics=[1, 13, 360]).data["harmonics"]
    assert [row["harmonic"] for row in rows] == [1, 13, 360]
    assert asked("harmonics", CHART, ephemeris, harmonics=[]).data == {"harmonics": []}


def test_defect_40_antiscia_and_contra_antiscia_are_two_things(ephemeris: SwissAlmanac) -> None:
    natal = asked("natal-chart", NEW_YORK, ephemeris).data["planets"]
    for name, row in asked("antiscia", CHART, ephemeris).data.items():
        contra = row["contra_antiscion"]
        assert (row["antiscia_type"], contra["antiscia_type"]) == (1, 2)
        assert row["longitude"] == pytest.approx(norm(180.0 - natal[name]["longitude"]))
        assert contra["longitude"] == pytest.approx(norm(-natal[name]["longitude"]))
        assert row["original_point"] == contra["original_point"] == name


def test_defect_41_declinations_are_on_the_equator_of_date(ephemeris: SwissAlmanac) -> None:
    data = asked("declinations", CHART, ephemeris).data
    own = ask("declinations", NEW_YORK, ephemeris).data["declinations"]
    for row in own:
        assert data[row["planet"]]["declination"] == row["declination"]


def test_defect_42_special_points_have_speeds(ephemeris: SwissAlmanac) -> None:
    data = asked("special-points", CHART, ephemeris).data
    assert data["north_node"]["speed"] == pytest.approx(-0.053, abs=0.001)
    assert data["lilith_mean"]["speed"] == pytest.approx(0.11, abs=0.005)
    assert all(point["speed"] for point in data.values())
    south = norm(data["north_node"]["longitude"] + 180.0)
    assert data["south_node"]["longitude"] == pytest.approx(south)


def test_defect_43_selena_needs_no_lilith(ephemeris: SwissAlmanac) -> None:
    alone = asked("special-points", CHART, ephemeris, include_lilith=False).data
    both = asked("special-points", CHART, ephemeris).data
    assert set(both) - set(alone) == {"lilith_mean", "lilith_true"}
    assert alone["selena"] == both["selena"]
    types = {name: point["type"] for name, point in both.items()}
    assert types == {
        "north_node": "mean",
        "south_node": "mean",
        "lilith_mean": "mean",
        "lilith_true": "osculating",
        "selena": "mean_opposite",
    }
    true = asked("special-points", CHART, ephemeris, use_true_node=True).data
    assert true["north_node"]["type"] == true["south_node"]["type"] == "true"
    assert true["north_node"]["longitude"] != both["north_node"]["longitude"]
    assert "north_node" not in asked("special-points", CHART, ephemeris, include_nodes=False).data
    assert "selena" not in asked("special-points", CHART, ephemeris, include_selena=False).data


def test_defect_44_the_south_node_stands_opposite(ephemeris: SwissAlmanac) -> None:
    asked_for = ["NORTH_NODE", "SOUTH_NODE"]
    planets = asked("natal-chart", NEW_YORK, ephemeris, planets=asked_for).data["planets"]
    assert list(planets) == asked_for
    north, south = (planets[name]["longitude"] for name in asked_for)
    assert separation(north, south) == pytest.approx(180.0)


def test_defect_47_local_times_that_never_were_are_refused(ephemeris: SwissAlmanac) -> None:
    gap = {**NEW_YORK, "date": "2005-04-03", "time": "02:30:00"}
    answer = asked("antiscia", {"chart_data": gap}, ephemeris)
    assert answer.status == 422
    assert answer.body["detail"][0]["loc"] == ["body", "chart_data", "time"]


@pytest.mark.parametrize("date", ["2026-01-01", "2026-01-15", "2026-12-31"])
def test_defect_48_a_solar_return_is_that_of_the_calendar_year(
    date: str, ephemeris: SwissAlmanac
) -> None:
    """DEFINITIONS.md 5, CONTRACT oracles."""
    data = asked("returns", {**RETURN, "return_date": date}, ephemeris).data
    assert near(data["return_time"], "2026-01-15T13:16:30.3")


def test_defect_48_a_lunar_return_is_the_next_one(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 5, CONTRACT oracles."""
    data = asked("returns", RETURN, ephemeris, return_type="LUNAR").data
    assert near(data["return_time"], "2026-02-04T17:37:49.2")


def test_defect_49_house_systems_and_the_place_of_a_return_are_heard(
    ephemeris: SwissAlmanac,
) -> None:
    koch = {"natal_chart": {**NEW_YORK, "house_system": "koch"}}
    for name, request, houses in (
        ("progressions", PROGRESSED, "houses"),
        ("returns", RETURN, "houses"),
        ("directions", DIRECTED, "directed_houses"),
    ):
        plain = asked(name, request, ephemeris).data[houses]
        other = asked(name, request, ephemeris, **koch).data[houses]
        assert (plain["system"], other["system"]) == ("PLACIDUS", "KOCH")
        assert plain["cusps"] != other["cusps"]
    there = {"latitude": -33.87, "longitude": 151.21}
    here = asked("returns", RETURN, ephemeris).data
    away = asked("returns", RETURN, ephemeris, location=there).data
    assert away["return_time"] == here["return_time"]
    assert away["angles"] != here["angles"]
    assert away["houses"]["cusps"][0] == away["angles"][0]


def test_defect_50_the_natal_point_of_a_transit_is_planet1(ephemeris: SwissAlmanac) -> None:
    request = {"natal_chart": NEW_YORK, "transit_date": "2026-01-11", "transit_time": "12:00:00"}
    answer = asked("transits", request, ephemeris)
    assert answer.computed_for["others"]["transit_date"]["utc"] == "2026-01-11T17:00:00Z"
    natal = asked("natal-chart", NEW_YORK, ephemeris).data["planets"]
    rows = answer.data["aspects"]
    true_orbs(rows, natal, answer.data["transit_positions"], "planet1", "planet2")
    for row in rows:
        assert row["natal_planet"] == row["planet1"]
        assert row["transit_planet"] == row["planet2"]
        named = f"{row['aspect_type']}_{row['planet2']}"
        assert named in answer.data["planet_aspects"][row["planet1"]]
    listed = sorted(chain.from_iterable(answer.data["house_aspects"].values()))
    assert listed == sorted(answer.data["transit_positions"])


def test_defect_52_composite_cusps_stand_opposite_and_davison_is_a_real_sky(
    ephemeris: SwissAlmanac,
) -> None:
    data = asked("composite", PAIR, ephemeris).data
    cusps = data["houses"]["cusps"]
    for first, second in zip(cusps[:6], cusps[6:], strict=True):
        assert separation(first, second) == pytest.approx(180.0)
    davison = asked("composite", PAIR, ephemeris, composite_type="Davison")
    assert davison.meta["calculation"] == "davison"
    assert davison.data["planets"]["SUN"]["longitude"] != data["planets"]["SUN"]["longitude"]
    own = ask("davison", PAIR, ephemeris).data["chart"]["positions"]
    assert davison.data["planets"]["MOON"]["longitude"] == own[1]["longitude"]


def test_defect_53_fortune_eros_and_love_are_known(ephemeris: SwissAlmanac) -> None:
    parts = ["fortune", "FORTUNA", "EROS", "LOVE", "HAPPINESS"]
    data = asked("arabic-parts", CHART, ephemeris, parts=parts).data
    assert list(data) == ["FORTUNE", "FORTUNA", "EROS", "LOVE", "HAPPINESS"]
    assert data["FORTUNE"] == data["FORTUNA"]
    own = ask("arabic-parts", {**NEW_YORK, "set": "HERMETIC", "parts": ["EROS"]}, ephemeris).data
    assert data["EROS"] == data["LOVE"] == own["parts"][0]["longitude"]
    alone = asked("arabic-parts", CHART, ephemeris, parts=["love"])
    assert alone.data == {"LOVE": data["EROS"]}
    definitions = alone.computed_for["definitions"]
    assert definitions["set"] == "NOCTURNA"
    assert definitions["arabic-parts"] == {"set": "HERMETIC", "sect_reversal": True}
    unknown = asked("arabic-parts", CHART, ephemeris, parts=["EROS", "NOTHING"])
    assert unknown.body["detail"][0]["loc"] == ["body", "parts", 1]


def test_defect_54_septiles_are_exact_fractions(ephemeris: SwissAlmanac) -> None:
    options = {"aspects": ["septile", "biseptile", "triseptile"], "orb_multiplier": 3}
    found = asked("synastry", PAIR, ephemeris, options=options).data["aspects"]
    assert {aspect["angle"] for aspect in found} <= {360 / 7, 720 / 7, 1080 / 7}
    assert found


def test_defect_57_beyond_the_files_is_told(ephemeris: SwissAlmanac) -> None:
    answer = asked("antiscia", {"chart_data": {**NEW_YORK, "date": "1100-01-01"}}, ephemeris)
    assert (answer.status, answer.error["code"]) == (422, "CALCULATION_ERROR")
    assert answer.error["details"]["field"] == "chart_data.date"


@pytest.mark.parametrize(
    ("name", "request_", "points"),
    [
        ("synastry", PAIR, "planet_aspects"),
        ("progressions", PROGRESSED, "planets"),
        ("composite", PAIR, "planets"),
        (
            "transits",
            {"natal_chart": NEW_YORK, "transit_date": "2026-01-11", "transit_time": "12:00"},
            "transit_positions",
        ),
    ],
)
def test_defect_59_options_are_heard(
    name: str, request_: dict[str, Any], points: str, ephemeris: SwissAlmanac
) -> None:
    options = {"planets": ["moon", "Saturn"], "aspects": ["square"], "orb_multiplier": 2}
    answer = asked(name, request_, ephemeris, options=options)
    assert list(answer.data[points]) == ["MOON", "SATURN"]
    rows = answer.data.get("aspects", answer.data.get("aspects_to_natal"))
    assert {row["aspect_type"] for row in rows} <= {"square"}
    ((kind, orb),) = answer.computed_for["definitions"]["orbs"].items()
    assert (kind, orb) == ("SQUARE", 16.0 if name in {"synastry", "transits"} else 2.0)


def test_defect_60_the_house_system_of_both_charts_is_heard(ephemeris: SwissAlmanac) -> None:
    plain = asked("synastry", PAIR, ephemeris)
    whole = {"chart1": {**NEW_YORK, "house_system": "whole-sign"}}
    other = asked("synastry", PAIR, ephemeris, **whole)
    assert other.computed_for["definitions"]["house_system"]["chart1"] == "WHOLE_SIGN"
    assert other.data["house_aspects"] != plain.data["house_aspects"]
    named = asked("composite", PAIR, ephemeris, **whole).data["houses"]["system"]
    assert named == "WHOLE_SIGN"


def test_defect_61_kinds_orbs_and_parts_are_heard(ephemeris: SwissAlmanac) -> None:
    days = [
        asked("progressions", PROGRESSED, ephemeris, progression_type=kind).data["julian_day"]
        for kind in ("secondary", "tertiary", "minor")
    ]
    assert len(set(days)) == 3
    wide = asked("fixed-stars", CHART, ephemeris, orb=5).data
    slim = asked("fixed-stars", CHART, ephemeris, orb=0).data
    assert sum(len(star["conjunctions"]) for star in wide.values()) > 0
    assert sum(len(star["conjunctions"]) for star in slim.values()) == 0
    bright = asked("fixed-stars", CHART, ephemeris, magnitude_limit=0).data
    assert {"SIRIUS", "CANOPUS", "ARCTURUS"} <= set(bright)
    assert all(star["magnitude"] <= 0 for star in bright.values())
    for orb in (0.2, 2.0):
        data = asked("declinations", CHART, ephemeris, parallel_orb=orb).data
        orbs = [one["orb"] for row in data.values() for one in row["aspects"]]
        assert max(orbs, default=0.0) <= orb
    plain = asked("antiscia", CHART, ephemeris, include_contra=False).data
    assert {row["contra_antiscion"] for row in plain.values()} == {None}


def test_defect_62_the_minutes_of_a_rectification_are_heard(ephemeris: SwissAlmanac) -> None:
    request = dict(adapters()["stateless/rectification"].example)
    for minutes in (10, 60):
        data = asked("rectification", {**request, "time_range_minutes": minutes}, ephemeris).data
        for window in data["suggested_times"]:
            apart = instant(window["time"]) - instant("1990-01-15T19:30:00")
            assert abs(apart.total_seconds()) <= minutes * 60.0


def test_defect_64_unknown_planets_are_refused(ephemeris: SwissAlmanac) -> None:
    answer = asked("synastry", PAIR, ephemeris, options={"planets": ["SUN", "Plutto"]})
    assert answer.status == 422
    assert answer.body["detail"][0]["loc"] == ["body", "options", "planets", 1]
    assert "(nearest: PLUTO)" in answer.body["detail"][0]["msg"]


def test_transits_keep_the_orbs_of_the_public_api_for_aspects_beyond_its_nine(
    ephemeris: SwissAlmanac,
) -> None:
    request = {"natal_chart": NEW_YORK, "transit_date": "2026-01-11", "transit_time": "12:00"}
    rows = [
        row
        for day in range(11, 21)
        for row in asked(
            "transits",
            {**request, "transit_date": f"2026-01-{day}"},
            ephemeris,
            options={"aspects": ["QUINTILE", "SEPTILE", "CONJUNCTION"]},
        ).data["aspects"]
    ]
    widest = {
        kind: max(row["orb"] for row in rows if row["aspect_type"] == kind)
        for kind in ("quintile", "septile", "conjunction")
    }
    assert 1.5 < widest["quintile"] <= 2.0
    assert 0.5 < widest["septile"] <= 1.0
    assert 8.0 < widest["conjunction"] <= 10.0


@pytest.mark.parametrize("name", ["progressions", "directions"])
def test_what_moves_comes_before_what_stands_as_it_always_did(
    name: str, ephemeris: SwissAlmanac
) -> None:
    if name == "progressions":
        data = asked(name, PROGRESSED, ephemeris).data
        order = list(data["planets"])
        firsts = [row["planet1"] for row in data["aspects_to_natal"]]
        own = ask(name, {**PROGRESSED, "planets": order}, ephemeris).data["aspects_to_natal"]
        pairs = {(row["planet1"], row["planet2"]) for row in data["aspects_to_natal"]}
    else:
        symbolic = asked(name, DIRECTED, ephemeris, direction_type="symbolic").data
        order = list(symbolic["directed_planets"])
        firsts = [row["directed_point"] for row in symbolic["aspects"]]
        request = {**DIRECTED, "planets": order, "arc": "USER"}
        own = ask("solar-arc", request, ephemeris).data["aspects"]
        pairs = {(row["directed_point"], row["natal_point"]) for row in symbolic["aspects"]}
    assert firsts == sorted(firsts, key=order.index)
    assert pairs == {(row["moving_planet"], row["natal_planet"]) for row in own}
