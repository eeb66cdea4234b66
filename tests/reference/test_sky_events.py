"""Stations, ingresses, lunations and the void Moon: DEFINITIONS.md 6, and published tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from app.astrology.angles import separation
from app.astrology.curves import ASTRONOMICAL_UNIT
from app.astrology.moment import moment_of
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.reference import Case, case, cases
from tests.reference.test_definitions import CHART_A

A_TENTH = 0.11
"""Seconds: both the definitions and the answers are rounded to the tenth."""
A_SECOND = 0.6
"""Seconds, where the definitions print whole ones."""
SECONDS_OF_A_DAY = 86_400.0
CYCLE = {"NM": "NEW_MOON", "FQ": "FIRST_QUARTER", "FM": "FULL_MOON", "LQ": "LAST_QUARTER"}
OF_ANGLE = {0.0: "NEW_MOON", 90.0: "FIRST_QUARTER", 180.0: "FULL_MOON", 270.0: "LAST_QUARTER"}


def day(text: str) -> float:
    """Julian day of an instant in UTC, to the minute or to the second."""
    return moment_of(text, None, zone="UTC", fold=0, longitude=0.0).jd_utc


def seconds_between(row: Any, text: str) -> float:
    """Seconds from a printed instant to that of a row."""
    return abs(float(row["julian_day"]) - day(text)) * SECONDS_OF_A_DAY


def events(
    name: str, ephemeris: SwissEphemeris, start: str, end: str, /, **more: Any
) -> dict[str, Any]:
    return dict(ask(name, {"start_date": start, "end_date": end, **more}, ephemeris).data)


# Stations


@pytest.mark.parametrize(
    ("planet", "pre", "retrograde", "direct", "post", "degrees"),
    [
        (
            "MERCURY",
            "2026-10-04T09:09:23Z",
            "2026-10-24T07:12:43Z",
            "2026-11-13T15:53:53Z",
            "2026-11-30T06:16:23Z",
            (230.97899, 215.03349),
        ),
        (
            "MARS",
            "2026-11-05T15:33:43Z",
            "2027-01-10T12:59:17Z",
            "2027-04-01T14:08:15Z",
            "2027-06-08T01:58:04Z",
            (160.42901, 140.92661),
        ),
    ],
)
def test_loops_and_their_shadows_are_those_of_the_definitions(  # noqa: PLR0913, PLR0917
    planet: str,
    pre: str,
    retrograde: str,
    direct: str,
    post: str,
    degrees: tuple[float, float],
    ephemeris: SwissEphemeris,
) -> None:
    data = events("stations", ephemeris, "2026-11-20", "2026-11-20", planets=[planet])
    (loop,) = data["periods"]
    assert seconds_between(loop["pre_shadow"], pre) < A_SECOND
    assert seconds_between(loop["retrograde"], retrograde) < A_SECOND
    assert seconds_between(loop["direct"], direct) < A_SECOND
    assert seconds_between(loop["post_shadow"], post) < A_SECOND
    assert loop["retrograde"]["longitude"] == pytest.approx(degrees[0], abs=6e-6)
    assert loop["direct"]["longitude"] == pytest.approx(degrees[1], abs=6e-6)


def test_the_five_phases_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    asked = {"planets": ["MERCURY", "MARS"], "moment": "2026-11-20"}
    data = events("stations", ephemeris, "2026-01-01", "2026-01-31", **asked)
    assert [row["phase"] for row in data["phases"]] == ["POST_SHADOW", "PRE_SHADOW"]


def test_venus_turns_when_the_definitions_say(ephemeris: SwissEphemeris) -> None:
    data = events("stations", ephemeris, "2018-10-01", "2018-10-31", planets=["VENUS"])
    (row,) = data["stations"]
    assert seconds_between(row, "2018-10-05T19:04:20Z") < A_SECOND
    assert row["direction"] == "RETROGRADE"


@pytest.mark.parametrize("published", cases("stations"), ids=str)
def test_published_stations(published: Case, ephemeris: SwissEphemeris) -> None:
    body, year = published.input["body"], published.input["year"]
    data = events("stations", ephemeris, f"{year}-01-01", f"{year}-12-31", planets=[body])
    found = {row["direction"]: row for row in data["stations"]}
    allowed = published.tolerance["hours"] * 3600.0
    retrograde, direct = published.expect["retrograde_tt"], published.expect["direct_tt"]
    assert seconds_between(found["RETROGRADE"], f"{retrograde}Z") < allowed
    assert seconds_between(found["DIRECT"], f"{direct}Z") < allowed


# Ingresses


def test_sign_ingresses_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    data = events("ingresses", ephemeris, "2025-07-01", "2026-04-30", planets=["URANUS"])
    rows = data["ingresses"]["sign"]
    expected = ["2025-07-07T07:47:19.7Z", "2025-11-08T02:19:31.5Z", "2026-04-26T00:51:32.5Z"]
    assert [row["date"] for row in rows] == expected
    assert [row["sign"] for row in rows] == ["GEMINI", "TAURUS", "GEMINI"]
    assert [row["is_retrograde"] for row in rows] == [False, True, False]


def test_a_house_ingress_is_that_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    asked = {"types": ["HOUSE"], "natal_chart": CHART_A, "planets": ["SATURN"]}
    (row,) = events("ingresses", ephemeris, "2027-01-01", "2027-12-31", **asked)["ingresses"][
        "house"
    ]
    assert (row["house"], row["previous"]) == (2, 1)
    assert seconds_between(row, "2027-04-10T07:29:13.5Z") < A_TENTH


def test_the_aries_ingress_is_that_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    asked = {"planets": ["SUN"]}
    (row,) = events("ingresses", ephemeris, "2026-03-01", "2026-03-31", **asked)["ingresses"][
        "sign"
    ]
    assert row["sign"] == "ARIES"
    assert seconds_between(row, "2026-03-20T14:45:57.8Z") < A_TENTH


@pytest.mark.parametrize("published", cases("sign_ingress"), ids=str)
def test_published_sign_ingresses(published: Case, ephemeris: SwissEphemeris) -> None:
    printed = published.expect["utc"]
    asked = {"planets": [published.input["body"]]}
    year = int(printed[:4])
    rows = events("ingresses", ephemeris, f"{year}-01-01", f"{year}-12-31", **asked)
    signs = ("ARIES", "TAURUS", "GEMINI", "CANCER", "LEO")
    sign = signs[int(published.input["lon_deg"] // 30.0)]
    nearest = min(
        seconds_between(row, printed) for row in rows["ingresses"]["sign"] if row["sign"] == sign
    )
    assert nearest < published.tolerance["minutes"] * 60.0


@pytest.mark.parametrize("published", cases("equinox_solstice"), ids=str)
def test_published_equinoxes_and_solstices(published: Case, ephemeris: SwissEphemeris) -> None:
    year = published.input["year"]
    asked = {"planets": ["SUN"]}
    data = events("ingresses", ephemeris, f"{year}-01-01", f"{year}-12-31", **asked)
    found = {row["sign"]: row for row in data["ingresses"]["sign"]}
    names = {
        "march_equinox": "ARIES",
        "june_solstice": "CANCER",
        "september_equinox": "LIBRA",
        "december_solstice": "CAPRICORN",
    }
    for name, printed in published.expect["utc"].items():
        away = seconds_between(found[names[name]], printed)
        assert away < published.tolerance["minutes"] * 60.0, name


# Lunations


def test_the_phases_of_a_month_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    rows = events("lunations", ephemeris, "2026-11-01", "2026-11-30")["phases"]
    expected = [
        ("LAST_QUARTER", "2026-11-01T20:28:27Z"),
        ("NEW_MOON", "2026-11-09T07:02:07Z"),
        ("FIRST_QUARTER", "2026-11-17T11:47:50Z"),
        ("FULL_MOON", "2026-11-24T14:53:34Z"),
    ]
    assert [row["phase"] for row in rows] == [phase for phase, _ in expected]
    for row, (_, printed) in zip(rows, expected, strict=True):
        assert seconds_between(row, printed) < A_SECOND


def test_the_prenatal_lunations_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    rows = events("lunations", ephemeris, "1999-12-01", "1999-12-31")["phases"]
    found = {row["phase"]: row for row in rows}
    assert seconds_between(found["NEW_MOON"], "1999-12-07T22:31:38Z") < A_SECOND
    assert found["NEW_MOON"]["moon"]["longitude"] == pytest.approx(255.369763, abs=1e-6)
    assert seconds_between(found["FULL_MOON"], "1999-12-22T17:31:18Z") < A_SECOND
    assert found["FULL_MOON"]["moon"]["longitude"] == pytest.approx(90.415370, abs=1e-6)


def test_the_phase_of_chart_a_is_that_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    asked = {"moment": CHART_A["date"]}
    state = events("lunations", ephemeris, "2000-01-01", "2000-01-02", **asked)["state"]
    assert state["angle"] == pytest.approx(305.700833, abs=1e-6)
    assert (state["phase_rudhyar"], state["phase_centred"]) == ("LAST_QUARTER", "WANING_CRESCENT")
    assert (state["tithi"], state["karana"]) == (26, 50)
    assert state["illumination"] == pytest.approx(0.210297, abs=1e-6)
    assert state["age"] == pytest.approx(2451545.25 - day("1999-12-07T22:31:38Z"), abs=1e-5)


@pytest.mark.parametrize(
    "published", [one for one in cases("lunation_times") if "year" in one.input], ids=str
)
def test_published_lunations(published: Case, ephemeris: SwissEphemeris) -> None:
    year, phase = published.input["year"], CYCLE[published.input["phase"]]
    data = events("lunations", ephemeris, f"{year}-01-01", f"{year}-12-31")
    found = [row for row in data["phases"] if row["phase"] == phase]
    printed = published.expect["utc"]
    if len(printed) > 1:  # a whole year
        assert len(found) == len(printed)
    for text in printed:
        nearest = min(seconds_between(row, text) for row in found)
        assert nearest < published.tolerance["minutes"] * 60.0


def test_the_worked_example_of_meeus(ephemeris: SwissEphemeris) -> None:
    """In terrestrial time, 47.7 seconds ahead of UT1 at that day."""
    published = case("meeus-moon-new-1977-02")
    rows = events("lunations", ephemeris, "1977-02-01", "1977-02-28")["phases"]
    phase = OF_ANGLE[published.input["elongation_deg"]]
    (found,) = (row for row in rows if row["phase"] == phase)
    ahead = ephemeris.delta_t(found["julian_day"])
    off = (found["julian_day"] - day(f"{published.expect['tt']}Z")) * SECONDS_OF_A_DAY + ahead
    assert abs(off) < published.tolerance["seconds"]


@pytest.mark.parametrize("published", cases("moon_perigee_apogee"), ids=str)
def test_published_perigees_and_apogees(published: Case, ephemeris: SwissEphemeris) -> None:
    asked = {"include": ["APSIDES"]}
    rows = events("lunations", ephemeris, "2024-01-01", "2024-03-25", **asked)["apsides"]
    printed = published.expect["events"]
    assert [row["apsis"] for row in rows] == [event["type"].upper() for event in printed]
    for row, event in zip(rows, printed, strict=True):
        assert seconds_between(row, event["utc"]) < published.tolerance["minutes"] * 60.0
        assert row["distance_km"] == pytest.approx(event["km"], abs=published.tolerance["km"])


@pytest.mark.parametrize("published", cases("moon_node_passages"), ids=str)
def test_published_node_passages(published: Case, ephemeris: SwissEphemeris) -> None:
    asked = {"include": ["NODES"]}
    rows = events("lunations", ephemeris, "2024-01-01", "2024-03-31", **asked)["nodes"]
    printed = published.expect["events"]
    assert [row["node"] for row in rows] == [event["node"].upper() for event in printed]
    for row, event in zip(rows, printed, strict=True):
        assert seconds_between(row, event["utc"]) < published.tolerance["minutes"] * 60.0


@pytest.mark.parametrize("published", cases("sun_distance_extrema"), ids=str)
def test_published_perihelia_and_aphelia(published: Case, ephemeris: SwissEphemeris) -> None:
    asked = {"include": ["EARTH_APSIDES"]}
    rows = events("lunations", ephemeris, "2024-01-01", "2026-12-31", **asked)["earth_apsides"]
    printed = published.expect["events"]
    assert [row["apsis"] for row in rows] == [event["type"].upper() for event in printed]
    for row, event in zip(rows, printed, strict=True):
        assert row["distance_au"] == pytest.approx(event["au"], abs=published.tolerance["au"])
        assert row["distance_km"] == pytest.approx(row["distance_au"] * ASTRONOMICAL_UNIT)
        assert seconds_between(row, event["utc"]) < published.tolerance["minutes"] * 60.0


# The void Moon


LEO = ("2026-01-04T14:00:00Z", "2026-01-06T16:00:00Z")


@pytest.mark.parametrize(
    ("rule", "start", "end"),
    [
        ("TRADITIONAL", "2026-01-04T13:43:26.2Z", "2026-01-06T16:56:45.6Z"),
        ("MORRISON", "2026-01-06T13:04:40.1Z", "2026-01-06T16:56:45.6Z"),
        ("LILLY", "2026-01-04T13:43:26.2Z", "2026-01-06T12:52:02.6Z"),
        ("HELLENISTIC", "2026-01-04T07:44:28.8Z", "2026-01-05T03:46:54.4Z"),
    ],
)
def test_the_moon_is_void_as_the_definitions_say(
    rule: str, start: str, end: str, ephemeris: SwissEphemeris
) -> None:
    (window,) = events("void-of-course", ephemeris, *LEO, rule=rule)["windows"]
    assert (window["start"], window["end"]) == (start, end)


def test_the_aspects_around_it_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    (ten,) = events("void-of-course", ephemeris, *LEO)["windows"]
    assert ten["hours"] == pytest.approx(3.868, abs=5e-4)
    assert (ten["last_aspect"]["planet"], ten["last_aspect"]["aspect_type"]) == ("URANUS", "SQUARE")
    (seven,) = events("void-of-course", ephemeris, *LEO, rule="TRADITIONAL")["windows"]
    assert seven["hours"] == pytest.approx(51.222, abs=5e-4)
    assert seven["whole_sign"]
    following = seven["next_aspect"]
    assert (following["planet"], following["aspect_type"]) == ("MERCURY", "TRINE")
    assert following["date"] == "2026-01-07T08:01:55.2Z"


def test_an_aspect_of_the_next_sign_counts_unless_it_must_not(ephemeris: SwissEphemeris) -> None:
    asked = {"rule": "LILLY", "must_perfect_in_sign": True}
    (window,) = events("void-of-course", ephemeris, *LEO, **asked)["windows"]
    assert (window["start"], window["end"]) == ("2026-01-04T13:43:26.2Z", "2026-01-06T16:56:45.6Z")


@pytest.mark.parametrize("published", cases("void_of_course"), ids=str)
def test_published_void_moons(published: Case, ephemeris: SwissEphemeris) -> None:
    span = published.input["from_utc"], published.input["to_utc"]
    seven = events("void-of-course", ephemeris, *span, rule="TRADITIONAL")["windows"]
    expected = published.expect["traditional_7_planets"]
    assert len(seven) == expected["windows"]
    assert seven[0]["hours"] > expected["min_hours"]
    ten = events("void-of-course", ephemeris, *span)["windows"]
    assert max(row["hours"] for row in ten) < published.expect["with_outer_planets"]["max_hours"]


# Aspects between moving planets


KINDS = {0: "CONJUNCTION", 60: "SEXTILE", 90: "SQUARE", 120: "TRINE", 180: "OPPOSITION"}


def meetings(
    ephemeris: SwissEphemeris, start: str, end: str, planets: Sequence[str], angle: float
) -> list[dict[str, Any]]:
    asked = {"against": "EACH_OTHER", "planets": planets, "aspects": [KINDS[int(angle)]]}
    return list(events("transit-search", ephemeris, start, end, **asked)["hits"])


def test_saturn_meets_neptune_when_the_definitions_say(ephemeris: SwissEphemeris) -> None:
    (hit,) = meetings(ephemeris, "2026-01-01", "2026-12-31", ["SATURN", "NEPTUNE"], 0.0)
    assert seconds_between(hit, "2026-02-20T16:54:02.2Z") < A_TENTH
    assert hit["longitude"] == pytest.approx(0.752872, abs=1e-6)


@pytest.mark.parametrize("published", cases("aspect_exact_date"), ids=str)
def test_published_conjunctions(published: Case, ephemeris: SwissEphemeris) -> None:
    span = published.input["from_utc"], published.input["to_utc"]
    hits = meetings(ephemeris, *span, published.input["bodies"], published.input["aspect_deg"])
    assert len(hits) == published.expect["count"]
    assert hits[0]["date"][:10] == published.expect["date"]


@pytest.mark.parametrize("published", cases("impossible_aspects"), ids=str)
def test_aspects_that_cannot_be_are_not_found(published: Case, ephemeris: SwissEphemeris) -> None:
    year = published.input["year"]
    for pair in ("Sun-Mercury", "Sun-Venus"):
        for angle in published.expect[pair]:
            hits = meetings(ephemeris, f"{year}-01-01", f"{year}-12-31", pair.split("-"), angle)
            assert len(hits) == published.expect["count_each"]


@pytest.mark.parametrize("published", cases("aspect_count"), ids=str)
def test_oppositions_of_a_year(published: Case, ephemeris: SwissEphemeris) -> None:
    year, angle = published.input["year"], published.input["aspect_deg"]
    for planet, count in published.expect["counts"].items():
        pair = [published.input["with_"], planet]
        hits = meetings(ephemeris, f"{year}-01-01", f"{year}-12-31", pair, angle)
        assert len(hits) == count
        assert separation(hits[0]["angle"], angle) == 0.0
