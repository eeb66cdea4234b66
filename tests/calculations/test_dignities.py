"""The dignities calculation: its reply, and that every choice changes it and is echoed."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask

CHART_A = {"date": "2000-01-01T18:00:00Z", "latitude": 32.716667, "longitude": -117.15}
ALL_FIVE = ["DOMICILE", "EXALTATION", "TRIPLICITY", "TERM", "FACE"]


def rows(ephemeris: SwissEphemeris, **more: Any) -> dict[str, dict[str, Any]]:
    data = ask("dignities", {**CHART_A, **more}, ephemeris).data
    return {row["planet"]: row for row in data["dignities"]}


def conditions(row: dict[str, Any]) -> dict[str, int]:
    return {each["condition"]: each["points"] for each in row["accidental"]["conditions"]}


def test_the_seven_planets_have_points_rulers_and_accidents(ephemeris: SwissEphemeris) -> None:
    found = rows(ephemeris)
    assert list(found) == ["SUN", "MOON", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN"]
    mercury = found["MERCURY"]
    assert (mercury["sign"], mercury["degree"], mercury["house"]) == ("CAPRICORN", 2, 10)
    assert (mercury["term"], mercury["total_score"], mercury["peregrine"]) == (2, 2, False)
    assert mercury["rulers"] == {
        "domicile": ["SATURN"],
        "exaltation": ["MARS"],
        "detriment": ["MOON"],
        "fall": ["JUPITER"],
        "triplicity": {"day": ["VENUS"], "night": ["MOON"], "participating": ["MARS"]},
        "term": "MERCURY",
        "face": "JUPITER",
    }
    accidental = mercury["accidental"]
    assert accidental["total_score"] == sum(each["points"] for each in accidental["conditions"])


def test_fields_are_points_and_the_total_is_their_sum(ephemeris: SwissEphemeris) -> None:
    names = ("rulership", "exaltation", "detriment", "fall", "triplicity", "term", "face")
    for row in rows(ephemeris, triplicity_scope="ALL_THREE", peregrine_score=-5).values():
        assert row["total_score"] == sum(row[name] for name in names) + row["peregrine_points"]


def test_totals_are_null_when_scores_are_not_asked_for(ephemeris: SwissEphemeris) -> None:
    for row in rows(ephemeris, include_scores=False).values():
        assert row["total_score"] is None
        assert row["accidental"]["total_score"] is None


def test_parts_are_left_out_on_request(ephemeris: SwissEphemeris) -> None:
    more = {"include_accidental": False, "include_almutens": False, "include_receptions": False}
    data = ask("dignities", {**CHART_A, **more}, ephemeris).data
    assert (data["almutens"], data["receptions"], data["dispositors"]) == ([], [], [])
    assert [row["accidental"] for row in data["dignities"]] == [None] * 7


@pytest.mark.parametrize(
    ("choice", "planet", "field", "before", "after"),
    [
        ({"terms": "ptolemaic-lilly"}, "MARS", "term", 0, 2),
        ({"terms": "PTOLEMAIC_ROBBINS"}, "MERCURY", "term", 2, 0),
        ({"triplicity_scope": "ALL_THREE"}, "MOON", "triplicity", 0, 3),
        ({"peregrine_score": -5}, "SUN", "total_score", 0, -5),
    ],
)
def test_a_table_changes_points(
    choice: dict[str, Any],
    planet: str,
    field: str,
    before: int,
    after: int,
    ephemeris: SwissEphemeris,
) -> None:
    assert rows(ephemeris)[planet][field] == before
    assert rows(ephemeris, **choice)[planet][field] == after


def test_faces_and_triplicities_change_rulers(ephemeris: SwissEphemeris) -> None:
    assert rows(ephemeris)["SUN"]["rulers"]["face"] == "MARS"
    decans = rows(ephemeris, faces="TRIPLICITY")
    assert decans["SUN"]["rulers"]["face"] == "VENUS"
    lilly = rows(ephemeris, triplicity="LILLY")["MOON"]["rulers"]["triplicity"]
    assert lilly == {"day": ["MARS"], "night": ["MARS"], "participating": []}


def test_outer_planets_need_the_modern_system(ephemeris: SwissEphemeris) -> None:
    refused = ask("dignities", {**CHART_A, "planets": ["SUN", "URANUS"]}, ephemeris)
    assert refused.status == 422
    assert refused.error["details"]["field"] == "planets.1"
    assert "MODERN" in refused.error["message"]
    uranus = rows(ephemeris, planets=["URANUS"], system="modern")["URANUS"]
    assert (uranus["sign"], uranus["rulership"]) == ("AQUARIUS", 5)
    assert uranus["rulers"]["domicile"] == ["SATURN", "URANUS"]
    own = {"outer_exaltations": {"NEPTUNE": "AQUARIUS"}, "system": "MODERN", "planets": ["NEPTUNE"]}
    assert rows(ephemeris, **own)["NEPTUNE"]["exaltation"] == 4


def test_modern_dispositors_may_be_the_old_ones(ephemeris: SwissEphemeris) -> None:
    def mars(**more: Any) -> dict[str, Any]:
        request = {**CHART_A, "system": "MODERN", "planets": ["MARS"], **more}
        return dict(ask("dignities", request, ephemeris).data["dispositors"][0])

    assert (mars()["dispositor"], mars()["final_dispositor"]) == ("URANUS", "URANUS")
    assert mars(modern_dispositors=False)["dispositor"] == "SATURN"


@pytest.mark.parametrize(
    ("choice", "planet", "gone", "come"),
    [
        ({"combust_orb": 8.0}, "MERCURY", "COMBUST", "UNDER_BEAMS"),
        ({"combust_orb": 8.0, "beams_orb": 8.1}, "MERCURY", "COMBUST", "FREE_OF_BEAMS"),
        ({"cazimi_orb": 9.0}, "MERCURY", "COMBUST", "CAZIMI"),
        ({"speed_rule": "ABSOLUTE", "stationary_fraction": 1.0}, "SATURN", "SWIFT", "STATIONARY"),
        ({"siege": "RAYS"}, "MERCURY", "NOTHING", "BESIEGED"),
        ({"house_system": "WHOLE_SIGN"}, "MARS", "NOTHING", "CADENT"),
    ],
)
def test_a_limit_changes_accidents(
    choice: dict[str, Any], planet: str, gone: str, come: str, ephemeris: SwissEphemeris
) -> None:
    found = conditions(rows(ephemeris, **choice)[planet])
    assert come in found
    assert gone not in found


@pytest.mark.parametrize(
    ("date", "choice", "planet", "gone", "come"),
    [
        ("2000-01-19", {"combust_in_sign": False}, "MERCURY", "UNDER_BEAMS", "COMBUST"),
        ("2000-01-08", {"partile": "ORB"}, "MOON", None, "PARTILE_SEXTILE"),
        ("2000-01-11", {"hayz": "LILLY"}, "MOON", "HAYZ", None),
        ("2000-03-10", {"siege_span": 5.0}, "JUPITER", "BESIEGED", None),
    ],
)
def test_a_rule_changes_accidents_of_its_day(
    date: str,
    choice: dict[str, Any],
    planet: str,
    gone: str | None,
    come: str | None,
    ephemeris: SwissEphemeris,
) -> None:
    day = {"date": f"{date}T18:00:00Z"}
    before = set(conditions(rows(ephemeris, **day)[planet]))
    after = set(conditions(rows(ephemeris, **day, **choice)[planet]))
    assert before - after == ({gone} if gone else set())
    assert after >= ({come} if come else set())
    assert come not in before


def test_stars_are_scored_on_request(ephemeris: SwissEphemeris) -> None:
    """On 2000-09-16 Venus stood beside Spica."""
    day = {"date": "2000-09-16T12:00:00Z"}
    assert "CONJUNCT_STAR" not in conditions(rows(ephemeris, **day)["VENUS"])
    starry = rows(ephemeris, **day, include_stars=True)["VENUS"]["accidental"]["conditions"]
    assert {"condition": "CONJUNCT_STAR", "points": 5, "other": "SPICA"} in starry
    narrow = rows(ephemeris, **day, include_stars=True, star_orb=0.0)["VENUS"]
    assert "CONJUNCT_STAR" not in conditions(narrow)


def test_receptions_widen_with_their_dignities(ephemeris: SwissEphemeris) -> None:
    def kinds(**more: Any) -> set[tuple[str, str, str]]:
        data = ask("dignities", {**CHART_A, **more}, ephemeris).data["receptions"]
        return {(row["planet1"], row["planet2"], row["kind"]) for row in data}

    plain, any_of_five = kinds(), kinds(reception_by=ALL_FIVE)
    assert {kind for _, _, kind in plain} == {"ONE_SIDED"}
    assert len(any_of_five) > len(plain)
    assert kinds(reception_by=[]) == any_of_five
    assert len(kinds(reception_needs_aspect=True)) < len(plain)


def test_mutual_reception_may_count_as_dignity(ephemeris: SwissEphemeris) -> None:
    """On 2000-01-25 Venus and Saturn are in each other's signs, Capricorn and Taurus."""
    day = {"date": "2000-01-25T18:00:00Z"}
    mutual = ask("dignities", {**CHART_A, **day}, ephemeris).data["receptions"]
    assert {
        "planet1": "VENUS",
        "planet2": "SATURN",
        "kind": "MUTUAL",
        "by": ["DOMICILE"],
        "back": ["DOMICILE"],
    } in mutual
    plain = rows(ephemeris, **day, peregrine_score=-5)["SATURN"]
    assert (plain["rulership"], plain["peregrine"], plain["total_score"]) == (0, True, -5)
    counted = rows(ephemeris, **day, peregrine_score=-5, mutual_reception_counts=True)["SATURN"]
    assert (counted["rulership"], counted["peregrine"]) == (5, False)
    # The Moon in Libra and Saturn in Taurus are in each other's exaltations besides.
    assert (counted["exaltation"], counted["total_score"]) == (4, 9)


