"""From written date, time and zone to an instant."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.calendar import DAY, Calendar, CalendarChoice, civil_of_ticks, read_civil
from app.astrology.moment import Moment, edge_of_day, moment_of
from app.astrology.zones import LocalMeanTime, Occurrence, _zone_names
from app.errors import InvalidInput, Problem

NEW_YORK = -74.006


def at(date: str, time: str | None = None, *, fold: int | None = None) -> Moment:
    return moment_of(date, time, zone="America/New_York", longitude=NEW_YORK, fold=fold)


def refusal(date: str, time: str | None, zone: str = "UTC") -> Problem:
    with pytest.raises(InvalidInput) as refused:
        moment_of(date, time, zone=zone, longitude=0.0)
    (problem,) = refused.value.problems
    return problem


def test_a_moment_tells_how_it_was_found() -> None:
    moment = at("1990-01-15", "14:30:00")
    assert moment.jd_utc == 2447907.3125
    assert moment.utc_text == "1990-01-15T19:30:00Z"
    assert moment.local.text == "1990-01-15T14:30:00"
    assert moment.calendar is Calendar.GREGORIAN
    assert moment.zone == "America/New_York"
    assert (moment.offset, moment.offset_text) == (-18_000.0, "-05:00")
    assert moment.local_offset.abbreviation == "EST"
    assert moment.local_mean_time is None
    assert moment.fold is None
    assert moment.status is Occurrence.UNIQUE
    assert moment.tzdata_version


def test_a_moment_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        at("1990-01-15", "14:30").jd_utc = 0.0  # type: ignore[misc]  # what is tested


def test_the_utc_reading_has_fields_for_leap_second_tables() -> None:
    utc = at("2000-01-01", "12:34:56.25").utc
    fields = (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.seconds)
    assert fields == (2000, 1, 1, 17, 34, 56.25)
    assert utc.calendar is Calendar.GREGORIAN


def test_utc_is_gregorian_when_the_date_is_julian() -> None:
    moment = moment_of("-0043-03-15", "12:00", zone="UTC", longitude=12.5)
    assert moment.jd_utc == 1705426.0
    assert moment.calendar is Calendar.JULIAN
    assert moment.utc_text == "-0043-03-13T12:00:00Z"
    assert moment.local.text == "-0043-03-15T12:00:00"


def test_a_julian_leap_day_after_the_reform_is_a_date() -> None:
    """A birth in Russia, whose calendar was Julian to 1918."""
    moment = moment_of(
        "1900-02-29",
        "00:00",
        zone="UTC",
        longitude=0.0,
        calendar=CalendarChoice.JULIAN,
    )
    assert moment.jd_utc == 2415091.5
    assert moment.utc_text == "1900-03-13T00:00:00Z"


def test_local_mean_time_is_the_birthplaces_unless_the_zones_is_asked_for() -> None:
    own = moment_of("1879-03-14", "11:30", zone="Europe/Berlin", longitude=9.99)
    city = moment_of(
        "1879-03-14",
        "11:30",
        zone="Europe/Berlin",
        longitude=9.99,
        local_mean_time=LocalMeanTime.ZONE,
    )
    assert (own.local_mean_time, own.utc_text) == (
        LocalMeanTime.BIRTHPLACE,
        "1879-03-14T10:50:02.400000Z",
    )
    assert (city.local_mean_time, city.utc_text) == (LocalMeanTime.ZONE, "1879-03-14T10:36:32Z")


def test_a_fold_is_taken_and_told() -> None:
    first, second = at("2005-10-30", "01:30", fold=0), at("2005-10-30", "01:30", fold=1)
    assert (first.fold, second.fold) == (0, 1)
    assert first.status is second.status is Occurrence.AMBIGUOUS
    assert second.utc.ticks - first.utc.ticks == DAY // 24


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        ("2000-01-01T10:00:00", "2000-01-01T15:00:00Z"),  # naive: local
        ("2000-01-01T10:00", "2000-01-01T15:00:00Z"),
        ("2000-01-01 10:00", "2000-01-01T15:00:00Z"),
        ("2000-01-01T10:00:00.123", "2000-01-01T15:00:00.123000Z"),
        ("2000-01-01T10:00:00Z", "2000-01-01T10:00:00Z"),  # an instant
        ("2000-01-01t10:00:00z", "2000-01-01T10:00:00Z"),
        ("2000-01-01T10:00:00+03:00", "2000-01-01T07:00:00Z"),
        ("2000-01-01T10:00-03:30", "2000-01-01T13:30:00Z"),
        ("2000-01-01T10:00:00+00:19:32", "2000-01-01T09:40:28Z"),
        ("-0043-03-15T12:00:00Z", "-0043-03-15T12:00:00Z"),  # Gregorian, as ISO 8601 has it
        ("-0043-03-15T12:00:00", "-0043-03-13T16:56:01.440000Z"),  # Julian
        ("2005-04-03T02:30:00-05:00", "2005-04-03T07:30:00Z"),  # skipped by the zone's clocks
    ],
)
def test_a_date_may_hold_its_time(date: str, utc: str) -> None:
    assert at(date).utc_text == utc


def test_an_instant_is_only_named_by_its_zone() -> None:
    moment = at("1850-01-01T10:00:00+02:00", fold=1)
    assert (moment.zone, moment.offset_text) == ("America/New_York", "+02:00")
    assert (moment.local_mean_time, moment.fold) == (None, None)
    assert refusal("2000-01-01T10:00:00Z", None, "Mars/Olympus").field == "timezone"


@given(
    st.integers(1_721_426, 5_373_119),  # 0001-01-01 to 9998-12-31
    st.integers(0, DAY - 1),
    st.sampled_from(sorted(_zone_names().values())),
    st.floats(-180.0, 180.0),
)
def test_local_readings_survive_the_way_through_utc(
    number: int,
    time: int,
    zone: str,
    longitude: float,
) -> None:
    local = civil_of_ticks(number * DAY + time, Calendar.GREGORIAN)
    try:
        moment = moment_of(
            local.text,
            None,
            zone=zone,
            longitude=longitude,
            fold=0,
            calendar=CalendarChoice.GREGORIAN,
        )
    except InvalidInput as refused:  # the clocks skipped it
        assert refused.problems[0].field == "time"  # noqa: PT017 - rare, and allowed
        return
    assert moment.local == local
    instant = moment_of(
        moment.utc_text,
        None,
        zone="UTC",
        longitude=0.0,
        calendar=CalendarChoice.GREGORIAN,
    )
    assert instant.jd_utc == moment.jd_utc


@pytest.mark.parametrize(
    ("date", "time", "field"),
    [
        ("2023-02-31", "12:00", "date"),
        ("2000-13-01", "12:00", "date"),
        ("2000-1-1", "12:00", "date"),
        ("\u0662000-01-01", "12:00", "date"),
        ("NaN", "12:00", "date"),
        ("9" * 10_000, "12:00", "date"),
        ("2000-01-01", "25:00", "time"),
        ("2000-01-01", "12:60", "time"),
        ("2000-01-01", "NaN", "time"),
        ("2000-01-01", "1" * 10_000, "time"),
        ("2000-01-01", None, "time"),  # no time anywhere
        ("2000-01-01T10:00", "10:00", "time"),  # two of them
        ("2000-01-01T25:00", None, "time"),
        ("2000-01-01T", None, "time"),
        ("2000-01-01T10:00:00Z", "10:00", "time"),
        ("2023-02-31T10:00", None, "date"),
        ("2000-01-01T10:00+0300", None, "date"),
        ("2000-01-01T10:00+19:00", None, "date"),
        ("2000-01-01T10:00Zz", None, "date"),
        ("2000-01-01T10:00:00" * 1_000, None, "date"),
        ("15/01/1990", None, "date"),  # no date is told of before no time
        ("later", None, "date"),  # its t begins no time of day
        ("later", "10:00", "date"),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_field(
    date: str,
    time: str | None,
    field: str,
) -> None:
    assert refusal(date, time).field == field


def test_astronomical_year_zero_is_1_bc() -> None:
    year_zero = moment_of("0000-12-31", "00:00", zone="UTC", longitude=0.0)
    next_day = moment_of("0001-01-01", "00:00", zone="UTC", longitude=0.0)
    assert next_day.jd_utc - year_zero.jd_utc == 1.0


def test_the_ends_of_the_calendar_are_within_reach_of_every_zone() -> None:
    first = moment_of("-4712-01-01", "00:00", zone="Pacific/Auckland", longitude=174.0)
    assert first.utc_text == "-4713-11-23T12:24:00Z"
    last = at("9999-12-31", "23:59:59.999999")
    assert last.utc_text == "+10000-01-01T04:59:59.999999Z"
    assert read_civil("9999-12-31", "23:59:59.999999") == last.local


# Ends of days


@pytest.mark.parametrize(
    ("date", "zone", "first", "last"),
    [
        ("2026-06-21", "UTC", "2026-06-21T00:00:00Z", "2026-06-21T23:59:59Z"),
        # 24:00 became 01:00
        ("2018-11-03", "America/Sao_Paulo", "2018-11-03T03:00:00Z", "2018-11-04T02:59:59Z"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T01:59:59Z"),
        # 24:00 became 23:00, and 01:00 became 00:00
        ("2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00:00Z", "2018-02-18T02:59:59Z"),
        ("2024-11-03", "America/Havana", "2024-11-03T04:00:00Z", "2024-11-04T04:59:59Z"),
        # 24:00 of Paris became 23:50:39 of Greenwich
        ("1911-03-10", "Europe/Paris", "1911-03-09T23:50:39Z", "1911-03-10T23:59:59Z"),
        # 30 December was left out
        ("2011-12-29", "Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-30T09:59:59Z"),
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T09:59:59Z"),
    ],
)
def test_a_day_has_the_ends_that_its_clocks_showed(
    date: str, zone: str, first: str, last: str
) -> None:
    assert edge_of_day(date, zone=zone, longitude=0.0).utc_text == first
    assert edge_of_day(date, zone=zone, longitude=0.0, last=True).utc_text == last


def test_a_fold_chooses_another_of_two_midnights() -> None:
    second = edge_of_day("2024-11-03", zone="America/Havana", longitude=0.0, fold=1)
    assert (second.utc_text, second.fold) == ("2024-11-03T05:00:00Z", 1)


def test_a_day_may_begin_minutes_after_a_midnight_that_was_skipped() -> None:
    """Kathmandu went from 05:30 to 05:45 hours ahead at the midnight that began 1986."""
    first = edge_of_day("1986-01-01", zone="Asia/Kathmandu", longitude=0.0)
    assert (first.utc_text, first.local.time_text) == ("1985-12-31T18:30:00Z", "00:15:00")


@pytest.mark.parametrize("last", [False, True])
def test_a_day_that_was_skipped_whole_is_refused_by_its_date(last: bool) -> None:  # noqa: FBT001 - a case
    with pytest.raises(InvalidInput) as refused:
        edge_of_day("2011-12-30", zone="Pacific/Apia", longitude=0.0, last=last)
    assert refused.value.problems[0].field == "date"
