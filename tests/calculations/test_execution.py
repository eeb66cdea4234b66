"""From bytes to an outcome: faults, digests, warnings, and what an answer was computed for."""

from __future__ import annotations

import dataclasses
import json
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculations.advice import MOST_WARNINGS
from app.calculations.catalogue import Answer, catalogue
from app.calculations.execution import execution
from app.calculations.provenance import ENGINE
from app.calculations.request import MOST_UNKNOWN
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.swiss import LIBRARY
from app.wire import encode
from tests.calculations.asking import NEW_YORK, Asked, ask, birth
from tests.doubles import LinearEphemeris

POSITIONS = "planetary-positions"
ORBS = {"CONJUNCTION": 10.0, "OPPOSITION": 10.0, "TRINE": 8.0, "SQUARE": 8.0, "SEXTILE": 6.0}
each_name = pytest.mark.parametrize("name", list(catalogue()))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        *("date", "time", "latitude", "longitude", "timezone", "fold", "calendar", "ephemeris"),
        *("planets", "aspects", "orbs", "orb_multiplier", "house_system", "include_speed"),
        *("include_angles", "local_mean_time", "universal_time", "altitude"),
        *("zodiac", "ayanamsa", "user_ayanamsa", "draconic_node", "center", "sect"),
        *("sect_reversal", "house_by", "cusp_orb", "polar", "polar_fallback", "also"),
        *("include_speeds", "include_equatorial", "own_aspects", "luminary_bonus", "moieties"),
        *("point_orbs", "other_orb", "pairs", "angles_move", "include_exact_time"),
        *("exact_window", "space", "mundane_system", "include_parallels", "parallel_orb"),
    ]
)


# Whatever comes


