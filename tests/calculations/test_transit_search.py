"""transit-search: what it answers, how each choice changes that, and its bounds."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import separation
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask

NATAL = {"date": "2000-01-01", "time": "18:00", "latitude": 32.716667, "longitude": -117.15}
UNTIMED = {**NATAL, "time": "unknown"}
SATURN = {
    "natal_chart": NATAL,
    "start_date": "2027-01-01",
    "end_date": "2028-12-31",
    "planets": ["SATURN"],
    "natal_points": ["JUPITER"],
    "aspects": ["CONJUNCTION"],
}


def search(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("transit-search", {**SATURN, **changes}, ephemeris)


def hits(ephemeris: SwissAlmanac, **changes: Any) -> list[dict[str, Any]]:
    return list(search(ephemeris, **changes).data["hits"])


def test_a_hit_tells_who_meets_whom_when_and_where(ephemeris: SwissAlmanac) -> None:
    first, second, third = hits(ephemeris)
    assert first == {
        "planet1": "JUPITER",
        "planet2": "SATURN",
        "natal_planet": "JUPITER",
        "moving_planet": "SATURN",
        "aspect_type": "CONJUNCTION",
        "angle": 0.0,
        "date": "2027-06-14T00:35:07.0Z",
        "julian_day": pytest.approx(2461570.5243866, abs=1e-5),
        "longitude": pytest.approx(25.263384, abs=1e-6),
        "is_retrograde": False,
        "grazing": False,
        "pass_number": 1,
        "passes": 3,
    }
    assert [hit["is_retrograde"] for hit in (first, second, third)] == [False, True, False]
    assert [hit["pass_number"] for hit in (first, second, third)] == [1, 2, 3]


def test_windows_are_told_on_request(ephemeris: SwissAlmanac) -> None:
    assert search(ephemeris).data["windows"] is None
    wide = search(ephemeris, include_windows=True, orb=2.0)
    narrow = search(ephemeris, include_windows=True)
    assert wide.data["windows"][0]["enter"] < narrow.data["windows"][0]["enter"]
    assert narrow.computed_for["definitions"]["orb"] == 1.0


def test_natal_angles_and_lots_are_met(ephemeris: SwissAlmanac) -> None:
    found = hits(ephemeris, natal_points=["ASC", "FORTUNE"], aspects=["SQUARE"], planets=["MARS"])
    assert {hit["natal_planet"] for hit in found} == {"ASC", "FORTUNE"}


def test_own_aspects_are_searched_beside_the_named_ones(ephemeris: SwissAlmanac) -> None:
    own = [{"name": "DECILE", "angle": 10.0, "orb": 1.0}]
    answer = search(ephemeris, own_aspects=own)
    assert {hit["aspect_type"] for hit in answer.data["hits"]} == {"CONJUNCTION", "DECILE"}
    echoed = answer.computed_for["definitions"]["aspects"]
    assert echoed == {"CONJUNCTION": 0.0, "DECILE": 10.0}


def test_an_own_aspect_has_windows_of_its_own_orb(ephemeris: SwissAlmanac) -> None:
    request = {"aspects": [], "include_windows": True, "orb": 1.0}
    wide = {"name": "WIDE", "angle": 0.0, "orb": 2.0}
    answer = search(ephemeris, **request, own_aspects=[wide])
    named = search(ephemeris, **{**request, "orb": 2.0, "aspects": ["CONJUNCTION"]})
    ends = [(window["enter"], window["leave"]) for window in answer.data["windows"]]
    assert ends == [(window["enter"], window["leave"]) for window in named.data["windows"]]
    assert answer.computed_for["definitions"]["own_orbs"] == {"WIDE": 2.0}


def test_what_is_asked_twice_is_told_once(ephemeris: SwissAlmanac) -> None:
    twice = {name: [*SATURN[name]] * 2 for name in ("planets", "natal_points", "aspects")}
    assert search(ephemeris, **twice).data == search(ephemeris).data


def test_points_that_are_opposite_by_definition_never_meet(ephemeris: SwissAlmanac) -> None:
    request = {
        "start_date": "2026-01-01",
        "end_date": "2026-03-01",
        "against": "EACH_OTHER",
        "aspects": ["OPPOSITION", "SQUARE"],
    }
    nodes = ["TRUE_NODE", "TRUE_SOUTH_NODE"]
    apsides = ["LILITH_TRUE", "PRIAPUS_TRUE"]
    for pair in (nodes, apsides, [*reversed(nodes)]):
        alone = ask("transit-search", {**request, "planets": pair}, ephemeris)
        assert alone.data["hits"] == []
    both = ask("transit-search", {**request, "planets": [*nodes, "SUN"]}, ephemeris).data["hits"]
    assert both
    assert all("SUN" in (hit["planet1"], hit["planet2"]) for hit in both)


def test_planets_meet_each_other_without_a_birth(ephemeris: SwissAlmanac) -> None:
    request = {"start_date": "2026-01-01", "end_date": "2026-12-31", "against": "EACH_OTHER"}
    answer = ask("transit-search", {**request, "planets": ["SATURN", "NEPTUNE"]}, ephemeris)
    (hit,) = answer.data["hits"]
    assert (hit["aspect_type"], hit["date"]) == ("CONJUNCTION", "2026-02-20T16:54:02.2Z")
    assert hit["longitude"] == pytest.approx(0.752872, abs=2e-6)
    assert hit["is_retrograde"] is None
    assert (hit["planet1"], hit["planet2"]) == ("SATURN", "NEPTUNE")
    assert (hit["natal_planet"], hit["moving_planet"]) == (None, "NEPTUNE")
    assert "natal_chart" not in answer.computed_for["others"]


def test_progressed_points_meet_the_birth_and_each_other(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 5: progressed full moon 2019-06-12 19:03, new 2034-10-17 23:07."""
    moving = {"moving": "PROGRESSIONS", "start_date": "2001-01-01", "end_date": "2060-12-31"}
    to_birth = hits(ephemeris, **moving, planets=["MOON"], natal_points=["SUN"])
    aspects = [hit["aspect_type"] for hit in to_birth]
    assert aspects.count("CONJUNCTION") == 3  # the progressed Moon goes around in 27 years
    lunations = hits(
        ephemeris,
        **moving,
        against="EACH_OTHER",
        planets=["SUN", "MOON"],
        aspects=["CONJUNCTION", "OPPOSITION"],
    )
    dates = [(hit["aspect_type"], hit["date"][:16]) for hit in lunations]
    assert ("OPPOSITION", "2019-06-12T19:03") in dates
    assert ("CONJUNCTION", "2034-10-17T23:07") in dates