def test_every_choice_is_echoed(ephemeris: SwissEphemeris) -> None:
    choices: dict[str, Any] = {
        "system": "MODERN",
        "terms": "PTOLEMAIC_LILLY",
        "triplicity": "PTOLEMAIC",
        "triplicity_scope": "ALL_THREE",
        "faces": "TRIPLICITY",
        "outer_exaltations": {"PLUTO": "LEO"},
        "peregrine_score": -3,
        "mutual_reception_counts": True,
        "reception_by": ["DOMICILE", "TERM"],
        "reception_needs_aspect": True,
        "modern_dispositors": False,
        "cazimi_orb": 0.5,
        "combust_orb": 8.0,
        "beams_orb": 15.0,
        "combust_in_sign": False,
        "stationary_fraction": 0.2,
        "speed_rule": "ABSOLUTE",
        "partile": "ORB",
        "hayz": "LILLY",
        "siege": "RAYS",
        "siege_span": 20.0,
        "node": "TRUE",
        "star_orb": 6.0,
        "house_system": "KOCH",
        "sect": "APPARENT",
    }
    told = ask("dignities", {**CHART_A, **choices}, ephemeris).computed_for["definitions"]
    assert {name: told[name] for name in choices} == choices


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("terms", "CHALDEAN"),
        ("peregrine_score", -6),
        ("combust_orb", 31),
        ("reception_by", ["DETRIMENT"]),
        ("center", "HELIOCENTRIC"),
        ("house_system", "GAUQUELIN"),
        ("time", "unknown"),
        ("outer_exaltations", {"PLUTO": "LEO"}),
        ("siege_span", 0),
        ("planets", ["ASC"]),
    ],
)
def test_bad_values_are_refused_by_name(field: str, value: Any, ephemeris: SwissEphemeris) -> None:
    chart = {**CHART_A, "date": "2000-01-01"} if field == "time" else CHART_A
    answer = ask("dignities", {**chart, field: value}, ephemeris)
    assert answer.status == 422
    assert field in answer.error["message"]


def test_inside_the_polar_circles_houses_may_be_left_out(ephemeris: SwissEphemeris) -> None:
    polar = {**CHART_A, "latitude": 70.0}
    assert ask("dignities", polar, ephemeris).status == 422
    data = ask("dignities", {**polar, "polar": "FLAG"}, ephemeris).data
    assert [row["house"] for row in data["dignities"]] == [None] * 7
    assert all("ANGULAR" not in conditions(row) for row in data["dignities"])


def test_dignities_follow_the_zodiac(ephemeris: SwissEphemeris) -> None:
    sidereal = rows(ephemeris, zodiac="SIDEREAL")
    assert sidereal["SUN"]["sign"] == "SAGITTARIUS"
    assert sidereal["SUN"]["triplicity"] == 3
