"""What is refused, and how the refusal names field, expected and got."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask, birth

POSITIONS = "planetary-positions"
LATITUDE = "latitude must be a number within -90.0..90.0"


def refused(answer: Asked, code: str = "VALIDATION_ERROR") -> str:
    """The message of a refusal whose two forms agree."""
    assert answer.status == 422
    assert answer.body["data"] is None
    assert answer.error["code"] == code
    detail = answer.body["detail"]
    message = str(answer.error["message"])
    if code == "VALIDATION_ERROR":
        assert "; ".join(row["msg"] for row in detail) == message
        first = answer.error["details"]["errors"][0]
        assert answer.error["details"]["field"] == first["field"]
        assert answer.error["details"]["reason"] == first["expected"]
        where = [part for part in detail[0]["loc"] if part != "body"] or ["body"]
        assert ".".join(map(str, where)) == first["field"]
    else:
        assert detail == message
    return message


def raw(text: str) -> bytes:
    """The birth of the examples with a latitude written as it is."""
    return json.dumps(NEW_YORK).replace("40.7128", text).encode()


# Numbers


@pytest.mark.parametrize(
    ("written", "got"),
    [
        ("NaN", "nan"),
        ("Infinity", "inf"),
        ("-Infinity", "-inf"),
        ("1e400", "inf"),
        ("true", "true"),
        ("false", "false"),
        ("null", "null"),
        ("[40.7]", "[40.7]"),
        ("{}", "{}"),
        ("90.0001", "90.0001"),
        ("-90.0001", "-90.0001"),
        ("97", "97"),
        ("1" + "0" * 30, "1" + "0" * 30),
    ],
)
def test_a_latitude_must_be_a_number_on_earth(
    written: str, got: str, ephemeris: SwissEphemeris
) -> None:
    answer = ask(POSITIONS, raw(written), ephemeris)
    assert refused(answer) == f"{LATITUDE}, got {got}"
    (problem,) = answer.error["details"]["errors"]
    assert problem["field"] == "latitude"
    assert problem["expected"] == "a number within -90.0..90.0"
    assert answer.body["detail"][0]["loc"] == ["body", "latitude"]


def test_a_number_written_as_text_is_told_so(ephemeris: SwissEphemeris) -> None:
    assert refused(ask(POSITIONS, raw('"40.7"'), ephemeris)) == f"{LATITUDE}, not text, got '40.7'"


@pytest.mark.parametrize(
    ("name", "request_", "expected"),
    [
        (
            "transits",
            {"natal": NEW_YORK, "transit_date": "2020-01-01"},
            "natal_chart must be given; 'natal' is not a field of this request",
        ),
        (
            "transits",
            {**NEW_YORK, "transit_date": "2020-01-01"},
            (
                "natal_chart must be given; 'date', 'time', 'latitude', 'longitude' belong "
                "inside natal_chart"
            ),
        ),
        (
            "synastry",
            {"chart1": NEW_YORK, "person2": NEW_YORK},
            "chart2 must be given; 'person2' is not a field of this request",
        ),
        (
            "synastry",
            {"chart1": {"date": "2000-01-01", "lat": 1, "longitude": 2}, "chart2": NEW_YORK},
            "chart1.latitude must be given; 'chart1.lat' is not a field of this request",
        ),
        (
            POSITIONS,
            {"lat": 1, "lng": 2, "birthdate": "x", "colour": 3},
            (
                "date must be given; 'birthdate', 'colour' are no fields of this request; "
                "latitude must be given; 'lat' is not a field of this request; "
                "longitude must be given; 'lng' is not a field of this request"
            ),
        ),
    ],
)
def test_a_missing_field_is_told_with_what_was_given_in_its_place(
    name: str, request_: dict[str, Any], expected: str, ephemeris: SwissEphemeris
) -> None:
    answer = ask(name, request_, ephemeris)
    assert refused(answer) == expected


def test_unknown_fields_beside_a_missing_one_are_few_and_cut(ephemeris: SwissEphemeris) -> None:
    many = {f"unknown_{number}_{'x' * 1000}": 1 for number in range(60)}
    message = refused(ask(POSITIONS, many, ephemeris))
    assert message.count("unknown_") == 4
    assert len(message) < 600


def test_a_number_of_four_hundred_digits_is_cut_when_repeated(ephemeris: SwissEphemeris) -> None:
    message = refused(ask(POSITIONS, raw("1" + "0" * 400), ephemeris))
    assert message.startswith(f"{LATITUDE}, got 1000")
    assert len(message) < 200


@pytest.mark.parametrize("longitude", [-180.0, 180.0, 0, -0.0])
def test_the_ends_of_a_range_are_within_it(longitude: float, ephemeris: SwissEphemeris) -> None:
    assert ask(POSITIONS, birth(longitude=longitude, latitude=-90), ephemeris).status == 200


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("longitude", 180.5, "longitude must be a number within -180.0..180.0, got 180.5"),
        ("fold", 2, "fold must be a number within 0..1, got 2"),
        ("fold", -1, "fold must be a number within 0..1, got -1"),
        ("fold", True, "fold must be a whole number, got true"),
        ("fold", "1", "fold must be a whole number, not text, got '1'"),
        ("date", 19900115, "date must be a string, got 19900115"),
        ("date", None, "date must be a string, got null"),
        ("time", 1430, "time must be a string, got 1430"),
        ("timezone", None, "timezone must be a string, got null"),
        ("include_speed", 1, "include_speed must be true or false, got 1"),
        ("include_speed", "yes", "include_speed must be true or false, got 'yes'"),
        ("planets", "SUN", "planets must be a list, got 'SUN'"),
        ("planets", {"SUN": 1}, 'planets must be a list, got {"SUN": 1}'),
    ],
)
def test_a_field_of_another_kind_is_refused(
    field: str, value: Any, expected: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(ask(POSITIONS, birth(**{field: value}), ephemeris)) == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("orb_multiplier", 5, "orb_multiplier must be a number within 0.1..3.0, got 5"),
        ("orb_multiplier", True, "orb_multiplier must be a number within 0.1..3.0, got true"),
        ("orbs", {"TRINE": 31}, "orbs.TRINE must be at most 30.0, got 31"),
        ("orbs", {"trine": -1}, "orbs.trine must be at least 0.0, got -1"),
        ("orbs", {"trine": True}, "orbs.trine must be a number, got true"),
        ("orbs", [1], "orbs must be an object, got [1]"),
    ],
)
def test_an_orb_out_of_bounds_is_refused(
    field: str, value: Any, expected: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(ask("aspects", birth(**{field: value}), ephemeris)) == expected


# Choices

CHART, ASPECTS, HOUSES = "natal-chart", "aspects", "houses"


@pytest.mark.parametrize(
    ("name", "field", "value", "expected"),
    [
        (HOUSES, "cusp_orb", 99, "cusp_orb must be a number within 0.0..15.0, got 99"),
        (CHART, "cusp_orb", -0.1, "cusp_orb must be a number within 0.0..15.0, got -0.1"),
        (CHART, "cusp_orb", "5", "cusp_orb must be a number within 0.0..15.0, not text, got '5'"),
        (CHART, "altitude", 1e6, "altitude must be a number within -500.0..9000.0, got 1000000.0"),
        (CHART, "luminary_bonus", 11, "luminary_bonus must be a number within 0.0..10.0, got 11"),
        (CHART, "other_orb", 31, "other_orb must be a number within 0.0..30.0, got 31"),
        (CHART, "exact_window", 0, "exact_window must be a number within 1.0..183.0, got 0"),
        (CHART, "exact_window", 1e9, "exact_window must be a number within 1.0..183.0"),
        (ASPECTS, "parallel_orb", 6, "parallel_orb must be a number within 0.0..5.0, got 6"),
        (CHART, "moieties", 1, "moieties must be true or false, got 1"),
        (CHART, "angles_move", None, "angles_move must be true or false, got null"),
        (CHART, "sect_reversal", "no", "sect_reversal must be true or false, got 'no'"),
        (HOUSES, "include_speeds", "yes", "include_speeds must be true or false, got 'yes'"),
        (HOUSES, "also", "KOCH", "also must be a list, got 'KOCH'"),
        (HOUSES, "also", ["KOCH"] * 31, "also must be at most 30 items, got '31 items'"),
        (HOUSES, "also", ["Kock"], "also.0 must be a known name (nearest: KOCH): one of PLACIDUS"),
        (CHART, "house_by", "position.", "house_by must be a known name (nearest: POSITION)"),
        (CHART, "polar", "fall back", "polar must be a known name (nearest: FALLBACK)"),
        (CHART, "polar_fallback", None, "polar_fallback must be a name: one of PLACIDUS"),
        (CHART, "zodiac", "sideral", "zodiac must be a known name (nearest: SIDEREAL): one of TRO"),
        (CHART, "center", "HELIOCENTRIK", "center must be a known name (nearest: HELIOCENTRIC)"),
        (POSITIONS, "center", "NORTH_NODE", "center must be a known name"),
        (POSITIONS, "center", "WHITE_MOON", "center must be a known name"),
        (CHART, "sect", 1, "sect must be a name: one of GEOMETRIC, APPARENT, got 1"),
        (CHART, "draconic_node", "NODE", "draconic_node must be a known name"),
        (ASPECTS, "space", "MUNDAN", "space must be a known name (nearest: MUNDANE)"),
        (ASPECTS, "mundane_system", "Z", "mundane_system must be a known name: one of PLACIDUS"),
        (CHART, "pairs", [{}] * 1000, "pairs must be at most 16 items, got '1000 items'"),
        (CHART, "pairs", [{"points": ["SUN"] * 65}], "pairs.0.points must be at most 64 items"),
        (CHART, "pairs", [{"points": ["SUNN"]}], "pairs.0.points.0 must be a known name (nearest"),
        (CHART, "pairs", [["SUN", "MOON"]], 'pairs.0 must be an object, got ["SUN", "MOON"]'),
        (CHART, "pairs", {"points": []}, 'pairs must be a list, got {"points": []}'),
        (CHART, "point_orbs", {"SUN": 31}, "point_orbs.SUN must be at most 30.0, got 31"),
        (CHART, "point_orbs", {"SUNN": 3}, "point_orbs.SUNN must be a known name (nearest: SUN)"),
        (CHART, "user_ayanamsa", 24.0, "user_ayanamsa must be an object, got 24.0"),
        (CHART, "user_ayanamsa", {"value": 24}, "user_ayanamsa.epoch must be given"),
        (
            CHART,
            "user_ayanamsa",
            {"epoch": 1e9, "value": 1},
            "user_ayanamsa.epoch must be a number within -3100000.0..8000000.0, got 1000000000.0",
        ),
        (
            CHART,
            "user_ayanamsa",
            {"epoch": 2415020, "value": 361},
            "user_ayanamsa.value must be a number within -360.0..360.0, got 361",
        ),
        (POSITIONS, "planets", ["ASTEROID_0"], "planets.0 must be a known name"),
        (POSITIONS, "planets", ["ASTEROID_1000000"], "planets.0 must be a known name"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_choice_that_is_none_is_refused_by_its_field(
    name: str, field: str, value: Any, expected: str, ephemeris: SwissEphemeris
) -> None:
    answer = ask(name, birth(**{field: value}), ephemeris)
    assert refused(answer).startswith(expected)
    assert len(answer.outcome.fragment) < 6000


@pytest.mark.parametrize(
    ("own", "field"),
    [
        ({"name": "Own", "angle": 17, "orb": 1}, "name"),
        ({"name": "", "angle": 17, "orb": 1}, "name"),
        ({"name": "A" * 41, "angle": 17, "orb": 1}, "name"),
        ({"name": "A B", "angle": 17, "orb": 1}, "name"),
        ({"name": "<b>", "angle": 17, "orb": 1}, "name"),
        ({"name": "TRINE", "angle": 17, "orb": 1}, "name"),
        ({"name": 17, "angle": 17, "orb": 1}, "name"),
        ({"name": "OWN", "angle": 180.1, "orb": 1}, "angle"),
        ({"name": "OWN", "angle": -1, "orb": 1}, "angle"),
        ({"name": "OWN", "angle": 17, "orb": 30.5}, "orb"),
        ({"name": "OWN", "angle": 17}, "orb"),
        ({"angle": 17, "orb": 1}, "name"),
    ],
    ids=str,
)
def test_an_own_aspect_that_is_none_is_refused_by_its_field(
    own: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    for name in (CHART, ASPECTS):
        answer = ask(name, birth(own_aspects=[own]), ephemeris)
        assert refused(answer).startswith(f"own_aspects.0.{field} must be ")


def test_own_aspects_are_few_and_each_has_a_name_of_its_own(ephemeris: SwissEphemeris) -> None:
    own = {"name": "OWN", "angle": 17, "orb": 1}
    twice = ask(CHART, birth(own_aspects=[own, own]), ephemeris)
    assert refused(twice).startswith("own_aspects.1.name must be a name that no other aspect has")
    many = ask(CHART, birth(own_aspects=[own] * 17), ephemeris)
    assert refused(many) == "own_aspects must be at most 16 items, got '17 items'"


def test_an_unknown_ayanamsa_is_refused_with_the_nearest(ephemeris: SwissEphemeris) -> None:
    for zodiac in ("SIDEREAL", "TROPICAL"):
        answer = ask(CHART, birth(zodiac=zodiac, ayanamsa="Lahirri"), ephemeris)
        message = refused(answer)
        assert message.startswith("ayanamsa must be a known name (nearest: LAHIRI): one of FAGAN")
        assert message.endswith("got 'Lahirri'")


def test_a_user_ayanamsa_must_be_given_where_it_is_asked_for(ephemeris: SwissEphemeris) -> None:
    for name in (CHART, HOUSES, POSITIONS, ASPECTS):
        answer = ask(name, birth(zodiac="SIDEREAL", ayanamsa="USER"), ephemeris)
        assert refused(answer) == (
            "user_ayanamsa must be given with epoch and value, because ayanamsa is USER"
        )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize("field", ["cusp_orb", "altitude", "exact_window", "luminary_bonus"])
def test_a_choice_is_a_finite_number(field: str, number: str, ephemeris: SwissEphemeris) -> None:
    body = json.dumps({**NEW_YORK, field: 0.5}).replace("0.5", number).encode()
    assert refused(ask(CHART, body, ephemeris)).startswith(f"{field} must be a number within ")


# Dates and times


def test_a_date_before_the_files_is_a_date_and_names_the_files(ephemeris: SwissEphemeris) -> None:
    answer = ask(POSITIONS, birth(date="0000-06-01", timezone="UTC"), ephemeris)
    message = refused(answer, "CALCULATION_ERROR")
    assert "no ephemeris file reaches SUN in the year 0" in message
    assert "put sepl_00.se1 and semo_00.se1 into a directory" in message
    assert answer.error["details"] == {
        "field": "date",
        "body": "SUN",
        "missing_files": ["sepl_00.se1", "semo_00.se1"],
        "got": "year 0",
        "errors": [{"field": "date", "expected": message, "got": "year 0"}],
    }


@pytest.mark.parametrize("date", ["1100-01-01", "2450-01-01", "-4712-01-01", "9999-12-31"])
def test_outside_the_files_there_is_no_silent_answer(date: str, ephemeris: SwissEphemeris) -> None:
    for name in (POSITIONS, "natal-chart", "aspects"):
        answer = ask(name, birth(date=date, timezone="UTC"), ephemeris)
        assert ".se1" in refused(answer, "CALCULATION_ERROR")


@pytest.mark.parametrize("date", ["1100-01-01", "2450-01-01"])
def test_moshier_reaches_further_when_it_is_asked_for(date: str, ephemeris: SwissEphemeris) -> None:
    answer = ask(POSITIONS, birth(date=date, timezone="UTC", ephemeris="MOSHIER"), ephemeris)
    assert answer.status == 200
    assert answer.computed_for["ephemeris"]["theory"] == "MOSHIER"


@pytest.mark.parametrize(
    ("field", "change", "parts"),
    [
        (
            "date",
            {"date": "2023-02-31"},
            ["date must be a day of February 2023 (1 to 28)", "got '2023-02-31'"],
        ),
        ("date", {"date": "15.01.1990"}, ["date must be YYYY-MM-DD", "got '15.01.1990'"]),
        ("time", {"time": "25:00"}, ["time must be in an hour from 00 to 23", "got '25:00'"]),
        ("time", {"time": None}, ["time must be given as HH:MM or HH:MM:SS"]),
        (
            "timezone",
            {"timezone": "Europe/Pariss"},
            ["timezone must be an IANA time zone", "did you mean Europe/Paris?"],
        ),
        ("timezone", {"timezone": "EAT+3"}, ["timezone must be", "got 'EAT+3'"]),
        (
            "time",
            {"date": "2005-04-03", "time": "02:30"},
            [
                "time must be a local time that exists",
                "clocks in America/New_York went from 02:00 to 03:00 on 2005-04-03",
                "got '2005-04-03T02:30:00'",
            ],
        ),
        (
            "fold",
            {"date": "2005-10-30", "time": "01:30"},
            [
                "fold must be 0 (first: EDT (-04:00), 2005-10-30T05:30:00Z)",
                "1 (second: EST (-05:00), 2005-10-30T06:30:00Z)",
                "got null",
            ],
        ),
    ],
)
def test_a_time_that_is_none_is_refused_by_its_field(
    field: str, change: dict[str, Any], parts: list[str], ephemeris: SwissEphemeris
) -> None:
    answer = ask(POSITIONS, birth(**change), ephemeris)
    message = refused(answer)
    assert answer.error["details"]["field"] == field
    for part in parts:
        assert part in message


@pytest.mark.parametrize("field", ["date", "time", "timezone"])
def test_a_text_of_a_megabyte_is_refused_unread(field: str, ephemeris: SwissEphemeris) -> None:
    answer = ask(POSITIONS, birth(**{field: "9" * 1_000_000}), ephemeris)
    assert f"{field} must be at most 64 characters" in refused(answer)
    assert len(answer.outcome.fragment) < 2000


# Names


def test_an_unknown_planet_is_refused_with_the_nearest(ephemeris: SwissEphemeris) -> None:
    answer = ask(POSITIONS, birth(planets=["SUN", "Jupitre"]), ephemeris)
    message = refused(answer)
    assert message.startswith("planets.1 must be a known name (nearest: JUPITER): one of SUN, MOON")
    assert message.endswith("got 'Jupitre'")
    assert answer.body["detail"][0]["loc"] == ["body", "planets", 1]
    assert answer.body["detail"][0]["type"] == "unknown_name"


def test_a_name_that_is_near_to_none_has_no_advice(ephemeris: SwissEphemeris) -> None:
    message = refused(ask(POSITIONS, birth(planets=["XYZ"]), ephemeris))
    assert message.startswith("planets.0 must be a known name: one of SUN, MOON")


@pytest.mark.parametrize("name", [3, None, True, ["SUN"], {}, "", "\x00", "s" * 100_000, "SUNẞ"])
def test_no_name_at_all_is_refused(name: Any, ephemeris: SwissEphemeris) -> None:
    answer = ask(POSITIONS, birth(planets=[name]), ephemeris)
    assert refused(answer).startswith("planets.0 must be a ")
    assert len(answer.outcome.fragment) < 4000


def test_twenty_thousand_planets_are_refused_by_their_number(ephemeris: SwissEphemeris) -> None:
    answer = ask(POSITIONS, birth(planets=["SUN"] * 20_000), ephemeris)
    assert refused(answer) == "planets must be at most 64 items, got '20000 items'"
    assert len(answer.outcome.fragment) < 1000


def test_many_mistakes_are_told_at_once_but_not_all(ephemeris: SwissEphemeris) -> None:
    """A list tells its first wrong item, and an answer its first ten wrong fields."""
    wrong = dict.fromkeys(["zodiac", "ayanamsa", "center", "sect", "polar", "house_by"], "X")
    wrong |= dict.fromkeys(["draconic_node", "polar_fallback", "calendar", "ephemeris"], "X")
    answer = ask(POSITIONS, birth(planets=["X"] * 50, latitude=True, **wrong), ephemeris)
    assert answer.error["details"]["field"] == "latitude"
    assert len(answer.error["details"]["errors"]) == 10
    refused(answer)


@pytest.mark.parametrize("name", ["placidos", "PLACIDU", "Placidus!"])
def test_an_unknown_house_system_is_refused_with_the_nearest(
    name: str, ephemeris: SwissEphemeris
) -> None:
    message = refused(ask("houses", birth(house_system=name), ephemeris))
    assert message.startswith("house_system must be a known name (nearest: PLACIDUS): one of PLAC")
    assert message.endswith(f"got '{name}'")


@pytest.mark.parametrize(
    "name",
    ["solar", "nodal", "Z", "pp", "", None, 1],
)
def test_a_house_system_that_we_lack_is_not_replaced(name: Any, ephemeris: SwissEphemeris) -> None:
    assert "house_system must be a" in refused(ask("houses", birth(house_system=name), ephemeris))


@pytest.mark.parametrize(
    ("written", "system"),
    [
        ("placidus", "PLACIDUS"),
        ("p", "PLACIDUS"),
        ("K", "KOCH"),
        ("whole", "WHOLE_SIGN"),
        ("whole-sign", "WHOLE_SIGN"),
        ("Whole Sign", "WHOLE_SIGN"),
        ("WHOLESIGN", "WHOLE_SIGN"),
        ("w", "WHOLE_SIGN"),
        ("e", "EQUAL"),
        ("c", "CAMPANUS"),
        ("r", "REGIOMONTANUS"),
    ],
)
def test_house_systems_are_known_in_any_case_and_spelling(
    written: str, system: str, ephemeris: SwissEphemeris
) -> None:
    """CONTRACT.md 2.3: any case, `-` and space count as `_`."""
    answer = ask("houses", birth(house_system=written), ephemeris)
    assert answer.data["system"] == system


@pytest.mark.parametrize(
    ("written", "planet"),
    [
        ("sun", "SUN"),
        ("north node", "NORTH_NODE"),
        ("Rahu", "NORTH_NODE"),
        ("ketu", "SOUTH_NODE"),
        ("mean-apogee", "LILITH"),
        ("osculating_apogee", "LILITH_TRUE"),
        ("Ascendant", "ASC"),
        ("midheaven", "MC"),
        ("descendant", "DESC"),
        ("imum coeli", "IC"),
    ],
)
def test_points_are_known_in_any_case_and_spelling(
    written: str, planet: str, ephemeris: SwissEphemeris
) -> None:
    """CONTRACT.md 2.1 and D11."""
    (row,) = ask(POSITIONS, birth(planets=[written]), ephemeris).data["positions"]
    assert row["planet"] == planet


# Bodies


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"date": ', "body must be valid JSON (EOF while parsing"),
        (b"{'date': 1}", "body must be valid JSON (key must be a string"),
        (b"   ", "body must be valid JSON (EOF while parsing"),
        (b"[" * 100_000, "body must be valid JSON (recursion limit exceeded"),
        (b"[" * 5_000 + b"]" * 5_000, "body must be valid JSON (recursion limit exceeded"),
        (
            b'{"planets":' + b"[" * 300 + b"]" * 300 + b"}",
            "body must be valid JSON (recursion limit exceeded",
        ),
        (
            b'{"x":' * 300 + b"1" + b"}" * 300,
            "body must be valid JSON (recursion limit exceeded",
        ),
        ('{"date": "caf\u00e9"}'.encode("latin-1"), "body must be valid JSON (invalid unicode"),
        (b'{"date": "\\ud800"}', "body must be valid JSON"),
        (b"\xef\xbb\xbf{}", "body must be valid JSON"),
        ("{}".encode("utf-16"), "body must be valid JSON"),
        (b"\x00", "body must be valid JSON"),
        (b"[]", "body must be a JSON object, got []"),
        (b"[" + json.dumps(NEW_YORK).encode() + b"]", "body must be a JSON object, got ["),
        (b"null", "body must be a JSON object, got null"),
        (b'"text"', "body must be a JSON object, got 'text'"),
        (b"3", "body must be a JSON object, got 3"),
        (b"NaN", "body must be a JSON object, got nan"),
    ],
    ids=lambda value: str(value[:24]),
)
def test_a_body_that_is_no_object_is_refused(
    body: bytes, expected: str, ephemeris: SwissEphemeris
) -> None:
    for name in (POSITIONS, "natal-chart"):
        answer = ask(name, body, ephemeris)
        assert refused(answer).startswith(expected)
        assert answer.error["details"]["field"] == "body"
        assert len(answer.outcome.fragment) < 2000


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_body_lacks_its_fields(body: bytes, ephemeris: SwissEphemeris) -> None:
    message = refused(ask(POSITIONS, body, ephemeris))
    assert message == ("date must be given; latitude must be given; longitude must be given")


def test_a_birth_is_not_repeated_in_a_refusal(ephemeris: SwissEphemeris) -> None:
    """A rejected value comes back cut to 80 characters, the other fields not at all."""
    answer = ask(POSITIONS, birth(name="Ada Lovelace", house_system="x" * 200), ephemeris)
    refused(answer)
    told = answer.outcome.fragment.decode()
    assert "x" * 81 not in told
    for value in ("Ada", "1990", "40.7128", "New_York"):
        assert value not in told


def test_a_flood_of_unknown_fields_is_refused(ephemeris: SwissEphemeris) -> None:
    """Some are warned of; thousands are no mistake of spelling."""
    flood = {f"f{number}": 1 for number in range(65)}
    few = dict(list(flood.items())[:64])
    assert ask(POSITIONS, birth(**few), ephemeris).status == 200
    assert "body must be at most 64 items" in refused(ask(POSITIONS, birth(**flood), ephemeris))
    stars = ask("fixed-stars", birth(observer=flood), ephemeris)
    assert "observer must be at most 64 items" in refused(stars)