def test_a_solar_arc_carries_angles_too(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 5: MC conjunct Sun on 2025-04-24 17:35:07."""
    found = hits(
        ephemeris,
        moving="SOLAR_ARC",
        start_date="2020-01-01",
        end_date="2030-12-31",
        planets=["MC"],
        natal_points=["SUN"],
    )
    assert [hit["date"][:19] for hit in found] == ["2025-04-24T17:35:07"]


def test_windows_name_the_natal_point_first_as_hits_do(ephemeris: SwissAlmanac) -> None:
    window = search(ephemeris, include_windows=True).data["windows"][0]
    names = [window[name] for name in ("planet1", "planet2", "natal_planet", "moving_planet")]
    assert names == ["JUPITER", "SATURN", "JUPITER", "SATURN"]


LIFE = {"start_date": "2001-01-01", "end_date": "2050-12-31", "aspects": []}
NATAL_FOUR = {"natal_points": ["SUN", "MOON", "ASC", "MC"]}


def test_a_solar_arc_moves_every_point_of_the_birth_unless_told_otherwise(
    ephemeris: SwissAlmanac,
) -> None:
    request = {**LIFE, **NATAL_FOUR, "moving": "SOLAR_ARC", "planets": []}
    moved = {hit["moving_planet"] for hit in hits(ephemeris, **request)}
    assert {"ASC", "MC", "NORTH_NODE", "LILITH", "SUN", "PLUTO"} <= moved
    without = {key: value for key, value in {**SATURN, **request}.items() if key != "planets"}
    again = ask("transit-search", without, ephemeris).data["hits"]
    assert {hit["moving_planet"] for hit in again} == moved


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"zodiac": "SIDEREAL"},
        {"converse": True},
        {"year_length": 360.0},
        {"mc": "NAIBOD_RA"},
        {"mc": "SOLAR_ARC_RA"},
        {"mc": "DAILY", "end_date": "2003-12-31"},
    ],
    ids=str,
)
def test_progressed_angles_are_where_progressions_have_them(
    choice: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    request = {**LIFE, **NATAL_FOUR, "moving": "PROGRESSIONS", "planets": ["MOON", "MC", "ASC"]}
    met = [
        hit
        for hit in hits(ephemeris, **{**request, **choice})
        if hit["moving_planet"] in {"ASC", "MC"}
    ]
    assert {hit["moving_planet"] for hit in met} == {"ASC", "MC"}
    own = {name: value for name, value in choice.items() if name != "end_date"}
    for hit in met[:: max(1, len(met) // 12)]:
        asked = {"natal_chart": NATAL, "progression_date": hit["date"], **own}
        angles = ask("progressions", asked, ephemeris).data["angles"]
        # The instant is written to a tenth of a second: DAILY turns by 1e-6 degrees in it.
        near = 3e-6 if choice.get("mc") == "DAILY" else 1e-6
        assert separation(angles[hit["moving_planet"]], hit["longitude"]) < near


def test_progressed_bodies_beside_angles_are_those_of_a_search_without(
    ephemeris: SwissAlmanac,
) -> None:
    request = {**LIFE, **NATAL_FOUR, "moving": "PROGRESSIONS"}
    both = hits(ephemeris, **request, planets=["MC", "MOON", "ASC", "VENUS"])
    bodies = hits(ephemeris, **request, planets=["MOON", "VENUS"])
    assert [hit for hit in both if hit["moving_planet"] in {"MOON", "VENUS"}] == bodies
    assert {hit["moving_planet"] for hit in both} == {"MOON", "VENUS", "ASC", "MC"}


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"arc": "NAIBOD"},
        {"arc": "ONE_DEGREE"},
        {"arc": "USER", "user_rate": 30.0},
        {"converse": True},
        {"year_length": 360.0},
    ],
    ids=str,
)
def test_directed_points_are_where_the_solar_arc_has_them(
    choice: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    request = {**LIFE, **NATAL_FOUR, "moving": "SOLAR_ARC", "planets": ["MARS", "ASC"]}
    found = hits(ephemeris, **request, **choice)
    assert len(found) > 5
    for hit in found[:: max(1, len(found) // 8)]:
        asked = {"natal_chart": NATAL, "target_date": hit["date"], **choice}
        rows = ask("solar-arc", asked, ephemeris).data["positions"]
        places = {row["planet"]: row["longitude"] for row in rows}
        assert separation(places[hit["moving_planet"]], hit["longitude"]) < 1e-6
        assert hit["is_retrograde"] is bool(choice.get("converse"))


def test_what_moves_and_how_is_echoed(ephemeris: SwissAlmanac) -> None:
    def told(**choice: Any) -> list[Any]:
        echoed = search(ephemeris, **choice).computed_for["definitions"]
        return [echoed[name] for name in ("year_length", "converse", "arc", "user_rate", "mc")]

    assert told() == [None] * 5
    assert told(moving="PROGRESSIONS", converse=True) == [
        *(365.24219, True),
        *(None, None, "SOLAR_ARC_LONGITUDE"),
    ]
    by_arc = told(moving="SOLAR_ARC", arc="user", user_rate=2.0, year_length=365.25)
    assert by_arc == [365.25, False, "USER", 2.0, None]
    assert told(moving="SOLAR_ARC")[2:4] == ["TRUE", None]


def test_a_converse_progressed_planet_is_retrograde_by_its_own_days(
    ephemeris: SwissAlmanac,
) -> None:
    request = {**LIFE, **NATAL_FOUR, "moving": "PROGRESSIONS", "planets": ["SUN", "MOON"]}
    back = hits(ephemeris, **request, converse=True)
    assert back
    assert {hit["is_retrograde"] for hit in back} == {False}


@pytest.mark.parametrize("latitude", [66.6, 80.0, -70.0])
def test_within_the_polar_circles_no_progressed_ascendant_is_followed(
    latitude: float, ephemeris: SwissAlmanac
) -> None:
    polar = {**NATAL, "latitude": latitude}
    request = {**LIFE, "natal_chart": polar, "moving": "PROGRESSIONS", "natal_points": ["SUN"]}
    refused = search(ephemeris, **request, planets=["ASC"])
    assert refused.status == 422
    assert refused.error["details"]["errors"][0]["field"] == "planets.0"
    assert search(ephemeris, **request, planets=["MC"]).status == 200


def test_a_sidereal_search_meets_the_natal_places_among_the_stars(ephemeris: SwissAlmanac) -> None:
    tropical = hits(ephemeris)[0]["julian_day"]
    sidereal = hits(ephemeris, zodiac="SIDEREAL")[0]["julian_day"]
    assert 1.0 < sidereal - tropical < 10.0  # 27 years of precession are 0.38 degrees


def test_both_days_of_the_span_are_searched(ephemeris: SwissAlmanac) -> None:
    day = {"start_date": "2027-06-14", "end_date": "2027-06-14"}
    assert len(hits(ephemeris, **day)) == 1
    assert hits(ephemeris, start_date="2027-06-15", end_date="2027-06-30") == []
    west = {"start_date": "2027-06-13", "end_date": "2027-06-13", "timezone": "America/New_York"}
    assert len(hits(ephemeris, **west)) == 1


SLOW = {"planets": ["MERCURY", "MARS", "SATURN", "PLUTO"], "natal_points": ["SUN", "MOON"]}
EACH_OTHER = {"against": "EACH_OTHER", "planets": ["VENUS", "MARS", "URANUS", "PLUTO"]}


@pytest.mark.parametrize(
    "choice",
    [
        {**SLOW, "aspects": []},
        {"planets": ["TRUE_NODE", "LILITH_TRUE"], "natal_points": ["SUN"]},
        {**EACH_OTHER, "aspects": []},
    ],
    ids=["natal", "osculating", "each other"],
)
def test_passes_are_numbered_alike_wherever_the_search_begins(
    choice: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    years = {"start_date": "2008-01-01", "end_date": "2024-12-31", **choice}
    whole = hits(ephemeris, **years)
    assert max(hit["passes"] for hit in whole) > 2
    for start, end in (("2011-02-03", "2011-02-20"), ("2012-05-01", "2013-04-30")):
        part = hits(ephemeris, **{**years, "start_date": start, "end_date": end})
        same = [hit for hit in whole if start <= hit["date"][:10] <= end]
        numbers = [
            [(hit["date"][:16], hit["pass_number"], hit["passes"]) for hit in found]
            for found in (part, same)
        ]
        assert numbers[0] == numbers[1]


def test_a_loop_that_has_begun_is_numbered_as_a_whole(ephemeris: SwissAlmanac) -> None:
    (hit,) = hits(ephemeris, start_date="2027-09-01", end_date="2027-12-31")
    assert (hit["pass_number"], hit["passes"]) == (2, 3)


def test_parts_of_a_span_hold_what_the_span_holds(ephemeris: SwissAlmanac) -> None:
    whole = [hit["date"] for hit in hits(ephemeris)]
    halves = [
        hit["date"]
        for span in (("2027-01-01", "2027-10-07"), ("2027-10-08", "2028-12-31"))
        for hit in hits(ephemeris, start_date=span[0], end_date=span[1])
    ]
    assert halves == whole


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end_date": "2026-01-01"}, "end_date"),
        ({"end_date": "2130-01-01"}, "end_date"),
        ({"natal_chart": None}, "natal_chart"),
        (
            {"natal_chart": None, "against": "EACH_OTHER", "center": "TOPOCENTRIC"},
            "center",
        ),
        ({"own_aspects": [{"name": "TRINE", "angle": 45.0, "orb": 1.0}]}, "own_aspects.0.name"),
        (
            {
                "own_aspects": [{"name": "CLOSE", "angle": 45.0, "orb": 0.0}],
                "include_windows": True,
            },
            "own_aspects.0.orb",
        ),
        ({"natal_chart": UNTIMED, "natal_points": ["ASC"]}, "natal_points.0"),
        ({"natal_chart": UNTIMED, "moving": "SOLAR_ARC"}, "natal_chart.time"),
        ({"natal_chart": UNTIMED, "moving": "PROGRESSIONS"}, "natal_chart.time"),
        ({"planets": ["ASC"]}, "planets.0"),
        ({"moving": "PROGRESSIONS", "planets": ["DESC"]}, "planets.0"),
        (
            {"moving": "PROGRESSIONS", "against": "EACH_OTHER", "planets": ["SUN", "MC"]},
            "planets.1",
        ),
        ({"moving": "PROGRESSIONS", "center": "MARS", "planets": ["MC"]}, "center"),
        ({"moving": "SOLAR_ARC", "arc": "USER", "user_rate": 0.0}, "user_rate"),
        ({"year_length": 300.0}, "year_length"),
        ({"zodiac": "DRACONIC"}, "zodiac"),
        ({"moving": "SOLAR_ARC", "against": "EACH_OTHER"}, "moving"),
        ({"moving": "FLYING"}, "moving"),
        ({"orb": 0.0}, "orb"),
        ({"start_date": "soon"}, "start_date"),
    ],
    ids=str,
)
def test_a_search_that_makes_no_sense_is_refused_by_field(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = search(ephemeris, **changes)
    assert answer.status == 422
    assert answer.error["details"]["field"] == field


def test_too_many_hits_are_refused_with_the_way_out(ephemeris: SwissAlmanac) -> None:
    many = {"planets": ["MOON"], "natal_points": [], "aspects": [], "end_date": "2086-12-31"}
    answer = search(ephemeris, **many)
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert "in several requests" in answer.error["message"]


def test_the_search_leaves_the_files_with_a_clear_refusal(ephemeris: SwissAlmanac) -> None:
    answer = search(ephemeris, start_date="2399-01-01", end_date="2401-01-01")
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert "2400" in answer.error["message"]
