"""Moments beside a birth: in which calendar, zone and fold they are read, and the ends of days."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask

MOSCOW = {
    "date": "1910-05-01",
    "time": "12:00",
    "latitude": 55.7558,
    "longitude": 37.6173,
    "timezone": "Europe/Moscow",
    "calendar": "JULIAN",
}
PARIS = {
    "date": "1850-03-01",
    "time": "12:00",
    "latitude": 48.8566,
    "longitude": 2.3522,
    "timezone": "Europe/Paris",
}
YORK = {
    "date": "1970-06-01",
    "time": "12:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}
SAO_PAULO = {
    "date": "1970-06-01",
    "time": "12:00",
    "latitude": -23.55,
    "longitude": -46.63,
    "timezone": "America/Sao_Paulo",
}
EVENT = {"date": "2000-01-01"}
OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "transits": ("transit_date", {"planets": ["SUN"]}),
    "progressions": ("progression_date", {"planets": ["SUN"]}),
    "solar-arc": ("target_date", {"planets": ["SUN"]}),
    "directions": ("target_date", {"planets": ["SUN"]}),
    "profections": ("target_date", {}),
    "firdaria": ("target_date", {}),
    "zodiacal-releasing": ("target_date", {}),
    "returns": ("return_date", {"return_type": "LUNAR", "planets": ["SUN"]}),
}
"""Calculations that take a moment beside a birth: its field, and what keeps the answer short."""
SEARCHES = ("ephemeris", "lunations", "ingresses", "stations", "eclipses", "void-of-course")


def other(
    name: str, chart: dict[str, Any], date: str, ephemeris: SwissAlmanac, **more: Any
) -> Asked:
    field, few = OTHERS[name]
    return ask(name, {"natal_chart": chart, field: date, **few, **more}, ephemeris)


def instant(answer: Asked, name: str) -> dict[str, Any]:
    """The echo of the other moment."""
    return dict(answer.computed_for["others"][OTHERS[name][0]])


def refused(answer: Asked) -> str:
    assert answer.status == 422
    (problem,) = answer.error["details"]["errors"]
    return str(problem["field"])


# Calendars


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(
    ("date", "utc"),
    [
        ("1975-01-11", "1975-01-10T21:00:00Z"),
        ("1975-01-11T00:00:00Z", "1975-01-11T00:00:00Z"),
    ],
)
def test_the_calendar_of_a_birth_is_not_that_of_later_dates(
    name: str, date: str, utc: str, ephemeris: SwissAlmanac
) -> None:
    told = instant(other(name, MOSCOW, date, ephemeris), name)
    assert (told["utc"], told["calendar"]) == (utc, "GREGORIAN")


def test_a_date_before_the_reform_is_julian_beside_a_gregorian_birth(
    ephemeris: SwissAlmanac,
) -> None:
    birth = {**PARIS, "date": "1500-01-01", "calendar": "GREGORIAN"}
    told = instant(other("transits", birth, "1550-01-01T00:00:00", ephemeris), "transits")
    assert (told["calendar"], told["utc"][:10]) == ("JULIAN", "1550-01-10")  # Paris is east
    told = instant(other("transits", birth, "1550-01-11T00:00:00Z", ephemeris), "transits")
    assert (told["calendar"], told["utc"]) == ("GREGORIAN", "1550-01-11T00:00:00Z")


def test_events_of_a_life_are_read_in_their_own_calendar(ephemeris: SwissAlmanac) -> None:
    few = {"time_range_minutes": 4.0, "null_runs": 50, "include_scores": True}
    asked = {**few, "events": [{"date": "1975-01-11T12:00:00Z"}]}
    gregorian = {**MOSCOW, "date": "1910-05-14", "calendar": "GREGORIAN"}
    julian, same = (
        ask("rectification", {"natal_chart": chart, **asked}, ephemeris).data["scores"]
        for chart in (MOSCOW, gregorian)
    )
    assert julian == same


def test_a_diurnal_date_stays_in_the_calendar_of_the_birth(ephemeris: SwissAlmanac) -> None:
    asked = {"natal_chart": MOSCOW, "target_date": "1910-06-01", "planets": ["SUN"]}
    told = ask("diurnal", asked, ephemeris).computed_for["others"]["target_date"]
    assert (told["calendar"], told["utc"][:10]) == ("JULIAN", "1910-06-14")


# Clocks before standard time


@pytest.mark.parametrize("name", SEARCHES)
def test_a_span_before_standard_time_runs_by_the_mean_time_of_its_zone(
    name: str, ephemeris: SwissAlmanac
) -> None:
    span = {"start_date": "1850-07-01", "end_date": "1850-07-20", "timezone": "America/New_York"}
    told = ask(name, span, ephemeris).computed_for
    assert told["utc"] == "1850-07-01T04:56:02Z"
    assert (told["local_mean_time"], told["utc_offset"]) == ("ZONE", "-04:56:02")


def test_a_moment_of_a_search_does_too(ephemeris: SwissAlmanac) -> None:
    span = {"start_date": "1850-07-01", "end_date": "1850-07-20", "timezone": "America/New_York"}
    moment = {"moment": "1850-07-10T12:00"}
    told = ask("void-of-course", {**span, **moment}, ephemeris).computed_for["others"]["moment"]
    assert told["utc"] == "1850-07-10T16:56:02Z"


def test_another_zone_than_that_of_the_birth_has_the_mean_time_of_its_own_city(
    ephemeris: SwissAlmanac,
) -> None:
    zone = {"transit_timezone": "America/New_York"}
    told = instant(other("transits", PARIS, "1870-01-01", ephemeris, **zone), "transits")
    assert (told["utc_offset"], told["local_mean_time"]) == ("-04:56:02", "ZONE")


@pytest.mark.parametrize("zone", [{}, {"transit_timezone": "europe/paris"}])
def test_the_zone_of_the_birth_keeps_the_mean_time_of_its_place(
    zone: dict[str, str], ephemeris: SwissAlmanac
) -> None:
    told = instant(other("transits", PARIS, "1870-01-01", ephemeris, **zone), "transits")
    assert (told["utc_offset"], told["local_mean_time"]) == ("+00:09:24.528000", "BIRTHPLACE")


@pytest.mark.parametrize(
    ("zone", "offset"),
    [({"transit_timezone": "America/New_York"}, "-04:44:14.256000"), ({}, "+00:09:24.528000")],
)
def test_a_place_of_its_own_has_its_own_mean_time_in_its_own_zone(
    zone: dict[str, str], offset: str, ephemeris: SwissAlmanac
) -> None:
    """Boston, whose clocks before 1883 nobody set by New York; without a zone it is Paris time."""
    boston = {"transit_latitude": 42.3601, "transit_longitude": -71.0594}
    answer = other("transits", PARIS, "1870-01-01", ephemeris, **boston, **zone)
    assert instant(answer, "transits")["utc_offset"] == offset


# Times that come twice


@pytest.mark.parametrize("name", OTHERS)
def test_a_time_that_comes_twice_is_told_apart_by_the_fold_that_the_refusal_names(
    name: str, ephemeris: SwissAlmanac
) -> None:
    date = "2024-11-03T01:30"
    field = refused(other(name, YORK, date, ephemeris))
    assert field == OTHERS[name][0].replace("date", "fold")
    for fold, utc in ((0, "2024-11-03T05:30:00Z"), (1, "2024-11-03T06:30:00Z")):
        told = instant(other(name, YORK, date, ephemeris, **{field: fold}), name)
        assert (told["utc"], told["fold"]) == (utc, fold)


def test_a_fold_without_a_date_is_refused(ephemeris: SwissAlmanac) -> None:
    asked = {"natal_chart": YORK, "target_fold": 1}
    assert refused(ask("firdaria", asked, ephemeris)) == "target_fold"


@pytest.mark.parametrize(
    ("date", "advice"),
    [
        ("2024-11-03T01:30", "-04:00 (first) or -05:00 (second)"),
        ("2024-03-10T02:30", "a local time that exists"),
        ("2024-03-10T25:00", "in an hour from 00 to 23"),
    ],
)
def test_what_is_wrong_with_the_time_of_an_event_is_told_of_its_date(
    date: str, advice: str, ephemeris: SwissAlmanac
) -> None:
    asked = {"natal_chart": YORK, "events": [EVENT, {"date": date}]}
    answer = ask("rectification", asked, ephemeris)
    assert refused(answer) == "events.1.date"
    assert advice in answer.error["message"]


def test_what_is_wrong_with_the_time_of_an_end_is_told_of_its_date(
    ephemeris: SwissAlmanac,
) -> None:
    answer = other("returns", YORK, "2024-01-01", ephemeris, end_date="2024-03-10T02:30")
    assert refused(answer) == "end_date"


# Days whose midnight was skipped


@pytest.mark.parametrize("name", OTHERS)
def test_a_date_begins_when_its_clocks_do(name: str, ephemeris: SwissAlmanac) -> None:
    """In Brazil clocks went from 24:00 to 01:00 on 2018-11-04."""
    told = instant(other(name, SAO_PAULO, "2018-11-04", ephemeris), name)
    assert told["utc"] == "2018-11-04T03:00:00Z"


def test_a_midnight_that_is_written_must_have_been(ephemeris: SwissAlmanac) -> None:
    answer = other("transits", SAO_PAULO, "2018-11-04", ephemeris, transit_time="00:00")
    assert refused(answer) == "transit_time"


@pytest.mark.parametrize("name", SEARCHES)
def test_a_span_begins_when_its_clocks_do(name: str, ephemeris: SwissAlmanac) -> None:
    span = {"start_date": "2018-11-04", "end_date": "2018-11-20", "timezone": "America/Sao_Paulo"}
    assert ask(name, span, ephemeris).computed_for["utc"] == "2018-11-04T03:00:00Z"


def test_a_day_that_was_skipped_whole_is_refused_by_its_date(ephemeris: SwissAlmanac) -> None:
    apia = {**YORK, "latitude": -13.83, "longitude": -171.77, "timezone": "Pacific/Apia"}
    assert refused(other("transits", apia, "2011-12-30", ephemeris)) == "transit_date"
    span = {"start_date": "2011-12-30", "end_date": "2012-01-20", "timezone": "Pacific/Apia"}
    assert refused(ask("stations", span, ephemeris)) == "start_date"


def test_the_last_hour_of_a_day_is_within_a_span_though_it_came_twice(
    ephemeris: SwissAlmanac,
) -> None:
    """In Brazil clocks went from 24:00 back to 23:00 on 2018-02-17."""
    span = {"start_date": "2018-02-01", "end_date": "2018-02-17", "timezone": "America/Sao_Paulo"}
    told = ask("stations", span, ephemeris).computed_for["others"]["end_date"]
    assert (told["utc"], told["fold"]) == ("2018-02-18T02:59:59Z", 1)


# Blanks


@pytest.mark.parametrize("date", ["2026-01-11 ", " 2026-01-11", "  2026-01-11  "])
def test_blanks_around_a_date_mean_nothing(date: str, ephemeris: SwissAlmanac) -> None:
    plain = other("transits", YORK, "2026-01-11", ephemeris).data
    assert other("transits", YORK, date, ephemeris).data == plain
    timed = other("transits", YORK, date, ephemeris, transit_time="10:00")
    assert instant(timed, "transits")["utc"] == "2026-01-11T15:00:00Z"
    born = ask("houses", {**YORK, "date": date}, ephemeris)
    assert born.data == ask("houses", {**YORK, "date": "2026-01-11"}, ephemeris).data
    span = {"end_date": "2026-01-20", "planets": ["SUN"]}
    assert ask("ephemeris", {**span, "start_date": date}, ephemeris).status == 200