@each_name
@settings(deadline=None, max_examples=150)  # a busy machine is no fault
@given(changes=st.dictionaries(fields, json_values, max_size=3))
def test_no_values_are_a_fault_of_ours(
    name: str, changes: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    answer = ask(name, json.dumps(birth(**changes)).encode(), ephemeris)
    assert answer.status in {200, 422}
    if answer.status == 422:
        assert answer.error["code"] in {"VALIDATION_ERROR", "CALCULATION_ERROR"}


@each_name
@settings(deadline=None, max_examples=150)
@given(body=st.binary(max_size=200))
def test_no_bytes_are_a_fault_of_ours(name: str, body: bytes, ephemeris: SwissAlmanac) -> None:
    assert ask(name, body, ephemeris).error["code"] == "VALIDATION_ERROR"


# A fault of ours


class Broken(Exception):
    """A fault that carries what it was working on, as faults do."""


@pytest.mark.parametrize("fault", [Broken, ZeroDivisionError, RecursionError, MemoryError])
def test_a_fault_is_told_without_any_value(
    fault: type[Exception], ephemeris: SwissAlmanac, caplog: pytest.LogCaptureFixture
) -> None:
    def compute(request: Any, _: Any) -> Answer[Any]:
        raise fault(f"cannot work with {request.date} at {request.latitude}")

    entry = dataclasses.replace(catalogue()[POSITIONS], compute=compute)
    with caplog.at_level(logging.DEBUG):
        answer = Asked(execution(entry)(encode(birth(name="Gedächtnis")), ephemeris))
    assert answer.status == 500
    assert answer.error == {
        "code": "INTERNAL_ERROR",
        "message": "the calculation failed by a fault of this server; report the request_id",
        "details": None,
    }
    assert not answer.outcome.lasting
    assert answer.outcome.digest == ""
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is None
    logged = record.getMessage()
    assert fault.__name__ in logged
    assert "test_execution.py" in logged
    told = logged + answer.outcome.fragment.decode()
    for value in ("1990", "14:30", "40.7128", "-74.006", "New_York", "Gedächtnis"):
        assert value not in told


def test_an_expected_failure_is_not_logged(
    ephemeris: SwissAlmanac, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert ask(POSITIONS, birth(latitude=91), ephemeris).status == 422
        assert ask(POSITIONS, birth(date="1100-01-01"), ephemeris).status == 422
    assert caplog.records == []


# Digests


def digest(name: str, request: dict[str, Any] | bytes, ephemeris: SwissAlmanac) -> str:
    answer = ask(name, request, ephemeris)
    assert answer.status == 200, answer.error
    assert answer.meta["digest"] == answer.outcome.digest
    return answer.outcome.digest


@pytest.mark.parametrize(
    "written",
    [
        {"planets": ["sun", "Moon"], "house_system": "placidus"},
        {"planets": ["SUN", "MOON"], "house_system": "P"},
        {"planets": [" sun ", "moon"], "house_system": "Placidus"},
        {"planets": ["SUN", "MOON"], "house_system": "PLACIDUS", "orb_multiplier": 1},
        {"planets": ["SUN", "MOON"], "house_system": "PLACIDUS", "calendar": "auto"},
        {"planets": ["SUN", "MOON"], "house_system": "PLACIDUS", "fold": None},
        {"planets": ["SUN", "MOON"], "unknown": "field"},
    ],
    ids=str,
)
def test_requests_that_mean_the_same_have_one_digest(
    written: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    plain = digest("natal-chart", birth(planets=["SUN", "MOON"]), ephemeris)
    assert digest("natal-chart", birth(**written), ephemeris) == plain


def test_a_digest_knows_no_order_of_keys_and_no_spaces(ephemeris: SwissAlmanac) -> None:
    plain = digest("aspects", birth(orbs={"TRINE": 3, "SQUARE": 2.5}), ephemeris)
    turned = dict(reversed(birth(orbs={"square": 2.5, "Trine": 3.0}).items()))
    assert digest("aspects", turned, ephemeris) == plain
    spread = json.dumps(birth(orbs={"TRINE": 3e0, "SQUARE": 25e-1}), indent=4).encode()
    assert digest("aspects", spread, ephemeris) == plain


@pytest.mark.parametrize(
    ("name", "field"),
    [("natal-chart", "point_orbs"), ("balance", "point_weights")],
)
def test_a_digest_knows_numbered_asteroids_as_keys(
    name: str, field: str, ephemeris: SwissAlmanac
) -> None:
    plain = digest(name, birth(**{field: {"ASTEROID_433": 2.0, "SUN": 3.0}}), ephemeris)
    assert digest(name, birth(**{field: {"Sun": 3, "asteroid 433": 2}}), ephemeris) == plain
    assert digest(name, birth(**{field: {"ASTEROID_433": 1.0, "SUN": 3.0}}), ephemeris) != plain


@pytest.mark.parametrize(
    "change",
    [
        {"date": "1990-01-16"},
        {"time": "14:30:01"},
        {"latitude": 40.7129},
        {"longitude": -74.0061},
        {"timezone": "America/Chicago"},
        {"calendar": "JULIAN"},
        {"local_mean_time": "ZONE"},
        {"universal_time": "UTC_TO_UT1"},
        {"ephemeris": "MOSHIER"},
        {"planets": ["SUN"]},
        {"planets": ["MOON", "SUN"]},
        {"house_system": "KOCH"},
        {"aspects": ["TRINE"]},
        {"orbs": {"TRINE": 7.0}},
        {"orb_multiplier": 0.5},
    ],
    ids=str,
)
def test_requests_that_mean_another_thing_have_another_digest(
    change: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    plain = digest("natal-chart", birth(), ephemeris)
    assert digest("natal-chart", birth(**change), ephemeris) != plain


def test_every_operation_and_shape_has_digests_of_its_own(ephemeris: SwissAlmanac) -> None:
    plain = ["planetary-positions", "houses", "aspects", "natal-chart", "balance", "antiscia"]
    legacy = [f"calculations/{name}" for name in plain[:3]]
    names = [*plain, *(f"text:{name}" for name in plain), *legacy, "stateless/natal-chart"]
    digests = {ask(name, birth(), ephemeris).outcome.digest for name in names}
    assert len(digests) == len(names)
    assert "" not in digests


def test_an_unknown_field_inside_a_chart_changes_no_digest(ephemeris: SwissAlmanac) -> None:
    two = {"chart1": birth(), "chart2": birth(date="1992-02-02")}
    more = {"chart1": birth(colour="red"), "chart2": two["chart2"]}
    assert digest("synastry", two, ephemeris) == digest("synastry", more, ephemeris)
    other = {**two, "chart1": birth(latitude=41.0)}
    assert digest("synastry", two, ephemeris) != digest("synastry", other, ephemeris)


def test_an_unknown_field_inside_a_chart_is_warned_of_by_its_path(ephemeris: SwissAlmanac) -> None:
    request = {"chart1": birth(), "chart2": birth(housesystem="KOCH")}
    assert ask("synastry", request, ephemeris).meta["warnings"] == [
        "field 'chart2.housesystem' was ignored; did you mean 'chart2.house_system'?"
    ]


# Unknown fields


def warnings(ephemeris: SwissAlmanac, **more: Any) -> list[str]:
    answer = ask(POSITIONS, birth(**more), ephemeris)
    assert answer.status == 200
    return list(answer.meta["warnings"])


def test_an_unknown_field_is_warned_of_with_the_nearest_name(ephemeris: SwissAlmanac) -> None:
    assert warnings(ephemeris, housesystem="KOCH") == [
        "field 'housesystem' was ignored; did you mean 'house_system'?"
    ]
    assert warnings(ephemeris, planet=["SUN"], favourite="blue") == [
        "field 'planet' was ignored; did you mean 'planets'?",
        "field 'favourite' was ignored",
    ]


def test_a_field_of_another_calculation_is_warned_of(ephemeris: SwissAlmanac) -> None:
    assert warnings(ephemeris, orb_multiplier=2) == ["field 'orb_multiplier' was ignored"]


def test_warnings_are_few_and_short(ephemeris: SwissAlmanac) -> None:
    many = {f"unknown_{number}_{'x' * 1000}": number for number in range(MOST_UNKNOWN)}
    found = warnings(ephemeris, **many)
    assert len(found) == MOST_WARNINGS
    assert max(map(len, found)) < 100


def test_a_flood_of_unknown_fields_is_refused(ephemeris: SwissAlmanac) -> None:
    many = {f"unknown_{number}": number for number in range(MOST_UNKNOWN + 1)}
    answer = ask(POSITIONS, birth(**many), ephemeris)
    assert answer.status == 422
    assert answer.error["message"].startswith(f"body must be at most {MOST_UNKNOWN} items")


# What an answer was computed for


def test_an_answer_tells_its_instant_its_data_and_its_definitions(
    ephemeris: SwissAlmanac,
) -> None:
    answer = ask("natal-chart", birth(planets=["SUN", "CHIRON", "ASC"]), ephemeris)
    made = answer.computed_for
    assert made.pop("delta_t") == pytest.approx(56.9, abs=0.1)  # Astronomical Almanac, K9: 56.86
    assert made.pop("tzdata")[:2] == "20"
    assert made.pop("zone_history")[:2] == "20"
    assert made == {
        "utc": "1990-01-15T19:30:00Z",
        "julian_day": 2447907.3125,
        "timezone": "America/New_York",
        "utc_offset": "-05:00",
        "fold": None,
        "local_mean_time": None,
        "calendar": "GREGORIAN",
        "ephemeris": {
            "library": LIBRARY,
            "theory": "SWISS",
            "de_number": 431,
            "files": ["sepl_18.se1", "semo_18.se1", "seas_18.se1"],
        },
        "engine": ENGINE,
        "definitions": {
            "universal_time": "UTC_AS_UT1",
            "zodiac": "TROPICAL",
            "center": "GEOCENTRIC",
            "sect": "GEOMETRIC",
            "house_system": "PLACIDUS",
            "house_by": "LONGITUDE",
            "cusp_orb": 0.0,
            "polar": "REFUSE",
            "polar_fallback": None,
            "orbs": ORBS,
            "angles_move": False,
            "time_known": True,
        },
    }


@pytest.mark.parametrize(
    ("name", "definitions"),
    [
        ("natal-chart", {"house_system": "KOCH", "house_by": "LONGITUDE", "orbs": ORBS}),
        ("houses", {"house_system": "KOCH"}),
        ("aspects", {"orbs": ORBS, "angles_move": False}),
        (POSITIONS, {"house_system": "KOCH", "house_by": "LONGITUDE"}),
    ],
)
def test_every_definition_is_echoed(
    name: str, definitions: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    asked = birth(house_system="k", universal_time="utc-to-ut1", ephemeris="moshier")
    made = ask(name, asked, ephemeris).computed_for
    echoed = {"universal_time": "UTC_TO_UT1", "zodiac": "TROPICAL", **definitions}
    assert made["definitions"] | echoed == made["definitions"]
    assert made["ephemeris"]["theory"] == "MOSHIER"
    assert made["ephemeris"]["files"] == []
    assert made["ephemeris"]["de_number"] is None


def test_orbs_are_echoed_as_they_were_applied(ephemeris: SwissAlmanac) -> None:
    asked = birth(aspects=["septile", "Trine"], orbs={"septile": 2}, orb_multiplier=1.5)
    definitions = ask("aspects", asked, ephemeris).computed_for["definitions"]
    assert definitions["orbs"] == {"TRINE": 12.0, "SEPTILE": 3.0}


def test_local_mean_time_is_echoed_with_its_offset(ephemeris: SwissAlmanac) -> None:
    old = birth(date="1850-01-01", time="12:00")
    made = ask("houses", old, ephemeris).computed_for
    assert (made["local_mean_time"], made["utc_offset"]) == ("BIRTHPLACE", "-04:56:01.440000")
    made = ask("houses", {**old, "local_mean_time": "zone"}, ephemeris).computed_for
    assert (made["local_mean_time"], made["utc_offset"]) == ("ZONE", "-04:56:02")


def test_a_fold_and_a_calendar_are_echoed(ephemeris: SwissAlmanac) -> None:
    twice = birth(date="2005-10-30", time="01:30", fold=1)
    made = ask("houses", twice, ephemeris).computed_for
    assert (made["fold"], made["utc"]) == (1, "2005-10-30T06:30:00Z")
    made = ask("houses", birth(date="1500-01-01", timezone="UTC"), ephemeris).computed_for
    assert (made["calendar"], made["utc"]) == ("JULIAN", "1500-01-10T14:30:00Z")


@pytest.mark.parametrize("date", ["1500-03-10", "1582-10-04", "-0043-03-15"])
def test_an_instant_that_was_told_means_the_same_when_it_is_asked_again(
    date: str, ephemeris: SwissAlmanac
) -> None:
    first = ask("houses", birth(date=date, timezone="UTC"), ephemeris)
    told = birth(date=first.computed_for["utc"], time=None)
    again = ask("houses", told, ephemeris)
    for name in ("utc", "julian_day"):
        assert again.computed_for[name] == first.computed_for[name]
    (warning,) = again.meta["warnings"]
    assert warning.startswith("date: with Z or an offset it was read as ISO 8601 has it")
    julian = ask("houses", {**told, "calendar": "JULIAN"}, ephemeris)
    assert julian.computed_for["julian_day"] != first.computed_for["julian_day"]
    assert julian.meta["warnings"] == []


def test_houses_need_no_ephemeris_file(ephemeris: SwissAlmanac) -> None:
    made = ask("houses", birth(date="0800-12-25"), ephemeris).computed_for
    assert made["ephemeris"]["files"] == []


def test_an_answer_may_come_from_any_ephemeris() -> None:
    made = ask("houses", NEW_YORK, LinearEphemeris()).computed_for
    assert made["ephemeris"]["library"] == "LinearEphemeris"
    assert made["delta_t"] == 64.0
