"""The public fixed stars: shape, names, choices, refusals."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from app.astrology.bodies import MAIN_ASTEROIDS, PLANETS
from app.ephemeris.almanac import SwissAlmanac
from app.wire import CUT, decode
from tests.calculations.asking import Asked, ask, birth

SEVENTEEN = [*map(str, (*PLANETS, *MAIN_ASTEROIDS.values())), "NORTH_NODE"]
"""Bodies, one more than have parans."""


def asked(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("fixed-stars", birth(**changes), ephemeris)


def stars(ephemeris: SwissAlmanac, **changes: Any) -> dict[str, dict[str, Any]]:
    return {row["star"]: row for row in asked(ephemeris, **changes).data["stars"]}


def test_a_star_tells_place_brightness_and_constellation(ephemeris: SwissAlmanac) -> None:
    (row,) = asked(ephemeris, stars=["spica"], planets=["SUN"]).data["stars"]
    assert row["star"] == "SPICA"
    assert row["key"] == "alVir"
    assert row["constellation"] == "Virgo"
    assert row["magnitude"] == 0.97
    assert (row["sign"], row["degree"]) == ("LIBRA", 23)
    assert row["latitude"] == pytest.approx(-2.05, abs=0.01)
    assert row["declination"] == pytest.approx(-11.11, abs=0.01)
    assert row["right_ascension"] == pytest.approx(201.17, abs=0.01)
    assert row["conjunctions"] == []
    assert row["oppositions"] == []


def test_without_names_the_bright_stars_come_brightest_first(ephemeris: SwissAlmanac) -> None:
    rows = asked(ephemeris).data["stars"]
    assert rows[0]["star"] == "SIRIUS"
    assert all(a["magnitude"] <= b["magnitude"] <= 2.0 for a, b in pairwise(rows))
    assert "ALGOL" not in {row["star"] for row in rows}


def test_the_limit_of_magnitude_widens_and_narrows(ephemeris: SwissAlmanac) -> None:
    few, more = (stars(ephemeris, magnitude_limit=limit) for limit in (0.5, 3.0))
    assert set(few) < set(more)
    assert "ALGOL" in more
    answer = asked(ephemeris, magnitude_limit=0.5)
    assert answer.computed_for["definitions"]["magnitude_limit"] == 0.5


def test_named_stars_come_whatever_their_magnitude_in_their_order(
    ephemeris: SwissAlmanac,
) -> None:
    rows = asked(ephemeris, stars=["Algol", "Praesepe", "alpha centauri", "bePer"]).data["stars"]
    assert [row["star"] for row in rows] == ["ALGOL", "PRAESEPE", "ALPHA_CENTAURI"]
    (center,) = asked(ephemeris, stars=["Galactic Center"]).data["stars"]
    assert center["magnitude"] is None


def test_an_unknown_name_is_refused_with_the_nearest(ephemeris: SwissAlmanac) -> None:
    answer = asked(ephemeris, stars=["SPICA", "Aldebran"])
    assert answer.status == 422
    assert answer.error["details"]["field"] == "stars.1"
    assert "nearest: ALDEBARAN" in answer.error["message"]


def test_mean_places_are_up_to_twenty_seconds_away(ephemeris: SwissAlmanac) -> None:
    apparent, mean = (stars(ephemeris, star_place=name) for name in ("apparent", "MEAN"))
    gaps = [abs(apparent[name]["longitude"] - mean[name]["longitude"]) for name in apparent]
    near_the_ecliptic = abs(apparent["REGULUS"]["longitude"] - mean["REGULUS"]["longitude"])
    assert 0.0 < near_the_ecliptic < 40.0 / 3600.0
    assert max(gaps) > 10.0 / 3600.0
    echoed = asked(ephemeris, star_place="MEAN").computed_for["definitions"]
    assert echoed["star_place"] == "MEAN"


def test_a_sidereal_zodiac_moves_stars_and_leaves_declinations(ephemeris: SwissAlmanac) -> None:
    tropical = stars(ephemeris, stars=["SPICA"])["SPICA"]
    sidereal = asked(ephemeris, stars=["SPICA"], zodiac="SIDEREAL")
    (row,) = sidereal.data["stars"]
    shift = sidereal.computed_for["definitions"]["ayanamsa_value"]
    assert row["longitude"] == pytest.approx(tropical["longitude"] - shift, abs=1e-6)
    assert row["declination"] == tropical["declination"]


def test_a_draconic_zodiac_moves_stars_with_its_node(ephemeris: SwissAlmanac) -> None:
    tropical = stars(ephemeris, stars=["SPICA"])["SPICA"]
    draconic = asked(ephemeris, stars=["SPICA"], zodiac="DRACONIC")
    (row,) = draconic.data["stars"]
    start = draconic.computed_for["definitions"]["draconic_start"]
    assert row["longitude"] == pytest.approx((tropical["longitude"] - start) % 360.0, abs=1e-9)
    assert row["speed"] > 0.05  # against a node that runs back


def meetings(ephemeris: SwissAlmanac, **changes: Any) -> dict[tuple[str, str, str], Any]:
    return {
        (row["star"], kind, met["planet"]): met
        for row in asked(ephemeris, **changes).data["stars"]
        for kind in ("conjunctions", "oppositions")
        for met in row[kind]
    }


def test_meetings_follow_longitudes_and_orbs(ephemeris: SwissAlmanac) -> None:
    found = meetings(ephemeris, magnitude_limit=4.0)
    assert found
    for (star, kind, planet), met in found.items():
        row = stars(ephemeris, stars=[star])[star]
        allowed = 1.5 if row["magnitude"] <= 1.5 else 1.0
        (point,) = ask("planetary-positions", birth(planets=[planet]), ephemeris).data["positions"]
        turn = 180.0 if kind == "oppositions" else 0.0
        gap = abs((point["longitude"] - row["longitude"] - turn + 180.0) % 360.0 - 180.0)
        assert met["orb"] == pytest.approx(gap, abs=1e-9)
        assert gap <= allowed


def test_orbs_are_choices_and_echoed(ephemeris: SwissAlmanac) -> None:
    narrow = meetings(ephemeris, magnitude_limit=4.0, orb=0.3, bright_orb=0.3)
    wide = meetings(ephemeris, magnitude_limit=4.0, orb=3.0, bright_orb=4.0, bright_magnitude=3.0)
    assert set(narrow) < set(wide)
    assert max(met["orb"] for met in wide.values()) > 3.0
    echoed = asked(ephemeris, orb=0.3, bright_orb=2.0, bright_magnitude=0.9).computed_for
    wanted = {"orb": 0.3, "bright_orb": 2.0, "bright_magnitude": 0.9}
    assert wanted.items() <= echoed["definitions"].items()


def test_meetings_can_be_left_out_or_kept_to_some_points(ephemeris: SwissAlmanac) -> None:
    assert meetings(ephemeris, include_conjunctions=False) == {}
    some = meetings(ephemeris, planets=["ASC"], magnitude_limit=5.0)
    assert {planet for _, _, planet in some} == {"ASC"}
    assert all(met["applying"] is None for met in some.values())


def test_without_a_time_neither_moon_nor_angles_are_met(ephemeris: SwissAlmanac) -> None:
    wide = {"magnitude_limit": 5.0, "orb": 5.0}
    known = {planet for _, _, planet in meetings(ephemeris, **wide)}
    unknown = {planet for _, _, planet in meetings(ephemeris, time="unknown", **wide)}
    assert known - unknown == {"MOON", "ASC", "MC"}
    answer = asked(ephemeris, time="unknown", stars=["SPICA"])
    assert answer.computed_for["definitions"]["time_known"] is False
    (row,) = answer.data["stars"]
    assert row["longitude"] == pytest.approx(203.7, abs=0.01)
    assert row["distance"] > 1e7  # astronomical units: 250 light years
    assert abs(row["latitude_speed"]) < 1e-3


def test_parans_tell_both_events_and_their_orb(ephemeris: SwissAlmanac) -> None:
    assert asked(ephemeris).data["parans"] is None
    rows = asked(ephemeris, include_parans=True).data["parans"]
    assert rows
    events = {"RISE", "SET", "CULMINATION", "ANTICULMINATION"}
    for row in rows:
        assert {row["star_event"], row["planet_event"]} <= events
        assert 0.0 <= row["orb"] <= 1.0
        assert row["orb_minutes"] == pytest.approx(row["orb"] * 4.0)
        assert row["time"].endswith("Z")


def test_parans_are_those_of_the_stars_that_are_seen(ephemeris: SwissAlmanac) -> None:
    apparent, mean = (
        asked(ephemeris, include_parans=True, star_place=place).data["parans"]
        for place in ("APPARENT", "MEAN")
    )
    assert apparent == mean


def test_the_window_and_the_horizon_of_parans_are_choices(ephemeris: SwissAlmanac) -> None:
    born = asked(ephemeris).computed_for["julian_day"]
    for window, low, high in (("AROUND", -0.6, 0.6), ("before", -1.1, 0.01), ("AFTER", -0.01, 1.1)):
        answer = asked(ephemeris, include_parans=True, paran_window=window)
        assert answer.computed_for["definitions"]["paran_window"] == window.upper()
        days = [row["julian_day"] - born for row in answer.data["parans"]]
        assert low <= min(days) < max(days) <= high
    plain, raised = (
        asked(ephemeris, include_parans=True, paran_orb=0.2, paran_horizon=horizon).data["parans"]
        for horizon in (0.0, 2.0)
    )
    assert plain != raised


def test_heliacal_phases_come_for_the_stars_named(ephemeris: SwissAlmanac) -> None:
    assert asked(ephemeris).data["heliacal"] is None
    found = {
        star: asked(ephemeris, heliacal_stars=[star], stars=["VEGA"]).data["heliacal"]
        for star in ("SIRIUS", "POLARIS")
    }
    for star, rows in found.items():
        assert [(row["star"], row["event"]) for row in rows] == [
            (star, event) for event in ("MORNING_FIRST", "EVENING_LAST")
        ]
    (rising, setting), (never, neither) = found.values()
    assert rising["time"].startswith("1990-08")
    assert setting["time"].startswith("1990-05")
    assert (never["time"], neither["julian_day"]) == (None, None)
    dim = asked(ephemeris, heliacal_stars=["SIRIUS"], observer={"age": 80.0, "humidity": 90.0})
    assert dim.computed_for["definitions"]["observer"]["age"] == 80.0
    assert dim.data["heliacal"][0]["julian_day"] > rising["julian_day"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stars": [""]}, "stars.0"),
        ({"stars": ["1"]}, "stars.0"),
        ({"stars": ["%"]}, "stars.0"),
        ({"stars": ["x" * 41]}, "stars.0"),
        ({"stars": ["SPICA"] * 65}, "stars"),
        ({"magnitude_limit": 7.5}, "magnitude_limit"),
        ({"star_place": "TRUE"}, "star_place"),
        ({"orb": 5.5}, "orb"),
        ({"planets": ["SPICA"]}, "planets.0"),
        ({"include_parans": True, "magnitude_limit": 3.5}, "magnitude_limit"),
        ({"include_parans": True, "planets": SEVENTEEN}, "planets"),
        ({"include_parans": True, "center": "HELIOCENTRIC", "planets": ["MARS"]}, "center"),
        ({"center": "MARS", "planets": ["SUN"]}, "center"),
        ({"heliacal_stars": ["SIRIUS", "VEGA"]}, "heliacal_stars"),
        ({"heliacal_stars": ["Sirus"]}, "heliacal_stars.0"),
        ({"observer": {"age": 200.0}}, "observer.age"),
        ({"observer": {"humidity": 100.0}}, "observer.humidity"),
        ({"observer": {"acuity": 0.1}}, "observer.acuity"),
        ({"time": "unknown", "include_parans": True}, "time"),
        ({"time": "unknown", "planets": ["SUN", "ASC"]}, "planets.1"),
    ],
)
def test_bad_values_are_refused_by_name(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = asked(ephemeris, **changes)
    assert answer.status == 422
    assert answer.error["details"]["field"] == field


def test_the_catalogue_is_named_among_the_files(ephemeris: SwissAlmanac) -> None:
    files = asked(ephemeris, stars=["SPICA"]).computed_for["ephemeris"]["files"]
    assert files == ["sepl_18.se1", "semo_18.se1", "sefstars.txt"]


def test_a_zodiac_bound_to_a_star_names_the_catalogue_too(ephemeris: SwissAlmanac) -> None:
    def files(ayanamsa: str) -> list[str]:
        chart = birth(zodiac="SIDEREAL", ayanamsa=ayanamsa)
        return list(ask("natal-chart", chart, ephemeris).computed_for["ephemeris"]["files"])

    assert "sefstars.txt" in files("TRUE_CITRA")
    assert "sefstars.txt" not in files("LAHIRI")


def test_a_zodiac_bound_to_a_star_is_refused_beyond_the_theory(ephemeris: SwissAlmanac) -> None:
    far = birth(date="3501-01-15", ephemeris="MOSHIER", zodiac="SIDEREAL", ayanamsa="TRUE_CITRA")
    refused = ask("houses", far, ephemeris)
    assert (refused.status, refused.error["code"]) == (422, "CALCULATION_ERROR")


def test_only_a_search_for_phases_is_long_work(ephemeris: SwissAlmanac) -> None:
    plain = birth(stars=["VEGA"])
    at_once = ask("fixed-stars#cut", plain, ephemeris)
    assert at_once.outcome == ask("fixed-stars", plain, ephemeris).outcome
    searched = {**plain, "heliacal_stars": ["SIRIUS"]}
    cut = ask("fixed-stars#cut", searched, ephemeris).outcome
    assert cut.status == CUT
    assert [each["part"] for each in decode(cut.fragment)] == [
        {"star": 0, "event": event} for event in ("MORNING_FIRST", "EVENING_LAST")
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"heliacal_stars": ["Sirus"]}, "heliacal_stars.0"),
        ({"heliacal_stars": ["SIRIUS"], "stars": ["Sirus"]}, "stars.0"),
        (
            {"heliacal_stars": ["SIRIUS"], "include_parans": True, "magnitude_limit": 3.5},
            "magnitude_limit",
        ),
        ({"heliacal_stars": ["SIRIUS"], "include_parans": True, "time": "unknown"}, "time"),
    ],
)
def test_a_wrong_search_for_phases_is_refused_before_it_is_cut(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = ask("fixed-stars#cut", birth(**changes), ephemeris)
    assert answer.error["details"]["field"] == field


def test_phases_are_those_of_the_theory_asked_for(ephemeris: SwissAlmanac) -> None:
    """Moshier's theory has an answer outside the files, and differs a little within them."""
    found = {
        theory: ask(
            "fixed-stars", birth(heliacal_stars=["SIRIUS"], ephemeris=theory), ephemeris
        ).data["heliacal"]
        for theory in ("SWISS", "MOSHIER")
    }
    for ours, theirs in zip(*found.values(), strict=True):
        assert ours["julian_day"] != theirs["julian_day"]
        assert ours["julian_day"] == pytest.approx(theirs["julian_day"], abs=1e-6)
    late: dict[str, Any] = {"date": "2500-01-01", "heliacal_stars": ["SIRIUS"]}
    assert asked(ephemeris, **late).status == 422
    there = ask("fixed-stars", birth(**late, ephemeris="MOSHIER"), ephemeris)
    rising, _ = there.data["heliacal"]
    assert rising["time"].startswith("2500-08")
